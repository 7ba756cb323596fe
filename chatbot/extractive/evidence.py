"""What the candidates together say about whether the documents answer at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.features import NAMES, UNKNOWN
from chatbot.extractive.passage import Floats

_TOP = ("coverage", "local", "context", "passage", "rarest_missing", "window", "window_local", "lexical", "typed",
        "matched", "before", "pairs", "rare_question", "similar", "similar_context", "dense_hit", "lexical_gap",
        "length", "rank", "heading", "is_person", "is_number", "is_time", "is_place", "is_thing")  # fmt: skip
_BEST = ("coverage", "context", "lexical", "pairs", "window", "passage", "similar", "similar_context",
         "dense_hit")  # fmt: skip
_PASSAGE = NAMES.index("passage")
_TOP_AT = [NAMES.index(name) for name in _TOP]
_BEST_AT = [NAMES.index(name) for name in _BEST]


def pool_features(rows: Floats, chosen: NDArray[np.int64], scores: Floats) -> Floats:
    """[E]: the network's best log odds, their sum and lead, and the features of the best sentence and of the pool.

    ``scores`` [S] are of the candidates ``chosen`` [S] among ``rows``, whose columns are the surface features and then
    whatever else the language has.
    """
    order = np.argsort(-scores, kind="stable")
    top = rows[chosen[order[0]]]
    best = float(scores[order[0]])
    second = float(scores[order[1]]) if len(order) > 1 else best - 6.0
    whole = best + float(np.log(np.exp(scores - best).sum()))
    known = np.where(rows[:, _BEST_AT] == UNKNOWN, 0.0, rows[:, _BEST_AT]).max(axis=0)
    further = rows[:, len(NAMES) :]
    values = [
        best, whole, min(best - second, 6.0), *np.where(top == UNKNOWN, 0, top)[_TOP_AT], *known,
        *top[len(NAMES) :], *further.max(axis=0),
    ]  # fmt: skip
    return np.array(values, np.float32)


def mentioned(rows: Floats) -> bool:
    """Whether one passage has every word of the question, headings included: what a search for keywords is after."""
    return bool(rows[:, _PASSAGE].max() > 0.99)
