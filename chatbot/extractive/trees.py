"""Boosted decision trees as plain arrays: evaluated with numpy, shipped as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.passage import Floats


@dataclass(frozen=True)
class Trees:
    """All trees side by side, [T, N] with N nodes in the largest one.

    A row goes left where its ``feature`` is at most ``threshold``; a leaf points to itself. ``value`` is what a leaf
    adds to the score (log odds).
    """

    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    base: float
    depth: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trees:
        """Reads what ``trees_to_json`` wrote: for each tree the lists feature, threshold, left, right, value."""
        trees: Sequence[Mapping[str, Any]] = data["trees"]
        size = max(len(tree["value"]) for tree in trees)

        def table(key: str, kind: type) -> NDArray[Any]:
            rows: NDArray[Any] = np.zeros((len(trees), size), kind)
            for row, tree in zip(rows, trees, strict=True):
                row[: len(tree[key])] = tree[key]
            return rows

        return cls(
            table("feature", np.int32), table("threshold", np.float32), table("left", np.int32),
            table("right", np.int32), table("value", np.float32), float(data["base"]), int(data["depth"]),
        )  # fmt: skip

    def score(self, rows: Floats) -> Floats:
        """[S, F] -> [S], the sum of the leaves that each row reaches."""
        trees = np.arange(len(self.feature))[None]
        node = np.zeros((len(rows), len(self.feature)), np.int64)
        where = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[where, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(goes_left, self.left[trees, node], self.right[trees, node])
        total: Floats = (self.value[trees, node].sum(axis=1) + self.base).astype(np.float32)
        return total
