"""Whatever a captions file holds, it is read, or refused with one sentence that names the file."""

import random
import time

import pytest
from formats.fuzzed import SEEDS, mutated
from PIL import Image

from utils.captions import clean_caption
from utils.dataset import load_dataset
from utils.formats.captions_file import read_captions_file


def attempt(read, path):
    """Return what reading gives, or None after the check that an error is a sentence."""
    try:
        return read(path)
    except (ValueError, OSError) as error:
        told = str(error)
        assert told.endswith(".") and len(told) < 1500, told
        assert read is not read_captions_file or path.name in told
    return None


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_the_files_that_are_changed_can_be_read(tmp_path, seed):
    path = tmp_path / "captions.txt"
    path.write_text(SEEDS[seed], encoding="utf-8")
    file = read_captions_file(path)
    assert len(file.captions) == 6
    texts = [text for texts in file.captions.values() for text in texts]
    assert all(clean_caption(text)[:2] == ["a", "dog"] for text in texts)
    assert all(clean_caption(text)[-1] == "हिन्दी" for text in texts)


@pytest.mark.parametrize("part", range(8))
def test_changed_files_are_read_or_refused_with_a_sentence(tmp_path, part):
    rng = random.Random(part)
    path = tmp_path / "captions.txt"
    read = 0
    for _ in range(60):
        path.write_bytes(mutated(rng))
        file = attempt(read_captions_file, path)
        if file:
            read += 1
            assert all(image and all(texts) for image, texts in file.captions.items())
            file.told().encode("utf-8")
    assert 5 < read < 55


def test_folders_with_changed_files_are_loaded_or_refused_with_a_sentence(tmp_path):
    rng = random.Random(99)
    for n in range(6):
        Image.new("RGB", (8, 8), (40 * n, 0, 0)).save(tmp_path / f"p{n}.jpg")
    path = tmp_path / "captions.txt"
    loaded = 0
    for _ in range(60):
        path.write_bytes(mutated(rng))
        dataset = attempt(lambda path: load_dataset(str(path.parent)), path)
        if dataset:
            loaded += 1
            assert all(dataset.path(image).is_file() for image in dataset.images)
            assert dataset.train_vocabulary()
    assert loaded > 3


LONG = 150_000
HUGE = {
    "spaces in a marker": f"image\tcaption\na.jpg\t<{' ' * LONG}start> a dog",
    "spaces": f"image\tcaption\na.jpg\tstart {' ' * LONG}a dog{' ' * LONG}x",
    "digits in a header": f"image,caption{'1' * LONG}x\n",
    "numbers": f"a.jpg#{'1' * LONG}x\ta dog",
    "dots": f"image\tcaption\n{'.jpg#1' * (LONG // 6)}\ta dog",
    "apostrophes": f"image\tcaption\na.jpg\ta{chr(39) * LONG}b{'a' + chr(39) * 2}",
    "marks": f"image\tcaption\na.jpg\ta{chr(0x301) * LONG}",
    "open quotes": "image,caption\n" + '"\n' * LONG,
    "quotes": "image,caption\na.jpg," + '"' * LONG,
    "lines": "image,caption\n" + "\n" * LONG + "a.jpg,a dog",
    "one name": '{"a.jpg": "a dog", ' * 2000,
}


@pytest.mark.parametrize("case", HUGE)
def test_nothing_takes_long(tmp_path, case):
    path = tmp_path / "captions.txt"
    path.write_text(HUGE[case], encoding="utf-8")
    start = time.process_time()
    file = attempt(read_captions_file, path)
    for texts in file.captions.values() if file else ():
        [clean_caption(text) for text in texts]
    assert time.process_time() - start < 5
