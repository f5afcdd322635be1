"""The page's BLEU and truth give what the library's give."""

import base64
import inspect
import json
import random
from io import BytesIO

import numpy as np
import pytest
from page_node import needs_node, run_node
from PIL import Image

from utils.bleu import bleu
from utils.captions import CHARACTERS, SPACES, caption_tokens, clean_caption, read_captions
from utils.page import scenes as page_scenes
from utils.page.scenes import drawn_facts, lexicon, shown_photos, shown_scenes
from utils.scenes.annotators import write_captions
from utils.scenes.dataset import make_scenes
from utils.scenes.truth import LEXICON, judge
from utils.scenes.world import PEOPLE, PLACES, TIMES, sample_world

BLEU = "const ask = (cases) => cases.map(([caption, references]) => bleu(caption, references));"
TRUTH = """
const ask = ({ facts, cases }) => cases.map(([caption, itsFacts]) =>
  statements(caption, { ...facts, true: itsFacts }));
"""


def answers(script, code, given):
    """Run a script of the page in Node: what the function `ask` of `code` returns."""
    return run_node([script], f"{code}\nconst answer = ask(given);", given)


def random_words(rng, words, longest, shortest=0):
    return rng.choices(words, k=rng.randint(shortest, longest))


@needs_node
def test_bleu_is_that_of_the_library():
    rng = random.Random(0)
    many, few = ["a", "dog", "runs", "on", "constructor", "__proto__"], ["a", "b"]
    cases = [
        (random_words(rng, words, 12), [random_words(rng, words, 12, 1) for _ in range(several)])
        for several in (1, 2, 5)
        for words in (many, few)
        for _ in range(60)
    ]
    several = [["a", "a", "dog", "runs"], ["a", "dog"]]
    cases += [([], [["a"]]), (["a"] * 9, several), (several[0], several), (["cat"], several)]
    some = [0, 0]
    for (caption, references), found in zip(cases, answers("bleu", BLEU, cases), strict=True):
        wanted = bleu([references], [caption])
        assert found["scores"] == pytest.approx(wanted.scores, abs=1e-9)
        assert found["precisions"] == pytest.approx(wanted.precisions, abs=1e-9)
        assert found["brevityPenalty"] == pytest.approx(wanted.brevity_penalty, abs=1e-9)
        assert found["lengthRatio"] == pytest.approx(wanted.length_ratio, abs=1e-9)
        some[wanted.bleu_4 > 0] += 1
    assert min(some) > 50  # cases of both kinds


@needs_node
def test_matched_ngrams_are_clipped():
    references = [["a", "dog", "runs"], ["the", "dog", "and", "a", "dog"]]
    caption = ["a", "dog", "a", "dog", "a", "dog"]
    words, pairs, threes, fours = answers("bleu", BLEU, [(caption, references)])[0]["matches"]
    assert [found["matched"] for found in words] == [True, True, False, True, False, False]
    assert [found["matched"] for found in pairs] == [True, False, False, False, False]
    assert pairs[4] == {"start": 4, "length": 2, "matched": False}
    assert [len(threes), len(fours)] == [4, 3] and not any(found["matched"] for found in threes)


@needs_node
def test_bleu_refuses_to_compare_with_nothing():
    code = "const ask = (all) => all.map((them) => { try { bleu(['a'], them); } \
            catch (error) { return error.message; } });"
    told = answers("bleu", code, [[], [[]], [["a"], []]])
    assert all(text and text.startswith("BLEU compares with") for text in told), told


TEXTS = (
    "A man's dog , in tri-colored fur .",
    "\u201cHello,\u201d she said: it\u2019s 3 o`clock!",
    "Ein Mädchen in weißem Kleid",
    "Cafe\u0301 İstanbul ISPARTA",
    "हिन्दी में एक कुत्ता",
    "một con chó đang chạy",
    "كِتَابٌ جَدِيدٌ",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a joiner
    "so\u00adft hy\ufeffphen",
    "'quoted' ''twice'' don't",
    "خانه\u200c بزرگ كتـــاب ﻛﺘﺎﺏ",
    "ＤＯＧ ﬁne ｲﾇ",  # noqa: RUF001
    'צה"ל ‛tis o՚clock',  # noqa: RUF001
    "...",
    "",
)


@needs_node
@pytest.mark.parametrize("words", [SPACES, CHARACTERS])
def test_words_are_found_as_the_library_finds_them(words):
    joiner = " " if words == SPACES else ""
    code = "const ask = ({ texts, joiner }) => texts.map((text) => tokensOf(text, joiner));"
    found = answers("captions", code, {"texts": TEXTS, "joiner": joiner})
    assert found == [caption_tokens(text, words) for text in TEXTS]


def truth_cases():
    """Captions with their scenes: true ones, those of other scenes, and words in any order."""
    rng = random.Random(0)
    scenes = sample_world((150, 0, 0, 50), seed=3)
    written = [[clean_caption(text) for text in write_captions(scene)] for scene in scenes]
    cases = [
        (caption, scene) for scene, five in zip(scenes, written, strict=True) for caption in five
    ]
    others = written[1:] + written[:1]
    cases += [
        (caption, scene) for scene, five in zip(scenes, others, strict=True) for caption in five
    ]
    known = sorted({word for words in LEXICON for word in words})
    used = sorted({word for five in written for caption in five for word in caption})
    words = known + used + ["constructor", "elephant"]
    frequent = ["red", "blue", "a", "two", "dogs", "sheep", "and", "behind", "bench", "in", "ball"]
    for scene in scenes:
        cases += [(random_words(rng, words, 15), scene) for _ in range(5)]
        cases += [(random_words(rng, frequent, 15), scene) for _ in range(5)]
    return cases


