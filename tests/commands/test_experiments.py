"""The results table's command, on few pictures and with models of few units."""

import json
from dataclasses import replace

import pytest

import utils.commands.experiments as experiments
from utils.__main__ import main as command_line
from utils.captioner import load_captioner
from utils.commands import run_experiments
from utils.recipe import Recipe
from utils.self_critical import SelfCriticalSettings
from utils.training import TrainingSettings

SIZES = {"units": 8, "dropout": 0.1}
ONE_EPOCH = TrainingSettings(epochs=1, batch_size=64)
PHOTOS = replace(ONE_EPOCH, batch_size=20)
SMALL = {
    "course": experiments.Experiment("few units", Recipe(1, SIZES, ONE_EPOCH, longest=12)),
    "attention": experiments.Experiment(
        "a look", Recipe(1, SIZES, PHOTOS, views=("mirrored", "top-left"), kind="attention")
    ),
    "self-critical": experiments.Experiment(
        "on the metric",
        Recipe(
            1,
            training=PHOTOS,
            kind="attention",
            self_critical=SelfCriticalSettings(samples=2, max_length=6),
            decoding={"length_penalty": 0.5},
        ),
        after="attention",
    ),
    "averaged": experiments.Experiment("of seeds", averages="self-critical"),
}


@pytest.fixture(scope="module")
def ran(tiny_scenes, tmp_path_factory):
    """The folder of the runs after one call of the command, and how to call it again."""
    folder = tmp_path_factory.mktemp("experiments")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_experiments, "RUNS", folder / "runs")
        patch.setattr(run_experiments, "CAPTIONERS", folder / "captioners")
        patch.setattr(experiments, "EXPERIMENTS", SMALL)
        patch.setenv("CAPTIONING_CACHE", str(folder / "cache"))

        def call(*arguments):
            return command_line(["experiments", *arguments, "--dataset", str(tiny_scenes)])

        assert call("--seeds", "0", "1") == 0
        yield folder, call


def results(folder, split="dev"):
    path = folder / "runs" / "experiments" / "scenes" / f"results-{split}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_help_names_every_experiment():
    assert list(run_experiments.NAMES) == list(experiments.EXPERIMENTS)


def test_every_model_is_scored_for_every_seed(ran):
    found = results(ran[0])
    assert list(found) == sorted(SMALL)
    assert {name: len(runs) for name, runs in found.items()} == {
        "course": 2,
        "attention": 2,
        "self-critical": 2,
        "averaged": 1,
    }
    for runs in found.values():
        for run in runs:
            assert set(run["scores"]) == {"1", "3", "5"}
            assert 0 <= run["scores"]["3"]["bleu"][0] <= 100
    captioner = load_captioner(ran[0] / "runs/experiments/scenes/course-seed0/captioner")
    assert found["course"][0]["parameters"] == captioner.model.count_params()


def test_the_captions_of_the_split_are_kept(ran, tiny_scenes):
    path = ran[0] / "runs/experiments/scenes/attention-seed1/captions-dev-beam3.json"
    captions = json.loads(path.read_text(encoding="utf-8"))
    listed = (tiny_scenes / "scenes.devImages.txt").read_text(encoding="utf-8").split()
    assert sorted(captions) == sorted(listed)
    assert all(captions.values())


def test_training_on_the_metric_begins_with_the_model_before_it(ran):
    runs = ran[0] / "runs/experiments/scenes"
    before, after = (
        load_captioner(runs / f"{name}-seed1" / "captioner")
        for name in ("attention", "self-critical")
    )
    assert before.vocabulary.words == after.vocabulary.words
    assert before.config == after.config
    assert after.length_penalty == 0.5
    moved = [
        abs(one - other).max()
        for one, other in zip(before.model.get_weights(), after.model.get_weights(), strict=True)
    ]
    assert 0 < max(moved) < 0.1


def test_a_second_call_trains_nothing_and_another_split_only_scores(ran, capsys):
    folder, call = ran
    before = results(folder)
    assert call("--seeds", "0", "1") == 0
    assert results(folder) == before
    assert call("course", "--seeds", "0", "--split", "test") == 0
    assert "epoch" not in capsys.readouterr().out
    assert list(results(folder, "test")) == ["course"]


def test_scores_of_earlier_weights_are_not_taken_for_those_of_new_ones(ran):
    folder, call = ran
    path = folder / "runs/experiments/scenes/course-seed0/scores-dev.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["of"] = "other weights"
    kept["scores"]["3"]["bleu"] = [99, 99, 99, 99]
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert call("course", "--seeds", "0") == 0
    assert json.loads(path.read_text(encoding="utf-8"))["scores"]["3"]["bleu"][0] < 99


def test_a_table_shows_means_and_spreads(ran):
    text = experiments.table(results(ran[0]), 3)
    rows = text.splitlines()
    assert len(rows) == 2 + len(SMALL)
    assert all(row.count("|") == 13 for row in rows)
    assert " ± " in text
    assert experiments._spread([1.0, 3.0], 1) == "2.0 ± 1.4"
    assert experiments._spread([None], 1) == ""


def test_a_captioner_is_shipped_whole(ran):
    folder, call = ran
    assert call("--ship", "attention", "tiny", "--seeds", "1") == 0
    assert load_captioner(folder / "captioners" / "tiny").kind.name == "attention"
    card = (folder / "captioners" / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "# tiny: a look" in card and "1 epoch on cross-entropy" in card
    assert all(f"\n| {name} | " in card for name in ("one caption for all", "beam 5", "people"))
    assert "trained further on the metric" not in card


def test_the_card_of_one_trained_on_the_metric_says_so(ran):
    folder, call = ran
    assert call("--ship", "self-critical", "self_critical", "--seeds", "0") == 0
    card = (folder / "captioners" / "self_critical" / "README.md").read_text(encoding="utf-8")
    assert "1 epoch on cross-entropy, then 1 epoch on CIDEr-D and BLEU" in card
    assert "trained further on the metric" in card and "length penalty 0.5" in card


def test_the_card_says_which_captions_were_left_out(ran):
    folder, call = ran
    assert call("--ship", "course", "plain", "--seeds", "0") == 0
    card = (folder / "captioners" / "plain" / "README.md").read_text(encoding="utf-8")
    assert "1 epoch on cross-entropy, captions of more than 12 words left out |" in card


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["transformer"], "There is no experiment 'transformer'"),
        (["course", "--split", "test", "--splits-dir", "EMPTY"], "has no photos in test"),
        (["course", "--images-dir", "NOWHERE"], "None of the 66 captioned images"),
    ],
)
def test_what_cannot_be_run_is_a_sentence(ran, arguments, sentence, capsys, tmp_path, tiny_scenes):
    lists = tmp_path / "EMPTY"
    lists.mkdir()
    names = (tiny_scenes / "scenes.trainImages.txt").read_text(encoding="utf-8")
    (lists / "x.trainImages.txt").write_text(names, encoding="utf-8")
    arguments = [str(tmp_path / part) if part.isupper() else part for part in arguments]
    assert ran[1](*arguments) == 1
    assert sentence in capsys.readouterr().err
