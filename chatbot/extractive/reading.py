"""The promising sentences of a pool as the network reads them: one row for each eojeol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive import korean
from chatbot.extractive.features import NAMES
from chatbot.extractive.passage import Candidate, Floats, Idf, Match
from chatbot.extractive.question import Question
from chatbot.extractive.units import korean_units

# Sentences that are read closely. The answer is among them for 99 % of the questions whose passages hold it.
READ = 16
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


def _local(question: Question, found: Match) -> dict[str, float]:
    total = max(float(found.local.sum()), 1e-6)
    return {token: float(value) / total for token, value in zip(question.tokens, found.local, strict=True)}


def unit_spans(text: str) -> list[tuple[int, int]]:
    """Where the units stand that are read of a sentence."""
    return [(unit.start, unit.end) for unit in korean_units(text)[: korean.LONGEST_UNITS]]
