"""Whether a split is drawn at random, judged by what many seeds put aside of 60 images."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from utils.exercises.expect import mistake

SEEDS = 40  # splits that are looked at together
# Beside them, for who makes few of many seeds: `seed or 42`, `seed % 100`, `min(seed, 1000)`.
OTHER_SEEDS = (42, 100, 1000, 1001, 4096, 65_536, 10**6)
ALL_SEEDS = (*range(SEEDS), *OTHER_SEEDS)
# The images in the order of the file, and how many of them a split puts aside.
DOGS_AND_SHEEP = [f"{kind}_{n:02d}.jpg" for kind in ("dog", "sheep") for n in range(30)]
ASIDE = 20


@dataclass(frozen=True)
class Draw:
    """The sorted names that each of `ALL_SEEDS` puts aside of `DOGS_AND_SHEEP`.

    `noun` and `aside` are words of the exercise, such as "image" and "held out".
    """

    chosen: list[list[str]]
    noun: str
    aside: str

    @cached_property
    def places(self) -> np.ndarray:
        """Whether a seed puts aside an image, (seeds, images)."""
        return np.array([[image in names for image in DOGS_AND_SHEEP] for names in self.chosen])

    def thirds(self, seeds: int | None = None) -> np.ndarray:
        """Return how many come from each third of the file, on the average of the first seeds."""
        rows = self.places[:seeds]
        return rows.reshape(len(rows), 3, -1).sum(axis=2).mean(axis=0)


def judge_the_draw(draw: Draw) -> None:
    """Look at the images that many seeds put aside: a rule, few splits, or no fair draw."""
    _refuse_rules(draw)
    _demand_no_seed_in_order(draw)
    seeds, chosen = ALL_SEEDS, draw.chosen
    distinct = len(set(map(tuple, chosen)))
    first, second = alike(chosen)
    shared = (
        "several seeds share a split",
        f"{len(seeds)} seeds gave only {distinct} splits; {seeds[first]} and {seeds[second]} give "
        "the same. Hand the seed itself to the generator.",
    )
    mistake(distinct < len(chosen) - 6, *shared)
    mistake(
        all(len({image[:3] for image in names}) < 2 for names in chosen),
        f"only one kind of {draw.noun} is {draw.aside}",
        "shuffle before you cut.",
    )
    _demand_a_fair_draw(draw)
    mistake(distinct < len(chosen), *shared)


def _refuse_rules(draw: Draw) -> None:
    """Refuse what follows the file: a block, regular steps, a list that is hardly shuffled."""
    names, places = draw.chosen[0], draw.places
    mistake(
        all(blocks(row) == 1 for row in places),
        "one block of the file",
        f"{names[0]} to {names[-1]} are {draw.aside}, one beside the other. Draw each of them.",
    )
    largest = draw.thirds().max()
    mistake(
        largest >= 14,
        f"most {draw.noun}s have not moved far",
        f"of the {ASIDE} that are {draw.aside}, {largest:.1f} on the average are of the same third "
        f"of the file. Shuffle all of the {draw.noun}s.",
    )
    mistake(
        # Steps that are not all alike go around the end of the file.
        all(len(_gaps(row)) <= 3 and blocks(row) > ASIDE / 2 for row in places),
        f"{draw.noun}s at regular steps",
        f"every n-th one is {draw.aside}, such as {', '.join(names[:3])}. Draw each of them.",
    )
    mistake(
        all(each == names for each in draw.chosen),
        "the seed changes nothing",
        f"with another seed, other {draw.noun}s should be {draw.aside}. Hand the seed to the "
        "generator.",
    )


def _demand_no_seed_in_order(draw: Draw) -> None:
    ends = (DOGS_AND_SHEEP[:ASIDE], DOGS_AND_SHEEP[-ASIDE:])
    in_order = [names in ends for names in draw.chosen]
    seed = ALL_SEEDS[in_order.index(True)] if any(in_order) else 0
    mistake(
        any(in_order),
        "one seed leaves the order of the files",
        f"with seed {seed} nothing is shuffled. Shuffle whatever the seed is.",
    )


def alike(results: Sequence[Any]) -> tuple[int, int]:
    """Return the places of two equal results; of the first twice where all differ."""
    pairs = combinations(range(len(results)), 2)
    return next((pair for pair in pairs if results[pair[0]] == results[pair[1]]), (0, 0))


def _demand_a_fair_draw(draw: Draw) -> None:
    """Refuse shuffles of a part, and of groups; a fair one is refused once in 100,000 times."""
    places, all_of = draw.places[:SEEDS], f"Shuffle all of the {draw.noun}s."
    shares = places.mean(axis=0)
    for share, never in ((0.0, "never"), (1.0, "always")):
        found = [image for image, mean in zip(DOGS_AND_SHEEP, shares, strict=True) if mean == share]
        mistake(
            len(found) > 0,
            f"some {draw.noun}s have no chance",
            f"with {SEEDS} seeds, {''.join(found[:1])} is {never} {draw.aside}. {all_of}",
        )
    thirds = draw.thirds(SEEDS)
    mistake(
        thirds.max() > 8.4 or thirds.min() < 5.0,
        "the list is not shuffled enough",
        f"of the {ASIDE} that are {draw.aside}, about 7 should come from each third of the files; "
        f"here they are {', '.join(f'{mean:.1f}' for mean in thirds)}.",
    )
    pairs = combinations(range(len(DOGS_AND_SHEEP)), 2)
    together = [(a, b) for a, b in pairs if (places[:, a] == places[:, b]).all()]
    mistake(
        len(together) > 0,
        f"some {draw.noun}s always go together",
        f"with each of {SEEDS} seeds one list has both of "
        f"{' and '.join(DOGS_AND_SHEEP[n] for pair in together[:1] for n in pair)}. "
        f"Shuffle the {draw.noun}s one by one.",
    )
    stretches = float(np.mean([blocks(row) for row in places]))
    mistake(
        stretches < 12.2,  # 13.6 for a fair one, with a deviation of 0.27
        "neighbours of the file go together",
        f"the {ASIDE} that are {draw.aside} stand in {stretches:.1f} blocks of the file on the "
        f"average; a fair draw makes it 13.6. Shuffle the {draw.noun}s one by one.",
    )


def _gaps(row: np.ndarray) -> set[int]:
    """Return the distances between neighbours among the chosen places, the first after the last."""
    places = np.flatnonzero(row).tolist()
    return {b - a for a, b in pairwise([*places, places[0] + len(row)])}


def blocks(row: np.ndarray) -> int:
    """Return in how many blocks the chosen places stand, the first place beside the last."""
    return int(np.sum(row & ~np.roll(row, 1)))
