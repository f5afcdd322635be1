"""The exercises of chapter 2: convolutions, and features of photos."""

import math
import warnings
from collections.abc import Callable, Iterator
from functools import cache, partial, wraps
from numbers import Real
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.exercises.drawn import Judge, Mistake, name_a_mistake
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    about_none,
    difference,
    expect_close,
    expect_shape,
    looks_like,
    mistake,
    note,
    numbers,
    plain,
)
from utils.exercises.experiment import DESIGNS, Design, judge_experiment
from utils.exercises.guard import ReaderError, call, short
from utils.exercises.measure_2 import DAMAGES, similarity_after


def _maps(
    picture: np.ndarray, kernel: np.ndarray, frame: int = 1, mode: str = "constant"
) -> np.ndarray:
    """Return the map of stride 1, by shifting the whole picture nine times."""
    framed = np.pad(picture.astype(float), ((frame, frame), (frame, frame), (0, 0)), mode=mode)
    height, width = framed.shape[0] - 2, framed.shape[1] - 2
    shifted = [
        framed[y : y + height, x : x + width] @ kernel[y, x] for y in range(3) for x in range(3)
    ]
    return np.sum(shifted, axis=0)


def _convolved(picture: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    return _maps(picture, kernel)[::stride, ::stride]


def _framed_by(mode: str) -> Callable[..., np.ndarray]:
    """Return the convolution whose frame `np.pad` makes with a mode."""
    return lambda picture, kernel, stride: _maps(picture, kernel, 1, mode)[::stride, ::stride]


def _cut_off(lost: Callable[[int, int], int]) -> Callable[..., np.ndarray]:
    """Return the convolution that has `lost(size, stride)` windows in a row."""

    def convolved(picture: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
        rows, columns = (lost(size, stride) for size in picture.shape[:2])
        return _convolved(picture, kernel, stride)[:rows, :columns]

    return convolved


def _framed_as_needed(picture: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Return what Keras gives for `padding="same"`: no more zeros than the last window needs."""
    needed = [max((-(-n // stride) - 1) * stride + 3 - n, 0) for n in picture.shape[:2]]
    row, column = (1 - zeros // 2 for zeros in needed)
    return _maps(picture, kernel)[row::stride, column::stride]


def _channels_apart(picture: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    channels = range(picture.shape[2])
    apart = [_convolved(picture[..., [n]], kernel[..., [n], None], stride) for n in channels]
    return np.concatenate(apart, axis=2)


def _picture(
    seed: int, size: tuple[int, int, int], is_whole: bool, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture and a kernel of small whole numbers, or of any."""
    rng = np.random.default_rng(seed)
    sizes = size, (3, 3, size[2])
    made = [rng.integers(-3, 4, shape) if is_whole else rng.normal(size=shape) for shape in sizes]
    return made[0].astype(kind), made[1].astype(kind)


def _uint8_picture(seed: int, size: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture of uint8 and a kernel of eighths, whose sums float32 holds exactly."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, size, dtype=np.uint8)
    return picture, (rng.integers(-16, 17, (3, 3, size[2])) / 8).astype(np.float32)


_OTHER_FRAME = "it repeats the picture's edge. The frame is of zeros: `np.pad` without a `mode`."
_ONE_AXIS = "the stride holds for the rows and for the columns."
_NO_FRAME = "pad the picture with zeros first, one pixel on each side."
_JUDGE_2_2 = Judge(
    inputs=st.builds(
        lambda pair, stride: (*pair, stride),
        st.builds(
            _picture,
            st.integers(0, 1000),
            st.tuples(st.integers(3, 8), st.integers(3, 8), st.integers(1, 5)),
            st.booleans(),
            st.sampled_from(["float32", "float64"]),
        ),
        st.integers(1, 5),
    ),
    right=_convolved,
    names=("the map",),
    tolerance=1e-4,
    examples=[
        *((*_picture(7, (8, 6, 3), False, "float32"), stride) for stride in (2, 1, 3, 7)),
        (*_picture(8, (40, 70, 3), False, "float32"), 11),
    ],
    mistakes=[
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel, 0)[::stride, ::stride],
            "no frame",
            _NO_FRAME,
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel, 0),
            "no frame, and no stride",
            _NO_FRAME,
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel, 2)[::stride, ::stride],
            "a frame of two pixels",
            "one row of zeros on each of the four sides is enough.",
        ),
        *(
            Mistake(_framed_by(mode), "a frame of other numbers", _OTHER_FRAME)
            for mode in ("edge", "reflect", "symmetric", "wrap")
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel),
            "forgot the stride",
            "with a stride of 2 only every second position counts, in both axes.",
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel)[::2, ::2],
            "took 2 for the stride",
            "it is an argument, and may be 1 or 3 as well.",
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel)[::stride],
            "one axis only",
            _ONE_AXIS,
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel)[:, ::stride],
            "one axis only",
            _ONE_AXIS,
        ),
        Mistake(
            lambda picture, kernel, stride: _convolved(picture, kernel[::-1, ::-1], stride),
            "flipped the kernel",
            "that is the mathematician's convolution; a network's kernel is laid on as it is.",
        ),
        Mistake(
            lambda picture, kernel, stride: _convolved(picture, kernel.transpose(1, 0, 2), stride),
            "exchanged the kernel's axes",
            "its first axis goes down, its second to the right, like those of the picture.",
        ),
        Mistake(
            lambda picture, kernel, stride: _convolved(picture, kernel, stride).T,
            "exchanged rows and columns",
            "the map is as high as the picture is, divided by the stride: rows first.",
        ),
        Mistake(
            _channels_apart,
            "kept the channels apart",
            "the products of all channels are added, so the map has two axes.",
        ),
        Mistake(
            lambda picture, kernel, stride: (
                _convolved(picture, kernel, stride) / (9 * picture.shape[2])
            ),
            "took the mean",
            "the products are added: `sum`.",
        ),
        Mistake(
            lambda picture, kernel, stride: np.trunc(_convolved(picture, kernel, stride)),
            "lost the decimals",
            "an array of whole numbers cuts what is stored in it.",
        ),
        Mistake(
            lambda picture, kernel, stride: _maps(picture, kernel)[1::stride, 1::stride],
            "started one pixel late",
            "the first window begins at the frame's corner.",
        ),
        Mistake(
            _framed_as_needed,
            "took the library's frame",
            '`padding="same"` leaves zeros out where the stride jumps over them. Here they lie on '
            "all four sides, whatever the stride is.",
        ),
        Mistake(
            _cut_off(lambda size, stride: size // stride),
            "lost the last window",
            "with stride 3 the rows of 8 start at 0, 3 and 6: three windows, so 8 / 3 rounds up.",
        ),
        Mistake(
            _cut_off(lambda size, stride: math.ceil((size - 2) / stride)),
            "lost the last windows",
            "the frame makes room for a window at each pixel, so the starts go up to the picture's "
            "height, not to two pixels before it.",
        ),
    ],
)
# What is done to pictures of uint8 that should be used as they are.
_SCALED_2_2 = [
    Mistake(
        lambda picture, kernel, stride, scale=scale: _convolved(scale(picture), kernel, stride),
        "scaled the picture of uint8",
        "nothing in the text asks for other numbers than those of the picture. A value of 200 "
        "counts as 200, whether it is stored in uint8 or in a float.",
    )
    for scale in (
        lambda picture: picture / 255,
        lambda picture: picture / 127.5 - 1,
        lambda picture: picture / 127.5,
        lambda picture: picture / 255 - 0.5,
        lambda picture: picture / 128 - 1,
        lambda picture: picture / 256,
        lambda picture: picture - 127.5,
    )
]
# Apart from the floats, so that a mistake made with those is named first.
_JUDGE_2_2_UINT8 = Judge(
    inputs=st.builds(
        lambda pair, stride: (*pair, stride),
        st.builds(
            _uint8_picture,
            st.integers(0, 1000),
            st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(1, 4)),
        ),
        st.integers(1, 5),
    ),
    fits=lambda inputs, got: difference(got, _convolved(*inputs), ("the map",), 1e-4),
    count=20,
)


