"""Photos of another kind: the summary of training photos, and what it says of others."""

import numpy as np
import pytest
from PIL import Image

from utils.beam import Hypothesis
from utils.captioner import SUMMARY, load_captioner
from utils.features import extract_features
from utils.outliers import (
    FEWEST,
    UNLIKE,
    Summary,
    confidence,
    directions,
    load_summary,
    summarize,
)
from utils.support.paths import CAPTIONERS, DATA

SIZE = 160
ROWS = np.split(np.arange(1400), [900, 1200])  # train, dev, and photos of the same kind


def photos(count, seed, kind=0):
    """Features of a kind: mixtures of a few patterns of its own, of any length."""
    patterns = np.random.default_rng(1000 + kind).gamma(0.3, 1.0, (12, SIZE))
    rng = np.random.default_rng(seed)
    mixed = rng.dirichlet(np.full(12, 0.5), count) @ patterns + rng.gamma(1.0, 0.05, (count, SIZE))
    return (mixed * rng.uniform(0.5, 2.0, (count, 1))).astype(np.float32)


@pytest.fixture(scope="module")
def features():
    return photos(1400, 0)


@pytest.fixture(scope="module")
def summary(features):
    return summarize(features, *ROWS[:2])


def test_photos_of_the_same_kind_are_spread_evenly_over_the_dev_photos(summary, features):
    likeness = summary.likeness(features[ROWS[2]])
    assert ((likeness >= 0) & (likeness <= 1)).all()
    np.testing.assert_allclose(
        np.quantile(likeness, (0.25, 0.5, 0.75)), (0.25, 0.5, 0.75), atol=0.1
    )
    assert np.mean(likeness < UNLIKE) <= 0.03


def test_photos_of_another_kind_are_unlike(summary):
    assert (summary.likeness(photos(50, 1, kind=1)) < UNLIKE).mean() > 0.9


def test_likeness_is_the_share_of_dev_photos_that_are_farther(summary, features):
    far = summary.distances(features[ROWS[1]])
    np.testing.assert_allclose(np.sort(far), summary.far, rtol=1e-5)
    some = photos(20, 3)
    shares = [(summary.far > one).mean() for one in summary.distances(some)]
    np.testing.assert_allclose(summary.likeness(some), shares)


def test_the_distance_is_what_the_axes_leave_out(summary, features):
    some = directions(features[:30])
    axes = summary.axes.astype(float)
    rebuilt = summary.mean + (some - summary.mean) @ axes.T @ axes
    np.testing.assert_allclose(
        summary.distances(features[:30]), np.linalg.norm(some - rebuilt, axis=1), atol=1e-5
    )
    np.testing.assert_allclose(axes @ axes.T, np.eye(len(axes)), atol=2e-3)


def test_the_length_of_a_feature_says_nothing(summary, features):
    np.testing.assert_allclose(
        summary.distances(features[:9] * 3), summary.distances(features[:9]), atol=1e-5
    )


def test_maps_are_averaged_first(summary, features):
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(49), 300).reshape(300, 7, 7, 1)
    maps = (features[:300, None, None] * shares).astype(np.float32)
    np.testing.assert_allclose(
        summary.distances(maps), summary.distances(features[:300]), atol=1e-4
    )


def test_a_summary_comes_back(summary, features, tmp_path):
    summary.save(tmp_path / "seen.npz")
    again = load_summary(tmp_path / "seen.npz")
    np.testing.assert_array_equal(again.likeness(features), summary.likeness(features))
    assert again.axes.dtype == np.float16
    summary.save(tmp_path / "twice.npz")
    assert (tmp_path / "twice.npz").read_bytes() == (tmp_path / "seen.npz").read_bytes()


def test_the_same_photos_give_the_same_summary(summary, features):
    again = summarize(features, *ROWS[:2])
    np.testing.assert_array_equal(again.far, summary.far)


@pytest.mark.parametrize(("train", "dev"), [(FEWEST - 1, 300), (900, FEWEST - 1), (0, 0)])
def test_few_photos_have_no_summary(features, train, dev):
    assert summarize(features, np.arange(train), np.arange(900, 900 + dev)) is None


def test_a_small_list_is_enough(features):
    small = summarize(features, np.arange(FEWEST), np.arange(900, 900 + FEWEST))
    assert isinstance(small, Summary)
    assert small.likeness(features[ROWS[2]]).mean() > 0.3


def test_confidence_is_the_mean_probability_of_the_words():
    assert confidence(Hypothesis([5, 6], np.log(0.5 * 0.4 * 0.8), 0.0, True)) == pytest.approx(
        (0.5 * 0.4 * 0.8) ** (1 / 3)
    )
    # One that was cut has no end to be sure of.
    assert confidence(Hypothesis([5, 6], np.log(0.09), 0.0, False)) == pytest.approx(0.3)


# What comes with the course -------------------------------------------------------------------

PHOTOS = sorted((DATA / "photos").glob("*.jpg"))


@pytest.mark.parametrize("name", ["flickr8k-best", "flickr8k"])
def test_the_shipped_captioners_tell_a_cup_of_coffee_from_their_photos(name):
    assert (CAPTIONERS / name / SUMMARY).stat().st_size < 1_000_000
    captioner = load_captioner(name)
    assert len(captioner.summary.far) == 1000
    found = captioner.summary.likeness(captioner.features(PHOTOS))
    likeness = dict(zip((path.stem for path in PHOTOS), found, strict=True))
    for unlike in ("coffee", "rocket", "cat", "raccoon"):
        assert likeness[unlike] < UNLIKE
    # A woman, and a man in a meadow: what the captioners have seen.
    for like in ("astronaut", "photographer"):
        assert 0.03 < likeness[like] < 0.5


def test_size_and_format_of_a_photo_do_not_decide(tmp_path):
    summary = load_captioner("flickr8k").summary
    kinds = {}
    for path in PHOTOS:
        with Image.open(path) as photo:
            small = photo.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC)
        small.save(tmp_path / f"{path.stem}-small.jpg", quality=85)
        small.resize((800, 800), Image.Resampling.BICUBIC).save(tmp_path / f"{path.stem}-large.png")
    for kind in ("small.jpg", "large.png"):
        paths = [tmp_path / f"{path.stem}-{kind}" for path in PHOTOS]
        kinds[kind] = summary.distances(extract_features(paths, cache=False))
    own = summary.distances(extract_features(PHOTOS, cache=False))
    for far in kinds.values():
        np.testing.assert_allclose(far, own, atol=0.05)


def test_many_photos_are_looked_at_in_part(features, monkeypatch):
    train, dev = ROWS[:2]
    monkeypatch.setattr("utils.outliers.MOST", 300)
    found = summarize(features, train, dev)
    thinned = summarize(features, train[::3], dev)
    np.testing.assert_array_equal(found.axes, thinned.axes)
    assert len(found.far) == len(dev) == 300
