"""`python -m utils page`: which captioners it takes, and what it refuses."""

import shutil

import pytest

from utils.commands import page
from utils.page.build import shown_name
from utils.support.paths import CAPTIONERS, DATA


def test_a_trained_captioner_has_the_name_of_its_run():
    assert shown_name("scenes") == "scenes"
    assert shown_name("data/runs/my-photos/captioner") == "my-photos"
    assert shown_name("elsewhere/spanish") == "spanish"


def test_two_captioners_of_one_name_are_refused(tmp_path):
    arguments = ["--captioner", "scenes", "--captioner", "other/scenes"]
    with pytest.raises(ValueError, match="same name"):
        page.main([*arguments, "-o", str(tmp_path / "page.html")])
    assert not list(tmp_path.iterdir())


def test_the_page_is_never_written_over_a_file_that_is_no_such_page(tmp_path):
    folder = tmp_path / "run" / "captioner"
    shutil.copytree(CAPTIONERS / "scenes", folder)
    weights = (folder / "model.weights.h5").read_bytes()
    (tmp_path / "link.html").symlink_to(folder / "model.weights.h5")
    photo = next((DATA / "photos").glob("*.jpg"))
    (tmp_path / "notes.html").write_text("<title>Notes</title>", encoding="utf-8")
    others = (folder / "model.weights.h5", tmp_path / "link.html", photo, tmp_path / "notes.html")
    for out in others:
        with pytest.raises(ValueError, match="was not made by this command"):
            page.main(["--captioner", str(folder), "-o", str(out)])
    assert (folder / "model.weights.h5").read_bytes() == weights


def test_a_folder_is_no_place_for_the_file(tmp_path):
    with pytest.raises(ValueError, match="is a folder: name a file, such as"):
        page.main(["--captioner", "scenes", "-o", str(tmp_path)])


def test_a_captioner_that_is_not_there_is_named_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="There is no captioner 'nowhere'"):
        page.main(["--captioner", "nowhere", "-o", str(tmp_path / "page.html")])
    assert not list(tmp_path.iterdir())


def test_one_captioner_makes_a_smaller_page_and_is_named_as_ones_own(tmp_path, capsys):
    from utils.captioner import load_captioner

    load_captioner("scenes").save(tmp_path / "run" / "captioner")
    out = tmp_path / "page.html"
    assert page.main(["--captioner", str(tmp_path / "run" / "captioner"), "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert (
        '"name": "run"' in text and "Trained by you" in text and "flickr8k-best" not in _facts(text)
    )
    assert out.stat().st_size < page.LARGEST / 2
    assert page.main(["--captioner", "scenes", "-o", str(out)]) == 0  # over an older page
    assert "Open it in a browser" in capsys.readouterr().out


def _facts(text):
    start = text.index('id="page-data"')
    return text[start : text.index("</script>", start)]
