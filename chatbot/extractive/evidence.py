"""What the candidates together say about whether the documents answer at all."""

from __future__ import annotations

import numpy as np

from chatbot.extractive.features import NAMES, UNKNOWN
from chatbot.extractive.passage import Floats

_TOP = ("coverage", "local", "context", "passage", "rarest_missing", "window", "lexical", "typed", "matched", "before",
        "pairs", "rare_question", "similar", "similar_context", "dense_hit", "lexical_gap", "length")  # fmt: skip
_BEST = ("coverage", "context", "lexical", "pairs", "window", "similar", "dense_hit")
_TOP_AT = [NAMES.index(name) for name in _TOP]
_BEST_AT = [NAMES.index(name) for name in _BEST]


def pool_features(rows: Floats, scores: Floats) -> Floats:
    """[E]: the best score, how far it leads, and the features of the best sentence and of the whole pool."""
    order = np.argsort(-scores, kind="stable")
    top = rows[order[0]]
    second = scores[order[1]] if len(order) > 1 else scores[order[0]] - 4.0
    known = np.where(rows[:, _BEST_AT] == UNKNOWN, 0.0, rows[:, _BEST_AT]).max(axis=0)
    strength = np.log(np.exp(scores.clip(-12, 12)).sum())
    values = [scores[order[0]], scores[order[0]] - second, strength, *np.where(top == UNKNOWN, 0, top)[_TOP_AT], *known]
    return np.array(values, np.float32)
