"""Features: right, in order, kept, resumed after SIGKILL; bad photos named."""

import errno
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from mean_colour import watched_network
from PIL import Image
from sklearn.datasets import load_sample_images

from utils import cnn
from utils import features as module
from utils.cnn import build_cnn
from utils.dataset import load_dataset
from utils.features import dataset_features
from utils.images import load_batch, preprocess
from utils.support import row_cache

ROOT = Path(__file__).resolve().parent.parent


def extract_features(paths, batch_size=module.BATCH_SIZE, **settings):
    """Extract with batches, and shards, of another size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH_SIZE", batch_size)
        patch.setattr(row_cache, "SHARD", 2)
        return module.extract_features(paths, **settings)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Eleven crops of two photos that may be shown, of several sizes."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    paths = []
    for number in range(11):
        photo = load_sample_images().images[number % 2]
        top, left = rng.integers(0, 200), rng.integers(0, 300)
        crop = photo[top : top + 200 + 5 * number, left : left + 300]
        paths.append(folder / f"{number:02d}.jpg")
        Image.fromarray(crop).save(paths[-1], quality=92)
    return paths


@pytest.fixture(scope="module")
def expected(photos):
    return build_cnn().predict(preprocess(load_batch(photos)), verbose=0)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("CAPTIONING_CACHE", str(folder))
    return folder / "features"


@pytest.fixture
def fake(monkeypatch):
    """A network that gives the mean colour 1280 times; returns the sizes of the batches it saw."""
    return watched_network(monkeypatch, module)


@pytest.fixture
def squares(tmp_path):
    """Nine grey squares; the fake network's feature of a square is its grey."""
    paths = []
    for number in range(9):
        paths.append(tmp_path / f"square_{number}.png")
        Image.new("RGB", (20, 20), (10 * number,) * 3).save(paths[-1])
    return paths


GREYS = [10 * number for number in range(9)]


# The numbers


@pytest.mark.parametrize("batch_size", [1, 4, 11, 64])
def test_equal_to_the_network_whatever_the_batch_size(photos, expected, batch_size):
    found = extract_features(photos, batch_size=batch_size, cache=False)
    assert found.shape == (11, 1280) and found.dtype == np.float32
    np.testing.assert_allclose(found, expected["pooled"], atol=1e-4)


@pytest.mark.parametrize("kind", ["pooled", "map"])
def test_few_photos_are_computed_without_a_graph_to_the_same_features(photos, kind, monkeypatch):
    many = extract_features(photos, kind=kind, cache=False)
    monkeypatch.setattr(cnn, "_traced", None)  # would be called for more than one batch
    few = extract_features(photos[:8], kind=kind, cache=False)
    assert few.dtype == many.dtype and few.shape == (8, *many.shape[1:])
    np.testing.assert_allclose(few, many[:8], atol=1e-4 if kind == "pooled" else 5e-3)
    with pytest.raises(TypeError):
        extract_features(photos[:9], kind=kind, cache=False)


def test_rows_are_in_the_order_of_the_paths(photos, expected):
    order = [7, 0, 10, 3, 3, 5]
    found = extract_features([str(photos[row]) for row in order], batch_size=4, cache=False)
    np.testing.assert_allclose(found, expected["pooled"][order], atol=1e-4)


def test_map_is_half_precision_on_disk_and_its_mean_is_pooled(photos, expected):
    found = extract_features(photos, kind="map", batch_size=4)
    assert found.shape == (11, 7, 7, 1280) and found.dtype == np.float16
    assert isinstance(found, np.memmap) and not found.flags.writeable
    np.testing.assert_allclose(found, expected["map"], atol=5e-3)
    mean = np.asarray(found, np.float32).mean(axis=(1, 2))
    np.testing.assert_allclose(mean, expected["pooled"], atol=2e-3)
    again = extract_features(photos, kind="map")
    assert isinstance(again, np.memmap) and (again == found).all()
    assert (extract_features(photos[:2], kind="map", cache=False) == found[:2]).mean() > 0.99


def test_mirrored_is_the_mirrored_photo(photos, tmp_path, expected):
    turned = []
    for path in photos[:3]:
        with Image.open(path) as photo:
            turned.append(tmp_path / f"{path.stem}.png")
            photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(turned[-1])
    found = extract_features(photos[:3], view="mirrored")
    np.testing.assert_allclose(found, extract_features(turned), atol=0.02)
    assert np.abs(found - expected["pooled"][:3]).max() > 0.1
    # Neither is taken for the other from the cache.
    np.testing.assert_allclose(extract_features(photos[:3]), expected["pooled"][:3], atol=1e-4)


