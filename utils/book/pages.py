"""The book's pages that are no chapters: front page, reference and results, from their files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from utils.book.links import CAPTIONER, page_text
from utils.support.paths import CHAPTERS, DATA, ROOT

REFERENCE, RESULTS = CHAPTERS / "reference.md", DATA / "results" / "README.md"
_ROW = re.compile(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
FRONT = """\
# {title}

{paragraph}

{picture}

{caption}

<div class="ways">
{ways}
</div>

## The course

{table}

*Core* is all that later chapters need, exercises included; *deeper* sections are marked.

## Run it

{source} The commands are typed in it.

{start}

```{{toctree}}
:hidden:
:titlesonly:

{pages}
```
"""
ASK = "You need the course's folder: ask whoever gave you this site for it."
WAY = '<a class="way" href="{to}"><strong>{name}</strong><span>{says}</span></a>'
WAYS = (
    (CAPTIONER, "Try it", "The captioner runs in your browser, on your photos too."),
    ("00_start_here.html", "Read it", "All chapters with their results and pictures."),
    ("#run-it", "Run it", "Solve the exercises in notebooks of your own."),
)


def terms() -> dict[str, int]:
    """Return the terms of the reference page's table of words, with their chapters."""
    rows = _ROW.findall(REFERENCE.read_text(encoding="utf-8"))
    return {term: int(re.sub(r"\D.*", "", chapter.strip("["))) for term, _, _, chapter in rows}


def reference_page() -> str:
    """Return the reference page; its table of words becomes a glossary that pages link to."""
    text = REFERENCE.read_text(encoding="utf-8")
    rows = _ROW.findall(text)
    entries = [
        f"{term}\n  *{everyday}*: {meaning}. Chapter {chapter}."
        for term, everyday, meaning, chapter in rows
    ]
    glossary = ":::{glossary}\n" + "\n\n".join(entries) + "\n:::"
    start = text.index("| term |")
    end = text.index("\n\n", start)
    return page_text(text[:start] + glossary + text[end:])


def results_page() -> str:
    """Return the page of results; its pictures lie beside it."""
    return page_text(RESULTS.read_text(encoding="utf-8"))


def front_page(names: Sequence[str], captioner: bool, source: str = "") -> str:
    """Return the front page; the title, the words, the picture and the minutes are README's.

    `names` are those of the chapters' files, in order; `source` is the address of the course's
    folder.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    title, paragraph, picture, caption = readme.split("\n\n")[:4]
    shown = [way for way in WAYS if captioner or way[0] != CAPTIONER]
    return FRONT.format(
        title=title.removeprefix("# "),
        paragraph=paragraph,
        picture=re.sub(r"\(data/pictures/", "(", picture),
        caption=caption,
        ways="\n".join(WAY.format(to=to, name=name, says=says) for to, name, says in shown),
        table=_course_table(readme, names),
        source=f"Get the course's folder: <{source}>." if source else ASK,
        start=page_text(_section(readme, "Start")),
        pages="\n".join([*names, "reference", "results"]),
    )


def _section(readme: str, heading: str) -> str:
    """Return what stands below a heading of README."""
    start = readme.index(f"\n## {heading}\n") + len(heading) + 5
    return readme[start : readme.index("\n## ", start)].strip("\n")


def _course_table(readme: str, names: Sequence[str]) -> str:
    """Return README's table of chapters, without the column that leads to the notebooks."""
    start = readme.index("| chapter | what you learn |")
    lines = readme[start : readme.index("\n\n", start)].split("\n")
    rows = []
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.append("| " + " | ".join(cells[:2] + cells[3:]) + " |")
    table = "\n".join(rows).replace("](chapters/", "](")
    return re.sub(
        r"\[([^\]]+)\]\((\d\d_\w+)\.ipynb\)",
        lambda link: link[0] if link[2] in names else link[1],
        table,
    )
