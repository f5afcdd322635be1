"""The command that captions and scores a list: its table, its files, and what it refuses."""

import errno
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nltk
import numpy as np
import pytest
from PIL import Image
from tiny_captioner import picture, tiny_captioner

import utils.commands.evaluate
from utils.__main__ import main as command_line
from utils.captioner import Captioner
from utils.captions import clean_caption
from utils.commands.caption import NOTHING
from utils.commands.evaluate import NAMED, main, prepare
from utils.metrics import bleu, meteor, score_row, score_rows, score_table, wordnet_at_hand
from utils.support.files import write_json
from utils.support.paths import ROOT

TEST = ["0.png", "ảnh 1.JPG", "2.png", "3.png", "4.png"]
TRAIN = ["t0.png", "t1.png"]


@pytest.fixture
def data(tmp_path):
    """Five photos to score and two to train on, captions of all, and the two lists."""
    (tmp_path / "Images").mkdir()
    rows = ["image,caption"]
    for number, name in enumerate([*TEST, *TRAIN]):
        picture(number).save(tmp_path / "Images" / name)
        rows += [f'{name},"Word{number + 3 * k}, word29 and word{number} ."' for k in range(3)]
    (tmp_path / "captions.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text("\r\n".join(TEST) + "\r\n", encoding="utf-8")
    (tmp_path / "train.txt").write_text("\n".join(TRAIN), encoding="utf-8")
    return tmp_path


def arguments(data, saved, **changes):
    """The arguments of a whole evaluation; a change to None leaves one out."""
    given = {
        "images_dir": data / "Images",
        "captions": data / "captions.txt",
        "names": data / "test.txt",
        "train_names": data / "train.txt",
        "json": data / "out" / "captions.json",
        "scores": data / "scores.json",
        **changes,
    }
    flags = ((f"--{name.replace('_', '-')}", str(value)) for name, value in given.items() if value)
    return [saved, *(part for flag in flags for part in flag)]


def references():
    return [
        [clean_caption(f"Word{number + 3 * k}, word29 and word{number} .") for k in range(3)]
        for number in range(7)
    ]


# What it gives ------------------------------------------------------------------------------


def test_captions_table_and_scores(data, saved, captioner, capsys, monkeypatch):
    monkeypatch.setattr("utils.commands.caption.FIRST_CHUNK", 2)
    monkeypatch.setattr("utils.commands.caption.CHUNK", 2)
    assert main(arguments(data, saved)) == 0
    written = json.loads((data / "out" / "captions.json").read_text(encoding="utf-8"))
    expected = captioner.caption([data / "Images" / name for name in TEST])
    assert written == dict(zip(TEST, expected, strict=True))
    assert len(set(expected)) > 2  # else the order would not be tested

    tokens = [caption.split() for caption in expected]
    score = bleu(references()[:5], tokens)
    table = capsys.readouterr().out
    for name in ("one caption for all", "captions shuffled", "beam 3", "95% interval", "people"):
        assert name in table
    line = next(line for line in table.splitlines() if line.startswith("beam 3"))
    assert line.split()[2:6] == [f"{value:.1f}" for value in score.scores]

    kept = json.loads((data / "scores.json").read_text(encoding="utf-8"))
    assert kept["images"] == 5 and kept["beam_width"] == 3 and kept["length_penalty"] == 1.0
    assert set(kept["scores"]) == {"one caption for all", "captions shuffled", "beam 3", "people"}
    row = score_row("beam 3", references()[:5], tokens, references()[5:])
    found = {**kept["scores"]["beam 3"], "meteor": None}
    assert found == row.to_json()


def test_the_file_is_utf8_and_leaves_nothing_beside_it(data, saved):
    assert main(arguments(data, saved, captions=None, train_names=None, scores=None)) == 0
    assert "ảnh 1.JPG" in (data / "out" / "captions.json").read_text(encoding="utf-8")
    assert [path.name for path in (data / "out").iterdir()] == ["captions.json"]


def test_without_captions_and_names_it_captions_the_whole_folder(data, saved, capsys):
    given = arguments(data, saved, captions=None, names=None, train_names=None, scores=None)
    assert main(given) == 0
    assert capsys.readouterr() == ("", "")
    written = json.loads((data / "out" / "captions.json").read_text(encoding="utf-8"))
    assert sorted(written) == sorted([*TEST, *TRAIN])


@pytest.mark.parametrize(("more", "width"), [({}, 5), ({"beam": 1}, 1)])
def test_the_width_is_the_captioners_own_unless_given(data, tmp_path, capsys, more, width):
    tiny_captioner(beam_width=5, length_penalty=0.5).save(tmp_path / "own")
    assert main(arguments(data, str(tmp_path / "own"), json=None, **more)) == 0
    kept = json.loads((data / "scores.json").read_text(encoding="utf-8"))
    assert kept["beam_width"] == width and kept["length_penalty"] == 0.5
    assert ("greedy" if width == 1 else "beam 5") in capsys.readouterr().out


def test_without_a_training_list_it_says_what_is_left_out(data, saved, capsys):
    assert main(arguments(data, saved, train_names=None)) == 0
    said = capsys.readouterr()
    assert "captions of 2 other images" in said.err
    assert '"one caption for all" and "copied" are left out' in said.err
    assert "one caption for all" not in said.out
    kept = json.loads((data / "scores.json").read_text(encoding="utf-8"))["scores"]
    assert kept["beam 3"]["copied"] is None
    task = prepare(data / "Images", None, data / "captions.txt")
    assert len(task.names) == 7 and "No training images are named" in task.notes[0]


def test_a_name_listed_twice_is_scored_once(data):
    (data / "test.txt").write_text("\ufeff0.png\n\n 2.png \n0.png\n", encoding="utf-8")
    task = prepare(data / "Images", data / "test.txt")
    assert task.names == ["0.png", "2.png"]
    assert "names 1 of its images again" in task.notes[0]


def test_training_images_without_captions_are_told(data):
    (data / "train.txt").write_text("t0.png\ngone.png\n", encoding="utf-8")
    task = prepare(
        data / "Images", data / "test.txt", data / "captions.txt", data / "train.txt"
    )  # the photos of training images need not be there
    assert task.train_tokens == [references()[5]]
    assert "1 of the 2 training images have no caption" in task.notes[0]


# What it refuses ----------------------------------------------------------------------------


def refused(capsys, monkeypatch, given):
    """Return what the command says; the network must not start."""
    monkeypatch.setattr(Captioner, "features", lambda *_: pytest.fail("the network started"))
    assert main(given) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def rewrite(path, text):
    path.write_text(text, encoding="utf-8")


LISTS = {
    "no folder": (lambda d: {"images_dir": d / "none"}, "There is no folder"),
    "no list": (lambda d: {"names": d / "none.txt"}, "There is no list at"),
    "a folder as list": (lambda d: {"names": d}, "There is no list at"),
    "no captions file": (lambda d: {"captions": d / "none.csv"}, "There is no captions file at"),
    "no training list": (lambda d: {"train_names": d / "none.txt"}, "There is no list at"),
    "output is a folder": (lambda d: {"json": d / "Images"}, "is a folder: name a file to write"),
    "output below a file": (lambda d: {"json": d / "test.txt" / "o.json"}, "cannot be written"),
    "no folder's photos": (
        lambda d: {"names": None, "images_dir": (d / "empty").mkdir() or d / "empty"},
        "There are no photos in",
    ),
    "lists share an image": (
        lambda d: rewrite(d / "train.txt", "t0.png\n2.png\n") or {},
        "1 of the images to score are in --train-names too: 2.png.",
    ),
    "an empty list": (lambda d: rewrite(d / "test.txt", "\n \n") or {}, "test.txt is empty"),
    "a list that is no text": (
        lambda d: (d / "test.txt").write_bytes(b"\xff\xfe0") and {},
        "test.txt is no list in UTF-8",
    ),
    "a missing image": (
        lambda d: (d / "Images" / "2.png").unlink() or {},
        "1 of the 5 images are not in",
    ),
    "an image without a caption": (
        lambda d: (
            picture(0).save(d / "Images" / "new.png")
            or rewrite(d / "test.txt", "0.png\nnew.png\n")
            or {}
        ),
        "1 of the 2 images have no caption in",
    ),
    "captions of other images": (
        lambda d: rewrite(d / "captions.txt", "image,caption\nx0,a dog\nx1,a cat\n") or {},
        "None of the 5 images has a caption in",
    ),
    "no training captions": (
        lambda d: rewrite(d / "train.txt", "x.png\n") or {},
        "No image of --train-names has a caption",
    ),
    "captions under another header": (
        lambda d: rewrite(d / "captions.txt", "foto,texto\n0.png,a dog\n") or {},
        "its first line must be `image,caption`",
    ),
    "a training list without captions": (
        lambda d: {"captions": None, "scores": None},
        "--train-names needs --captions",
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_what_is_wrong_is_said_before_the_network_starts(case, data, saved, capsys, monkeypatch):
    change, sentence = LISTS[case]
    changes = change(data)
    said = refused(capsys, monkeypatch, arguments(data, saved, **changes))
    assert sentence in said
    assert "Traceback" not in said
    assert not (data / "scores.json").exists()


def test_many_missing_images_are_counted_and_some_named(data, saved, capsys, monkeypatch):
    rewrite(data / "test.txt", "\n".join(f"gone{n}.jpg" for n in range(9)))
    given = arguments(data, saved, captions=None, train_names=None, scores=None)
    said = refused(capsys, monkeypatch, given)
    assert "9 of the 9 images are not in" in said
    assert said.count("gone") == NAMED and "and 4 more" in said


@pytest.mark.parametrize("where", ["end", "middle"])
def test_a_damaged_image_is_named_and_nothing_is_scored(data, saved, capsys, monkeypatch, where):
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    path = data / "Images" / "3.png"
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    half = len(whole) // 2
    damaged = whole[:half] if where == "end" else whole[:half] + bytes(100) + whole[half + 100 :]
    path.write_bytes(damaged)
    said = refused(capsys, monkeypatch, arguments(data, saved))
    assert "1 of the 5 images cannot be used" in said
    assert "3.png is cut short or damaged" in said
    assert not (data / "out" / "captions.json").exists()


def test_no_captioner_is_told(data, capsys, monkeypatch):
    said = refused(capsys, monkeypatch, arguments(data, str(data / "Images")))
    assert "There is no captioner" in said


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"captions": None, "json": None, "scores": None}, "name --captions to score, --json"),
        ({"captions": None}, "--scores needs --captions"),
        ({"images_dir": None}, "required: --images-dir"),
        ({"beam": "0.5"}, "'0.5' is no whole number of 1 or more."),
    ],
)
def test_wrong_arguments_are_two(data, saved, capsys, changes, sentence):
    with pytest.raises(SystemExit) as left:
        main(arguments(data, saved, **changes))
    assert left.value.code == 2
    assert sentence in capsys.readouterr().err


