"""The scores of a split of a dataset: captions by several searches, their table, their truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from utils.captioner import Captioner
from utils.dataset import Dataset
from utils.metrics import ScoreRow, score_rows
from utils.scenes.dataset import load_truth
from utils.scenes.truth import TruthScore, truth_score

BEAM_WIDTHS = (1, 3, 5)
TRUTH = "truth.jsonl"


@dataclass(frozen=True)
class SplitScores:
    """The scores of one split: the rows of the table, the captions and, for scenes, the truth.

    `captions` and `truth` are by the name of the search, such as "beam 3"; captions are tokens.
    """

    rows: list[ScoreRow]
    captions: dict[str, list[list[str]]]
    truth: dict[str, TruthScore]

    def to_json(self) -> dict[str, Any]:
        """Return the scores as plain numbers."""
        return {
            "scores": {row.name: row.to_json() for row in self.rows},
            "truth": {name: asdict(score) for name, score in self.truth.items()},
        }


def score_split(
    dataset: Dataset, split: str, captioner: Captioner, features: np.ndarray
) -> SplitScores:
    """Caption the photos of a split by greedy and beam search and score the captions."""
    rows = features[dataset.rows(split)]
    captions = {
        "greedy" if width == 1 else f"beam {width}": captioner.caption_features(rows, width)
        for width in BEAM_WIDTHS
    }
    truth = {}
    if (dataset.folder / TRUTH).is_file():
        scenes = load_truth(dataset.folder)
        seen = [scenes[image] for image in dataset.splits[split]]
        truth = {name: truth_score(found, seen) for name, found in captions.items()}
    table = score_rows(dataset.tokens(split), captions, dataset.tokens("train"))
    return SplitScores(table, captions, truth)