@exercise("2.2")
def check_2_2(answer: Any) -> None:
    """Compare the maps of pictures of many sizes, of tiny ones, then of pictures of uint8."""
    _JUDGE_2_2(answer)
    got = None
    for height, width, stride in ((1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 2, 1)):
        picture, kernel = _picture(0, (height, width, 2), False, "float32")
        got = call(answer, picture, kernel, stride)
        name = f"the map with stride {stride} of a picture of {height} x {width}"
        expect_close(got, _convolved(picture, kernel, stride), name, 1e-4)
    _demand_maps_of_uint8(answer)
    if getattr(plain(got), "dtype", None) == np.float64:
        note(
            "Your map is of float64, which is right too. Networks compute in float32, which takes "
            "half the memory."
        )


def _demand_maps_of_uint8(answer: Any) -> None:
    """Hand in pictures of uint8, which hold no map, to a function that is right with floats."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "invalid value in cast" is said in the sentence below
        try:
            _JUDGE_2_2_UINT8(answer)
        except (ReaderError, Incorrect) as error:
            for picture, kernel, stride in _JUDGE_2_2_UINT8.draw():
                inputs = picture.astype(np.float32), kernel, stride
                if _JUDGE_2_2_UINT8.problem(inputs, call(answer, *inputs)):
                    raise  # the same numbers in floats are not right either
            if isinstance(error, Incorrect):
                drawn = _JUDGE_2_2_UINT8.draw()
                found = [(inputs, call(answer, *inputs)) for inputs in drawn]
                name_a_mistake(found, _SCALED_2_2)
            raise Incorrect(
                "A picture of uint8: with a picture of floats all is right, with one of uint8, as "
                "`load_image` gives it, it is not. An array of uint8 holds whole numbers from 0 to "
                "255 and nothing else. Begin with `picture = picture.astype(np.float32)`, so that "
                "the map can hold all others."
            ) from error


_SIZE = 224
# A stand-in for the network: a photo's features are how many photos were sent with it, the mean of
# its pixels, and some of them, in all colours.
_PLACES = np.linspace(0, _SIZE * _SIZE * 3 - 1, 1278).astype(int)


def _picked(pixels: np.ndarray) -> np.ndarray:
    """Return the mean and some pixels of each photo."""
    flat = pixels.reshape(len(pixels), -1)
    mean = flat.mean(axis=1, dtype=np.float64)
    return np.concatenate([mean[:, None], flat[:, _PLACES]], axis=1)


_PLAIN_FUNCTION = (
    "`to_features` is a plain function that takes the pixels and nothing else: "
    "`to_features(pixels)`. How many photos it gets at once is decided by the slice that you hand "
    "in."
)


def _sent(arguments: tuple, named: dict[str, Any]) -> np.ndarray:
    """Return the pixels with which `to_features` was called."""
    if named or len(arguments) != 1:
        raise Incorrect(_PLAIN_FUNCTION)
    if isinstance(arguments[0], (list, tuple)):
        raise Incorrect(
            f"A list for the network: `to_features` takes one array (b, 224, 224, 3), and a "
            f"`{type(arguments[0]).__name__}` of {_photos_in_words(len(arguments[0]))} came. "
            "`preprocess` takes a slice of `photos` and returns such an array."
        )
    return numbers(arguments[0], "what `to_features` got")


def to_features(*arguments: Any, **named: Any) -> np.ndarray:
    """Stand for the network: return features (b, 1280) that tell what was sent."""
    pixels = _sent(arguments, named)
    if pixels.shape[1:] != (_SIZE, _SIZE, 3):
        raise Incorrect(
            "`to_features` takes photos (b, 224, 224, 3), and an array of shape "
            f"{pixels.shape} came. A single photo is a batch too: `photo[None]`."
        )
    if not len(pixels):
        raise Incorrect("An empty batch: `to_features` was called without a photo.")
    sizes = np.full((len(pixels), 1), float(len(pixels)))
    return np.concatenate([sizes, _picked(pixels)], axis=1).astype(np.float32)


class _Network:
    """Does what `to_features` does, and keeps what it was sent."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.picked: list[np.ndarray] = []
        self.low, self.high = math.inf, -math.inf

    def __call__(self, *arguments: Any, **named: Any) -> np.ndarray:
        pixels = _sent(arguments, named)
        if pixels.ndim and not len(pixels):
            self.sizes.append(0)
            return np.zeros((0, 1280), np.float32)
        found = to_features(pixels)
        self.sizes.append(len(pixels))
        self.picked.append(_picked(pixels))
        self.low = min(self.low, float(np.min(pixels)))
        self.high = max(self.high, float(np.max(pixels)))
        return found

    def __repr__(self) -> str:
        return "to_features"


