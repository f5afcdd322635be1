"""Answers that would hang, fill or end the notebook: each ends with a sentence, in time."""

import contextlib
import itertools
import os
import re
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from utils.exercises import check as engine
from utils.exercises import process
from utils.exercises.check import safe_verdict_of
from utils.exercises.copied import verdict_in_copy
from utils.exercises.exercise import find_exercise
from utils.exercises.process import HERE, verdict_there
from utils.exercises.verdict import CORRECT, INCORRECT, verdict_of

LIMIT = 0.5
LOCK = threading.Lock()


@pytest.fixture(scope="module", autouse=True)
def no_process_is_left():
    """End the process; let it start without Keras, which other tests in this process have loaded.

    The process imports what its notebook has imported; here that would be seconds for each answer.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "keras", raising=False)
        yield
    process.stop()


def asked(answer, seconds=LIMIT):
    """Return the verdict of the process and how long it took; the process is warm."""
    exercise = replace(find_exercise("1.4"), seconds=seconds)
    start = time.monotonic()
    verdict = verdict_there(exercise, (answer,))
    return verdict, time.monotonic() - start


def right(splits, minimum_count):
    counts = Counter(word for caption in splits["train"] for word in caption)
    return sorted(word for word, count in counts.items() if count >= minimum_count)


def in_c(splits, minimum_count):
    return sum(range(10**12))


def catches_all(splits, minimum_count):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def sleeps(splits, minimum_count):
    time.sleep(600)


def fills_the_memory(splits, minimum_count):
    kept = []
    while True:
        kept.append(bytes(10**7))


def prints_without_end(splits, minimum_count):
    while True:
        print("x" * 1000)


def forks(splits, minimum_count):
    os.fork()
    return right(splits, minimum_count)


def forks_without_end(splits, minimum_count):
    while True:
        os.fork()


def ends_the_process(splits, minimum_count):
    os._exit(3)


def kills_itself(splits, minimum_count):
    os.kill(os.getpid(), 9)


def leaves(splits, minimum_count):
    sys.exit()


def writes_to_the_pipe(splits, minimum_count):
    os.write(1, b"not a verdict")
    return right(splits, minimum_count)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (in_c, "Stopped after 0.5 seconds"),
        (catches_all, "Stopped after 0.5 seconds"),
        (sleeps, "Stopped after 0.5 seconds"),
        (prints_without_end, "Stopped after 0.5 seconds"),
        (fills_the_memory, "more than 1 GB"),
        pytest.param(
            forks,
            "starts other processes",
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork"),
        ),
        pytest.param(
            forks_without_end,
            "starts other processes",
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork"),
        ),
        (ends_the_process, "ended the whole Python process"),
        (kills_itself, "ended the whole Python process"),
        (leaves, "`SystemExit`"),
    ],
)
def test_it_is_stopped_with_a_sentence_and_the_next_answer_is_judged(answer, words):
    assert asked(right)[0].outcome == CORRECT  # warm
    # Memory needs time to be filled, and other work on the machine slows all of it.
    verdict, seconds = asked(answer, seconds=20 if answer is fills_the_memory else LIMIT)
    assert verdict.outcome == INCORRECT and words in verdict.message
    assert seconds < 60
    assert asked(right)[0].outcome == CORRECT


def test_a_warm_process_answers_at_once_and_is_the_same_one():
    asked(right)
    before = process.worker().process.pid
    # The processor's time is what counts: other work on the machine makes the clock run on.
    assert min(asked(right)[1] for _ in range(5)) < 0.5
    assert process.worker().process.pid == before


def test_an_interrupted_check_leaves_nothing_behind(monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(process.Limits, "broken", interrupt)
        asked(sleeps, seconds=20)
    assert asked(right)[0].outcome == CORRECT


def test_the_verdict_is_that_of_the_notebook_itself():
    def wrong(splits, minimum_count):
        return sorted(splits["trains"])  # no such split

    for answer in (right, wrong, lambda splits, minimum_count: None, lambda splits: []):
        there = safe_verdict_of("1.4", answer)
        assert there.message == verdict_of("1.4", answer).message
    assert "`return sorted(splits[" in safe_verdict_of("1.4", wrong).message


def test_what_is_written_to_the_pipe_is_no_verdict():
    assert asked(writes_to_the_pipe)[0].outcome == CORRECT


def test_what_cannot_travel_is_checked_here_and_said_so():
    lock = LOCK

    def locked(splits, minimum_count):
        with lock:
            return right(splits, minimum_count)

    verdict = safe_verdict_of("1.4", locked)
    assert verdict.outcome == CORRECT and HERE in verdict.lines


def test_answers_without_code_need_no_process(monkeypatch):
    monkeypatch.setattr(process, "worker", None)
    assert safe_verdict_of("1.1", (6, 2)).outcome == CORRECT
    assert safe_verdict_of("1.3", "a").outcome == INCORRECT
    assert engine.safe_verdict_of("1.4", None).outcome == "not attempted"


# More that does not end, and what is left behind


def powers(splits, minimum_count):
    return 7**10**8


def backtracks(splits, minimum_count):
    return re.match(r"(a|aa)+$", "a" * 60 + "b")


def one_long_text(splits, minimum_count):
    return "x" * 10**10


def one_long_list(splits, minimum_count):
    return list(range(10**10))


def sleeps_in_short_pieces(splits, minimum_count):
    while True:
        time.sleep(0.002)


def waits_for_itself(splits, minimum_count):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def sleeps_and_catches_all(splits, minimum_count):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(10**6)


def recurses_beyond_the_stack(splits, minimum_count):
    sys.setrecursionlimit(10**9)
    recurses_beyond_the_stack(splits, minimum_count)


def joins_a_thread_that_never_ends(splits, minimum_count):
    thread = threading.Thread(target=in_c, args=(splits, minimum_count))
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (powers, "Stopped after 0.5 seconds"),
        (backtracks, "Stopped after 0.5 seconds"),
        (one_long_text, "memory|stopped"),
        (one_long_list, "memory|stopped"),
        (sleeps_in_short_pieces, "Stopped after 0.5 seconds"),
        (waits_for_itself, "Stopped after 0.5 seconds"),
        (sleeps_and_catches_all, "Stopped after 0.5 seconds"),
        (recurses_beyond_the_stack, ""),
        (joins_a_thread_that_never_ends, "Stopped after 0.5 seconds"),
    ],
)
def test_whatever_else_it_does_it_is_stopped(answer, words):
    verdict, seconds = asked(answer)
    assert verdict.outcome == INCORRECT
    assert re.search(words, verdict.message, re.IGNORECASE), verdict.message
    assert seconds < 60
    assert asked(right)[0].outcome == CORRECT


def test_a_thread_that_goes_on_does_not_reach_the_next_answer():
    def starts_a_thread(splits, minimum_count):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        return right(splits, minimum_count)

    assert asked(starts_a_thread)[0].outcome == CORRECT
    assert asked(right)[0].outcome == CORRECT and process.worker().is_alive
    assert asked(right)[1] < 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("body", [in_c, catches_all, sleeps, ends_the_process])
def test_what_cannot_travel_is_stopped_too(body, monkeypatch):
    lock = LOCK

    def locked(splits, minimum_count):
        with lock:
            return body(splits, minimum_count)

    exercise = replace(find_exercise("1.4"), seconds=LIMIT)
    monkeypatch.setattr(engine, "find_exercise", lambda id: exercise)
    assert verdict_there(exercise, (locked,)) is None
    start = time.monotonic()
    verdict = safe_verdict_of("1.4", locked)
    assert verdict.outcome == INCORRECT and HERE in verdict.lines
    assert re.search("Stopped|ended the whole", verdict.message) and time.monotonic() - start < 60


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_copy_that_waits_for_tensorflow_says_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", sys)
    exercise = replace(find_exercise("1.4"), seconds=LIMIT)
    assert verdict_in_copy(exercise, (sleeps,)) is None
    assert verdict_in_copy(exercise, (in_c,)).outcome == INCORRECT
    assert verdict_in_copy(exercise, (right,)).outcome == CORRECT


class Endless:
    """An object that never ends when it is compared, listed or shown."""

    def loops(self, *_):
        while True:
            pass

    __eq__ = __len__ = __iter__ = __repr__ = __array__ = __float__ = loops
    __hash__ = None


@pytest.mark.parametrize(
    "answer",
    [
        *(itertools.count(), range(10**12), Endless(), (1, Endless()), iter(int, 1)),
        (x for x in iter(int, 1)),
    ],
    ids=["count", "range", "object", "inside", "iterator", "generator"],
)  # fmt: skip
@pytest.mark.parametrize("id", ["1.1", "1.3"])
def test_values_that_never_end_are_stopped(answer, id, monkeypatch):
    exercise = replace(find_exercise(id), seconds=LIMIT)
    monkeypatch.setattr(engine, "find_exercise", lambda name: exercise)
    start = time.monotonic()
    verdict = safe_verdict_of(id, answer)
    assert verdict.outcome == INCORRECT and time.monotonic() - start < 60


def test_an_answer_that_cannot_even_be_looked_at_gets_a_sentence():
    def answer(splits, minimum_count):
        return []

    answer.__wrapped__ = answer
    verdict = safe_verdict_of("1.4", answer)
    assert verdict.outcome == INCORRECT and "cannot be checked" in verdict.message
