import nbformat
import pytest

from utils.commands import course, data


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    chapters, pages = tmp_path / "chapters", tmp_path / "pages"
    chapters.mkdir()
    monkeypatch.setattr(course, "CHAPTERS", chapters)
    monkeypatch.setattr(course, "PAGES", pages)
    monkeypatch.setattr(course, "DONE", pages / "done.json")
    return chapters, pages


def test_chapters_run_in_order_once_and_again_where_they_changed(folders, capsys):
    chapters, pages = folders
    nbformat.write(notebook("print(6 * 7)"), chapters / "01_first.ipynb")
    nbformat.write(notebook("print('second')"), chapters / "02_second.ipynb")
    committed = (chapters / "01_first.ipynb").read_bytes()

    found = course.run_chapters()
    assert [page.name for page in found] == ["01_first.html", "02_second.html"]
    assert "42" in (pages / "01_first.html").read_text(encoding="utf-8")
    assert (chapters / "01_first.ipynb").read_bytes() == committed
    capsys.readouterr()

    nbformat.write(notebook("print('changed')"), chapters / "02_second.ipynb")
    course.run_chapters()
    said = capsys.readouterr().out
    assert "01_first.ipynb: done before" in said
    assert "02_second.ipynb: done before" not in said
    assert "changed" in (pages / "02_second.html").read_text(encoding="utf-8")


def test_a_chapter_that_stops_is_said_and_what_ran_is_kept(folders, monkeypatch, capsys):
    chapters, pages = folders
    nbformat.write(notebook("print('fine')"), chapters / "01_first.ipynb")
    nbformat.write(notebook("1 / 0"), chapters / "02_second.ipynb")
    monkeypatch.setattr(course.data, "main", lambda: 0)
    monkeypatch.setattr(course.pipeline, "main", lambda arguments: 0)
    assert course.main() == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert (pages / "01_first.html").is_file()
    assert not (pages / "02_second.html").exists()


def test_data_data_is_verified(monkeypatch, capsys):
    def damaged(folder):
        raise RuntimeError(f"{folder.name} is damaged: get it back.")

    monkeypatch.setattr(data, "check_sums", damaged)
    assert data.main() == 1
    assert "is damaged" in capsys.readouterr().err
