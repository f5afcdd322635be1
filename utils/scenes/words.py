"""The words of the Scenes: what each person, animal, place, thing and deed may be called.

The annotators (`utils/scenes/annotators.py`) take their words from `words.toml`, apart from a few
turns of phrase. The truth score (`utils/scenes/truth.py`) reads captions by the same lists and some
words more; a test holds that it finds nothing untrue in what the annotators write.
"""

import tomllib
from pathlib import Path

Words = dict[str, tuple[str, ...]]
_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _lists(name: str) -> Words:
    """Return a table of `words.toml` whose rows are lists."""
    return {key: tuple(row) for key, row in _TABLES[name].items()}


SUBJECT_NAMES, GENERIC_NAMES = _lists("subject_names"), _lists("generic_names")
ADJECTIVES, COLOUR_NAMES, CLOTHES = _lists("adjectives"), _lists("colour_names"), _lists("clothes")
PROP_NAMES, THING_NAMES = _lists("prop_names"), _lists("thing_names")
RELATION_WORDS = _lists("relation_words")
PLACE_PHRASES, SWIM_PHRASES = _lists("place_phrases"), _lists("swim_phrases")
TIME_PHRASES, INDOOR_TIMES = _lists("time_phrases"), _lists("indoor_times")
PLACE_WORDS, TIME_WORDS = _lists("place_words"), _lists("time_words")
PLURALS: dict[str, str] = _TABLES["plurals"]
SOUNDS: dict[str, str] = _TABLES["sounds"]
COUNT_WORDS: dict[str, str] = _TABLES["count_words"]
CLOTHING_WORDS: tuple[str, ...] = tuple(_TABLES["clothing_words"])
VAGUE_RELATIONS: tuple[str, ...] = tuple(_TABLES["vague_relations"])
# Verbs as (-ing form, singular, plural).
VERBS: dict[str, tuple[tuple[str, str, str], ...]] = {
    action: tuple((ing, one, many) for ing, one, many in verbs)
    for action, verbs in _TABLES["verbs"].items()
}


# What the words of a caption say about the action; "enjoy" says nothing by itself.
ACTION_WORDS: dict[str, str] = {
    "asleep" if "asleep" in form else form.split()[0]: action
    for action, verbs in VERBS.items()
    for forms in verbs
    for form in forms
    if not form.startswith("enjoy")
} | _TABLES["action_words"]


def plural(name: str) -> str:
    """Return the plural of a name that the lists above use (its last word changes)."""
    if name in PLURALS:
        return PLURALS[name]
    first, _, last = name.rpartition(" ")
    if last in PLURALS:
        return f"{first} {PLURALS[last]}"
    return name if name.endswith("s") else name + "s"
