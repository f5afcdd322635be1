"""The networks in the page see and say what Keras' do, from the same pixels."""

import json
import os
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from page_node import needs_node, run_node

from utils.beam import beam_search
from utils.captioner import Captioner, load_captioner
from utils.captions import CHARACTERS
from utils.causal import build_causal_model
from utils.cnn import build_cnn
from utils.decoding import greedy
from utils.images import load_image
from utils.model import ModelConfig, build_model
from utils.outliers import confidence
from utils.page.weights import Arrays, exported_captioner, exported_cnn
from utils.support.paths import CAPTIONERS, DATA, ROOT
from utils.vocabulary import MARKERS, Vocabulary

SHARED = Path(os.environ.get("FLICKR8K_SHARED") or ROOT.parent / "shared" / "flickr8k")
# Which captioners caption which photos: what each was trained on.
GROUPS = {
    "scenes": ["scenes"],
    "photos": ["flickr8k", "flickr8k-best"],
    "dev photos": ["flickr8k", "flickr8k-best"],
}
SCRIPTS = ["arrays", "cnn", "lstm", "attention", "decode", "likeness"]
LARGEST = 21_500_000  # bytes: base64 adds a third, and the page has 30 MB
CODE = """
const bytesOf = (file) => new Uint8Array(fs.readFileSync(file));
const build = (name, make) => make(JSON.parse(fs.readFileSync(`${name}.json`)), bytesOf(name));
const floats = (file) => new Float32Array(bytesOf(file).buffer);
const cnn = build("cnn", buildCnn);
const answer = {};
const captioners = {};

/** What a captioner says of a photo; log-probabilities of Keras' features and given prefixes. */
function said(captioner, seen, exact, prefixes) {
  const context = captioner.begin(seen);
  const ask = (prefix) => captioner.nextWord(context, prefix).logProbs;
  const options = { start: captioner.start, end: captioner.end, maxLength: captioner.maxLength };
  const { beamWidth: width, lengthPenalty } = captioner;
  const best = beamSearch(ask, { ...options, width, lengthPenalty }).hypotheses[0];
  const exactly = captioner.begin(exact);
  const like = captioner.summary ? likeness(captioner.summary, seen.pooled) : null;
  return {
    greedy: greedy(ask, options).ids, beam: best, confidence: confidence(best), likeness: like,
    steps: prefixes.map((prefix) => {
      const { logProbs, attention } = captioner.nextWord(exactly, prefix);
      return { logProbs: [...logProbs], attention: attention && [...attention] };
    }),
  };
}

for (const [group, { count, captioners: names, prefixes }] of Object.entries(given)) {
  const pixels = bytesOf(`${group}.pixels`);
  const pooled = floats(`${group}.pooled`);
  const map = floats(`${group}.map`);
  const size = pixels.length / count;
  answer[group] = [];
  for (let photo = 0; photo < count; photo += 1) {
    const seen = cnnFeatures(cnn, pixels.subarray(photo * size, (photo + 1) * size));
    fs.appendFileSync(`${group}.found`, Buffer.from(seen.map.buffer));
    fs.appendFileSync(`${group}.found`, Buffer.from(seen.pooled.buffer));
    const exact = {
      pooled: pooled.subarray(photo * 1280, (photo + 1) * 1280),
      map: map.subarray(photo * 49 * 1280, (photo + 1) * 49 * 1280),
    };
    answer[group].push(Object.fromEntries(names.map((name) => {
      captioners[name] ??= build(name, buildCaptioner);
      return [name, said(captioners[name], seen, exact, prefixes[name][photo])];
    })));
  }
}
"""


def dev_photos(folder):
    """Five dev photos of Flickr8k; none where it is not on this machine."""
    archive = SHARED / "flickr8k_traindev.zip"
    if not archive.is_file():
        return []
    names = (SHARED / "Flickr_8k.devImages.txt").read_text("utf-8").split()[:5]
    with zipfile.ZipFile(archive) as opened:
        return [Path(opened.extract(f"Images/{name}", folder)) for name in names]


def keras_features(pixels):
    scaled = keras.applications.mobilenet_v2.preprocess_input(pixels.astype("float32"))
    seen = build_cnn()(scaled, training=False)
    return {kind: np.asarray(values) for kind, values in seen.items()}


def expected_of(name, seen):
    """What a captioner of the library says of photos, and the prefixes of its greedy captions."""
    captioner = load_captioner(name)
    whole = captioner.kind.name == "attention"
    features = seen["map"].astype(np.float16) if whole else seen["pooled"]
    ask, rows = captioner.next_word(features), range(len(features))
    captions = greedy(ask, rows)
    width, penalty = captioner.beam_width, captioner.length_penalty
    known = captioner.summary
    return {
        "greedy": captions,
        "beam": [found[0] for found in beam_search(ask, rows, width, length_penalty=penalty)],
        "likeness": None if known is None else known.likeness(features),
        "prefixes": [[[1, *ids[:length]] for length in range(3)] for ids in captions],
        "ask": ask,
        "encoded": captioner.model.encode_all(features) if whole else None,
        "model": captioner.model,
    }