class _Photos(np.ndarray):
    """Photos of the full size: told in a message by their number, not by all of their pixels."""

    def tolist(self) -> Any:
        """Return a few words where these are photos, or else what any array returns."""
        return _Words(f"<{_photos_in_words(len(self))}>") if self.ndim == 4 else super().tolist()


class _Words(str):
    """Text that is shown without quotes."""

    def __repr__(self) -> str:
        return str(self)


# Python's errors tell the name of a class: the reader is to see what the text promises.
_Network.__name__, _Photos.__name__ = "function", "numpy.ndarray"


@cache
def _stock() -> np.ndarray:
    """Return photos of noise: three of all values, a dark one, a bright one, and a grey one."""
    rng = np.random.default_rng(3)
    ranges = [(0, 256), (0, 256), (0, 256), (0, 100), (150, 256), (90, 160)]
    photos = [rng.integers(*values, (_SIZE, _SIZE, 3), dtype=np.uint8) for values in ranges]
    return np.stack(photos)


def _photos(numbers_of_photos: list[int]) -> np.ndarray:
    return _stock()[numbers_of_photos].view(_Photos)


def _is_list_of_batches(got: Any) -> bool:
    return isinstance(got, (list, tuple)) and all(np.ndim(plain(part)) == 2 for part in got)


