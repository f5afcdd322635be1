import math
import subprocess

import nbformat
import pytest
from PIL import Image

from utils.__main__ import main as command_line
from utils.commands import course
from utils.commands.course import TimeLeft
from utils.scenes.dataset import make_scenes
from utils.support.paths import DATA


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    chapters, pages = tmp_path / "chapters", tmp_path / "pages"
    chapters.mkdir()
    monkeypatch.setattr(course, "CHAPTERS", chapters)
    monkeypatch.setattr(course, "RAN", pages)
    monkeypatch.setattr(course, "DONE", pages / "done.json")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    monkeypatch.setattr(course, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(course, "FIRST_LOOK", tmp_path / "runs" / "first_look.png")
    library = tmp_path / "utils"
    for file in ("model.py", "commands/train.py", "authoring/rules.py"):
        (library / file).parent.mkdir(parents=True, exist_ok=True)
        (library / file).touch()
    return chapters, pages


def test_chapters_run_in_order_once_and_again_where_they_changed(folders, capsys):
    chapters, pages = folders
    nbformat.write(notebook("print(6 * 7)"), chapters / "01_first.ipynb")
    nbformat.write(notebook("print('second')"), chapters / "02_second.ipynb")
    committed = (chapters / "01_first.ipynb").read_bytes()

    course.run_chapters(TimeLeft({}))
    assert sorted(path.name for path in pages.glob("*.ipynb")) == [
        "01_first.ipynb",
        "02_second.ipynb",
    ]
    assert "42" in (pages / "01_first.ipynb").read_text(encoding="utf-8")
    assert (chapters / "01_first.ipynb").read_bytes() == committed
    said = capsys.readouterr().out
    assert said.index("01_first.ipynb") < said.index("02_second.ipynb")

    nbformat.write(notebook("print('changed')"), chapters / "02_second.ipynb")
    course.run_chapters(TimeLeft({}))
    said = capsys.readouterr().out
    assert "01_first.ipynb: done before" in said
    assert "02_second.ipynb: done before" not in said
    assert "changed" in (pages / "02_second.ipynb").read_text(encoding="utf-8")


def test_the_chapters_that_ran_become_a_book(folders, monkeypatch):
    _, ran = folders
    asked = []

    def run(command, **settings):
        asked.append(command[3:])
        return subprocess.CompletedProcess(command, len(asked) - 1)

    monkeypatch.setattr(course.subprocess, "run", run)
    assert course.write_book() == course.BOOK / "index.html"
    assert asked == [["book", "--notebooks", str(ran), "--to", str(course.BOOK)]]
    assert course.write_book() == ran  # where the book could not be made


@pytest.mark.parametrize(
    ("file", "again"),
    [("model.py", True), ("commands/train.py", False), ("authoring/rules.py", False)],
)
def test_a_chapter_runs_again_where_the_library_changed_and_not_for_a_command(folders, file, again):
    chapters, _ = folders
    path = chapters / "01_first.ipynb"
    nbformat.write(notebook("1"), path)
    before = course.fingerprint(path)
    (chapters.parent / "utils" / file).write_text("changed = True", encoding="utf-8")
    assert (course.fingerprint(path) != before) == again


def test_a_chapter_that_stops_is_said_and_what_ran_is_kept(folders, monkeypatch, capsys):
    chapters, pages = folders
    nbformat.write(notebook("print('fine')"), chapters / "01_first.ipynb")
    nbformat.write(notebook("1 / 0"), chapters / "02_second.ipynb")
    monkeypatch.setattr(course, "first_look", lambda: None)
    monkeypatch.setattr("utils.commands.data.main", lambda arguments: 0)
    monkeypatch.setattr("utils.commands.train.main", lambda arguments: 0)
    assert command_line(["course"]) == 1
    said = capsys.readouterr()
    assert "02_second.ipynb stopped" in said.err and "ZeroDivisionError" in said.err
    for step in range(1, 5):
        assert f"Step {step} of 4" in said.out
    assert (pages / "01_first.ipynb").is_file()
    assert not (pages / "02_second.ipynb").exists()


def test_data_data_is_verified(monkeypatch, capsys):
    def damaged(folder):
        raise RuntimeError(f"{folder.name} is damaged: get it back.")

    monkeypatch.setattr("utils.commands.data.check_sums", damaged)
    assert command_line(["data"]) == 1
    assert "is damaged" in capsys.readouterr().err


# The first look


def test_the_first_look_captions_photos_and_scenes_as_text_and_as_one_picture(folders, capsys):
    course.first_look()
    said = capsys.readouterr().out
    for photo in (DATA / "photos").glob("*.jpg"):
        assert f"  {photo.stem}: " in said
    for number in range(1, course.SCENES + 1):
        assert f"  scene {number}: " in said
    with Image.open(course.FIRST_LOOK) as picture:
        assert picture.width > picture.height > 500
    assert "runs/first_look.png" in said.replace("\\", "/")


def test_the_scenes_of_the_first_look_are_those_of_the_test_split(tmp_path, monkeypatch):
    drawn = course.draw_test_scenes(tmp_path)
    assert len(drawn) == course.SCENES
    jobs = []
    monkeypatch.setattr(
        "utils.scenes.dataset._draw_all", lambda folder, scenes, progress: jobs.extend(scenes)
    )
    make_scenes(tmp_path / "scenes")
    from utils.scenes.drawing.picture import draw_scene

    for path, scene in zip(drawn, jobs[1100:], strict=False):
        draw_scene(scene).save(tmp_path / "expected.jpg", quality=88)
        assert path.read_bytes() == (tmp_path / "expected.jpg").read_bytes()


# How long the rest takes


def test_time_left_is_what_is_expected_until_something_is_measured():
    left = TimeLeft({"look": 10, "training": 240, "chapters": 350})
    assert str(left) == "about 10 min left"
    left.taken["look"] = 20  # half as fast
    assert left.seconds() == 2 * 590
    left.taken["training"] = 230
    assert math.isclose(left.seconds(), 350)
    left.taken["chapters"] = 350
    assert str(left) == "nearly done"
    assert str(TimeLeft({"look": 31})) == "about 40 s left"


def test_a_part_that_is_done_already_says_nothing_about_the_speed():
    left = TimeLeft({"chapters": 100})
    with left.measured("data"):
        pass
    assert left.seconds() == 100
    with left.measured("chapters"):
        pass
    assert left.seconds() == 0


def test_what_is_done_is_not_expected(folders, monkeypatch):
    chapters, _ = folders
    nbformat.write(notebook("1"), chapters / "01_first.ipynb")
    monkeypatch.setattr(course, "dataset_dir", lambda name: chapters.parent / "nowhere")
    expected = course.expected_seconds()
    assert list(expected) == [course.LOOK, course.DRAWING, course.TRAINING, "01_first.ipynb"]
    monkeypatch.setattr(course, "is_done", lambda path: True)
    monkeypatch.setattr(course, "dataset_dir", lambda name: chapters)
    (course.RUNS / "scenes").mkdir(parents=True)
    (course.RUNS / "scenes" / "scores.json").touch()
    assert list(course.expected_seconds()) == [course.LOOK]


def test_nothing_is_promised_of_another_dataset(folders, monkeypatch):
    monkeypatch.setenv("DATASET", "flickr8k")
    assert "depends on the dataset" in str(TimeLeft(course.expected_seconds()))
