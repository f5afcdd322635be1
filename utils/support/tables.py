"""Tables of texts: in Markdown for pages, in plain text for the terminal."""

import re
from collections.abc import Iterable, Sequence

_RULES = {"l": "---", "c": ":---:", "r": "---:"}


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str = "") -> str:
    """Return a table in Markdown.

    `sides` has a letter for each column: l (left), c (centre) or r (right). Where it is left out,
    the first column stands on the left and the others, usually numbers, on the right. Raises
    `ValueError` where a row has more or fewer cells than the head.
    """
    sides = sides or "l" + "r" * (len(head) - 1)
    rule = [_RULES[side] for _, side in zip(head, sides, strict=True)]
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(rule) + "|"]
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"The row {row[:1]} has {len(row)} cells, the head {len(head)}.")
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def between_marks(text: str, begin: str, end: str, content: str) -> str:
    """Return a page's text with new content between two lines that mark its place.

    Raises `ValueError` where the marks are missing.
    """
    pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"The page needs the lines {begin} and {end} where the table belongs.")
    return pattern.sub(lambda _: f"{begin}\n{content}\n{end}", text)


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns, two spaces apart: the first flush left, the others flush right.

    Raises `ValueError` where rows differ in length.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)
