"""What a checker demands of an answer; each helper raises `Incorrect` with a full sentence.

An answer may hold lists, tuples, arrays, tensors, their shapes, NumPy's numbers or Python's,
float32 or float64: what counts is what they hold. `name` in the messages may be singular or plural.
"""

import math
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from numbers import Rational
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect
from utils.exercises.guard import short

# Sentences that a correct verdict shows.
COMPARED: ContextVar[list[str] | None] = ContextVar("COMPARED", default=None)


@dataclass(frozen=True)
class Comparison:
    """Two arrays side by side: equal in every bit, equal within the tolerance, how far apart."""

    name: str
    exact: bool
    approximate: bool
    largest: float

    def __str__(self) -> str:
        exact, approximate = ("yes" if flag else "no" for flag in (self.exact, self.approximate))
        return (
            f"{self.name}: exact: {exact}, approximate: {approximate}, "
            f"largest difference: {self.largest:.3g}"
        )


def mistake(condition: Any, name: str, explanation: str) -> None:
    """Raise `Incorrect` naming a well-known mistake where `condition` holds."""
    if np.size(condition) and bool(np.all(condition)):
        raise Incorrect(f"{_upper(name)}: {explanation}")


def looks_like(got: Any, wrong: Any, tolerance: float = 1e-5) -> bool:
    """Return whether an answer equals what a known mistake gives; never raises."""
    try:
        got, wrong = plain(got), plain(wrong)
        if isinstance(wrong, (str, Mapping, set)) or isinstance(got, (str, Mapping, set)):
            return type(got) is type(wrong) and bool(got == wrong)
        if isinstance(wrong, (list, tuple)) and not isinstance(got, np.ndarray):
            return (
                isinstance(got, (list, tuple))
                and len(got) == len(wrong)
                and all(looks_like(a, b, tolerance) for a, b in zip(got, wrong, strict=True))
            )
        first, second = np.asarray(got), np.asarray(wrong)
        if first.shape != second.shape:
            return False
        if "U" in first.dtype.kind + second.dtype.kind or first.dtype == object:
            return bool(np.array_equal(first, second))
        return bool(np.allclose(first, second, rtol=tolerance, atol=tolerance, equal_nan=True))
    except Exception:
        return False