def _demand_no_iterator(got: Any) -> None:
    if isinstance(got, Iterator):
        raise Incorrect(
            f"A `{type(got).__name__}` came back, and an array is wanted. Its parts come one by "
            "one, and not before somebody asks for them. Collect the results of all calls in a "
            "list, and `np.concatenate` makes one array of them."
        )


def _demand_features(photos: np.ndarray, batch_size: int, got: Any) -> None:
    """Raise `Incorrect` where the features are not those of the photos, or of other batches."""
    name = "the features, a row for each photo in their order"
    if got is None:
        raise Incorrect(about_none("the result"))
    _demand_no_iterator(got)
    mistake(
        _is_list_of_batches(got),
        "returned a list of batches",
        "one array with a row for each photo is wanted. `np.concatenate` joins arrays along their "
        "first axis.",
    )
    found = numbers(got, name)
    expect_shape(found, (len(photos), 1280), name)
    sizes, mine, right = found[:, :1].astype(float), found[:, 1:], _picked(photos) / 127.5 - 1
    by_mean = [rows[np.argsort(rows[:, 0], kind="stable")] for rows in (mine, right)]
    mistake(
        looks_like(*by_mean, 1e-4) and not looks_like(mine, right, 1e-4),
        "in another order",
        "the features are right, but row 0 is to be of photo 0, row 1 of photo 1, and so on.",
    )
    # What the first column holds is looked at below: more than one way to cut photos is right.
    expect_close(found, np.concatenate([sizes, right], axis=1), name, tolerance=1e-4)
    largest, fewest = int(sizes.max()), math.ceil(len(photos) / batch_size)
    mistake(
        largest > batch_size,
        "a batch is too large",
        f"{largest} photos were sent at once, and `batch_size` is {batch_size}.",
    )
    calls = round(float((1 / np.maximum(sizes, 1)).sum()))
    mistake(
        calls > fewest,
        "too many calls",
        f"{calls} calls of `to_features` were made for {_photos_in_words(len(photos))} with a "
        f"`batch_size` of {batch_size}; {fewest} would do.",
    )


def _photos_in_words(count: int) -> str:
    return f"{count} photo" + "s" * (count != 1)


def _problem_of_features(inputs: tuple, got: Any) -> str:
    """Return what is wrong with features, as a sentence, or ""."""
    photos, _, batch_size = inputs
    try:
        _demand_features(photos, batch_size, got)
    except Incorrect as problem:
        return str(problem)
    return ""


def _stretched(inputs: tuple, got: Any) -> bool:
    """Return whether each photo was stretched from its own darkest to its own brightest pixel."""
    picked = _picked(inputs[0])
    low, high = (getattr(inputs[0], end)(axis=(1, 2, 3))[:, None] for end in ("min", "max"))
    stretched = (picked - low) / (high.astype(float) - low) * 2 - 1
    return looks_like(np.asarray(got)[:, 1:], stretched, 1e-4)


