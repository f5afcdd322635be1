"""A trained captioner: one folder with weights, vocabulary and settings that belong together.

Weights mean nothing without the vocabulary that numbered the words and the network that made the
features, so the folder names both by hash and is loaded as a whole or refused with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import numpy as np

from utils.attention import AttentionConfig, build_attention_model, standardize_regions
from utils.beam import Hypothesis, beam_search
from utils.captions import CHARACTERS, SPACES, caption_text
from utils.causal import build_causal_model
from utils.cnn import weights_hash
from utils.decoding import MAX_LENGTH, NextWord, captions_of, greedy
from utils.features import extract_features
from utils.formats.segmenters import SEGMENTERS
from utils.model import ModelConfig, build_model, standardize_features
from utils.outliers import Summary, load_summary
from utils.support import saved_settings as saved
from utils.support.files import atomic_path, sha256, write_json, write_text
from utils.support.parts import parts
from utils.support.paths import CAPTIONERS, expanded
from utils.support.weights import load_weights, save_weights
from utils.vocabulary import Vocabulary

FORMAT = 2  # the first one scaled features by another layer
WEIGHTS, WORDS, SETTINGS = "model.weights.h5", "vocabulary.json", "settings.json"
SUMMARY = "training_photos.npz"  # a captioner can do without
AT_ONCE = 500  # photos: a beam has a row of words for each of its prefixes


@dataclass(frozen=True)
class ModelKind:
    """A model that a captioner's folder may hold.

    `build(config, embedding_matrix)` returns it; the matrix may be None. `features`: which of
    `extract_features` it sees. `standardize(model, features)` gives its layer of that name the
    statistics of training features.
    """

    name: str
    config: Callable[..., Any]
    build: Callable[[Any, np.ndarray | None], keras.Model]
    features: str
    standardize: Callable[[keras.Model, np.ndarray], None]


KINDS = {
    kind.name: kind
    for kind in (
        ModelKind("merge", ModelConfig, build_model, "pooled", standardize_features),
        ModelKind("causal", ModelConfig, build_causal_model, "pooled", standardize_features),
        ModelKind("attention", AttentionConfig, build_attention_model, "map", standardize_regions),
    )
}


class CaptionerError(ValueError):
    """A captioner's folder that cannot be used; the message says why and what to do."""


@dataclass
class Captioner:
    """A model with its vocabulary, `settings` (other metadata), a summary of what it has seen."""

    model: keras.Model
    vocabulary: Vocabulary
    config: Any
    settings: dict[str, Any] = field(default_factory=dict)
    cnn_weights: str = "embedded"
    summary: Summary | None = None

    @property
    def kind(self) -> ModelKind:
        """Which model it is, and which features it sees."""
        return KINDS[self.model.kind]

    @property
    def length_penalty(self) -> float:
        """The exponent of the length in beam search that was chosen on dev; 1 where none was."""
        chosen = self.settings.get("length_penalty")
        return 1.0 if chosen is None else float(chosen)

    @property
    def words(self) -> str:
        """How the words of its captions are found (`caption_tokens`)."""
        return str(self.settings.get("words", SPACES))

    @property
    def max_length(self) -> int:
        """How many tokens a caption may have."""
        return int(self.settings.get("max_length") or MAX_LENGTH)

    @property
    def beam_width(self) -> int:
        """The width of the beam that was chosen on dev; 3 where none was."""
        return int(self.settings.get("beam_width") or 3)

    def features(self, photos: Sequence[Path]) -> np.ndarray:
        """Return the features of photos as this captioner sees them, a row each, not cached.

        Raises what `extract_features` raises.
        """
        return extract_features(
            photos, kind=self.kind.features, weights=self.cnn_weights, cache=False
        )

    def next_word(self, features: np.ndarray) -> NextWord:
        """Return the next word's log-probabilities for rows of `features` (`utils.decoding`)."""
        return self.model.next_word(features)

    def beams(
        self, features: np.ndarray, beam_width: int | None = None, count: int = 1
    ) -> list[list[Hypothesis]]:
        """Return the `count` best hypotheses for each row of `features`, `(n, ...)`.

        `beam_width`: the captioner's own unless given, and `count` at least.
        """
        width = max(self.beam_width if beam_width is None else beam_width, count)
        limits = {"max_length": self.max_length, "length_penalty": self.length_penalty}
        return self._searched(beam_search, features, beam_width=width, count=count, **limits)

    def _searched(self, search: Callable[..., list], features: np.ndarray, **limits: Any) -> list:
        """Return what a search finds for each row of features, `AT_ONCE` rows in memory."""
        asked = ((self.next_word(part), range(len(part))) for part in parts(features, AT_ONCE))
        return list(chain.from_iterable(search(*one, **limits) for one in asked))

    def caption_features(
        self, features: np.ndarray, beam_width: int | None = None
    ) -> list[list[str]]:
        """Return the tokens of a caption for each row of `features`.

        `beam_width`: the captioner's own unless given; 1 is greedy search.
        """
        beam_width = self.beam_width if beam_width is None else beam_width
        if beam_width == 1:
            ids = self._searched(greedy, features, max_length=self.max_length)
        else:
            ids = [best[0].ids for best in self.beams(features, beam_width)]
        return captions_of(ids, self.vocabulary)

    def caption(self, photos: Sequence[Path], beam_width: int | None = None) -> list[str]:
        """Return a caption for each photo, as `caption_features` does.

        Raises what `extract_features` raises.
        """
        found = self.caption_features(self.features(photos), beam_width)
        return [caption_text(tokens, self.words) for tokens in found]

    def save(self, folder: Path, half: bool = False) -> None:
        """Write the folder, whole or not at all; `half` stores the weights as float16."""
        with atomic_path(Path(folder)) as temporary:
            temporary.mkdir()
            save_weights(self.model, temporary / WEIGHTS, half)
            write_text(temporary / WORDS, self.vocabulary.to_json())
            if self.summary is not None:
                self.summary.save(temporary / SUMMARY)
            settings = {
                "format": FORMAT,
                "kind": self.kind.name,
                "model": self.config.to_json(),
                "cnn": {"weights": self.cnn_weights, "sha256": weights_hash(self.cnn_weights)},
                "vocabulary": self.vocabulary.hash(),
                "files": {path.name: sha256(path) for path in sorted(temporary.iterdir())},
                "more": self.settings,
            }
            write_json(temporary / SETTINGS, settings)