def test_a_crop_is_the_features_of_the_cropped_photo(photos, tmp_path):
    with Image.open(photos[0]) as photo:
        width, height = round(0.85 * photo.width), round(0.85 * photo.height)
        corner = photo.crop((photo.width - width, photo.height - height, *photo.size))
        corner.save(tmp_path / "corner.png")
    found = extract_features(photos[:1], view="bottom-right")
    np.testing.assert_allclose(found, extract_features([tmp_path / "corner.png"]), atol=0.02)


@pytest.mark.parametrize("cache_too", [True, False])
def test_no_photos_no_rows_and_no_network(monkeypatch, cache_too):
    monkeypatch.setattr(module, "network", None)
    assert extract_features([], cache=cache_too).shape == (0, 1280)
    empty = extract_features([], kind="map", cache=cache_too)
    assert empty.shape == (0, 7, 7, 1280) and empty.dtype == np.float16


# The cache


def test_second_time_nothing_is_computed(squares, fake, cache):
    first = extract_features(squares, batch_size=4)
    assert first[:, 0].tolist() == GREYS and fake == [4, 4, 1]
    first += 1  # the array is the caller's own, the cache is not
    second = extract_features(squares, batch_size=2)
    assert second[:, 0].tolist() == GREYS and fake == [4, 4, 1]
    names = sorted(path.suffix for path in cache.iterdir())
    assert names == [".lock", ".npy", ".sha256"]


def test_content_counts_and_names_do_not(squares, fake):
    extract_features(squares)
    renamed = squares[0].with_name("renamed.png")
    shutil.move(squares[0], renamed)
    extract_features([renamed, *squares[1:]])
    assert sum(fake) == 9
    Image.new("RGB", (20, 20), (200,) * 3).save(renamed)
    found = extract_features([renamed, *squares[1:]])
    assert sum(fake) == 18 and found[0, 0] == 200


def test_order_weights_kind_and_view_have_files_of_their_own(squares, fake, cache, monkeypatch):
    extract_features(squares)
    found = extract_features(squares[::-1])
    assert found[:, 0].tolist() == GREYS[::-1]
    extract_features(squares, view="mirrored")
    extract_features(squares, weights="imagenet")
    monkeypatch.setattr(module, "weights_hash", lambda weights: "other")
    extract_features(squares)
    assert sum(fake) == 45 and len(list(cache.glob("*.npy"))) == 5


def test_without_cache_nothing_is_written(squares, fake, cache):
    extract_features(squares, cache=False)
    extract_features(squares, cache=False)
    assert sum(fake) == 18 and not cache.exists()


@pytest.mark.parametrize("damage", ["flip", "cut", "no sum", "empty"])
def test_a_damaged_cache_is_computed_again_with_a_sentence(squares, fake, cache, capsys, damage):
    extract_features(squares)
    (path,) = cache.glob("*.npy")
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[-100] ^= 1
        path.write_bytes(data)
    elif damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.with_name(path.name + ".sha256").unlink()
    found = extract_features(squares)
    assert found[:, 0].tolist() == GREYS and sum(fake) == 18
    assert f"{path} is damaged: it is computed again." in capsys.readouterr().err
    extract_features(squares)
    assert sum(fake) == 18


# Interruptions

CHILD = """
import sys, time
from pathlib import Path
import numpy as np
from utils import features
from utils.support import row_cache
features.BATCH_SIZE = row_cache.SHARD = 2
log, stop, paths = sys.argv[1], int(sys.argv[2]), [Path(p) for p in sys.argv[3:]]
calls = 0
def means(photos):
    global calls
    calls += 1
    with open(log, "a", encoding="utf-8") as file:
        file.write(f"{len(photos)}\\n")
    time.sleep(600 if calls == stop else 0.05)
    return photos.mean(axis=(1, 2, 3), dtype=np.float32)[:, None].repeat(1280, axis=1)
features.network = lambda weights, kind, photos: means
found = features.extract_features(paths)
print(found[:, 0].tolist())
"""


