"""Features by the command: at once or in parts, which several processes compute side by side."""

import os
import subprocess
import sys

import numpy as np
import pytest
from mean_colour import watched_network
from PIL import Image

from utils import features
from utils.__main__ import main
from utils.dataset import load_dataset
from utils.features import dataset_features
from utils.support import row_cache
from utils.support.paths import ROOT

PHOTOS = 9
BLOCKS = 5  # of two photos each

# The command with blocks of two photos, and a network that gives the mean colour 1280 times.
CHILD = """
import sys
from mean_colour import mean_colour
from utils import features
from utils.__main__ import main
from utils.support import row_cache
features.BATCH_SIZE = row_cache.SHARD = 2
features.network = lambda weights, kind, photos: mean_colour
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def squares(tmp_path):
    """A dataset of nine grey squares with a caption each."""
    folder = tmp_path / "squares"
    folder.mkdir()
    lines = ["image,caption"]
    for number in range(PHOTOS):
        Image.new("RGB", (20, 20), (10 * number,) * 3).save(folder / f"{number}.png")
        lines.append(f"{number}.png,a square of grey {number}")
    (folder / "captions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPTIONING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


@pytest.fixture
def seen(monkeypatch):
    """How many photos the network saw in each batch; it gives the mean colour."""
    monkeypatch.setattr(features, "BATCH_SIZE", 2)
    monkeypatch.setattr(row_cache, "SHARD", 2)
    return watched_network(monkeypatch, features)


def start(folder, *given):
    command = [sys.executable, "-c", CHILD, "features", str(folder), *given]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, encoding="utf-8", **pipes)


def alone(folder):
    return dataset_features(load_dataset(str(folder)), cache=False)


def test_all_at_once_are_kept_where_it_says(squares, cache, seen, capsys):
    assert main(["features", str(squares)]) == 0
    (path,) = cache.glob("*.npy")
    assert str(path) in capsys.readouterr().out
    assert (np.load(path) == alone(squares)).all()
    before = len(seen)
    assert main(["features", str(squares)]) == 0
    assert len(seen) == before


def test_parts_at_once_join_to_what_one_run_computes(squares, cache, seen, capsys):
    children = [start(squares, "--shard", part) for part in ("1/2", "2/2")]
    said = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    assert any("Run the command without --shard now" in out for out, _ in said)
    assert not list(cache.glob("*.npy")) and len(list(cache.glob("*.shards/*.npy"))) == BLOCKS
    assert main(["features", str(squares)]) == 0
    assert not seen  # it joined, and computed nothing
    (path,) = cache.glob("*.npy")
    assert (np.load(path) == alone(squares)).all()
    assert not list(cache.glob("*.shards"))
    capsys.readouterr()
    assert main(["features", str(squares), "--shard", "1/2"]) == 0
    assert f"All parts are joined already: {path}." in capsys.readouterr().out


def test_a_part_computes_its_own_blocks_alone_and_once(squares, cache, seen, capsys):
    assert main(["features", str(squares), "--shard", "2/3"]) == 0
    assert f"2 of {BLOCKS} blocks are there" in capsys.readouterr().out
    names = sorted(path.name[:8] for path in cache.glob("*.shards/*"))
    assert names == ["00000002", "00000008"] and sum(seen) == 3
    assert main(["features", str(squares), "--shard", "2/3"]) == 0
    assert sum(seen) == 3
    assert main(["features", str(squares)]) == 0  # and the rest by the run that joins
    assert sum(seen) == PHOTOS


def test_a_photo_that_one_machine_cannot_read_leaves_the_blocks_of_the_others(
    squares, cache, seen, monkeypatch
):
    assert main(["features", str(squares), "--shard", "1/2"]) == 0
    before = {path.name for path in cache.glob("*.shards/*.npy")}

    def refuse(*arguments):
        raise ValueError("3.png cannot be read here.")

    monkeypatch.setattr(features, "_batches", refuse)
    assert main(["features", str(squares), "--shard", "2/2"]) != 0
    assert {path.name for path in cache.glob("*.shards/*.npy")} == before != set()


def test_more_parts_than_blocks_leave_some_with_nothing_to_do(squares, cache, seen, capsys):
    assert main(["features", str(squares), "--shard", "7/9"]) == 0
    assert not seen and f"0 of {BLOCKS} blocks are there" in capsys.readouterr().out


def test_a_block_that_was_damaged_on_the_way_is_computed_again(squares, cache, seen):
    for part in ("1/2", "2/2"):
        assert main(["features", str(squares), "--shard", part]) == 0
    damaged = sorted(cache.glob("*.shards/*.npy"))[1]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    assert main(["features", str(squares)]) == 0
    assert sum(seen) == PHOTOS + 2
    (path,) = cache.glob("*.npy")
    assert (np.load(path) == alone(squares)).all()


def test_blocks_that_lie_there_twice_are_joined_once(squares, cache, seen):
    """Two machines may compute one block to other last digits."""
    assert main(["features", str(squares), "--shard", "1/2"]) == 0
    (folder,) = cache.glob("*.shards")
    rows = np.load(sorted(folder.glob("*.npy"))[0])
    row_cache._save_shard(folder, 0, rows + np.float32(1e-5))
    assert len(list(folder.glob("00000000-*"))) == 2
    assert main(["features", str(squares)]) == 0
    (path,) = cache.glob("*.npy")
    np.testing.assert_allclose(np.load(path), alone(squares), atol=1e-4)


def test_a_folder_that_was_joined_and_removed_meanwhile_stops_no_part(squares, cache, monkeypatch):
    write, lost = row_cache.write_bytes, []

    def removed_once(path, data):
        if not lost:
            lost.append(path)
            raise FileNotFoundError(path)
        write(path, data)

    monkeypatch.setattr(row_cache, "write_bytes", removed_once)
    path = row_cache._save_shard(cache / "a.shards", 0, np.zeros((2, 3), np.float32))
    assert path == lost[0] and path.is_file()


def test_another_dataset_view_or_kind_has_another_folder(squares, cache, seen):
    assert main(["features", str(squares), "--shard", "1/2"]) == 0
    assert main(["features", str(squares), "--shard", "1/2", "--view", "mirrored"]) == 0
    Image.new("RGB", (20, 20), (200,) * 3).save(squares / "0.png")
    assert main(["features", str(squares), "--shard", "1/2"]) == 0
    assert len(list(cache.glob("*.shards"))) == 3


def test_what_a_caller_writes_stays_out_of_the_cache(squares, cache, seen):
    first = dataset_features(load_dataset(str(squares)))
    assert type(first) is np.ndarray and first.flags.writeable
    first -= first.mean(axis=0)
    assert (dataset_features(load_dataset(str(squares))) == alone(squares)).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0/4", "the parts are 1/4 to 4/4"),
        ("5/4", "the parts are 1/4 to 4/4"),
        ("1/0", "1 at least"),
        ("a/b", "write I/N, such as 2/4"),
        ("3", "write I/N, such as 2/4"),
        ("-1/4", "write I/N, such as 2/4"),
        ("", "write I/N, such as 2/4"),
    ],
)
@pytest.mark.parametrize("command", [("features",), ("grade", "in", "-o", "grades.csv")])
def test_a_part_that_does_not_exist_is_refused_with_a_sentence(command, text, words, capsys):
    assert main([*command, f"--shard={text}"]) == 2
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error
