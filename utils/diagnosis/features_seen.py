"""The features that a captioner is asked with, beside those that are computed rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.dataset import Dataset
from utils.diagnosis.sample import Part, partners, wrong_features
from utils.diagnosis.subject import Subject, shaped
from utils.model import LEAST_VARIANCE

SAME = 0.1  # the relative distance below which two rows are features of one photo
FEW = 30  # photos that are compared under every order
NEARLY_CONSTANT = 0.1  # of the spread that right features have


@dataclass(frozen=True)
class FeatureFacts:
    """What is true of the features. Shares are from 0 to 1.

    `finite`: the share of numbers that are finite. `zero_rows`: of photos with zeros only.
    `spread`: the mean standard deviation over photos, `right_spread` that of right features.
    `constant_in`: the names of the splits in which a file's rows are (nearly) all the same.
    `own`, `elsewhere`: the share of rows of the file that are the right features of their own
    photo, and of another one of the sample. `orders`, `scales`: the share of rows that are right
    in another order, or made of pixels on a wrong scale. `in_step`: the share of rows whose nearest
    right row is that of their own photo. The last three are of the standardisation layer: the
    correlation of its means with those of right features, the median ratio of its standard
    deviations to theirs, the share of its variances that are as small as they can be.
    """

    from_file: bool
    finite: float
    zero_rows: float
    spread: float
    right_spread: float | None
    constant_in: tuple[str, ...] = ()
    own: float | None = None
    elsewhere: float | None = None
    in_step: float | None = None
    orders: dict[str, float] | None = None
    scales: dict[str, float] | None = None
    mean_correlation: float | None = None
    deviation_ratio: float | None = None
    least_variances: float | None = None


class Rows:
    """Gives the features of photos by name: those of a file where there is one, or right ones.

    `given` `(len(dataset.images), ...)`: rows in the order of `dataset.images`.
    """

    def __init__(self, dataset: Dataset, subject: Subject, given: np.ndarray | None = None) -> None:
        self.dataset, self.given = dataset, given
        self.kind, self.weights, self.shape = (
            subject.sees,
            subject.cnn_weights,
            subject.feature_shape,
        )
        self.place = {name: row for row, name in enumerate(dataset.images)}
        self.known: dict[str, np.ndarray] = {}
        self.known_wrong: dict[str, dict[str, np.ndarray]] = {}

    def of(self, names: Sequence[str]) -> np.ndarray:
        """Return the features that the captioner is asked with, in the shape that it takes."""
        if self.given is None:
            return self.right(names)
        rows = self.given[[self.place[name] for name in names]]
        return shaped(np.asarray(rows, dtype=np.float32), self.shape)

    @property
    def comparable(self) -> bool:
        """Whether the features are of a kind that the course's network gives."""
        return self.kind in ("pooled", "map")

    def right(self, names: Sequence[str]) -> np.ndarray:
        """Return the features of the photos, computed here. Raises as `extract_features` does."""
        from utils.features import extract_features

        missing = [name for name in dict.fromkeys(names) if name not in self.known]
        if missing:
            paths = [self.dataset.path(name) for name in missing]
            found = extract_features(paths, kind=self.kind, weights=self.weights, cache=False)
            self.known.update(zip(missing, found, strict=True))
        rows = np.stack([self.known[name] for name in names]).astype(np.float32)
        return shaped(rows, self.shape)

    def wrong(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the features under every wrong scale of the pixels."""
        missing = [name for name in dict.fromkeys(names) if name not in self.known_wrong]
        if missing:
            paths = [self.dataset.path(name) for name in missing]
            found = wrong_features(paths, self.weights, self.kind)
            for place, name in enumerate(missing):
                self.known_wrong[name] = {scale: rows[place] for scale, rows in found.items()}
        known = [self.known_wrong[name] for name in names]
        return {
            scale: shaped(np.stack([one[scale] for one in known]), self.shape) for scale in known[0]
        }

    def facts(
        self, dev: Part, train: Part, statistics: tuple[np.ndarray, np.ndarray] | None
    ) -> FeatureFacts:
        """Return what is true of the features of two parts."""
        names = [*dev.names, *train.names]
        used = self.of(names).reshape(len(names), -1)
        finite = np.isfinite(used)
        right = self.right(names).reshape(len(names), -1) if self.comparable else None
        compared = {}
        if self.given is not None and right is not None and finite.all():
            compared = self._compared(names, used, right)
        if self.given is not None and finite.all():
            compared["constant_in"] = self._constant_in(dev, train)
        if statistics is not None and right is not None and len(train):
            compared |= _statistics(statistics, self.right(train.names))
        return FeatureFacts(
            from_file=self.given is not None,
            finite=float(finite.mean()),
            zero_rows=float((used == 0).all(axis=1).mean()),
            spread=_spread(used),
            right_spread=None if right is None else _spread(right),
            **compared,
        )

    def _constant_in(self, dev: Part, train: Part) -> tuple[str, ...]:
        """Return the splits whose rows hardly differ, beside right ones or those of the other."""
        parts = {"dev": dev, "train": train}
        used = {split: _spread(self.of(part.names)) for split, part in parts.items() if len(part)}
        usual = dict.fromkeys(used, max(used.values()))
        if self.comparable:
            usual = {split: _spread(self.right(parts[split].names)) for split in used}
        return tuple(
            split
            for split, spread in used.items()
            if len(parts[split]) > 1 and spread <= NEARLY_CONSTANT * usual[split]
        )

    def _compared(self, names: list[str], used: np.ndarray, right: np.ndarray) -> dict:
        own = _same(used, right)
        found = {"own": float(own.mean()), "in_step": _nearest(used, right)}
        others = [_same(row[None], right).any() for row in used]
        found["elsewhere"] = float((np.array(others) & ~own).mean())
        if found["own"] < 0.9:
            few = list(range(0, len(names), max(len(names) // FEW, 1)))[:FEW]
            some = [names[place] for place in few]
            found["scales"] = {
                name: float(_same(used[few], rows.reshape(len(few), -1)).mean())
                for name, rows in self.wrong(some).items()
            }
            found["orders"] = {
                way: float(_same(used[few], self.right(others).reshape(len(few), -1)).mean())
                for way, others in partners(self.dataset, some).items()
            }
        return found


def _spread(rows: np.ndarray) -> float:
    """Return the mean standard deviation over photos."""
    return float(rows.std(axis=0).mean())


def _same(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return whether each row is (nearly) the other, `(n,)` bool; one may be a single row."""
    distance = np.linalg.norm(rows - others, axis=-1)
    return distance <= SAME * np.maximum(np.linalg.norm(others, axis=-1), 1e-6)


def _nearest(used: np.ndarray, right: np.ndarray) -> float:
    """Return the share of rows whose nearest right row, by the cosine, is that of their photo."""
    first, second = (rows - rows.mean(axis=0) for rows in (used, right))
    first, second = (
        rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        for rows in (first, second)
    )
    return float(((first @ second.T).argmax(axis=1) == np.arange(len(used))).mean())


def _statistics(statistics: tuple[np.ndarray, np.ndarray], right: np.ndarray) -> dict:
    mean, variance = statistics
    flat = right.reshape(-1, right.shape[-1])
    if len(mean) != flat.shape[1]:
        return {}
    deviations = np.sqrt(flat.var(axis=0) + LEAST_VARIANCE)
    together = 0.0
    if mean.std() > 1e-6:
        together = float(np.corrcoef(mean, flat.mean(axis=0))[0, 1])
    return {
        "mean_correlation": together,
        "deviation_ratio": float(np.median(np.sqrt(np.maximum(variance, 0)) / deviations)),
        "least_variances": float((variance <= 2 * LEAST_VARIANCE).mean()),
    }
