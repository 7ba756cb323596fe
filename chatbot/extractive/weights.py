"""The fitted weights that ship with the package: how they were made stands in the files themselves (key "made")."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from chatbot.extractive.net import Net
from chatbot.extractive.passage import Floats
from chatbot.extractive.reading import Reading
from chatbot.extractive.trees import Trees


@dataclass(frozen=True)
class Nets:
    """Networks of a few random starts, and the standardization of the surface features that they share."""

    nets: tuple[Net, ...]
    mean: Floats
    scale: Floats

    def score(self, reading: Reading, rows: Floats) -> Floats:
        """[S] log odds of the sentences that were read; ``rows`` [C, F] are of all candidates."""
        whole = np.asarray(((rows[reading.chosen] - self.mean) / self.scale).clip(-5, 5), np.float32)
        mean: Floats = np.mean([net.score(reading, whole) for net in self.nets], axis=0, dtype=np.float32)
        return mean


@dataclass(frozen=True)
class Weights:
    """One language's scorer.

    ``rerank`` orders passages. ``sentence`` scores candidates: Korean ones by a mean of networks, others by trees.
    ``evidence`` gives the log odds that the passages answer: refuse where the probability is below ``threshold``.
    """

    rerank: Trees
    sentence: Nets | Trees
    evidence: Trees
    threshold: float


@functools.cache
def load_weights(language: str) -> Weights:
    """The weights for "ko" or "en"."""
    file = resources.files("chatbot.extractive").joinpath(f"weights-{language}.json")
    data = json.loads(file.read_text("utf-8"))
    return Weights(
        rerank=Trees.from_json(data["rerank"]),
        sentence=_nets(data) if "nets" in data else Trees.from_json(data["trees"]),
        evidence=Trees.from_json(data["evidence"]),
        threshold=float(data["threshold"]),
    )


def _nets(data: dict[str, Any]) -> Nets:
    nets = tuple(Net.from_json(net, data["vocabulary"]) for net in data["nets"])
    return Nets(nets, np.array(data["mean"], np.float32), np.array(data["scale"], np.float32))