def test_what_stops_it_on_the_way_is_one(data, saved, capsys, monkeypatch):
    def full(*_):
        raise OSError("The disk is full.")

    monkeypatch.setattr(utils.commands.evaluate, "write_json", full)
    assert command_line(["evaluate", *arguments(data, saved)]) == 1
    assert "The disk is full." in capsys.readouterr().err


def test_no_output_is_an_input_and_no_two_are_one_file(data, saved, capsys, monkeypatch):
    os.link(data / "captions.txt", data / "hard.json")
    (data / "soft.json").symlink_to(data / "train.txt")
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    own = Path(saved)
    inputs = ["captions.txt", "test.txt", "hard.json", "soft.json", "Images/0.png", "Images/t0.png"]
    for name in [data / name for name in inputs] + [own / "settings.json"]:
        for output in ("json", "scores"):
            said = refused(capsys, monkeypatch, arguments(data, saved, **{output: name}))
            assert "is one of the files that are read" in said, name
    for other in ("same.json", "Same.JSON", "Images/../same.json"):
        outputs = {"json": data / "same.json", "scores": data / other}
        said = refused(capsys, monkeypatch, arguments(data, saved, **outputs))
        assert "are the same file" in said
    assert before == {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}


# METEOR -------------------------------------------------------------------------------------


