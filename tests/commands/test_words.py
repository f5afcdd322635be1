"""`--characters` and `--segmenter`: what is chosen, what is refused, what a captioner remembers."""

import argparse
import json
import sys

import pytest
from tiny_captioner import picture, tiny_captioner

import utils.commands.train
from utils.captioner import load_captioner
from utils.commands.words import add_words_options, checked_words, words_of
from utils.formats.segmenters import segmenter


def chosen(*arguments):
    parser = argparse.ArgumentParser()
    add_words_options(parser)
    return parser.parse_args(arguments).words


def test_one_way_is_chosen(monkeypatch, capsys):
    assert checked_words(chosen()) == "spaces"
    assert checked_words(chosen("--characters")) == "characters"
    with pytest.raises(SystemExit):
        chosen("--characters", "--segmenter", "jieba")
    monkeypatch.setitem(sys.modules, "pythainlp", None)
    segmenter.cache_clear()
    with pytest.raises(ValueError, match="pythainlp is not installed"):
        checked_words(chosen("--segmenter", "pythainlp"))


def test_a_captioner_remembers_and_joins_its_captions(tmp_path):
    tiny_captioner(words="characters", max_length=3).save(tmp_path / "own")
    assert words_of(str(tmp_path / "own")) == "characters"
    picture(0).save(tmp_path / "a.png")
    captioner = load_captioner(tmp_path / "own")
    for width in (1, 3):
        [caption] = captioner.caption([tmp_path / "a.png"], width)
        assert " " not in caption and 1 <= caption.count("word") <= 3  # three words at most


@pytest.mark.parametrize("settings", [None, "{", "[]", "{}", '{"more": {}}', '{"more": 3}'])
def test_settings_that_say_nothing_mean_spaces(tmp_path, settings):
    if settings is not None:
        (tmp_path / "settings.json").write_text(settings, encoding="utf-8")
    assert words_of(str(tmp_path)) == "spaces"


def test_train_cuts_captions_as_it_is_told(tmp_path, monkeypatch):
    """The captioner's settings of a training say how; the training itself is left out."""
    texts = {f"p{number}.png": f"两只狗{number}" for number in range(8)}
    for number, name in enumerate(texts):
        picture(number).save(tmp_path / name)
    (tmp_path / "captions.json").write_text(json.dumps(texts), encoding="utf-8")
    seen = {}

    def run(dataset, recipe, *_):
        seen.update(tokens=dataset.tokens("train")[0][0], decoding=recipe.decoding)
        raise ValueError("stop here")

    monkeypatch.setattr(utils.commands.train, "run", run)
    folder = ["--folder", str(tmp_path / "run")]
    with pytest.raises(ValueError, match="stop here"):
        utils.commands.train.main([str(tmp_path), "--characters", *folder])
    assert seen["tokens"][:3] == ["两", "只", "狗"]
    assert seen["decoding"] == {"words": "characters", "max_length": 4}
    with pytest.raises(ValueError, match="stop here"):
        utils.commands.train.main([str(tmp_path), *folder])
    assert len(seen["tokens"]) == 1 and seen["decoding"] == {}
