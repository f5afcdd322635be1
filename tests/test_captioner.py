import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from utils.beam import beam_search
from utils.captioner import (
    KINDS,
    SETTINGS,
    WEIGHTS,
    WORDS,
    Captioner,
    CaptionerError,
    captioner_folder,
    load_captioner,
)
from utils.decoding import MAX_LENGTH
from utils.model import ModelConfig, build_model
from utils.support.files import sha256
from utils.vocabulary import MARKERS, Vocabulary

ROOT = Path(__file__).resolve().parent.parent
WORDS_KNOWN = [f"word{number}" for number in range(30)]
FEATURES = np.random.default_rng(0).normal(size=(6, 1280)).astype(np.float32)
PREFIXES = np.random.default_rng(1).integers(1, 34, (6, 4)).astype(np.int32)


@pytest.fixture(scope="module")
def captioner():
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary([*MARKERS, *WORDS_KNOWN])
    config = ModelConfig(len(vocabulary), embedding_size=8, units=64)
    return Captioner(build_model(config), vocabulary, config, {"dataset": "test"})


@pytest.fixture
def folder(captioner, tmp_path):
    captioner.save(tmp_path / "captioner")
    return tmp_path / "captioner"


def probabilities(captioner):
    return np.asarray(captioner.model({"feature": FEATURES, "prefix": PREFIXES}, training=False))


def test_a_new_process_gives_the_same_probabilities(captioner, folder, tmp_path):
    np.savez(tmp_path / "inputs.npz", features=FEATURES, prefixes=PREFIXES)
    script = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from utils.captioner import load_captioner\n"
        "given = np.load(sys.argv[2]); captioner = load_captioner(Path(sys.argv[1]))\n"
        "inputs = {'feature': given['features'], 'prefix': given['prefixes']}\n"
        "np.save(sys.argv[3], np.asarray(captioner.model(inputs, training=False)))\n"
    )
    command = [sys.executable, "-c", script, folder, tmp_path / "inputs.npz", tmp_path / "out.npy"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, env=environment, cwd=tmp_path, timeout=120)
    found = np.load(tmp_path / "out.npy")
    assert np.abs(found - probabilities(captioner)).max() < 1e-6


@pytest.mark.parametrize("kind", ["merge", "causal", "attention"])
def test_a_captioner_of_each_kind_comes_back(kind, tmp_path):
    vocabulary = Vocabulary([*MARKERS, *WORDS_KNOWN])
    sizes = {"embedding_size": 8, "units": 16}
    config = KINDS[kind].config(len(vocabulary), **sizes)
    keras.utils.set_random_seed(0)
    saved = Captioner(KINDS[kind].build(config, None), vocabulary, config, {"length_penalty": 0.5})
    saved.save(tmp_path / kind)
    loaded = load_captioner(tmp_path / kind)
    assert loaded.kind.name == saved.kind.name == kind
    assert loaded.length_penalty == 0.5
    shape = (4, 7, 7, 1280) if loaded.kind.features == "map" else (4, 1280)
    features = np.random.default_rng(0).random(shape).astype(np.float16)
    log_probs = [found.next_word(features)(np.arange(4), PREFIXES[:4]) for found in (saved, loaded)]
    np.testing.assert_allclose(*log_probs, atol=1e-6)
    assert loaded.caption_features(features, 3) == saved.caption_features(features, 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "transformer"}, "holds a model of the kind 'transformer'"),
        ({"files": None}, "does not say 'files'"),
    ],
)
def test_settings_that_say_too_little_are_refused(folder, change, sentence):
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    settings |= change
    settings = {name: value for name, value in settings.items() if value is not None}
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(CaptionerError, match=sentence):
        load_captioner(folder)


@pytest.mark.parametrize("words", ["klingon", "", None, 5, ["spaces"]])
def test_words_that_are_found_in_no_known_way_are_refused(folder, words):
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    settings["more"] = {"words": words}
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(CaptionerError, match=r"settings.json says nothing .* 'words'"):
        load_captioner(folder)


def test_what_the_settings_leave_open_is_the_usual(folder):
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    settings["more"] = {"length_penalty": None, "max_length": None, "beam_width": None}
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    loaded = load_captioner(folder)
    assert (loaded.length_penalty, loaded.max_length, loaded.beam_width) == (1.0, MAX_LENGTH, 3)


def test_a_vocabulary_that_is_none_is_told_with_its_folder(folder):
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    (folder / WORDS).write_text(json.dumps([*words[:-1], words[4]]), encoding="utf-8")
    settings["files"][WORDS] = sha256(folder / WORDS)
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(CaptionerError, match=f"{re.escape(str(folder))} cannot be used.*twice"):
        load_captioner(folder)


def test_everything_comes_back(captioner, folder):
    loaded = load_captioner(folder)
    assert loaded.vocabulary.words == captioner.vocabulary.words
    assert loaded.config == captioner.config
    assert loaded.settings == {"dataset": "test"}
    assert loaded.caption_features(FEATURES, 3) == captioner.caption_features(FEATURES, 3)


def test_half_precision_is_half_the_size_and_nearly_the_same(captioner, folder, tmp_path):
    captioner.save(tmp_path / "half", half=True)
    sizes = [(path / WEIGHTS).stat().st_size for path in (tmp_path / "half", folder)]
    assert sizes[0] < 0.62 * sizes[1]
    difference = probabilities(load_captioner(tmp_path / "half")) - probabilities(captioner)
    assert 0 < np.abs(difference).max() < 1e-3


def test_width_one_is_greedy_and_every_row_gets_a_caption(captioner):
    for width in (1, 3):
        captions = captioner.caption_features(FEATURES, width)
        assert len(captions) == 6
        assert all(caption and set(caption) <= set(WORDS_KNOWN) for caption in captions)
    beams = captioner.beams(FEATURES[:1], beam_width=2, count=3)[0]
    assert len(beams) == 3
    assert beams[0].score >= beams[1].score >= beams[2].score


