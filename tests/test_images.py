"""Photos of every kind: modes, orientations, odd names, damage."""

import numpy as np
import pytest
from PIL import Image

from utils.images import VIEWS, load_batch, load_image, open_photo, preprocess, seen

RED, GREEN = (200, 30, 20), (30, 160, 40)


def halves(width=120, height=80):
    """A photo that is red on the left and green on the right."""
    photo = Image.new("RGB", (width, height), RED)
    photo.paste(GREEN, (width // 2, 0, width, height))
    return photo


def near(pixel, colour, tolerance=12):
    return np.abs(np.asarray(pixel, int) - colour).max() <= tolerance


def demand_halves(image):
    pixels = np.asarray(image)
    middle = pixels.shape[0] // 2
    assert near(pixels[middle, 5], RED) and near(pixels[middle, -6], GREEN)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".gif", ".tif"])
def test_formats(tmp_path, suffix):
    path = tmp_path / f"photo{suffix}"
    halves().save(path)
    photo = open_photo(path)
    assert photo.mode == "RGB" and photo.size == (120, 80)
    demand_halves(photo)


@pytest.mark.parametrize("mode", ["P", "RGBA", "CMYK", "RGBX"])
def test_colour_modes_keep_their_colours(tmp_path, mode):
    path = tmp_path / ("photo.tif" if mode in ("CMYK", "RGBX") else "photo.png")
    photo = halves().quantize() if mode == "P" else halves().convert(mode)
    photo.save(path)
    demand_halves(open_photo(path))


def test_a_jpeg_of_four_inks(tmp_path):
    halves().convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    demand_halves(open_photo(tmp_path / "print.jpg"))


@pytest.mark.parametrize(
    "view, red, left, upper",
    [
        ("whole", 100, 0, 0),
        ("mirrored", 100, 0, 0),
        ("top-left", 100, 0, 0),
        ("top-right-mirrored", 70, 30, 0),
        ("bottom-left-mirrored", 100, 0, 15),
        ("bottom-right", 70, 30, 15),
    ],
)
def test_views_show_their_part_of_the_photo(view, red, left, upper):
    """The photo is 200 wide and 100 high; where red goes up with x and green with y."""
    x, y = np.meshgrid(np.arange(200), np.arange(100))
    pixels = np.stack([x, y, np.where(x < 100, 255, 0)], axis=2).astype(np.uint8)
    found = np.asarray(seen(Image.fromarray(pixels), view))
    whole = view in ("whole", "mirrored")
    assert found.shape == ((100, 200, 3) if whole else (85, 170, 3))
    if "mirrored" in view:
        found = found[:, ::-1]
    assert found[0, 0, :2].tolist() == [left, upper] and (found[0, :, 2] == 255).sum() == red
    assert len(VIEWS) == 6


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_grey_photos_become_three_equal_channels(tmp_path, suffix):
    path = tmp_path / f"grey{suffix}"
    Image.linear_gradient("L").save(path)
    pixels = load_image(path)
    assert pixels.shape == (224, 224, 3)
    assert (pixels == pixels[:, :, :1]).all() and np.ptp(pixels) > 200


def test_black_and_white_and_float(tmp_path):
    Image.linear_gradient("L").convert("1").save(tmp_path / "bits.png")
    assert set(np.unique(np.asarray(open_photo(tmp_path / "bits.png")))) == {0, 255}
    Image.linear_gradient("L").convert("F").save(tmp_path / "float.tif")
    pixels = np.asarray(open_photo(tmp_path / "float.tif"))
    assert pixels[0].max() == 0 and pixels[-1].min() == 255


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(64, axis=0)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    with Image.open(tmp_path / "deep.png") as stored:
        assert stored.mode.startswith("I;16") or stored.mode == "I"
    pixels = np.asarray(open_photo(tmp_path / "deep.png"))[0, :, 0].astype(int)
    # Cut at 255, nearly every pixel would be white.
    assert np.abs(pixels - np.arange(256)).max() <= 1


