"""What a checker demands of an answer; each helper raises `Incorrect` with a full sentence."""

import math
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect
from utils.exercises.guard import short

COMPARED: ContextVar[list["Comparison | str"] | None] = ContextVar("COMPARED", default=None)


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
    if bool(np.all(condition)):
        raise Incorrect(f"{name[:1].upper()}{name[1:]}: {explanation}")


def looks_like(got: Any, wrong: Any, tolerance: float = 1e-5) -> bool:
    """Return whether an answer equals what a known mistake gives; never raises."""
    try:
        if isinstance(wrong, (str, Mapping, set)) or isinstance(got, (str, Mapping, set)):
            return type(got) is type(wrong) and bool(got == wrong)
        first, second = _array(got), _array(wrong)
        if first.shape != second.shape:
            return False
        if "U" in first.dtype.kind + second.dtype.kind or first.dtype == object:
            return bool(np.array_equal(first, second))
        return bool(np.allclose(first, second, rtol=tolerance, atol=tolerance, equal_nan=True))
    except Exception:
        return False


def expect_type(got: Any, kind: type | tuple[type, ...], name: str = "your answer") -> None:
    """Demand a type; a bool is not taken for a number."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    is_bool = isinstance(got, (bool, np.bool_))
    if isinstance(got, kinds) and not (is_bool and bool not in kinds and object not in kinds):
        return
    if got is None:
        raise Incorrect(_about_none(name))
    wanted = "of type " + " or ".join(f"`{entry.__name__}`" for entry in kinds)
    if {int, float} <= set(kinds):
        wanted = "a number"
    raise Incorrect(
        f"{_upper(name)} should be {wanted}, and is of type `{type(got).__name__}`: `{short(got)}`."
    )


def expect_shape(got: Any, shape: Sequence[int | None], name: str = "your answer") -> None:
    """Demand a shape; None stands for any size on that axis."""
    if got is None:
        raise Incorrect(_about_none(name))
    found, wanted = tuple(getattr(got, "shape", None) or np.shape(_array(got))), tuple(shape)
    fits = len(found) == len(wanted) and all(
        want is None or have == want for have, want in zip(found, wanted, strict=True)
    )
    if not fits:
        shown = str(wanted).replace("None", "any")
        advice = _about_shape(found, wanted)
        raise Incorrect(f"{_upper(name)} has shape {found}, and should have {shown}.{advice}")


def expect_close(
    got: Any,
    want: Any,
    name: str = "your answer",
    tolerance: float = 1e-5,
    *,
    reveal: bool = True,
) -> None:
    """Demand numbers equal to `want` within `tolerance` (absolute, and relative to `want`).

    The comparison (exact, approximate, largest difference) is shown in both outcomes.
    `reveal=False` says only "too small" or "too large": for a number that is itself the answer.
    """
    if got is None:
        raise Incorrect(_about_none(name))
    mine, right = _numbers(got, name), _array(want)
    expect_shape(mine, right.shape, name)
    lost = np.argwhere(~np.isfinite(mine) & np.isfinite(right))
    if len(lost):
        place = tuple(int(n) for n in lost[0])
        raise Incorrect(f"{_upper(name)} holds {mine[place]}{_at(place)}: not a finite number.")
    comparison, place = compare(mine, right, name, tolerance)
    notes = COMPARED.get()
    if comparison.approximate:
        if notes is not None and right.dtype.kind in "fc" and reveal:
            notes.append(comparison)
        return
    if not reveal:
        size = "small" if mine[place] < right[place] else "large"
        raise Incorrect(f"{_upper(name)} is too {size}{_at(place)}: `{short(mine[place])}`.")
    raise Incorrect(
        f"{_upper(str(comparison))}{_at(place)} "
        f"(yours `{short(mine[place])}`, expected `{short(right[place])}`)."
    )


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
        raise Incorrect(_about_none(name))
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        _equal_keys(set(got), set(want), name)
        for key in want:
            expect_equal(got[key], want[key], f"{name}, at key {key!r}")
        return
    if isinstance(want, (set, frozenset)) and isinstance(got, (set, frozenset)):
        return _equal_keys(set(got), set(want), name)
    if isinstance(want, (list, tuple)) and isinstance(got, (list, tuple, np.ndarray)):
        return _equal_items(list(got), list(want), name)
    if isinstance(got, np.ndarray) and got.ndim:
        raise Incorrect(f"{_upper(name)} is an array of shape {got.shape}, not `{short(want)}`.")
    if not _plainly_equal(got, want):
        raise Incorrect(f"{_upper(name)} is `{short(got)}`, and should be `{short(want)}`.")


def expect_choice(
    got: Any, right: str, because: Mapping[str, str], name: str = "your choice", why: str = ""
) -> None:
    """Demand one letter of a multiple choice; `because` says for each wrong letter why not.

    `why` is shown beside the right one.
    """
    letter = got.strip().strip(".()").lower() if isinstance(got, str) else got
    known = sorted({right, *because})
    if letter not in known:
        shown = ", ".join(f'"{entry}"' for entry in known)
        raise Incorrect(f"{_upper(name)} should be one of {shown}, and is `{short(got)}`.")
    if letter != right:
        raise Incorrect(f'Not "{letter}": {because[letter]}')
    notes = COMPARED.get()
    if why and notes is not None:
        notes.append(why)


def _plainly_equal(got: Any, want: Any) -> bool:
    if isinstance(want, float) and isinstance(got, (int, float, np.number)):
        return math.isclose(float(got), want, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(want, str) != isinstance(got, str):
        return False
    return bool(np.all(got == want))


def _equal_keys(got: set, want: set, name: str) -> None:
    for label, extra in (("lacks", want - got), ("has too much:", got - want)):
        if extra:
            first = ", ".join(f"`{short(entry)}`" for entry in sorted(extra, key=repr)[:3])
            raise Incorrect(f"{_upper(name)} {label} {first} ({len(extra)} in all).")


def _equal_items(got: list, want: list, name: str) -> None:
    for place, (mine, right) in enumerate(zip(got, want, strict=False)):
        expect_equal(mine, right, f"{name.rstrip(',')}, at position {place},")
    if len(got) != len(want):
        raise Incorrect(f"{_upper(name)} has {len(got)} entries, and should have {len(want)}.")


def _array(value: Any) -> np.ndarray:
    """Return a NumPy array of an array, a tensor, a number or nested lists."""
    if hasattr(value, "detach"):  # torch, where Keras runs on it
        value = value.detach().cpu()
    return np.asarray(value)


def _numbers(value: Any, name: str) -> np.ndarray:
    try:
        array = _array(value)
    except ValueError as error:
        raise Incorrect(
            f"{_upper(name)} is not an array: its rows have different lengths."
        ) from error
    if array.dtype.kind not in "biufc":
        raise Incorrect(f"{_upper(name)} should be made of numbers, and is `{short(value)}`.")
    return array


def _about_none(name: str) -> str:
    return f"{_upper(name)} is `None`: is the `return` missing, or a result that is never stored?"


def _about_shape(found: tuple, wanted: tuple) -> str:
    if len(found) > 1 and found == wanted[::-1]:
        return " The axes stand in reverse order: transposed?"
    if len(found) == len(wanted) - 1 and all(
        want in (None, have) for have, want in zip(found, wanted[1:], strict=True)
    ):
        return " The first axis, the batch, is missing."
    if len(found) == len(wanted) + 1 and 1 in found:
        return " There is one axis too many, of size 1."
    return ""


def _at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, place))}]" if place else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
