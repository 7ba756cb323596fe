"""The fitted weights that ship with the package: how they were made stands in the file itself (key "made")."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from chatbot.extractive.passage import Floats
from chatbot.extractive.trees import Trees


@dataclass(frozen=True)
class Logistic:
    """A logistic regression over standardized features."""

    mean: Floats
    scale: Floats
    weight: Floats
    bias: float

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Logistic:
        mean, scale, weight = (np.array(data[key], np.float32) for key in ("mean", "scale", "weight"))
        return cls(mean, scale, weight, float(data["bias"]))

    def probability(self, rows: Floats) -> Floats:
        """[S, F] -> [S] in 0 to 1."""
        logit = ((rows - self.mean) / self.scale).clip(-6, 6) @ self.weight + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-logit)), np.float32)


@dataclass(frozen=True)
class Weights:
    """One language's scorer: ``sentence`` scores candidates, ``evidence`` the pool; refuse below ``threshold``."""

    sentence: Trees
    evidence: Logistic
    threshold: float


@functools.cache
def load_weights(language: str) -> Weights:
    """The weights for "ko" or "en"."""
    name = f"weights-{language}.json"
    data = json.loads(resources.files("chatbot.extractive").joinpath(name).read_text("utf-8"))
    return Weights(Trees.from_json(data["sentence"]), Logistic.from_json(data["evidence"]), float(data["threshold"]))
