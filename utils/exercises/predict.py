"""Guesses before results: what the reader expects, kept beside what was measured.

    from utils.exercises.predict import outcome, predict, predictions

    predict("4.2", "b")               # or predict("4.2", "b", sure=True)
    outcome("4.2", letter_measured)   # stands where the run shows the answer
    predictions(4)                    # at the chapter's end: guesses and truths

No guess is ever needed to go on. Questions and choices stand in `predictions_N.toml`.
"""

from __future__ import annotations

from typing import Any

from utils.exercises.boxes import Box, show_box
from utils.exercises.calls import MISSING, NUMBER, whole_number
from utils.exercises.guesses import (
    Guess,
    Prediction,
    Truth,
    chapters_with_predictions,
    find_prediction,
    load_predictions,
)
from utils.exercises.progress import Progress, read_progress, write_progress

__all__ = ["outcome", "predict", "predictions"]

LATE = "The result was known when this guess came, so it is not counted."
OPEN = "No guess yet. Replace the dots by {what}, or go on: nothing later needs it."


def predict(id: str = MISSING, guess: Any = ..., sure: bool = False, *more: Any) -> None:
    """Keep a guess: a letter, a number or a word. `sure`: the reader would bet on it.

    Shows a box. A guess of the wrong kind gets a sentence, and is not kept. A guess can be changed
    until its result was shown.
    """
    trouble = _trouble_with_call(id, guess, "predict", "b")
    if not trouble and (more or sure not in (True, False)):
        trouble = f'One guess is kept for each question: `predict("{id.strip()}", "b")`.'
    if trouble:
        return show_box(Box("incorrect", "No prediction", (trouble,)))
    try:
        asked = find_prediction(id)
    except KeyError as error:
        return show_box(Box("incorrect", f"Prediction {id}", (error.args[0],)))
    heading = f"Prediction {asked.id}"
    if guess is ... or guess is None or guess == "...":
        return show_box(Box("not attempted", heading, (OPEN.format(what=asked.wanted()),)))
    trouble = asked.trouble_with(guess)
    if trouble:
        return show_box(Box("incorrect", heading, (trouble,)))
    kept = read_progress()
    given = Guess(asked.plain(guess), bool(sure))
    before = kept.guesses.get(asked.id)
    if asked.id in kept.outcomes and before != given:
        return show_box(Box("prediction", heading, (LATE,)))
    kept.guesses[asked.id] = given
    told = f"Your guess: {asked.said(given.value)}" + (" You are sure." if sure else "")
    lines = (told, write_progress(kept))
    return show_box(Box("prediction", heading, tuple(filter(None, lines))))


def _trouble_with_call(id: Any, value: Any, name: str, example: str) -> str:
    """Return what is wrong with the first arguments of a call, as a sentence with the right one."""
    if id is MISSING:
        return f'No question was named. Write its number in quotes: `{name}("4.2", "{example}")`.'
    first = NUMBER.search(id) if isinstance(id, str) else None
    if first and first[0] == id.strip():
        return ""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        said = f'"{id}"' if isinstance(id, str) else repr(id)[:40]
        return f'The question comes first, in quotes: `{name}("{value.strip()}", {said})`.'
    if isinstance(id, str) and first is None:
        return ""  # `find_prediction` says which questions there are
    meant = NUMBER.search(str(id)[:40])
    number = meant[0].replace(",", ".") if meant else "4.2"
    return f'A question is named by its number in quotes: `{name}("{number}", "{example}")`.'


def outcome(id: str = MISSING, measured: Any = MISSING) -> None:
    """Show what was measured beside the guess, and keep it.

    `measured`: the letter of the choice that was right, the number, the word or a list of words
    that are right. Raises `ValueError` where it does not fit the question: a mistake of the author.
    """
    trouble = _trouble_with_call(id, measured, "outcome", "c")
    if not trouble and measured is MISSING:
        trouble = f'Say what was measured too: `outcome("{id.strip()}", "c")`.'
    if trouble:
        return show_box(Box("incorrect", "No outcome", (trouble,)))
    try:
        asked = find_prediction(id)
    except KeyError as error:
        return show_box(Box("incorrect", f"Prediction {id}", (error.args[0],)))
    truth = asked.truth(measured)
    kept = read_progress()
    lines = [f"Measured: {asked.said(truth.value)}"]
    guess = kept.guesses.get(asked.id)
    if guess is not None:
        lines.append(_compared(asked, guess, truth))
    kept.outcomes[asked.id] = truth
    trouble = write_progress(kept)
    show_box(Box("prediction", f"Prediction {asked.id}", tuple(filter(None, (*lines, trouble)))))


