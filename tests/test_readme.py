"""The README's tables say what the captioners score."""

import re
from pathlib import Path

import numpy as np
import pytest

from utils.captioner import load_captioner
from utils.commands.experiments import WIDTH, seed_count
from utils.commands.results import published_scores
from utils.commands.scores import score_split
from utils.dataset import load_dataset
from utils.features import dataset_features

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table(first_head):
    """Return the table whose head has a column of this name: row name -> its cells as text."""
    lines = README.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| |") and first_head in line)
    rows = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return rows
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows[name] = cells
    return rows


@pytest.fixture(scope="module")
def scenes():
    dataset = load_dataset("scenes")
    return score_split(dataset, "test", load_captioner("scenes"), dataset_features(dataset))


def test_the_table_of_the_scenes_is_what_the_shipped_captioner_scores(scenes):
    quoted = table("true statements")
    names = {
        "one caption for all": "one caption for all",
        "captions shuffled": "captions of a beam of 5, shuffled over the pictures",
        "greedy": "greedy search",
        "beam 3": "beam search, width 3",
        "people": "people, each against the other four",
    }
    assert set(quoted) == set(names.values())
    for row in scenes.rows:
        if row.name in names:
            found = [f"{score:.1f}" for score in row.bleu.scores] + [f"{row.bleu.length_ratio:.2f}"]
            assert quoted[names[row.name]][:5] == found, row.name


def test_the_truth_of_the_scenes_is_what_the_shipped_captioner_says(scenes):
    quoted = table("true statements")
    for search, name in (("greedy", "greedy search"), ("beam 3", "beam search, width 3")):
        assert quoted[name][5] == f"{scenes.truth[search].precision:.0%}"


def test_the_table_of_flickr8k_is_that_of_the_results_page():
    quoted = {cells[1:6][0]: (name, cells) for name, cells in table("seeds").items() if cells[0]}
    for runs in published_scores().values():
        scores = [run["scores"][str(WIDTH)] for run in runs]
        bleu = [f"{mean:.1f}" for mean in np.mean([score["bleu"] for score in scores], axis=0)]
        ratio = f"{np.mean([score['length_ratio'] for score in scores]):.2f}"
        assert quoted[bleu[0]][1] == [str(seed_count(runs)), *bleu, ratio]
    assert len(quoted) == len(published_scores())


def test_baselines_and_people_on_flickr8k_are_those_of_the_results_page():
    page = (ROOT / "data" / "results" / "README.md").read_text(encoding="utf-8")
    for name in ("one caption for all", "captions of the course's model", "people, each"):
        (cells,) = [cells for row, cells in table("seeds").items() if row.startswith(name)]
        assert f"| {' | '.join(cells[1:])} |" in page, name


def test_the_files_that_the_readme_links_to_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 20
    for link in links:
        assert (ROOT / link).exists(), link


def test_the_minutes_are_those_of_the_chapters():
    from utils.authoring.minutes import minutes_of
    from utils.authoring.notebooks import masters, read_notebook

    for path in masters():
        (row,) = re.findall(rf"^.*\(chapters/{re.escape(path.name)}\).*$", README, re.MULTILINE)
        found = minutes_of(read_notebook(path))
        core, deeper = (5 * round(part / 5) for part in (found.core, found.deeper))
        assert row.endswith(f"| {core} | {deeper} |"), f"{path.name}: {core} and {deeper}"


# The reference page

REFERENCE = (ROOT / "chapters" / "reference.md").read_text(encoding="utf-8")


def words_of_the_reference():
    """Return (term, chapter's file) of each row of the glossary."""
    body = REFERENCE.split("## Words")[1].split("## Shapes")[0]
    return re.findall(r"^\| \*\*(.+?)\*\* \|.*\((\d\d_\w+\.ipynb)\) \|$", body, re.MULTILINE)


def test_every_term_is_introduced_in_bold_in_the_chapter_that_is_named():
    found = words_of_the_reference()
    rows = [line for line in REFERENCE.split("## Shapes")[0].splitlines() if line[:4] == "| **"]
    assert len(found) == len(rows) >= 60
    terms = [term.lower() for term, _ in found]
    assert len(set(terms)) == len(terms) and terms == sorted(terms)
    for term, name in found:
        text = (ROOT / "solutions" / name).read_text(encoding="utf-8").lower()
        plain = re.sub(r"\s+", " ", text.replace('\\n",', " ").replace('"', " "))
        assert re.search(rf"\*\*[^*]*{re.escape(term.lower())}[^*]*\*\*", plain), (term, name)


def test_the_links_of_the_reference_lead_somewhere():
    for link in re.findall(r"\]\(([^)]+)\)", REFERENCE):
        name, _, anchor = link.partition("#")
        assert not name or (ROOT / "chapters" / name).exists(), link
        heading = anchor.replace("-", " ")
        assert not anchor or re.search(rf"^## {heading}$", REFERENCE, re.MULTILINE | re.IGNORECASE)
