"""The exercise of chapter 2 whose answer is a value: the size and the price of a layer."""

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_close, expect_number, looks_like, mistake, plain
from utils.exercises.guard import short
from utils.exercises.variants import variant

Slips = dict[int, tuple[str, str]]  # what a slip gives -> its name and why it is one


def right_2_1(filters: int, kernel: int, size: int) -> tuple[int, int]:
    """Return the height of the maps of a photo size x size x 3, and the layer's parameters."""
    return size - kernel + 1, filters * kernel * kernel * 3


def heights_2_1(kernel: int, size: int) -> Slips:
    """Return what each slip makes of the height."""
    return {
        size: ("assumed padding", "without a frame of zeros the window has fewer positions."),
        size - kernel: (
            "one position short",
            f"a window of {kernel} in a row of {kernel} has one position, not none.",
        ),
        size - 1: (
            "lost one position only",
            f"a window of {kernel} loses more: how many positions has it in a row of {kernel + 1}?",
        ),
        size - 2: ("took a kernel of 3", f"this one is {kernel} wide."),
        size // kernel: (
            "laid the windows side by side",
            "with stride 1 the next window begins one pixel further on.",
        ),
    }


def prices_2_1(filters: int, kernel: int, size: int) -> Slips:
    """Return what each slip makes of the number of parameters."""
    window = kernel * kernel
    maps = filters * (size - kernel + 1) ** 2
    price = filters * window * 3
    return {
        filters * window: (
            "forgot the colours",
            f"each kernel has {kernel} x {kernel} numbers for each of three.",
        ),
        window * 3: ("counted one kernel", f"there are {filters} of them."),
        window: (
            "counted one colour of one kernel",
            f"there are three colours and {filters} kernels.",
        ),
        price + filters: (
            "counted a bias",
            f"`use_bias=False` leaves the {filters} biases out.",
        ),
        filters * (window + 1): (
            "forgot the colours, and counted a bias",
            "three colours, and `use_bias=False`.",
        ),
        filters * 27: ("took a kernel of 3", f"this one is {kernel} wide."),
        filters * 9: (
            "took a kernel of 3, and forgot the colours",
            f"it is {kernel} wide, and looks at three.",
        ),
        filters * kernel * 3: (
            f"took a kernel for a row of {kernel}",
            f"it is {kernel} high as well.",
        ),
        filters * 3: (
            "forgot the size of the kernel",
            f"each is {kernel} wide and {kernel} high.",
        ),
        maps: ("counted the numbers of the maps", "what is learned are the kernels."),
        maps * window * 3: (
            "gave each position kernels of its own",
            "one kernel is used at every position: its numbers are learned once.",
        ),
    }


@exercise("2.1")
def check_2_1(answer: Any) -> None:
    """Know the slips: padding assumed, fence posts, colours or kernels forgotten."""
    answer = plain(answer)
    if not isinstance(answer, (tuple, list, np.ndarray)):
        raise Incorrect(
            "Two numbers in brackets are wanted, the height and the parameters; this is of type "
            f"`{type(answer).__name__}`: `{short(answer)}`."
        )
    if len(answer) != 2:
        raise Incorrect(
            "Two numbers are wanted, the height and the parameters; here the number of them is "
            f"{len(answer)}."
        )
    size, price = map(plain, answer)
    if size in (None, ...) or price in (None, ...):
        raise Incorrect("Two numbers are wanted, and one of them is not filled in yet.")
    expect_number(size, "the height of the map")
    expect_number(price, "the number of parameters")
    numbers = variant("2.1").numbers
    right_size, right_price = right_2_1(**numbers)
    mistake(
        looks_like((price, size), (right_size, right_price)),
        "swapped",
        "the height of the map comes first.",
    )
    heights = heights_2_1(numbers["kernel"], numbers["size"])
    for found, slips, what in (
        (size, heights, "height"),
        (price, prices_2_1(**numbers), "parameters"),
    ):
        if found in slips:
            name, why = slips[found]
            raise Incorrect(f"The {what}: {name}. {why[:1].upper()}{why[1:]}")
    expect_close(size, right_size, name="the height of the map", reveal=False)
    expect_close(price, right_price, name="the number of parameters", reveal=False)
