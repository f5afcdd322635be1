"""`python -m utils diagnose`: captioners that are broken on purpose, and healthy ones."""

import copy
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from utils.captioner import load_captioner
from utils.commands.diagnose import main, verdict
from utils.dataset import load_dataset
from utils.diagnosis import gathering
from utils.diagnosis.causes import causes
from utils.diagnosis.evidence import Evidence
from utils.diagnosis.features_seen import Rows
from utils.diagnosis.gathering import gather
from utils.diagnosis.own_model import subject_of_model
from utils.diagnosis.subject import LEFT, NoSubject, subject_of, subject_of_folder
from utils.diagnosis.suspicion import texts
from utils.features import dataset_features
from utils.model import build_model, standardize_features
from utils.scenes.dataset import make_scenes
from utils.support.paths import CAPTIONERS, ROOT
from utils.vocabulary import END, MARKERS, Vocabulary

LENGTH = 16  # words of a prefix where it is padded


@pytest.fixture(scope="module")
def small():
    """Samples of a few photos: what is broken on purpose shows on these too."""
    with pytest.MonkeyPatch.context() as patch:
        sizes = {"DEV_PHOTOS": 24, "TRAIN_PHOTOS": 16, "TEST_PHOTOS": 10, "FEW": 12}
        for name, size in sizes.items():
            patch.setattr(gathering, name, size)
        yield


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, small):
    folder = tmp_path_factory.mktemp("diagnose") / "scenes"
    make_scenes(folder, seed=5, sizes=(60, 24, 10, 0))
    return load_dataset(str(folder))


@pytest.fixture(scope="module")
def features(dataset):
    return dataset_features(dataset)


@pytest.fixture(scope="module")
def shipped():
    captioner = load_captioner("scenes")
    return captioner, captioner.model.get_weights()


@pytest.fixture
def captioner(shipped):
    """The shipped captioner, as it was saved; one model, because each would be traced anew."""
    captioner, weights = shipped
    captioner.model.set_weights(weights)
    captioner.model.get_layer("standardize").finalize_state()
    return replace(captioner)


@pytest.fixture(scope="module")
def wrong():
    """Features of wrong pixels by photo: computed once for all tests."""
    return {}


@pytest.fixture(scope="module")
def look(dataset, features, wrong):
    """Return a function that gives the evidence and the keys of the causes."""

    def of(subject, data=dataset, given=None):
        if not hasattr(subject, "asks"):
            subject = subject_of(subject, "broken", LENGTH)
        rows = Rows(data, subject, given)
        rows.known = dict(zip(dataset.images, features, strict=True))
        rows.known_wrong = wrong
        evidence = gather(subject, data, rows)
        return evidence, [cause.key for cause in causes(evidence)]

    return of


@pytest.fixture
def warm(monkeypatch, captioner, dataset, features):
    """The command finds the captioner loaded and the features computed."""
    rows = dict(zip(dataset.images, features, strict=True))

    def computed(paths, **_):
        return np.stack([rows[path.name] for path in paths])

    monkeypatch.setattr("utils.diagnosis.subject.load_captioner", lambda name: captioner)
    monkeypatch.setattr("utils.features.extract_features", computed)


@pytest.fixture(scope="module")
def healthy(look, shipped):
    """The evidence and the causes of the captioner as it was saved."""
    captioner, weights = shipped
    captioner.model.set_weights(weights)
    captioner.model.get_layer("standardize").finalize_state()
    return look(captioner)


def set_layer(captioner, name, change):
    layer = captioner.model.get_layer(name)
    layer.set_weights(change(*layer.get_weights()))


# Healthy captioners


def test_the_shipped_captioner_of_the_scenes_is_healthy(healthy):
    evidence, found = healthy
    assert found == []
    assert evidence.loss < 1.5 and evidence.photo_gain[0] > 1