def write(folder, name, exported):
    manifest, weights = exported
    (folder / f"{name}.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / name).write_bytes(weights)


class Compared:
    """What Keras sees and says of photos, and what the page does, computed once."""

    def __init__(self, folder, groups, exported):
        self.seen, self.expected, given = {}, {}, {}
        for name, one in exported.items():
            write(folder, name, one)
        for group, paths in groups.items():
            pixels = np.stack([load_image(path) for path in paths])
            seen = self.seen[group] = keras_features(pixels)
            (folder / f"{group}.pixels").write_bytes(pixels.tobytes())
            for kind, values in seen.items():
                (folder / f"{group}.{kind}").write_bytes(values.tobytes())
            said = {name: expected_of(name, seen) for name in GROUPS[group]}
            self.expected[group] = said
            prefixes = {name: one["prefixes"] for name, one in said.items()}
            given[group] = {"count": len(paths), "captioners": [*said], "prefixes": prefixes}
        self.found = run_node(SCRIPTS, CODE, given, folder)
        self.features = {
            group: np.fromfile(folder / f"{group}.found", np.float32).reshape(len(paths), -1)
            for group, paths in groups.items()
        }

    def pairs(self, group, name):
        """A photo each: what the library says, by its row, and what the page says."""
        for row, found in enumerate(self.found[group]):
            yield row, self.expected[group][name], found[name]


@pytest.fixture(scope="module")
def exported():
    """Every network of the page: manifest and bytes."""
    names = sorted(path.parent.name for path in CAPTIONERS.glob("*/settings.json"))
    return {"cnn": exported_cnn(), **{name: exported_captioner(name) for name in names}}


@pytest.fixture(scope="module")
def compared(exported, tiny_scenes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    tests = (tiny_scenes / "scenes.testImages.txt").read_text("utf-8").split()
    groups = {
        "scenes": [tiny_scenes / "Images" / name for name in tests[:6]],
        "photos": sorted((DATA / "photos").glob("*.jpg")),
        "dev photos": dev_photos(folder),
    }
    return Compared(folder, {group: paths for group, paths in groups.items() if paths}, exported)


def demand(compared, group):
    if group not in compared.found:
        pytest.skip(f"there is no Flickr8k at {SHARED}; FLICKR8K_SHARED names its folder")


each_group = pytest.mark.parametrize("group", GROUPS)
each_captioner = pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group, names in GROUPS.items() for name in names]
)


@needs_node
@each_group
def test_the_features_are_those_of_keras(compared, group):
    demand(compared, group)
    seen, found = compared.seen[group], compared.features[group]
    regions = seen["map"].reshape(len(found), -1)
    assert np.abs(found[:, : regions.shape[1]] - regions).max() < 1e-3
    assert np.abs(found[:, regions.shape[1] :] - seen["pooled"]).max() < 3e-4


@needs_node
@each_captioner
def test_the_log_probabilities_are_those_of_keras(compared, group, name):
    demand(compared, group)
    for row, expected, found in compared.pairs(group, name):
        for prefix, step in zip(expected["prefixes"][row], found["steps"], strict=True):
            # JSON has no infinity: it writes null for a word that is forbidden.
            log_probs = np.array([-np.inf if p is None else p for p in step["logProbs"]])
            keras_says = expected["ask"](np.array([row]), np.array([prefix]))[0]
            forbidden = [0, 1, 3] if len(prefix) > 1 else [0, 1, 2, 3]
            assert np.flatnonzero(np.isneginf(log_probs)).tolist() == forbidden
            assert np.abs(np.delete(log_probs - keras_says, forbidden)).max() < 1e-3


@needs_node
@each_captioner
def test_the_captions_are_those_of_the_library(compared, group, name):
    demand(compared, group)
    for row, expected, found in compared.pairs(group, name):
        best = expected["beam"][row]
        assert found["greedy"] == expected["greedy"][row]
        assert found["beam"]["ids"] == best.ids
        assert found["beam"]["score"] == pytest.approx(best.score, abs=2e-3)
        assert found["confidence"] == pytest.approx(confidence(best), abs=1e-3)


@needs_node
@each_captioner
def test_likeness_is_that_of_the_library(compared, group, name):
    demand(compared, group)
    for row, expected, found in compared.pairs(group, name):
        if name == "scenes":  # it has no summary of its training photos
            assert found["likeness"] is expected["likeness"] is None
        else:
            assert found["likeness"] == pytest.approx(expected["likeness"][row], abs=2e-3)


