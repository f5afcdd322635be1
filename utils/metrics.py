"""All metrics in one place, METEOR, and a table of scores between their baselines (chapter 7).

`utils.bleu`, `utils.cider` and `utils.baselines` hold the parts. A score alone says little, so the
table puts it between its baselines and what people score, with its bootstrap interval.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.baselines import (
    constant_baseline,
    constant_caption,
    copied_share,
    distinct_captions,
    human_row,
    shuffled_baseline,
)
from utils.bleu import (
    Bleu,
    Caption,
    bleu,
    bleu_from_statistics,
    bleu_statistics,
    bootstrap,
    bootstrap_statistics,
    check_captions,
    strip_markers,
)
from utils.cider import CiderD, cider_d
from utils.support.tables import text_table

__all__ = [
    "Bleu",
    "CiderD",
    "ScoreRow",
    "bleu",
    "bleu_from_statistics",
    "bleu_statistics",
    "bootstrap",
    "bootstrap_statistics",
    "cider_d",
    "constant_baseline",
    "constant_caption",
    "copied_share",
    "distinct_captions",
    "human_row",
    "meteor",
    "score_row",
    "score_rows",
    "score_table",
    "shuffled_baseline",
    "strip_markers",
    "wordnet_at_hand",
]

GET_WORDNET = "python -m nltk.downloader wordnet"


@dataclass(frozen=True)
class ScoreRow:
    """A row of the table. What was not measured is None and left empty.

    `intervals` `(4, 2)`: of BLEU-1 to BLEU-4. `cider`: CIDEr-D, 0 to 10. `distinct`: how many
    different captions. `copied`: the share, 0 to 1, that stands in the training captions.
    `meteor`: 0 to 1.
    """

    name: str
    bleu: Bleu
    intervals: np.ndarray | None = None
    cider: float | None = None
    distinct: int | None = None
    copied: float | None = None
    meteor: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain numbers, without its name; None for what was not measured.

        BLEU and its intervals from 0 to 100 and CIDEr-D times 100, as in the table; METEOR from
        0 to 1.
        """
        return {
            "bleu": [round(score, 2) for score in self.bleu.scores],
            "length_ratio": round(self.bleu.length_ratio, 4),
            "intervals": None if self.intervals is None else self.intervals.round(2).tolist(),
            "cider_d": None if self.cider is None else round(100 * self.cider, 2),
            "distinct": self.distinct,
            "copied": None if self.copied is None else round(self.copied, 4),
            "meteor": self.meteor,
        }


def wordnet_trouble() -> str:
    """Return why nltk cannot read its WordNet data, which is not part of the package; "" if it can.

    A download that was cut leaves half a zip, and anything may be wrong with a file: whatever nltk
    raises is a reason to do without METEOR, and none to lose the other scores.
    """
    try:
        from nltk.corpus import wordnet

        wordnet.ensure_loaded()
        with warnings.catch_warnings(action="ignore"):  # nltk's own, where a place holds nothing
            found = wordnet.synsets("dog")  # reads a file that `ensure_loaded` leaves alone
    except LookupError as error:
        # nltk's own says where it looked; others, such as KeyError, come of damaged files.
        return "missing" if type(error) is LookupError else f"damaged ({type(error).__name__})"
    except OSError as error:
        return f"not readable ({error.strerror or type(error).__name__})"
    except Exception as error:
        return f"damaged ({type(error).__name__})"
    # Files that are empty, or full of zeros, raise nothing.
    return "" if found and all(found) else "damaged (it does not know the word dog)"


def wordnet_at_hand() -> bool:
    """Return whether nltk can read its WordNet data."""
    return not wordnet_trouble()