def start(log, stop, paths):
    """Extract in another process, which hangs in batch number `stop` and logs each batch."""
    command = [sys.executable, "-c", CHILD, str(log), str(stop), *map(str, paths)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def logged(log):
    return [int(line) for line in log.read_text(encoding="utf-8").split()] if log.exists() else []


def safe_rows(cache):
    """Return how many rows the shards hold that are written."""
    return sum(len(np.load(path)) for path in cache.glob("*.shards/[0-9]*.npy"))


def test_killed_half_way_the_next_run_does_only_the_rest(squares, fake, tmp_path, cache):
    log = tmp_path / "log"
    child = start(log, 4, squares)
    limit = time.monotonic() + 120
    # Two batches are under way at once: while the fourth hangs, the third must come to an end.
    while safe_rows(cache) < 6 and time.monotonic() < limit and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    assert not list(cache.glob("*.npy")) and len(list(cache.glob("*.shards"))) == 1

    found = extract_features(squares, batch_size=2)
    assert found[:, 0].tolist() == GREYS
    assert fake == [2, 1]  # three batches of the five were safe
    assert (found == extract_features(squares, batch_size=2, cache=False)).all()
    assert not list(cache.glob("*.shards"))


def test_an_interruption_by_the_reader_keeps_what_is_done(squares, fake, monkeypatch):
    network = module.network("", "", 9)
    batches = itertools.count(1)

    def stops(photos):
        if next(batches) > 2:
            raise KeyboardInterrupt
        return network(photos)

    monkeypatch.setattr(module, "network", lambda weights, kind, photos: stops)
    with pytest.raises(KeyboardInterrupt):
        extract_features(squares, batch_size=2)
    monkeypatch.setattr(module, "network", lambda weights, kind, photos: network)
    assert extract_features(squares, batch_size=3)[:, 0].tolist() == GREYS
    assert fake == [2, 2, 3, 2]


@pytest.mark.parametrize("damage", ["row", "name", "cut", "header", "empty"])
def test_a_shard_that_was_damaged_is_not_trusted(squares, fake, cache, monkeypatch, damage):
    interrupted(squares, monkeypatch)
    shards = sorted(cache.glob("*.shards/*.npy"))
    assert len(shards) == 4  # of five: two squares each
    data = bytearray(shards[1].read_bytes())
    if damage == "name":
        shards[1].rename(shards[1].with_name("00000002-" + 64 * "0" + ".npy"))
    elif damage == "cut":
        shards[1].write_bytes(data[:-1])
    elif damage == "empty":
        shards[1].write_bytes(b"")
    else:
        data[-3 if damage == "row" else 20] ^= 1
        shards[1].write_bytes(data)
    before = sum(fake)
    assert extract_features(squares)[:, 0].tolist() == GREYS
    assert sum(fake) - before == 3  # that shard, and the last one


def test_what_a_kill_leaves_of_a_shard_is_written_anew(squares, fake, cache, monkeypatch):
    interrupted(squares, monkeypatch)
    (folder,) = cache.glob("*.shards")
    (folder / ".1234abcd.00000008-aa.npy").write_bytes(b"half a sh")
    before = sum(fake)
    assert extract_features(squares)[:, 0].tolist() == GREYS
    assert sum(fake) - before == 1
    assert not folder.exists()


def interrupted(squares, monkeypatch):
    """Leave four shards of five behind."""
    save, shards = row_cache._save_shard, itertools.count(1)

    def stops(*given):
        if next(shards) > 4:
            raise KeyboardInterrupt
        save(*given)

    with monkeypatch.context() as patch:
        patch.setattr(row_cache, "_save_shard", stops)
        with pytest.raises(KeyboardInterrupt):
            extract_features(squares)


def test_killed_before_the_last_rename_no_row_is_computed_again(squares, fake, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(row_cache.np.lib.format, "write_array_header_1_0", killed)
        with pytest.raises(KeyboardInterrupt):
            extract_features(squares)
    assert extract_features(squares)[:, 0].tolist() == GREYS and sum(fake) == 9


def test_killed_before_the_shards_are_removed_the_next_run_removes_them(
    squares, fake, cache, monkeypatch
):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(row_cache.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            extract_features(squares)
    assert list(cache.glob("*.shards"))
    assert extract_features(squares)[:, 0].tolist() == GREYS and sum(fake) == 9
    assert not list(cache.glob("*.shards"))


def test_a_file_that_another_process_mended_meanwhile_is_left_alone(
    squares, fake, cache, monkeypatch
):
    extract_features(squares)
    (path,) = cache.glob("*.npy")
    whole, digest = path.read_bytes(), row_cache.sha256
    path.write_bytes(b"damaged")

    def slow(file):
        found = digest(file)
        path.write_bytes(whole)  # the other process was faster
        return found

    monkeypatch.setattr(row_cache, "sha256", slow)
    assert extract_features(squares)[:, 0].tolist() == GREYS
    assert sum(fake) == 9 and path.read_bytes() == whole


def test_two_processes_share_the_work(squares, tmp_path):
    log = tmp_path / "log"
    children = [start(log, 0, squares) for _ in range(2)]
    for child in children:
        output, _ = child.communicate(timeout=120)
        assert child.returncode == 0 and output.strip() == str([float(grey) for grey in GREYS])
    assert sum(logged(log)) == 9


# What goes wrong


def test_missing_photos_are_named_before_the_network_starts(squares, fake, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no photo at .*gone\.jpg"):
        extract_features([*squares, tmp_path / "gone.jpg"])
    many = [tmp_path / f"gone_{number}.jpg" for number in range(7)]
    with pytest.raises(FileNotFoundError) as told:
        extract_features([*many, *squares, *many])
    assert str(told.value).startswith("7 photos cannot be used:")
    assert "gone_4.jpg" in str(told.value) and "and 2 more" in str(told.value)
    assert not fake


@pytest.mark.parametrize("content", [b"", b"no image", "jpeg", "png"])
def test_damaged_photos_are_named_before_the_network_starts(
    photos, squares, fake, tmp_path, content
):
    bad = tmp_path / "bad.jpg"
    if isinstance(content, str):
        whole = {"jpeg": photos[0], "png": squares[0]}[content].read_bytes()
        content = whole[: len(whole) // 2]
    bad.write_bytes(content)
    for cache_too in (True, False):
        with pytest.raises(ValueError, match=r"bad\.jpg is (cut short|not an image)"):
            extract_features([*squares, bad], batch_size=1, cache=cache_too)
    assert not fake


def test_damage_in_the_midst_of_a_file_is_named_and_leaves_nothing(squares, fake, cache, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    bad = tmp_path / "torn.png"
    Image.fromarray(noise).save(bad)
    data = bytearray(bad.read_bytes())
    start = data.index(b"IDAT")
    end = start + 4 + int.from_bytes(data[start - 4 : start], "big")
    data[end - 200 : end - 150] = bytes(50)
    # With a checksum that fits, only decoding shows it.
    data[end : end + 4] = zlib.crc32(data[start:end]).to_bytes(4, "big")
    bad.write_bytes(data)
    with pytest.raises(ValueError, match=r"torn\.png is cut short or damaged"):
        extract_features([*squares, bad], batch_size=2)
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


def test_a_whole_jpeg_with_bytes_after_its_end_is_taken(photos, fake, tmp_path):
    odd = tmp_path / "odd.jpg"
    odd.write_bytes(photos[0].read_bytes() + b"\0" * 5000)
    found = extract_features([odd, photos[0]])
    assert (found[0] == found[1]).all()


@pytest.mark.parametrize(
    ("paths", "settings", "words"),
    [
        ("one.jpg", {}, "pass a list"),
        (Path("one.jpg"), {}, "pass a list"),
        ([], {"kind": "vector"}, "pooled, map"),
        ([], {"view": "upside down"}, "whole, mirrored, top-left"),
    ],
)
def test_settings_that_do_not_exist_are_refused(paths, settings, words):
    with pytest.raises(ValueError, match=words):
        extract_features(paths, **settings)


def test_unknown_weights_are_refused_and_leave_nothing(squares, cache):
    with pytest.raises(ValueError, match="embedded"):
        extract_features(squares, weights="torch")
    assert not cache.exists() or [path.suffix for path in cache.iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "is full"), (errno.EROFS, "Nothing can be written")]
)
def test_a_full_or_locked_disk_is_told(squares, fake, monkeypatch, number, words):
    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(row_cache.np, "save", fails)
        with pytest.raises(OSError, match=words) as told:
            extract_features(squares)
    assert "CAPTIONING_CACHE" in str(told.value) and told.value.errno == number
    assert extract_features(squares)[:, 0].tolist() == GREYS


def test_the_bar_is_shown_only_when_asked_for(squares, fake, capfd):
    extract_features(squares, cache=False)
    assert capfd.readouterr() == ("", "")
    extract_features(squares, cache=False, progress=True)
    assert "Features: 100%" in capfd.readouterr().err


def test_rows_of_a_dataset_are_in_the_order_of_its_images(tiny_scenes, fake):
    dataset = load_dataset(str(tiny_scenes))
    found = dataset_features(dataset)
    assert len(found) == len(dataset.images) == 66
    rows = dataset.index("dev")
    alone = extract_features(dataset.paths("dev"), cache=False)
    np.testing.assert_allclose(found[rows], alone)
