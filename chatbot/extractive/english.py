"""What the network reads of a sentence that is not Korean: words, stems, shapes and the embedder's token vectors."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.passage import Floats, Idf
from ingest.analyzer import Analyzer

WORD = re.compile(r"[^\W_]+(?:[-'’&./,][^\W_]+)*")
_ASKING = frozenset("what which who whom whose when where why how".split())
_GRAMMAR = (
    frozenset(
        "do did does is are was were be been being the a an of to in on for by and or that it with as at from has have had "
        "not this these those there their its his her he she they i we you name type kind".split()
    )
    | _ASKING
)
SHAPES = ("capital", "capitals", "digit", "year", "first", "grammar", "comma", "stop", "opens", "closes", "hyphen")
WORD_NUMBERS = 14 + len(SHAPES) + 3
LONGEST_WORDS = 64
# Components of the token vectors that the network sees (the first principal ones of the training passages).
COMPONENTS = 48


@dataclass(frozen=True)
class TokenVectors:
    """The embedder's last layer for one text: ``offsets`` [T, 2] characters, ``vectors`` [T, D] unit rows."""

    offsets: NDArray[np.int64]
    vectors: Floats

    def inside(self, start: int, end: int) -> NDArray[np.int64]:
        """Tokens that share a character with [start, end)."""
        first, last = self.offsets[:, 0], self.offsets[:, 1]
        return np.flatnonzero((first < end) & (last > start) & (last > first))


ReadTokens = Callable[[list[str]], list[TokenVectors]]


@dataclass(frozen=True)
class SoughtWords:
    """A question's words: stems, idf weights that sum to 1 (0 for words of grammar), the word that asks, the word after
    it (what is asked for), and for each word its vector, or none at all."""

    stems: tuple[str, ...]
    weights: Floats
    asking: str
    focus: str
    squeezed: str
    vectors: Floats | None
    asking_vector: Floats | None
    focus_vector: Floats | None


@functools.cache
def _analyzer() -> Analyzer:
    return Analyzer()


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The analyzer's token for a word, its last one where it makes several."""
    tokens = _analyzer().tokens(word)
    return tokens[-1] if tokens else word.lower()


def read_words(text: str, idf: Idf, deep: TokenVectors | None) -> SoughtWords:
    """The question as the network sees it."""
    spans = [found.span() for found in WORD.finditer(text)]
    words = [text[start:end].lower() for start, end in spans]
    stems = tuple(stem(word) for word in words)
    weights = np.array([0.0 if w in _GRAMMAR else idf(s) for w, s in zip(words, stems, strict=True)], np.float32)
    weights /= max(float(weights.sum()), 1e-6)
    at = next((place for place, word in enumerate(words) if word in _ASKING), None)
    asking = "" if at is None else words[at]
    after = None if at is None else next((i for i in range(at + 1, len(words)) if words[i] not in _GRAMMAR), None)
    vectors = None if deep is None else np.stack([_mean(deep, *span) for span in spans]) if spans else None
    return SoughtWords(
        stems, weights, asking, "" if after is None else stems[after], " ".join(words), vectors,
        None if vectors is None or at is None else vectors[at],
        None if vectors is None or after is None else vectors[after],
    )  # fmt: skip


def _mean(deep: TokenVectors, start: int, end: int) -> Floats:
    rows = deep.vectors[deep.inside(start, end)]
    mean: Floats = rows.mean(axis=0) if len(rows) else np.zeros(deep.vectors.shape[1], np.float32)
    return (mean / max(float(np.linalg.norm(mean)), 1e-6)).astype(np.float32)


@dataclass(frozen=True)
class WordReading:
    """[U, WORD_NUMBERS] numbers, [U, D] token vectors (zeros where unknown), tails and heads for the embeddings."""

    spans: tuple[tuple[int, int], ...]
    numbers: Floats
    vectors: Floats
    tails: list[str]
    heads: list[str]


