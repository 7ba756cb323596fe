"""Which sentences of the passages answer a question, and whether any does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.extractive.deep import ReadTokens, interact
from chatbot.extractive.evidence import mentioned, pool_features
from chatbot.extractive.features import surface
from chatbot.extractive.passage import LONGEST, Candidate, Idf, candidates, match
from chatbot.extractive.question import parse_question
from chatbot.extractive.reading import read_korean
from chatbot.extractive.weights import Nets, load_weights
from ingest.hit import Hit

_CLAUSE = re.compile(r"(?<=[,;:，；])\s*|\s+")


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


def rank_sentences(question: str, hits: Sequence[Hit], idf: Idf, read_tokens: ReadTokens | None = None) -> Ranking:
    """Orders the sentences of ``hits`` (best first; the top 8 are enough) by how likely they answer.

    ``idf`` gives the rarity of a token in the library; ``read_tokens`` the embedder's token vectors, or None where it
    cannot read the question's language.
    """
    asked = parse_question(question)
    pool = candidates(hits)
    if not pool or not asked.tokens:
        return Ranking((), 0.0)
    weights = load_weights(asked.language)
    found = match(asked, pool, idf)
    rows = surface(asked, hits, pool, found, None)
    if isinstance(weights.sentence, Nets):
        read = read_korean(asked, pool, found, rows, idf)
        chosen, scores = read.chosen, weights.sentence.score(read, rows)
    else:
        rows = np.concatenate([rows, interact(asked, hits, pool, idf, read_tokens)], axis=1)
        chosen, scores = np.arange(len(pool)), weights.sentence.score(rows)
    quotable = np.array([not pool[row].heading for row in chosen])
    if quotable.any():
        chosen, scores = chosen[quotable], scores[quotable]
    logit = float(weights.evidence.score(pool_features(rows, chosen, scores)[None])[0])
    order = np.argsort(-scores, kind="stable")
    sentences = tuple(_quotable(pool[chosen[place]], float(scores[place]), asked.tokens) for place in order)
    evidence = 1.0 / (1.0 + float(np.exp(-logit)))
    if asked.keywords and mentioned(rows):
        # Nothing is asked that could be missing, and the scorer has only ever been taught by questions.
        evidence = max(evidence, (1.0 + weights.threshold) / 2)
    return Ranking(sentences, evidence)


def _quotable(sentence: Candidate, score: float, tokens: Sequence[str]) -> RankedSentence:
    start, end = sentence.start, sentence.end
    if end - start > LONGEST:
        left, right = _window(sentence.text, tokens)
        start, end = sentence.start + left, sentence.start + right
    text = sentence.text[start - sentence.start : end - sentence.start]
    return RankedSentence(sentence.hit, start, end, text, score)


def _window(text: str, tokens: Sequence[str]) -> tuple[int, int]:
    """The span of at most LONGEST characters, from a clause's or word's beginning, that holds most question tokens."""
    starts = sorted({0, *(found.end() for found in _CLAUSE.finditer(text))})
    lowered = text.lower()
    most, best = -1, (0, LONGEST)
    for left in starts:
        ends = [place for place in starts if left < place <= left + LONGEST]
        right = len(text) if len(text) - left <= LONGEST else max(ends, default=left + LONGEST)
        held = sum(token in lowered[left:right] for token in tokens)
        if held > most:
            most, best = held, (left, right)
    left, right = best
    while right > left and text[right - 1].isspace():
        right -= 1
    return left, right