@pytest.mark.parametrize("name", ["flickr8k", "flickr8k-best"])
def test_the_captioners_of_flickr8k_are_healthy(name, tmp_path, capsys):
    folder = Path(os.environ.get("FLICKR8K", ROOT / "data" / "flickr8k"))
    if not (folder / "captions.txt").is_file():
        pytest.skip("Flickr8k is not installed: make flickr8k, or set FLICKR8K to its folder")
    out = tmp_path / "found.json"
    assert main([name, str(folder), "--json", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["causes"] == []
    assert "Nothing wrong was found" in capsys.readouterr().out


# What is wrong with the words


def test_words_under_other_numbers(look, captioner):
    words = captioner.vocabulary.words[len(MARKERS) :]
    np.random.default_rng(0).shuffle(words)
    captioner.vocabulary = Vocabulary([*MARKERS, *words])
    assert look(captioner)[1][0] == "vocabulary"


def test_words_that_all_moved_by_one(look, captioner):
    words = captioner.vocabulary.words[len(MARKERS) :]
    captioner.vocabulary = Vocabulary([*MARKERS, words[-1], *words[:-1]])
    assert look(captioner)[1][0] == "vocabulary"


def test_a_folder_with_the_vocabulary_of_another_run(look, tmp_path):
    folder = tmp_path / "captioner"
    shutil.copytree(CAPTIONERS / "scenes", folder)
    path = folder / "vocabulary.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(words[:4] + words[:3:-1]), encoding="utf-8")
    assert look(subject_of_folder(folder, LENGTH))[1][0] == "vocabulary"
    path.write_text(json.dumps(words[:-3]), encoding="utf-8")
    with pytest.raises(NoSubject, match="351 words") as error:
        subject_of_folder(folder, LENGTH)
    assert error.value.cause == "vocabulary"


def test_an_untrained_network(look, captioner, features):
    keras.utils.set_random_seed(3)
    fresh = build_model(captioner.config)
    standardize_features(fresh, features)
    captioner.model.set_weights(fresh.get_weights())
    assert look(captioner)[1][0] == "untrained"


def test_weights_that_are_no_numbers(look, captioner):
    set_layer(captioner, "hidden", lambda kernel, bias: [kernel * np.nan, bias])
    assert look(captioner)[1] == ["not_finite"]


def test_an_end_that_was_never_learnt(look, captioner):
    def forget(kernel, bias):
        bias[END] = -40
        return [kernel, bias]

    set_layer(captioner, "next_word", forget)
    evidence, found = look(captioner)
    assert found[0] == "no_end" and evidence.ended == 0


def test_probabilities_that_are_too_flat(look, captioner):
    set_layer(captioner, "next_word", lambda kernel, bias: [kernel / 5, bias / 5])
    assert look(captioner)[1][0] == "too_flat"


def test_probabilities_that_are_too_sharp(look, captioner):
    set_layer(captioner, "next_word", lambda kernel, bias: [kernel * 5, bias * 5])
    assert look(captioner)[1][0] == "too_sharp"


# What is wrong with the photos


def test_a_photo_without_a_way_in(look, captioner):
    set_layer(captioner, "image_encoder", lambda kernel, bias: [kernel * 0, bias * 0])
    assert look(captioner)[1][0] == "photo_off"


def test_captions_that_belong_to_the_photo_before(look, captioner, dataset):
    names = list(dataset.captions)
    moved = {name: dataset.captions[names[place - 1]] for place, name in enumerate(names)}
    _, found = look(captioner, replace(dataset, captions=moved))
    assert found[0] == "out_of_step"


def with_captions(dataset, names, others):
    """Return the dataset with the captions of `others` at `names`."""
    moved = {name: dataset.captions[other] for name, other in zip(names, others, strict=True)}
    return replace(dataset, captions=dataset.captions | moved)


def test_captions_that_are_out_of_step_on_dev_alone(look, captioner, dataset):
    dev = dataset.splits["dev"]
    evidence, found = look(captioner, with_captions(dataset, dev, dev[1:] + dev[:1]))
    assert found == ["out_of_step"]
    assert evidence.train_gain[0] > 1 > evidence.photo_gain[0]
    order = np.random.default_rng(0).permutation(len(dev))
    shuffled = with_captions(dataset, dev, [dev[place] for place in order])
    assert look(captioner, shuffled)[1] == ["out_of_step"]


def test_captions_that_are_shuffled_over_the_photos(look, captioner, dataset):
    names = list(dataset.captions)
    order = np.random.default_rng(0).permutation(len(names))
    shuffled = with_captions(dataset, names, [names[place] for place in order])
    assert look(captioner, shuffled)[1][0] == "out_of_step"


def test_a_file_of_features_in_another_order(look, captioner, features):
    assert look(captioner, given=np.roll(features, 1, axis=0))[1][0] == "out_of_step"
    order = np.random.default_rng(0).permutation(len(features))
    assert look(captioner, given=features[order])[1][0] == "out_of_step"
    assert look(captioner, given=features)[1] == []


def test_a_file_of_constant_features(look, captioner, dataset, features):
    for value in (np.zeros_like(features), np.full_like(features, 0.4)):
        assert look(captioner, given=value)[1] == ["constant_file"]
    for row in (0, features[70]):  # dev alone
        value = features.copy()
        value[dataset.index("dev")] = row
        evidence, found = look(captioner, given=value)
        assert found == ["constant_file"]
        assert evidence.features.constant_in == ("dev",)
    broken = features.copy()
    broken[70, 3] = np.nan
    assert look(captioner, given=broken)[1] == ["features_not_finite"]


@pytest.fixture(scope="module")
def wrong_rows(dataset, shipped, features, wrong):
    """Features of wrong pixels of the photos that are looked at, by what was done to them."""
    names = dataset.splits["dev"] + dataset.splits["train"][: gathering.TRAIN_PHOTOS]
    computed = Rows(dataset, subject_of(shipped[0], "x", LENGTH))
    computed.known_wrong = wrong
    given = computed.wrong(names)
    rows = [dataset.images.index(name) for name in names]
    whole = {scale: features.copy() for scale in given}
    for scale, found in given.items():
        whole[scale][rows] = found
    return whole


@pytest.mark.parametrize(
    "scale", ["scaled twice", "never scaled", "scaled to 0..1", "in the order blue, green, red"]
)
def test_a_file_of_features_of_wrong_pixels(look, captioner, wrong_rows, scale):
    evidence, found = look(captioner, given=wrong_rows[scale])
    assert found[0] == "wrong_scale"
    assert evidence.features.scales[scale] == 1


# What is wrong with the data


def test_the_same_photos_in_two_splits(look, captioner, dataset, tmp_path):
    images = tmp_path / "Images"
    shutil.copytree(dataset.images_dir, images)
    for here, there in zip(dataset.splits["dev"][:9], dataset.splits["train"], strict=False):
        shutil.copyfile(images / there, images / here)
    evidence, found = look(captioner, replace(dataset, images_dir=images))
    assert found[0] == "photos_twice"
    assert len(evidence.shared_photos["dev"]) == 9


def test_lists_that_share_photos_are_a_leak_and_no_error(dataset, tmp_path, capsys, warm):
    folder = tmp_path / "lists"
    folder.mkdir()
    train, dev = dataset.splits["train"], dataset.splits["dev"]
    for split, names in {"train": train + dev[:12], "dev": dev}.items():
        text = "\n".join(names)
        (folder / f"x.{split}Images.txt").write_text(text, encoding="utf-8")
    assert main(["scenes", str(dataset.folder), "--splits-dir", str(folder)]) == 0
    assert re.search(r"1\. A leak.*\n.*12 photos", capsys.readouterr().out)


def test_captions_that_bring_markers(dataset, tmp_path, capsys, warm):
    path = tmp_path / "captions.txt"
    rows = [
        f'{name},"startseq {text} endseq"'
        for name, several in dataset.captions.items()
        for text in several
    ]
    path.write_text("\n".join(["image,caption", *rows]), encoding="utf-8")
    assert main(["scenes", str(dataset.folder), "--captions", str(path)]) == 0
    assert "1. Markers" in capsys.readouterr().out


def test_dev_photos_that_are_all_the_same(look, captioner, dataset, features, tmp_path):
    images = tmp_path / "Images"
    shutil.copytree(dataset.images_dir, images)
    for name in dataset.splits["dev"][1:]:
        shutil.copyfile(images / dataset.splits["dev"][0], images / name)
    given = features.copy()
    given[dataset.index("dev")] = features[dataset.index("dev")[0]]
    _, found = look(captioner, replace(dataset, images_dir=images), given=given)
    assert found[0] == "same_photos"


def rewritten(dataset, change, names=None):
    """Return the dataset with the words of captions changed, of all photos or of some."""
    changed = {
        name: [" ".join(change(text.split())) for text in dataset.captions[name]]
        for name in names or dataset.captions
    }
    return replace(dataset, captions=dataset.captions | changed)


@pytest.mark.parametrize("only_dev", [False, True])
def test_captions_whose_words_are_in_no_order(look, captioner, dataset, only_dev):
    rng = np.random.default_rng(0)
    names = dataset.splits["dev"] if only_dev else None
    assert look(captioner, rewritten(dataset, rng.permutation, names))[1] == ["word_order"]


@pytest.mark.parametrize(("split", "key"), [(None, "unknown_words"), ("dev", "other_language")])
def test_captions_of_which_every_second_word_is_foreign(look, captioner, dataset, split, key):
    def half(words):
        return [word[::-1] + "o" if place % 2 else word for place, word in enumerate(words)]

    names = dataset.splits[split] if split else None
    assert look(captioner, rewritten(dataset, half, names))[1] == [key]


def test_captions_of_another_language(look, captioner, dataset):
    foreign = rewritten(dataset, lambda words: [word[::-1] + "o" for word in words])
    assert look(captioner, foreign)[1][0] == "other_language"


@pytest.mark.parametrize(
    ("reported", "key"),
    [
        ([0.79, 0.69, 0.58, 0.47], "fractions"),
        ([0.0, 0.0], "scores_zero"),
        ([7900.0, 4700.0], "percent_twice"),
    ],
)
def test_reported_scores_on_another_scale(healthy, reported, key):
    evidence = replace(healthy[0], reported=reported)
    assert [cause.key for cause in causes(evidence)] == [key]


# A model of the reader's own


def own_model(folder, dataset, features, side, epochs=2):
    """Train a small model on prefixes that are padded on one side, and save it."""
    keras.utils.set_random_seed(1)
    words = sorted({word for image in dataset.tokens("train") for text in image for word in text})
    numbers = {word: number for number, word in enumerate(["startseq", "endseq", *words], 1)}
    photos, prefixes, labels = [], [], []
    for row, several in zip(dataset.index("train"), dataset.tokens("train"), strict=True):
        for text in several[:3]:
            ids = [numbers[word] for word in ["startseq", *text, "endseq"]][: LENGTH + 1]
            for length in range(1, len(ids)):
                fill = [0] * (LENGTH - length)
                part = ids[:length]
                prefixes.append(fill + part if side == LEFT else part + fill)
                photos.append(row)
                labels.append(ids[length])
    layers = keras.layers
    photo = keras.Input((1280,), name="photo")
    prefix = keras.Input((LENGTH,), dtype="int32", name="words")
    embedding = layers.Embedding(len(numbers) + 1, 24, mask_zero=side != LEFT)
    hidden = layers.LSTM(48)(embedding(prefix))
    seen = layers.Dropout(0.5)(layers.Dense(48, "relu")(photo))
    logits = layers.Dense(len(numbers) + 1, "softmax")(layers.Concatenate()([hidden, seen]))
    model = keras.Model([photo, prefix], logits)
    model.compile(keras.optimizers.Adam(4e-3), "sparse_categorical_crossentropy")
    inputs = [features[photos], np.array(prefixes, "int32")]
    model.fit(inputs, np.array(labels), batch_size=128, epochs=epochs, verbose=0)
    model.save(folder / "model.keras")
    (folder / "vocabulary.json").write_text(json.dumps(numbers), encoding="utf-8")
    return folder / "model.keras"


def test_padding_on_the_left_in_a_model_of_ones_own(look, dataset, features, tmp_path):
    path = own_model(tmp_path, dataset, features, LEFT, epochs=4)
    subject = subject_of_model(path, path.with_name("vocabulary.json"), LENGTH)
    evidence, found = look(subject)
    assert found[0] == "left_padding"
    assert evidence.way == LEFT and evidence.loss < evidence.word_loss


def test_a_weak_model_of_ones_own_is_told_to_be_weak(look, dataset, features, tmp_path):
    path = own_model(tmp_path, dataset, features, "right")
    subject = subject_of_model(path, path.with_name("vocabulary.json"), LENGTH)
    evidence, found = look(subject)
    assert found == []
    assert evidence.loss > 0.9 * evidence.word_loss  # it is weak indeed
    assert "the model is weak" in verdict(evidence, [])


# The command


def test_what_is_told_and_written(dataset, tmp_path, capsys, small):
    scores, out = tmp_path / "scores.json", tmp_path / "out.json"
    scores.write_text('{"BLEU-4": 0.47, "BLEU-1": 0.79}', encoding="utf-8")
    given = ["--scores", str(scores), "--json", str(out)]
    assert main(["scenes", str(dataset.folder), *given]) == 0
    text = capsys.readouterr().out
    for expected in ("loss on dev", "normal", "1. The scores are shares", "Read: chapter 7"):
        assert expected in text
    found = json.loads(out.read_text(encoding="utf-8"))
    assert [cause["key"] for cause in found["causes"]] == ["fractions"]
    assert found["evidence"]["dev_photos"] == 24


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["model.keras", "scenes"], "no model"),
        (["scenes", "scenes", "--features", "none.npy"], "--features"),
        (["scenes", "scenes", "--scores", "none.json"], "--scores"),
        (["scenes", "scenes", "--images-dir", "nowhere"], "--images-dir"),
        (["scenes", "scenes", "--vocabulary", str(ROOT / "README.md")], "of its own|its own"),
        (["scenes", "scenes", "--scores", str(ROOT / "README.md")], "not JSON"),
        (["nobody", str(ROOT / "no-dataset")], "no dataset|no captioner"),
    ],
)
def test_wrong_arguments_are_told_before_any_work(arguments, told, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert re.search(told, said) and "Traceback" not in said


def test_an_output_that_is_an_input_is_refused(tmp_path, capsys):
    path = tmp_path / "scores.json"
    path.write_text("{}", encoding="utf-8")
    assert main(["scenes", "scenes", "--scores", str(path), "--json", str(path)]) == 2
    assert "one of the files that are read" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["captions.txt", "captions.json", "notes.md"])