def _standardised(inputs: tuple, got: Any) -> bool:
    """Return whether each photo was brought to mean 0 and spread 1."""
    picked, spread = _picked(inputs[0]), inputs[0].std(axis=(1, 2, 3))[:, None]
    return looks_like(np.asarray(got)[:, 1:], (picked - picked[:, :1]) / spread, 1e-3)


def _all_alone(inputs: tuple, got: Any) -> bool:
    return bool((np.asarray(got)[:, 0] == 1).all())


_BY_ITSELF = (
    "then a dark photo looks like a bright one. All photos are scaled alike, by `preprocess`."
)
_JUDGE_2_3 = Judge(
    inputs=st.tuples(
        st.builds(_photos, st.lists(st.integers(0, 5), min_size=1, max_size=5)),
        st.just(to_features),
        st.integers(1, 4),
    ),
    fits=_problem_of_features,
    mistakes=[
        Mistake(_stretched, "scaled each photo by itself", _BY_ITSELF),
        Mistake(_standardised, "scaled each photo by itself", _BY_ITSELF),
        Mistake(
            _all_alone,
            "still one photo for each call",
            "give `to_features` a slice of `batch_size` photos.",
        ),
    ],
)


@exercise("2.3")
def check_2_3(answer: Any) -> None:
    """Send photos in batches of four to a network that keeps them, then photos of all sorts."""
    order = [0, 1, 1, 0, 2, 2, 1, 2]  # neither the first three nor the last three are all others
    try:
        _judge_calls(answer, _photos(order[:7]), "seven")
        _judge_calls(answer, _photos(order), "eight")
        _JUDGE_2_3(answer)
        many = _photos([n % 6 for n in range(70)])  # as many as a real batch holds, and more
        _demand_features(many, 64, call(answer, many, to_features, 64))
    except ReaderError as error:
        asked = getattr(error.__cause__, "obj", None)  # an `AttributeError` tells whose it was
        if asked is to_features or isinstance(asked, _Network):
            raise Incorrect(_PLAIN_FUNCTION) from error
        raise


def _judge_calls(answer: Any, photos: np.ndarray, count: str) -> None:
    """Look at every call of `to_features`: also at those whose results are thrown away."""
    network, whole = _Network(), len(photos)
    got = call(answer, photos, network, 4)
    sizes = network.sizes
    _demand_no_iterator(got)
    if not sizes:
        raise Incorrect("`to_features` was never called: send the photos into the network.")
    mistake(
        0 in sizes,
        "an empty batch",
        f"{count} photos in batches of 4 were sent as {sizes}: the last start must lie before the "
        "end, `range(0, len(photos), batch_size)`.",
    )
    _judge_pixels(network, photos)
    mistake(
        max(sizes) == 1,
        "still one photo for each call",
        "give `to_features` a slice of `batch_size` photos.",
    )
    mistake(
        max(sizes) > 4, "a batch is too large", "no call may get more than `batch_size` photos."
    )
    _refuse_merging(np.concatenate(network.picked), photos)
    mistake(
        sum(sizes) < whole,
        "lost the last photos",
        f"{whole} photos in batches of 4 are 4 and {whole - 4}, and you sent {sizes}.",
    )
    mistake(
        len(sizes) > 2,
        "too many calls",
        f"{whole} photos need batches of 4 and {whole - 4}, not {sizes}.",
    )
    _demand_features(photos, 4, got)


def _refuse_merging(sent: np.ndarray, photos: np.ndarray) -> None:
    """Name it where each of some equal photos was sent once."""
    distinct = len(np.unique(_picked(photos), axis=0))
    mistake(
        len(sent) == len(np.unique(sent, axis=0)) == distinct < len(photos),
        "merged equal photos",
        f"{len(photos)} photos came, some of them alike, and each of these was sent once. A row "
        "for each photo is wanted, also where two photos are the same picture.",
    )


