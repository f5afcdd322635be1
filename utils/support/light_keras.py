"""Keras without what it looks for at its start and a command does not need."""

import gc
import importlib
import sys

# Where these are installed, Keras imports them: for `keras.wrappers`, `keras.visualization`, its
# file editor and its older pictures. On the course's own machines that is more than half the time.
NOT_NEEDED = ("sklearn", "matplotlib", "IPython", "scipy")


def import_keras() -> None:
    """Import Keras in less than half the time: as where the packages of `NOT_NEEDED` are missing.

    All can be imported afterwards as ever. Keras itself does without them until the process ends,
    so this is for commands, not for notebooks. Does nothing where Keras is there.
    """
    if "keras" in sys.modules:
        return
    hidden = [name for name in NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # Python's own sign that a package is not to be found
    # What is imported stays until the end. Looking through it for garbage, again and again while
    # it grows and once more at the end, takes more than a second.
    collecting = gc.isenabled()
    gc.disable()
    try:
        importlib.import_module("keras")
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
        for name in hidden:
            del sys.modules[name]
