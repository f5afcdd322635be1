"""The process that runs the reader's code, so that it can be killed; see `process.py`.

It reads a check from its standard input, says that it has begun, and writes the verdict, and
whether threads of the answer go on. Its own output goes elsewhere: what the reader's code prints
never mixes with what it says.
"""

import contextlib
import inspect
import linecache
import os
import pickle
import sys
import threading
from types import CodeType, FunctionType
from typing import Any, BinaryIO

BEGUN = "begun"


def main() -> None:
    """Answer until the standard input ends."""
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Code of the reader, and libraries in C, may print or read.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    own = os.getpid()
    while True:
        try:
            request = pickle.load(asked)
        except EOFError:
            return
        verdict = _answer(request, told)
        # A thread of the answer that goes on would slow or stop the next one.
        goes_on = threading.active_count() > 1
        if os.getpid() != own:  # the reader's code has forked, and this is the copy
            os._exit(0)
        _write(told, (verdict, goes_on))


def _answer(request: dict[str, Any], told: BinaryIO) -> Any:
    """Run one check; return its verdict, or the text of what kept it from being asked."""
    sys.path[:] = request["path"]
    with contextlib.suppress(OSError):
        os.chdir(request["folder"])
    try:
        if request["keras"]:
            import keras  # noqa: F401  # seconds, which are not the answer's

        from utils.exercises.exercise import find_exercise
        from utils.exercises.verdict import verdict_of

        find_exercise(request["id"])
        answers = pickle.loads(request["answers"])
        name_files(answers, request["sources"])
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    _write(told, BEGUN)
    return verdict_of(request["id"], *answers)


def functions_of(answers: tuple[Any, ...]) -> list[FunctionType]:
    """Return the functions among answers, and those of the same notebook that they call."""
    found: dict[int, FunctionType] = {}
    waiting = [inspect.unwrap(answer) for answer in answers if callable(answer)]
    homes = {getattr(function, "__module__", None) for function in waiting}
    while waiting:
        function = waiting.pop()
        is_own = isinstance(function, FunctionType) and function.__module__ in homes
        if is_own and id(function) not in found:
            found[id(function)] = function
            waiting += [function.__globals__.get(name) for name in function.__code__.co_names]
    return list(found.values())


def name_files(answers: tuple[Any, ...], sources: dict[tuple[str, int], Any]) -> None:
    """Give functions the file that they were defined in, which they lost on their way here."""
    for function in functions_of(answers):
        code = function.__code__
        if (code.co_name, code.co_firstlineno) in sources:
            name, lines = sources[code.co_name, code.co_firstlineno]
            linecache.cache[name] = (sum(map(len, lines)), None, lines, name)
            function.__code__ = _in_file(code, name)


def _in_file(code: CodeType, name: str) -> CodeType:
    """Return code, with the functions inside it, as if it were of another file."""
    inside = tuple(_in_file(c, name) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=name, co_consts=inside)


def _write(told: BinaryIO, value: Any) -> None:
    pickle.dump(value, told)
    told.flush()


if __name__ == "__main__":
    main()