def test_an_output_that_somebody_else_has_written_is_refused(tmp_path, capsys, name):
    path = tmp_path / name
    path.write_text('{"a.jpg": "A dog"}', encoding="utf-8")
    assert main(["scenes", "scenes", "--json", str(path)]) == 2
    assert "was not made by this command" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == '{"a.jpg": "A dog"}'


def test_every_cause_points_to_a_section_that_exists():
    for key, cause in copy.copy(texts()).items():
        master = next((ROOT / "solutions").glob(f"{cause['chapter']:02d}_*.ipynb"))
        cells = json.loads(master.read_text(encoding="utf-8"))["cells"]
        lines = "".join("".join(cell["source"]) + "\n" for cell in cells).splitlines()
        headings = {line.lstrip("# ") for line in lines if line.startswith("#")}
        assert cause["section"] in headings, key


# What networks gave that were trained on broken features: a training takes minutes, a rule none.

BLIND = Evidence(
    dev_photos=40,
    different_photos=40,
    words=354,
    nothing_known=5.87,
    word_loss=4.47,
    pair_loss=2.48,
    likeness=(0.87, 0.96),
    highest=0.99,
    said_words=60,
    commonest=0.14,
    repeated_loss=9.0,
    skipped_loss=9.0,
    loss_at_ends=0.3,
)


