"""The Spanish captions of the example project: words for all that can be drawn, and agreement."""

import random

from utils.captions import clean_caption
from utils.dataset import load_dataset
from utils.scenes.spanish import (
    COLOURS,
    NOUNS,
    PLACES,
    VERBS,
    make_spanish_project,
    spanish_captions,
)
from utils.scenes.world import COATS, DEEDS, SUBJECTS, Scene, sample_ordinary
from utils.scenes.world import PLACES as DRAWN_PLACES


def test_there_is_a_word_for_everything_that_is_drawn():
    assert set(SUBJECTS) == set(NOUNS) and set(DRAWN_PLACES) == set(PLACES)
    assert {what for deeds in DEEDS.values() for what, _ in deeds} == set(VERBS)
    assert {colour for coats in COATS.values() for colour in coats} <= set(COLOURS)


def test_words_agree_in_number_and_gender():
    def scene(who, count, colour):
        return Scene(who, "running", "park", "sunny", colour, count)

    assert spanish_captions(scene("cow", 2, "white")) == [
        "dos vacas blancas corren en el parque.",
        "En el parque hay dos vacas blancas que corren.",
    ]
    assert spanish_captions(scene("dog", 1, "brown"))[0] == "un perro marrón corre en el parque."
    assert spanish_captions(scene("girl", 3, "red"))[0] == "tres niñas de rojo corren en el parque."


def test_the_project_is_a_dataset_and_the_same_each_time(tmp_path):
    for name in ("first", "second"):
        make_spanish_project(tmp_path / name, count=24)
    dataset = load_dataset(str(tmp_path / "first"))
    assert {name: len(images) for name, images in dataset.splits.items()} == {
        "train": 18,
        "dev": 3,
        "test": 3,
    }
    first, second = (
        (tmp_path / name / "captions.txt").read_bytes() for name in ("first", "second")
    )
    assert first == second and first.count(b"\n") == 49
    written = spanish_captions(sample_ordinary(random.Random("project/7/0")))
    assert clean_caption(written[0])
