"""Answers to the exercise of chapter 0: plausible mistakes and right ones."""

import numpy as np

CASES = {
    "0.1": {
        "wrong": [
            ((3, 6), "exchanged"),
            ((6, 50, 3), "sums over that axis"),
            ((50, 50), "disappear"),
            ((6, 50), "those of the second"),
            (18, "of type int"),
            ("(6, 3)", "of type str"),
        ],
        "right": [(6, 3), [6, 3], np.array([6, 3]), (np.int64(6), 3)],
    }
}
