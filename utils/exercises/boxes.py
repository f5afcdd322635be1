"""Coloured boxes in Jupyter, plain text elsewhere: one message, both forms.

The colours are a thin line and a tint that lets the page's own colours through, so that a box
reads well in a light and in a dark theme; words never depend on the colour alone.
"""

import html
import re
from dataclasses import dataclass

from utils.support.jupyter import in_jupyter

COLOURS = {
    "correct": "46, 125, 50",
    "incorrect": "198, 40, 40",
    "not attempted": "120, 120, 120",
    "hint": "21, 101, 192",
    "solution": "106, 27, 154",
    "progress": "0, 121, 107",
    "prediction": "191, 113, 0",
}


@dataclass(frozen=True)
class Box:
    """A heading, paragraphs (with `code` in backticks), perhaps code, perhaps a table.

    `kind` chooses the colour. The first row of `table` is its header.
    """

    kind: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    code: str = ""
    table: tuple[tuple[str, ...], ...] = ()

    def to_html(self) -> str:
        """Return the box as HTML with inline styles only."""
        colour = COLOURS[self.kind]
        style = (
            f"border-left: 5px solid rgb({colour}); background: rgba({colour}, 0.10); "
            "padding: 0.6em 1em; margin: 0.5em 0; line-height: 1.45"
        )
        parts = [f"<strong>{_inline(self.heading)}</strong>"]
        parts += [
            f'<div style="margin-top: 0.3em">{_inline(text)}</div>' for text in self.paragraphs
        ]
        if self.code:
            look = "margin: 0.5em 0 0 0; background: none; color: inherit; white-space: pre-wrap"
            parts.append(f'<pre style="{look}">{html.escape(self.code)}</pre>')
        if self.table:
            parts.append(_table(self.table))
        return f'<div style="{style}">{"".join(parts)}</div>'

    def to_text(self) -> str:
        """Return the box as plain text."""
        lines = [
            self.heading,
            *(f"  {line}" for text in self.paragraphs for line in text.split("\n")),
        ]
        lines += [f"    {line}" for line in self.code.split("\n")] if self.code else []
        if self.table:
            widths = [max(map(len, column)) for column in zip(*self.table, strict=True)]
            for row in self.table:
                cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
                lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join(lines)

    def bundle(self) -> dict[str, str]:
        """Return both forms by mime type, as Jupyter publishes them."""
        return {"text/html": self.to_html(), "text/plain": self.to_text()}


def _inline(text: str) -> str:
    escaped = html.escape(text, quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped).replace("\n", "<br>")


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    cell = '<{0} style="text-align: left; padding: 0.1em 1em 0.1em 0">{1}</{0}>'
    lines = []
    for place, row in enumerate(rows):
        tag = "td" if place else "th"
        lines.append(f"<tr>{''.join(cell.format(tag, _inline(text)) for text in row)}</tr>")
    return f'<table style="margin-top: 0.5em; background: none">{"".join(lines)}</table>'


def show_box(box: Box) -> None:
    """Display a box in Jupyter, print it elsewhere."""
    if in_jupyter():
        from IPython.display import display

        display(box.bundle(), raw=True)
    else:
        print(box.to_text())
