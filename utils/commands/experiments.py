"""The models of the results table, each from one description, trained and scored.

`python -m utils experiments` runs them (`run_experiments.py`). Each step is kept in
`data/runs/experiments/DATASET/NAME-seedN` and reused: features, checkpoints, captioners, captions,
scores. Whatever was chosen was chosen on dev.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from utils.beam import beam_search
from utils.callbacks import HISTORY
from utils.captioner import KINDS, SETTINGS, Captioner, load_captioner
from utils.commands.model_card import FEATURES, MODELS, ON_THE_METRIC, card_table, write_card
from utils.commands.scores import BEAM_WIDTHS, score_split
from utils.dataset import Dataset
from utils.decoding import NextWord, captions_of
from utils.features import dataset_features
from utils.metrics import score_row
from utils.recipe import FLICKR8K, Recipe, is_run_of, say, train_captioner
from utils.self_critical import SelfCriticalSettings
from utils.support.files import read_json, write_json
from utils.support.tables import markdown_table
from utils.training import TrainingSettings

WIDTH = 5  # of the table


@dataclass(frozen=True)
class Experiment:
    """A row of the results table.

    `after`: the name of the experiment whose captioner is trained further. `averages`: that of the
    one whose seeds are averaged, word by word; nothing is trained then.
    """

    title: str
    recipe: Recipe | None = None
    after: str | None = None
    averages: str | None = None


_TEACHER_FORCING = TrainingSettings(
    epochs=12,
    batch_size=32,
    learning_rate=2e-3,
    schedule="cosine",
    warmup=300,
    average=0.998,
    patience=1,  # the dev loss of averaged weights is smooth: once it rises, it goes on rising
)
EXPERIMENTS: dict[str, Experiment] = {
    "course": Experiment(
        "the course's model, GloVe frozen",
        Recipe(
            5,
            {"units": 256, "dropout": 0.2, "train_embedding": False},
            TrainingSettings(epochs=6),
        ),
    ),
    "course-better": Experiment("the course's model, trained better", FLICKR8K),
    "causal": Experiment(
        "an LSTM for the BiLSTM, all words in one pass",
        Recipe(
            5,
            {"units": 256, "dropout": 0.3},
            _TEACHER_FORCING,
            longest=16,
            views=("mirrored",),
            kind="causal",
            decoding={"beam_width": 5, "length_penalty": 0.5},
        ),
    ),
    "attention": Experiment(
        "attention over the 7 x 7 map",
        # Steps of 32 photos left it under-trained after as many epochs.
        Recipe(
            5,
            {"units": 320, "dropout": 0.3},
            replace(_TEACHER_FORCING, batch_size=16),
            views=("mirrored",),
            kind="attention",
            decoding={"beam_width": 5, "length_penalty": 0.7},
        ),
    ),
    "self-critical": Experiment(
        "attention, trained further on the metric",
        Recipe(
            5,
            training=TrainingSettings(
                epochs=3,
                batch_size=16,
                learning_rate=4e-5,
                schedule="cosine",
                average=0.99,
            ),
            views=("mirrored",),
            kind="attention",
            self_critical=SelfCriticalSettings(dropout=True),
            decoding={"beam_width": 5, "length_penalty": 0.7},
        ),
        after="attention",
    ),
    "averaged": Experiment(
        "the seeds of that one, averaged word by word", averages="self-critical"
    ),
}


@dataclass
class ExperimentData:
    """A dataset with the features that its experiments share, each made when first asked for."""

    dataset: Dataset
    split: str
    runs: Path
    features: dict[str, np.ndarray] = field(default_factory=dict)

    def of(self, kind: str) -> np.ndarray:
        """Return the features of all photos, "pooled" or "map"."""
        if kind not in self.features:
            self.features[kind] = dataset_features(self.dataset, kind=kind, progress=True)
        return self.features[kind]

    def folder(self, name: str, seed: int) -> Path:
        """Return where a trained experiment is kept."""
        return self.runs / f"{name}-seed{seed}"


def captioner_of(data: ExperimentData, name: str, seed: int) -> Captioner:
    """Return an experiment's captioner, trained now where it is not kept yet."""
    folder, experiment = data.folder(name, seed), EXPERIMENTS[name]
    if (folder / "captioner" / SETTINGS).is_file() and is_run_of(
        folder, data.dataset, experiment.recipe, data.of(KINDS[experiment.recipe.kind].features)
    ):
        captioner = load_captioner(folder / "captioner")
        # How it decodes is chosen on dev after the training.
        captioner.settings.update(experiment.recipe.decoding)
        return captioner
    begin = captioner_of(data, experiment.after, seed) if experiment.after else None
    say(f"\n{name}, seed {seed}: {experiment.title}")
    recipe = experiment.recipe
    recipe = replace(recipe, training=replace(recipe.training, seed=seed))
    features = data.of(KINDS[recipe.kind].features)
    return train_captioner(data.dataset, recipe, folder, features, begin=begin)[0]


