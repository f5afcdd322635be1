"""The one command line of the course: `python -m utils` lists the commands, each with a line.

A command's module is imported when it is asked for, so that the list and `--help` answer at once.
What can stop any command (Ctrl-C, a full disk, missing rights, too little memory) is put in words
here, once for all of them; `python -X dev -m utils ...` shows the traceback.
"""

from __future__ import annotations

import signal

# Ctrl-C ends it without a word until `Stopping` listens: the imports below take a moment, and
# Python would show a traceback of them.
if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import importlib
import io
import os
import sys
from pathlib import Path

from utils.support.errors import sentence
from utils.support.memory import demand_memory
from utils.support.paths import demand_known_homes
from utils.support.stopping import Stopping

# name -> the module that has its `main(arguments)`, and what it does.
COMMANDS = {
    "caption": ("commands.caption", "write captions for your photos"),
    "course": ("commands.course", "run the whole course: data, training, all chapters"),
    "features": ("commands.features", "compute what the network sees, alone or in parts"),
    "train": ("commands.train", "train a captioner on a dataset and score it"),
    "evaluate": ("commands.evaluate", "score a captioner on a list of images"),
    "diagnose": ("commands.diagnose", "say why a captioner's captions are bad"),
    "experiments": ("commands.run_experiments", "train and score every model of the course"),
    "page": ("commands.page", "write the captioner as one HTML file for any browser"),
    "book": ("book.command", "build the course as a site to read, search and print"),
    "environment": ("commands.environment", "let this Python environment know the course"),
    "install": ("commands.install", "install Flickr8k and GloVe from Kaggle"),
    "doctor": ("commands.doctor", "say what is wrong on this machine, and what to do"),
    "data": ("commands.data", "prepare and verify the data that comes with the course"),
    "bench": ("commands.bench", "compare the library's speed with the naive way"),
}
FOR_TEACHERS = {
    "handout": ("classroom.handout", "write what students get: a folder, a zip, nbgrader, otter"),
    "grade": ("classroom.grade", "grade the notebooks of a class"),
    "alike": ("classroom.alike_report", "list students whose answers are alike"),
    "teaching": ("classroom.teaching", "write the tables of TEACHING.md again"),
    "predictions": ("classroom.predictions", "the guesses of a class in one picture"),
}
FOR_MAINTAINERS = {
    "notebooks": ("authoring.command", "prepare, execute, derive or check notebooks"),
    "run-notebooks": ("authoring.run_notebooks", "run the notebooks as tests"),
    "results": ("commands.write_results", "write the results page again"),
    "scaling": ("commands.scaling", "measure how cost grows with the number of photos"),
    "build-cnn": ("authoring.build_cnn", "convert the weights of MobileNetV2"),
    "build-glove": ("authoring.build_glove", "cut the slice of GloVe"),
    "build-summary": ("authoring.build_summary", "summarize a captioner's training photos"),
}
HERE = Path(__file__).resolve().parent
EVERY_COMMAND = {**COMMANDS, **FOR_TEACHERS, **FOR_MAINTAINERS}
FAILED, WRONG_ARGUMENTS = 1, 2
STOPPED = 130  # what a shell reports for a command that Ctrl-C ended


def overview() -> str:
    """Return the list of commands as it is printed."""
    lines = ["Usage: python -m utils COMMAND [OPTIONS]"]
    groups = (
        ("", COMMANDS),
        ("For teachers:", FOR_TEACHERS),
        ("For maintainers:", FOR_MAINTAINERS),
    )
    for heading, commands in groups:
        here = [f"  {name:<15}{text}" for name, (_, text) in commands.items() if is_here(name)]
        lines += ["", *([heading] if heading else []), *here] if here else []
    lines += ["", "python -m utils COMMAND --help says more about one of them."]
    return "\n".join(lines)


def is_here(name: str) -> bool:
    """Tell whether a command's module is in this tree; students do not get all of them."""
    module = EVERY_COMMAND[name][0]
    return HERE.joinpath(*module.split(".")).with_suffix(".py").is_file()


def unknown(name: str) -> str:
    """Return a sentence about a command that does not exist, with the nearest one that does."""
    import difflib  # which takes a moment, and is seldom needed

    known = filter(is_here, EVERY_COMMAND)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    advice = f"did you mean `python -m utils {nearest[0]}`? " if nearest else ""
    return f"There is no command {name!r}: {advice}`python -m utils` lists the commands."


def run(arguments: list[str], stopping: Stopping) -> int:
    """Run the command that the arguments name; return its exit code, and raise what it raises."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    name, *rest = arguments
    if name not in EVERY_COMMAND or not is_here(name):
        print(unknown(name), file=sys.stderr)
        return WRONG_ARGUMENTS
    demand_known_homes()
    demand_memory("the course", used=150, reserved=1_000)  # NumPy waits for ever with less
    try:
        command = importlib.import_module(f"utils.{EVERY_COMMAND[name][0]}").main
        if stopping.is_asked:  # some modules catch whatever happens while they are imported
            raise KeyboardInterrupt
        return command(rest)
    except SystemExit as end:  # argparse ends so, after the help and for wrong arguments
        if isinstance(end.code, str):
            raise
        return end.code or 0


def main(arguments: list[str], stopping: Stopping | None = None) -> int:
    """Run a command as `run` does; an error that is no fault of the code becomes a sentence.

    `stopping` knows whether the command was stopped, where it listens already.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed (`>&-`), and nobody reads it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # Any file name can then be printed, whatever the system's encoding is.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    stopping = stopping or Stopping()
    try:
        code = run(arguments, stopping)
        sys.stdout.flush()  # a closed pipe or a full disk may show only here
        return code
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:  # such as `| head`: whoever read the output has seen enough
        _drop_output()
        return FAILED
    except Exception as error:
        if stopping.is_asked:  # a library made another error of it
            return _stopped()
        said = sentence(error)
        if said is None or sys.flags.dev_mode:
            raise
        _drop_output()
        print(said, file=sys.stderr)
        return FAILED


def _stopped() -> int:
    _drop_output()
    print("You stopped it; what is finished is kept.", file=sys.stderr)
    return STOPPED


def _drop_output() -> None:
    """Let what is not written yet go nowhere, or Python fails once more with it at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    stopping = Stopping()
    stopping.listen()
    status = main(sys.argv[1:], stopping)
    stopping.close()  # from here on the process only ends
    sys.exit(status)
