"""The small network that reads sentences, evaluated with numpy; it is trained in benchmarks/scorer_net.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.passage import Floats
from chatbot.extractive.reading import Reading

# Empty rows between two sentences, so that the convolutions (5 wide, the second dilated by 2) never cross.
GAP = 4


@dataclass(frozen=True)
class Net:
    """``tables`` are the weights by name; ``vocabulary`` gives the row of a tail, a head and an asking word.

    Each unit is a row of numbers, its kind, and embeddings of its tail and head; the question gates it; two
    convolutions let neighbours speak; a unit's logit says how likely it is part of the answer, against the constant
    ``null`` (no answer here). A sentence's logit is the log-sum of its units'.
    """

    tables: Mapping[str, Floats]
    vocabulary: Mapping[str, Mapping[str, int]]

    @classmethod
    def from_json(cls, data: Mapping[str, Any], vocabulary: Mapping[str, Mapping[str, int]]) -> Net:
        return cls({name: np.array(values, np.float32) for name, values in data.items()}, vocabulary)

    def score(self, reading: Reading, surface: Floats) -> Floats:
        """[S] log odds of each sentence read; ``surface`` [S, F] standardized."""
        tables, vocabulary = self.tables, self.vocabulary
        heads, tails = vocabulary["heads"], vocabulary["tails"]
        question = np.concatenate([
            self._linear("lp", reading.asked_kind), tables["he.weight"][heads.get(reading.asked_head, 0)],
            tables["ae.weight"][vocabulary["asking"].get(reading.asking, 0)],
        ])  # fmt: skip
        units = np.concatenate([
            reading.numbers, self._linear("lp", reading.kinds), tables["te.weight"][_rows(reading.tails, tails)],
            tables["he.weight"][_rows(reading.heads, heads)],
        ], axis=1)  # fmt: skip
        gated = self._linear("inp", units) * (1 + np.tanh(self._linear("qg", question))) + self._linear("q", question)
        places, sentences, length = layout(reading.lengths)
        flat = np.zeros((length, gated.shape[1]), np.float32)
        flat[places] = np.maximum(gated, 0)
        mask = np.zeros((length, 1), np.float32)
        mask[places] = 1
        flat = flat + np.maximum(self._convolve("c1", flat, 1), 0) * mask
        flat = flat + np.maximum(self._convolve("c2", flat, 2), 0) * mask
        whole = np.maximum(self._linear("z", surface), 0)
        hidden = np.maximum(flat[places] + self._linear("zu", whole)[sentences], 0)
        logits = self._linear("o", hidden)[:, 0] + self._linear("zo", whole)[sentences, 0]
        scores = np.full(len(reading.lengths), -30.0, np.float32)
        for sentence in np.unique(sentences):
            own = logits[sentences == sentence]
            scores[sentence] = own.max() + np.log(np.exp(own - own.max()).sum()) - tables["null"][0]
        return scores

    def _linear(self, name: str, rows: Floats) -> Floats:
        result: Floats = rows @ self.tables[f"{name}.weight"].T + self.tables[f"{name}.bias"]
        return result

    def _convolve(self, name: str, rows: Floats, dilation: int) -> Floats:
        """Width 5, zero padding. The weight is [out, in, 5]."""
        weight = self.tables[f"{name}.weight"]
        result = np.tile(self.tables[f"{name}.bias"], (len(rows), 1))
        for tap in range(5):
            step = (tap - 2) * dilation
            source = rows[max(step, 0) : len(rows) + min(step, 0)]
            result[max(-step, 0) : len(rows) - max(step, 0)] += source @ weight[:, :, tap].T
        return result


def layout(lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Where each unit stands when sentences lie in one row with GAP between, which sentence it is of, the length."""
    starts = np.concatenate([[0], np.cumsum(lengths + GAP)])
    sentences = np.repeat(np.arange(len(lengths)), lengths)
    inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return starts[sentences] + inside, sentences, int(starts[-1])


def _rows(forms: Sequence[str], table: Mapping[str, int]) -> list[int]:
    return [table.get(form, 0) for form in forms]
