"""Exercises in which the reader designs an experiment."""

import math
from dataclasses import replace

import numpy as np
import pytest

from utils.exercises.exercise import Incorrect, NotAttempted
from utils.exercises.experiment import Design, Part, judge_experiment, supported


def measure(setting, seed):
    return setting / 10 + 0.1 * seed


DESIGN = Design(
    measure=measure,
    control=20,
    repeats=3,
    tolerance=0.01,
    settings="a number from 1 to 100",
    valid=lambda setting: isinstance(setting, int) and 1 <= setting <= 100,
)


def results_of(settings, seeds=3):
    return {setting: [measure(setting, seed) for seed in range(seeds)] for setting in settings}


def experiment(tried=(10, 20, 40), **changes):
    whole = {
        "question": "Does a larger number give more?",
        "settings": list(tried),
        "results": results_of(tried),
        "conclusion": "rises",
    }
    return {**whole, **changes}


RIGHT = [
    experiment(),
    experiment((20, 5, 80, 30)),
    experiment(conclusion=" Rises "),
    experiment(settings=np.array([10, 20, 40])),
    experiment(results={k: np.array(v) for k, v in results_of((10, 20, 40)).items()}),
    experiment(results=results_of((10, 20, 40), seeds=5)),
    experiment(settings={10, 20, 40}),
    experiment(tuple(range(18, 23)), settings=range(18, 23)),
    experiment((20, 21, 19), conclusion="no clear effect"),
    experiment(notes="Anything else may stand here."),
]


@pytest.mark.parametrize("answer", RIGHT)
def test_a_sound_experiment_is_right(answer):
    judge_experiment(answer, DESIGN)


WRONG = [
    ([1, 2], "is a dict"),
    ({"question": "Is it so or not?"}, "'settings' is missing"),
    (experiment(question="more?"), "as a sentence"),
    (experiment(settings="10, 20"), "is a list"),
    (experiment(settings=[10, 20, 400]), "400 cannot be tried here. A setting is a number"),
    (experiment(settings=[10, 20, [40]]), "cannot be tried"),
    (experiment(settings=[10, 20, 20]), "is in the list twice"),
    (experiment((10, 20)), "With fewer than 3"),
    (experiment((10, 30, 40)), "The control is missing: 20"),
    (experiment(results=[1, 2, 3]), "the list of its results. Yours is of type `list`."),
    (experiment(results=results_of((10, 20))), "no result of the setting 40"),
    (experiment(results=results_of((10, 20, 40, 50))), "leaves out what does not fit"),
    (experiment(results=results_of((10, 20, 40), seeds=2)), "has 2 results and needs 3"),
    (experiment(results=dict.fromkeys((10, 20, 40), 1.0)), "has 1 result and needs 3"),
    (experiment(results=dict.fromkeys((10, 20, 40), "abc")), "list of numbers"),
    (experiment(results=dict.fromkeys((10, 20, 40), ["a"] * 3)), "Not every result"),
    (experiment(results=dict.fromkeys((10, 20, 40), [math.nan] * 3)), "NaN or infinite"),
    (experiment(results=dict.fromkeys((10, 20, 40), [1.0] * 3)), "Measured again with seed 0"),
    (experiment(settings=range(10**30)), "at most 100"),
    (experiment(settings=(n for n in (10, 20, 40))), "is a list"),
    (experiment(settings=list(range(1, 102))), "at most 100"),
    (experiment(results=dict.fromkeys((10, 20, 40), [1.0] * 101)), "at most 100"),
    (experiment(results=dict.fromkeys((10, 20, 40), range(10**30))), "at most 100"),
    (experiment(results=dict.fromkeys(range(101), [1.0] * 3)), "at most 100"),
    (experiment(results=dict.fromkeys((10, 20, 40), [10**400] * 3)), "NaN or infinite"),
    (experiment(conclusion="falls"), "That says 'rises'"),
    (experiment(conclusion="no clear effect"), "That says 'rises'"),
    (experiment(conclusion="better"), "is one of"),
    (experiment((19, 20, 21)), "That says 'no clear effect'"),
]


@pytest.mark.parametrize(("answer", "words"), WRONG)
def test_what_is_missing_is_said(answer, words):
    with pytest.raises(Incorrect) as found:
        judge_experiment(answer, DESIGN)
    assert words in str(found.value)


@pytest.mark.parametrize("setting", [10, 20, 40])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_result_is_measured_again(setting, seed):
    invented = results_of((10, 20, 40))
    invented[setting][seed] += 0.02
    with pytest.raises(Incorrect, match=f"of {setting} is .* with seed {seed}"):
        judge_experiment(experiment(results=invented), DESIGN)