@pytest.mark.parametrize(
    ("trained_on", "numbers", "first"),
    [
        (
            "photos in another order",
            {"loss": 2.67, "accuracy": 0.39, "photo_effect": 1.28, "distinct": 30},
            "out_of_step",
        ),
        (
            "pixels scaled twice",
            {"loss": 2.07, "accuracy": 0.44, "photo_effect": 0.12, "distinct": 2},
            "constant_features",
        ),
        (
            "another network's features",
            {
                "loss": 3.4,
                "accuracy": 0.3,
                "photo_effect": 2.0,
                "distinct": 30,
                "recorded_loss": 2.2,
            },
            "other_features",
        ),
        (
            "nothing wrong, and asked with the captions of other photos",
            {
                "loss": 2.7,
                "accuracy": 0.4,
                "photo_effect": 2.0,
                "distinct": 30,
                "recorded_loss": 1.2,
            },
            "out_of_step",
        ),
        (
            "other features, which it does not know and hardly heeds",
            {
                "loss": 2.5,
                "accuracy": 0.43,
                "photo_effect": 0.5,
                "distinct": 23,
                "recorded_loss": 1.2,
            },
            "other_features",
        ),
        (
            "few photos for a while, and nothing wrong",
            {
                "loss": 2.52,
                "accuracy": 0.43,
                "photo_effect": 0.58,
                "distinct": 13,
                "photo_gain": (0.09, 0.04),
                "train_gain": (0.48, 0.15),
            },
            None,
        ),
        (
            "one epoch, and nothing wrong",
            {"loss": 3.4, "accuracy": 0.3, "photo_effect": 0.1, "distinct": 3},
            None,
        ),
    ],
)
def test_photos_that_do_not_help(trained_on, numbers, first):
    keys = [cause.key for cause in causes(replace(BLIND, **numbers))]
    assert (keys[0] if keys else None) == first, trained_on


