"""The process that runs the code of one student, and nothing that is trusted.

It is started as a script, in a copy of the course that has no checkers, and waits. For each student
it forks: the copy connects to the judge (`remote.py`), runs the cells that it is sent, and calls
the functions in them when the judge asks. What it sends back is plain data (`plain_values.py`).

    python answers.py COURSE MODULE...      # the course's copy, and what to import before

Messages are pairs (what, parts). From the judge they are ordinary pickles, to it plain values.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import linecache
import os
import pickle
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing.connection import Client, Connection
from types import ModuleType
from typing import Any

NEEDED = (
    "utils.classroom.plain_values",
    "utils.exercises.conditions",
    "utils.exercises.guard",
    "utils.exercises.own_work",
    "utils.exercises.stubs",
    "utils.exercises.worker",
)
REFUSED_EVENTS = {
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile"),
    *("os.kill", "os.killpg"),
}
KNOWING = re.compile(
    r"/solutions/|/\.git/|\.csv\.work/|/(checks\.bin|sealed\.json|grading\.key)$"
    r"|/exercises/(__pycache__/)?(chapter|values)_\d+\.([\w.-]+\.)?py"
    r"|/classroom/(__pycache__/)?(candidates|mistakes|questions)"
    r"|/tests/(authoring|book|classroom|exercises|leaks)/|/tests/(hand_ins|sample_\w+)\.py"
    r"|^/proc/\d+/(environ|mem|cmdline|fd|root|cwd)"
)
# These change files; what they are given are paths, numbers of open files, and other numbers.
CHANGES = {
    *("os.remove", "os.rmdir", "os.mkdir", "os.rename", "os.truncate", "os.chmod", "os.chown"),
    *("os.utime", "os.setxattr", "os.removexattr"),
}
LINKS = {"os.link", "os.symlink"}  # under another name, a file would not be known
TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Where Linux and the libraries keep what every program reads.
OF_THE_SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc", "/proc", "/sys", "/dev"),
    *("/nix/store", "/gnu/store", "/run/current-system"),
)
OF_PYTHON = ("bin", "lib", "lib64", "share", "etc", "ssl", "pyvenv.cfg")
MADE = "made"  # the folder of the copy where the course keeps what it draws and computes
LONGEST = 1800  # seconds of the processor; where the judge was killed, nobody else ends a loop
Message = tuple[str, tuple[Any, ...]]


def main(arguments: list[str]) -> None:
    """Wait on the standard input for the addresses of judges; fork a copy for each."""
    course, *modules = arguments
    # The environment may know the teacher's course. The copy comes last, so that nothing that lies
    # in it replaces a module of Python.
    others = (path for path in sys.path if not os.path.isdir(f"{path}/utils/exercises"))
    sys.path[:] = [*others, course]
    from utils.classroom.linux import adopt_orphans, die_with_parent

    die_with_parent()
    adopt_orphans()
    for name in (*NEEDED, *modules):  # now, before an answer can change what lies on the disk
        importlib.import_module(name)
    asked = os.fdopen(os.dup(0), "r", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what answers print goes nowhere
        os.dup2(nowhere, number)
    if hasattr(os, "fork"):
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies that ended are not waited for
    for line in asked:
        address, key, home = json.loads(line)
        if hasattr(os, "fork") and os.fork():
            continue
        if hasattr(os, "fork"):
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            die_with_parent()
        asked.close()
        _limit_time()
        line = Client(address, authkey=bytes.fromhex(key))
        _keep_inside(course, home)
        with contextlib.suppress(EOFError, OSError):
            Student(line).serve()
        os._exit(0)


def _keep_inside(course: str, home: str) -> None:
    """Let this process write in its own folder alone, and read what no answer is known from.

    The kernel sees to it where it can (Landlock); Python's own hook, which sees what is written in
    Python alone, is there in any case.
    """
    from utils.classroom.linux import wall_in

    os.chdir(home)
    # Libraries write into the home and the temporary folder: these are the student's own here.
    os.environ.update(dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), home))
    tempfile.tempdir = home
    scenes = os.path.join(course, "data", "scenes")
    if os.path.isdir(scenes):
        os.environ["COURSE_SCENES"] = scenes
    writable = (home, os.path.join(course, MADE), os.devnull, "/dev/shm")
    homes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    python = [os.path.join(folder, name) for folder in sorted(homes) for name in OF_PYTHON]
    wall_in([*OF_THE_SYSTEM, *python, *sys.path, course], writable)
    sys.addaudithook(refusal(tuple(os.path.realpath(path) for path in writable)))


def _limit_time() -> None:
    """Let the system end this process one day, where it can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))


