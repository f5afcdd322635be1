"""The results page, `data/results`: what `python -m utils experiments` measured.

Its parts are `flickr8k-dev.json` (the scores), `curves.png` (learning curves), `gallery.jpg` (the
shipped captioners on photos that may be shown) and the table in the page's text, between its two
marks. `python -m utils results` writes them (`write_results.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from utils.callbacks import HISTORY
from utils.captioner import load_captioner
from utils.commands.experiments import EXPERIMENTS, WIDTH, table
from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, photo_grid
from utils.support.files import read_json
from utils.support.paths import DATA
from utils.support.tables import between_marks

RESULTS, PHOTOS = DATA / "results", DATA / "photos"
SCORES, PAGE = "flickr8k-dev.json", "README.md"
BEGIN, END = "<!-- table: python -m utils results -->", "<!-- end of the table -->"


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


def merged(
    published: dict[str, list[dict[str, Any]]], found: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the published rows, those of the seeds that were measured here replaced or added.

    A row that averages seeds is replaced as a whole. Whoever changes a recipe measures every seed
    again: a row does not tell by which recipe it was trained.
    """
    both = dict(published)
    for name, runs in _in_order(found).items():
        if EXPERIMENTS[name].averages:
            both[name] = runs
        else:
            by_seed = {tuple(run["of"][1]): run for run in [*published.get(name, []), *runs]}
            both[name] = [by_seed[seeds] for seeds in sorted(by_seed)]
    return _in_order(both)


def without_curve(runs: Path) -> list[str]:
    """Return the experiments whose learning curve is missing on this machine."""
    return [name for name in _curve_names() if not _history(runs, name).is_file()]


def _curve_names() -> list[str]:
    # Minus a reward is no cross-entropy: another unit, another picture.
    return [
        name for name, one in EXPERIMENTS.items() if one.recipe and not one.recipe.self_critical
    ]


def _history(runs: Path, name: str) -> Path:
    return runs / f"{name}-seed0" / "training" / HISTORY


def curves(runs: Path) -> Figure:
    """Return the learning curves of the experiments' first seeds: dev loss against minutes.

    Raises `FileNotFoundError` where one is missing (`without_curve`).
    """
    figure = Figure(figsize=(7, 3.6))
    axis = figure.subplots()
    colours = iter((GREY, BLUE, GREEN, ORANGE))
    for name in _curve_names():
        epochs = read_json(_history(runs, name))
        minutes = [
            sum(epoch["seconds"] for epoch in epochs[: place + 1]) / 60
            for place in range(len(epochs))
        ]
        losses = [epoch["dev_loss"] for epoch in epochs]
        axis.plot(minutes, losses, "o-", color=next(colours), label=name, markersize=4)
    axis.set(xlabel="minutes on two cores", ylabel="dev loss (nats per word)")
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
    return between_marks(text, BEGIN, END, table(found, WIDTH))
