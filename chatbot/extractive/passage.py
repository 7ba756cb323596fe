"""The candidate sentences of the passages found for a question, and how their words match the question's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.question import Question
from ingest.hit import Hit

Floats = NDArray[np.float32]
Idf = Callable[[str], float]

# A quote longer than this is not one sentence to a reader; the window around the matched words is quoted instead.
LONGEST = 500


@dataclass(frozen=True)
class Candidate:
    """One sentence or table row that may be quoted; offsets are the document's, ``text`` is what stands there.

    A ``heading`` lends its words to the sentence after it, but is quoted only where there is nothing else.
    """

    hit: int
    index: int
    count: int
    start: int
    end: int
    text: str
    tokens: tuple[str, ...]
    heading: bool = False


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Every sentence of every hit, in order; a sentence that two hits share is taken from the better hit only."""
    seen: set[tuple[str, int]] = set()
    found = []
    for number, hit in enumerate(hits):
        for index, sentence in enumerate(hit.sentences):
            if (hit.document, sentence.start) in seen:
                continue
            seen.add((hit.document, sentence.start))
            text = hit.text[sentence.start - hit.start : sentence.end - hit.start]
            place = (number, index, len(hit.sentences), sentence.start, sentence.end)
            found.append(Candidate(*place, text, sentence.tokens, sentence.heading))
    return found


@dataclass(frozen=True)
class Match:
    """How candidates match the question.

    ``strength`` [S, Q]: 1 where the sentence has the token, less where it has a part of it or an inflection, else 0.
    ``order``: for each sentence the question token (index, or -1) at each of its token positions.
    ``weights`` [Q]: idf of each question token, 0 for words that only ask; ``local`` [Q]: rarity among the candidates.
    ``unseen``: the idf of a word that the library does not have.
    """

    strength: Floats
    order: list[NDArray[np.int32]]
    weights: Floats
    local: Floats
    unseen: float

    @cached_property
    def weight_of(self) -> list[float]:
        """``weights`` as a list, which loops read ten times as fast."""
        values: list[float] = self.weights.tolist()
        return values

    @cached_property
    def local_of(self) -> list[float]:
        """``local`` as a list."""
        values: list[float] = self.local.tolist()
        return values


def match(question: Question, sentences: Sequence[Candidate], idf: Idf) -> Match:
    """Aligns every candidate with the question's tokens."""
    place = {token: number for number, token in enumerate(question.tokens)}
    strength = np.zeros((len(sentences), len(place)), np.float32)
    order = []
    partial = _Partial(question.tokens, sentences)
    for row, sentence in enumerate(sentences):
        positions = np.array([place.get(token, -1) for token in sentence.tokens], np.int32)
        order.append(positions)
        strength[row, positions[positions >= 0]] = 1.0
        squeezed = "".join(sentence.text.split()).lower()
        held = set(positions.tolist())
        for number, token in enumerate(question.tokens):
            if number not in held and len(token) > 1 and token in squeezed:
                strength[row, number] = 0.9
        partial.fill(strength[row], sentence.tokens)
    asking = np.array(question.asking, bool)
    weights = np.array([idf(token) for token in question.tokens], np.float32)
    weights = np.where(asking, 0.0, weights).astype(np.float32)
    present = (strength >= 0.9).sum(axis=0)
    local = np.log1p((len(sentences) - present + 0.5) / (present + 0.5))
    local = np.where(asking | (present == 0), 0.0, local).astype(np.float32)
    return Match(strength, order, weights, local, idf("\0"))


class _Partial:
    """Parts of compounds (폭력시위 in 시위) and words that share a long beginning (organ-ize, organ-ization)."""

    def __init__(self, tokens: Sequence[str], sentences: Sequence[Candidate]) -> None:
        self._tokens = tokens
        self._letters = frozenset("".join(tokens))
        self._prefixes: dict[str, list[int]] = {}
        for number, token in enumerate(tokens):
            if len(token) >= 2 and not token[0].isdigit():
                self._prefixes.setdefault(token[:2], []).append(number)
        met = {token for sentence in sentences for token in sentence.tokens}
        self._known = {token: found for token in met if (found := self._compare(token))}

    def fill(self, row: Floats, tokens: Sequence[str]) -> None:
        for token in self._known.keys() & tokens:
            for number, value in self._known[token]:
                if row[number] < value:
                    row[number] = value

    def _compare(self, token: str) -> list[tuple[int, float]]:
        if len(token) < 2 or token[0] not in self._letters or token[0].isdigit():
            return []
        found = []
        for number, other in enumerate(self._tokens):
            if len(token) < len(other) and token in other and not other[0].isascii():
                found.append((number, 0.8 * len(token) / len(other)))
        for number in self._prefixes.get(token[:2], ()):
            other = self._tokens[number]
            shared = next((i for i, (a, b) in enumerate(zip(token, other, strict=False)) if a != b), None)
            length = min(len(token), len(other)) if shared is None else shared
            if token != other and other[0].isascii() and length >= 4 and length >= 0.6 * max(len(token), len(other)):
                found.append((number, 0.7))
            elif token != other and not other[0].isascii() and length >= 2:
                found.append((number, 0.6 * length / max(len(token), len(other))))
        return found
