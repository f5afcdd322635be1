"""How long the main commands will take on this machine, from a few small measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from utils.diagnosis.finding import Finding, ok, warning
from utils.diagnosis.isolated import Told, ask

SECONDS = 45.0  # for all measurements together
# What the commands do. Scenes: photos with their mirrored views, and 12 epochs of steps of 256
# prefixes. Flickr8k: 8,091 photos, and up to 12 epochs of steps of 512 prefixes.
SCENE_PHOTOS, SCENE_STEPS, SCENE_CAPTIONS = 2_520, 12 * 240, 200
FLICKR_PHOTOS, FLICKR_STEPS, FLICKR_CAPTIONS = 8_091, 12 * 604, 1_000
# Seconds of all chapters, and of a training step and a photo, on the machine of CONTRIBUTING.md.
CHAPTERS, REFERENCE_STEP, REFERENCE_PHOTO = 540.0, 0.048, 0.0072
START = 8.0  # seconds until TensorFlow is there
LOW, HIGH = 0.7, 2.0  # what is measured in moments is honest within this

Ask = Callable[..., Told]


def measured(ask: Ask = ask) -> dict[str, float]:
    """Return the seconds of a photo, a caption, and a training step of each dataset."""
    told = ask("utils.diagnosis.speed_trial", seconds=SECONDS)
    found: dict[str, float] = {}
    for line in told.lines:
        found.update(line if isinstance(line, dict) else {})
    return found


def expected(took: dict[str, float]) -> dict[str, float]:
    """Return command -> seconds, for those commands whose parts were measured."""
    parts = {
        "captions for 10 photos": ("photo", "caption"),
        "`train scenes`": ("photo", "caption", "scenes"),
        "all chapters": ("photo", "scenes"),
        "`train flickr8k`": ("photo", "caption", "flickr8k"),
    }
    sums = {
        "captions for 10 photos": lambda t: START + 10 * (t["photo"] + t["caption"]),
        "`train scenes`": lambda t: (
            START
            + SCENE_PHOTOS * t["photo"]
            + SCENE_STEPS * t["scenes"]
            + SCENE_CAPTIONS * t["caption"]
        ),
        "all chapters": lambda t: (
            CHAPTERS * (t["photo"] / REFERENCE_PHOTO + t["scenes"] / REFERENCE_STEP) / 2
        ),
        "`train flickr8k`": lambda t: (
            START
            + FLICKR_PHOTOS * t["photo"]
            + FLICKR_STEPS * t["flickr8k"]
            + FLICKR_CAPTIONS * t["caption"]
        ),
    }
    return {name: sums[name](took) for name, used in parts.items() if all(p in took for p in used)}


def look_at_speed(measure: Callable[[], dict[str, float]] = measured) -> Iterator[Finding]:
    """Yield how long the main commands take here, as a range."""
    took = measure()
    times = expected(took)
    if not times:
        yield warning("How long the commands take could not be measured: nothing ended in time.")
        return
    yield ok("Measured now, with whatever else this machine does:")
    for name, seconds in times.items():
        yield ok(f"  {name}: {_range(seconds)}.")
    if len(times) < 4:
        yield warning("The larger measurements did not end in time: this machine is slow or busy.")


def _range(seconds: float) -> str:
    low, high = LOW * seconds, HIGH * seconds
    if high < 100:
        return f"{_rounded(low)} to {_rounded(high)} seconds"
    if high < 100 * 60:
        return f"{_rounded(low / 60)} to {_rounded(high / 60)} minutes"
    return f"{_rounded(low / 3600)} to {_rounded(high / 3600)} hours"


def _rounded(value: float) -> str:
    """Return a number with two digits at most: more would pretend."""
    return f"{value:.1g}" if value < 1 else f"{float(f'{value:.2g}'):.0f}"