@needs_node
def test_the_captioner_looks_where_keras_looks(compared):
    for row, expected, found in compared.pairs("photos", "flickr8k-best"):
        for prefix, step in zip(expected["prefixes"][row], found["steps"], strict=True):
            encoded = expected["encoded"][row : row + 1]
            weights = expected["model"].look(encoded, np.array([prefix]))[0, -1]
            assert np.abs(np.array(step["attention"]) - np.asarray(weights)).max() < 1e-4


def test_the_weights_leave_room_for_the_page(exported):
    assert len(exported) == 4
    assert sum(len(weights) for _, weights in exported.values()) < LARGEST


# Reading weights


@needs_node
def test_arrays_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(0)
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    halves = halves[np.isfinite(halves)].reshape(2, -1)
    kernel = rng.normal(size=(3, 5, 7)) * 10.0 ** rng.integers(-3, 3, 7)
    kernel[..., 2] = 0
    arrays = Arrays()
    arrays.add("odd", np.array([0.5, 1, -2]))  # three halves: what follows must not be split
    arrays.add("floats", np.array([np.pi, -1e-9]))
    arrays.add("halves", halves)
    arrays.add_scaled("fine", kernel, 24)
    arrays.add_scaled("coarse", kernel, 16)
    write(tmp_path, "weights", ({"arrays": arrays.entries}, bytes(arrays.bytes)))
    code = """
    const manifest = JSON.parse(fs.readFileSync("weights.json"));
    const arrays = readArrays(manifest, new Uint8Array(fs.readFileSync("weights")));
    const answer = Object.fromEntries(Object.entries(arrays).map(([name, { shape, data }]) =>
      [name, [shape, [...data]]]));
    """
    found = run_node(["arrays"], code, None, tmp_path)
    found = {name: np.array(values).reshape(shape) for name, (shape, values) in found.items()}
    assert arrays.entries["floats"]["dtype"] == "float32"
    assert arrays.entries["halves"]["dtype"] == "float16"
    assert np.array_equal(found["odd"], [0.5, 1, -2])
    assert np.array_equal(found["floats"], np.array([np.pi, -1e-9], np.float32))
    assert np.array_equal(found["halves"], halves)
    largest = np.abs(kernel).max(axis=(0, 1))
    assert (np.abs(found["fine"] - kernel) <= largest / 2**23).all()
    assert (np.abs(found["coarse"] - kernel) <= largest / 2**15).all()


@needs_node
def test_maps_are_rounded_as_float16_rounds():
    rng = np.random.default_rng(0)
    values = [*rng.uniform(0, 6, 2000), *rng.uniform(0, 2e-4, 2000), 0, 2**-25, 3 * 2**-25, 6]
    halves = np.arange(0, 0x4600, 7, dtype=np.uint16).view(np.float16).astype(np.float64)
    ties = (halves[:-1] + np.arange(7, 0x4600, 7, dtype=np.uint16).view(np.float16)) / 2
    between = (np.arange(0x4600, dtype=np.uint16).view(np.float16)).astype(np.float64)
    values += [*halves, *ties, *((between[:-1] + between[1:]) / 2)]
    values = np.array(values, np.float32)
    code = "const answer = given.map((value) => roundToHalf(Math.fround(value)));"
    found = run_node(["attention"], code, values.astype(float).tolist())
    assert np.array_equal(found, values.astype(np.float16).astype(np.float64))


# Captioners that the page cannot run


@pytest.mark.parametrize(
    ("build", "settings", "cnn", "sentence"),
    [
        (build_causal_model, {}, "embedded", "of the kind 'causal'"),
        (build_model, {"merge": "concatenate"}, "embedded", "merges in another way"),
        (build_model, {}, "imagenet", "Keras' own ImageNet weights"),
    ],
)
def test_a_captioner_that_the_page_cannot_run_is_refused(tmp_path, build, settings, cnn, sentence):
    vocabulary = Vocabulary([*MARKERS, "dog"])
    config = ModelConfig(5, units=4, embedding_size=4, **settings)
    Captioner(build(config), vocabulary, config, cnn_weights=cnn).save(tmp_path / "odd")
    with pytest.raises(ValueError, match=sentence):
        exported_captioner(str(tmp_path / "odd"))


def test_the_manifest_has_what_a_captioner_was_saved_with(tmp_path):
    vocabulary = Vocabulary([*MARKERS, "犬"])
    config = ModelConfig(5, units=4, embedding_size=4)
    chosen = {"words": CHARACTERS, "beam_width": 7, "length_penalty": 0.25, "max_length": 9}
    Captioner(build_model(config), vocabulary, config, chosen).save(tmp_path / "own")
    manifest, _ = exported_captioner(str(tmp_path / "own"))
    told = ("vocabulary", "joiner", "beamWidth", "lengthPenalty", "maxLength", "forbidden")
    assert [manifest[name] for name in told] == [vocabulary.words, "", 7, 0.25, 9, [0, 1, 3]]
