"""The exercises of chapter 7: decoding and BLEU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.bleu import bleu_scores
from utils.exercises.drawn import Judge, Mistake
from utils.exercises.exercise import Incorrect, NotAttempted, exercise
from utils.exercises.expect import (
    about_none,
    difference,
    looks_like,
    mistake,
    numbers,
    plain,
)
from utils.exercises.experiment import DESIGNS, KEYS, Design, expect_form, judge_experiment
from utils.exercises.guard import call, whole
from utils.exercises.measure_7 import caption_score
from utils.vocabulary import END, START


class _Writer:
    """`ask` of a model that writes a fixed caption for each photo, then `<end>`.

    After an end, and after words that are not its own, it says those of `astray`. It keeps what it
    was asked in `asked`: for each call the list of its prefixes.
    """

    WORDS, PATIENCE = 16, 2000  # PATIENCE: calls in a row with the same prefixes

    def __init__(self, scripts: list[list[int]], astray: list[int]) -> None:
        self.scripts, self.astray = scripts, astray
        self.asked: list[list[tuple[int, ...]]] = []
        self.repeated = 0
        self.result: Any = None  # what the last answer asked returned

    def __repr__(self) -> str:
        """Stand for the model in a message."""
        return f"ask_of_a_model_that_writes({', '.join(map(str, self.scripts))})"

    def __call__(self, images: Any, prefixes: Any) -> np.ndarray:
        """Return log-probabilities, as `ask` of the chapter does."""
        images, prefixes = np.asarray(images), np.asarray(prefixes)
        self.asked.append([tuple(prefix) for prefix in prefixes.astype(int).tolist()])
        self._demand_news()
        # The best word has 30%, so that who draws words does not get the best ones by chance.
        scores = np.full((len(images), self.WORDS), np.log(0.7 / 15), dtype=np.float32)
        for row, (image, prefix) in enumerate(zip(images, self.asked[-1], strict=True)):
            scores[row, self.most_probable(self.written(image), prefix)] = np.log(0.3)
        return scores

    def _demand_news(self) -> None:
        """Refuse a loop that asks the same again and again, before the time limit does."""
        self.repeated = self.repeated + 1 if self.asked[-2:-1] == self.asked[-1:] else 0
        if self.repeated > self.PATIENCE:
            self.repeated = 0
            raise Incorrect(
                "The loop never ends: `ask` gets the same prefixes again and again. Each of them "
                "must grow by the word that came."
            )

    def written(self, image: Any) -> list[int]:
        """Return the words that the model writes for a photo."""
        return self.scripts[int(image) % len(self.scripts)]

    def most_probable(self, script: list[int], prefix: tuple[int, ...]) -> int:
        """Return the word with the best score after a prefix, for the photo of a script."""
        place = len(prefix) - 1
        if prefix == (START, *script[:place]):
            return [*script, END][place] if place <= len(script) else END
        return self.astray[place % len(self.astray)] if place < 40 else END

    def asked_by(self, answer: Any, *arguments: Any) -> list[list[tuple[int, ...]]]:
        """Return the prefixes of each call that an answer makes with these arguments."""
        self.asked = []
        self.result = call(answer, self, *arguments)
        return self.asked


class _Brief:
    """`ask` of a model that writes two words each time, whatever the prefixes are."""

    def __init__(self) -> None:
        self.first: list[int] = []
        self.count = 0

    def __repr__(self) -> str:
        """Stand for the model in a message."""
        return "ask_of_a_model_that_writes([4, 4])"

    def __call__(self, images: Any, prefixes: Any) -> np.ndarray:
        """Return log-probabilities, as `ask` of the chapter does."""
        self.first = self.first or np.atleast_2d(prefixes)[0].tolist()
        self.count += 1
        scores = np.full((len(images), _Writer.WORDS), -90.0, dtype=np.float32)
        scores[:, 4 if self.count <= 2 else END] = -0.1
        return scores


def _longest_prefix(calls: list[list[tuple[int, ...]]]) -> int:
    """Return the length of the longest prefix that was asked about, with <start>."""
    return max((len(prefix) for prefixes in calls for prefix in prefixes), default=0)


def _name_the_lost_word(
    answer: Any, judge: Judge, short_of: Callable[..., Any], is_cut: Callable[..., bool]
) -> None:
    """Tell who drops the last word of a caption that is cut from who asks once too seldom.

    `short_of` and `is_cut` say of an exercise's arguments what both return, and whether a caption
    is cut at `longest`.
    """
    for ask, *rest in (*judge.examples, *judge.draw(30)):
        calls = ask.asked_by(answer, *rest)
        if not looks_like(ask.result, short_of(ask, *rest)):
            return
        if is_cut(ask, *rest) and _longest_prefix(calls) < rest[-1]:
            return
    raise Incorrect(
        "Lost the last word: a caption that is cut at `longest` has no <end>: all of its words "
        "belong to it."
    )


_LONG_SCRIPT = [4 + n % 8 for n in range(60)]
_WORDS = st.integers(4, 11)
_WRITERS = st.builds(
    _Writer,
    st.lists(st.lists(_WORDS, min_size=1, max_size=6), min_size=1, max_size=4),
    st.lists(st.sampled_from([12, 13, END]), min_size=1, max_size=3),
)


def _ended(ask: _Writer, image: Any, longest: int) -> list[int]:
    """Return the marker in brackets where the model gets to say it, else nothing."""
    return [END] if len(ask.written(image)) < longest else []


_JUDGE_7_2 = Judge(
    inputs=st.tuples(
        _WRITERS,
        st.integers(0, 3),
        st.lists(_WORDS, max_size=7).map(lambda words: [START, *words, END]),
        st.integers(1, 8),
    ),
    right=lambda ask, image, true_ids, longest: ask.written(image)[:longest],
    names=("the caption",),
    examples=[
        (_Writer([[4, 5, 6, 7]], [12]), 0, [START, *true, END], 9)
        for true in ([9, 8, 10, 5, 8, 9], [4, 8])
    ]
    + [
        (_Writer([[4, 5, 6, 7, 8, 9, 10]], [12]), 0, [START, 11, END], 1),
        # <end> comes as the last that `longest` allows; a caption as long as few are.
        (_Writer([[4, 5]], [12]), 0, [START, 9, 8, END], 3),
        (_Writer([_LONG_SCRIPT], [12]), 0, [START, 9, 8, END], 99),
    ],
    mistakes=[
        Mistake(
            lambda ask, image, true_ids, longest: [
                *ask.written(image)[:longest],
                *([END] if len(ask.written(image)) == longest - 1 else []),
            ],
            "a marker is in the caption",
            "where <end> comes in the last of `longest` steps, it was kept. It is no word there "
            "either; leave it out.",
        ),
        *(
            Mistake(
                lambda ask, image, true_ids, longest, markers=markers, most=most: ask.written(
                    image
                )[: len(true_ids) - markers][: most or longest],
                "as long as the true caption",
                "the model decides by its <end> how long its caption is.",
            )
            for markers in (1, 2)
            for most in (0, 99)  # cut at `longest`, or not cut
        ),
        Mistake(
            lambda ask, image, true_ids, longest: [
                *ask.written(image)[:longest],
                *_ended(ask, image, longest),
            ],
            "a marker is in the caption",
            "<end> is no word; leave it out.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: [*ask.written(image)[:longest], END],
            "a marker is in the caption",
            "<end> is no word; leave it out.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: [START, *ask.written(image)[:longest]],
            "a marker is in the caption",
            "<start> is no word; leave it out.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: [
                START,
                *ask.written(image)[:longest],
                *_ended(ask, image, longest),
            ],
            "both markers are in the caption",
            "<start> and <end> are no words; leave them out.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: ask.written(image),
            "the model never says <end>",
            "so it seems, where it takes long to do so. A caption has `longest` words at most.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: ask.written(image)[: longest - 1],
            "stopped one word early",
            "a caption may have `longest` words; <start> does not count as one.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: ask.written(image)[: longest + 1],
            "one word more than `longest`",
            "a caption may have `longest` words, and no more.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: ask.written(image)[:longest][:-1],
            "lost the last word",
            "the word before <end> belongs to the caption.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: ask.written(image)[:longest][
                : -1 if _ended(ask, image, longest) else None
            ],
            "lost the last word",
            "the word before <end> belongs to the caption.",
        ),
        Mistake(
            lambda ask, image, true_ids, longest: ask.written(0)[:longest],
            "asked about another photo",
            "`ask` takes a list with the number of the photo in it: `[image]`.",
        ),
    ],
)


@exercise("7.2")
def check_7_2(answer: Any) -> None:
    """Models that disagree with the true caption; what they are asked, then what comes of it."""
    _demand_a_fresh_start(answer)
    for inputs in (*_JUDGE_7_2.examples, *_JUDGE_7_2.draw(30)):
        _demand_own_words(answer, *inputs)
    _name_the_lost_word(
        answer,
        _JUDGE_7_2,
        lambda ask, image, true_ids, longest: ask.written(image)[: longest - 1],
        lambda ask, image, true_ids, longest: len(ask.written(image)) >= longest,
    )
    _JUDGE_7_2(answer)
    for ask, *rest in _JUDGE_7_2.examples:
        mistake(
            _longest_prefix(ask.asked_by(answer, *rest)) > rest[-1] + 3,
            "`longest` does not stop the loop",
            "the caption is cut only afterwards. A model may never say <end>: ask no more once "
            "there are `longest` words.",
        )
    ask = _Writer([[], [4, 5, 6]], [12])
    got = call(answer, ask, 0, [START, 9, 8, END], 9)
    if difference(got, [], _JUDGE_7_2.names):
        raise Incorrect(_about_end_at_once(got))


def _about_end_at_once(got: Any, photo: str = "") -> str:
    """Return the sentence on a model whose first word is <end>."""
    return (
        f"The first word is <end>{photo}: that was the most probable word after `[1]`, so the "
        f"caption has no word and should be `[]`, and `{whole(got)}` came. The first word too may "
        "be the end."
    )


def _demand_a_fresh_start(answer: Any) -> None:
    """Refuse what is no list, and an answer that keeps something from one call to the next."""
    starts, results = [], []
    for _ in range(2):
        ask = _Brief()
        got = call(answer, ask, 0, [START, 8, END], 99)
        if isinstance(got, Iterator):
            raise Incorrect(
                "The caption: a list is wanted, and this is of type "
                f"`{type(got).__name__}`. Collect the words in a list and return that."
            )
        starts.append(ask.first)
        results.append(len(got) if isinstance(got, list) else 0)
    mistake(
        len(starts[1]) > len(starts[0]) or results[1] > results[0],
        "something is kept from the call before",
        "a second call does not begin afresh. A list that is a default, such as `ids=[START]`, is "
        "made only once, and so is one outside the function: make it inside.",
    )


def _demand_own_words(
    answer: Any, ask: _Writer, image: int, true_ids: list[int], longest: int
) -> None:
    """Refuse an answer that asks what nobody may ask about a new photo."""
    calls = ask.asked_by(answer, image, true_ids, longest)
    asked = [prefix for prefixes in calls for prefix in prefixes]
    mistake(
        ask.asked_by(answer, image, true_ids, longest) != calls,
        "another caption comes each time",
        "take the most probable word at every step, and draw none.",
    )
    mistake(
        not asked and longest > 1,
        "the model was not asked",
        "call `ask([image], [ids])` for every word.",
    )
    result = ask.result
    known = {START, END, *ask.astray}.union(*ask.scripts)
    mistake(
        not known.issuperset(set().union(*asked) & set(true_ids))
        and ask.asked_by(answer, image, _other_words(true_ids), longest) != calls,
        "true words are still fed",
        "every prefix may hold <start> and the words that the model itself has written.",
    )
    mistake(asked[:1] not in ([], [(START,)]), "a false start", "the first prefix is `[START]`.")
    mistake(
        any(END in prefix for prefix in asked),
        "it goes on after the end",
        "once the model says <end>, its caption is complete: stop the loop.",
    )
    if _JUDGE_7_2.problem((ask, image, true_ids, longest), result):
        mistake(
            any(prefix[:1] != (START,) for prefix in asked),
            "a prefix without its beginning",
            "each of them is to hold <start> and all words that have come since.",
        )
        _name_what_was_drawn(ask, asked)


def _other_words(true_ids: list[int]) -> list[int]:
    """Return another true caption of this length: what is fed all the same is not from it."""
    return [word if word in (START, END) else 4 + (word - 4 + 3) % 8 for word in true_ids]


def _name_what_was_drawn(ask: _Writer, asked: list[tuple[int, ...]]) -> None:
    """Refuse prefixes with a word that is not the most probable one, whatever the photo is."""
    for prefix in asked:
        for place in range(1, len(prefix)):
            best = [ask.most_probable(script, prefix[:place]) for script in ask.scripts]
            mistake(
                prefix[place] not in best,
                "a word is fed that was not the most probable",
                f"`{whole(list(prefix))}` was asked about, and word {prefix[place]} was not the "
                f"model's best after `{whole(list(prefix[:place]))}`. Take the most probable word "
                "at every step, and draw none.",
            )


def _never(ended: np.ndarray) -> bool:
    return False


def _all_ids(
    ask: _Writer, images: Sequence[int], longest: int, stops: Callable[[np.ndarray], Any]
) -> list[list[int]]:
    """Return rows of ids, markers and all, until `stops` says so of who says <end> now."""
    prefixes = np.full((len(images), 1), START)
    for _ in range(longest):
        next_ids = ask(images, prefixes).argmax(axis=1)
        if stops(next_ids == END):
            break
        prefixes = np.concatenate([prefixes, next_ids[:, None]], axis=1)
    return prefixes[:, 1:].tolist()


def _until_enough_ends(ask: _Writer, images: Sequence[int], longest: int) -> list[list[int]]:
    """Return the captions where the loop ends once <end> came as often as there are photos."""
    said = 0

    def are_enough(ended: np.ndarray) -> bool:
        nonlocal said
        enough = said >= len(images)
        said += int(ended.sum())
        return enough

    rows = _all_ids(ask, images, longest, are_enough)
    return [[*row, END][: [*row, END].index(END)] for row in rows]


def _without_marker(rows: list[list[int]]) -> list[list[int]]:
    return [[word for word in row if word != END] for row in rows]


def _captions(ask: _Writer, images: Sequence[int], longest: int) -> list[list[int]]:
    return [ask.written(image)[:longest] for image in images]


def _of_each(
    change: Callable[[list[int], bool], list[int]],
) -> Callable[[_Writer, Sequence[int], int], list[list[int]]]:
    """Return the answer that changes each caption, told whether it came to its end."""
    return lambda ask, images, longest: [
        change(ask.written(image)[:longest], bool(_ended(ask, image, longest))) for image in images
    ]


_MARKER = "<end> itself is no word; and what follows it does not belong there either."
_JUDGE_7_3 = Judge(
    inputs=st.tuples(
        _WRITERS,
        st.lists(st.integers(0, 3), min_size=1, max_size=5).map(
            lambda images: np.array(images, dtype=np.int32)
        ),
        st.integers(1, 8),
    ),
    right=_captions,
    names=("the captions",),
    examples=[
        (
            _Writer([[4, 5, 6, 7], [8], [9, 10, 4], [5, 6, 7, 8]], [12]),
            np.array([2, 0, 1, 3], dtype=np.int32),
            9,
        ),
        # The first photo says <end> again and again, while the other one goes on.
        (_Writer([[4], [5, 6, 7, 8]], [END]), np.array([0, 1], dtype=np.int32), 9),
        (_Writer([[8, 9], _LONG_SCRIPT], [12]), np.array([0, 1], dtype=np.int32), 99),
    ],
    mistakes=[
        Mistake(
            lambda ask, images, longest: _until_enough_ends(ask, images, longest),
            "counted each <end>, and not the photos",
            "a photo that has ended may say <end> again, and then it counts twice. Keep a mask of "
            "those that have ended.",
        ),
        Mistake(
            lambda ask, images, longest: _all_ids(ask, images, longest, np.any),
            "all stopped with the first",
            "one photo's <end> must not end the captions of the others.",
        ),
        Mistake(
            lambda ask, images, longest: _all_ids(ask, images, longest, np.all),
            "the marker is in the caption",
            _MARKER,
        ),
        Mistake(
            lambda ask, images, longest: _all_ids(ask, images, longest, _never),
            "the marker is in the caption",
            _MARKER,
        ),
        Mistake(
            _of_each(lambda caption, ended: [*caption, END] if ended else caption),
            "the marker is in the caption",
            _MARKER,
        ),
        Mistake(
            _of_each(lambda caption, ended: [*caption, END]),
            "the marker is in the caption",
            _MARKER,
        ),
        Mistake(
            _of_each(lambda caption, ended: [START, *caption]),
            "the marker <start> is in the caption",
            "it is no word; leave it out.",
        ),
        Mistake(
            lambda ask, images, longest: _without_marker(_all_ids(ask, images, longest, np.all)),
            "words after the end",
            "a photo that has ended must not get words any more.",
        ),
        Mistake(
            lambda ask, images, longest: _without_marker(_all_ids(ask, images, longest, _never)),
            "words after the end",
            "a photo that has ended must not get words any more.",
        ),
        Mistake(
            _of_each(lambda caption, ended: caption[:-1]),
            "lost the last word",
            "the word before <end> belongs to the caption.",
        ),
        Mistake(
            _of_each(lambda caption, ended: caption[:-1] if ended else caption),
            "lost the last word",
            "the word before <end> belongs to the caption.",
        ),
        Mistake(
            lambda ask, images, longest: _captions(ask, images, 99),
            "`longest` is not used",
            "a caption has `longest` words at most.",
        ),
        Mistake(
            lambda ask, images, longest: _captions(ask, images, longest - 1),
            "stopped one word early",
            "a caption may have `longest` words; <start> does not count as one.",
        ),
        Mistake(
            lambda ask, images, longest: _captions(ask, images, longest + 1),
            "one word more than `longest`",
            "a caption may have `longest` words, and no more.",
        ),
        Mistake(
            lambda ask, images, longest: _captions(ask, range(len(images)), longest),
            "asked about other photos",
            "`images` holds the numbers of the photos; they need not be 0, 1, 2 and so on.",
        ),
    ],
)


@exercise("7.3")
def check_7_3(answer: Any) -> None:
    """Photos that end at different steps, and say other words after their end; then the calls."""
    _name_the_lost_word(
        answer,
        _JUDGE_7_3,
        lambda ask, images, longest: _captions(ask, images, longest - 1),
        lambda ask, images, longest: _most(ask, images) >= longest,
    )
    _JUDGE_7_3(answer)
    for images in ([1, 0, 1, 0], [0, 0]):
        _demand_an_empty_caption(answer, _Writer([[], [4, 5, 6]], [12]), images)
    _demand_few_calls(answer, [*_JUDGE_7_3.examples, *_JUDGE_7_3.draw(30)])


def _demand_an_empty_caption(answer: Any, ask: _Writer, images: list[int]) -> None:
    """Demand no word of the photos of which the model says <end> at once."""
    got = call(answer, ask, np.array(images, dtype=np.int32), 9)
    if not _JUDGE_7_3.problem((ask, np.array(images), 9), got):
        return
    for place, image in enumerate(images):
        if len(got) == len(images) and not ask.written(image):
            caption = plain(got[place])
            if difference(caption, [], _JUDGE_7_3.names):
                raise Incorrect(_about_end_at_once(caption, f" for the photo in row {place}"))
    raise Incorrect(
        "Where the model says <end> at once for a photo, another caption is wrong: "
        f"`{whole(got)}` came, and `{whole(_captions(ask, images, 9))}` was expected."
    )


def _most(ask: _Writer, images: Sequence[int]) -> int:
    """Return how many words the longest caption has that the model writes for the photos."""
    return max(len(ask.written(image)) for image in images)


def _until_all_at_once(ask: _Writer, images: Sequence[int], longest: int) -> int:
    """Return how often an answer asks that stops where all photos say <end> in one step."""
    return len(ask.asked_by(lambda model: _all_ids(model, images, longest, np.all)))


_FORGETS = "it does not remember who has ended"
_ABOUT_FORGETS = (
    "it stops only where all photos say <end> in the same step. Keep a mask of those that have "
    "said it in any step."
)
# What an answer's number of questions may follow, by its arguments; a name; what to do.
_QUESTIONS: list[tuple[Callable[[_Writer, Sequence[int], int], int], str, str]] = [
    (
        lambda ask, images, longest: longest,
        "it never stops early",
        "it asks `longest` times, even where all captions have ended long before.",
    ),
    (
        lambda ask, images, longest: longest + 1,
        "it never stops early",
        "it asks `longest` + 1 times, even where all captions have ended long before.",
    ),
    (
        lambda ask, images, longest: _most(ask, images) + 1,
        "`longest` does not stop the loop",
        "it asks until all captions have ended, and cuts them only afterwards. A model may never "
        "say <end>.",
    ),
    (
        lambda ask, images, longest: min(_most(ask, images) + 1, longest + 1),
        "one question too many",
        "a caption that is cut at `longest` needs `longest` questions.",
    ),
    (
        lambda ask, images, longest: min(_most(ask, images) + 2, longest),
        "one question too many",
        "all captions have ended, and it asks once more. Look at who has ended before you ask.",
    ),
    (
        lambda ask, images, longest: min(_most(ask, images) + 2, longest + 1),
        "one question too many",
        "it asks once more after all captions have ended, or have `longest` words.",
    ),
    (_until_all_at_once, _FORGETS, _ABOUT_FORGETS),
    (
        lambda ask, images, longest: _until_all_at_once(ask, images, 99),
        _FORGETS,
        _ABOUT_FORGETS + " And `longest` does not stop it.",
    ),
]


def _demand_few_calls(answer: Any, cases: list[tuple[_Writer, np.ndarray, int]]) -> None:
    """Refuse an answer that asks more often than once a step, or after all have ended."""
    asked = [ask.asked_by(answer, *rest) for ask, *rest in cases]
    needed = [min(_most(ask, images) + 1, longest) for ask, images, longest in cases]
    too_many = [n for n, calls in enumerate(asked) if len(calls) > needed[n]]
    if not too_many:
        return
    mistake(
        all(len(cases[n][1]) == 1 or max(map(len, asked[n])) == 1 for n in too_many),
        "one photo after another",
        "ask for all photos in one call: `ask(images, prefixes)` takes a row for each of them.",
    )
    for count, name, why in _QUESTIONS:
        is_of = all(len(calls) == count(*case) for calls, case in zip(asked, cases, strict=True))
        mistake(is_of, name, why)
    worst = max(too_many, key=lambda n: len(asked[n]) - needed[n])
    raise Incorrect(
        f"Asked too often: {_times(needed[worst])}, one for each step, would do, and `ask` was "
        f"called {len(asked[worst])} times. Ask for all photos in one call at each step, and no "
        "more once all have ended."
    )


def _times(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def _running_sums(probabilities: np.ndarray) -> np.ndarray:
    return np.cumsum(np.sort(np.asarray(probabilities, np.float64))[::-1])


def _wanted_count(probabilities: np.ndarray, share: float) -> int:
    """Return how many words the nucleus has: those whose sum before them is below the share."""
    return max(int(np.sum(np.r_[0, _running_sums(probabilities)[:-1]] < share)), 1)


def _most_probable(probabilities: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` most probable words at their places, and 0 elsewhere."""
    values = np.asarray(probabilities, np.float64)
    chosen = np.argsort(-values, kind="stable")[:count]
    kept = np.zeros(len(values))
    kept[chosen] = values[chosen]
    return kept