def read_words_of(
    sought: SoughtWords, text: str, local: dict[str, float], deep: TokenVectors | None, offset: int, width: int
) -> WordReading:
    """One sentence that begins at ``offset`` of the text that ``deep`` was made from."""
    spans = [found.span() for found in WORD.finditer(text)][:LONGEST_WORDS]
    vectors = np.zeros((len(spans), width), np.float32)
    if deep is not None:
        for row, (start, end) in enumerate(spans):
            vectors[row] = _mean(deep, offset + start, offset + end)
    near = np.zeros((len(spans), 6), np.float32)
    if deep is not None and sought.vectors is not None and len(spans):
        near = _near(sought, vectors)
    numbers = np.zeros((len(spans), WORD_NUMBERS), np.float32)
    tails, heads = [], []
    quoted = bracket = 0.0
    for row, (start, end) in enumerate(spans):
        word = text[start:end]
        lowered, root = word.lower(), stem(word)
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        if before in tuple('"“‘'):
            quoted = 1.0
        if before == "(":
            bracket = 1.0
        numbers[row] = [
            *_meet(sought, lowered, root, local), *near[row],
            *_shape(word, lowered, row, before, after), quoted, bracket, row / max(len(spans) - 1, 1),
        ]  # fmt: skip
        if after in tuple('"”'):
            quoted = 0.0
        if after == ")":
            bracket = 0.0
        tails.append(lowered if lowered in _GRAMMAR or len(lowered) <= 3 else "~" + lowered[-3:])
        heads.append(root)
    return WordReading(tuple(spans), numbers, vectors, tails, heads)


def _near(sought: SoughtWords, vectors: Floats) -> Floats:
    """[U, 6] cosines: the best with a question word, weighed by its rarity and not; with the word that asks and what
    is asked for; with the whole question; and whether there are vectors."""
    assert sought.vectors is not None
    cosines = vectors @ sought.vectors.T
    weights = sought.weights / max(float(sought.weights.max()), 1e-6)
    whole = sought.vectors.mean(axis=0)
    zero = np.zeros(len(vectors), np.float32)
    columns = [
        (cosines * weights).max(axis=1), cosines.max(axis=1), cosines @ sought.weights,
        zero if sought.asking_vector is None else vectors @ sought.asking_vector,
        zero if sought.focus_vector is None else vectors @ sought.focus_vector,
        vectors @ (whole / max(float(np.linalg.norm(whole)), 1e-6)),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def _meet(sought: SoughtWords, word: str, root: str, local: dict[str, float]) -> list[float]:
    exact = rare = part = 0.0
    if word not in _GRAMMAR:
        for asked, weight in zip(sought.stems, sought.weights, strict=True):
            if root == asked:
                exact, rare = float(weight), local.get(asked, 0.0)
                break
            if len(root) >= 4 and root[:4] == asked[:4]:
                part = max(part, float(weight))
    inside = float(f" {word} " in f" {sought.squeezed} ")
    return [exact, float(exact > 0), rare, part, inside, float(root == sought.focus), float(not exact and not part),
            float(word in _GRAMMAR)]  # fmt: skip


def _shape(word: str, lowered: str, row: int, before: str, after: str) -> list[float]:
    digit = any(c.isdigit() for c in word)
    return [float(value) for value in (
        word[:1].isupper(), len(word) > 1 and word.isupper(), digit,
        digit and len(word) == 4 and word[:2] in ("10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"),
        row == 0, lowered in _GRAMMAR, after == ",", after in tuple(".;:?!"), before in tuple('"“‘('),
        after in tuple('"”)'), "-" in word,
    )]  # fmt: skip


def overall(sought: SoughtWords, spans: Sequence[tuple[int, int]], deep: TokenVectors | None) -> Floats:
    """[S, 2] for sentences at ``spans`` of one passage: the rarity-weighted best cosine of each question word with the
    sentence's tokens, and the cosine of the two means; nan without vectors."""
    found = np.full((len(spans), 2), np.nan, np.float32)
    if deep is None or sought.vectors is None:
        return found
    whole = sought.vectors.mean(axis=0)
    whole /= max(float(np.linalg.norm(whole)), 1e-6)
    for row, (start, end) in enumerate(spans):
        rows = deep.vectors[deep.inside(start, end)]
        if len(rows):
            mean = rows.mean(axis=0)
            best = (rows @ sought.vectors.T).max(axis=0)
            found[row] = best @ sought.weights, mean @ whole / max(float(np.linalg.norm(mean)), 1e-6)
    return found
