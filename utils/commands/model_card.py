"""The card of a captioner that comes with the course: what it is, what it scores, how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils.metrics import ScoreRow
from utils.support.files import atomic_path
from utils.support.tables import markdown_table

CARD = "README.md"
MODELS = {
    "merge": "the course's merge model (chapter 5)",
    "causal": "the causal variant of the course's model (chapter 8)",
    "attention": "attention over regions (chapter 8)",
}
FEATURES = {"pooled": "1,280 numbers a photo", "map": "1,280 numbers for each of 7 x 7 regions"}
ON_THE_METRIC = """\
- It was trained further on the metric, so its scores flatter it: it says what many people agree
  on, again and again ({distinct:,} distinct captions for {photos:,} photos), and leaves out what
  is rare.
"""

_TEXT = """\
# {name}: {title}

Captions a photo in English, about ten words. `python -m utils caption --captioner {name} PHOTO`,
or `load_captioner("{name}")`.

| | |
|---|---|
| model | {kind}, {parameters:,} parameters, weights as float16 |
| sees | MobileNetV2 features ({features}), ImageNet weights, frozen |
| words | {words:,}: those that occur five times or more in the training captions |
| trained on | Flickr8k: 6,000 photos, five captions each; {training} |
| chosen on | the 1,000 dev photos; the test photos were never looked at |
| decoding | beam of {beam_width}, length penalty {length_penalty} |

Scores on the dev photos (tokens in lower case, no punctuation, no markers, five references):

{table}

Made by `python -m utils experiments {experiment}`; all results are in `data/results`.

## Data and licence

The photos and captions of Flickr8k (Hodosh, Young and Hockenmaier 2013) may be used for
non-commercial research and education only; they are not part of this folder, and the weights are
given for the same use. GloVe: PDDL 1.0. MobileNetV2: see `data/mobilenet_v2`.

## How it fails

- It has seen people, dogs, sport and play, out of doors, in daylight. Whatever else a photo shows,
  it says the nearest of these: a cup of coffee or a rocket becomes something of Flickr's in 2006.
- Its captions never say that it does not know, and a fluent sentence is no sign that it is true.
  `python -m utils caption` says beside them how like the training photos a photo is, and warns
  where it is less like them than 99% of the dev photos.
- It counts badly (two and three are guesses), mixes up the colours in a photo, and does not know
  left from right: mirrored photos were its second view.
- Words that occur less than five times in the training captions do not exist for it, names and
  rare animals among them.
- It repeats the habits of those who wrote the captions: whether it says man or woman, boy or girl
  follows clothes, hair and what is usual in such a scene. It must not be used to judge people.
{more}"""


def model_card(name: str, facts: dict[str, Any]) -> str:
    """Return the card as Markdown. `facts` has a value for every field of the text above."""
    return _TEXT.format(name=name, **facts)


def card_table(rows: Sequence[ScoreRow]) -> str:
    """Return rows of scores as a table in Markdown."""
    head = ["", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D", "length ratio"]
    cells = []
    for row in rows:
        scores = [f"{score:.1f}" for score in row.bleu.scores]
        cider = "" if row.cider is None else f"{100 * row.cider:.1f}"
        cells.append([row.name, *scores, cider, f"{row.bleu.length_ratio:.2f}"])
    return markdown_table(head, cells)


def write_card(folder: Path, facts: dict[str, Any]) -> None:
    """Write the card into a captioner's folder, whose name is the captioner's."""
    path = Path(folder) / CARD
    with atomic_path(path) as temporary:
        temporary.write_text(model_card(path.parent.name, facts), encoding="utf-8")
