"""The exercises of chapter 2: convolutions, and features of photos."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    expect_choice,
    expect_close,
    expect_equal,
    expect_shape,
    expect_type,
    looks_like,
    mistake,
)
from utils.exercises.guard import ReaderError, call


@exercise("2.1")
def check_2_1(answer: Any) -> None:
    """Know the slips: padding assumed, fence posts, colours or kernels forgotten."""
    expect_type(answer, (tuple, list), "your answer, two numbers in brackets,")
    if len(answer) != 2:
        raise Incorrect(
            f"Two numbers are wanted, the height and the parameters; not {len(answer)}."
        )
    size, price = answer
    mistake(looks_like((price, size), (96, 2400)), "swapped", "the height of the map comes first.")
    mistake(size == 100, "assumed padding", "without a frame of zeros the window loses places.")
    mistake(size == 95, "one place short", "a window of 5 in a row of 5 has one place, not none.")
    mistake(size == 98, "took a kernel of 3", "this one is 5 wide.")
    mistake(price == 800, "forgot the colours", "each kernel has 5 x 5 numbers for each of three.")
    mistake(price == 75, "counted one kernel", "there are 32 of them.")
    mistake(price == 2432, "counted a bias", "`use_bias=False` leaves the 32 biases out.")
    mistake(price == 864, "took a kernel of 3", "this one is 5 wide.")
    expect_close(size, 96, name="the height of the map", reveal=False)
    expect_close(price, 2400, name="the number of parameters", reveal=False)


def _maps(
    picture: np.ndarray, kernel: np.ndarray, frame: int = 1, mode: str = "constant"
) -> np.ndarray:
    """Return the map of stride 1, by shifting the whole picture nine times."""
    framed = np.pad(picture, ((frame, frame), (frame, frame), (0, 0)), mode=mode)
    height, width = framed.shape[0] - 2, framed.shape[1] - 2
    shifted = [
        framed[y : y + height, x : x + width] @ kernel[y, x] for y in range(3) for x in range(3)
    ]
    return np.sum(shifted, axis=0)


@exercise("2.2")
def check_2_2(answer: Any) -> None:
    """Convolve a small random picture, not square, with strides 1, 2 and 3."""
    rng = np.random.default_rng(7)
    picture = rng.normal(size=(8, 6, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 3, 3)).astype(np.float32)
    full, near = _maps(picture, kernel), 1e-4
    got = call(answer, picture, kernel, 2)
    _judge_frame(got, picture, kernel)
    mistake(
        looks_like(got, full, near), "forgot the stride", "every second place only, in both axes."
    )
    mistake(
        looks_like(got, full[::2], near) or looks_like(got, full[:, ::2], near),
        "one axis only",
        "the stride holds for the rows and for the columns.",
    )
    mistake(
        looks_like(got, _maps(picture, kernel[::-1, ::-1])[::2, ::2], near),
        "flipped the kernel",
        "that is the mathematician's convolution; a network's kernel is laid on as it is.",
    )
    mistake(
        looks_like(np.shape(got), (4, 3, 3)),
        "kept the channels apart",
        "all 27 products are added, so the map has two axes.",
    )
    for stride in (2, 1, 3):
        again = call(answer, picture, kernel, stride)
        name, right = f"the map with stride {stride}", full[::stride, ::stride]
        mistake(
            looks_like(np.shape(again), (8 // stride, 6 // stride)) and stride == 3,
            "lost the last window",
            "with stride 3 the rows of 8 start at 0, 3 and 6: three windows, so 8 / 3 rounds up.",
        )
        expect_shape(again, right.shape, f"{name} of a picture of 8 x 6")
        expect_close(again, right, name=name, tolerance=near)
    mistake(
        np.asarray(got).dtype == np.float64,
        "float64",
        "the numbers are right, the type is not: `np.zeros` and Python's floats make 64 bits, and "
        "networks work with `np.float32`.",
    )


def _judge_frame(got: Any, picture: np.ndarray, kernel: np.ndarray) -> None:
    """Know the map without a frame, with other frames than zeros, and that of a late start."""
    near, bare = 1e-4, _maps(picture, kernel, frame=0)
    mistake(
        looks_like(got, bare[::2, ::2], near) or looks_like(got, bare, near),
        "no frame",
        "lay a frame of zeros, one pixel wide, around the picture first.",
    )
    repeated = [_maps(picture, kernel, mode=mode) for mode in ("edge", "reflect", "symmetric")]
    mistake(
        any(looks_like(got, found[::2, ::2], near) for found in repeated),
        "a frame of other numbers",
        "it repeats the picture's edge. The frame is of zeros: `np.pad` without a `mode`.",
    )
    mistake(
        looks_like(got, _maps(picture, kernel)[1::2, 1::2], near),
        "started one pixel late",
        "the first window begins at the frame's corner.",
    )


class _Network:
    """Stands for `predict`: keeps what it was sent, and returns one mark for each photo."""

    def __init__(self) -> None:
        self.batches: list[np.ndarray] = []

    def __call__(self, batch: Any) -> np.ndarray:
        self.batches.append(np.array(batch))
        if not len(batch):
            return np.zeros((0, 3))
        flat = np.asarray(batch, np.float64).reshape(len(batch), -1)
        return np.stack([flat.mean(axis=1), flat[:, 0], flat[:, -1]], axis=1)

    def __deepcopy__(self, memo: Any) -> "_Network":
        return self  # the calls are counted here


@exercise("2.3")
def check_2_3(answer: Any) -> None:
    """Send seven and eight small photos, four at a time, to a network that keeps them all."""
    photos = np.random.default_rng(3).integers(0, 256, (8, 4, 4, 3)).astype(np.uint8)
    photos[0, 0, 0, 0], photos[0, 0, 0, 1] = 0, 255
    _judge_batches(answer, photos[:7], "seven")
    _judge_batches(answer, photos, "eight")


def _judge_batches(answer: Any, photos: np.ndarray, count: str) -> None:
    network, whole = _Network(), len(photos)
    got = call(answer, photos, network, 4)
    if not network.batches:
        raise Incorrect("`predict` was never called: send the photos into the network.")
    sizes = [len(batch) for batch in network.batches]
    mistake(
        0 in sizes,
        "an empty batch",
        f"{count} photos in batches of 4 were sent as {sizes}: the last start must lie before the "
        "end, `range(0, len(photos), batch_size)`.",
    )
    _judge_pixels(np.concatenate(network.batches).astype(np.float64))
    mistake(
        max(sizes) == 1,
        "still one photo for each call",
        "give `predict` a slice of `batch_size` photos.",
    )
    mistake(
        max(sizes) > 4, "a batch is too large", "no call may get more than `batch_size` photos."
    )
    mistake(
        sum(sizes) < whole,
        "lost the last photos",
        f"{whole} photos in batches of 4 are 4 and {whole - 4}, and you sent {sizes}.",
    )
    mistake(
        len(sizes) > 2, "too many calls", f"{whole} photos need batches of 4 and {whole - 4}, "
        f"not {sizes}.",
    )  # fmt: skip
    right = _Network()(photos.astype(np.float64) / 127.5 - 1)
    expect_shape(got, right.shape, f"the features of {count} photos")
    name = f"the features of {count} photos, in their order"
    expect_close(got, right, name=name, tolerance=1e-4)


def _judge_pixels(sent: np.ndarray) -> None:
    low, high = float(sent.min()), float(sent.max())
    mistake(
        high > 200,
        "not preprocessed",
        f"`predict` got pixels up to {high:.0f}. It wants them from -1 to 1: `preprocess`.",
    )
    mistake(
        low > -1.1 and high < -0.9,
        "preprocessed twice",
        f"the pixels lie between {low:.3f} and {high:.3f}, all nearly black.",
    )
    mistake(
        low >= 0,
        "scaled to 0..1",
        "this network was trained on -1..1: divide by 127.5 and subtract 1, or `preprocess`.",
    )
    mistake(
        low < -1.01 or high > 1.01 or high < 0.9,
        "scaled in another way",
        f"the pixels lie between {low:.2f} and {high:.2f}, and -1 to 1 is wanted.",
    )


@exercise("2.4")
def check_2_4(answer: Any) -> None:
    """One right letter, and a reason against each of the others."""
    because = {
        "a": "the network never sees the torn map, only its mean over the regions.",
        "c": "a shuffle is not a mirror, and the mean has no left and right at all.",
        "d": "a sum does not depend on the order of what is summed: not one number changes.",
    }
    expect_choice(answer, "b", because)


@exercise("2.5")
def check_2_5(answer: Any) -> None:
    """Three classes whose means differ in length, so that cosine, product and distance disagree."""
    labels = np.array(["pig", "cow", "pig", "cow", "hen", "hen", "hen"])
    known = np.array(
        [[9.0, 1.0], [0.8, 0.9], [11.0, -1.0], [1.2, 1.1], [0.0, 2.0], [0.1, 3.0], [-0.1, 4.0]]
    )
    asked = np.array([[5.0, 4.0], [6.0, 0.5], [0.3, 9.0], [1.0, 0.1], [0.2, 0.18]])
    names = np.unique(labels)
    means = np.stack([known[labels == name].mean(axis=0) for name in names])
    lengths = np.linalg.norm(means, axis=1)
    right = names[(asked @ (means / lengths[:, None]).T).argmax(axis=1)]
    got = call(answer, known, labels, asked)
    distances = np.linalg.norm(asked[:, None] - means[None], axis=2)
    cosines = asked @ (means / lengths[:, None]).T
    singles = asked @ (known / np.linalg.norm(known, axis=1, keepdims=True)).T
    mistake(
        looks_like(got, cosines.argmax(axis=1)),
        "returned numbers of classes",
        "names are wanted: index the array of names with them.",
    )
    mistake(
        looks_like(got, names[(asked @ means.T).argmax(axis=1)]),
        "forgot the length of the means",
        "a long mean wins every product: divide each mean by its length.",
    )
    mistake(
        looks_like(got, names[distances.argmin(axis=1)]),
        "took the distance",
        "the cosine is wanted: it compares directions and not lengths.",
    )
    mistake(
        looks_like(got, names[cosines.argmin(axis=1)]), "took the farthest", "`argmax`, not argmin."
    )
    mistake(
        looks_like(got, labels[singles.argmax(axis=1)]) and not looks_like(got, right),
        "took the nearest photo",
        "compare with the mean of each class.",
    )
    mistake(
        looks_like(np.shape(got), (len(asked), len(names))),
        "returned the scores",
        "the name of the best class for each row is wanted.",
    )
    _expect_names(got, right, "the list of labels")
    _judge_directions(answer)
    again = call(answer, known, labels, asked[:1])
    _expect_names(again, right[:1], "the list of labels of one photo")
    _judge_list(answer, known, labels, asked)


def _expect_names(got: Any, right: Sequence[str], name: str) -> None:
    found = [str(entry) for entry in np.ravel(np.asarray(got))]
    expect_equal(found, [str(entry) for entry in right], name=name)


def _judge_directions(answer: Any) -> None:
    """Two classes: the ants point to 7 and 84 degrees, the first eight times as long as the other.

    Their mean points to 14 degrees, the mean of their directions to 46, and that one is short. The
    bees lie close together around 53. New rows at 30, 40 and 84 degrees tell the ways apart.
    """
    features = np.array([[8.0, 1.0], [0.1, 1.0], [3.0, 4.0], [3.2, 3.8], [2.8, 4.2]])
    labels = np.array(["ant", "ant", "bee", "bee", "bee"])
    angles = np.radians([30.0, 40.0, 84.0])
    got = call(answer, features, labels, np.stack([np.cos(angles), np.sin(angles)], axis=1))
    found = [str(entry) for entry in np.ravel(np.asarray(got))]
    mistake(
        found == ["bee", "bee", "ant"],
        "took the nearest photo, not the nearest mean",
        "a single ant lies far from the others and next to a photo of a bee. Compare with the "
        "mean of each class.",
    )
    mistake(
        found in (["bee", "bee", "bee"], ["ant", "ant", "bee"]),
        "averaged directions or cosines",
        "here a class has rows of very unequal length. Take the mean of its features as they are, "
        "and divide the *mean* by its length, at the end.",
    )
    expect_equal(found, ["ant", "bee", "bee"], name="the list of labels, at 30, 40 and 84 degrees,")


def _judge_list(answer: Any, features: np.ndarray, labels: np.ndarray, new: np.ndarray) -> None:
    """Hand the labels in as a list, after the same call with an array went well."""
    told = Incorrect(
        "Labels in a plain list: with an array of labels all is right, with a list it is not. "
        "`labels == name` is one `False` there, not one answer for each row. Begin with "
        "`labels = np.asarray(labels)`."
    )
    right = [str(entry) for entry in call(answer, features, labels, new)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Mean of empty slice" is said in the sentence above
        try:
            got = call(answer, features, [str(label) for label in labels], new)
        except ReaderError as error:
            raise told from error
    if [str(entry) for entry in np.ravel(np.asarray(got))] != right:
        raise told