def test_transparency_is_laid_on_white(tmp_path):
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 20, 40))
    clear.save(tmp_path / "clear.png")
    indexed = Image.new("P", (40, 40), 1)
    indexed.putpalette([0, 0, 0, *RED])
    indexed.paste(0, (20, 0, 40, 40))
    indexed.save(tmp_path / "indexed.png", transparency=0)
    grey = Image.new("LA", (40, 40), (0, 0))
    grey.save(tmp_path / "grey.png")
    for name in ("clear.png", "indexed.png"):
        pixels = np.asarray(open_photo(tmp_path / name))
        assert near(pixels[20, 5], RED) and (pixels[20, 35] == 255).all(), name
    assert (np.asarray(open_photo(tmp_path / "grey.png")) == 255).all()


@pytest.mark.parametrize(
    ("orientation", "transpose"),
    [
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_camera_held_otherwise(tmp_path, orientation, transpose, suffix):
    upright = halves()
    upright.paste((20, 40, 200), (0, 0, 60, 40))  # so that all eight views differ
    stored = upright.transpose(transpose)
    exif = stored.getexif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo{suffix}"
    stored.save(path, exif=exif, **({"quality": 95} if suffix == ".jpg" else {}))
    photo = open_photo(path)
    assert photo.size == upright.size
    difference = np.abs(np.asarray(photo, int) - np.asarray(upright, int))
    assert difference.mean() < 4


@pytest.mark.parametrize(
    "name", ["PHOTO.JPG", "ảnh chụp.jpg", "写真.PNG", "café, 'quoted' #1.Jpeg", "two.dots.jpg"]
)
def test_odd_names(tmp_path, name):
    halves().save(tmp_path / name)
    demand_halves(open_photo(tmp_path / name))
    demand_halves(open_photo(str(tmp_path / name)))


def test_a_suffix_that_lies(tmp_path):
    halves().save(tmp_path / "photo.png", format="JPEG")
    demand_halves(open_photo(tmp_path / "photo.png"))


def test_missing_and_folder_are_told(tmp_path):
    for path in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(FileNotFoundError, match="There is no photo at") as told:
            open_photo(path)
        assert str(path) in str(told.value)


@pytest.mark.parametrize("content", [b"", b"image,caption\n", b"\xff\xd8\xff", b"<html>404</html>"])
def test_what_is_no_image_is_told(tmp_path, content):
    path = tmp_path / "page.jpg"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"page\.jpg is") as told:
        open_photo(path)
    assert str(told.value).endswith((": remove it.", ": replace it."))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".tif"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_file_cut_short_is_told_and_not_padded_with_grey(tmp_path, suffix, share):
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    path = tmp_path / f"photo{suffix}"
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ValueError, match=r"photo\.\w+ is (cut short|not an image)"):
        load_image(path)


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    halves().save(tmp_path / "bomb.png")
    with pytest.raises(ValueError, match=r"bomb\.png"):
        load_image(tmp_path / "bomb.png")


def test_load_image_squashes_the_whole_photo(tmp_path):
    halves(640, 200).save(tmp_path / "wide.jpg", quality=95)
    pixels = load_image(tmp_path / "wide.jpg")
    assert pixels.shape == (224, 224, 3) and pixels.dtype == np.uint8
    demand_halves(pixels)
    assert load_image(tmp_path / "wide.jpg", 32).shape == (32, 32, 3)


def test_a_large_jpeg_that_is_decoded_smaller_looks_the_same(tmp_path):
    gradient = Image.linear_gradient("L").resize((3000, 2000)).convert("RGB")
    gradient.paste(RED, (0, 0, 1500, 2000))
    gradient.save(tmp_path / "large.jpg", quality=95)
    gradient.save(tmp_path / "large.png")
    found, whole = (load_image(tmp_path / f"large.{kind}").astype(int) for kind in ("jpg", "png"))
    assert np.abs(found - whole).mean() < 2


def test_load_batch_is_load_image_in_order(tmp_path):
    paths = []
    for number in range(7):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (30, 30), (number * 30, 0, 0)).save(path)
        paths.append(path)
    batch = load_batch(paths)
    assert batch.shape == (7, 224, 224, 3) and batch.dtype == np.uint8
    assert batch[:, 0, 0, 0].tolist() == [number * 30 for number in range(7)]
    assert load_batch([]).shape == (0, 224, 224, 3)
    with pytest.raises(FileNotFoundError):
        load_batch([*paths, tmp_path / "none.png"])


def test_preprocess_keeps_the_shape():
    assert preprocess(np.zeros((2, 224, 224, 3), np.uint8)).shape == (2, 224, 224, 3)
