"""Time and claims: what is counted, and what is let through."""

import sample_exercises  # noqa: F401  # registers the exercises of chapter 98
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sample_notebook import sample_master, tagged

from utils.authoring.claims import unasserted_sections, unsourced_numbers
from utils.authoring.minutes import code_lines, minutes_of, time_problems, with_minutes
from utils.authoring.notebooks import masters, read_notebook
from utils.authoring.sections import MASTER_ONLY, sections_of


def notebook(*cells):
    made = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return new_notebook(cells=made)


def words(count):
    return "word " * count


def test_deeper_marks_its_own_parts_and_ends_with_the_next_heading():
    found = sections_of(
        notebook(
            "# T\n\n## A (deeper)\n\nx",
            "### A1\n\n```\n## no\n```",
            "## B\n\n### B1 (deeper)\n\n### B2",
        )
    )
    marks = {section.heading: section.deeper for section in found if section.heading}
    assert marks == {
        "T": False,
        "A (deeper)": True,
        "A1": True,
        "B": False,
        "B1 (deeper)": True,
        "B2": False,
    }


def test_minutes_are_words_code_and_exercises():
    code = new_code_cell("\n".join(f"x{n} = {n}" for n in range(40)))
    found = minutes_of(
        notebook(
            f"## One\n\n{words(300)}",
            code,
            f"## Two (deeper)\n\n{words(450)}",
            "### Exercise 98.1 · Count (deeper)",
            new_code_cell("y = 1\n" * 40),
        )
    )
    assert found.core == 300 / 150 + 40 / 4
    assert found.deeper == 450 / 150 + 5  # an exercise has its own minutes; its code is not read


def test_imports_comments_boxes_and_cells_for_the_master_are_not_read():
    source = (
        "import numpy as np\n\n# why\nx = 1\ny = (\n    2\n)\ncheck('98.1', x)\nshow(x, alt='A.')"
    )
    assert code_lines(new_code_cell(source)) == 4
    assert code_lines(tagged(source, MASTER_ONLY)) == 0


def test_the_line_is_written_and_then_right():
    made = notebook(f"# T\n\n**Time needed**: about 3 minutes. It runs in 4 s.\n\n{words(3000)}")
    assert any("minutes` writes" in problem for problem in time_problems(made, 1))
    after = with_minutes(made)
    assert "**Time needed**: about 20 minutes. It runs in 4 s." in after.cells[0].source
    assert time_problems(after, 1) == []
    long = with_minutes(notebook("# T\n\n**Time needed**: about 3 minutes.", words(12_000)))
    assert "80 minutes, more than 60" in time_problems(long, 1)[0]
    assert time_problems(long, 8) == []


def printed(text):
    return new_code_cell("print(1)", outputs=[new_output("stream", text=text)])


def test_a_section_with_outputs_needs_an_assertion_of_its_own():
    shown, box = printed("7"), new_code_cell("check('98.1', x)")
    box.outputs = [new_output("display_data", data={"text/plain": "Exercise", "text/html": "<b>"})]
    proved, asserted = (tagged("assert 8 > 7", MASTER_ONLY) for _ in range(2))
    made = notebook(
        "## A", shown, "### A1", printed("8"), proved, "## B", box, "## C", printed("9"), asserted
    )
    assert unasserted_sections(made) == ["A"]


def test_numbers_in_prose_need_an_output_an_assertion_or_a_source():
    made = notebook(
        "# T\n\n## A\n\n"
        "Of 5,000 captions 52% are short, 5 long; in 2015 it was 0.37, $x = 99$, `98`.\n\n"
        "See section 44 and chapters 31 to 37. Measured: 777 ([page](x)).\n\n1. One\n\n| 66 | 67 |",
        printed("5000 captions\nshare 0.52"),
    )
    assert unsourced_numbers(made) == [("A", "0.37")]


def test_the_sample_and_the_course_keep_their_time():
    assert minutes_of(sample_master()).core > 0
    for path in masters():
        assert minutes_of(read_notebook(path)).core > 5
