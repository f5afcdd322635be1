import numpy as np
import pytest

from utils.support.parts import mean_and_variance, parts


def test_pieces_are_views_and_the_last_is_shorter():
    rows = np.arange(14).reshape(7, 2)
    pieces = list(parts(rows, 3))
    assert [len(piece) for piece in pieces] == [3, 3, 1]
    assert all(np.shares_memory(piece, rows) for piece in pieces)
    np.testing.assert_array_equal(np.concatenate(pieces), rows)
    assert list(parts(rows[:0], 3)) == []


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_statistics_of_columns_are_read_in_pieces(dtype, monkeypatch):
    rows = np.random.default_rng(0).normal(3.0, 2.0, (50, 4)).astype(dtype)
    monkeypatch.setattr("utils.support.parts.ROWS", 7)
    mean, variance = mean_and_variance(rows)
    np.testing.assert_allclose(mean, rows.astype(np.float64).mean(axis=0))
    np.testing.assert_allclose(variance, rows.astype(np.float64).var(axis=0))
