"""Running the reader's code: with a time limit, on copies, and with its own line in errors."""

import copy
import ctypes
import inspect
import linecache
import os
import signal
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, NotAttempted

LIBRARY = Path(__file__).resolve().parents[1]
# A crowded machine leaves a program a few hundredths of its time: below IDLE of it the code sleeps,
# above it it works and is waited for, up to PATIENCE times the limit.
IDLE, PATIENCE = 0.005, 20.0
# TensorFlow's C++ code calls Python, and ends the whole process where that raises what it does not
# expect. So within TensorFlow the exception waits, but no longer than so many seconds.
TENSORFLOW = f"{os.sep}tensorflow{os.sep}"
GRACE, NEAR = 1.0, 3


class TimeUp(BaseException):
    """The time limit is over. Not an `Exception`, so that a reader's `except` lets it pass."""


class ReaderError(Exception):
    """The reader's function raised; `__cause__` is what it raised."""


_FAR_KINDS = (
    *(ArithmeticError, ZeroDivisionError, AttributeError, IndexError, KeyError, LookupError),
    *(NameError, NotImplementedError, OSError, RuntimeError, StopIteration, TypeError, ValueError),
)


class FarError(Exception):
    """What the reader's code raised in another process.

    Its class has the name of the error there. `line`: the reader's line. `package`: what raised it.
    """

    line = ""
    package = ""