def captioner_folder(name: str | Path) -> Path:
    """Return the folder of a captioner: a path, or the name of one that comes with the course.

    Raises `CaptionerError` where there is neither.
    """
    for folder in (CAPTIONERS / name, expanded(name)):
        if (folder / SETTINGS).is_file():
            return folder
    shipped = sorted(path.parent.name for path in CAPTIONERS.glob(f"*/{SETTINGS}"))
    raise CaptionerError(
        f"There is no captioner {str(name)!r}: give a folder that holds {SETTINGS}, or one of "
        f"these names: {', '.join(shipped) or '(none is installed)'}."
    )


def load_captioner(name: str | Path) -> Captioner:
    """Load a captioner from a folder, or by the name of one that comes with the course.

    Raises `CaptionerError` where a file is missing, was changed, or does not belong to the rest.
    """
    folder = captioner_folder(name)
    try:
        settings = saved.read_saved_settings(folder / SETTINGS, (WEIGHTS, WORDS), (SUMMARY,))
        return _loaded(folder, settings)
    except ValueError as error:
        told = str(error)
        named = told if str(folder) in told else f"{folder} cannot be used. {told}"
        raise CaptionerError(named) from error


def _loaded(folder: Path, settings: dict[str, Any]) -> Captioner:
    """Return the captioner in a folder; raise `ValueError` where its parts do not fit."""
    _demand_settings(folder, settings)
    saved.demand_files(folder, settings["files"])
    vocabulary = Vocabulary(saved.read_words(folder / WORDS))
    # Folders of the first captioners name no kind: they are the course's model.
    kind = KINDS[settings.get("kind", "merge")]
    numbers = (folder / WEIGHTS).stat().st_size // 2  # of two bytes at least
    switched_off = saved.take_switches(folder / SETTINGS, settings["model"])
    saved.demand_sizes(folder / SETTINGS, settings["model"], kind.config, numbers)
    config = kind.config(**settings["model"])
    if vocabulary.hash() != settings["vocabulary"] or len(vocabulary) != config.vocabulary_size:
        raise CaptionerError(
            f"{folder} holds a vocabulary of {len(vocabulary)} words that its weights were not "
            "trained with: get the whole folder again."
        )
    cnn = settings["cnn"]
    if weights_hash(cnn["weights"]) != cnn.get("sha256"):
        raise CaptionerError(
            f"{folder} was trained on the features of another MobileNetV2 than the one here: "
            "train it anew, or restore data/mobilenet_v2."
        )
    model = kind.build(config, None)
    load_weights(model, folder / WEIGHTS)
    for layer in map(model.get_layer, switched_off):
        layer.set_weights([0 * weights for weights in layer.get_weights()])
    summary = load_summary(folder / SUMMARY) if SUMMARY in settings["files"] else None
    return Captioner(model, vocabulary, config, settings.get("more", {}), cnn["weights"], summary)


def _demand_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Raise `CaptionerError` where the settings are not those of this version."""
    if settings.get("more", {}).get("words", SPACES) not in (SPACES, CHARACTERS, *SEGMENTERS):
        raise saved.odd(folder / SETTINGS, "words")
    scaled = settings.get("model", {}).get("standardize")
    readable = settings.get("format") in ((FORMAT,) if scaled else (1, FORMAT))
    if not readable or settings.get("kind", "merge") not in KINDS:
        raise CaptionerError(
            f"{folder} has the format {settings.get('format')} and holds a model of the kind "
            f"{settings.get('kind')!r}; this version reads the format {FORMAT} and "
            f"{', '.join(KINDS)}: train it anew, or use the version of the course that saved it."
        )
