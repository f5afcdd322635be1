"""From a notebook to a page of the book, without Sphinx."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from utils.authoring.notebooks import SETUP, is_answer, masters, read_notebook
from utils.authoring.questions import find_question
from utils.book.chapters import Shown, book_chapter
from utils.book.pages import front_page, reference_page, results_page, terms
from utils.book.predictions import form_of
from utils.exercises.guesses import chapters_with_predictions, load_predictions
from utils.exercises.solutions import between_markers
from utils.support.paths import ROOT


def said(text):
    return new_output("stream", text=text)


def picture(alt):
    return new_output("display_data", {"image/png": "AA=="}, metadata={"image/png": {"alt": alt}})


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[new_markdown_cell("# Chapter 4 · LSTM"), *cells])


def shown(*cells, **settings):
    return book_chapter(notebook(*cells), "04_lstm", Shown(**settings)).cells[1:]


ANSWER = new_code_cell(
    "count = None\n### BEGIN SOLUTION\ncount = 31\n### END SOLUTION", outputs=[said("31")]
)
CHECK = new_code_cell(
    'check("4.1", count)\n### BEGIN HIDDEN TESTS\ncheck("4.1", count, strict=True)\n'
    "### END HIDDEN TESTS",
    outputs=[said("correct: no loop is needed")],
)


def test_a_solution_is_folded_below_the_readers_cell():
    answer, solution, check = shown(ANSWER, CHECK)
    assert answer.source == "count = None\n# YOUR CODE HERE"
    assert solution.source.startswith('<details class="solution"><summary>Solution</summary>')
    assert "count = 31" in solution.source and "SOLUTION" not in solution.source
    assert check.source == 'check("4.1", count)'
    assert check.outputs[0].text == "correct: no loop is needed"


def test_a_book_without_solutions_holds_none_of_them():
    answer, check = shown(ANSWER, CHECK, solutions=False)
    assert "31" not in answer.source and not answer.outputs and not check.outputs
    count = 0
    for master in masters():
        solved = read_notebook(master)
        secrets = [between_markers(cell.source) for cell in solved.cells if is_answer(cell)]
        pages = book_chapter(solved, master.stem, Shown(solutions=False)).cells
        assert [secret for secret in secrets if any(secret in one.source for one in pages)] == []
        count += len(secrets)
    assert count >= 47


def test_what_readers_never_see_is_not_in_the_book():
    hidden = new_code_cell("assert 1 + 1 == 2", metadata={"tags": ["master-only"]})
    question = new_markdown_cell(find_question("4").cell)
    words = new_markdown_cell("YOUR ANSWER HERE")
    [kept] = shown(hidden, new_code_cell(SETUP), question, words)
    assert "Question 4" in kept.source


def test_a_prediction_is_a_form_and_outputs_wait_for_it():
    cells = shown(
        new_code_cell("before()", outputs=[said("shown")]),
        new_code_cell('predict("4.2", ...)  # your letter', outputs=[said("No guess yet.")]),
        new_code_cell("run()", outputs=[said("gives it away")]),
        new_code_cell('result = 2\noutcome("4.2", "b")', outputs=[said("Measured: (b) ...")]),
        new_code_cell("after()", outputs=[said("shown")]),
    )
    before, form, run, outcome, after = cells
    assert form.cell_type == "markdown" and 'data-id="4.2"' in form.source
    assert "No guess yet" not in form.source
    tags = [cell.metadata.get("tags", []) for cell in (before, run, outcome, after)]
    assert tags == [[], ["locked-4-2"], ["locked-4-2"], []]


@pytest.mark.parametrize("chapter", chapters_with_predictions())
def test_every_prediction_has_a_form_with_its_choices(chapter):
    for asked in load_predictions(chapter):
        form = form_of(asked.id)
        assert form.count('type="radio"') == len(asked.choices)
        assert form.count('type="text"') == (not asked.choices)
        assert "\n\n" not in form  # which would end the HTML for Markdown
        for text in asked.choices.values():
            assert re.sub(r"[`*]", "", text)[:20].split("<")[0] in re.sub(r"<[^>]+>", "", form)


def test_each_outcome_of_the_course_is_locked_and_no_other_output():
    for master in masters():
        cells = book_chapter(read_notebook(master), master.stem, Shown()).cells
        forms = [re.search(r'data-id="([\d.]+)"', cell.source) for cell in cells]
        asked = [form[1] for form in forms if form and form.string.startswith("<form")]
        locked = {
            tag.removeprefix("locked-").replace("-", ".")
            for cell in cells
            for tag in cell.metadata.get("tags", [])
            if tag.startswith("locked-")
        }
        assert locked == set(asked)


def test_a_pictures_description_goes_with_it():
    [cell] = shown(new_code_cell("show(plot)", outputs=[picture("A falling line.")]))
    assert cell.metadata["mystnb"]["image"]["alt"] == "A falling line."


def test_pictures_of_one_cell_keep_a_description_each():
    outputs = [said("Two."), picture("A falling line."), said("Next."), picture("A rising line.")]
    first, second = shown(new_code_cell("show(a)\nshow(b)", outputs=outputs))
    assert first.source == "show(a)\nshow(b)" and first.outputs[0].text == "Two."
    assert first.metadata["mystnb"]["image"]["alt"] == "A falling line."
    assert second.source == "" and "remove-input" in second.metadata["tags"]
    assert second.metadata["mystnb"]["image"]["alt"] == "A rising line."
    assert [output.output_type for output in first.outputs + second.outputs] == [
        "stream", "display_data", "stream", "display_data"
    ]  # fmt: skip


def test_the_first_bold_term_leads_to_the_glossary():
    cells = shown(
        new_markdown_cell("A **prefix** is read. **Prefix**, `**gate**`, **loud**, **batch**."),
        new_markdown_cell("**Prefix** and **gate**."),
        terms={"prefix": 4, "gate": 1, "batch": 5},
    )
    assert cells[0].source == (
        "A {term}`prefix <prefix>` is read. **Prefix**, `**gate**`, **loud**, **batch**."
    )
    assert cells[1].source == "**Prefix** and {term}`gate <gate>`."


def test_the_text_that_reads_an_outcome_waits_with_it():
    asked = new_code_cell('predict("4.1", ...)')
    told = new_code_cell('outcome("4.1", share)', outputs=[said("Measured: 52%.")])
    reading = new_markdown_cell("Half of it.\n\nAnd so on.\n\n## Next\n\nText.")
    *_, text = shown(asked, told, reading)
    assert text.source == (
        "::::{container} waiting waiting-4-1\nHalf of it.\n\nAnd so on.\n::::\n\n## Next\n\nText."
    )
    code = "Look:\n\n```python\n# a comment\nx = 1\n```"
    *_, text = shown(asked, told, new_markdown_cell(code))
    assert text.source == code


def test_what_only_a_readers_own_run_knows_is_left_out():
    cells = shown(new_code_cell("progress()"), new_code_cell("predictions(4)"))
    assert cells == []


def test_the_page_with_the_captioner_is_opened_here():
    text = (
        "`python -m utils page` writes `data/runs/page/index.html`: the captioners run in it, in "
        "any browser.\nIts view `#words` shows it."
    )
    [cell] = shown(new_markdown_cell(text))
    assert "python -m utils" not in cell.source
    assert cell.source.count('href="captioner/index.html') == 2
    [cell] = shown(new_markdown_cell(text), captioner=False)
    assert cell.source == text
    for master in masters():  # each says it in the same words
        page = book_chapter(read_notebook(master), master.stem, Shown())
        assert all("`python -m utils page`" not in cell.source for cell in page.cells), master.name


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[next](05_merge.ipynb)", "[next](05_merge.ipynb)"),
        ("[words](../chapters/reference.md#words)", "[words](reference.md#words)"),
        ("[results](../data/results/README.md)", "[results](results.md)"),
        ("[code](../utils/cnn.py)", "code"),
        ("[paper](https://arxiv.org/abs/1411.4555)", "[paper](https://arxiv.org/abs/1411.4555)"),
        ("[below](#Exercise-4.1-·-How-many%3F)", "[below](#exercise-41--how-many)"),
    ],
)
def test_links_lead_to_pages_of_the_book(link, expected):
    text, _ = shown(new_markdown_cell(link), new_markdown_cell("## Exercise 4.1 · How many?"))
    assert text.source == expected


def test_a_column_without_a_header_gets_one_that_is_heard():
    [table] = shown(new_markdown_cell("| | BLEU | |\n|---|---:|---|\n| model | 20 | |"))
    hidden = '<span class="visually-hidden">what</span>'
    assert table.source.split("\n")[0] == f"| {hidden} | BLEU | {hidden} |"
    assert table.source.endswith("| model | 20 | |")


@pytest.mark.parametrize("captioner", [True, False])
def test_views_of_the_captioner_are_links_where_it_is_in_the_book(captioner):
    [cell] = shown(new_markdown_cell("Its view `#score` marks them."), captioner=captioner)
    link = '<a href="captioner/index.html#score"><code>#score</code></a>'
    assert (link in cell.source) == captioner


def test_the_reference_page_keeps_every_word_of_its_table():
    page = reference_page()
    assert len(terms()) > 100
    for term in terms():
        assert f"\n{term}\n  *" in page
    assert "| term |" not in page and "## Shapes" in page


def test_front_page_and_results_lead_to_pages_only():
    front = front_page([path.stem for path in masters()], captioner=True)
    minutes = re.search(r"\| \[4 · .+\| (\d+) \| (\d+) \|", front)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"| {minutes[1]} | {minutes[2]} |" in readme
    for page in (front, results_page(), reference_page()):
        for target in re.findall(r"(?<!!)\]\(([^)]+)\)", page):
            assert "/" not in target or target.startswith("http")
    assert "captioner/index.html" not in front_page([], captioner=False)
    assert "ask whoever gave you this site" in front
    assert "<https://here.org>" in front_page([], captioner=False, source="https://here.org")
