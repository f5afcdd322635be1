"""Exercises in which the reader designs an experiment: what is asked, what is varied, what follows.

    experiment = {
        "question": "Does a larger hidden state lower the loss on dev?",
        "settings": [16, 64, 128],
        "results": {16: [2.1, 2.2, 2.1], 64: [1.9, 1.9, 2.0], 128: [1.8, 1.9, 1.8]},
        "conclusion": "falls",
    }

The check wants a control, repeats, numbers that can be measured again, and a conclusion that the
numbers bear out: a difference between the first and the last setting that is larger than the
spread of the repeats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, NotAttempted

CONCLUSIONS = ("rises", "falls", "no clear effect")
KEYS = ("question", "settings", "results", "conclusion")
FEWEST_SETTINGS, QUESTION_WORDS = 3, 4
MOST_REPEATS = 5  # each is measured again
MOST_ENTRIES = 100  # settings, or results of one: whoever checks must not read on without end


@dataclass(frozen=True)
class Part:
    """One of the things that a setting holds: a number from `low` to `high`, perhaps whole."""

    name: str
    low: float
    high: float
    whole: bool = True

    def holds(self, value: Any) -> bool:
        """Return whether a value is such a number."""
        kind = Integral if self.whole else Real
        return (
            isinstance(value, kind)
            and not isinstance(value, bool)
            and self.low <= value <= self.high
        )


@dataclass(frozen=True)
class Design:
    """What may be varied, and how it is measured.

    `measure(setting, seed)` returns one number. `control`: the setting that the others are compared
    with. `repeats`: how many results a setting needs, of the seeds 0, 1, ...; 1 where nothing is
    random. `tolerance`: how far a result may be from what is measured again, absolute.
    `settings`: what a setting is, for a sentence. `valid(setting)`: whether it is one. Where a
    setting is a tuple of numbers, `parts` says so instead: one of them may vary, and the settings
    are compared from small to large.
    `again`: how many settings are measured again, each with all its seeds; None for all of them.
    `order`: the key by which settings that are no numbers stand from first to last, if they do.
    """

    measure: Callable[[Any, int], float]
    control: Any
    repeats: int
    tolerance: float
    settings: str
    valid: Callable[[Any], bool] | None = None
    parts: tuple[Part, ...] = ()
    again: int | None = None
    order: Callable[[Any], Any] | None = None

    def holds(self, setting: Any) -> bool:
        """Return whether something is a setting. May raise where it is nothing like one."""
        if self.valid is not None:
            return bool(self.valid(setting))
        fits = isinstance(setting, tuple) and len(setting) == len(self.parts)
        return fits and all(map(Part.holds, self.parts, setting))


# The name of what readers measure with -> its design, from the arguments after the setting.
DESIGNS: dict[str, Callable[..., Design]] = {}


def judge_experiment(experiment: Any, design: Design) -> None:
    """Judge an experiment. Raises `NotAttempted`, or `Incorrect` with a sentence that teaches."""
    if experiment is None:
        raise NotAttempted
    expect_form(experiment)
    settings = _expect_settings(experiment["settings"], design)
    results = _expect_results(experiment["results"], settings, design)
    _expect_measured(results, design)
    _expect_conclusion(experiment["conclusion"], results)


def expect_form(experiment: Any, keys: Sequence[str] = KEYS) -> None:
    """Demand a dict with all of the keys, and a question that is a sentence."""
    if not isinstance(experiment, dict):
        raise Incorrect(
            f"An experiment is a dict with the keys {', '.join(keys)}; "
            f"yours is of type {type(experiment).__name__}."
        )
    missing = [key for key in keys if key not in experiment]
    if missing:
        raise Incorrect(f"The key {missing[0]!r} is missing: an experiment has {', '.join(keys)}.")
    question = experiment["question"]
    if not isinstance(question, str) or len(question.split()) < QUESTION_WORDS:
        raise Incorrect(
            "Write the question as a sentence that a friend would understand. Without a question "
            "no result can surprise you."
        )


def _expect_settings(settings: Any, design: Design) -> list[Any]:
    entries = listed(settings)
    if entries is None:
        raise Incorrect(
            f"`settings` is a list of the settings that you tried, at most {MOST_ENTRIES}."
        )
    found = [_plain(setting) for setting in entries]
    for setting in found:
        if not is_setting(setting, design):
            raise Incorrect(f"{setting!r} cannot be tried here. A setting is {design.settings}.")
    if len(set(found)) < len(found):
        raise Incorrect("A setting is in the list twice. Repeats belong in its results.")
    if len(found) < FEWEST_SETTINGS:
        raise Incorrect(
            f"You tried {counted(len(found), 'setting')}. With fewer than {FEWEST_SETTINGS} no "
            "trend is seen."
        )
    if design.control not in found:
        raise Incorrect(
            f"The control is missing: {design.control!r}, what the chapter uses. Without it you "
            "cannot say what your change did."
        )
    if not design.parts:
        return found if design.order is None else sorted(found, key=design.order)
    _expect_one_varied(found, design)
    return sorted(found)


def _expect_one_varied(settings: list[Any], design: Design) -> None:
    columns = zip(design.parts, zip(*settings, strict=True), strict=True)
    varied = [part.name for part, values in columns if len(set(values)) > 1]
    if len(varied) > 1:
        raise Incorrect(
            f"More than one thing varies: {' and '.join(varied)}. Where two things vary at once, "
            "nobody can say which of them made the difference. Keep the others as they are in the "
            f"control, `{design.control}`."
        )


def is_setting(setting: Any, design: Design) -> bool:
    """Return whether something is a setting of a design, whatever it is."""
    try:
        hash(setting)
        return design.holds(setting)
    except (TypeError, ValueError, AttributeError):
        return False


def listed(values: Any) -> list[Any] | None:
    """Return what a list, tuple, set, range or array holds; None for anything else or too much."""
    if not isinstance(values, (list, tuple, set, frozenset, range, np.ndarray)):
        return None
    if isinstance(values, np.ndarray) and values.ndim == 0:
        return None
    # A range may be too long for `len`.
    many = len(values) > MOST_ENTRIES if not isinstance(values, range) else values[MOST_ENTRIES:]
    return None if many else list(values)


def _plain(value: Any) -> Any:
    """Return a number of NumPy as one of Python, a list or a row of an array as a tuple of such.

    Anything else is returned as it is.
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    parts = listed(value) if isinstance(value, (list, tuple, np.ndarray)) else None
    if parts is None:
        return value
    return tuple(part.item() if isinstance(part, np.generic) else part for part in parts)