# How pixels may be scaled that were not preprocessed, or not once.
_SCALED: list[tuple[Callable[[np.ndarray], np.ndarray], str, str]] = [
    (
        lambda pixels: pixels,
        "not preprocessed",
        "`to_features` got pixels up to 255. It wants them from -1 to 1: `preprocess`.",
    ),
    (
        lambda pixels: (pixels / 127.5 - 1) / 127.5 - 1,
        "preprocessed twice",
        "the pixels lie between -1.008 and -0.992, all nearly black.",
    ),
    (
        lambda pixels: pixels / 255,
        "scaled to 0..1",
        "this network was trained on -1..1: divide by 127.5 and subtract 1, or `preprocess`.",
    ),
    (
        lambda pixels: pixels / 127.5,
        "scaled to 0..2",
        "the 1 is not subtracted: this network was trained on -1..1.",
    ),
    (
        lambda pixels: pixels / 255 - 0.5,
        "scaled to -0.5..0.5",
        "this network was trained on -1..1: divide by 127.5 and subtract 1, or `preprocess`.",
    ),
    (
        lambda pixels: pixels - 127.5,
        "subtracted, not divided",
        "the pixels lie between -127.5 and 127.5: `preprocess` brings them to -1..1.",
    ),
    (
        lambda pixels: 1 - pixels / 127.5,
        "made negatives",
        "white became black: 0 is to be -1, and 255 is to be 1.",
    ),
]


def _judge_pixels(network: _Network, photos: np.ndarray) -> None:
    """Name the scaling of the pixels that were sent, whichever photos were."""
    sent = np.concatenate(network.picked)
    for scale, name, why in _SCALED:
        mistake(looks_like(sent, scale(_picked(photos[: len(sent)])), 1e-5), name, why)
    mistake(
        looks_like(sent, _picked(photos[: len(sent), ..., ::-1]) / 127.5 - 1, 1e-5),
        "exchanged red and blue",
        "this network was trained on red, green, blue, as the photos are.",
    )
    low, high = network.low, network.high
    mistake(
        low < -1.01 or high > 1.01 or high < 0.9 or low > -0.9,
        "scaled in another way",
        f"the pixels lie between {low:.2f} and {high:.2f}, and -1 to 1 is wanted.",
    )


def _is_damage(setting: Any) -> bool:
    damage, strength = setting
    if isinstance(strength, bool) or not isinstance(strength, Real):
        return False
    return isinstance(setting, tuple) and 0 <= strength <= DAMAGES.get(damage, -1)


_DESIGN_2_4 = Design(
    measure=similarity_after,
    control=("none", 0),
    repeats=3,
    tolerance=0.006,  # results may be rounded to two digits
    settings='a pair (damage, strength), such as ("blur", 2); the table lists the strengths',
    valid=_is_damage,
)
DESIGNS["similarity_after"] = lambda *_, **__: _DESIGN_2_4


@exercise("2.4")
def check_2_4(experiment: Any) -> None:
    """Measure the reader's settings again, and compare the conclusion with the means."""
    judge_experiment(experiment, _DESIGN_2_4)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _mean(rows: np.ndarray) -> np.ndarray:
    return rows.mean(axis=0)


def _median(rows: np.ndarray) -> np.ndarray:
    return np.median(rows, axis=0)


def _mean_of_directions(rows: np.ndarray) -> np.ndarray:
    return _unit(rows).mean(axis=0)


def _cosine(new: np.ndarray, means: np.ndarray) -> np.ndarray:
    return _unit(new) @ _unit(means).T


def _product(new: np.ndarray, means: np.ndarray) -> np.ndarray:
    return new @ means.T


def _wrong_length(new: np.ndarray, means: np.ndarray) -> np.ndarray:
    return new @ (means / np.linalg.norm(means, axis=0)).T


def _nearness(new: np.ndarray, means: np.ndarray) -> np.ndarray:
    return -np.linalg.norm(new[:, None] - means, axis=2)


def _nearness_of_units(new: np.ndarray, means: np.ndarray) -> np.ndarray:
    return _nearness(_unit(new), means)


def _scores(
    features: np.ndarray,
    labels: Any,
    new: np.ndarray,
    middle: Callable[[np.ndarray], np.ndarray] = _mean,
    score: Callable[[np.ndarray, np.ndarray], np.ndarray] = _cosine,
) -> np.ndarray:
    """Return the score (m, classes) of each row for each class, in the order of their names."""
    rows, labels = features.astype(float), np.asarray(labels)
    means = np.stack([middle(rows[labels == name]) for name in np.unique(labels)])
    return score(new.astype(float), means)


def _nearest(features: np.ndarray, labels: Any, new: np.ndarray, **ways: Any) -> list[str]:
    """Return the name of the class with the highest score for each row."""
    best = _scores(features, labels, new, **ways).argmax(axis=1)
    return np.unique(labels)[best].tolist()


