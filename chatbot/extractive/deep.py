"""Late interaction: how near a sentence's tokens come to each of the question's tokens, by the embedder's last layer.

A token's vector is read in the context of its whole passage, so "he" stands near the name it means and "surrendered"
near "gave up". After Khattab and Zaharia (SIGIR 2020), without training, and with the sentence before lending a hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.passage import Candidate, Floats, Idf
from chatbot.extractive.question import Question, is_grammar, token_of
from ingest.embedder import TokenVectors
from ingest.hit import Hit

# Characters of the best passages whose tokens are embedded for a question (about 650 tokens, 0.15 s on one core).
EMBEDDED = 3_000
_VIEWS = ("own", "before", "both_before", "passage")
_WEIGHTS = ("rarity", "even", "mixed")
NAMES = tuple(
    f"{view}_{weight}_{kind}" for view in _VIEWS for weight in _WEIGHTS for kind in ("near", "near_gap", "share")
)


ReadTokens = Callable[[list[str]], list[TokenVectors]]


def affordable(hits: Sequence[Hit]) -> list[Hit]:
    """The best passages, as many as EMBEDDED characters allow but at least one."""
    taken: list[Hit] = []
    spent = 0
    for hit in hits:
        if taken and spent + len(hit.text) > EMBEDDED:
            break
        taken.append(hit)
        spent += len(hit.text)
    return taken


def interact(
    question: Question, hits: Sequence[Hit], pool: Sequence[Candidate], idf: Idf, read_tokens: ReadTokens | None
) -> Floats:
    """[S, F] in the order of NAMES; zeros without ``read_tokens``."""
    if read_tokens is None or not pool:
        return np.zeros((len(pool), len(NAMES)), np.float32)
    near = affordable(hits)
    asked, *vectors = read_tokens([question.text, *(hit.text for hit in near)])
    cosines = np.full((len(pool), len(asked.vectors)), np.nan, np.float32)
    for row, sentence in enumerate(pool):
        if sentence.hit < len(near):
            start = near[sentence.hit].start
            rows = vectors[sentence.hit].inside(sentence.start - start, sentence.end - start)
            if len(rows):
                cosines[row] = (vectors[sentence.hit].vectors[rows] @ asked.vectors.T).max(axis=0)
    # Passages that were not embedded are as far as the farthest sentence that was.
    cosines = np.where(np.isnan(cosines), np.nanmin(cosines, axis=0)[None], cosines)
    rarity = _rarity(question, asked, idf)
    even = np.full(len(rarity), 1 / len(rarity), np.float32)
    weights = np.stack([rarity, even, (rarity + even) / 2])
    columns = []
    for view in _views(cosines, pool):
        nearness = view @ weights.T
        sharpened = np.exp(8 * (view - view.max(axis=0))) * 0.85 ** _hits(pool)[:, None]
        shares = (sharpened / sharpened.sum(axis=0)) @ weights.T
        for number in range(len(weights)):
            columns += [nearness[:, number], nearness[:, number] - nearness[:, number].max(), shares[:, number]]
    return np.stack(columns, axis=1).astype(np.float32)


def _rarity(question: Question, asked: TokenVectors, idf: Idf) -> Floats:
    weights = np.zeros(len(asked.offsets), np.float32)
    for place, (start, end) in enumerate(asked.offsets):
        piece = question.text[start:end]
        if end > start and not is_grammar(piece):
            weights[place] = idf(token_of(piece))
    return weights / max(float(weights.sum()), 1e-6)


def _hits(pool: Sequence[Candidate]) -> NDArray[np.int64]:
    return np.array([sentence.hit for sentence in pool], np.int64)


def _views(cosines: Floats, pool: Sequence[Candidate]) -> list[Floats]:
    """The sentence alone; with the one before; with the two before; with its whole passage, at a discount each."""
    hits = _hits(pool)
    before, second, passage = np.zeros_like(cosines), np.zeros_like(cosines), np.zeros_like(cosines)
    before[1:] = np.where((hits[1:] == hits[:-1])[:, None], cosines[:-1], 0)
    second[2:] = np.where((hits[2:] == hits[:-2])[:, None], cosines[:-2], 0)
    for hit in np.unique(hits):
        passage[hits == hit] = cosines[hits == hit].max(axis=0)
    with_before = np.maximum(cosines, 0.8 * before)
    return [cosines, with_before, np.maximum(with_before, 0.7 * second), np.maximum(with_before, 0.7 * passage)]
