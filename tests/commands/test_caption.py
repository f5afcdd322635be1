"""The command that captions photos: photos of every kind, folders, damage, exit statuses."""

import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from PIL import Image
from tiny_captioner import WORDS, picture, tiny_captioner

import utils.commands.caption
from utils.captioner import Captioner, CaptionerError
from utils.commands.caption import (
    GUESS,
    CaptionedPhoto,
    LikelyCaption,
    best_captioner,
    caption_photos,
    chunks,
    find_photos,
    main,
    percent,
    photo_problems,
)
from utils.outliers import summarize
from utils.support.paths import ROOT


@pytest.fixture
def photos(tmp_path):
    """A folder with seven photos in the order of their names."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(7):
        picture(number).save(folder / f"{number}.png")
    return folder


# The function -------------------------------------------------------------------------------


def test_each_photo_gets_the_caption_that_the_captioner_gives_it(captioner, photos, monkeypatch):
    monkeypatch.setattr(utils.commands.caption, "FIRST_CHUNK", 2)
    monkeypatch.setattr(utils.commands.caption, "CHUNK", 3)
    paths = [*sorted(photos.iterdir())[::-1]]
    found = list(caption_photos(paths, captioner))
    assert [photo.path for photo in found] == paths
    texts = [photo.captions[0].text for photo in found]
    assert texts == captioner.caption(paths)
    assert len(set(texts)) > 3  # else the order would not be tested


def test_captions_come_a_chunk_at_a_time_a_small_one_first(captioner, photos, monkeypatch):
    monkeypatch.setattr(utils.commands.caption, "FIRST_CHUNK", 1)
    monkeypatch.setattr(utils.commands.caption, "CHUNK", 4)
    asked = []
    original = Captioner.features
    monkeypatch.setattr(
        Captioner, "features", lambda self, paths: asked.append(len(paths)) or original(self, paths)
    )
    coming = caption_photos(photos, captioner)
    assert next(coming).path.name == "0.png"
    assert asked == [1]
    assert len(list(coming)) == 6
    assert asked == [1, 4, 2]


def test_no_more_photos_than_a_chunk_are_in_memory():
    sizes = [len(chunk) for chunk in chunks(list(range(200)))]
    assert sizes == [8, 64, 64, 64]
    assert [photo for chunk in chunks(list(range(200))) for photo in chunk] == list(range(200))


def test_probabilities_are_those_of_the_beam(captioner, photos):
    path = photos / "3.png"
    (photo,) = caption_photos(path, captioner, beam_width=4, count=3)
    beams = captioner.beams(captioner.features([path]), 4, 3)[0]
    assert [c.probability for c in photo.captions] == [float(np.exp(h.log_prob)) for h in beams]
    assert [c.text.split() for c in photo.captions] == [
        captioner.vocabulary.decode(h.ids) for h in beams
    ]
    assert len({c.text for c in photo.captions}) == 3
    assert all(0 < c.probability < 1 for c in photo.captions)


def test_the_beam_is_the_captioners_own_unless_another_is_given(photos, monkeypatch):
    captioner = tiny_captioner(beam_width=5)
    widths = []
    original = Captioner.beams

    def beams(self, features, beam_width=3, count=1):
        widths.append(beam_width)
        return original(self, features, 1, count)  # what it finds does not matter here

    monkeypatch.setattr(Captioner, "beams", beams)
    list(caption_photos(photos / "0.png", captioner))
    list(caption_photos(photos / "0.png", captioner, beam_width=2))
    list(caption_photos(photos / "0.png", tiny_captioner()))
    assert widths == [5, 2, 3]


def save_kinds(folder):
    """Save one photo in every mode and format; return the paths."""
    ramp = np.linspace(0, 65535, 90).astype(np.uint16)[None].repeat(60, axis=0)
    for mode, name in (
        ("L", "grey.jpg"), ("1", "bits.png"), ("RGBA", "clear.png"), ("LA", "both.png"),
        ("P", "palette.gif"), ("CMYK", "ink.jpg"), ("RGB", "web.webp"), ("RGB", "old.bmp"),
        ("CMYK", "ink.tif"), ("RGB", "UPPER.JPG"), ("RGB", "ảnh chụp 写真.JPeG"),
    ):  # fmt: skip
        picture(0).convert(mode).save(folder / name)
    Image.fromarray(ramp).save(folder / "deep.png")
    picture(0, (1, 1)).save(folder / "dot.png")
    picture(0, (2000, 3)).save(folder / "line.png")
    for orientation in range(1, 9):
        photo = picture(0)
        exif = photo.getexif()
        exif[0x0112] = orientation
        photo.save(folder / f"held{orientation}.jpg", exif=exif, quality=95)
    return sorted(folder.iterdir())


def test_photos_of_every_mode_format_orientation_and_name(captioner, tmp_path):
    paths = save_kinds(tmp_path)
    found = list(caption_photos(tmp_path, captioner))
    assert [photo.path for photo in found] == paths
    assert len(paths) == 22
    for photo in found:
        assert not photo.problem
        assert photo.captions[0].text and set(photo.captions[0].text.split()) <= set(WORDS)


def test_a_camera_held_otherwise_changes_nothing(captioner, tmp_path):
    upright = picture(0)
    upright.save(tmp_path / "upright.png")
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    turned.save(tmp_path / "wrong.png")
    names = ("upright.png", "turned.png", "wrong.png")
    found = list(caption_photos([tmp_path / name for name in names], captioner))
    first, second, third = (photo.captions[0] for photo in found)
    assert first.text == second.text
    assert first.probability == pytest.approx(second.probability, rel=1e-4)
    assert first != third


DAMAGE = {
    "text.jpg": (b"no photo at all\n", "text.jpg is not an image"),
    "empty.png": (b"", "empty.png is not an image"),
    "head.jpg": (b"\xff\xd8\xff", "head.jpg is"),
}


def damage(folder):
    """Put photos that cannot be used into a folder; return name -> how the sentence starts."""
    for name, (content, _) in DAMAGE.items():
        (folder / name).write_bytes(content)
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    cut = ("short.jpg", "short.png", "short.webp", "short.tif", "middle.png")
    for name in cut:
        Image.fromarray(noise).save(folder / name)
        data = (folder / name).read_bytes()
        half = len(data) // 2
        # Begins and ends as it should: seen only once it is decoded.
        rest = bytes(100) + data[half + 100 :] if name == "middle.png" else b""
        (folder / name).write_bytes(data[:half] + rest)
    sentences = {name: start for name, (_, start) in DAMAGE.items()}
    return {**sentences, **{name: f"{name} is" for name in cut}}


def test_damaged_photos_have_a_problem_and_the_others_their_captions(captioner, photos):
    expected = captioner.caption(sorted(photos.iterdir()))
    sentences = damage(photos)
    found = {photo.path.name: photo for photo in caption_photos(photos, captioner)}
    assert len(found) == 7 + len(sentences)
    for name, start in sentences.items():
        assert start in found[name].problem and not found[name].captions
        assert found[name].problem.endswith((": remove it.", ": replace it."))
    assert [found[f"{n}.png"].captions[0].text for n in range(7)] == expected
    assert set(photo_problems(list(photos.iterdir()))) == {photos / name for name in sentences}


def test_a_problem_that_is_not_the_photos_is_not_blamed_on_them(captioner, photos, monkeypatch):
    def broken(*_):
        raise FileNotFoundError("mobilenet_v2.keras is missing")

    monkeypatch.setattr(Captioner, "features", broken)
    with pytest.raises(FileNotFoundError, match="mobilenet_v2"):
        list(caption_photos(photos, captioner))


@pytest.mark.parametrize("setting", ["beam_width", "count"])
def test_settings_without_sense_are_refused_at_once(captioner, photos, setting):
    with pytest.raises(ValueError, match=f"{setting} is 0; it must be 1 or more"):
        caption_photos(photos, captioner, **{setting: 0})


def test_a_captioner_that_is_not_there_is_told_at_once(photos):
    with pytest.raises(CaptionerError, match="There is no captioner"):
        caption_photos(photos, photos)


# Finding photos -----------------------------------------------------------------------------


def test_a_folder_stands_for_its_own_photos_in_order(photos):
    (photos / "notes.txt").write_text("no photo", encoding="utf-8")
    (photos / "._0.png").write_bytes(b"macOS writes this")
    (photos / "inner").mkdir()
    picture(0).save(photos / "inner" / "deep.png")
    (photos / "folder.jpg").mkdir()
    picture(9).save(photos / "A.JPG")
    names = [f"{number}.png" for number in range(7)]
    found, problems = find_photos([photos / "3.png", photos, photos / "3.png"])
    assert [path.name for path in found] == [
        "3.png", *[name for name in names if name != "3.png"], "A.JPG",
    ]  # fmt: skip
    assert not problems


def test_what_is_not_there_is_told(tmp_path):
    (tmp_path / "empty.jpg").mkdir()
    found, problems = find_photos([tmp_path / "empty.jpg", tmp_path / "none.jpg"])
    assert not found
    assert [problem.path.name for problem in problems] == ["empty.jpg", "none.jpg"]
    assert "There are no photos in the folder" in problems[0].problem
    assert "There is no photo or folder at" in problems[1].problem


def heic(path):
    path.write_bytes(b"\x00\x00\x00\x14ftypheic\x00\x00\x00\x00mif1" + bytes(40))
    return path


def test_what_pillow_cannot_read_is_counted_in_a_folder(photos):
    for number in range(7):
        heic(photos / f"IMG_{number}.HEIC")
    heic(photos / "renamed")  # known by its content
    (photos / "film.mov").write_bytes(b"\x00\x00\x00\x14ftypqt  " + bytes(40))
    (photos / "notes.txt").write_text("no photo", encoding="utf-8")
    (photos / "saved.html").write_text("<html></html>", encoding="utf-8")
    found, (problem,) = find_photos([photos])
    assert len(found) == 7 and problem.path == photos
    assert problem.problem == (
        f"9 files are left out of the folder {photos}, because Pillow cannot read them (a HEIC "
        "photo: IMG_0.HEIC, IMG_1.HEIC, IMG_2.HEIC, IMG_3.HEIC, IMG_4.HEIC and 3 more, a video: "
        "film.mov). Export them as JPEG."
    )


def test_a_folder_of_nothing_else_says_so_alone(tmp_path):
    heic(tmp_path / "IMG_1.HEIC")
    found, (problem,) = find_photos([tmp_path])
    assert not found and "1 file is left out" in problem.problem and "Export it" in problem.problem


def test_named_directly_or_named_jpg_the_format_is_told(captioner, photos):
    paths = [heic(photos / "IMG_1.HEIC"), heic(photos / "IMG_2.jpg"), photos / "0.png"]
    *told, good = caption_photos(paths, captioner)
    assert good.captions and [photo.path for photo in told] == paths[:2]
    assert all("is a HEIC photo" in photo.problem for photo in told)


def test_pipes_and_dangling_links_in_a_folder_are_named_and_nothing_waits(captioner, photos):
    os.mkfifo(photos / "pipe.jpg")
    (photos / "link.jpg").symlink_to("gone.jpg")
    (photos / "good_link.jpg").symlink_to("0.png")
    found = {photo.path.name: photo for photo in caption_photos(photos, captioner)}
    assert len(found) == 10
    assert "is no file, but a pipe" in found["pipe.jpg"].problem
    assert "is a link to gone.jpg, which is not there" in found["link.jpg"].problem
    (linked,), (named,) = found["good_link.jpg"].captions, found["0.png"].captions
    assert linked.text == named.text
    # One was among the first few, which are computed without a graph: the last digits differ.
    assert linked.probability == pytest.approx(named.probability, rel=1e-3)


def test_a_folder_that_may_not_be_read_does_not_stop_the_others(photos, monkeypatch):
    closed, scan = photos.parent / "closed", os.scandir
    closed.mkdir()

    def refuse(path):  # as the system does; root may read every folder
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found, (problem,) = find_photos([closed, photos])
    assert len(found) == 7
    assert problem.problem.startswith(f"{closed} may not be read: change its rights")


def test_too_long_and_impossible_names_are_told(photos):
    found, problems = find_photos([photos / ("a" * 300), photos / "a\0b", photos / "0.png"])
    assert [path.name for path in found] == ["0.png"]
    assert "File name too long" in problems[0].problem
    assert "There is no photo or folder" in problems[1].problem


# What is printed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "text"),
    [(1, "100%"), (0.5, "50%"), (0.123, "12%"), (0.0996, "10.0%"), (0.0123, "1.2%"),
     (0.001234, "0.12%"), (0.00001234, "0.0012%"), (1e-9, "<0.0001%"), (0.0, "<0.0001%")],
)  # fmt: skip
def test_percent_has_two_digits_that_say_something(probability, text):
    assert percent(probability) == text


def test_a_photo_as_text(tmp_path):
    path = tmp_path / "a.jpg"
    one, two = LikelyCaption("a dog", 0.25), LikelyCaption("a cat", 0.0123)
    assert str(CaptionedPhoto(path, [one])) == f"{path}: a dog"
    assert str(CaptionedPhoto(path, [one, two])) == f"{path}\n   25%  a dog\n  1.2%  a cat"
    assert str(CaptionedPhoto(path, problem="It is damaged.")) == "It is damaged."


def test_a_photo_says_how_like_the_training_photos_it_is(tmp_path):
    path = tmp_path / "a.jpg"
    captions = [LikelyCaption("a dog", 0.25, 0.5), LikelyCaption("a cat", 0.0123, 0.2)]
    like = CaptionedPhoto(path, captions[:1], likeness=0.634)
    assert str(like) == f"{path}: a dog (likeness 63%, confidence 50%)"
    unlike = str(CaptionedPhoto(path, captions[:1], likeness=0.009)).splitlines()
    assert unlike == [f"{path}: a dog (likeness below 1%, confidence 50%)", f"  {GUESS}"]
    several = str(CaptionedPhoto(path, captions, likeness=0.0)).splitlines()
    assert several[0] == f"{path} (likeness below 1%, confidence 50%)"
    assert several[1] == f"  {GUESS}" and several[2].split() == ["25%", "a", "dog"]


# The command --------------------------------------------------------------------------------


def test_all_fine_is_zero(saved, captioner, photos, capsys):
    assert main([str(photos), "--captioner", saved]) == 0
    said = capsys.readouterr()
    texts = captioner.caption(sorted(photos.iterdir()))
    assert said.out.splitlines() == [
        f"{photos / f'{number}.png'}: {text}" for number, text in enumerate(texts)
    ]
    assert said.err == ""


def test_several_captions_with_their_probabilities(saved, photos, capsys):
    assert main([str(photos / "0.png"), "--captioner", saved, "--count", "3", "--beam", "4"]) == 0
    name, *lines = capsys.readouterr().out.splitlines()
    assert name == str(photos / "0.png")
    assert len(lines) == 3
    assert all(line.split()[0].endswith("%") for line in lines)


def test_json_is_one_object_and_nothing_else(saved, photos, capsys):
    (photos / "bad.jpg").write_text("no photo", encoding="utf-8")
    picture(8).save(photos / "ảnh.JPG")
    assert main([str(photos), "--captioner", saved, "--count", "2", "--json"]) == 1
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert list(found) == [str(photos / f"{n}.png") for n in range(7)] + [str(photos / "ảnh.JPG")]
    for captions in found.values():
        keys = {"caption", "probability", "confidence"}
        assert [set(caption) for caption in captions] == [keys] * 2
        assert all(0 < caption["probability"] < 1 for caption in captions)
    assert "ảnh.JPG" in said.out
    assert said.err.count("\n") == 1 and "bad.jpg is not an image" in said.err


def test_likeness_is_told_where_the_captioner_knows_its_training_photos(photos, tmp_path, capsys):
    paths = sorted(photos.iterdir())
    captioner = tiny_captioner()
    # Training and dev photos are two versions of the first five; the other two are unlike them.
    near = captioner.features(paths[:5])
    noise = np.random.default_rng(0).uniform(0.97, 1.03, (200, 1280))
    known = np.tile(near, (40, 1)) * noise
    captioner.summary = summarize(known, np.arange(100), np.arange(100, 200))
    captioner.save(tmp_path / "knows")
    assert main([str(photos), "--captioner", str(tmp_path / "knows"), "--json"]) == 0
    found = [captions for captions in json.loads(capsys.readouterr().out).values()]
    likeness = [caption["likeness"] for (caption,) in found]
    assert min(likeness[:5]) > max(likeness[5:]) == 0
    assert all(0 < caption["confidence"] < 1 for (caption,) in found)
    assert main([str(photos), "--captioner", str(tmp_path / "knows")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines.count(f"  {GUESS}") == 2 and len(lines) == 9
    assert all("(likeness " in line for line in lines if line.startswith(str(photos)))


def test_some_failed_is_one(saved, photos, capsys):
    (photos / "bad.jpg").write_text("no photo", encoding="utf-8")
    missing = photos / "none.jpg"
    assert main([str(photos), str(missing), "--captioner", saved]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 7
    assert said.err.splitlines() == [
        f"There is no photo or folder at {missing}: check the name.",
        f"{photos / 'bad.jpg'} is not an image, but text: remove it.",
    ]


def test_a_photo_that_is_the_only_one_and_damaged_is_one(saved, tmp_path, capsys):
    (tmp_path / "bad.jpg").write_text("no photo", encoding="utf-8")
    assert main([str(tmp_path / "bad.jpg"), "--captioner", saved, "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == {}
    assert "not an image" in said.err


def test_nothing_to_caption_is_two(saved, tmp_path, capsys):
    assert main([str(tmp_path), str(tmp_path / "none.jpg"), "--captioner", saved]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "There are no photos in the folder" in said.err
    assert "There is no photo or folder at" in said.err


def test_no_captioner_is_two(photos, capsys):
    assert main([str(photos), "--captioner", str(photos)]) == 2
    assert "There is no captioner" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "required: PHOTO"),
        (["a.jpg", "--beam", "0"], "'0' is no whole number of 1 or more."),
        (["a.jpg", "--count", "two"], "'two' is no whole number of 1 or more."),
    ],
)
def test_wrong_arguments_are_two(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert sentence in capsys.readouterr().err


def test_the_best_captioner_that_is_there_is_used_and_said(captioner, photos, monkeypatch, capsys):
    shipped = photos.parent / "captioners"
    monkeypatch.setattr(utils.commands.caption, "CAPTIONERS", shipped)
    monkeypatch.setattr("utils.captioner.CAPTIONERS", shipped)
    assert best_captioner() == "flickr8k-best"
    assert main([str(photos / "0.png")]) == 2
    assert "There is no captioner 'flickr8k-best'" in capsys.readouterr().err
    for name in ("scenes", "flickr8k", "flickr8k-best"):
        captioner.save(shipped / name)
        assert best_captioner() == name
        assert main([str(photos / "0.png")]) == 0
        said = capsys.readouterr()
        assert ("scenes knows drawn ones only" in said.err) == (name == "scenes")
        assert bool(said.err) == (name == "scenes")
        assert len(said.out.splitlines()) == 1


def test_a_very_large_photo_is_captioned_without_a_warning(saved, tmp_path, monkeypatch, capsys):
    picture(0, (120, 100)).save(tmp_path / "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert main([str(tmp_path), "--captioner", saved]) == 0
    assert not told
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_interrupted_command_prints_what_it_found(options, saved, photos, monkeypatch, capsys):
    def interrupted(*_):
        yield CaptionedPhoto(photos / "first.jpg", [LikelyCaption("a dog", 0.5, 0.5)])
        raise KeyboardInterrupt

    monkeypatch.setattr("utils.commands.caption._all_captioned", interrupted)
    assert main([str(photos), "--captioner", saved, *options]) == 130
    said = capsys.readouterr()
    assert "a dog" in said.out and said.err.count("\n") == 1 and "You stopped it" in said.err
    assert not options or list(json.loads(said.out)) == [str(photos / "first.jpg")]


# In a process of its own --------------------------------------------------------------------


def start(*arguments, **more):
    """Start the command, its streams in an encoding that knows no Vietnamese."""
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "utils", "caption", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **pipes, **more)


def test_the_command_writes_utf8_and_one_sentence_for_each_damaged_photo(saved, photos):
    picture(8).save(photos / "ảnh.JPG")
    sentences = damage(photos)
    process = start(str(photos), "--captioner", saved, "--json")
    out, err = (stream.decode("utf-8") for stream in process.communicate(timeout=600))
    assert process.returncode == 1
    assert len(json.loads(out)) == 8 and "ảnh.JPG" in out
    lines = err.splitlines()
    assert len(lines) == len(sentences), err
    for sentence in sentences.values():
        assert sum(sentence in line for line in lines) == 1


def test_names_in_latin_1_are_printed_and_written(saved, photos):
    name = os.fsdecode(str(photos).encode() + b"/caf\xe9.png")
    try:
        picture(8).save(name)
    except OSError:  # macOS has names in UTF-8 only
        pytest.skip("this disk has no such names")
    out, _ = start(name, "--captioner", saved, "--json").communicate(timeout=600)
    ((found, captions),) = json.loads(out.decode("utf-8")).items()
    assert found == name and captions[0]["caption"]
    out, err = start(name, "--captioner", saved).communicate(timeout=600)
    assert b"caf\\udce9.png: " in out and not err


def test_a_broken_pipe_is_no_traceback(saved, photos):
    with start(str(photos), "--captioner", saved) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=600) == 1


def test_help_does_not_wait_for_tensorflow(capsys):
    script = (
        "import sys, utils.commands.caption\n"
        "try: utils.commands.caption.main(['--help'])\n"
        "except SystemExit: assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    for said in ("--count", "--json", "exit status", "a folder, three captions each"):
        assert said in run.stdout
