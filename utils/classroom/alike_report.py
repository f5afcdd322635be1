"""The pairs of a class whose answers are alike, in words and side by side on a page.

    python -m utils alike SUBMISSIONS -o alike.html

`python -m utils grade --alike` writes the same page. How they are found: `alike.py`.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from utils.classroom.alike import Likeness, Pair, pairs
from utils.classroom.magics import is_python
from utils.classroom.places import demand_our_pages
from utils.classroom.report import listed
from utils.classroom.submissions import Student, read_submissions, with_every_stub
from utils.support.files import atomic_path, demand_apart

HINT = (
    "A likeness is a hint for a conversation and never a proof. Two people who learned together, "
    "or from the same page, write alike too; and who rewrote what was copied is not seen."
)
NONE = "No pair of students has answers that are alike beyond what independent right answers share."
STYLE = """
body { font-family: sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #1b1b1b; background: #fff }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }
pre { margin: 0; padding: .6rem; border: 1px solid #767676; overflow-x: auto; font-size: .85rem }
mark { background: #ffe9b0; color: inherit }
h2 { margin-top: 2.5rem; border-top: 1px solid #767676; padding-top: 1rem }
"""


def tell(found: Sequence[Pair], page: Path, equal: Sequence[tuple[str, ...]] = ()) -> None:
    """Print the pairs, and write them with their answers side by side as an HTML page.

    `equal`: what `equal_files` returns.
    """
    with atomic_path(page) as temporary:
        shown = html_page(found, equal)
        temporary.write_text(shown, encoding="utf-8", errors="backslashreplace")
    print("\n".join([text(found), *equal_lines(equal)]))
    print(f"\nSide by side: {page}")


def text(found: Sequence[Pair]) -> str:
    """Return a few lines for each pair, with what they mean above them."""
    if not found:
        return NONE
    count = "1 pair has" if len(found) == 1 else f"{len(found)} pairs have"
    lines = [f"{count} answers that are alike. {HINT}"]
    for pair in found:
        lines.append(f"\n{_names(pair)} (evidence {pair.evidence:.0f})")
        lines += [f"  {one.exercise}: {_said(one)}" for one in pair.exercises]
    return "\n".join(lines)


def _names(pair: Pair) -> str:
    return " and ".join(pair.students)


def _said(one: Likeness) -> str:
    if not one.fragments:
        return "the same number, which nobody else gave"
    noun = "fragment" if one.fragments == 1 else "fragments"
    return f"{one.fragments} rare {noun} shared, {one.share:.0%} of what is rare in the two answers"


def html_page(found: Sequence[Pair], equal: Sequence[tuple[str, ...]] = ()) -> str:
    """Return a whole HTML page; what students wrote is escaped."""
    parts = [f"<p>{html.escape(HINT)}</p>"]
    if found:
        parts.append("<p>Marked lines hold what the two share and few others have.</p>")
    else:
        parts.append(f"<p>{html.escape(NONE)}</p>")
    parts += [f"<p>{html.escape(line)}</p>" for line in equal_lines(equal)]
    parts += [_section(pair) for pair in found]
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Answers that are alike</title><style>{STYLE}</style></head>\n"
        f"<body><main><h1>Answers that are alike</h1>\n{body}\n</main></body></html>\n"
    )


def _section(pair: Pair) -> str:
    heads = f"<h2>{html.escape(_names(pair))}</h2><p>Evidence: {pair.evidence:.0f}</p>"
    return heads + "\n".join(_exercise(pair, one) for one in pair.exercises)


def _exercise(pair: Pair, one: Likeness) -> str:
    sides = "".join(
        f"<div><p>{html.escape(student)}</p><pre tabindex='0'>{_marked(source, lines)}</pre></div>"
        for student, source, lines in zip(pair.students, one.sources, one.lines, strict=True)
    )
    title = f"<h3>Exercise {html.escape(one.exercise)}</h3><p>{html.escape(_said(one))}</p>"
    return f'{title}<div class="sides">{sides}</div>'


def _marked(source: str, lines: frozenset[int]) -> str:
    told = []
    for number, line in enumerate(source.split("\n"), start=1):
        safe = html.escape(line)
        told.append(f"<mark>{safe}</mark>" if number in lines and line.strip() else safe)
    return "\n".join(told)


def answers_of(students: Iterable[Student]) -> dict[str, dict[str, str]]:
    """Return student -> exercise id -> the answer's code as it is run.

    That is with the student's own helpers, wherever they stand in the notebook.
    """
    from utils.classroom.matching import match
    from utils.classroom.plans import plan_of

    found: dict[str, dict[str, str]] = {}
    for student in students:
        given = found.setdefault(student.name, {})
        for chapter, handed in student.notebooks.items():
            try:
                matched = match(handed.cells, with_every_stub(plan_of(chapter))).answers
            except Exception as error:  # whatever one notebook holds, the others are compared
                kind = type(error).__name__
                print(f"Not compared: {handed.name} of {student.name} cannot be read ({kind}).")
                continue
            texts = {id: (one.code, one.source) for id, one in matched.items() if one.source}
            given |= _each_helper_once(texts)
    return found


def _each_helper_once(texts: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return exercise id -> the answer below the helpers that no earlier answer has needed.

    `texts`: the code with all its helpers, and the answer alone. A helper that several answers
    need was copied once, if at all: it is evidence once.
    """
    told: set[str] = set()
    found = {}
    for id, (code, source) in texts.items():
        helpers = code.removesuffix(source).split("\n\n") if code.endswith(source) else []
        new = [one for one in helpers if one.strip() and one not in told]
        told.update(new)
        text = "\n\n".join([*new, source])
        found[id] = text if is_python(text) else source
    return found


def equal_files(
    students: Sequence[Student], answers: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, ...]]:
    """Return the groups of students of whom a chapter's files are equal byte for byte.

    The chapter stands first. Notebooks without any answer are what was handed out, and equal.
    """
    groups: dict[tuple[int, str], list[str]] = {}
    for student in students:
        tried = {int(id.partition(".")[0]) for id in answers.get(student.name, ())}
        for chapter, handed in student.notebooks.items():
            if chapter in tried:
                groups.setdefault((chapter, handed.digest), []).append(student.name)
    found = [(str(n), *sorted(names)) for (n, _), names in groups.items() if len(names) > 1]
    return sorted(found)


def equal_lines(equal: Iterable[tuple[str, ...]]) -> list[str]:
    """Return a line on each group of equal files."""
    return [
        f"Equal files, byte for byte: chapter {chapter} of {listed(names)}"
        for chapter, *names in equal
    ]


def main(arguments: list[str]) -> int:
    """Run the command; return 0."""
    parser = argparse.ArgumentParser(prog="python -m utils alike", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip")
    parser.add_argument("-o", "--output", type=Path, default=Path("alike.html"), help="the page")
    given = parser.parse_args(arguments)
    if given.output.is_dir() or given.output.resolve() == given.submissions.resolve():
        raise ValueError(f"{given.output} is what is read, or a folder: name another page.")
    handed_in = given.submissions.rglob("*") if given.submissions.is_dir() else [given.submissions]
    demand_apart([given.output], handed_in)
    demand_our_pages([given.output])
    students = read_submissions(given.submissions)
    answers = answers_of(students)
    tell(pairs(answers), given.output, equal_files(students, answers))
    return 0
