"""Pictures are sharp on fine screens, small as files, and the same each time."""

import io

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from PIL import Image

import utils.figures.show as module
from utils.figures.show import COLOURS, DENSITY, has_photos, picture_file, show

PHOTO = np.random.default_rng(0).integers(0, 255, (20, 20, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


def lines():
    figure, axis = plt.subplots(figsize=(4, 2))
    for number in range(8):
        axis.plot([number, number + 1], label=str(number))
    axis.legend()
    return figure


def with_photo():
    figure, axis = plt.subplots(figsize=(4, 2))
    axis.imshow(PHOTO)
    axis.set_title("a photo")
    return figure


def opened(file):
    image = Image.open(io.BytesIO(file.data))
    image.load()
    return image


@pytest.mark.parametrize("draw", [lines, with_photo])
def test_a_figure_has_twice_the_pixels_of_the_page(draw):
    file = picture_file(draw(), dpi=80)
    assert DENSITY == 2 and abs(opened(file).width - 2 * file.width) <= 1
    assert 0.4 * 4 * 80 < file.width < 1.1 * 4 * 80  # what is empty at the edges is cut off
    assert file == picture_file(draw(), dpi=80)


def test_lines_become_a_png_with_few_colours_on_white():
    file = picture_file(lines())
    image = opened(file)
    assert (file.kind, image.format, image.mode) == ("image/png", "PNG", "P")
    pixels = np.asarray(image.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) <= COLOURS
    assert pixels[0, 0].tolist() == [255, 255, 255]


def test_each_line_keeps_its_colour():
    pixels = np.asarray(opened(picture_file(lines())).convert("RGB")).astype(int)
    for name in plt.rcParams["axes.prop_cycle"].by_key()["color"][:8]:
        wanted = 255 * np.array(to_rgb(name))
        assert np.abs(pixels - wanted).max(axis=2).min() <= 8, name


def test_photos_become_a_jpeg_that_is_true_to_them():
    file = picture_file(with_photo())
    assert (file.kind, opened(file).format) == ("image/jpeg", "JPEG")
    figure = with_photo()
    shown = io.BytesIO()
    figure.savefig(shown, dpi=200, bbox_inches="tight")
    exact = np.asarray(Image.open(shown).convert("RGB")).astype(int)
    assert np.abs(np.asarray(opened(file)).astype(int) - exact).mean() < 4


def test_values_in_a_map_are_no_photo_and_a_small_photo_in_a_plot_is_one():
    figure, axis = plt.subplots()
    axis.imshow(PHOTO[..., 0])
    assert not has_photos(figure)
    axis.add_artist(AnnotationBbox(OffsetImage(PHOTO), (3, 3)))
    assert has_photos(figure)
    assert not has_photos(lines())


def test_an_image_keeps_its_pixels():
    file = picture_file(Image.fromarray(PHOTO))
    assert (file.kind, file.width) == ("image/png", 20)
    np.testing.assert_array_equal(np.asarray(opened(file)), PHOTO)


def test_jupyter_is_told_the_width_and_the_description(monkeypatch):
    told = []
    monkeypatch.setattr("utils.support.jupyter.in_jupyter", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: told.append((data, rest)))
    figure = with_photo()
    width = picture_file(figure).width
    module.show(figure, alt="A photo of noise.")
    [(data, rest)] = told
    assert data["text/plain"] == "[picture: A photo of noise.]" and "image/jpeg" in data
    assert rest["metadata"] == {"image/jpeg": {"alt": "A photo of noise.", "width": width}}
    assert plt.get_fignums() == []


def test_a_picture_needs_a_description():
    with pytest.raises(ValueError, match="needs a description"):
        show(lines(), alt=" ")
