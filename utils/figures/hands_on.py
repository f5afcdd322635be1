"""Pictures that a reader can change: sliders, menus and a text box, by ipywidgets.

    hands_on(draw, alt="The likeliest next words", temperature=Slider(0.2, 2.0, 0.1, start=0.7))

Without widgets (a printed page, a test, `COURSE_WIDGETS=off`) the picture of the start values
stands in the same place.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from utils.figures.show import picture_file, show
from utils.support.jupyter import in_jupyter

SWITCH = "COURSE_WIDGETS"  # "off": static pictures only


@dataclass(frozen=True)
class Slider:
    """A number from `low` to `high` in steps; whole numbers where all of them are whole."""

    low: float
    high: float
    step: float
    start: float


Control = Slider | Sequence[str] | str
Alt = str | Callable[..., str]


def hands_on(draw: Callable[..., Figure], alt: Alt, **controls: Control) -> None:
    """Show what `draw` draws, with a control for each of its arguments.

    A `Slider` becomes a slider, a list of texts a menu (its first is the start), a text a box to
    type in. `draw` takes the values by name and returns a figure; it should be quick and draw a
    sentence where it can do nothing with what was typed. `alt` describes the picture: a text
    that is true of all values, or a function of the values that returns one.
    """
    if in_jupyter() and os.environ.get(SWITCH, "on") != "off":
        panel = widget_of(draw, alt, **controls)
        if panel is not None:
            from IPython.display import display

            display(panel)
            return
    starts = starts_of(controls)
    show(draw(**starts), alt=_described(alt, starts))


def starts_of(controls: dict[str, Control]) -> dict[str, Any]:
    """Return the value that each control begins with."""
    return {name: _start(control) for name, control in controls.items()}


def _start(control: Control) -> Any:
    if isinstance(control, Slider):
        return control.start
    return control if isinstance(control, str) else control[0]


def _described(alt: Alt, values: dict[str, Any]) -> str:
    return alt if isinstance(alt, str) else alt(**values)


def widget_of(draw: Callable[..., Figure], alt: Alt, **controls: Control) -> Any:
    """Return the controls above the picture as one widget; None without ipywidgets."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    made = {name: _control(name, control) for name, control in controls.items()}
    picture = widgets.HTML()

    def redraw(*_: Any) -> None:
        values = {name: widget.value for name, widget in made.items()}
        picture.value = _image(draw(**values), _described(alt, values))

    for widget in made.values():
        widget.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*made.values(), picture])


def _control(name: str, control: Control) -> Any:
    """Return the widget of a control. A slider tells its value when it is let go."""
    import ipywidgets as widgets

    look = {
        "description": name.replace("_", " "),
        "continuous_update": False,
        "style": {"description_width": "initial"},
        "layout": widgets.Layout(width="min(32em, 100%)"),
    }
    if isinstance(control, str):
        return widgets.Text(value=control, **look)
    if not isinstance(control, Slider):
        del look["continuous_update"]
        return widgets.Dropdown(options=list(control), value=control[0], **look)
    whole = all(isinstance(part, int) for part in (control.low, control.step, control.start))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    return kind(value=control.start, min=control.low, max=control.high, step=control.step, **look)


def _image(figure: Figure, alt: str) -> str:
    """Return a figure as an HTML image with its description."""
    file = picture_file(figure)
    described = html.escape(alt, quote=True)
    source = f"data:{file.kind};base64,{file.text}"
    return f'<img src="{source}" alt="{described}" width="{file.width}" style="max-width: 100%">'
