"""The one command line of the course: `python -m utils` lists the commands, each with a line.

A command's module is imported when it is asked for, so that the list and `--help` answer at once.
"""

from __future__ import annotations

import difflib
import importlib
import io
import sys

# name -> the module that has its `main(arguments)`, and what it does.
COMMANDS = {
    "caption": ("commands.caption", "write captions for your photos"),
    "course": ("commands.course", "run the whole course: data, training, all chapters"),
    "train": ("commands.train", "train a captioner on a dataset and score it"),
    "evaluate": ("commands.evaluate", "score a captioner on a list of images"),
    "experiments": ("commands.experiments", "train and score every model of the course"),
    "install": ("commands.install", "install Flickr8k and GloVe from Kaggle"),
    "data": ("commands.data", "prepare and verify the data that comes with the course"),
    "bench": ("commands.bench", "compare the library's speed with the naive way"),
}
FOR_MAINTAINERS = {
    "notebooks": ("authoring.notebooks", "prepare, execute, derive or check notebooks"),
    "run-notebooks": ("authoring.run_notebooks", "run the notebooks as tests"),
    "results": ("commands.results", "write the results page again"),
    "build-cnn": ("authoring.build_cnn", "convert the weights of MobileNetV2"),
    "build-glove": ("authoring.build_glove", "cut the slice of GloVe"),
}
EVERY_COMMAND = {**COMMANDS, **FOR_MAINTAINERS}


def overview() -> str:
    """Return the list of commands as it is printed."""
    lines = ["Usage: python -m utils COMMAND [OPTIONS]", ""]
    lines += [f"  {name:<15}{text}" for name, (_, text) in COMMANDS.items()]
    lines += ["", "For maintainers:"]
    lines += [f"  {name:<15}{text}" for name, (_, text) in FOR_MAINTAINERS.items()]
    lines += ["", "python -m utils COMMAND --help says more about one of them."]
    return "\n".join(lines)


def unknown(name: str) -> str:
    """Return a sentence about a command that does not exist, with the nearest one that does."""
    nearest = difflib.get_close_matches(name, EVERY_COMMAND, n=1, cutoff=0.5)
    advice = f"did you mean `python -m utils {nearest[0]}`? " if nearest else ""
    return f"There is no command {name!r}: {advice}`python -m utils` lists the commands."


def main(arguments: list[str]) -> int:
    """Run the command that the arguments name; return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    name, *rest = arguments
    if name not in EVERY_COMMAND:
        print(unknown(name), file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        # Any file name can then be printed, whatever the system's encoding is.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        module = importlib.import_module(f"utils.{EVERY_COMMAND[name][0]}")
        return module.main(rest)
    except KeyboardInterrupt:
        print("You stopped it; what is finished is kept.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
