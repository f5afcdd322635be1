"""Judging a function on inputs that hypothesis draws, against a reference.

A few inputs that somebody thought of are not enough: a wrong answer agrees with them by chance, or
looks like another mistake. So each exercise says how its inputs look (a strategy), and has the
right function. Known mistakes are functions too; one is named only where it gives the reader's very
results on all inputs. Otherwise the smallest input that fails is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky, NoSuchExample
from hypothesis.strategies import SearchStrategy

from utils.exercises.exercise import Incorrect
from utils.exercises.expect import (
    agreement,
    demand_sound,
    difference,
    looks_like,
    mistake,
    note,
)
from utils.exercises.guard import call, shown_call, whole
from utils.support.paths import made_dir

# Or its folder of notes appears beside the notebook.
set_hypothesis_home_dir(made_dir() / "cache" / "hypothesis")
DRAWN = 60  # inputs, beside those that an exercise names
SHOWN = 400  # letters of a result and what was expected, beyond which they are not shown
SEARCH = (Phase.generate, Phase.shrink)
SHRINKS = 100  # inputs tried in search of a smaller one that fails
# The same inputs every time: an answer is never right today and wrong tomorrow.
_SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
# Tests look here for what was judged: the strategy and the reference.
WATCHED: ContextVar[list[Judge] | None] = ContextVar("WATCHED", default=None)


@dataclass(frozen=True)
class Mistake:
    """A known mistake: `name` and `why` tell the reader.

    `function(*inputs)` makes it: it returns what the mistake returns. Where a judge has `fits`, it
    is `function(inputs, got)` and says whether a result is of that mistake.
    """

    function: Callable[..., Any]
    name: str
    why: str


@dataclass(frozen=True)
class Judge:
    """How the answers to one exercise are judged.

    `inputs`: a strategy for tuples of arguments. `right(*inputs)`: what a right answer returns; a
    tuple means several results, which `names` tells apart. `examples`: inputs that are always
    tried. `tolerance`: for numbers, absolute and relative. `fits(inputs, got)` stands in for a
    comparison with `right` where more than one result is right, or where it can say more: it
    returns what is wrong with a result, as a sentence, or "". `count`: how many are drawn.
    `searches`: whether a smaller input that fails is looked for, which calls the answer often.
    """

    inputs: SearchStrategy[tuple]
    right: Callable[..., Any] | None = None
    names: tuple[str, ...] = ("the result",)
    mistakes: Sequence[Mistake] = ()
    examples: Sequence[tuple] = ()
    tolerance: float = 1e-5
    fits: Callable[[tuple, Any], str] | None = None
    count: int = DRAWN
    searches: bool = True
    drawn: list[tuple] = field(default_factory=list, repr=False, compare=False)

    def __call__(self, answer: Any) -> None:
        """Return where the answer is right; raise `Incorrect` otherwise."""
        watched = WATCHED.get()
        if watched is not None:
            watched.append(self)
        every = [*self.examples, *self.draw()]
        found = [(inputs, call(answer, *inputs)) for inputs in every]
        if self.right is not None:
            for number, (inputs, got) in enumerate(found):
                self._demand_sound(answer, inputs, got, is_first=not number)
        failing = [inputs for inputs, got in found if self.problem(inputs, got)]
        if failing:
            if failing[0] is not every[0]:
                self._demand_no_memory(answer, every[0])
            self._name_the_mistake(found)
            smallest = min(failing, key=lambda inputs: len(whole(inputs)))
            raise Incorrect(self._told(answer, self._smaller(answer, smallest)))
        if self.right is None or self.fits is not None:
            note(f"Right on all of {len(found)} inputs.")
        else:
            wanted = [self.right(*inputs) for inputs, _ in found]
            note(agreement([got for _, got in found], wanted))

    def _demand_no_memory(self, answer: Any, inputs: tuple) -> None:
        """Refuse an answer that was right for some inputs and, after other calls, is not."""
        if self.problem(inputs, call(answer, *inputs)):
            raise Incorrect(
                "A later call with the same input gives another result. Does something outside "
                "the function, or a default such as `[]`, keep what an earlier call left there? "
                "Or is something drawn without a seed, or a part of an array from `np.empty` never "
                f"filled? Seen with `{shown_call(answer, inputs)}`."
            )

    def _demand_sound(self, answer: Any, inputs: tuple, got: Any, is_first: bool) -> None:
        """Refuse nothing, NaN and wrong containers; say for which input, if not for the first."""
        try:
            demand_sound(got, self.right(*inputs), self.names)
        except Incorrect as problem:
            seen = "" if is_first else f" Seen with `{shown_call(answer, inputs)}`."
            raise Incorrect(f"{problem}{seen}") from None

    def problem(self, inputs: tuple, got: Any) -> str:
        """Return what is wrong with the result for some inputs, "" where nothing is."""
        if self.fits is not None:
            return self.fits(inputs, got)
        return difference(got, self.right(*inputs), self.names, self.tolerance)

    def draw(self, count: int | None = None) -> list[tuple]:
        """Return inputs, the same ones each time, the first `count` or all.

        They are kept, because drawing takes a while.
        """
        if not self.drawn:

            @settings(_SETTINGS, max_examples=self.count, phases=[Phase.generate])
            @given(self.inputs)
            def collect(inputs: tuple) -> None:
                self.drawn.append(inputs)

            collect()
        return self.drawn[:count]

    def _name_the_mistake(self, found: list[tuple[tuple, Any]]) -> None:
        """Raise `Incorrect` where a known mistake gives the very same results on all inputs."""
        if len(self.names) == 2 and all(self._are_exchanged(*pair) for pair in found):
            raise Incorrect(
                f"The two results are exchanged: first {self.names[0]}, then {self.names[1]}."
            )
        name_a_mistake(found, self.mistakes, by_result=self.fits is not None)

    def _are_exchanged(self, inputs: tuple, got: Any) -> bool:
        return not self.problem(inputs, tuple(got)[::-1])

    def _smaller(self, answer: Any, inputs: tuple) -> tuple:
        """Return the smallest input that hypothesis finds and that fails alike."""
        if not SHRINKS or not self.searches:
            return inputs
        kind = _kind(self.problem(inputs, call(answer, *inputs)))
        smallest, tries = inputs, 0

        def fails(tried: tuple) -> bool:
            nonlocal smallest, tries
            tries += 1
            if tries > SHRINKS:
                raise _Enough
            problem = self.problem(tried, call(answer, *tried))
            is_alike = bool(problem) and (self.fits is None or _kind(problem) == kind)
            if is_alike and len(whole(tried)) < len(whole(smallest)):
                smallest = tried
            return is_alike

        with suppress(NoSuchExample, Flaky, _Enough):
            find(self.inputs, fails, settings=settings(_SETTINGS, phases=SEARCH))
        return smallest

    def _told(self, answer: Any, inputs: tuple) -> str:
        """Return the failing case: the input, what came, what was expected, one sentence."""
        got = call(answer, *inputs)
        problem, shown = self.problem(inputs, got), f"`{shown_call(answer, inputs)}`"
        if not problem:
            return f"Another result comes each time: {shown} was right when it was tried again."
        if self.fits is not None or self.right is None:
            return f"{problem} Seen with {shown}."
        want = self.right(*inputs)
        digits = next((n for n in (4, 7, 12) if whole(got, n) != whole(want, n)), 17)
        came, expected = whole(got, digits), whole(want, digits)
        if len(came) + len(expected) > SHOWN:
            return f"{problem} Seen with {shown}."
        about = problem.partition(": ")[2] if "the shape is" in problem else ""
        about = f" {about[:1].upper()}{about[1:]}" if about else ""
        return f"{shown} gives `{came}`, and `{expected}` was expected.{about}"


def name_a_mistake(
    found: Sequence[tuple[tuple, Any]], mistakes: Sequence[Mistake], by_result: bool = False
) -> None:
    """Raise `Incorrect` where a known mistake gives the very results, for pairs (inputs, got).

    `by_result`: the mistakes' functions are `function(inputs, got)`, as for a judge with `fits`.
    """

    def is_of(known: Mistake, inputs: tuple, got: Any) -> bool:
        try:
            with np.errstate(all="ignore"):
                if by_result:
                    return bool(known.function(inputs, got))
                return looks_like(got, known.function(*inputs))
        except Exception:  # the mistake itself may fail where the answer does not
            return False

    for known in mistakes:
        mistake(all(is_of(known, *pair) for pair in found), known.name, known.why)


class _Enough(BaseException):
    """Ends a search; hypothesis lets nothing else pass at once."""


def _kind(problem: str) -> str:
    """Return what stands before the colon: the sort of problem, without its numbers."""
    return problem.partition(":")[0]


@contextmanager
def watched() -> Iterator[list[Judge]]:
    """Collect the judges that checks use inside the block; for tests."""
    found: list[Judge] = []
    token = WATCHED.set(found)
    try:
        yield found
    finally:
        WATCHED.reset(token)