def test_the_width_of_the_beam_is_the_captioners_own_unless_given(captioner, monkeypatch):
    widths = []

    def search(*arguments, beam_width, **others):
        widths.append(beam_width)
        return beam_search(*arguments, beam_width=beam_width, **others)

    monkeypatch.setattr("utils.captioner.beam_search", search)
    chosen = replace(captioner, settings={**captioner.settings, "beam_width": 5})
    for one in (captioner, chosen):
        one.beams(FEATURES)
        one.caption_features(FEATURES)
        one.caption_features(FEATURES, 2)
    assert widths == [3, 3, 2, 5, 5, 2]


def test_a_swapped_vocabulary_is_refused(folder):
    words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    words[5], words[6] = words[6], words[5]
    (folder / WORDS).write_text(json.dumps(words), encoding="utf-8")
    with pytest.raises(CaptionerError, match="weights and vocabulary work together only"):
        load_captioner(folder)


def test_a_vocabulary_swapped_with_its_hash_is_refused_too(folder):
    from utils.support.files import sha256

    words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    (folder / WORDS).write_text(json.dumps([*words[:4], *words[:3:-1]]), encoding="utf-8")
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    settings["files"][WORDS] = sha256(folder / WORDS)
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(CaptionerError, match="weights were not trained with"):
        load_captioner(folder)


@pytest.mark.parametrize("file", [WEIGHTS, WORDS])
def test_a_missing_or_damaged_file_is_refused(folder, file):
    path = folder / file
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CaptionerError, match="SHA-256 differs"):
        load_captioner(folder)
    path.unlink()
    with pytest.raises(CaptionerError, match=f"{file} is missing"):
        load_captioner(folder)


def test_another_network_for_the_features_is_refused(folder):
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    settings["cnn"]["sha256"] = "0" * 64
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(CaptionerError, match="another MobileNetV2"):
        load_captioner(folder)


def test_version_one_is_read_unless_it_scaled_its_features(captioner, folder):
    settings = {**json.loads((folder / SETTINGS).read_text(encoding="utf-8")), "format": 1}
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    assert load_captioner(folder).vocabulary.words == captioner.vocabulary.words
    settings["model"]["standardize"] = True
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(CaptionerError, match=r"has the format 1 .* train it anew"):
        load_captioner(folder)


def give(folder, name, value):
    """Put a value among the sizes of a saved captioner."""
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    settings["model"][name] = value
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")


@pytest.mark.parametrize("switch", ["use_image", "use_text"])
def test_a_side_that_an_earlier_version_switched_off_has_no_say(folder, switch):
    give(folder, switch, False)
    loaded = load_captioner(folder)
    given = probabilities(loaded)
    other = {"feature": FEATURES, "prefix": PREFIXES[:, ::-1]}
    if switch == "use_image":
        other = {"feature": -FEATURES, "prefix": PREFIXES}
    same = np.asarray(loaded.model(other))
    np.testing.assert_allclose(given, same, atol=1e-7)
    assert np.abs(given - given[::-1]).max() > 1e-5  # the other side still has a say


def test_a_switch_that_is_neither_on_nor_off_is_refused(folder):
    give(folder, "use_image", "no")
    with pytest.raises(CaptionerError, match="use_image"):
        load_captioner(folder)


def test_another_format_and_no_captioner_at_all_are_said(folder, tmp_path):
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    (folder / SETTINGS).write_text(json.dumps({**settings, "format": 99}), encoding="utf-8")
    with pytest.raises(CaptionerError, match="has the format 99"):
        load_captioner(folder)
    with pytest.raises(CaptionerError, match="There is no captioner"):
        captioner_folder(tmp_path / "nothing")


def test_saving_replaces_the_folder_as_a_whole(captioner, folder):
    (folder / "left-over.txt").write_text("old", encoding="utf-8")
    captioner.save(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([WEIGHTS, WORDS, SETTINGS])
    shutil.rmtree(folder)
    captioner.save(folder)
    load_captioner(folder)


def test_memory_is_flat_over_a_thousand_captions():
    import psutil

    from utils.vocabulary import END

    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary([*MARKERS, *WORDS_KNOWN])
    config = ModelConfig(len(vocabulary), embedding_size=8, units=12)
    eager_to_end = build_model(config)
    kernel, bias = eager_to_end.get_layer("next_word").get_weights()
    bias[END] = 5.0  # short captions: the test is about their number
    eager_to_end.get_layer("next_word").set_weights([kernel, bias])
    captioner = Captioner(eager_to_end, vocabulary, config)
    process = psutil.Process()
    for _ in range(50):
        captioner.caption_features(FEATURES[:1], 3)
    before = process.memory_info().rss
    for _ in range(1000):
        assert captioner.caption_features(FEATURES[:1], 3)
    assert process.memory_info().rss - before < 30e6


@pytest.mark.parametrize("width", [1, 3])
def test_captions_of_a_few_photos_at_a_time_are_those_of_all_at_once(captioner, monkeypatch, width):
    features = np.random.default_rng(2).normal(size=(23, 1280)).astype(np.float32)
    at_once = captioner.caption_features(features, width)
    asked = []
    monkeypatch.setattr("utils.captioner.AT_ONCE", 10)
    next_word = captioner.model.next_word
    monkeypatch.setattr(
        captioner.model, "next_word", lambda part: asked.append(len(part)) or next_word(part)
    )
    assert captioner.caption_features(features, width) == at_once
    assert asked == [10, 10, 3]
    assert captioner.caption_features(features[:0], width) == []
