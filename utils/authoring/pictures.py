"""Which outputs of a notebook are pictures, and what `utils.figures.show.show` says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

PICTURES = ("image/png", "image/jpeg")


def is_picture(output: NotebookNode) -> bool:
    """Return whether an output is a picture."""
    return any(kind in output.get("data", {}) for kind in PICTURES)


def picture_facts(output: NotebookNode) -> dict[str, Any]:
    """Return the `alt` and the `width` (pixels of the page) of a picture; empty for others."""
    told = output.get("metadata", {})
    return next((told[kind] for kind in PICTURES if kind in told), {})