@pytest.fixture
def wordnet(tmp_path, monkeypatch):
    """A WordNet of one meaning: a dog, also called a hound."""
    folder = tmp_path / "nltk" / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for kind in ("noun", "verb", "adj", "adv"):
        for file in (f"index.{kind}", f"data.{kind}", f"{kind}.exc"):
            rewrite(folder / file, "")
    lexnames = "".join(f"{number:02d}\tnoun.{number}\t1\n" for number in range(45))
    for file, text in {
        "lexnames": lexnames,
        "cntlist.rev": "",
        "index.sense": "",
        "data.noun": "00000000 05 n 02 dog 0 hound 0 000 | a domestic animal  \n",
        "index.noun": "dog n 1 0 1 0 00000000  \nhound n 1 0 1 0 00000000  \n",
    }.items():
        rewrite(folder / file, text)
    yield from only_here(monkeypatch, tmp_path / "nltk")


DAMAGED = {
    "cut data": ("00000000 05 n 02 do", "data.noun"),
    "zeros": ("\0" * 500, "data.noun"),
    "empty": ("", "index.noun"),
}


@pytest.fixture(
    params=["half a zip", "no zip", "a folder of nothing", "cut data", "zeros", "empty"]
)
def damaged_wordnet(request, tmp_path, monkeypatch):
    """What a cut download, a cut copy, or a disk may leave of WordNet."""
    corpora = tmp_path / "nltk" / "corpora"
    corpora.mkdir(parents=True)
    if request.param == "half a zip":
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("wordnet/index.noun", "dog n 1 0 1 0 00000000  \n" * 100)
        (corpora / "wordnet.zip").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    elif request.param == "no zip":
        (corpora / "wordnet.zip").write_bytes(b"<html>404</html>")
    elif request.param == "a folder of nothing":
        (corpora / "wordnet").mkdir()
    else:
        request.getfixturevalue("wordnet")
        text, file = DAMAGED[request.param]
        rewrite(corpora / "wordnet" / file, text)
    yield from only_here(monkeypatch, tmp_path / "nltk")


def test_damaged_wordnet_costs_meteor_and_nothing_else(data, saved, damaged_wordnet, capsys):
    assert main(arguments(data, saved)) == 0
    said = capsys.readouterr()
    assert "BLEU-1" in said.out and "METEOR" not in said.out
    assert re.search(r"METEOR is left out: nltk's WordNet data is (damaged|not readable)", said.err)
    assert "Traceback" not in said.err
    kept = json.loads((data / "scores.json").read_text(encoding="utf-8"))["scores"]
    assert kept["beam 3"]["meteor"] is None and kept["beam 3"]["bleu"]


@pytest.fixture
def no_wordnet(tmp_path, monkeypatch):
    yield from only_here(monkeypatch, tmp_path / "nothing")


def only_here(monkeypatch, folder):
    """Let nltk look for its data in one folder alone; afterwards it forgets what it found."""
    from nltk.corpus import wordnet

    monkeypatch.setattr(nltk.data, "path", [str(folder)])
    wordnet._unload()
    yield folder
    wordnet._unload()


def test_meteor_counts_a_synonym_and_a_stem_as_right(wordnet):
    assert wordnet_at_hand()
    references = [[["a", "dog", "runs"]]]
    for caption in (["a", "dog", "runs"], ["a", "hound", "runs"], ["a", "dog", "running"]):
        # 3 of 3 words in 1 chunk: the penalty is 0.5 * (1/3)^3
        assert meteor(references, [caption])[0] == pytest.approx(1 - 0.5 / 27)
    # 2 of 3 words in 2 chunks of 1: F is 2/3, the penalty 0.5
    assert meteor(references, [["a", "cat", "runs"]])[0] == pytest.approx(2 / 3 * 0.5)


def test_meteor_is_the_mean_over_images_of_the_closest_reference(wordnet):
    references = [[["x", "y"], ["a", "dog", "runs"]], [["x", "y"]]]
    mean, each = meteor(references, [["a", "dog", "runs"], ["a", "b"]])
    assert each.tolist() == pytest.approx([1 - 0.5 / 27, 0])
    assert mean == pytest.approx(each.mean())
    with pytest.raises(TypeError, match="compare letters"):
        meteor(references, ["a dog runs", "a b"])


def test_without_wordnet_meteor_is_refused(no_wordnet):
    assert not wordnet_at_hand()
    with pytest.raises(LookupError, match=r"python -m nltk\.downloader wordnet"):
        meteor([[["a"]]], [["a"]])


