"""Show a picture in a notebook, sharp on fine screens, with a description."""

import base64
import io
from dataclasses import dataclass
from typing import Any

DENSITY = 2  # pixels of the file for each pixel of the page: screens with fine pixels show both
JPEG_QUALITY = 80
COLOURS = 256  # of a PNG: enough for lines and bars, and a third of the size


@dataclass(frozen=True)
class PictureFile:
    """A picture as a file: its type ("image/png"), its bytes, its width in pixels of the page."""

    kind: str
    data: bytes
    width: int

    @property
    def text(self) -> str:
        """The bytes in base64."""
        return base64.b64encode(self.data).decode("ascii")


def picture_file(picture: Any, dpi: int = 100) -> PictureFile:
    """Return a Matplotlib figure or a Pillow image as a file without a date or a version in it.

    A figure has `dpi` pixels of the page an inch and `DENSITY` times as many in the file. It
    becomes a JPEG if there are photos in it, and else a PNG. An image keeps its pixels.
    """
    target = io.BytesIO()
    if not hasattr(picture, "savefig"):
        picture.save(target, format="PNG", optimize=True)
        return PictureFile("image/png", target.getvalue(), picture.width)
    image = _drawn(picture, dpi)
    photos = has_photos(picture)
    if photos:
        # Without subsampling, letters keep their sharp edges.
        image.save(target, format="JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    else:
        image.quantize(COLOURS, dither=0).save(target, format="PNG", optimize=True)
    kind = "image/jpeg" if photos else "image/png"
    return PictureFile(kind, target.getvalue(), round(image.width / DENSITY))


def _drawn(figure: Any, dpi: int) -> Any:
    """Return the figure as a Pillow image in RGB, cut to what is drawn."""
    from PIL import Image

    from utils.figures.fonts import draw_every_script

    draw_every_script(figure)
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DENSITY * dpi, bbox_inches="tight", facecolor="white")
    return Image.open(target).convert("RGB")


def has_photos(figure: Any) -> bool:
    """Return whether a Matplotlib figure shows an image of colours, not of values in a map."""
    from matplotlib.image import AxesImage, BboxImage

    shown = [*figure.findobj(AxesImage), *figure.findobj(BboxImage)]
    return any(image.get_array() is not None and image.get_array().ndim == 3 for image in shown)


def show(picture: Any, alt: str, dpi: int = 100) -> None:
    """Display a Matplotlib figure or Pillow image with the description `alt`; close the figure.

    The description is for readers who cannot see the picture: say what it shows, not that it
    is a picture. It becomes metadata and plain text of the cell's output; outside Jupyter it is
    printed. `dpi`: a figure's pixels an inch on the page; its file has twice as many.
    Raises `ValueError` for an empty description.
    """
    from utils.support.jupyter import in_jupyter

    if not alt.strip():
        raise ValueError("A picture needs a description: give `alt` a sentence.")
    file = picture_file(picture, dpi)
    if hasattr(picture, "savefig"):
        import matplotlib.pyplot as plt

        plt.close(picture)  # or Jupyter would show it a second time
    if not in_jupyter():
        print(f"[picture: {alt}]")
        return
    from IPython.display import display

    display(
        {file.kind: file.text, "text/plain": f"[picture: {alt}]"},
        metadata={file.kind: {"alt": alt, "width": file.width}},
        raw=True,
    )
