"""The models that a captioner's folder may hold, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from utils.attention import AttentionConfig, build_attention_model, standardize_regions
from utils.causal import CausalModel, build_causal_model
from utils.model import ModelConfig, build_model, standardize_features


@dataclass(frozen=True)
class ModelKind:
    """A model: its sizes, how it is built, and which features of `extract_features` it sees.

    `build(config, embedding_matrix)` returns it; the matrix may be None. `standardize(model,
    features)` gives its layer of that name the statistics of training features.
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


def kind_of(config: Any, model: keras.Model) -> ModelKind:
    """Return the kind of a model with its sizes."""
    if isinstance(config, AttentionConfig):
        return KINDS["attention"]
    return KINDS["causal" if isinstance(model, CausalModel) else "merge"]
