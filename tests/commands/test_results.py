"""The results page and the cards of captioners."""

import json

import numpy as np
import pytest

from utils.captioner import load_captioner
from utils.commands.experiments import EXPERIMENTS, WIDTH, seed_count
from utils.commands.model_card import model_card
from utils.commands.results import (
    BEGIN,
    END,
    PAGE,
    RESULTS,
    SCORES,
    curves,
    gallery,
    merged,
    published_scores,
    with_table,
    without_curve,
)
from utils.support.files import write_json
from utils.support.paths import CAPTIONERS, ROOT


def run_of(bleu, seeds=(0,)):
    scores = {"bleu": bleu, "cider_d": 45.0, "length_ratio": 1.01, "distinct": 700}
    scores["intervals"] = [[score - 1, score + 1] for score in bleu]
    return {
        "of": [[], list(seeds)],
        "parameters": 1000,
        "minutes": 3.0,
        "scores": {str(WIDTH): scores},
    }


FOUND = {"causal": [run_of([60, 40, 27, 18])], "course": [run_of([58, 39, 26, 17])] * 2}


def test_scores_come_in_the_order_of_the_experiments(tmp_path):
    write_json(tmp_path / SCORES, FOUND)
    assert list(published_scores(tmp_path)) == ["course", "causal"]
    with pytest.raises(FileNotFoundError, match="git checkout"):
        published_scores(tmp_path / "nowhere")


def test_seeds_measured_elsewhere_stay_published():
    old, again, new = run_of([58, 39, 26, 17]), run_of([57, 38, 25, 16]), run_of([1, 1, 1, 1], [2])
    published = {"causal": FOUND["causal"], "course": [old], "averaged": [run_of([1] * 4, [0, 1])]}
    average = run_of([2] * 4, [0, 1, 2])
    both = merged(published, {"course": [new], "averaged": [average]})
    assert list(both) == ["course", "causal", "averaged"]
    assert both["course"] == [old, new] and both["causal"] == FOUND["causal"]
    assert both["averaged"] == [average]
    assert merged(published, {"course": [again]})["course"] == [again]


def test_the_table_stands_between_its_marks_and_is_replaced():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    text = with_table(page, FOUND)
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text and "| 60.0 | 40.0 | 27.0 | 18.0 | 17.0 to 19.0 |" in text
    assert with_table(text, FOUND) == text
    with pytest.raises(ValueError, match="where the table belongs"):
        with_table("no marks", FOUND)


def test_page_and_readme_show_the_scores_that_come_with_the_course():
    found = published_scores()
    page = (RESULTS / PAGE).read_text(encoding="utf-8")
    assert with_table(page, found) == page
    for picture in ("curves.png", "gallery.jpg"):
        assert f"({picture})" in page
        assert (RESULTS / picture).is_file()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, runs in found.items():
        means = np.mean([run["scores"][str(WIDTH)]["bleu"] for run in runs], axis=0)
        cells = " | ".join(f"{mean:.1f}" for mean in means)
        # A single training is no row for the README; the page has those too, and says how many.
        quoted = f"| {seed_count(runs)} | {cells} |" in readme
        assert quoted == (seed_count(runs) >= 3), name


def test_curves_show_cross_entropy_only(tmp_path):
    names = ["course", "course-better", "causal", "attention"]
    assert without_curve(tmp_path) == names
    with pytest.raises(FileNotFoundError):
        curves(tmp_path)
    for name in EXPERIMENTS:
        folder = tmp_path / f"{name}-seed0" / "training"
        epochs = [{"seconds": 60.0, "dev_loss": 4.0 - step} for step in range(3)]
        write_json(folder / "history.json", epochs)
    axis = curves(tmp_path).axes[0]
    labels = [line.get_label() for line in axis.lines]
    assert labels == names and not without_curve(tmp_path)
    np.testing.assert_allclose(axis.lines[0].get_xdata(), [1, 2, 3])


def test_a_gallery_holds_every_photo_with_every_captioner():
    figure = gallery(["flickr8k"])
    texts = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert len(texts) == 6
    assert all(text.startswith("flickr8k: a ") for text in texts)


def test_a_shipped_captioner_has_a_card_that_tells_its_own_facts():
    captioner = load_captioner("flickr8k")
    card = (CAPTIONERS / "flickr8k" / "README.md").read_text(encoding="utf-8")
    assert f"{captioner.model.count_params():,} parameters" in card
    assert f"| words | {len(captioner.vocabulary):,}:" in card
    assert f"beam of {captioner.settings['beam_width']}" in card
    assert f"length penalty {captioner.length_penalty}" in card
    for part in ("Data and licence", "How it fails", "non-commercial", "BLEU-4"):
        assert part in card


def test_a_card_needs_every_fact():
    with pytest.raises(KeyError):
        model_card("tiny", json.loads('{"title": "x"}'))
