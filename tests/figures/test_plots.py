import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from utils.figures.plots import history_plot, label_points, photo_grid


def texts(figure):
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]


def test_each_photo_stands_above_its_own_caption_wrapped(tmp_path):
    Image.new("RGB", (10, 20), "red").save(tmp_path / "a.png")
    photos = [tmp_path / "a.png", np.zeros((8, 8, 3), np.uint8), Image.new("RGB", (9, 9))]
    captions = ["a short one", "a caption of quite a few words that cannot stand in one line", "c"]
    figure = photo_grid(photos, captions, columns=2, wrap=20)
    assert len(figure.axes) == 4  # two rows of two; the last one stays empty
    found = [text for text in texts(figure) if text]
    assert found[0] == "a short one"
    assert found[1].count("\n") == 3
    assert all(len(line) <= 20 for text in found for line in text.split("\n"))


def test_learning_curves_mark_the_best_epoch():
    losses = [(3.0, 3.2), (2.5, 2.9), (2.2, 3.0)]
    epochs = [
        {"epoch": number, "loss": loss, "dev_loss": dev}
        for number, (loss, dev) in enumerate(losses, start=1)
    ]
    figure = history_plot(epochs, first_loss=5.9)
    star = next(line for line in figure.axes[0].lines if line.get_marker() == "*")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (2, 2.9)
    assert "knows nothing: ln(V)" in texts(figure)


def test_labels_of_one_crowded_place_do_not_cover_each_other():
    figure = Figure(figsize=(5, 5))
    axis = figure.subplots()
    points = np.array([[0.5, 0.5], [0.5, 0.5], [0.501, 0.5], [0.5, 0.502], [0.0, 0.0], [1.0, 1.0]])
    axis.plot(*points.T, ".")
    words = ["woman", "girl", "man", "boy", "cat", "sailboat"]
    label_points(axis, points, words, ["black"] * len(words))
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in axis.texts]  # without the thin line
    assert [text.get_text() for text in axis.texts] == words
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])
