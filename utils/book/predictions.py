"""A prediction in the book: a small form. Its answer opens when a guess was made."""

from __future__ import annotations

import re
from html import escape

from utils.exercises.guesses import Prediction, find_prediction

_CALL = re.compile(r'^predict\("([\d.]+)", \.\.\.\)', re.MULTILINE)
_OUTCOME = re.compile(r'^\s*outcome\(\s*"([\d.]+)",', re.MULTILINE)
FORM = """\
<form class="prediction" data-id="{id}" data-look="{look}">
<fieldset><legend>Your guess, prediction {id}</legend>
{fields}
</fieldset>
<p class="prediction-answer" role="status"></p>
</form>"""
CHOICE = (
    '<label><input type="radio" name="guess-{id}" value="{letter}"> <em>({letter})</em> '
    "{text}</label>"
)
TYPED = """\
<label>{what}: <input type="text" name="guess-{id}" {mode}data-within="{within}"></label>
<button type="submit">Compare</button>"""


def predicted_in(source: str) -> str:
    """Return the id of the prediction that a cell asks for, "" where it asks for none."""
    found = _CALL.search(source)
    return found[1] if found else ""


def outcomes_in(source: str) -> list[str]:
    """Return the ids of the predictions whose outcomes a cell shows."""
    return _OUTCOME.findall(source)


def form_of(id: str) -> str:
    """Return a prediction's form as HTML. Raises `KeyError` for one that is not there."""
    asked = find_prediction(id)
    look = escape(_inline(asked.look), quote=True)
    return FORM.format(id=id, look=look, fields=_fields(asked))


def _fields(asked: Prediction) -> str:
    if asked.choices:
        return "\n".join(
            CHOICE.format(id=asked.id, letter=letter, text=_inline(text))
            for letter, text in asked.choices.items()
        )
    unit = str(asked.number.get("unit", ""))
    what = "A word" if asked.words else f"A number ({unit})" if unit else "A number"
    mode = 'inputmode="decimal" ' if asked.number else ""
    return TYPED.format(
        id=asked.id, what=what, mode=mode, within=asked.number.get("within", 0) if mode else ""
    )


def _inline(text: str) -> str:
    """Return a line of Markdown as HTML."""
    from markdown_it import MarkdownIt

    return MarkdownIt().renderInline(text)
