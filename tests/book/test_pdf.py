"""The book as a PDF, printed by Debian's Chromium: of one chapter, which is enough to see."""

import re

import pytest

pytest.importorskip("sphinx", reason="requirements-book.txt has it")
pypdf = pytest.importorskip("pypdf", reason="requirements-book.txt has it")

from utils.authoring.notebooks import is_answer, masters, read_notebook  # noqa: E402
from utils.book import command, pdf  # noqa: E402
from utils.book.chapters import Shown  # noqa: E402

try:
    pdf.browser()
except FileNotFoundError:
    pytest.skip("no Chromium: `apt-get install chromium` brings it", allow_module_level=True)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "book.pdf"
    assert pdf.write_pdf(masters()[:1], path, Shown(captioner=False)) > 10
    return path


def squeezed(text):
    return re.sub(r"\W", "", text)


def test_the_contents_name_the_page_on_which_a_section_begins(printed):
    pages = [page.extract_text() for page in pypdf.PdfReader(printed).pages]
    [first, *_] = [place for place, page in enumerate(pages) if "Goals" in page]
    entries = re.findall(r"^(\D[^\n]*|\d\. [^\n]*)\n?\s(\d+)$", pages[first], re.MULTILINE)
    found = [
        int(number)
        for title, number in entries
        if 0 < int(number) <= len(pages) and len(squeezed(title)) > 3
        if squeezed(title) in squeezed(pages[int(number) - 1])
    ]
    assert "000" not in pages[first]
    assert len(found) >= 12, (entries, pages[first])
    assert found == sorted(found) and len(set(found)) > 5


def test_every_page_is_numbered_and_bookmarks_lead_to_chapters(printed):
    reader = pypdf.PdfReader(printed)
    for number, page in enumerate(reader.pages, start=1):
        assert str(number) in page.extract_text().split()
    first, sections = reader.outline[:2]
    assert first.title == "Chapter 0 · Start here" and len(sections) > 8
    page = reader.pages[reader.get_destination_page_number(first)]
    assert "Chapter 0" in page.extract_text()


def test_on_paper_solutions_are_open_and_nothing_waits(printed):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(printed).pages)
    solution = find_solution()
    assert squeezed(solution) in squeezed(text)
    assert "waits for your guess" not in text


def find_solution():
    """The last line of the first solution of the chapter that was printed."""
    answers = [cell.source for cell in read_notebook(masters()[0]).cells if is_answer(cell)]
    return answers[0].split("### END SOLUTION")[0].strip().splitlines()[-1]


def test_a_pdf_of_somebody_else_is_left_alone(tmp_path):
    thesis = tmp_path / "thesis.pdf"
    thesis.write_bytes(b"%PDF-1.4 years of work")
    with pytest.raises(ValueError, match="not made by this command"):
        command.main(["--pdf", "--to", str(thesis)])
    assert thesis.read_bytes() == b"%PDF-1.4 years of work"
    with pytest.raises(ValueError, match="is a folder"):
        command.main(["--pdf", "--to", str(tmp_path)])


def test_without_a_browser_nothing_is_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="neither was found"):
        pdf.write_pdf([], tmp_path / "book.pdf", Shown())
    assert list(tmp_path.iterdir()) == []
