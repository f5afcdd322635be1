"""The pictures that come with the page: test scenes of the drawn dataset, and free photos."""

import base64
import re
from collections import Counter
from io import BytesIO
from typing import Any

from PIL import Image

from utils.captions import clean_caption
from utils.scenes.annotators import write_captions
from utils.scenes.dataset import QUALITY, draw_scene, image_name
from utils.scenes.truth import FILLERS, LEXICON, scene_facts, true_facts
from utils.scenes.world import Scene, sample_world
from utils.support.paths import DATA

PHOTOS = DATA / "photos"
# Those of the scenes that the course's captioner learned from.
SIZES, SEED = (1000, 100, 100, 60), 0
SHOWN = 12
FIRST = "scene_01157.jpg"  # whose caption is true in every statement: what a reader sees first
VARIED = ("subject", "count", "action", "prop", "place", "time", "thing")  # kinds of facts
# A row of the table in LICENSE.md: photo, what it is, from, rights.
_ROW = re.compile(
    r"\| `(?P<name>.+?)` \| (?P<credit>.+?) \| (?P<source>.+?) \| (?P<licence>.+?) \|"
)


def shown_scenes() -> list[dict[str, Any]]:
    """Return 12 varied test scenes, which the course's captioner has never seen.

    Each has `name`, `type` and `base64` of the picture (WebP, 224 x 224), `captions` (five texts),
    `tokens` (the same as lists of words) and `facts` (see `drawn_facts`).
    """
    scenes = sample_world(SIZES, SEED)
    start = SIZES[0] + SIZES[1]
    test = {image_name(index): scenes[index] for index in range(start, start + SIZES[2])}
    return [_shown_scene(name, test[name]) for name in _varied(test)]


def drawn_facts(scene: Scene) -> dict[str, Any]:
    """Return `true`: the facts [kind, value] that may be stated, the plainest of a kind first."""
    plain = scene_facts(scene)
    return {"true": [list(fact) for fact in [*sorted(plain), *sorted(true_facts(scene) - plain)]]}


def lexicon() -> dict[str, Any]:
    """Return the words that `truth.js` needs, beside `drawn_facts`, to judge captions of scenes.

    `words`: a name of one word or more -> [kind, value]. `longest`: the words of the longest name.
    `fillers`: words that may stand between a colour and its noun.
    """
    return {
        "words": {" ".join(words): list(fact) for words, fact in LEXICON.items()},
        "longest": max(map(len, LEXICON)),
        "fillers": sorted(FILLERS),
    }


def shown_photos() -> list[dict[str, Any]]:
    """Return the photos that anybody may show: those that `data/photos/LICENSE.md` lists.

    Each has `name`, `type` and `base64` of the file (JPEG), `credit`, `source` and `licence`, and
    `captions`, which are none. Raises `FileNotFoundError` where a photo of the list is missing.
    """
    rows = _ROW.finditer((PHOTOS / "LICENSE.md").read_text(encoding="utf-8"))
    return [
        {
            **row.groupdict(),
            "type": "image/jpeg",
            "base64": _base64((PHOTOS / row["name"]).read_bytes()),
            "captions": [],
        }
        for row in rows
    ]


def _varied(scenes: dict[str, Scene]) -> list[str]:
    """Return names of scenes, each time that which shows most of what was shown least."""
    shows = {name: _main_facts(scene) for name, scene in scenes.items()}
    times: Counter[tuple[str, str]] = Counter()
    chosen: list[str] = []
    while len(chosen) < SHOWN:
        left = [name for name in scenes if name not in chosen]
        news = {name: sum(1 / (1 + times[fact]) for fact in shows[name]) for name in left}
        chosen.append(max(left, key=news.__getitem__))
        times.update(shows[chosen[-1]])
    return chosen


def _main_facts(scene: Scene) -> list[tuple[str, str]]:
    """Return the facts of the kinds that vary, in an order that is the same in every process."""
    return sorted(fact for fact in scene_facts(scene) if fact[0] in VARIED)


def _shown_scene(name: str, scene: Scene) -> dict[str, Any]:
    captions = write_captions(scene)
    return {
        "name": name,
        "type": "image/webp",
        "base64": _base64(_picture(scene)),
        "captions": captions,
        "tokens": [clean_caption(caption) for caption in captions],
        "facts": drawn_facts(scene),
    }


def _picture(scene: Scene) -> bytes:
    """Return the picture as lossless WebP, with the pixels of the dataset's JPEG file.

    Browsers may decode a JPEG file to slightly other pixels than Pillow.
    """
    jpeg, webp = BytesIO(), BytesIO()
    draw_scene(scene).save(jpeg, format="JPEG", quality=QUALITY)
    Image.open(jpeg).save(webp, format="WEBP", lossless=True, method=6)
    return webp.getvalue()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
