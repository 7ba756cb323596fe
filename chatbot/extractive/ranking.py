"""Which sentences of the passages answer a question, and whether any does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.evidence import pool_features
from chatbot.extractive.features import surface
from chatbot.extractive.passage import LONGEST, Candidate, Floats, Idf, Match, candidates, match
from chatbot.extractive.question import Question, parse_question
from chatbot.extractive.weights import load_weights
from ingest.hit import Hit

Embed = Callable[[list[str]], NDArray[np.float32]]

# Sentences that are embedded at question time: the best by the words they share (about 15 ms each pair on one core).
EMBEDDED = 12
_CLAUSE = re.compile(r"(?<=[,;:，；])\s+|\s+")


@dataclass(frozen=True)
class RankedSentence:
    """A verbatim sentence or table row, ``text == document_text[start:end]``, of ``hits[hit]``; at most LONGEST long.

    ``score`` is the log odds that it answers, comparable within one question.
    """

    hit: int
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class Ranking:
    """``sentences`` best first; ``evidence`` is the probability in [0, 1] that the passages hold an answer."""

    sentences: tuple[RankedSentence, ...]
    evidence: float


def threshold(language: str) -> float:
    """The ``evidence`` under which a question in this language ("ko", "en") should be refused."""
    return load_weights(language).threshold


def rank_sentences(question: str, hits: Sequence[Hit], idf: Idf, embed: Embed | None) -> Ranking:
    """Orders the sentences of ``hits`` (best first; the top 8 to 10 are enough) by how likely they answer.

    ``idf`` gives the rarity of a token in the library, ``embed`` unit rows, or None where the embedder cannot read
    the question's language.
    """
    asked = parse_question(question)
    pool = candidates(hits)
    if not pool or not asked.tokens:
        return Ranking((), 0.0)
    weights = load_weights(asked.language)
    found = match(asked, pool, idf)
    similar = None if embed is None else similarity(asked, pool, found, embed)
    rows = surface(asked, hits, pool, found, similar)
    scores = weights.sentence.score(rows)
    evidence = float(weights.evidence.probability(pool_features(rows, scores)[None])[0])
    best = np.argsort(-scores, kind="stable")
    return Ranking(tuple(_quotable(pool[row], float(scores[row]), asked) for row in best), evidence)


def rerank(question: str, hits: Sequence[Hit], idf: Idf) -> list[float]:
    """A score for each hit (higher is better, comparable within the question), from the stored tokens alone."""
    asked = parse_question(question)
    pool = candidates(hits)
    if not pool or not asked.tokens:
        return [0.0] * len(hits)
    rows = surface(asked, hits, pool, match(asked, pool, idf), None)
    scores = load_weights(asked.language).sentence.score(rows)
    best = np.full(len(hits), -20.0)
    np.maximum.at(best, np.array([sentence.hit for sentence in pool]), scores)
    return [float(score) for score in best]


def similarity(question: Question, pool: Sequence[Candidate], found: Match, embed: Embed) -> Floats:
    """[S, 2] cosines of the question with a sentence alone and with the one before it; nan for the unpromising."""
    values = np.full((len(pool), 2), np.nan, np.float32)
    promise = found.strength @ (found.weights + found.local)
    promise -= 0.05 * np.array([sentence.hit for sentence in pool]) * promise.max(initial=0.0)
    chosen = np.argsort(-promise, kind="stable")[:EMBEDDED]
    texts = [question.text]
    for row in chosen:
        before = pool[row - 1].text + " " if row and pool[row - 1].hit == pool[row].hit else ""
        texts += [pool[row].text, before + pool[row].text]
    vectors = embed(texts)
    values[chosen] = (vectors[1:] @ vectors[0]).reshape(-1, 2)
    return values


def _quotable(sentence: Candidate, score: float, question: Question) -> RankedSentence:
    start, end = sentence.start, sentence.end
    if end - start > LONGEST:
        left, right = _window(sentence.text, question.tokens)
        start, end = sentence.start + left, sentence.start + right
    text = sentence.text[start - sentence.start : end - sentence.start]
    return RankedSentence(sentence.hit, start, end, text, score)


def _window(text: str, tokens: Sequence[str]) -> tuple[int, int]:
    """The span of at most LONGEST characters, from a clause's or word's beginning, that holds most question tokens."""
    starts = [0, *(found.end() for found in _CLAUSE.finditer(text))]
    lowered = text.lower()
    best = (-1, 0, LONGEST)
    for left in starts:
        ends = [found for found in starts if left < found <= left + LONGEST]
        right = len(text) if len(text) - left <= LONGEST else max(ends, default=left + LONGEST)
        held = sum(token in lowered[left:right] for token in tokens)
        if held > best[0]:
            best = (held, left, right)
    left, right = best[1], best[2]
    while right > left and text[right - 1].isspace():
        right -= 1
    return left, right