def far_error(kind: str, text: str, line: str, package: str) -> FarError:
    """Return an error that looks like one of class `kind` that was raised in another process."""
    usual = next((one for one in _FAR_KINDS if one.__name__ == kind), None)
    error = type(kind, (FarError, usual) if usual else (FarError,), {})(text)
    error.line, error.package = line, package
    type(error).__module__ = package
    return error


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` inside the block after `seconds`, also out of an endless Python loop.

    What counts is the processor's time, so that a busy machine makes no answer wrong; but code
    that sleeps is stopped by the clock, and all is over after `PATIENCE` times `seconds`.

    POSIX's main thread uses an alarm, which also ends a sleep. Elsewhere (Windows, or a thread)
    the exception is placed into the running thread, which ends every loop written in Python.
    """
    on_main = threading.current_thread() is threading.main_thread()
    limit = _by_alarm if on_main and hasattr(signal, "SIGALRM") else _by_thread
    with limit(seconds):
        yield


def _in_tensorflow(frame: FrameType | None) -> bool:
    """Return whether one of the innermost calls is TensorFlow's."""
    for _ in range(NEAR):
        if frame is None:
            return False
        if TENSORFLOW in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def _stop_behind_tensorflow(frame: FrameType | None) -> None:
    """Let `TimeUp` be raised at the next line of the code that called TensorFlow."""

    def stop(*_: Any) -> None:
        raise TimeUp

    while frame is not None and TENSORFLOW not in frame.f_code.co_filename:
        frame = frame.f_back
    while frame is not None and TENSORFLOW in frame.f_code.co_filename:
        frame = frame.f_back
    if frame is not None:
        frame.f_trace = stop
        sys.settrace(lambda *_: None)


def _stopwatch(seconds: float) -> Callable[[], bool]:
    """Return a function that says whether a limit that begins now is over."""
    begun, begun_work = time.monotonic(), time.process_time()

    def is_over() -> bool:
        passed, worked = time.monotonic() - begun, time.process_time() - begun_work
        if passed < seconds:
            return False
        return worked >= seconds or worked < IDLE * passed or passed >= PATIENCE * seconds

    return is_over


@contextmanager
def _by_alarm(seconds: float) -> Iterator[None]:
    is_over, is_long_over = _stopwatch(seconds), _stopwatch(seconds + GRACE)

    def ring(_: int, frame: FrameType | None) -> None:
        # Set anew each time, so that it never rings within itself. It rings again and again: a bare
        # `except:` in the loop may have swallowed the first.
        signal.setitimer(signal.ITIMER_REAL, 0.25)
        if not is_over():
            return
        if not _in_tensorflow(frame) or is_long_over():
            raise TimeUp
        _stop_behind_tensorflow(frame)

    before, traced = signal.signal(signal.SIGALRM, ring), sys.gettrace()
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if sys.gettrace() is not traced:  # a debugger warns of every call
            sys.settrace(traced)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    thread = ctypes.c_ulong(threading.get_ident())
    place = ctypes.pythonapi.PyThreadState_SetAsyncExc
    done, placed = threading.Event(), threading.Event()
    is_over, is_long_over = _stopwatch(seconds), _stopwatch(seconds + GRACE)

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            over, frame = is_over(), sys._current_frames().get(thread.value)
            waits = over and _in_tensorflow(frame) and not is_long_over()
            if over and not waits:
                place(thread, ctypes.py_object(TimeUp))
                placed.set()
            wait = min(0.01 if waits else 0.25, seconds)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        if placed.is_set():
            # One that was not raised yet must not escape. Taking it away would leave Python looking
            # for it for ever, which hangs a debugger; so another takes its place and is caught.
            with suppress(TimeUp):
                place(thread, ctypes.py_object(TimeUp))
                while True:
                    time.sleep(0.001)


def duplicate(value: Any) -> Any:
    """Copy containers, arrays, random generators and objects of the course deeply.

    Everything else is handed on as it is.
    """
    if isinstance(value, np.random.Generator):
        fresh = np.random.Generator(type(value.bit_generator)())
        fresh.bit_generator.state = value.bit_generator.state
        return fresh
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(duplicate(part) for part in value)
    if type(value) is dict:
        return {key: duplicate(part) for key, part in value.items()}
    if is_of_course(value):
        return copy.deepcopy(value)
    return value


def is_of_course(value: Any) -> bool:
    """Return whether a value is an object of the course that holds data, such as a vocabulary."""
    is_ours = type(value).__module__.startswith("utils.") and not isinstance(value, str | bytes)
    return is_ours and not callable(value) and hasattr(value, "__dict__")


def same(first: Any, second: Any) -> bool:
    """Return whether two values are equal in type, shape and content (nan equals nan)."""
    if isinstance(first, np.random.Generator) or first is second:
        return True
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        if first.shape != second.shape or first.dtype != second.dtype:
            return False
        return bool(np.array_equal(first, second, equal_nan=first.dtype.kind in "fc"))
    if type(first) is not type(second):
        return False
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if is_of_course(first):  # what it has computed meanwhile, and keeps, does not count
        return all(same(part, vars(second).get(name)) for name, part in vars(first).items())
    try:
        return bool(first == second)
    except Exception:
        return False


def short(value: Any, limit: int = 60) -> str:
    """Return a value in a few words: arrays by shape and dtype where they are long."""
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) > 0 and int(np.prod([n or 1 for n in shape])) > 6:
        return f"array of shape {tuple(shape)}, {getattr(value, 'dtype', '')}".rstrip(", ")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        value = float(f"{value:.6g}") + 0.0  # without the sign of -0
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def whole(value: Any, digits: int = 4) -> str:
    """Return a value in full, as it could be typed, numbers with a few digits."""
    if isinstance(value, np.ndarray):
        return whole(value.tolist(), digits)
    if isinstance(value, np.generic):
        value = value.item()
    if hasattr(value, "__array__"):  # a tensor
        return whole(np.asarray(value).tolist(), digits)
    if isinstance(value, float):
        return f"{value + 0.0:.{digits}g}"  # -0 would look like a mistake
    if type(value) in (list, tuple, set):
        opening, closing = {list: "[]", tuple: "()", set: "{}"}[type(value)]
        comma = "," if type(value) is tuple and len(value) == 1 else ""
        return opening + ", ".join(whole(part, digits) for part in value) + comma + closing
    if type(value) is dict:
        parts = (f"{key!r}: {whole(part, digits)}" for key, part in value.items())
        return "{" + ", ".join(parts) + "}"
    if inspect.isfunction(value):
        return value.__name__
    return repr(value)


def call(function: Any, *arguments: Any, **named: Any) -> Any:
    """Call the reader's function on copies of the inputs and return what it returns.

    Raises `Incorrect` where it cannot be called or changed an input in place, `NotAttempted`
    on `NotImplementedError`, and `ReaderError` where it raised something else.
    """
    if not callable(function):
        raise Incorrect(
            f"A function is wanted here, and this is of type `{type(function).__name__}`. "
            "Hand in the function itself, without brackets after its name."
        )
    _demand_arguments(function, arguments, named)
    copies, named_copies = duplicate(arguments), duplicate(named)
    try:
        result = function(*copies, **named_copies)
    except NotImplementedError as error:
        if _is_own(error):
            raise NotAttempted from None
        raise ReaderError(shown_call(function, arguments, named)) from error
    except (Incorrect, NotAttempted, KeyboardInterrupt, TimeUp):
        raise
    except BaseException as error:  # also `exit()` in the reader's code
        raise ReaderError(shown_call(function, arguments, named)) from error
    _demand_untouched((*arguments, *named.values()), (*copies, *named_copies.values()))
    return result


def _is_own(error: BaseException) -> bool:
    """Return whether the reader's code raised it, and no library that it called."""
    return is_readers(traceback.extract_tb(error.__traceback__)[-1].filename)


def _demand_arguments(function: Any, arguments: tuple, named: dict[str, Any]) -> None:
    """Refuse a function that does not take what it is called with."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return
    try:
        signature.bind(*arguments, **named)
    except TypeError:
        count = len(arguments) + len(named)
        raise Incorrect(
            f"The parameters differ from those in the text: your function is `{_name_of(function)}"
            f"{signature}`, and it is called with {count} argument{'s' if count != 1 else ''}: "
            f"`{shown_call(function, arguments, named)}`."
        ) from None