def _expect_results(results: Any, settings: list[Any], design: Design) -> dict[Any, list[float]]:
    if not isinstance(results, dict):
        raise Incorrect(
            "`results` is a dict: setting -> the list of its results. Yours is of type "
            f"`{type(results).__name__}`."
        )
    if len(results) > MOST_ENTRIES:
        raise Incorrect(
            f"`results` holds {len(results)} settings, and at most {MOST_ENTRIES} are read."
        )
    given = {_plain(setting): values for setting, values in results.items()}
    missing = [setting for setting in settings if setting not in given]
    if missing:
        raise Incorrect(f"There is no result of the setting {missing[0]!r}.")
    extra = [setting for setting in given if setting not in settings]
    if extra:
        raise Incorrect(
            f"There is a result of {extra[0]!r}, which is not among the settings. Report all that "
            "you tried: whoever leaves out what does not fit can show anything."
        )
    return {setting: _numbers(given[setting], setting, design) for setting in settings}


def _numbers(values: Any, setting: Any, design: Design) -> list[float]:
    """Return the results of a setting as numbers."""
    entries = [values] if isinstance(values, Real) else listed(values)
    if entries is None:
        raise Incorrect(
            f"The results of {setting!r} are to be a list of numbers, at most {MOST_ENTRIES}."
        )
    found = [_plain(value) for value in entries]
    if not all(isinstance(v, Real) and not isinstance(v, bool) for v in found):
        raise Incorrect(f"Not every result of {setting!r} is a number.")
    if not all(_is_finite(v) for v in found):
        raise Incorrect(f"A result of {setting!r} is NaN or infinite: nothing was measured there.")
    if len(found) < design.repeats:
        raise Incorrect(
            f"The setting {setting!r} has {counted(len(found), 'result')} and needs "
            f"{design.repeats}, of the seeds 0, 1 and so on. One run does not tell an effect from "
            "luck."
        )
    if len(found) > MOST_REPEATS:
        raise Incorrect(
            f"The setting {setting!r} has {len(found)} results. Give {MOST_REPEATS} at most, of "
            f"the seeds 0 to {MOST_REPEATS - 1}: all of them count, and are measured again."
        )
    return [float(v) for v in found]


def counted(number: int, word: str) -> str:
    """Return a number with its word, such as "1 result" and "3 results"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number with hundreds of digits
        return False


def _expect_measured(results: dict[Any, list[float]], design: Design) -> None:
    """Measure again those that the conclusion compares, the control, and those far from it."""
    control = results[design.control][0]
    far = sorted(results, key=lambda setting: -abs(results[setting][0] - control))
    chosen = list(dict.fromkeys([*_ends(results), design.control, *far]))
    for setting in sorted(chosen[: design.again], key=lambda one: one != design.control):
        for seed, given in enumerate(results[setting]):
            _expect_result(setting, seed, given, design)


def _expect_result(setting: Any, seed: int, given: float, design: Design) -> None:
    found = float(design.measure(setting, seed))
    if abs(found - given) > design.tolerance or not math.isfinite(found):
        place = ("first", "second", "third")[seed] if seed < 3 else f"{seed + 1}th"
        raise Incorrect(
            f"The {place} result of {setting!r} is {given:.4g}. Measured again with seed {seed} it "
            f"is {found:.4g}. Results come from a run, one for each seed: 0 first, then 1, ..."
        )


def _expect_conclusion(conclusion: Any, results: dict[Any, list[float]]) -> None:
    said = str(conclusion).strip().lower()
    if said not in CONCLUSIONS:
        raise Incorrect(f"`conclusion` is one of {', '.join(map(repr, CONCLUSIONS))}.")
    found = supported(results)
    if said != found:
        first, last = _ends(results)
        raise Incorrect(
            f"Your conclusion is {said!r}. From {first!r} to {last!r} the mean goes from "
            f"{_mean(results[first]):.4g} to {_mean(results[last]):.4g}, and the results of one "
            f"setting differ by up to {_spread(results):.4g}. That says {found!r}."
        )


def supported(results: dict[Any, list[float]]) -> str:
    """Return the conclusion that results bear out: from the smallest setting to the largest.

    A difference of the means counts where it is larger than the largest difference between two
    repeats of one setting.
    """
    first, last = _ends(results)
    difference = _mean(results[last]) - _mean(results[first])
    if abs(difference) <= _spread(results) + 1e-9:
        return "no clear effect"
    return "rises" if difference > 0 else "falls"


def _ends(results: dict[Any, list[float]]) -> tuple[Any, Any]:
    """Return the smallest and the largest setting; the first and the last where they are words."""
    settings = list(results)
    if all(isinstance(setting, Real) for setting in settings):
        settings = sorted(settings)
    return settings[0], settings[-1]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _spread(results: dict[Any, list[float]]) -> float:
    return max(max(values) - min(values) for values in results.values())
