"""Answers that would hang, fill or end the notebook: each ends with a sentence, in time."""

import os
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from utils.exercises import check as engine
from utils.exercises import process
from utils.exercises.check import safe_verdict_of
from utils.exercises.exercise import find_exercise
from utils.exercises.process import HERE, verdict_there
from utils.exercises.verdict import CORRECT, INCORRECT, verdict_of

LIMIT = 0.5
LOCK = threading.Lock()


@pytest.fixture(scope="module", autouse=True)
def no_process_is_left():
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
        patch.setattr(process._Limits, "broken", interrupt)
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