def shown_call(function: Any, arguments: tuple, named: dict[str, Any] | None = None) -> str:
    """Return a call as text; large arguments are told by type and size."""
    parts = [whole(value) if len(whole(value)) <= 160 else short(value) for value in arguments]
    parts += [f"{key}={short(value, 40)}" for key, value in (named or {}).items()]
    return f"{_name_of(function)}({', '.join(parts)})"


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", "your_function").replace("<lambda>", "your_function")


def _demand_untouched(originals: tuple, copies: tuple) -> None:
    for place, (before, after) in enumerate(zip(originals, copies, strict=True), start=1):
        if not same(before, after):
            raise Incorrect(
                f"Your function changes its input in place (argument {place}: "
                f"{_changed(before, after)}). Whoever calls "
                "it still needs the original: work on a copy, or build a new value."
            )


def _changed(before: Any, after: Any) -> str:
    """Return what the call changed; of two arrays of one shape the first element that differs."""
    told = before, after
    where = "it"
    if isinstance(before, np.ndarray) and before.size and np.shape(before) == np.shape(after):
        place = tuple(int(n) for n in np.argwhere(before != after)[0]) if before.ndim else ()
        told = before[place], after[place]
        where = f"at [{', '.join(map(str, place))}] it" if place else "it"
    return f"{where} was `{short(told[0])}`, and after the call it is `{short(told[1])}`"


def is_readers(filename: str) -> bool:
    """Return whether a file is neither Python's, nor a package's, nor the course's own."""
    if filename.startswith("<"):
        return filename.startswith(("<ipython-input", "<stdin", "<string", "<python-input"))
    path = Path(filename)
    installed = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
    return not any(path.is_relative_to(folder) for folder in (LIBRARY, *installed))


def readers_line(error: BaseException) -> str:
    """Return "line 3: text" for the deepest line of the reader that raised an error, or ""."""
    if isinstance(error, FarError):
        return error.line
    frames = [
        entry for entry in traceback.extract_tb(error.__traceback__) if is_readers(entry.filename)
    ]
    if not frames:
        return ""
    last = frames[-1]
    text = (last.line or linecache.getline(last.filename, last.lineno or 0)).strip()
    text = text if len(text) <= 80 else text[:77] + "..."
    return f"line {last.lineno} of your cell" + (f": `{text}`" if text else "")