@needs_node
def test_statements_are_those_of_the_library():
    cases = truth_cases()
    scenes = {scene for _, scene in cases}
    true = {scene: drawn_facts(scene)["true"] for scene in scenes}
    given = {
        "facts": lexicon(),
        "cases": [(caption, true[scene]) for caption, scene in cases],
    }
    verdicts = [0, 0]
    for (caption, scene), found in zip(cases, answers("truth", TRUTH, given), strict=True):
        right, wrong, _ = judge(caption, scene)
        facts = [(one["kind"], one["value"]) for one in found]
        assert len(facts) == len(set(facts))
        told = {fact for fact, one in zip(facts, found, strict=True) if one["true"]}
        assert (told, set(facts) - told) == (right, wrong), (caption, scene)
        verdicts[0] += len(wrong)
        verdicts[1] += len(right)
        assert all(0 <= one["start"] < one["end"] <= len(caption) for one in found)
    assert min(verdicts) > 3000  # statements of both kinds


@needs_node
def test_statements_say_what_they_are_about():
    scene = next(
        scene
        for scene in sample_world((500, 0, 0, 0), seed=0)
        if (scene.who, scene.count, scene.thing) == ("dog", 1, "fence")
    )
    facts = {**lexicon(), **drawn_facts(scene)}
    caption = clean_caption("Two dogs in red behind a small wooden bench")
    cases = [(caption, facts["true"]), (["red", "boat", "and", "boats"], [["count", "1"]])]
    dogs, boats = answers("truth", TRUTH, {"facts": facts, "cases": cases})
    found = {one["kind"]: one for one in dogs}
    assert {kind: one["text"] for kind, one in found.items()} == {
        "subject": "who “dogs”",
        "count": "how many “two dogs”",
        "colour": "colour “dogs in red”",
        "thing": "thing nearby “wooden bench”",
        "relation": "position “behind a small wooden bench”",
    }
    assert found["subject"]["true"] and not found["count"]["true"]
    assert found["count"]["why"] == "in the scene: 1"
    assert found["relation"]["why"] == f"in the scene: {scene.relation} fence"
    assert {one["why"] for one in boats} == {"the scene tells of none"}
    assert [(one["kind"], one["start"], one["end"]) for one in boats] == [
        ("thing", 1, 2),  # where it is read first
        ("thing_colour", 0, 2),
    ]


def test_shown_scenes_are_test_scenes_as_the_dataset_has_them(tmp_path, monkeypatch):
    assert inspect.signature(make_scenes).parameters["sizes"].default == page_scenes.SIZES
    sizes = (0, 1, 12, 0)
    make_scenes(tmp_path / "scenes", sizes)
    monkeypatch.setattr(page_scenes, "SIZES", sizes)
    listed = (tmp_path / "scenes" / "scenes.testImages.txt").read_text(encoding="utf-8").split()
    captions = read_captions(tmp_path / "scenes" / "captions.txt")
    shown = shown_scenes()
    assert len(shown) == len({scene["name"] for scene in shown}) == 12
    for scene in shown:
        assert scene["name"] in listed and scene["type"] == "image/webp"
        with (
            Image.open(tmp_path / "scenes" / "Images" / scene["name"]) as wanted,
            Image.open(BytesIO(base64.b64decode(scene["base64"]))) as found,
        ):
            assert found.format == "WEBP" and np.array_equal(wanted, found)
        assert scene["captions"] == captions[scene["name"]]
        assert scene["tokens"] == [clean_caption(text) for text in scene["captions"]]
    json.dumps(shown)


def test_shown_scenes_differ(monkeypatch):
    monkeypatch.setattr(page_scenes, "_picture", lambda scene: b"")  # drawing takes its time
    shown = shown_scenes()
    assert page_scenes.FIRST in {scene["name"] for scene in shown}
    facts = {tuple(fact) for scene in shown for fact in scene["facts"]["true"]}
    values = {kind: {value for other, value in facts if other == kind} for kind, _ in facts}
    assert values["place"] == {*PLACES, "outdoors"} and values["time"] == set(TIMES)
    assert values["count"] == {"1", "2", "3", "many"} and values["subject"] >= set(PEOPLE)
    assert len(values["action"]) >= 8 and len(values["prop"]) >= 6 and len(values["thing"]) >= 8


def test_shown_photos_are_those_with_a_licence():
    shown = shown_photos()
    assert {photo["name"] for photo in shown} == {
        path.name for path in page_scenes.PHOTOS.glob("*.jpg")
    }
    for photo in shown:
        content = base64.b64decode(photo["base64"])
        assert content == (page_scenes.PHOTOS / photo["name"]).read_bytes()
        assert photo["licence"] in ("public domain", "CC0") and photo["type"] == "image/jpeg"
    astronaut = next(photo for photo in shown if photo["name"] == "astronaut.jpg")
    assert astronaut["credit"] == "Eileen Collins, NASA"
    assert astronaut["source"] == "scikit-image 0.26"
    json.dumps(shown)
