"""What the readers of chapter 3 measure: how well GloVe sorts the words of five groups."""

from functools import cache

import numpy as np

from utils.exercises.remembered import remembered
from utils.glove import load_glove

_LISTED = {
    "animals": "dog cat horse cow sheep pig rabbit duck bear camel",
    "people": "man woman boy girl lady child men women boys girls",
    "colours": "red green blue yellow orange purple pink white black brown",
    "places": "beach forest park street mountain farm lake desert road city",
    "actions": "running standing sitting jumping sleeping swimming eating riding",
}
# The words that the chapter draws and sorts: group -> its words.
GROUPS = {group: members.split() for group, members in _LISTED.items()}
MOST_EXAMPLES, DRAWS = 6, 20


@cache
def _group_directions(numbers: int) -> tuple[np.ndarray, ...]:
    """Return each group's vectors, cut to their first numbers and brought to length one."""
    glove = load_glove()
    found = []
    for members in GROUPS.values():
        table = np.array([glove[word] for word in members], dtype=float)[:, :numbers]
        found.append(table / np.linalg.norm(table, axis=1, keepdims=True))
    return tuple(found)


@remembered
def share_sorted(setting: tuple[int, int], seed: int) -> float:
    """Return the share of unseen words of `GROUPS` that are sorted into the right group.

    `setting` is `(examples, numbers)`: how many words of each group are told, 1 to 6, and how many
    of GloVe's 50 numbers a word keeps, the first ones. Which words are told is drawn by `seed`, 20
    times; the result is the mean. The unseen words are 18 in each draw, whatever the setting.
    """
    examples, numbers = setting
    rng = np.random.default_rng(seed)
    right = []
    for _ in range(DRAWS):
        mixed = [rng.permutation(table) for table in _group_directions(numbers)]
        means = np.array([table[:examples].mean(axis=0) for table in mixed])
        for place, table in enumerate(mixed):
            right.extend(np.argmax(table[MOST_EXAMPLES:] @ means.T, axis=1) == place)
    return float(np.mean(right))
