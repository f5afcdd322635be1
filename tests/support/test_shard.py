"""Parts of work: together they are all of it, and none of it twice."""

import unicodedata

import pytest

from utils.support.shard import Shard, shard_of


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_every_place_and_every_name_belongs_to_one_part(count):
    parts = [shard_of(f"{number}/{count}") for number in range(1, count + 1)]
    places = range(0, 2560, 256)
    assert sorted(place for part in parts for place in part.of(places)) == list(places)
    for name in ("ada", "Bob Ø", "cy (12)", "\udce9"):
        assert sum(part.holds(name) for part in parts) == 1


def test_names_are_spread():
    held = sum(Shard(1, 4).holds(f"student {number}") for number in range(1000))
    assert 200 < held < 300


def test_a_name_belongs_to_its_part_however_a_disk_stores_it():
    for number in range(1, 9):
        both = {Shard(number, 8).holds(unicodedata.normalize(f, "Zoë Ångström")) for f in
                ("NFC", "NFD")}  # fmt: skip
        assert len(both) == 1
    assert str(shard_of(" 2/4 ")) == "2/4"
