"""Answers to the exercise of chapter 0: plausible mistakes and right ones."""

import numpy as np

CASES = {
    "0.1": {
        "wrong": [
            ((3, 6), "exchanged"),
            ((6, 50, 3), "sums over that axis"),
            ((50, 50), "disappear"),
            ((6, 50), "50"),
            (18, "tuple|list"),
            ("(6, 3)", "text|str"),
        ],
        "right": [(6, 3), [6, 3], np.zeros((6, 3)).shape, np.array([6, 3])],
    }
}