def refusal(writable: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    """Return what refuses all that no answer needs: see `_refuse_open` and `_refuse_change`.

    Python calls it before each such act, and nothing written in Python can take it away again.
    """

    def refuse(event: str, given: tuple[Any, ...]) -> None:
        if event in REFUSED_EVENTS:
            raise PermissionError("An answer here may not start other programs.")
        if event in LINKS:
            raise PermissionError("An answer here may not give a file a second name.")
        if event == "open" and isinstance(given[0], str | bytes | os.PathLike):
            _refuse_open(os.fsdecode(given[0]), given[1], given[2], writable)
        elif event in CHANGES:
            for path in given:
                if isinstance(path, str | bytes | os.PathLike):
                    _refuse_change(os.fsdecode(path), writable)

    return refuse


def _refuse_open(path: str, mode: Any, flags: Any, writable: tuple[str, ...]) -> None:
    """Refuse files that know answers, wherever they lie, and to write outside `writable`."""
    place = os.path.realpath(path)
    if KNOWING.search(place.replace(os.sep, "/")):
        raise PermissionError(f"An answer here may not open {os.path.basename(place)}.")
    if isinstance(flags, int) and flags & TO_WRITE:
        _refuse_change(path, writable)
    # From an open folder, files are opened by names that say nothing of where they lie.
    if mode is None and (os.path.isdir(place) or os.pardir in path.split(os.sep)):
        _refuse_change(path, writable)


def _refuse_change(path: str, writable: tuple[str, ...]) -> None:
    place = os.path.realpath(path)
    if not any(place == own or place.startswith(own + os.sep) for own in writable):
        raise PermissionError(f"An answer here may not change {os.path.basename(place)}.")


class Asked:
    """Stands for a function of the judge, which runs there."""

    def __init__(self, student: Student, number: int, name: str) -> None:
        self._student, self._number, self.__name__ = student, number, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return what the judge's function returns; raises what it raises."""
        self._student.tell("ask", self._number, arguments, named)
        what, parts = self._student.next()
        if what == "told":
            return parts[0]
        raise JudgeRefused(*parts)


class JudgeRefused(Exception):
    """A function of the judge raised; `args` are the kind and the text."""


class _Reader(pickle.Unpickler):
    """Reads what the judge sends; its functions become `Asked`."""

    def __init__(self, data: bytes, student: Student) -> None:
        super().__init__(io.BytesIO(data))
        self.student = student

    def persistent_load(self, key: tuple[int, str]) -> Asked:
        return Asked(self.student, *key)


class Student:
    """The code of one student, and the line to the judge."""

    def __init__(self, line: Connection) -> None:
        self.line = line
        self.count = 0
        # A module of its own, so that nothing that a cell defines replaces what stands here.
        self.own_module, module = sys.modules["__main__"], ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names: dict[str, Any] = vars(module)
        self.names["display"] = lambda *_, **__: None  # a notebook has it without an import

    def serve(self) -> None:
        """Answer the judge until it hangs up."""
        self.tell("hello", os.getpid())
        while True:
            what, parts = self.next()
            getattr(self, f"do_{what}")(*parts)

    def next(self) -> Message:
        """Return what the judge says."""
        return _Reader(self.line.recv_bytes(), self).load()

    def tell(self, what: str, *parts: Any) -> None:
        """Say something to the judge."""
        from utils.classroom.plain_values import write_plain

        self.line.send_bytes(write_plain((what, parts)))

    def do_measures(self, module: str, functions: dict[str, Asked]) -> None:
        """Let the judge measure, who keeps what was measured before."""
        found = importlib.import_module(module)
        for name, function in functions.items():
            setattr(found, name, function)
        self.tell("done")

    def do_run(self, code: str) -> None:
        """Run a cell."""
        self.count += 1
        name = f"<ipython-input-{self.count}>"
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        try:
            exec(compile(code, name, "exec"), self.names)
        except BaseException as error:  # also `exit()`
            return self.tell("raised", *told_of(error))
        return self.tell("done")

    def do_load(self, data: bytes, names: tuple[str, ...]) -> None:
        """Take answers that were pickled in a notebook's kernel."""
        from utils.exercises.worker import name_files

        try:
            answers, sources = pickle.loads(data)
            name_files(answers, sources)
            self.names.update(zip(names, answers, strict=True))
        except BaseException as error:
            return self.tell("raised", *told_of(error))
        return self.tell("done")

    def do_get(self, name: str, id: str) -> None:
        """Describe an answer: a function by its parameters, anything else by its value."""
        from utils.exercises.exercise import find_exercise
        from utils.exercises.own_work import problem_of
        from utils.exercises.stubs import is_placeholder

        if name not in self.names:
            return self.tell("missing")
        value = self.names[name]
        if not callable(value) or isinstance(value, type):
            return self.tell("value", value)
        title = str(getattr(value, "__name__", name))
        problem = problem_of(find_exercise(id), (value,))
        is_stub = is_placeholder(value, id)
        return self.tell("function", title, parameters_of(value), is_stub, problem)

    def do_call(self, name: str, sent: bytes, conditions: tuple[str, ...]) -> None:
        """Call a function; tell the result and the arguments that it changed in place."""
        from utils.exercises.conditions import CONDITIONS
        from utils.exercises.guard import same

        arguments, named = _Reader(sent, self).load()
        before, named_before = _Reader(sent, self).load()
        try:
            with contextlib.ExitStack() as stack:
                counters = {one: stack.enter_context(CONDITIONS[one]()) for one in conditions}
                result = self.names[name](*arguments, **named)
                counts = {one: count() for one, count in counters.items() if count}
        except BaseException as error:
            return self.tell("raised", *told_of(error))
        pairs = [*zip(before, arguments, strict=True)]
        pairs += [(named_before[key], named[key]) for key in named]
        changed = {n: _parts(new) for n, (old, new) in enumerate(pairs) if not same(old, new)}
        return self.tell("returned", result, changed, counts)


def _parts(value: Any) -> Any:
    """Return an object of the course as the dict of what it holds."""
    from utils.exercises.guard import is_of_course

    return vars(value) if is_of_course(value) else value


def parameters_of(function: Any) -> list[tuple[str, int, bool]] | None:
    """Return name, kind and whether there is a default, for each parameter; None if unknown."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [(one.name, int(one.kind), one.default is not one.empty) for one in found]


def told_of(error: BaseException) -> tuple[str, str, str, str]:
    """Return an error's kind and text, the student's line, and the package that raised it."""
    from utils.exercises.guard import readers_line

    if isinstance(error, JudgeRefused):
        return "JudgeRefused", "", "", ""
    kind, text = type(error).__name__, str(error)
    if isinstance(error, KeyError) and len(error.args) == 1:
        text = str(error.args[0])
    frames = traceback.extract_tb(error.__traceback__)
    own = bool(frames) and frames[-1].filename.startswith("<ipython-input")
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    package = last.tb_frame.f_globals.get("__name__", "").partition(".")[0] if last else ""
    return kind, text[:2000], readers_line(error), "__main__" if own else package


if __name__ == "__main__":
    main(sys.argv[1:])