def _to_one(kept: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return kept / kept.sum()


def _nucleus(probabilities: np.ndarray, share: float) -> np.ndarray:
    return _to_one(_most_probable(probabilities, _wanted_count(probabilities, share)))


def _agree(probabilities: np.ndarray, got: Any, want: np.ndarray) -> bool:
    """Return whether results are alike; of equally probable words either may be kept."""
    mine = np.asarray(numbers(got, "the new probabilities"), np.float64)
    if mine.shape != want.shape:
        return False
    if not np.isfinite(want).all():  # nothing divided by nothing
        return bool(np.isnan(mine).all() or not mine.any())
    kept, values = np.abs(mine) > 1e-7, np.asarray(probabilities, np.float64)
    return bool(
        np.count_nonzero(mine) == np.count_nonzero(want)  # outside the set it is 0 exactly
        and np.allclose(np.sort(mine), np.sort(want), rtol=1e-5, atol=1e-5)
        and np.allclose(mine[kept] * values[kept].sum(), values[kept] * mine.sum(), atol=1e-5)
    )


def _problem_of_nucleus(inputs: tuple, got: Any) -> str:
    """Return what is wrong with new probabilities, as a sentence."""
    probabilities, share = inputs
    name = "the new probabilities"
    if got is None:
        raise Incorrect(about_none(name))
    want = _nucleus(probabilities, share)
    if _agree(probabilities, got, want):
        return ""
    mine = numbers(got, name)
    if mine.shape != want.shape:
        return difference(got, want, (name,))
    unusable = _about_nothing(mine) or _about_outside(mine, np.count_nonzero(want))
    if unusable:
        return unusable
    came = f"`{whole(mine)}` came, and `{whole(want)}` was expected"
    if len(want) > 16:
        came = f"The vocabulary has {len(want):,} words here"
    if abs(float(mine.sum()) - 1) > 1e-4:
        return f"The new probabilities do not sum to 1: their sum is {mine.sum():.4g}. {came}."
    found, wanted = np.count_nonzero(mine), np.count_nonzero(want)
    if found != wanted:
        few = "few" if found < wanted else "many"
        return f"Too {few} words are kept: {found}, and the smallest set has {wanted}. {came}."
    return f"Other probabilities: {came}."


def _about_nothing(mine: np.ndarray) -> str:
    """Return a sentence on NaN, whole numbers or nothing but 0; "" for other results."""
    if np.isnan(mine).all():
        return (
            "Nothing but NaN came: 0 was divided by 0. Either no word was kept, or their "
            "probabilities were cut to whole numbers."
        )
    if np.isnan(mine).any():
        return "NaN stands outside the set: 0 is wanted there."
    if not np.isfinite(mine).all():
        return "A division by 0: infinity came."
    if mine.any():
        return ""
    if mine.dtype.kind in "iub":
        return (
            "Whole numbers came: an array of integers cuts each probability to 0. Begin with zeros "
            "of type float."
        )
    return "Nothing was left: at least one word stays, though it alone may pass the share."


def _about_outside(mine: np.ndarray, count: int) -> str:
    """Return a sentence where all words outside a set of `count` have one tiny probability."""
    outside = np.sort(np.abs(mine))[: len(mine) - count]
    if not outside.any() or outside[-1] > 1e-3 or outside[0] != outside[-1]:
        return ""
    return f"Outside the set 0 is wanted, and `{whole(outside[-1])}` stands there."


def _keeps(
    count: Callable[[np.ndarray, float], int], *, divided: bool = True
) -> Callable[[tuple, Any], bool]:
    """Return whether a result keeps the `count(probabilities, share)` most probable words."""

    def is_of(inputs: tuple, got: Any) -> bool:
        kept = _most_probable(inputs[0], int(count(*inputs)))
        return _agree(inputs[0], got, _to_one(kept) if divided else kept)

    return is_of


def _first_that_reaches(probabilities: np.ndarray, share: float) -> int:
    sums = np.cumsum(np.sort(probabilities)[::-1])
    return int(np.argmax(sums >= share)) + 1


def _is_the_set_alone(inputs: tuple, got: Any) -> bool:
    """Return whether a result leaves out the words outside the nucleus."""
    want = _nucleus(*inputs)
    return looks_like(np.sort(np.asarray(got, np.float64)), np.sort(want[want > 0]))


def _is_rounded(inputs: tuple, got: Any) -> bool:
    """Return whether a result is that of the nucleus to a few decimals."""
    mine, want = np.sort(np.asarray(got, np.float64)), np.sort(_nucleus(*inputs))
    return any(np.allclose(mine, np.round(want, n), rtol=0, atol=1e-7) for n in range(5))


def _is_even(inputs: tuple, got: Any) -> bool:
    """Return whether a result gives the words of the nucleus the same probability each."""
    mine = np.asarray(numbers(got, "the new probabilities"), np.float64)
    proportional = np.where(np.abs(mine) > 1e-7, np.asarray(inputs[0], np.float64), 0)
    is_nucleus = _agree(inputs[0], _to_one(proportional), _nucleus(*inputs))
    return is_nucleus and np.allclose(mine[mine > 0], 1 / np.count_nonzero(mine))


def _gives(wrong: Callable[[np.ndarray, float], Any]) -> Callable[[tuple, Any], bool]:
    """Return whether a result is what the function `wrong` returns."""
    return lambda inputs, got: looks_like(got, wrong(np.asarray(inputs[0], np.float64), inputs[1]))


def _in_given_order(probabilities: np.ndarray, share: float) -> np.ndarray:
    before = np.cumsum(probabilities) - probabilities
    return _to_one(np.where(before < share, probabilities, 0))


def _above(limit: Callable[[np.ndarray, float], float]) -> Callable[[tuple, Any], bool]:
    """Return whether a result keeps the words of a probability of `limit` or more."""
    return _gives(lambda p, share: _to_one(np.where(p >= limit(p, share), p, 0)))


def _even_probabilities(cuts: list[int], half: bool) -> np.ndarray:
    """Return sixteenths that sum to 1: their sums are exact, and ties are frequent."""
    parts = np.diff([0, *sorted(cuts), 16]) / 16
    return parts.astype(np.float32 if half else np.float64)


def _uneven_probabilities(seed: int, size: int, half: bool) -> np.ndarray:
    parts = np.random.default_rng(seed).dirichlet(np.full(size, 0.6))
    return parts.astype(np.float32 if half else np.float64)


def _nearly_even(size: int) -> np.ndarray:
    """Return probabilities of which none is above twice another, and no two are alike."""
    parts = np.random.default_rng(size).permutation(np.linspace(1, 2, size))
    return parts / parts.sum()


def _is_clear(inputs: tuple) -> bool:
    """Return whether rounding cannot change which words reach the share."""
    probabilities, share = inputs
    return bool(np.all(np.abs(_running_sums(probabilities) - share) > 1e-4))


_SHORT = "the word that *reaches* the share belongs to the set, such as 0.25 after 0.40 for 0.6."
_MANY = "the word that reaches the share is the last of the smallest set."
_SINGLE = "it is their running sum that must reach the share."
_JUDGE_7_4 = Judge(
    inputs=st.one_of(
        st.tuples(
            st.builds(_even_probabilities, st.lists(st.integers(0, 16), max_size=6), st.booleans()),
            st.integers(1, 32).map(lambda part: part / 32),
        ),
        st.tuples(
            st.builds(
                _uneven_probabilities, st.integers(0, 999), st.integers(2, 12), st.booleans()
            ),
            st.floats(0.05, 0.97).map(lambda share: round(share, 2)),
        ).filter(_is_clear),
    ),
    fits=_problem_of_nucleus,
    examples=[
        (np.array([0.05, 0.4, 0.1, 0.25, 0.2]), 0.7),
        (np.array([0.05, 0.4, 0.1, 0.25, 0.2]), 0.1),
        (np.array([0.25, 0.5, 0.25]), 0.5),
        (np.array([0.25, 0.25, 0.25, 0.25]), 0.5),
        # Added up, these come to just below 1, and all of them stay.
        (np.full(10, 0.1), 1.0),
        (np.array([0.1, 0.2, 0.7]), 1.0),
        # Nearly all of many words belong to the set.
        (_nearly_even(60), 0.96),
        (_nearly_even(1000), 0.96),
        # The last words are improbable, and a share of 1 takes in all of them.
        (np.array([0.0001, 0.5, 0.3, 0.0001, 0.1998]), 1.0),
    ],
    mistakes=[
        Mistake(
            _keeps(_wanted_count, divided=False),
            "they do not sum to 1",
            "divide by the sum of those kept.",
        ),
        Mistake(
            _keeps(lambda p, share: len(p)),
            "nothing was cut",
            "the words outside the set get 0.",
        ),
        Mistake(
            _is_the_set_alone,
            "only the words of the set came",
            "the shape should be (V,): each probability at the place of its own word, and 0 "
            "outside the set.",
        ),
        Mistake(
            _keeps(_first_that_reaches),
            "a share of 1 keeps one word",
            "rounded sums may end just below 1, so that none of them reaches it, and `argmax` of "
            "nothing but False is 0. Count the words whose sum *before* them is below the share.",
        ),
        Mistake(
            _is_rounded,
            "the probabilities are rounded",
            "leave them as they are; rounded ones may not sum to 1.",
        ),
        *(
            Mistake(_keeps(count, divided=divided), "one word short", _SHORT)
            for count in (
                lambda p, share: np.sum(_running_sums(p) <= share),
                lambda p, share: np.sum(_running_sums(p) < share),
                lambda p, share: max(np.sum(_running_sums(p) <= share), 1),
                lambda p, share: max(np.sum(_running_sums(p) < share), 1),
                lambda p, share: _wanted_count(p, share) - 1,
                lambda p, share: max(_wanted_count(p, share) - 1, 1),
            )
            for divided in (True, False)
        ),
        *(
            Mistake(_keeps(count), "one word too many", _MANY)
            for count in (
                lambda p, share: np.sum(np.r_[0, _running_sums(p)[:-1]] <= share),
                lambda p, share: _wanted_count(p, share) + 1,
            )
        ),
        Mistake(
            _gives(lambda p, share: np.sort(_nucleus(p, share))[::-1]),
            "left in sorted order",
            "each probability must stand at the place of its own word.",
        ),
        Mistake(
            _is_even,
            "all words of the set got the same",
            "they keep their proportions: divide each probability by the sum of those kept.",
        ),
        *(
            Mistake(_above(limit), "compared single probabilities", _SINGLE)
            for limit in (
                lambda p, share: share,
                lambda p, share: 1 - share,
                lambda p, share: share * p.max(),
                lambda p, share: min(share, p.max()),
            )
        ),
        Mistake(
            _above(lambda p, share: np.sort(p)[::-1][_wanted_count(p, share) - 1]),
            "kept every word of a tie",
            "where equally probable words stand at the edge, the smallest set does not need all "
            "of them.",
        ),
        Mistake(
            _gives(_in_given_order),
            "added up in the order of the words",
            "the most probable ones come first: sort before you add up.",
        ),
        *(
            Mistake(
                _keeps(lambda p, share, number=number: number),
                "the number of words is fixed",
                f"{number} {'word stays' if number == 1 else 'words stay'} every time. How many "
                "stay is to follow from `share`: few where the model is sure, many where it is "
                "not.",
            )
            for number in range(1, 11)
        ),
        *(
            Mistake(
                _keeps(count),
                "a share of the words",
                "`share` is a share of the probability, not of the number of words.",
            )
            for count in (
                lambda p, share: max(int(share * len(p)), 1),
                lambda p, share: max(round(share * len(p)), 1),
                lambda p, share: np.ceil(share * len(p)),
            )
        ),
    ],
)


@exercise("7.4")
def check_7_4(answer: Any) -> None:
    """Compare on probabilities with ties and without, whose sums reach the share or pass it."""
    _JUDGE_7_4(answer)


def _scores(rows: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return BLEU-1 to BLEU-4 of each sample."""
    return bleu_scores(rows[drawn].sum(axis=1))


def _differences(first: np.ndarray, second: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    return _scores(second, drawn)[:, 3] - _scores(first, drawn)[:, 3]


def _of_order(
    order: int,
) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Return the answer that takes another column."""
    return lambda first, second, drawn: (_scores(second, drawn) - _scores(first, drawn))[:, order]


def _whole_score(rows: np.ndarray) -> float:
    return float(bleu_scores(rows.sum(axis=0)[None])[0, 3])


def _of_single_captions(first: np.ndarray, second: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    return (bleu_scores(second) - bleu_scores(first))[drawn][:, :, 3].mean(axis=1)


def _statistics(rng: np.random.Generator, images: int) -> np.ndarray:
    """Return rows as those of `bleu_statistics`, of captions of 0 to 11 words."""
    lengths = rng.integers(0, 12, images)
    written = np.maximum(lengths[:, None] - np.arange(4), 0)
    found = rng.binomial(written, rng.uniform(0.4, 1.0, (images, 1)))
    found = np.minimum.accumulate(found, axis=1)  # no more pairs than words are found
    return np.column_stack([found, written, lengths, rng.integers(3, 12, images)])


def _two_systems(seed: int, images: int, samples: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    rows = [_statistics(rng, images) for _ in range(2)]
    return *rows, rng.integers(0, images, (samples, images))


_JUDGE_7_6 = Judge(
    inputs=st.builds(_two_systems, st.integers(0, 999), st.integers(1, 7), st.integers(1, 7)),
    right=_differences,
    names=("the differences",),
    # The last is of real size: the sums pass what a small type of integer holds.
    examples=[_two_systems(5, 5, 6), _two_systems(6, 6, 6), _two_systems(7, 1000, 3)],
    mistakes=[
        *(
            Mistake(
                lambda first, second, drawn, kind=kind: (
                    bleu_scores(second[drawn].sum(axis=1, dtype=kind))[:, 3]
                    - bleu_scores(first[drawn].sum(axis=1, dtype=kind))[:, 3]
                ),
                "the sums overflow",
                f"`{kind}` is too small a type for the words of a thousand captions.",
            )
            for kind in ("int8", "uint8")
        ),
        *(
            Mistake(
                lambda first, second, drawn, digits=digits: np.round(
                    _differences(first, second, drawn), digits
                ),
                "the differences are rounded",
                "leave them as they are.",
            )
            for digits in range(5)
        ),
        Mistake(
            lambda first, second, drawn: -_differences(first, second, drawn),
            "turned round",
            "it is `second` minus `first`.",
        ),
        Mistake(
            lambda first, second, drawn: np.abs(_differences(first, second, drawn)),
            "lost the sign",
            "where `second` is worse than `first`, the difference is below 0.",
        ),
        *(
            Mistake(
                _of_order(order),
                f"BLEU-{order + 1} instead of BLEU-4",
                "the last of the four columns is wanted.",
            )
            for order in range(3)
        ),
        Mistake(
            lambda first, second, drawn: _scores(second, drawn) - _scores(first, drawn),
            "all four scores",
            "BLEU-4 alone is wanted, one number for each sample: the last of the four columns.",
        ),
        Mistake(
            _of_single_captions,
            "the mean of scores of single captions",
            "add up the counts of a sample's photos first, then compute BLEU once.",
        ),
        *(
            Mistake(
                lambda first, second, drawn, place=place: _scores((first, second)[place], drawn)[
                    :, 3
                ],
                "one system only",
                "subtract the score of `first` from that of `second`, on the same photos.",
            )
            for place in (0, 1)
        ),
        Mistake(
            lambda first, second, drawn: np.full(
                len(drawn), _whole_score(second) - _whole_score(first)
            ),
            "the photos were not drawn",
            "every sample has photos of its own: `first[drawn]`.",
        ),
        Mistake(
            lambda first, second, drawn: _whole_score(second) - _whole_score(first),
            "the photos were not drawn",
            "every sample has photos of its own, and gets a number of its own: `first[drawn]`.",
        ),
        Mistake(
            lambda first, second, drawn: _scores(second, drawn)[:, 3] - _whole_score(first),
            "only `second` was drawn",
            "both systems must be graded on the same photos.",
        ),
        Mistake(
            lambda first, second, drawn: _whole_score(second) - _scores(first, drawn)[:, 3],
            "only `first` was drawn",
            "both systems must be graded on the same photos.",
        ),
        Mistake(
            lambda first, second, drawn: _differences(first, second, drawn.T),
            "samples and photos are exchanged",
            "a row of `drawn` is a sample: add up over the photos, axis 1 of `first[drawn]`.",
        ),
        Mistake(
            lambda first, second, drawn: (
                bleu_scores(second[drawn].sum(axis=0))[:, 3]
                - bleu_scores(first[drawn].sum(axis=0))[:, 3]
            ),
            "samples and photos are exchanged",
            "a row of `drawn` is a sample: add up over the photos, axis 1 of `first[drawn]`.",
        ),
        Mistake(
            lambda first, second, drawn: _differences(first, second, drawn).mean(),
            "one number for all samples",
            "each sample has a difference of its own; do not take their mean.",
        ),
        Mistake(
            lambda first, second, drawn: np.sort(_differences(first, second, drawn)),
            "sorted",
            "the first difference belongs to the first sample.",
        ),
        Mistake(
            lambda first, second, drawn: _differences(first, second, drawn) / 100,
            "not in percent",
            "BLEU goes from 0 to 100, as `bleu_scores` gives it.",
        ),
    ],
)


@exercise("7.6")
def check_7_6(answer: Any) -> None:
    """Compare on the counts of two systems, of some photos and some samples."""
    _JUDGE_7_6(answer)


# What the reader of exercise 7.7 may vary -> the setting to compare with, what a setting is.
VARIED: dict[str, tuple[float, str]] = {
    "temperature": (1.0, "a number from 0.1 to 3"),
    "beam width": (1, "a whole number from 1 to 8"),
    "length penalty": (1.0, "a number from 0 to 2"),
}
# What may be measured -> how far a result may be from the one that is measured again.
MEASURED = {"BLEU-4": 2.0, "truth": 2.0, "words": 0.25}
_KEYS_7_7 = (KEYS[0], "vary", "measured", *KEYS[1:])


def _is_setting_of(vary: str, setting: Any) -> bool:
    """Return whether something can be a setting of what is varied."""
    low, high = {"temperature": (0.1, 3), "beam width": (1, 8), "length penalty": (0, 2)}[vary]
    if not isinstance(setting, Real) or isinstance(setting, bool):
        return False
    return low <= setting <= high and (vary != "beam width" or setting == int(setting))


def _design_7_7(vary: str, measured: str) -> Design:
    """Return the design; it depends on what is varied and on what is measured."""
    control, settings = VARIED[vary]
    return Design(
        measure=partial(caption_score, vary=vary, measured=measured),
        control=control,
        repeats=3,
        tolerance=MEASURED[measured],
        again=3,  # a measurement takes up to two seconds
        settings=settings,
        valid=partial(_is_setting_of, vary),
    )


DESIGNS["caption_score"] = lambda seed, vary, measured: _design_7_7(vary, measured)


@exercise("7.7")
def check_7_7(experiment: Any) -> None:
    """Measure three of the reader's settings again, and compare the conclusion with the means."""
    if experiment is None:
        raise NotAttempted
    expect_form(experiment, _KEYS_7_7)
    vary, measured = experiment["vary"], experiment["measured"]
    for key, value, known in (("vary", vary, VARIED), ("measured", measured, MEASURED)):
        if not isinstance(value, str) or value not in known:
            raise Incorrect(f"`{key}` is one of {', '.join(map(repr, known))}; yours is {value!r}.")
    judge_experiment(experiment, _design_7_7(vary, measured))


def _unit(rows: np.ndarray) -> np.ndarray:
    """Return rows at length 1."""
    rows = np.asarray(rows, np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _cosines(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return _unit(rows) @ _unit(others).T


def _products(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.asarray(rows, np.float64) @ np.asarray(others, np.float64).T


def _closeness(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances of rows as they are, below 0: the nearest has the largest."""
    return -np.linalg.norm(rows[:, None].astype(float) - others[None], axis=2)


def _share_behind(
    compare: Callable[[np.ndarray, np.ndarray], np.ndarray],
    chosen: Callable[..., np.ndarray] = np.max,
) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Return the answer that compares rows by `compare` and keeps the `chosen` of each row."""

    def answer(photos: np.ndarray, train: np.ndarray, dev: np.ndarray) -> np.ndarray:
        mine, theirs = (chosen(compare(rows, train), axis=1) for rows in (photos, dev))
        return (theirs < mine[:, None]).mean(axis=1)

    return answer


_likeness = _share_behind(_cosines)


def _three_lists(
    seed: int, photos: int, train: int, dev: int, size: int, *, signed: bool = False
) -> tuple[np.ndarray, ...]:
    """Return features of photos, training photos and dev photos, of many lengths.

    None is below 0, as behind a ReLU, or they are `signed`.
    """
    rng = np.random.default_rng(seed)
    lists = tuple(
        rng.gamma(0.8, 1.0, (count, size)) * rng.uniform(0.3, 4.0, (count, 1)) + 0.01
        for count in (photos, train, dev)
    )
    return tuple(rng.choice([-1, 1], rows.shape) * rows for rows in lists) if signed else lists


def _at_cosines(seed: int, *cosines: list[float]) -> tuple[np.ndarray, ...]:
    """Return lists of features with these cosines to one direction, their other parts at random."""
    rng = np.random.default_rng(seed)
    lists = []
    for some in cosines:
        along, angle = np.array(some), rng.uniform(0, 6, len(some))
        across = np.sqrt(1 - along**2)
        rows = np.stack([along, across * np.cos(angle), across * np.sin(angle)], axis=1)
        lists.append(rows * rng.uniform(0.5, 3.0, (len(some), 1)))
    return tuple(lists)


def _far_and_near_ties() -> list[tuple[np.ndarray, ...]]:
    """Return lists whose cosines to the only training photo are below 0, or nearly equal."""
    far = _at_cosines(1, [-0.3, -0.8], [1.0], [-0.5, -0.2, -0.9, -0.7])
    near = _at_cosines(2, [0.4, -0.3], [1.0], [0.40003, 0.39997, -0.30003, -0.29997])
    return [far, near]


def _no_ties(inputs: tuple) -> bool:
    """Return whether rounding cannot change which dev photos are farther away."""
    photos, train, dev = inputs
    mine, theirs = (_cosines(rows, train).max(axis=1) for rows in (photos, dev))
    return bool(np.abs(mine[:, None] - theirs).min() > 1e-5)


_JUDGE_7_8 = Judge(
    inputs=st.builds(
        _three_lists,
        st.integers(0, 999),
        st.integers(1, 5),
        st.integers(1, 6),
        st.integers(1, 7),
        st.integers(3, 6),
        signed=st.booleans(),
    ).filter(_no_ties),
    right=_likeness,
    names=("the likeness",),
    examples=[
        _three_lists(3, 4, 5, 6, 4),
        _three_lists(5, 3, 6, 4, 5),
        *_far_and_near_ties(),
    ],
    mistakes=[
        Mistake(
            lambda photos, train, dev: 1 - _likeness(photos, train, dev),
            "turned round",
            "the dev photos that are *farther* from the training photos count. A likeness of 1 "
            "means that every dev photo is less alike.",
        ),
        Mistake(
            lambda photos, train, dev: 100 * _likeness(photos, train, dev),
            "in percent",
            "a share goes from 0 to 1.",
        ),
        Mistake(
            lambda photos, train, dev: _likeness(photos, train, dev) * len(dev),
            "a number of photos",
            "divide by how many dev photos there are.",
        ),
        Mistake(
            _share_behind(lambda rows, others: np.abs(_cosines(rows, others))),
            "the signs of the cosines are lost",
            "a photo that points the other way has a cosine below 0. It is far away.",
        ),
        Mistake(
            _share_behind(lambda rows, others: np.maximum(_cosines(rows, others), 0)),
            "cosines below 0 are taken for 0",
            "where all cosines of a photo are below 0, the largest of them is that of its nearest "
            "training photo. A search for it must not begin at 0.",
        ),
        *(
            Mistake(
                _share_behind(
                    lambda rows, others, digits=digits: np.round(_cosines(rows, others), digits)
                ),
                "the cosines are rounded",
                "two distances may differ in a later digit. Leave them as they are.",
            )
            for digits in range(1, 5)
        ),
        Mistake(
            _share_behind(_cosines, np.mean),
            "compared with the mean of all training photos",
            "a photo of a dog needs one dog among the training photos; its distance to the others "
            "does not matter. Take the nearest.",
        ),
        Mistake(
            _share_behind(_cosines, np.min),
            "compared with the farthest training photo",
            "the nearest is the one with the *largest* cosine.",
        ),
        Mistake(
            _share_behind(_products),
            "compared by the plain product",
            "a cosine is the product of two vectors of length 1: divide each row by its own length "
            "(`axis=1`).",
        ),
        Mistake(
            _share_behind(
                lambda rows, others: (
                    _products(rows, others) / np.linalg.norm(rows) / np.linalg.norm(others)
                )
            ),
            "divided by the length of the whole array",
            "each row has a length of its own: `np.linalg.norm(rows, axis=1, keepdims=True)`.",
        ),
        *(
            Mistake(
                _share_behind(compare),
                "only one of the two lists has length 1",
                "divide the rows of both lists by their lengths.",
            )
            for compare in (
                lambda rows, others: _unit(rows) @ np.asarray(others, np.float64).T,
                lambda rows, others: np.asarray(rows, np.float64) @ _unit(others).T,
            )
        ),
        Mistake(
            _share_behind(_closeness),
            "compared by the straight distance",
            "the features have different lengths, and the cosine leaves these out.",
        ),
        Mistake(
            lambda photos, train, dev: _likeness(photos, dev, train),
            "`train` and `dev` are exchanged",
            "the distances are those to the training photos; the dev photos say which distances "
            "are usual.",
        ),
        Mistake(
            lambda photos, train, dev: _likeness(photos, train, train),
            "photos compared with themselves",
            "each of them is its own nearest, at distance 0. Which distances are usual is learnt "
            "from the dev photos, compared with `train`.",
        ),
        Mistake(
            lambda photos, train, dev: _likeness(photos, train, dev).mean(),
            "one number for all photos",
            "each photo has a likeness of its own.",
        ),
        *(
            Mistake(
                lambda photos, train, dev, digits=digits: np.round(
                    _likeness(photos, train, dev), digits
                ),
                "the shares are rounded",
                "leave them as they are.",
            )
            for digits in range(4)
        ),
    ],
)


@exercise("7.8")
def check_7_8(answer: Any) -> None:
    """Compare on a few photos, with features above 0 and with such of both signs."""
    _JUDGE_7_8(answer)
