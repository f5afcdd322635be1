"""Import this first: TensorFlow then starts without its log lines.

`import tensorflow` writes lines like "WARNING: All log messages before absl::InitializeLog() is
called are written to STDERR" although nothing is wrong. No setting of the environment stops them,
because they come before the settings are read, so the error stream is shut for that one import.

Keras imports TensorFlow too, wherever it is imported first: in a notebook's cell or in the library.
Hence the hook on the import itself. A module that imports TensorFlow quietly would need an import
of its own in each of these places, and would start it where nothing needs it, as in chapter 1.

The hook also asks for the memory that TensorFlow needs: with less, it ends the process.

A real problem still raises its exception. `TF_CPP_MIN_LOG_LEVEL=0` shows everything.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from utils.support.device import hide_accelerators
from utils.support.memory import demand_memory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
hide_accelerators()  # where the processor was chosen
ERROR_STREAM = 2
USED = 450  # MB that the import fills, and 200 more
RESERVED = 3_500  # MB of addresses with which a command of the course ends; with less, some wait


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
        demand_memory("TensorFlow", used=USED, reserved=RESERVED)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = shut_error_stream()(spec.loader.exec_module)
        return spec


if "tensorflow" not in sys.modules and os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3":
    sys.meta_path.insert(0, _QuietImport())
