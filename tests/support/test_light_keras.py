"""Keras is imported for a command without what it does not need, and Python is left as it was."""

import subprocess
import sys

from utils.support.paths import ROOT

LOOK = """
import gc, sys
from utils.support.light_keras import import_keras
if "off" in sys.argv:
    gc.disable()
import_keras()
print(gc.isenabled(), gc.get_freeze_count() > 100_000, "scipy.stats" in sys.modules)
import_keras()  # does nothing more
import matplotlib.pyplot, sklearn, scipy.sparse, IPython
"""


def told(*arguments):
    command = [sys.executable, "-c", LOOK, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_rubbish_is_collected_afterwards_and_not_looked_for_in_what_was_imported():
    assert told() == ["True", "True", "False"]


def test_who_has_switched_the_collector_off_finds_it_off():
    assert told("off") == ["False", "True", "False"]
