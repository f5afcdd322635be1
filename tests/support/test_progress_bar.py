"""The progress bar: it moves for a person, and does not fill a log file."""

import sys

import pytest

from utils.support.progress_bar import progress_bar


def bar_written(capsys, **options):
    with progress_bar(300, "Features", "photo", **options) as bar:
        for _ in range(300):
            bar.update()
    return capsys.readouterr().err


def test_a_log_file_gets_the_beginning_and_the_end(capsys):
    written = bar_written(capsys)
    assert 1 <= written.count("Features") <= 3
    assert "300/300" in written and "photo/s" in written


def test_a_terminal_sees_it_move(capsys, monkeypatch):
    bars = []
    for watched in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda watched=watched: watched)
        with progress_bar(3, "Features", "photo") as bar:
            bars.append(bar.mininterval)
    assert bars[0] > 10 and bars[1] < 1


def test_a_resumed_work_begins_where_it_was(capsys):
    with progress_bar(10, "Features", "photo", done=6) as bar:
        assert bar.n == 6
    assert "6/10" in capsys.readouterr().err


@pytest.mark.parametrize("done", [0, 6])
def test_not_shown_writes_nothing(capsys, done):
    with progress_bar(10, "Features", "photo", done=done, shown=False) as bar:
        bar.update()
    assert capsys.readouterr().err == ""
