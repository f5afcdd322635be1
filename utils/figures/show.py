"""Show a picture in a notebook as a small PNG with a description."""

import base64
import io
from typing import Any


def png_bytes(picture: Any, dpi: int = 100, colours: int | None = None) -> bytes:
    """Return a Matplotlib figure or a Pillow image as PNG, without a date or a version in it.

    `colours` (2 to 256) limits the palette: a photo's file is then a third as large.
    """
    target = io.BytesIO()
    if hasattr(picture, "savefig"):
        from utils.figures.fonts import draw_every_script

        draw_every_script(picture)
        look = {"bbox_inches": "tight", "facecolor": "white", "metadata": {"Software": None}}
        picture.savefig(target, format="png", dpi=dpi, **look)
    else:
        picture.save(target, format="PNG", optimize=True)
    if colours is None:
        return target.getvalue()
    from PIL import Image

    with Image.open(target) as image:
        # Coverage and k-means keep a rare colour, say that of a small ball; median cut greys it.
        few = image.convert("RGB").quantize(
            colours, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
        )
    return png_bytes(few)


def show(picture: Any, alt: str, dpi: int = 100, colours: int | None = None) -> None:
    """Display a Matplotlib figure or Pillow image as PNG with the description `alt`; close it.

    The description is for readers who cannot see the picture: say what it shows, not that it
    is a picture. It becomes metadata and plain text of the cell's output; outside Jupyter it is
    printed. `dpi` and `colours` are those of `png_bytes`.
    Raises `ValueError` for an empty description.
    """
    from utils.support.jupyter import in_jupyter

    if not alt.strip():
        raise ValueError("A picture needs a description: give `alt` a sentence.")
    data = png_bytes(picture, dpi, colours)
    if hasattr(picture, "savefig"):
        import matplotlib.pyplot as plt

        plt.close(picture)  # or Jupyter would show it a second time
    if not in_jupyter():
        print(f"[picture: {alt}]")
        return
    from IPython.display import display

    display(
        {"image/png": base64.b64encode(data).decode("ascii"), "text/plain": f"[picture: {alt}]"},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )
