"""Captions in every script: fonts where they are installed, a sentence where they are not."""

import numpy as np
import pytest
from drawn_text import texts
from matplotlib import font_manager
from matplotlib.text import Text

from utils.figures import fonts
from utils.figures.fonts import fonts_for, needs_letters_cut, wrapped
from utils.figures.plots import photo_grid

PHOTO = np.zeros((8, 8, 3), np.uint8)
DEJAVU = font_manager.findfont("DejaVu Sans")


@pytest.fixture
def installed(monkeypatch):
    """Let a test say which fonts there are: file -> (family, letters)."""

    def these(files):
        monkeypatch.setattr(fonts, "_TOLD", set())
        monkeypatch.setattr(fonts, "_installed", lambda: list(files))
        monkeypatch.setattr(fonts, "_name_of", lambda path: files[path][0])
        letters = {path: frozenset(map(ord, told)) for path, (_, told) in files.items()}
        usual = fonts._letters_of(DEJAVU)
        monkeypatch.setattr(fonts, "_letters_of", lambda path: letters.get(path, usual))

    return these


def test_letters_of_the_usual_font_need_no_other(installed):
    installed({})
    letters = "iki köpek ılık một chó đang رجل שני ∞ →"  # noqa: RUF001
    assert fonts_for(letters) == ([], set())


def test_fonts_are_taken_that_have_the_missing_letters(installed):
    installed({"a": ("Empty", ""), "b": ("Thai", "หมา"), "c": ("Han", "两只"), "d": ("All", "两ห")})
    assert fonts_for("a หมา") == (["Thai"], set())
    assert fonts_for("หมา 两只 狗") == (["Thai", "Han"], {"狗"})
    figure = photo_grid([PHOTO] * 2, ["หมา", "a dog"], columns=2)
    families = {text.get_text(): text.get_fontfamily() for text in figure.findobj(Text)}
    assert families["หมา"][1:] == ["Thai"] and "Thai" not in families["a dog"]


def test_a_missing_font_is_said_once_and_the_picture_is_drawn(installed, capsys, tmp_path):
    installed({})
    figure = photo_grid([PHOTO], ["两只狗 पढ़ रहा"], columns=1)
    said = capsys.readouterr().err
    assert "No font on this system has the letters of Cjk, Devanagari" in said
    assert "fonts-noto-cjk" in said
    photo_grid([PHOTO], ["两只 रहा"], columns=1)
    assert capsys.readouterr().err == ""
    figure.savefig(tmp_path / "a.png")  # without a warning for each letter
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_lines_of_captions_without_spaces_end_between_letters(installed):
    installed({})
    assert wrapped("两只狗在海滩上奔跑", 6) == "两只狗\n在海滩\n上奔跑"
    thai = "หมาสองตัวกำลังวิ่งอยู่ที่ชายหาด"
    lines = wrapped(thai, 10).split("\n")
    assert "".join(lines) == thai and len(lines) > 1
    assert all(line[0].isalpha() for line in lines)  # no line begins with a mark
    assert needs_letters_cut(thai, 10) and not needs_letters_cut("a dog runs over grass", 10)
    assert texts(photo_grid([PHOTO], ["两" * 20], columns=1, wrap=30)) == [
        "两" * 15 + "\n" + "两" * 5
    ]


def test_the_fonts_of_this_system_are_found_and_read():
    paths = fonts._installed()
    assert any(path.endswith("DejaVuSans.ttf") for path in paths)
    assert not any("LastResort" in path for path in paths)
    assert ord("a") in fonts._letters_of(DEJAVU) and fonts._name_of(DEJAVU) == "DejaVu Sans"
    assert fonts._letters_of(__file__) == frozenset()
