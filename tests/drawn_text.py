"""What is written in a figure, for the tests of the drawings."""


def texts(figure):
    """Return the texts drawn into the axes of a figure, in the order of drawing."""
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def everything_said(figure):
    """Return all that can be read in a figure, titles and ticks too, in one string."""
    figure.draw_without_rendering()
    return " ".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))