def meteor(
    references: Sequence[Sequence[Caption]], hypotheses: Sequence[Caption]
) -> tuple[float, np.ndarray]:
    """Return METEOR, 0 to 1: the mean over images and the score of each, `(images,)` float64.

    Words that match by stem or as synonyms count too (Lavie and Agarwal 2007). An image's score is
    that of its closest reference. Published tables of captioning use the later program METEOR 1.5,
    whose numbers are lower: compare this one within one table only. Raises as `utils.bleu.bleu`
    does, and `LookupError` where `wordnet_at_hand()` is false.
    """
    from nltk.translate.meteor_score import meteor_score

    check_captions(references, hypotheses)
    if not wordnet_at_hand():
        raise LookupError(f"METEOR needs nltk's WordNet data: get it by `{GET_WORDNET}`.")
    pairs = zip(references, hypotheses, strict=True)
    scores = np.array([meteor_score(captions, hypothesis) for captions, hypothesis in pairs])
    return float(scores.mean()), scores


def score_row(
    name: str,
    references: Sequence[Sequence[Caption]],
    hypotheses: Sequence[Caption],
    train_tokens: Sequence[Sequence[Caption]] | None = None,
    seed: int = 0,
    with_meteor: bool = False,
) -> ScoreRow:
    """Return all scores of one list of captions. Raises as `bleu` and, if asked, `meteor` do."""
    statistics = bleu_statistics(references, hypotheses)
    return ScoreRow(
        name=name,
        bleu=bleu_from_statistics(statistics),
        intervals=bootstrap_statistics(statistics, seed=seed),
        cider=cider_d(references, hypotheses)[0],
        distinct=distinct_captions(hypotheses),
        copied=None if train_tokens is None else copied_share(hypotheses, train_tokens),
        meteor=meteor(references, hypotheses)[0] if with_meteor else None,
    )


def score_rows(
    references: Sequence[Sequence[Caption]],
    systems: dict[str, Sequence[Caption]],
    train_tokens: Sequence[Sequence[Caption]] | None = None,
    seed: int = 0,
    with_meteor: bool = False,
) -> list[ScoreRow]:
    """Return the rows of `score_table`: baselines, then the systems by name, then people.

    The shuffled captions are those of the last system. The constant caption needs
    `train_tokens`, the human row an image with two references, shuffling two images; what
    cannot be measured is left out. `with_meteor` needs WordNet (see `wordnet_at_hand`). Raises
    `ValueError` where there is no system.
    """
    if not systems:
        raise ValueError("There are no captions to score: name one list of captions or more.")
    rows = []
    if train_tokens is not None:
        rows.append(ScoreRow("one caption for all", constant_baseline(references, train_tokens)))
    if len(references) > 1:
        captions = list(systems.values())[-1]
        rows.append(ScoreRow("captions shuffled", shuffled_baseline(references, captions, seed)))
    for name, captions in systems.items():
        rows.append(
            score_row(name, references, captions, train_tokens, seed=seed, with_meteor=with_meteor)
        )
    if max(map(len, references)) > 1:
        rows.append(ScoreRow("people", human_row(references)))
    return rows


def score_table(rows: Sequence[ScoreRow]) -> str:
    """Return rows as a table in plain text, intervals in a line of their own under the scores.

    BLEU from 0 to 100, CIDEr-D times 100 as in published tables, METEOR times 100 and only where
    a row has one, `length` the length ratio, `copied` in percent.
    """
    heads = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D", "METEOR", "length", "distinct"]
    lines = [["", *heads, "copied"]]
    for row in rows:
        lines.append([row.name, *_cells(row)])
        if row.intervals is not None:
            spans = [f"{low:.1f}-{high:.1f}" for low, high in row.intervals]
            lines.append(["  95% interval", *spans, *[""] * 5])
    if all(row.meteor is None for row in rows):
        column = lines[0].index("METEOR")
        lines = [[*cells[:column], *cells[column + 1 :]] for cells in lines]
    return text_table(lines)


def _cells(row: ScoreRow) -> list[str]:
    return [
        *(f"{score:.1f}" for score in row.bleu.scores),
        "" if row.cider is None else f"{100 * row.cider:.1f}",
        "" if row.meteor is None else f"{100 * row.meteor:.1f}",
        f"{row.bleu.length_ratio:.2f}",
        "" if row.distinct is None else f"{row.distinct:,}",
        "" if row.copied is None else f"{row.copied:.0%}",
    ]
