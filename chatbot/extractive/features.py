"""Numbers that tell an answering sentence from its neighbours: cheap ones, from the stored tokens alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.extractive.passage import Candidate, Floats, Match
from chatbot.extractive.question import TYPES, Question
from ingest.hit import Hit

_NUMBER = re.compile(r"\d[\d,.]*")
_TIME = re.compile(
    r"\d+\s?(?:년|월|일|세기|시|분|주년)|\b(?:1[0-9]|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December|century|BC|AD)\b"
)
_REASON = re.compile(
    r"때문|[으]?로 인해|위해|이유|원인|결과|덕분|[아어여]서\b|므로|\bbecause\b|\bdue to\b|\bto \w+|\bso that\b|\bsince\b"
)
_MANNER = re.compile(r"[으]?로써|통해|방식|방법|\bby \w+ing\b|\bthrough\b|\busing\b")
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?:\s+(?:of\s+|the\s+|de\s+)?[A-Z][\w’'-]+)*")
_TITLE = re.compile(r"[《<〈『「\"'“‘]([^《<〈『「\"'“‘》>〉』」”’]{1,40})[》>〉』」\"'”’]")
_PLACE = re.compile(
    r"[가-힣](?:시|군|도|구|동|국|성|주|역|섬|산|강|현)(?=[\s,에의로을를은는이가과와]|$)|\b(?:in|at|from|near)\s+(?:the\s+)?[A-Z]"
)
_LIST = re.compile(r"[,·、]")

# What stands for a feature that is not known (no embedder reads the language): below every real value.
UNKNOWN = -9.0
# The rarity of a word where there is none.
NOWHERE = -8.0

NAMES = (
    "coverage", "local", "before", "before2", "after", "passage", "lacking", "rarest", "rarest_missing", "matched",
    "pairs", "window", "window_local", "context", "context_local", "coverage_gap", "local_gap", "coverage_rank",
    "local_rank", "context_gap", "length", "index", "last", "count", "rank", "lexical", "lexical_gap", "dense_hit",
    "numbers", "times", "reason", "manner", "names", "titles", "places", "lists", "novel", "row",
    "typed", "asked", "rare_question", "heading", "late",
    "similar", "similar_gap", "similar_context", "similar_context_gap",
    *(f"is_{name}" for name in TYPES),
)  # fmt: skip


def surface(
    question: Question,
    hits: Sequence[Hit],
    sentences: Sequence[Candidate],
    found: Match,
    similar: Floats | None,
    counted: bool = True,
) -> Floats:
    """[S, F] in the order of NAMES; ``similar`` [S, 2] are cosines of the question with the sentence, alone and with
    the sentence before it; what is not known is UNKNOWN. Things of each kind are ``counted``, or left at 0 for who does
    not use their numbers: that takes a third of the time."""
    total = max(float(found.weights.sum()), 1e-6)
    local_total = max(float(found.local.sum()), 1e-6)
    weighted = found.strength @ found.weights / total
    local = found.strength @ found.local / local_total
    before, before2, after = (_neighbour(found.strength, sentences, step) for step in (-1, -2, 1))
    own = found.strength
    hit_of = np.array([sentence.hit for sentence in sentences], np.int64)
    passage = np.zeros((len(hits), own.shape[1]), np.float32)
    np.maximum.at(passage, hit_of, own)
    lexical = np.array([hit.lexical for hit in hits], np.float32)
    dense = np.array([np.nan if hit.dense is None else hit.dense for hit in hits], np.float32)
    context = np.maximum(own, np.maximum(0.6 * np.maximum(before, 0.6 * before2), 0.3 * after))
    context = np.maximum(context, 0.25 * passage[hit_of])
    windows = [_windows(positions, found) for positions in found.order]
    in_context, in_context_local = context @ found.weights / total, context @ found.local / local_total
    missing = np.where(own < 0.5, found.weights[None], 0.0)
    columns: list[NDArray[Any] | list[float]] = [
        weighted, local, _gain(before, own, found) / total, _gain(before2, np.maximum(own, before), found) / total,
        _gain(after, own, found) / total, passage[hit_of] @ found.weights / total,
        (passage[hit_of] - own).clip(0) @ found.local / local_total,
        _rarest(own * found.weights, found), _rarest(missing, found),
        ((own > 0.5) & (found.weights > 0)).sum(axis=1),
        [window[0] / total for window in windows], [window[1] / total for window in windows],
        [window[2] / local_total for window in windows], in_context, in_context_local,
        _gap(weighted), _gap(local), _rank(weighted), _rank(local), _gap(in_context),
        [np.log1p(len(s.tokens)) for s in sentences], [float(s.index) for s in sentences],
        [float(s.index == s.count - 1) for s in sentences], [float(s.count) for s in sentences],
        hit_of, lexical[hit_of] / total, (lexical / max(float(lexical.max(initial=0.0)), 1e-6))[hit_of],
        dense[hit_of], *_kinds(question, sentences, counted),
    ]  # fmt: skip
    columns += [
        [float(_heading(question, hits[s.hit])) for s in sentences],
        [window[3] for window in windows],
    ]
    if similar is None:
        columns += [np.full(len(sentences), np.nan)] * 4
    else:
        columns += [similar[:, 0], _gap(similar[:, 0]), similar[:, 1], _gap(similar[:, 1])]
    columns += [np.full(len(sentences), float(question.expected == name)) for name in TYPES]
    stacked = np.stack([np.asarray(column, np.float32) for column in columns], axis=1)
    return np.nan_to_num(stacked, nan=UNKNOWN)


def _neighbour(strength: Floats, sentences: Sequence[Candidate], step: int) -> Floats:
    """The match of the sentence ``step`` places away in the same passage; zero where there is none."""
    moved = np.zeros_like(strength)
    for row in range(len(sentences)):
        other = row + step
        if 0 <= other < len(sentences) and sentences[other].hit == sentences[row].hit:
            moved[row] = strength[other]
    return moved


def _rarest(weights: Floats, found: Match) -> Floats:
    """The rarest word's idf less that of a word the library does not have: 0 for none, -1.1 for one passage, whatever
    the size of the library. The idf itself would tell how large the library is, and trees would learn that by heart."""
    most = weights.max(axis=1, initial=0.0)
    rarest: Floats = np.where(most > 0, most - found.unseen, NOWHERE)
    return rarest


def _gain(other: Floats, own: Floats, found: Match) -> Floats:
    gain: Floats = (other - own).clip(0) @ found.weights
    return gain


def _gap(values: Floats) -> Floats:
    """Each value less the best of the others: positive for the leader alone."""
    if len(values) < 2:
        return np.zeros_like(values)
    ordered = np.sort(values)
    gap: Floats = np.where(values == ordered[-1], values - ordered[-2], values - ordered[-1])
    return gap


def _rank(values: Floats) -> Floats:
    rank: Floats = (values[None] > values[:, None]).sum(axis=1).clip(0, 20).astype(np.float32)
    return rank


def _windows(positions: NDArray[np.int32], found: Match) -> tuple[float, float, float, float]:
    """Weight of neighbouring question words that also neighbour here; the best 12-token window's weight, by rarity in
    the library and among the candidates; and where in the sentence the matched words stand (0 first, 1 last)."""
    places = np.flatnonzero(positions >= 0)
    if not len(places):
        return 0.0, 0.0, 0.0, 0.5
    late = float(places.mean() / max(len(positions) - 1, 1))
    at, tokens = places.tolist(), positions[places].tolist()
    weights, local = found.weight_of, found.local_of
    pairs = best = best_local = 0.0
    for left, token in enumerate(tokens):
        if left + 1 < len(at):
            follower = tokens[left + 1]
            if 0 < follower - token <= 2 and at[left + 1] - at[left] <= 3:
                pairs += min(weights[token], weights[follower])
        inside = set(tokens[left : bisect_left(at, at[left] + 12)])
        best = max(best, sum(weights[one] for one in inside))
        best_local = max(best_local, sum(local[one] for one in inside))
    return pairs, best, best_local, late


def _heading(question: Question, hit: Hit) -> bool:
    squeezed = f"{hit.title} {hit.heading}".lower()
    return any(len(token) > 1 and token in squeezed for token in question.tokens)


_COUNTED = ("number", "time", "reason", "manner", "person", "title", "place", "list", "thing")


def _kinds(question: Question, sentences: Sequence[Candidate], counted: bool) -> list[list[float]]:
    """Things of each kind in a sentence that the question does not already name."""
    asked = question.text.lower()
    known = frozenset(question.tokens)
    rows = []
    for sentence in sentences:
        kinds = _COUNTED if counted else (question.expected,)
        counts = {kind: _count(kind, sentence, asked, known) for kind in kinds}
        typed = counts[question.expected] > (1 if question.expected == "thing" else 0)
        row = [*(counts.get(kind, 0) for kind in _COUNTED), " | " in sentence.text or "\t" in sentence.text, typed,
               "?" in sentence.text, len(known)]  # fmt: skip
        rows.append([float(value) for value in row])
    return [list(column) for column in zip(*rows, strict=True)]


def _count(kind: str, sentence: Candidate, asked: str, known: frozenset[str]) -> int:
    text = sentence.text
    if kind == "thing":
        return sum(token not in known for token in set(sentence.tokens))
    if kind in ("reason", "manner"):
        return int(bool((_REASON if kind == "reason" else _MANNER).search(text)))
    if kind in ("place", "list"):
        return len((_PLACE if kind == "place" else _LIST).findall(text))
    pattern = {"number": _NUMBER, "time": _TIME, "person": _NAME, "title": _TITLE}[kind]
    return sum(found.lower() not in asked for found in pattern.findall(text))