def _named_as_met(features: np.ndarray, labels: Any, new: np.ndarray) -> list[str]:
    names = list(dict.fromkeys(np.asarray(labels).tolist()))
    return [names[best] for best in _scores(features, labels, new).argmax(axis=1)]


def _nearest_photo(features: np.ndarray, labels: Any, new: np.ndarray) -> list[str]:
    return np.asarray(labels)[_cosine(new, features).argmax(axis=1)].tolist()


def _closest_photo(features: np.ndarray, labels: Any, new: np.ndarray) -> list[str]:
    return np.asarray(labels)[_nearness(new, features).argmax(axis=1)].tolist()


@st.composite
def _classes(draw: st.DrawFn, container: Callable[[list[str]], Any]) -> tuple:
    """Rows of two to four classes, of unequal number and length, and rows to name."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    width = draw(st.integers(2, 5))
    names = draw(st.permutations(["zebra", "ant", "cow", "hippopotamus"]))
    counts = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    labels = [name for name, count in zip(names, counts, strict=False) for _ in range(count)]
    labels = [labels[place] for place in rng.permutation(len(labels))]
    centres = {name: rng.normal(size=width) for name in names}
    rows = np.stack([centres[name] + rng.normal(scale=0.7, size=width) for name in labels])
    new = rng.normal(size=(draw(st.integers(1, 6)), width))
    kind = draw(st.sampled_from(["float64", "float32"]))
    features, new = (
        (part * 2 * rng.lognormal(size=(len(part), 1))).round(2).astype(kind)
        for part in (rows, new)
    )
    return features, container(labels), new


def _is_clear(inputs: tuple) -> bool:
    """Return whether one class is the best for each row, not by a hair's breadth."""
    features, _, new = inputs
    if not (features.any(axis=1).all() and new.any(axis=1).all()):
        return False  # a row of zeros has no direction
    ordered = np.sort(_scores(*inputs), axis=1)
    return bool((ordered[:, -1] - ordered[:, -2] > 1e-3).all())


def _fixed_classes() -> list[tuple]:
    """Classes of unequal length, and one whose photos point to two sides.

    In the second the ants point to 7 and 84 degrees, the first eight times as long as the other.
    Their mean points to 14 degrees, the mean of their directions to 46, and that one is short. The
    bees lie close together around 53. New rows at 30, 40 and 84 degrees tell the ways apart.
    """
    labels = np.array(["pig", "cow", "pig", "cow", "hen", "hen", "hen"])
    known = np.array(
        [[9.0, 1.0], [0.8, 0.9], [11.0, -1.0], [1.2, 1.1], [0.0, 2.0], [0.1, 3.0], [-0.1, 4.0]]
    )
    asked = np.array([[5.0, 4.0], [6.0, 0.5], [0.3, 9.0], [1.0, 0.1], [0.2, 0.18]])
    insects = np.array([[8.0, 1.0], [0.1, 1.0], [3.0, 4.0], [3.2, 3.8], [2.8, 4.2]])
    angles = np.radians([30.0, 40.0, 84.0])
    seen = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [
        (known, labels, asked),
        (insects, np.array(["ant", "ant", "bee", "bee", "bee"]), seen),
        _many_classes(),
    ]


def _many_classes() -> tuple:
    """Seven classes of twelve rows, of which three are equal, and thirty rows to name.

    Who looks at a few rows or classes only, or at equal rows once, names some of them wrongly.
    """
    rng = np.random.default_rng(0)
    names = ["other", "Zebra", "ant", "Cow", "hippopotamus", "owl", "bee"]
    centres = rng.normal(size=(7, 4))
    rows = np.repeat(centres, 12, axis=0) + rng.normal(scale=1.2, size=(84, 4))
    rows = (rows * rng.lognormal(size=(84, 1))).reshape(7, 12, 4)
    rows[:, 10:] = rows[:, :1]
    order = rng.permutation(84)
    new = rng.normal(size=(30, 4)).round(2)
    return rows.reshape(84, 4).round(2)[order], np.repeat(names, 12)[order], new


