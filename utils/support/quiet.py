"""Import this first: TensorFlow then starts without its log lines.

`import tensorflow` writes lines like "WARNING: All log messages before absl::InitializeLog() is
called are written to STDERR" although nothing is wrong, and no setting of TensorFlow stops them:
they come before its settings are read. So the error stream is shut for that one import. A real
problem still raises its exception. `TF_CPP_MIN_LOG_LEVEL=0` in the environment shows everything.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ERROR_STREAM = 2


@contextmanager
def shut_error_stream() -> Iterator[None]:
    """Send what C and C++ code writes to the error stream nowhere, inside the block."""
    try:
        kept = os.dup(ERROR_STREAM)
    except OSError:  # there is none, as under pythonw
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, ERROR_STREAM)
        yield
    finally:
        os.dup2(kept, ERROR_STREAM)
        os.close(kept)
        os.close(nowhere)


class _QuietImport(MetaPathFinder):
    """Stands before Python's own finders until TensorFlow is imported for the first time."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return TensorFlow's own spec, with a loader that runs with the error stream shut."""
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            _quieten(spec.loader)
        return spec


def _quieten(loader: Any) -> None:
    run = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        with shut_error_stream():
            run(module)

    loader.exec_module = exec_module


if "tensorflow" not in sys.modules and os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3":
    sys.meta_path.insert(0, _QuietImport())
