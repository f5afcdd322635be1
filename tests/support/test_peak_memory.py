import numpy as np

from utils.support import peak_memory
from utils.support.peak_memory import ANONYMOUS, RESIDENT, PeakMemory

MB_30 = 30_000_000


def test_memory_that_was_freed_again_counts_and_a_memory_map_does_not(tmp_path):
    with PeakMemory() as before:
        pass
    with PeakMemory() as filled:
        block = np.ones(MB_30, np.uint8)
        filled._look()
        del block
    assert filled.megabytes > before.megabytes + 20
    if filled.kind == ANONYMOUS:
        np.save(tmp_path / "rows.npy", np.ones(MB_30, np.uint8))
        with PeakMemory() as base:
            pass
        with PeakMemory() as mapped:
            assert np.load(tmp_path / "rows.npy", mmap_mode="r").sum() == MB_30
            mapped._look()
        assert mapped.megabytes < base.megabytes + 20


def test_where_the_system_tells_less_it_is_resident_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(peak_memory, "STATUS", tmp_path / "nothing")
    with PeakMemory() as peak:
        pass
    assert peak.kind == RESIDENT and peak.megabytes > 10
