"""Keras without what it looks for at its start and a command does not need."""

import gc
import importlib
import sys

# For `keras.wrappers` and `keras.visualization` Keras imports these, with scipy.stats and pyplot,
# where they are installed. On the course's own machines that is 2.6 of the 5.7 seconds it takes.
NOT_NEEDED = ("sklearn", "matplotlib")


def import_keras() -> None:
    """Import Keras in about half the time: as where scikit-learn and matplotlib are missing.

    Both can be imported afterwards as ever. Keras' own wrappers and plots do without them until
    the process ends, so this is for commands, not for notebooks. Does nothing where Keras is there.
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
