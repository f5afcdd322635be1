"""Waiting for pipes in a process that has many files open."""

import os
from dataclasses import replace

import pytest

from utils.exercises.copied import verdict_in_copy
from utils.exercises.exercise import find_exercise
from utils.exercises.verdict import CORRECT
from utils.support.descriptors import TO_READ, TO_WRITE, is_ready

resource = pytest.importorskip("resource")


@pytest.fixture
def many_files():
    """As many open files as it takes for the next one to have a number above 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("this system lets nobody open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    yield
    for number in opened:
        os.close(number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_pipe_with_a_high_number_is_waited_for(many_files):
    reading, writing = os.pipe()
    assert reading > 1024
    assert not is_ready(reading, TO_READ, 0.0) and is_ready(writing, TO_WRITE, 0.0)
    os.write(writing, b"x")
    assert is_ready(reading, TO_READ, 0.0)
    os.close(writing)
    assert os.read(reading, 9) == b"x" and is_ready(reading, TO_READ, 0.0)  # its end can be read
    os.close(reading)


def test_a_copy_is_heard_in_a_process_with_many_files(many_files):
    exercise = replace(find_exercise("1.1"), seconds=20)
    assert verdict_in_copy(exercise, ((6, 2),)).outcome == CORRECT