KNOWS_WORDS_ONLY = replace(
    BLIND, loss=4.4, accuracy=0.2, photo_effect=0.3, prefix_effect=0.3, circling=1, ended=0
)


@pytest.mark.parametrize(
    ("numbers", "keys"),
    [
        ({}, []),
        ({"epochs": 12, "best_epoch": 12}, []),  # the loss was still falling
        ({"epochs": 2, "best_epoch": 1}, []),
        ({"epochs": 12, "best_epoch": 4}, ["stuck"]),
        ({"prefix_effect": 0.001}, ["stuck"]),
        ({"loss": 2.4, "accuracy": 0.4, "photo_gain": (0.5, 0.1)}, ["circles"]),
    ],
)
def test_a_weak_model_is_not_taken_for_one_that_is_stuck(numbers, keys):
    assert [cause.key for cause in causes(replace(KNOWS_WORDS_ONLY, **numbers))] == keys


@pytest.mark.parametrize(
    ("temperature", "keys"),
    [((1.0, 0.0), []), ((1.2, 0.04), []), ((2.0, 0.6), ["memorised"])],
)
def test_few_photos_are_not_taken_for_overfitting(temperature, keys):
    small = replace(
        BLIND,
        loss=2.99,
        accuracy=0.38,
        train_loss=1.62,
        train_gain=(1.0, 0.1),
        photo_gain=(0.3, 0.1),
        photo_effect=1.0,
        distinct=23,
        temperature=temperature,
    )
    assert [cause.key for cause in causes(small)] == keys
