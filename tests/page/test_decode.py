"""Greedy search, sampling and beam search of the page write what the library's write."""

import numpy as np
import pytest
from page_node import needs_node, run_node

from utils.beam import beam_search
from utils.decoding import allowed_words, greedy, sample
from utils.outliers import confidence
from utils.vocabulary import END, PAD, START, UNKNOWN

WORDS, LONGEST = 9, 7
# A model as a table: the log-probabilities after a prefix depend on its length and last word.
CODE = """
const answer = given.map(({ table, settings, draws }) => {
  const ask = (prefix) => {
    const row = Float32Array.from(table[prefix.length - 1][prefix.at(-1)]);
    for (const id of [0, 1, 3]) row[id] = -Infinity;
    if (prefix.length === 1) row[2] = -Infinity;
    return row;
  };
  const options = { start: 1, end: 2, ...settings };
  let place = 0;
  const found = beamSearch(ask, options);
  return {
    greedy: greedy(ask, options),
    beam: found.hypotheses,
    confidence: confidence(found.hypotheses[0]),
    steps: found.steps,
    sample: sample(ask, { ...options, random: () => draws[place++] }),
  };
});
"""


def cases():
    """Tables with settings; in every other one many words are equally probable."""
    rng = np.random.default_rng(0)
    for number in range(150):
        logits = rng.normal(0, 2, (LONGEST, WORDS, WORDS))
        table = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
        if number % 2:
            table = -0.5 * rng.integers(1, 6, table.shape)
        settings = {
            "width": int(rng.integers(1, 6)),
            "maxLength": int(rng.integers(1, LONGEST + 1)),
            "lengthPenalty": float(rng.choice([0, 0.5, 0.7, 1, 2])),
            "temperature": float(rng.choice([0.5, 1, 2])),
        }
        if number % 3 == 0:
            settings["topK"] = int(rng.integers(1, WORDS))
        draws = np.random.default_rng([number, 0, 0]).random(settings["maxLength"])
        yield {
            "table": table.astype(np.float32).tolist(),
            "settings": settings,
            "draws": draws.tolist(),
        }


def next_word_of(table):
    table = np.array(table, np.float32)
    return lambda images, prefixes: table[prefixes.shape[1] - 1, prefixes[:, -1]]


@pytest.fixture(scope="module")
def searched():
    """Every case with what the page found."""
    given = list(cases())
    return list(zip(given, run_node(["decode"], CODE, given), strict=True))


@needs_node
def test_greedy_search_is_that_of_the_library(searched):
    for case, found in searched:
        expected = greedy(next_word_of(case["table"]), [0], case["settings"]["maxLength"])[0]
        assert found["greedy"]["ids"] == expected


@needs_node
def test_beam_search_is_that_of_the_library(searched):
    for case, found in searched:
        settings = case["settings"]
        table, asked = next_word_of(case["table"]), []

        def ask(images, prefixes, table=table, asked=asked):
            asked.append(prefixes)
            return table(images, prefixes)

        width, longest, penalty = (settings[n] for n in ("width", "maxLength", "lengthPenalty"))
        expected = beam_search(ask, [0], width, longest, penalty)[0][0]
        best = found["beam"][0]
        assert len(found["steps"]) == len(asked)  # it stops as soon as that of the library
        assert (best["ids"], best["finished"]) == (expected.ids, expected.finished)
        assert best["logProb"] == pytest.approx(expected.log_prob, abs=1e-9)
        assert best["score"] == pytest.approx(expected.score, abs=1e-9)
        assert found["confidence"] == pytest.approx(confidence(expected), abs=1e-9)


@needs_node
def test_the_steps_of_a_beam_search_are_a_tree_that_ends_in_its_captions(searched):
    for case, found in searched:
        ended = []
        for length, step in enumerate(found["steps"]):
            width = case["settings"]["width"]
            assert len(step) <= 2 * width
            assert sum(one["kept"] for one in step) <= width
            assert [one["logProb"] for one in step] == sorted(
                (one["logProb"] for one in step), reverse=True
            )
            for one in step:
                if length == 0:
                    assert one["parent"] == -1
                else:
                    parent = found["steps"][length - 1][one["parent"]]
                    assert parent["kept"]
                    assert parent["ids"] == one["ids"][:-1]
                ended += [one["ids"][:-1]] * one["finished"]
        finished = [one["ids"] for one in found["beam"] if one["finished"]]
        assert sorted(finished) == sorted(ended)


@needs_node
def test_samples_are_those_of_the_library_for_the_same_draws(searched):
    for number, (case, found) in enumerate(searched):
        settings = case["settings"]
        expected = sample(
            next_word_of(case["table"]),
            [0],
            settings["temperature"],
            settings.get("topK"),
            number,
            settings["maxLength"],
        )[0]
        assert found["sample"]["ids"] == expected


@needs_node
def test_nucleus_sampling_draws_among_the_fewest_words_that_reach_the_share():
    log_probs = np.log([0.05, 0.05, 0.1, 0.05, 0.4, 0.05, 0.2, 0.1]).tolist()
    code = """
    const row = Float32Array.from(given.log_probs);
    for (const id of [0, 1, 2, 3]) row[id] = -Infinity;
    const answer = given.shares.map((topP) => given.draws.map((draw) =>
      sample(() => row, { start: 1, end: 2, maxLength: 1, topP, random: () => draw }).ids[0]));
    """
    draws = ((np.arange(400) + 0.5) / 400).tolist()
    # Of the words 4 to 7, which share 0.75: 4 has 0.53, 6 with it 0.8, 7 with them 0.93.
    found = run_node(
        ["decode"], code, {"log_probs": log_probs, "shares": [0.5, 0.7, 0.9, 1], "draws": draws}
    )
    assert [set(words) for words in found] == [{4}, {4, 6}, {4, 6, 7}, {4, 5, 6, 7}]
    assert found[1].count(4) == pytest.approx(400 * 2 / 3, abs=1)


@needs_node
def test_a_model_that_gives_no_numbers_is_told():
    code = """
    let answer = "";
    try { greedy(() => Float32Array.of(0, NaN), { start: 1, end: 2, maxLength: 3 }); }
    catch (error) { answer = error.message; }
    """
    assert "not numbers (NaN)" in run_node(["decode"], code)


def test_the_words_that_the_page_forbids_are_those_of_the_library():
    values = allowed_words(np.zeros((1, WORDS), np.float32), 1)[0]
    assert np.flatnonzero(np.isneginf(values)).tolist() == [PAD, START, UNKNOWN] == [0, 1, 3]
    assert END == 2