def test_the_table_has_meteor_where_it_was_asked_for(wordnet):
    references = [[["a", "dog", "runs"]], [["a", "cat"]]]
    captions = {"model": [["a", "hound", "runs"], ["a", "cat"]]}
    with_it = score_table(score_rows(references, captions, with_meteor=True)).splitlines()
    without = score_table(score_rows(references, captions)).splitlines()
    assert "METEOR" in with_it[0] and "METEOR" not in without[0]
    expected = f"{100 * meteor(references, captions['model'])[0]:.1f}"
    line = next(line for line in with_it if line.startswith("model"))
    assert line.split()[6] == expected
    assert len(without[0].split()) == 8 and len(with_it[0].split()) == 9
    # The floor has no METEOR, and its length ratio still stands under "length".
    shuffled = next(line for line in with_it if line.startswith("captions shuffled"))
    place = with_it[0].index("length") + len("length")
    assert shuffled[:place].split()[-1] == line[:place].split()[-1] == "1.00"


def test_the_command_scores_meteor_where_wordnet_is(data, saved, wordnet, capsys):
    assert main(arguments(data, saved)) == 0
    said = capsys.readouterr()
    assert "METEOR" in said.out and said.err == ""
    kept = json.loads((data / "scores.json").read_text(encoding="utf-8"))["scores"]
    assert 0 < kept["beam 3"]["meteor"] <= 1


def test_the_command_says_that_meteor_is_left_out(data, saved, no_wordnet, capsys):
    assert main(arguments(data, saved)) == 0
    said = capsys.readouterr()
    assert "METEOR" not in said.out
    assert said.err == (
        "METEOR is left out: nltk's WordNet data is missing; get it by `python -m nltk.downloader "
        "wordnet`. All other scores stand.\n"
    )


# The whole way ------------------------------------------------------------------------------


def test_the_captioner_of_the_course_on_drawn_scenes(tiny_scenes, tmp_path):
    names = sorted(tiny_scenes.glob("*testImages.txt"))[0]
    train = sorted(tiny_scenes.glob("*trainImages.txt"))[0]
    command = [
        sys.executable, "-m", "utils", "evaluate", "scenes",
        "--images-dir", tiny_scenes / "Images", "--captions", tiny_scenes / "captions.txt",
        "--names", names, "--train-names", train,
        "--json", tmp_path / "out.json", "--scores", tmp_path / "scores.json",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=environment, capture_output=True, text=True,
        encoding="utf-8", timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert all(line.startswith("METEOR is left out") for line in run.stderr.splitlines())
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(written) == sorted(names.read_text(encoding="utf-8").split())
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))["scores"]
    assert scores["beam 3"]["bleu"][0] > 60
    assert scores["beam 3"]["bleu"][3] > scores["captions shuffled"]["bleu"][3] + 10


@pytest.mark.parametrize("output", ["json", "scores"])
def test_a_file_of_somebody_else_is_not_written_over(data, saved, capsys, output):
    path = data / "mine.json"
    path.write_text("[1, 2]", encoding="utf-8")
    assert main(arguments(data, saved, **{output: path})) == NOTHING
    assert "was not made by this command" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "[1, 2]"


def test_where_the_captions_cannot_be_written_the_scores_are_told(data, saved, capsys, monkeypatch):
    def full(path, value):
        if path.name == "captions.json":
            raise OSError(errno.ENOSPC, "", str(path))
        write_json(path, value)

    monkeypatch.setattr("utils.commands.evaluate.write_json", full)
    with pytest.raises(OSError):
        main(arguments(data, saved))
    assert "beam 3" in capsys.readouterr().out
    assert (data / "scores.json").is_file()


def test_a_photo_that_is_named_in_two_ways_counts_once(data, saved, capsys):
    twice = [*TEST, TEST[1].swapcase()]
    (data / "test.txt").write_text("\n".join(twice), encoding="utf-8")
    assert main(arguments(data, saved)) == 0
    assert "named in two ways" in capsys.readouterr().err
    kept = json.loads((data / "scores.json").read_text(encoding="utf-8"))
    assert kept["images"] == len(TEST)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("name", ["names", "captions", "train_names"])
def test_a_pipe_is_refused_before_it_is_read(data, saved, capsys, name):
    os.mkfifo(data / "pipe")
    assert main(arguments(data, saved, **{name: data / "pipe"})) == NOTHING
    assert "is a pipe" in capsys.readouterr().err
