"""The bench itself: its sums, its data, and what it says; how fast anything is, is not tested."""

import time

import numpy as np
from PIL import Image

from utils.commands import bench
from utils.commands.bench import Comparison, draw_photos, in_turns, main, random_captions


def test_both_ways_are_timed_in_turns_and_the_warm_up_is_not():
    turns = []

    def work(name, count, seconds):
        turns.append(name)
        time.sleep(1.0 if len(turns) <= 2 else seconds)
        return count

    naive, ours = in_turns(lambda: work("naive", 2, 0.1), lambda: work("ours", 10, 0.05))
    assert turns == ["naive", "ours"] * (1 + bench.ROUNDS)
    # Sleeping can take longer than it was told to, never shorter.
    assert 5 < naive <= 20 and 30 < ours <= 200


def test_a_line_gives_the_ratio_and_what_was_promised():
    line = str(Comparison("features", "photos/s", 8.0, 76.0, 8, 6e8))
    assert "9.5 x" in line and "promised: 8 x" in line


def test_random_captions_are_as_long_as_those_of_flickr8k():
    captions = random_captions(3000)
    words = captions.lengths - 2
    assert abs(words.mean() - bench.MEAN_WORDS) < 0.3 and 3 < words.std() < 5
    assert captions.tokens.shape[1] <= bench.LONGEST + 1 and captions.tokens.max() < 8494


def test_drawn_photos_are_as_large_as_those_of_flickr8k(tmp_path):
    paths = draw_photos(tmp_path, 2)
    with Image.open(paths[0]) as first, Image.open(paths[1]) as second:
        assert first.size == second.size == (500, 375)
        assert np.any(np.asarray(first) != np.asarray(second))
    assert 60e3 < paths[0].stat().st_size < 200e3


def test_main_runs_what_is_named_and_refuses_what_is_not(monkeypatch, capsys):
    called = Comparison("decoding", "captions/s", 1.0, 30.0, 20, 1e9)
    monkeypatch.setattr(bench, "matrix_product", lambda: 120e9)
    monkeypatch.setattr(bench, "BENCHES", {"decoding": lambda: called, "features": None})
    assert main(["decoding"]) == 0 and "30.0 x" in (shown := capsys.readouterr().out)
    assert "120 GFLOP/s" in shown and "25% of the matrix product" in shown
    assert main(["cooking"]) == 1 and "There is no part 'cooking'" in capsys.readouterr().err


def test_operations_are_those_of_the_models_matrix_products():
    """Each weight of a kernel is used once a word in the LSTMs, and once elsewhere."""
    from utils.model import build_model

    model = build_model(bench._sizes())

    def kernels(name):
        return sum(w.size for w in model.get_layer(name).get_weights() if w.ndim == 2)

    each_word = kernels("bilstm") + kernels("lstm")
    once = kernels("image_encoder") + kernels("hidden") + kernels("next_word")
    for length in (1, 7):
        assert bench.forward_operations(length) == 2 * (length * each_word + once)


def test_the_matrix_product_is_timed(monkeypatch):
    monkeypatch.setattr(bench, "MATRIX", 128)
    assert 1e6 < bench.matrix_product() < 1e14
