import subprocess
import sys

from utils.support import peak_memory
from utils.support.paths import ROOT
from utils.support.peak_memory import RESIDENT, PeakMemory

# In a process of its own: the heap of this one holds what earlier tests gave back, and a block of
# any size may come from there without a byte more.
MEASURE = """
import sys
import numpy as np
from utils.support.peak_memory import ANONYMOUS, PeakMemory

SIZE = 30_000_000
with PeakMemory() as before:
    pass
with PeakMemory() as filled:
    block = np.ones(SIZE, np.uint8)
    filled._look()
    del block
np.save(sys.argv[1], np.ones(SIZE, np.uint8))
with PeakMemory() as base:
    pass
with PeakMemory() as mapped:
    assert np.load(sys.argv[1], mmap_mode="r").sum() == SIZE
    mapped._look()
print(filled.megabytes - before.megabytes)
print(mapped.megabytes - base.megabytes if filled.kind == ANONYMOUS else 0)
"""


def test_memory_that_was_freed_again_counts_and_a_memory_map_does_not(tmp_path):
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "rows.npy")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    filled, mapped = map(float, done.stdout.split())
    assert 25 < filled < 50
    assert mapped < 5


def test_where_the_system_tells_less_it_is_resident_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(peak_memory, "STATUS", tmp_path / "nothing")
    with PeakMemory() as peak:
        pass
    assert peak.kind == RESIDENT and peak.megabytes > 10