_PHOTO_FOR_MEAN = (
    "a single photo may lie far from the others of its class. Compare with the mean of each class."
)
_DIRECTIONS = (
    "a class has rows of very unequal length. Take the mean of its features as they are, and "
    "divide the *mean* by its length, at the end."
)
_DISTANCE = "the cosine is wanted: it compares directions and not lengths."
_JUDGE_2_5 = Judge(
    inputs=_classes(np.array).filter(_is_clear),
    right=_nearest,
    names=("the labels",),
    examples=_fixed_classes(),
    mistakes=[
        Mistake(
            lambda *inputs: _scores(*inputs).argmax(axis=1),
            "returned numbers of classes",
            "names are wanted: index the array of names with them.",
        ),
        Mistake(
            _scores, "returned the scores", "the name of the best class for each row is wanted."
        ),
        Mistake(
            lambda *inputs: _scores(*inputs).max(axis=1),
            "returned the highest score",
            "the name of the class that has it is wanted: `argmax`.",
        ),
        Mistake(
            partial(_nearest, score=_product),
            "forgot the length of the means",
            "a long mean wins every product: divide each mean by its length.",
        ),
        Mistake(
            partial(_nearest, score=_wrong_length),
            "the length along the wrong axis",
            "each mean is a row, and its length is over `axis=1`; keep the axis.",
        ),
        Mistake(partial(_nearest, score=_nearness), "took the distance", _DISTANCE),
        Mistake(
            partial(_nearest, score=_nearness_of_units),
            "took the distance",
            "from rows of length 1 to means of any length. The cosine compares directions only.",
        ),
        Mistake(
            partial(_nearest, score=lambda new, means: -_cosine(new, means)),
            "took the farthest",
            "`argmax`, not `argmin`.",
        ),
        Mistake(_nearest_photo, "took the nearest photo, not the nearest mean", _PHOTO_FOR_MEAN),
        Mistake(_closest_photo, "took the nearest photo, not the nearest mean", _PHOTO_FOR_MEAN),
        Mistake(
            partial(_nearest, middle=_median),
            "took the median",
            "the mean of the rows of a class is wanted.",
        ),
        *(
            Mistake(
                partial(_nearest, middle=_mean_of_directions, score=score),
                "averaged directions or cosines",
                _DIRECTIONS,
            )
            for score in (_cosine, _product, _nearness, _nearness_of_units)
        ),
        Mistake(
            _named_as_met,
            "names in another order than the means",
            "number 0 must be the same class in both: take the names from `np.unique`, or the "
            "means in the order of the names.",
        ),
    ],
)
# A list of names cannot be compared with one name row by row.
_JUDGE_2_5_LISTS = Judge(
    inputs=_classes(list).filter(_is_clear),
    fits=lambda inputs, got: difference(got, _nearest(*inputs), ("the labels",)),
)


def _in_texts(answer: Any) -> Any:
    """Return a function that gives a function's names as texts: tensors of names hold bytes."""
    if not callable(answer):
        return answer

    @wraps(answer)
    def with_texts(*inputs: Any) -> Any:
        got = answer(*inputs)
        names = plain(got)
        if isinstance(names, np.ndarray):
            names = names.tolist() if names.dtype.kind in "OS" else None
        if not isinstance(names, (list, tuple)):
            return got
        names = [plain(name) for name in names]
        if not any(isinstance(name, bytes) for name in names):
            return got
        return [n.decode(errors="replace") if isinstance(n, bytes) else n for n in names]

    return with_texts


def _demand_names(got: Any) -> None:
    if got is None:
        raise Incorrect(about_none("the result"))
    if not isinstance(plain(got), (list, tuple, np.ndarray)):
        raise Incorrect(
            "The labels: an array of names is wanted, one for each row of `new`; this is of type "
            f"`{type(got).__name__}`: `{short(got)}`."
        )


@exercise("2.5")
def check_2_5(answer: Any) -> None:
    """Compare the names of classes whose means differ in length; then hand in lists of labels."""
    answer = _in_texts(answer)
    _demand_names(call(answer, *_fixed_classes()[0]))
    _JUDGE_2_5(answer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Mean of empty slice" is said in the sentence below
        try:
            _JUDGE_2_5_LISTS(answer)
        except (ReaderError, Incorrect) as error:
            if "changes its input" in str(error):
                raise
            raise Incorrect(
                "Labels in a plain list: with an array of labels all is right, with a list it is "
                "not. `labels == name` is one `False` there, not one answer for each row. Begin "
                "with `labels = np.asarray(labels)`."
            ) from error