def _compared(asked: Prediction, guess: Guess, truth: Truth) -> str:
    """Return the sentence that sets a guess beside the truth."""
    sure = ", and were sure" if guess.sure else ""
    told = f"You guessed {asked.said(guess.value)[:-1]}{sure}"
    if asked.is_right(guess.value, truth):
        return told + (". That is right." if asked.choices or asked.words else ". That is near.")
    return f"{told}. {asked.look}".strip()


def predictions(chapter: int | None = None) -> None:
    """Show guesses beside truths of a chapter, or of all chapters, and one surprise to look at."""
    known = chapters_with_predictions()
    asked_for = None if chapter is None else whole_number(chapter)
    if chapter is not None and asked_for not in known:
        line = f"Name a chapter by its number, such as `predictions({known[-1]})`, or none."
        return show_box(Box("progress", "Predictions", (line,)))
    chapter = asked_for
    kept = read_progress()
    numbers = known if chapter is None else [chapter]
    asked = [entry for number in numbers for entry in load_predictions(number)]
    if kept.trouble:
        return show_box(Box("progress", "Predictions: not known", (kept.trouble,)))
    guessed = [entry for entry in asked if entry.id in kept.guesses]
    where = "all chapters" if chapter is None else f"chapter {chapter}"
    heading = f"Predictions of {where}: {len(guessed)} of {len(asked)} guessed"
    if not guessed:
        line = "A guess before a result shows what you believed. Next time, try some."
        return show_box(Box("progress", heading, (line,)))
    rows = [("", "question", "your guess", "measured")]
    rows += [_row(entry, kept) for entry in guessed]
    lines = filter(None, (_counts(guessed, kept), _surprise(guessed, kept)))
    return show_box(Box("progress", heading, tuple(lines), "", tuple(rows)))


def _row(asked: Prediction, kept: Progress) -> tuple[str, str, str, str]:
    guess, truth = kept.guesses[asked.id], kept.outcomes.get(asked.id)
    said = asked.said(guess.value)[:-1] + (" (sure)" if guess.sure else "")
    if truth is None:
        return (asked.id, asked.question, said, "not run yet")
    mark = "= " if asked.is_right(guess.value, truth) else ""
    return (asked.id, asked.question, said, mark + asked.said(truth.value)[:-1])


def _right(asked: Prediction, kept: Progress) -> bool:
    return asked.is_right(kept.guesses[asked.id].value, kept.outcomes[asked.id])


def _counts(guessed: list[Prediction], kept: Progress) -> str:
    """Return how often the reader was right, and how often sure and right."""
    known = [entry for entry in guessed if entry.id in kept.outcomes]
    if not known:
        return ""
    right = sum(_right(entry, kept) for entry in known)
    sure = [entry for entry in known if kept.guesses[entry.id].sure]
    text = f"{right} of {len(known)} guesses were right."
    if sure:
        both = sum(_right(entry, kept) for entry in sure)
        text += f" Of the {len(sure)} that you were sure of, {both} were right."
    return text


def _surprise(guessed: list[Prediction], kept: Progress) -> str:
    """Return a sentence on one wrong guess: one of which the reader was sure, where there is."""
    wrong = [entry for entry in guessed if entry.id in kept.outcomes and not _right(entry, kept)]
    if not wrong:
        return ""
    first = max(wrong, key=lambda entry: kept.guesses[entry.id].sure)
    measured = first.said(kept.outcomes[first.id].value)
    return f"Worth a second look: {first.id}. {first.question} Measured: {measured} {first.look}"