def plain(value: Any) -> Any:
    """Return tensors as arrays, shapes of tensors as tuples, numbers of NumPy as Python's."""
    if hasattr(value, "detach"):  # torch, where Keras runs on it
        value = value.detach().cpu()
    if type(value).__name__ == "TensorShape":
        return tuple(value.as_list())
    if not isinstance(value, (np.ndarray, type)) and hasattr(value, "__array__"):
        value = np.asarray(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    return value


def expect_type(got: Any, kind: type | tuple[type, ...], name: str = "your answer") -> None:
    """Demand a type; a bool is not taken for a number."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    is_bool = isinstance(got, (bool, np.bool_))
    if isinstance(got, kinds) and not (
        is_bool and not {bool, np.bool_, object}.intersection(kinds)
    ):
        return
    if got is None:
        raise Incorrect(about_none(name))
    names = list(dict.fromkeys(f"`{entry.__name__.rstrip('_')}`" for entry in kinds))
    wanted = "something of type " + " or ".join(names)
    if {int, float} & set(kinds):
        wanted = "a number"
    raise Incorrect(
        f"{_upper(name)}: {wanted} is wanted, and this is of type `{type(got).__name__}`: "
        f"`{short(got)}`."
    )


def expect_number(got: Any, name: str = "your answer") -> float:
    """Return a number of any type as a float; raise `Incorrect` where it is none, or not finite."""
    value = plain(got)
    if value is None:
        raise Incorrect(f"{_upper(name)}: this is still `None`. Fill in a number.")
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, (Rational, Decimal)) and not isinstance(value, bool):
        value = float(value)
    expect_type(value, (int, float), name)
    if not math.isfinite(value):
        raise Incorrect(f"{_upper(name)}: `{value}` is not a finite number.")
    return float(value)


def expect_shape(got: Any, shape: Sequence[int | None], name: str = "your answer") -> None:
    """Demand a shape; None stands for any size on that axis."""
    if got is None:
        raise Incorrect(about_none(name))
    found, wanted = tuple(getattr(got, "shape", None) or np.shape(numbers(got, name))), tuple(shape)
    fits = len(found) == len(wanted) and all(
        want is None or have == want for have, want in zip(found, wanted, strict=True)
    )
    if not fits:
        shown = str(wanted).replace("None", "any")
        advice = _about_shape(found, wanted)
        raise Incorrect(f"{_upper(name)}: the shape is {found}, and should be {shown}.{advice}")


def expect_close(
    got: Any,
    want: Any,
    name: str = "your answer",
    tolerance: float = 1e-5,
    *,
    reveal: bool = True,
) -> None:
    """Demand numbers equal to `want` within `tolerance` (absolute, and relative to `want`).

    `reveal=False` says only "too small" or "too large": for a number that is itself the answer.
    """
    if got is None:
        raise Incorrect(about_none(name))
    mine, right = numbers(got, name), numbers(want, name)
    expect_finite(mine, right, name)
    expect_shape(mine, right.shape, name)
    comparison, place = compare(mine, right, name, tolerance)
    if comparison.approximate:
        return
    if not reveal:
        size = "small" if mine[place] < right[place] else "large"
        raise Incorrect(f"{_upper(name)}{_at(place)}: `{short(mine[place])}` is too {size}.")
    raise Incorrect(
        f"{_upper(name)}{_at(place)}: `{short(mine[place])}` came, and `{short(right[place])}` was "
        f"expected (they differ by {comparison.largest:.3g})."
    )


def expect_finite(got: Any, want: Any, name: str) -> None:
    """Refuse NaN and infinity where the right number is finite."""
    mine, right = np.asarray(got), np.asarray(want)
    if mine.dtype.kind not in "fc":
        return
    lost = ~np.isfinite(mine)
    if mine.shape == right.shape:
        lost &= np.isfinite(right)
    elif not np.isfinite(right).all():
        return
    if lost.any():
        place = tuple(int(n) for n in np.argwhere(lost)[0])
        raise Incorrect(f"{_upper(name)}{_at(place)}: `{mine[place]}` is not a finite number.")


def compare(
    mine: np.ndarray, right: np.ndarray, name: str, tolerance: float
) -> tuple[Comparison, tuple[int, ...]]:
    """Return the comparison of two arrays of one shape, and the place where they differ most."""
    if mine.size == 0:
        return Comparison(name, True, True, 0.0), ()
    with np.errstate(invalid="ignore", over="ignore"):
        mine_wide, right_wide = (np.asarray(part, dtype=np.float64) for part in (mine, right))
        agree = (mine_wide == right_wide) | (np.isnan(mine_wide) & np.isnan(right_wide))
        difference = np.where(agree, 0.0, np.abs(mine_wide - right_wide))
        allowed = np.where(np.isfinite(right_wide), tolerance * (1 + np.abs(right_wide)), 0.0)
    place = tuple(int(n) for n in np.unravel_index(int(np.argmax(difference)), mine.shape))
    fits = bool(np.all(difference <= allowed))
    return Comparison(name, bool(agree.all()), fits, float(difference[place])), place


def expect_equal(got: Any, want: Any, name: str = "your answer") -> None:
    """Demand equality of text, numbers, lists, sets or dicts; says where they first differ."""
    if got is None and want is not None:
        raise Incorrect(about_none(name))
    got, want = plain(got), plain(want)
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        _equal_keys(set(got), set(want), name)
        for key in want:
            expect_equal(got[key], want[key], f"{name}, key {key!r}")
        return
    if isinstance(want, (set, frozenset)) and isinstance(got, (set, frozenset)):
        return _equal_keys(set(got), set(want), name)
    if isinstance(want, (list, tuple, np.ndarray)) and isinstance(got, (list, tuple, np.ndarray)):
        return _equal_items(list(got), list(want), name)
    if isinstance(got, np.ndarray):
        raise Incorrect(
            f"{_upper(name)}: an array of shape {got.shape} came, and `{short(want)}` was expected."
        )
    if not _plainly_equal(got, want):
        raise Incorrect(f"{_upper(name)}: `{short(got)}` came, and `{short(want)}` was expected.")


def expect_choice(
    got: Any,
    right: str,
    because: Mapping[str, str],
    name: str = "your choice",
    why: str = "",
    order: str = "",
) -> None:
    """Demand one letter of a multiple choice; `because` says for each wrong letter why not.

    `why` says of the right one why it is right. `order` is that of the variant that is shown: its
    first letter is the one of `because` that the reader sees as a.
    """
    letter = letter_of(got) or got
    known = sorted({right, *because})
    if letter not in known:
        shown = ", ".join(f'"{entry}"' for entry in known)
        raise Incorrect(f"{_upper(name)}: one of {shown} is wanted, and this is `{short(got)}`.")
    meant = order[known.index(letter)] if order else letter
    if meant != right:
        raise Incorrect(f'Not "{letter}": {because[meant]}')
    note(why)


def letter_of(answer: Any) -> str:
    """Return the letter of a choice, however it is written, such as "(B)." or "**b**"; else ""."""
    letter = answer.strip(" \t\r\n.:()*'\"`").lower() if isinstance(answer, str) else ""
    return letter if len(letter) == 1 else ""


def note(sentence: str) -> None:
    """Let a correct verdict show a sentence."""
    notes = COMPARED.get()
    if sentence and notes is not None:
        notes.append(sentence)


# Results of a function, beside those of a reference


def demand_sound(got: Any, want: Any, names: Sequence[str]) -> None:
    """Refuse what is wrong whatever the numbers are: nothing, NaN, another container."""
    if len(names) > 1:
        _demand_parts(got, names)
        for part, right, name in zip(got, want, names, strict=True):
            demand_sound(part, right, [name])
        return
    (name,) = names
    if got is None and want is not None:
        raise Incorrect(about_none(name))
    got, want = plain(got), plain(want)
    if isinstance(want, list):
        if isinstance(got, (list, tuple, np.ndarray)):
            return
        advice = {set: " A set has no order.", str: " One string came."}.get(type(got), "")
        raise Incorrect(
            f"{_upper(name)}: a list is wanted, and this is of type `{type(got).__name__}`: "
            f"`{short(got)}`.{advice}"
        )
    if isinstance(want, (bool, str)):
        expect_type(got, type(want), name)
    elif isinstance(want, (int, float, np.ndarray)):
        expect_finite(numbers(got, name), want, name)


def _demand_parts(got: Any, names: Sequence[str]) -> None:
    wanted = " and ".join([", ".join(names[:-1]), names[-1]])
    if got is None:
        raise Incorrect(about_none("the result"))
    if not isinstance(got, (tuple, list)):
        raise Incorrect(
            f"{len(names)} results are wanted, {wanted}; one of type `{type(got).__name__}` came. "
            "Return them with a comma between them."
        )
    if len(got) != len(names):
        raise Incorrect(
            f"{len(names)} results are wanted, {wanted}; the number here is {len(got)}."
        )


def difference(got: Any, want: Any, names: Sequence[str], tolerance: float = 1e-5) -> str:
    """Return where a result differs from the reference's, as a sentence; "" where it does not."""
    try:
        if len(names) > 1:
            for part, right, name in zip(got, want, names, strict=True):
                _compare(part, right, name, tolerance)
        else:
            _compare(got, want, names[0], tolerance)
    except Incorrect as problem:
        return str(problem)
    return ""


def _compare(got: Any, want: Any, name: str, tolerance: float) -> None:
    want = plain(want)
    is_number = isinstance(want, (int, float, np.ndarray)) and not isinstance(want, bool)
    if is_number and np.asarray(want).dtype.kind in "biufc":
        expect_close(got, want, name, tolerance)
    else:
        expect_equal(got, want, name)


def agreement(results: Sequence[Any], wanted: Sequence[Any]) -> str:
    """Return a sentence that says how near results are to those of a reference."""
    count, apart = len(wanted), 0.0
    for got, want in zip(results, wanted, strict=True):
        parts = zip(got, want, strict=True) if isinstance(want, tuple) else [(got, want)]
        for part, right in parts:
            right = plain(right)
            if isinstance(right, (float, np.ndarray)) and np.size(right):
                with np.errstate(invalid="ignore"):
                    gap = np.abs(numbers(part, "") - np.asarray(right, float))
                apart = max(apart, float(np.nanmax(gap, initial=0.0)))
    near = " to 1e-7" if 0 < apart <= 1e-7 else " to 1e-5" if apart else ""
    return f"Agrees with the reference{near} on {count} inputs."


def _plainly_equal(got: Any, want: Any) -> bool:
    if isinstance(want, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        return math.isclose(float(got), want, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(want, str) != isinstance(got, str):
        return False
    return bool(np.all(got == want))


def _equal_keys(got: set, want: set, name: str) -> None:
    for label, extra in (("missing", want - got), ("not wanted", got - want)):
        if extra:
            first = ", ".join(f"`{short(entry)}`" for entry in sorted(extra, key=repr)[:3])
            more = f" and {len(extra) - 3} more" if len(extra) > 3 else ""
            raise Incorrect(f"{_upper(name)}: {label}: {first}{more}.")


def _equal_items(got: list, want: list, name: str) -> None:
    for place, (mine, right) in enumerate(zip(got, want, strict=False)):
        at = f"{name}[{place}]" if name.endswith("]") else f"{name.rstrip(',')}, place [{place}]"
        expect_equal(mine, right, at)
    if len(got) != len(want):
        raise Incorrect(f"{_upper(name)}: the length is {len(got)}, and should be {len(want)}.")


def numbers(value: Any, name: str) -> np.ndarray:
    """Return an answer as an array of numbers; raise `Incorrect` where it is none."""
    try:
        array = np.asarray(plain(value))
    except ValueError as error:
        raise Incorrect(
            f"{_upper(name)}: one array is wanted, and these rows have different lengths."
        ) from error
    if array.dtype.kind not in "biufc":
        raise Incorrect(f"{_upper(name)}: numbers are wanted, and this is `{short(value)}`.")
    return array


def about_none(name: str) -> str:
    """Return the sentence for an answer that is None."""
    return f"{_upper(name)}: `None` came back. Is the `return` missing, or a result never stored?"


def _about_shape(found: tuple, wanted: tuple) -> str:
    if len(found) > 1 and found == wanted[::-1]:
        return " The axes stand in reverse order: transposed?"
    if (
        wanted
        and len(found) == len(wanted) - 1
        and all(want in (None, have) for have, want in zip(found, wanted[1:], strict=True))
    ):
        return f" The first axis, of size {wanted[0] or 'any'}, is missing."
    if len(found) == len(wanted) + 1 and 1 in found:
        return " There is one axis too many, of size 1."
    return ""


def _at(place: tuple[int, ...]) -> str:
    return f", at [{', '.join(map(str, place))}]" if place else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
