import numpy as np
from drawn_text import texts
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from utils.figures.plots import bars, history_plot, label_points, photo_grid, picture_grid


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


def test_labels_keep_their_places_when_the_layout_gives_the_axis_another_size():
    figure = Figure(figsize=(4, 4), layout="constrained")
    axis = figure.subplots()
    points = np.array([[0.0, 0.0], [0.4, 0.0], [1.0, 1.0]])
    axis.plot(*points.T, ".")
    axis.set_ylabel("wide", fontsize=100)  # leaves the axis less than half of the width
    label_points(axis, points, ["sailboat in snow", "black", "white"], ["black"] * 3)
    figure.draw_without_rendering()
    box = Text.get_window_extent(axis.texts[0])
    assert not any(box.contains(*dot) for dot in axis.transData.transform(points))


def test_pictures_stand_below_their_titles_and_empty_places_stay_empty():
    pictures = [np.zeros((4, 4, 3)), np.ones((4, 4)), np.zeros((4, 4, 3))]
    figure = picture_grid(pictures, ["one", "two", "three"], columns=2)
    assert [axis.get_title() for axis in figure.axes] == ["one", "two", "three", ""]
    assert [len(axis.images) for axis in figure.axes] == [1, 1, 1, 0]
    assert figure.axes[1].images[0].get_cmap().name == "gray"


def test_bars_stand_from_top_to_bottom_even_if_two_have_one_name():
    axis = Figure().subplots()
    drawn = bars(axis, ["a dog", "a cat", "a dog"], [3, 2, 1], "blue")
    assert [bar.get_width() for bar in drawn] == [3, 2, 1]
    assert axis.yaxis_inverted()
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a dog", "a cat", "a dog"]