def averaged(functions: Sequence[NextWord]) -> NextWord:
    """Return the mean of the probabilities of several functions, as one function.

    They must know the same words and photos; one of them by itself is returned as it is.
    """
    if len(functions) == 1:
        return functions[0]

    def ask(images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        probabilities = [np.exp(function(images, prefixes)) for function in functions]
        return np.log(np.maximum(np.mean(probabilities, axis=0), 1e-37))

    return ask


def captions_by_width(
    data: ExperimentData, captioners: Sequence[Captioner]
) -> dict[int, list[list[str]]]:
    """Return the tokens of the split's captions by beam width; several captioners are averaged."""
    first = captioners[0]
    features = data.of(first.kind.features)[data.dataset.index(data.split)]
    ask = averaged([captioner.next_word(features) for captioner in captioners])
    rows = np.arange(len(features), dtype=np.int32)
    found = {}
    for width in BEAM_WIDTHS:
        beams = beam_search(ask, rows, width, length_penalty=first.length_penalty)
        found[width] = captions_of([best[0].ids for best in beams], first.vocabulary)
    return found


def scores_of(data: ExperimentData, name: str, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return the scores of an experiment's seeds on the split, a dictionary each; see `_scores`."""
    averages = EXPERIMENTS[name].averages
    groups = [tuple(seeds)] if averages else [(seed,) for seed in seeds]
    found = []
    for group in groups:
        folder = data.folder(name, group[0]) if not averages else data.runs / name
        captioners = [captioner_of(data, averages or name, seed) for seed in group]
        path = folder / f"scores-{data.split}.json"
        of = [[c.settings.get("best_epoch"), c.length_penalty] for c in captioners]
        kept = read_json(path) if path.is_file() else {}
        if kept.get("of") != [of, list(group)]:
            kept = {"of": [of, list(group)], **_scores(data, folder, captioners)}
            write_json(path, kept)
        found.append(kept)
    return found


def _scores(data: ExperimentData, folder: Path, captioners: Sequence[Captioner]) -> dict[str, Any]:
    """Caption the split, keep the captions, and return their scores by beam width."""
    images = data.dataset.splits[data.split]
    references, train = data.dataset.tokens(data.split), data.dataset.tokens("train")
    scores = {}
    for width, captions in captions_by_width(data, captioners).items():
        texts = [" ".join(tokens) for tokens in captions]
        write_json(
            folder / f"captions-{data.split}-beam{width}.json",
            dict(zip(images, texts, strict=True)),
        )
        row = score_row(str(width), references, captions, train)
        scores[str(width)] = {
            name: value for name, value in row.to_json().items() if value is not None
        }
    parameters = captioners[0].model.count_params()
    return {"parameters": parameters, "minutes": _minutes(folder), "scores": scores}


def ship(data: ExperimentData, name: str, seed: int, folder: Path) -> None:
    """Save an experiment's captioner in float16 with its card, scored as it is saved."""
    captioner_of(data, name, seed).save(folder, half=True)
    captioner = load_captioner(folder)
    scores = score_split(data.dataset, data.split, captioner, data.of(captioner.kind.features))
    width = captioner.beam_width
    facts = {
        "title": EXPERIMENTS[name].title,
        "kind": MODELS[captioner.kind.name],
        "parameters": captioner.model.count_params(),
        "features": FEATURES[captioner.kind.features],
        "words": len(captioner.vocabulary),
        "training": _training(data, name, seed),
        "beam_width": width,
        "length_penalty": captioner.length_penalty,
        "table": card_table(scores.rows),
        "experiment": f"{name} --seeds {seed} --ship {name} {folder.name}",
        "more": "",
    }
    if EXPERIMENTS[name].recipe.self_critical:
        row = next(row for row in scores.rows if row.name == f"beam {width}")
        photos = len(data.dataset.splits[data.split])
        facts["more"] = ON_THE_METRIC.format(distinct=row.distinct, photos=photos)
    write_card(folder, facts)
    say(f"Shipped with its card: {folder}")


def _training(data: ExperimentData, name: str, seed: int) -> str:
    """Return how an experiment was trained, step by step, in words."""
    experiment = EXPERIMENTS[name]
    epochs = len(read_json(data.folder(name, seed) / "training" / HISTORY))
    metric = "CIDEr-D and BLEU" if experiment.recipe.self_critical else "cross-entropy"
    own = f"{epochs} {'epoch' if epochs == 1 else 'epochs'} on {metric}"
    if experiment.recipe.longest:
        own += f", captions of more than {experiment.recipe.longest} words left out"
    return f"{_training(data, experiment.after, seed)}, then {own}" if experiment.after else own


def _minutes(folder: Path) -> float | None:
    path = folder / "training" / HISTORY
    if not path.is_file():
        return None
    return round(sum(epoch["seconds"] for epoch in read_json(path)) / 60, 1)


def seed_count(runs: Sequence[dict[str, Any]]) -> int:
    """Return how many trainings a row rests on; an average counts all that it is taken of."""
    return sum(len(run["of"][1]) for run in runs)


def table(found: dict[str, list[dict[str, Any]]], width: int) -> str:
    """Return the results as a table in Markdown, the mean over the seeds and their spread.

    The column 95% is the bootstrap interval of BLEU-4 over the photos, of the first seed.
    """
    head = ["model", "seeds", "parameters", "minutes", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4"]
    head += ["95%", "CIDEr-D", "length ratio", "distinct"]
    rows = []
    for name, runs in found.items():
        scores = [run["scores"][str(width)] for run in runs]
        cells = [f"{name}: {EXPERIMENTS[name].title}", str(seed_count(runs))]
        cells += [f"{runs[0]['parameters']:,}", _spread([run["minutes"] for run in runs], 0)]
        cells += [_spread([score["bleu"][order] for score in scores], 1) for order in range(4)]
        low, high = scores[0]["intervals"][3]
        cells += [f"{low:.1f} to {high:.1f}"]
        cells += [_spread([score["cider_d"] for score in scores], 1)]
        cells += [_spread([score["length_ratio"] for score in scores], 2)]
        cells += [_spread([score["distinct"] for score in scores], 0)]
        rows.append(cells)
    return markdown_table(head, rows, "l" + "r" * 7 + "c" + "r" * 3)


def _spread(values: Sequence[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    mean = f"{np.mean(known):,.{digits}f}"
    return mean if len(known) == 1 else f"{mean} ± {np.std(known, ddof=1):,.{digits}f}"
