"""A better order for the passages that search found, from their stored tokens alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chatbot.extractive.features import NAMES, surface
from chatbot.extractive.passage import Candidate, Floats, Idf, candidates, match
from chatbot.extractive.question import parse_question
from chatbot.extractive.weights import load_weights
from ingest.hit import Hit

# Passages ordered anew; what search put behind them stays behind them.
RERANKED = 20
_BEST = ("coverage", "local", "context", "context_local", "window", "window_local", "pairs", "typed", "rarest",
         "passage", "lexical", "lexical_gap", "rank", "dense_hit", "count", "rare_question", "heading")  # fmt: skip
_BEST_AT = [NAMES.index(name) for name in _BEST]


def rerank(question: str, hits: Sequence[Hit], idf: Idf) -> list[float]:
    """A score for each hit (higher is better, comparable within the question)."""
    asked = parse_question(question)
    near = hits[:RERANKED]
    pool = candidates(near)
    scores = [-100.0 - number for number in range(len(hits))]
    if not pool or not asked.tokens:
        return scores
    rows = surface(asked, near, pool, match(asked, pool, idf), None, counted=False)
    found = load_weights(asked.language).rerank.score(hit_features(rows, pool, len(near)))
    return [float(score) for score in found] + scores[len(near) :]


def hit_features(rows: Floats, pool: Sequence[Candidate], count: int) -> Floats:
    """[H, 2 F]: the best of each feature among a passage's sentences, and how far that is from the best passage's."""
    best = np.full((count, len(_BEST_AT)), -10.0, np.float32)
    np.maximum.at(best, np.array([sentence.hit for sentence in pool]), rows[:, _BEST_AT])
    return np.concatenate([best, best - best.max(axis=0)], axis=1)
