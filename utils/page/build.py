"""The page, put together: markup, style, scripts, weights and pictures in one HTML file."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from utils.page.scenes import FIRST, lexicon, shown_photos, shown_scenes
from utils.page.weights import exported_captioner, exported_cnn
from utils.support.files import atomic_path

TITLE = "Image captioning, step by step"
HERE = Path(__file__).parent
# In this order: what a script uses stands before it.
WORKER = ("base64", "arrays", "resize", "cnn", "lstm", "attention", "decode", "likeness", "worker")
PAGE = ("base64", "captions", "bleu", "truth", "page")
VIEWS = ("map", "photo", "words", "search", "attention", "cover", "compare", "score", "tour")
SHIPPED = {
    "scenes": (
        "drawn scenes",
        "The course's model, trained on 1,000 drawn scenes; it knows nothing of real photos.",
    ),
    "flickr8k-best": (
        "real photos, attention",
        "Attention over 7 x 7 regions, trained on 6,000 photos of people and dogs (Flickr8k).",
    ),
    "flickr8k": (
        "real photos, the course's model",
        "The course's model, trained on 6,000 photos of people and dogs (Flickr8k).",
    ),
}


def build_page(names: Sequence[str], path: Path, course: str = "") -> int:
    """Write the page with the captioners named to `path`; return its size in bytes.

    A name is that of a captioner that comes with the course, or a folder. `course`: the address of
    the course as a site, which the page then leads to. Raises what `load_captioner` raises, and
    `ValueError` for a kind of model that the page cannot run.
    """
    networks = {"cnn": exported_cnn()}
    about, summaries = [], set()
    for name in names:
        known_as = shown_name(name)
        networks[known_as] = manifest, _ = exported_captioner(name, summaries)
        title, note = SHIPPED.get(name, ("your own", "Trained by you."))
        known = {key: manifest[key] for key in ("kind", "joiner")}
        about.append({"name": known_as, "title": title, "note": note, **known})
    facts = {"captioners": about, "scenes": shown_scenes(), "photos": shown_photos()}
    facts |= {"first": FIRST, "lexicon": lexicon()}
    text = page_text(facts, networks, course)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return len(text.encode())


def shown_name(captioner: str) -> str:
    """Return how the page calls a captioner: `train` writes `RUN/captioner`, which is "RUN"."""
    folder = Path(captioner)
    return folder.parent.name if folder.name == "captioner" else folder.name


def page_text(
    facts: dict[str, Any], networks: dict[str, tuple[dict[str, Any], bytes]], course: str = ""
) -> str:
    """Return the page as HTML; `networks`: name -> manifest and bytes; `course` as above."""
    parts = [_data("page-data", "application/json", _json(facts))]
    parts.append(_data("worker-source", "text/plain", _scripts(WORKER)))
    for place, (name, (manifest, weights)) in enumerate(networks.items()):
        network = f"network-{place}"
        parts.append(_data(f"{network}-manifest", "application/json", _json(manifest)))
        written = base64.b64encode(weights).decode()
        parts.append(_data(network, "text/plain", written, f' data-network="{escape(name)}"'))
    text = (HERE / "page.html").read_text(encoding="utf-8")
    text = text.replace("{{style}}", (HERE / "page.css").read_text(encoding="utf-8"))
    title = f"<em>{TITLE}</em>"
    link = f'<a href="{escape(course, quote=True)}">{title}</a>' if course else title
    text = text.replace("{{course}}", link)
    scripts = _scripts(PAGE) + _scripts(VIEWS, HERE / "views")
    return text.replace("{{page}}", scripts).replace("{{data}}", "\n".join(parts))


def _scripts(names: Sequence[str], folder: Path = HERE) -> str:
    """Return scripts one after the other."""
    found = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in names]
    return "\n".join(found)


def _json(value: Any) -> str:
    """Return a value as JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _data(name: str, kind: str, text: str, more: str = "") -> str:
    return f'<script type="{kind}" id="{name}"{more}>{text}</script>'
