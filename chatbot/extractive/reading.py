"""The promising sentences of a pool as the network reads them: one row for each eojeol or word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive import english, korean
from chatbot.extractive.features import NAMES
from chatbot.extractive.passage import Candidate, Floats, Idf, Match
from chatbot.extractive.question import Question
from ingest.hit import Hit

# Sentences that are read closely. The answer is among them for 99 % of the questions whose passages hold it.
READ = 16
# Characters of the best passages whose tokens are embedded for a question (about 450 tokens, 0.15 s on two cores).
EMBEDDED = 2_000
_PROMISE = [NAMES.index(name) for name in ("context", "context_local", "coverage")]
_RANK = NAMES.index("rank")


@dataclass(frozen=True)
class Reading:
    """``chosen`` [S]: which candidates were read. For their units, sentence after sentence (``lengths`` [S] units each):
    ``numbers`` [U, N], ``kinds`` [U, K], and the forms ``tails`` and ``heads``; for the question: the kind and form of
    what is asked for, and the word that asks."""

    chosen: NDArray[np.int64]
    lengths: NDArray[np.int64]
    numbers: Floats
    kinds: Floats
    tails: list[str]
    heads: list[str]
    asked_kind: Floats
    asked_head: str
    asking: str


def promising(rows: Floats, limit: int = READ) -> NDArray[np.int64]:
    """The candidates worth reading closely, by the words they and their neighbours share with the question."""
    promise = rows[:, _PROMISE].sum(axis=1) - 0.08 * rows[:, _RANK]
    return np.argsort(-promise, kind="stable")[:limit]


def read_korean(question: Question, pool: Sequence[Candidate], found: Match, rows: Floats, idf: Idf) -> Reading:
    """Reads with Kiwi's morphemes; about 1 ms a sentence."""
    sought = korean.read_question(question.text, idf)
    local = _local(question, found)
    chosen = promising(rows)
    read = [korean.read_sentence(sought, pool[row].text, local) for row in chosen]
    kind = korean.landmarks(sought.focus.meaning if sought.focus else 0)
    return Reading(
        chosen, np.array([len(numbers) for numbers, _, _, _ in read], np.int64),
        np.concatenate([numbers for numbers, _, _, _ in read]), np.concatenate([kinds for _, kinds, _, _ in read]),
        [tail for _, _, tails, _ in read for tail in tails], [head for _, _, _, heads in read for head in heads],
        kind, sought.focus.form if sought.focus else "", sought.asking,
    )  # fmt: skip


@dataclass(frozen=True)
class Embedded:
    """Token vectors of the question and of the passages (by hit number) that were embedded."""

    question: english.TokenVectors | None
    passages: dict[int, english.TokenVectors]


def embed_tokens(question: Question, hits: Sequence[Hit], read_tokens: english.ReadTokens | None) -> Embedded:
    """Embeds the question and the best passages, as many as EMBEDDED characters allow but at least one."""
    if read_tokens is None or not hits:
        return Embedded(None, {})
    count, spent = 1, len(hits[0].text)
    while count < len(hits) and spent + len(hits[count].text) <= EMBEDDED:
        spent += len(hits[count].text)
        count += 1
    vectors = read_tokens([question.text, *(hit.text for hit in hits[:count])])
    return Embedded(vectors[0], dict(enumerate(vectors[1:])))


def similarity(
    question: Question, hits: Sequence[Hit], pool: Sequence[Candidate], idf: Idf, deep: Embedded
) -> Floats | None:
    """[S, 2] as ``surface`` takes it."""
    if deep.question is None:
        return None
    sought = english.read_words(question.text, idf, deep.question)
    found = np.full((len(pool), 2), np.nan, np.float32)
    for number, vectors in deep.passages.items():
        rows = [row for row, sentence in enumerate(pool) if sentence.hit == number]
        start = hits[number].start
        found[rows] = english.overall(sought, [(pool[r].start - start, pool[r].end - start) for r in rows], vectors)
    return found


def read_english(
    question: Question, hits: Sequence[Hit], pool: Sequence[Candidate], found: Match, rows: Floats, idf: Idf,
    deep: Embedded, components: Floats,
) -> Reading:  # fmt: skip
    """Reads words, and their token vectors by ``components`` [D, K]; without vectors those columns are zero."""
    sought = english.read_words(question.text, idf, deep.question)
    local = _local(question, found)
    chosen = promising(rows)
    read = []
    for row in chosen:
        sentence = pool[row]
        vectors, offset = deep.passages.get(sentence.hit), sentence.start - hits[sentence.hit].start
        read.append(english.read_words_of(sought, sentence.text, local, vectors, offset, len(components)))
    asked = np.zeros(len(components), np.float32) if sought.asking_vector is None else sought.asking_vector
    return Reading(
        chosen, np.array([len(words.spans) for words in read], np.int64),
        np.concatenate([words.numbers for words in read]),
        np.concatenate([words.vectors for words in read]) @ components,
        [tail for words in read for tail in words.tails], [head for words in read for head in words.heads],
        asked @ components, sought.focus, sought.asking,
    )  # fmt: skip


def _local(question: Question, found: Match) -> dict[str, float]:
    total = max(float(found.local.sum()), 1e-6)
    return {token: float(value) / total for token, value in zip(question.tokens, found.local, strict=True)}


def unit_spans(language: str, text: str) -> list[tuple[int, int]]:
    """Where the units stand that are read of a sentence."""
    if language == "ko":
        return [(unit.start, unit.end) for unit in korean.korean_units(text)[: korean.LONGEST_UNITS]]
    return [found.span() for found in english.WORD.finditer(text)][: english.LONGEST_WORDS]