def test_fewer_settings_are_measured_again_where_it_takes_long():
    asked = []

    def slow(setting, seed):
        asked.append((setting, seed))
        return measure(setting, seed)

    judge_experiment(experiment(), replace(DESIGN, measure=slow, again=2))
    # The conclusion rests on the first and the last.
    assert asked == [(10, 0), (10, 1), (10, 2), (40, 0), (40, 1), (40, 2)]


@pytest.mark.parametrize("seed", [3, 4])
def test_results_beyond_those_that_are_needed_are_measured_too(seed):
    results = results_of((10, 20, 40), seeds=5)
    judge_experiment(experiment(results=results), DESIGN)
    results[40][seed] = results[20][0]
    with pytest.raises(Incorrect, match=rf"of 40 is .* with seed {seed}"):
        judge_experiment(experiment(results=results), DESIGN)
    with pytest.raises(Incorrect, match=r"has 6 results\. Give 5 at most"):
        judge_experiment(experiment(results=results_of((10, 20, 40), seeds=6)), DESIGN)


def test_settings_that_are_no_numbers_stand_in_an_order_of_their_own():
    design = replace(DESIGN, order=lambda setting: -setting)
    judge_experiment(experiment(conclusion="rises"), design)  # numbers need no order
    words = replace(
        DESIGN,
        measure=lambda setting, seed: {"low": 1.0, "mid": 2.0, "high": 9.0}[setting],
        control="mid",
        valid=lambda setting: setting in ("low", "mid", "high"),
        order=["low", "mid", "high"].index,
    )
    found = {"high": [9.0] * 3, "mid": [2.0] * 3, "low": [1.0] * 3}
    judge_experiment(experiment(settings=list(found), results=found), words)
    with pytest.raises(Incorrect, match="says 'rises'"):
        judge_experiment(experiment(settings=list(found), results=found, conclusion="falls"), words)


def test_the_placeholder_is_no_attempt():
    with pytest.raises(NotAttempted):
        judge_experiment(None, DESIGN)


def test_a_difference_counts_where_it_is_larger_than_the_spread():
    assert supported({1: [1.0, 1.2], 2: [5.0, 5.0], 3: [1.3, 1.1]}) == "no clear effect"
    assert supported({3: [0.5, 0.6], 1: [1.0, 1.2]}) == "falls"
    assert supported({"a": [1.0], "b": [9.0], "c": [2.0]}) == "rises"
    assert supported({1: [1.0], 2: [1.0]}) == "no clear effect"


PAIRS = Design(
    measure=lambda setting, seed: setting[0] - setting[1] + 0.1 * seed,
    control=(4, 1.0),
    repeats=2,
    tolerance=0.01,
    settings="a pair (size, rate)",
    parts=(Part("the size", 1, 9), Part("the rate", 0.5, 2, whole=False)),
)


def pairs(*tried, conclusion="rises"):
    results = {one: [PAIRS.measure(one, seed) for seed in range(2)] for one in tried}
    question = "Does the size change the result?"
    return {
        "question": question,
        "settings": list(tried),
        "results": results,
        "conclusion": conclusion,
    }


def test_of_several_parts_one_may_vary_and_their_order_is_that_of_the_numbers():
    judge_experiment(pairs((4, 1.0), (9, 1.0), (1, 1.0)), PAIRS)
    judge_experiment(pairs((4, 2), (4, 1.0), (4, 0.5), conclusion="falls"), PAIRS)
    with pytest.raises(Incorrect, match="More than one thing varies: the size and the rate"):
        judge_experiment(pairs((4, 1.0), (9, 1.0), (4, 2)), PAIRS)


@pytest.mark.parametrize(
    "odd", [(0, 1.0), (4.5, 1.0), (True, 1.0), (4, 3), (4, math.nan), (4,), (4, 1.0, 2), "41", 4]
)
def test_a_setting_has_the_parts_that_the_design_names(odd):
    assert not PAIRS.holds(odd)
    assert PAIRS.holds((np.int64(4), np.float32(0.5)))


def test_settings_may_be_lists_and_numbers_of_numpy():
    tried = ((1, 1.0), (4, 1.0), (9, 1.0))
    whole = pairs(*tried)
    judge_experiment({**whole, "settings": [list(one) for one in tried]}, PAIRS)
    judge_experiment({**whole, "settings": np.array(tried, dtype=object)}, PAIRS)
    of_numpy = {(np.int64(n), np.float32(r)): found for (n, r), found in whole["results"].items()}
    judge_experiment({**whole, "settings": list(of_numpy), "results": of_numpy}, PAIRS)
