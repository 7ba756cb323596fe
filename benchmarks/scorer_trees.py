"""Boosted trees of scikit-learn and LightGBM, and the arrays that chatbot.extractive.trees evaluates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier


def trees(count: int, leaves: int, least: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=count, learning_rate=0.06, max_leaf_nodes=leaves, max_depth=6, min_samples_leaf=least,
        l2_regularization=5.0, random_state=0,
    )  # fmt: skip


def trees_to_json(model: HistGradientBoostingClassifier) -> dict[str, Any]:
    """The lists that chatbot.extractive.trees.Trees.from_json reads; a leaf points to itself."""
    made, depth = [], 0
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        made.append({
            "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
            "threshold": rounded(np.where(leaf, 0, nodes["num_threshold"]), 8),
            "left": np.where(leaf, own, nodes["left"]).tolist(), "right": np.where(leaf, own, nodes["right"]).tolist(),
            "value": rounded(np.where(leaf, nodes["value"], 0), 5),
        })  # fmt: skip
        depth = max(depth, int(nodes["depth"].max()))
    return {"trees": made, "base": float(model._baseline_prediction.ravel()[0]), "depth": depth}


def boosters_to_json(boosters: Sequence[Any]) -> dict[str, Any]:
    made: list[dict[str, list[Any]]] = []
    deepest = 0

    def add(tree: dict[str, list[Any]], node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest, own = max(deepest, depth), len(tree["value"])
        for key, value in (("feature", 0), ("threshold", 0.0), ("left", own), ("right", own), ("value", 0.0)):
            tree[key].append(value)
        if "leaf_value" in node:
            tree["value"][own] = float(f"{node['leaf_value']:.5g}")
        else:
            tree["feature"][own], tree["threshold"][own] = node["split_feature"], float(f"{node['threshold']:.8g}")
            tree["left"][own] = add(tree, node["left_child"], depth + 1)
            tree["right"][own] = add(tree, node["right_child"], depth + 1)
        return own

    for booster in boosters:
        for info in booster.dump_model()["tree_info"]:
            tree: dict[str, list[Any]] = {key: [] for key in ("feature", "threshold", "left", "right", "value")}
            add(tree, info["tree_structure"], 0)
            made.append(tree)
    return {"trees": made, "base": 0.0, "depth": deepest}


def rounded(values: Any, digits: int = 6) -> list[float]:
    return [float(f"{value:.{digits}g}") for value in values]
