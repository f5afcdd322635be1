"""What `python -m utils scaling` measured, as a table, as a plot, and on the results page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, open_frame
from utils.figures.show import picture_file
from utils.support.files import write_bytes, write_json, write_text
from utils.support.paths import DATA
from utils.support.peak_memory import ANONYMOUS
from utils.support.tables import between_marks, markdown_table

RESULTS, PAGE, NUMBERS, PLOT = DATA / "results", "README.md", "scaling.json", "scaling.png"
BEGIN, END = "<!-- table: python -m utils scaling -->", "<!-- end of the table -->"
HEAD = ("stage", "photos", "seconds", "ms a photo", "ms each further photo", "peak memory, MB")
COLOURS = {  # of the stages, in their order
    "drawing": GREY,
    "features": BLUE,
    "training": ORANGE,
    "captioning": GREEN,
    "scoring": "#8a4f9e",
}
ALT = "Time a photo and peak memory against the number of photos, a line for each stage"
Measures = dict[str, dict[str, dict[str, Any]]]  # photos, as text -> stage -> what was measured


def of_stage(found: Measures, stage: str) -> list[dict[str, Any]]:
    """Return what was measured of a stage, the fewest photos first."""
    measured = [stages[stage] for stages in found.values() if stage in stages]
    return sorted(measured, key=lambda one: one["photos"])


def bend(photos: Sequence[float], seconds: Sequence[float]) -> float | None:
    """Return how far the seconds are from a straight line at most, as a share of them.

    The line has a beginning of its own, since every stage has something to do before the first
    photo. None for fewer than three points, which always lie on a line.
    """
    if len(photos) < 3:
        return None
    line = np.polyfit(photos, seconds, 1, w=1 / np.asarray(seconds))
    return float(np.abs(np.polyval(line, photos) / seconds - 1).max())


def table(found: Measures) -> str:
    """Return the table in Markdown: a row for each stage and number of photos."""
    rows = []
    for stage in COLOURS:
        photos, seconds = 0, 0.0
        for one in of_stage(found, stage):
            further = (one["seconds"] - seconds) / max(one["photos"] - photos, 1)
            rows.append(
                [
                    stage if not photos else "",
                    f"{one['photos']:,}",
                    f"{one['seconds']:,.1f}",
                    f"{1000 * one['seconds'] / one['photos']:.2f}",
                    f"{1000 * further:.2f}" if photos else "",
                    f"{one['megabytes']:,.0f}" if "megabytes" in one else "",
                ]
            )
            photos, seconds = one["photos"], one["seconds"]
    return markdown_table(HEAD, rows)


def report(found: Measures) -> str:
    """Return the table, and below it how straight the lines are and what counts as memory."""
    bends = {}
    for stage in COLOURS:
        measured = of_stage(found, stage)
        points = [[one[name] for one in measured] for name in ("photos", "seconds")]
        if (most := bend(*points)) is not None:
            bends[stage] = f"{stage} {most:.0%}"
    told = [table(found)]
    if bends:
        told.append(
            "A straight line (a fixed part, and so much a photo) was fitted to the seconds of each "
            f"stage, by relative errors. The largest errors are: {', '.join(bends.values())}."
        )
    measured = [one for stages in found.values() for one in stages.values()]
    if any(one.get("memory", ANONYMOUS) != ANONYMOUS for one in measured):
        told.append("Memory is all resident memory here, the pages of memory maps included.")
    return "\n\n".join(told)


def plot(found: Measures) -> Figure:
    """Return two panels: the milliseconds a photo, and the peak memory, against the photos."""
    figure = Figure(figsize=(9.5, 3.8))
    left, right = figure.subplots(1, 2)
    times, memory = {}, {}
    for stage in COLOURS:
        measured = of_stage(found, stage)
        if measured:
            photos = [one["photos"] for one in measured]
            times[stage] = (photos, [1000 * one["seconds"] / one["photos"] for one in measured])
        if measured and "megabytes" in measured[0]:
            memory[stage] = (photos, [one["megabytes"] for one in measured])
    left.set(xscale="log", yscale="log", xlabel="photos", title="milliseconds a photo")
    right.set(xscale="log", xlabel="photos", title="peak memory (MB)")
    for axis, lines in ((left, times), (right, memory)):
        for stage, (photos, values) in lines.items():
            axis.plot(photos, values, "o-", color=COLOURS[stage], lw=2, ms=4.5)
        _ticks(axis, lines)
        open_frame(axis)
    right.set_ylim(0)
    figure.tight_layout(w_pad=8, rect=(0, 0, 0.9, 1))
    for axis, lines in ((left, times), (right, memory)):
        _labels(axis, {stage: values[-1] for stage, (_, values) in lines.items()})
    return figure


def _ticks(axis: Axes, lines: dict[str, tuple[list[int], list[float]]]) -> None:
    """Mark the numbers of photos that were measured, and plain numbers of milliseconds."""
    shown = [photos for stage, (photos, _) in lines.items() if stage != "training"]
    photos = sorted({number for several in shown for number in several})
    axis.set_xticks(photos, [f"{n:,}" for n in photos])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.title.set_fontsize(10.5)


def _labels(axis: Axes, ends: dict[str, float]) -> None:
    """Write each stage's name beside the end of its line, and none over another."""
    axis.figure.draw_without_rendering()  # only now it is known how high a line of text is
    height = 11 * axis.figure.dpi / 72
    below = -np.inf
    for stage in sorted(ends, key=ends.get):
        wanted = axis.transData.transform((1, ends[stage]))[1]
        below = max(wanted, below + height)
        place = axis.transAxes.inverted().transform((0, below))[1]
        axis.text(
            1.02, place, stage, color=COLOURS[stage], transform=axis.transAxes, va="center",
            fontsize=9,
        )  # fmt: skip


def with_costs(text: str, found: Measures) -> str:
    """Return the page's text with the table and the plot between their marks.

    Raises `ValueError` where the marks are missing.
    """
    return between_marks(text, BEGIN, END, f"{report(found)}\n\n![{ALT}]({PLOT})")


def publish(found: Measures, results: Path = RESULTS) -> Path:
    """Write the numbers, the plot and the page's table; return the folder of the results."""
    page = results / PAGE
    text = with_costs(page.read_text(encoding="utf-8"), found)
    write_json(results / NUMBERS, found)
    write_bytes(results / PLOT, picture_file(plot(found), dpi=85).data)
    write_text(page, text)
    return results
