"""The results page, `data/results`: what `utils.experiments` measured, as a table and pictures.

    python -m utils.results         # for maintainers, after the experiments

Writes `flickr8k-dev.json` (the scores), `curves.png` (learning curves), `gallery.png` (the shipped
captioners on photos that may be shown) and the table in the page's text, between its two marks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import utils.quiet  # noqa: F401 (first: TensorFlow then starts without its log lines)

# isort: split
from matplotlib.figure import Figure

from utils.captioner import SETTINGS, load_captioner
from utils.experiments import EXPERIMENTS, WIDTH, table
from utils.files import atomic_path, read_json, write_json
from utils.paths import CAPTIONERS, DATA
from utils.pipeline import RUNS
from utils.plots import BLUE, GREEN, GREY, ORANGE, photo_grid
from utils.training import HISTORY

RESULTS, PHOTOS = DATA / "results", DATA / "photos"
SCORES, PAGE = "flickr8k-dev.json", "README.md"
BEGIN, END = "<!-- table: python -m utils.results -->", "<!-- end of the table -->"


def published_scores(results: Path = RESULTS) -> dict[str, list[dict[str, Any]]]:
    """Return the scores by experiment, in the order of `EXPERIMENTS`, a dictionary a seed.

    Raises `FileNotFoundError` where they are not there.
    """
    path = results / SCORES
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: get it back with `git checkout {path}`.")
    return _in_order(read_json(path))


def _in_order(found: dict[str, Any]) -> dict[str, Any]:
    """Return what belongs to an experiment, in the order of `EXPERIMENTS`."""
    return {name: found[name] for name in EXPERIMENTS if name in found}


def curves(runs: Path) -> Figure:
    """Return the learning curves of the experiments' first seeds: dev loss against minutes."""
    figure = Figure(figsize=(7, 3.6))
    axis = figure.subplots()
    colours = iter((GREY, BLUE, GREEN, ORANGE))
    for name, experiment in EXPERIMENTS.items():
        path = runs / f"{name}-seed0" / "training" / HISTORY
        # Minus a reward is no cross-entropy: another unit, another picture.
        if not path.is_file() or experiment.recipe is None or experiment.recipe.critic:
            continue
        epochs = read_json(path)
        minutes = [
            sum(epoch["seconds"] for epoch in epochs[: place + 1]) / 60
            for place in range(len(epochs))
        ]
        losses = [epoch["dev_loss"] for epoch in epochs]
        axis.plot(minutes, losses, "o-", color=next(colours), label=name, markersize=4)
    axis.set(xlabel="minutes on two cores", ylabel="dev loss (nats a word)")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False)
    figure.tight_layout()
    return figure


def gallery(names: list[str]) -> Figure:
    """Return the photos that may be shown with what each shipped captioner says of them."""
    photos = sorted(PHOTOS.glob("*.jpg"))
    said = {}
    for name in names:
        captioner = load_captioner(name)
        said[name] = captioner.caption(photos)
    captions = [
        "\n".join(f"{name}: {said[name][place]}" for name in names) for place in range(len(photos))
    ]
    return photo_grid(photos, captions, columns=3, width=3.2, wrap=44)


def with_table(text: str, found: dict[str, list[dict[str, Any]]]) -> str:
    """Return the page's text with the table of the scores between its marks.

    Raises `ValueError` where the marks are missing.
    """
    pattern = re.compile(re.escape(BEGIN) + r".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"The page needs the lines {BEGIN} and {END} where the table belongs.")
    return pattern.sub(lambda _: f"{BEGIN}\n{table(found, WIDTH)}\n{END}", text)


def main() -> int:
    """Write the page's numbers and pictures; return 0, or 1 with a sentence on the error stream."""
    runs = RUNS / "experiments" / "flickr8k"
    try:
        found = read_json(runs / "results-dev.json")
        write_json(RESULTS / SCORES, _in_order(found))
        page = RESULTS / PAGE
        text = with_table(page.read_text(encoding="utf-8"), published_scores())
        with atomic_path(page) as temporary:
            temporary.write_text(text, encoding="utf-8")
        shipped = ("flickr8k", "flickr8k-best")
        names = [name for name in shipped if (CAPTIONERS / name / SETTINGS).is_file()]
        for name, figure in (("curves.png", curves(runs)), ("gallery.png", gallery(names))):
            with atomic_path(RESULTS / name) as temporary:
                figure.savefig(temporary, dpi=85, facecolor="white")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Written: {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
