"""Cases -> the arrays that the scorer learns from, made with the very code that answers questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scorer_data import Case
from scorer_net import Example, Sizes

from chatbot.extractive.deep import ReadTokens, interact
from chatbot.extractive.features import surface
from chatbot.extractive.passage import Candidate, Floats, candidates, match
from chatbot.extractive.question import parse_question
from chatbot.extractive.reading import Reading, read_korean, unit_spans
from chatbot.extractive.reranking import RERANKED, hit_features
from ingest.hit import Hit


@dataclass
class Pool:
    """A case read: ``rows`` [C, F] of all candidates and which of them hold the answer. In Korean also the reading of
    the ``chosen`` [S] and which of its units are the answer's; in English all are chosen and there is no reading."""

    group: str
    kind: str
    present: bool
    rows: Floats
    holds: NDArray[np.bool_]
    chosen: NDArray[np.int64]
    reading: Reading | None
    target: NDArray[np.bool_]

    @property
    def usable(self) -> bool:
        """Not where the paragraph was taken out and yet another sentence holds the answer, or the reverse."""
        return bool(self.target.any()) if self.present else not self.holds.any()


@dataclass
class HitPool:
    group: str
    kind: str
    features: Floats
    holds: NDArray[np.bool_]


def idf_of(case: Case) -> Callable[[str], float]:
    return lambda token: case.idf.get(token, case.unseen)


def read_hits(case: Case) -> HitPool:
    """What reranking sees of a case."""
    question, near = parse_question(case.question), case.hits[:RERANKED]
    pool = candidates(near)
    rows = surface(question, near, pool, match(question, pool, idf_of(case)), None)
    holds = np.array([case.holds(hit, hit.text) for hit in near])
    return HitPool(case.document, case.kind, hit_features(rows, pool, len(near)), holds)


def read_pool(case: Case, hits: Sequence[Hit], read_tokens: ReadTokens | None) -> Pool:
    """What the sentence scorer sees of a case."""
    question, idf = parse_question(case.question), idf_of(case)
    pool = candidates(hits)
    found = match(question, pool, idf)
    rows = surface(question, hits, pool, found, None)
    holds = np.array([case.holds(hits[sentence.hit], sentence.text) for sentence in pool])
    if question.language != "ko":
        rows = np.concatenate([rows, interact(question, hits, pool, idf, read_tokens)], axis=1)
        return Pool(case.document, case.kind, case.present, rows, holds, np.arange(len(pool)), None, holds)
    read = read_korean(question, pool, found, rows, idf)
    read = replace(read, numbers=read.numbers.astype(np.float16), kinds=read.kinds.astype(np.float16))
    target = _target(case, [pool[row] for row in read.chosen], holds[read.chosen])
    return Pool(case.document, case.kind, case.present, rows, holds, read.chosen, read, target)


def _target(case: Case, sentences: Sequence[Candidate], holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Units of the answer; those in the asked paragraph where there are any."""
    marked, asked = [], []
    for sentence, held in zip(sentences, holds, strict=True):
        spans = unit_spans(sentence.text)
        inside = np.zeros(len(spans), bool)
        for answer in case.answers if held else ():
            place = sentence.text.find(answer)
            while place >= 0:
                inside |= [start < place + len(answer) and end > place for start, end in spans]
                place = sentence.text.find(answer, place + 1)
        marked.append(inside)
        asked.append(inside & (sentence.text in case.paragraph))
    everywhere, here = np.concatenate(marked), np.concatenate(asked)
    return here if here.any() else everywhere


@dataclass(frozen=True)
class Scheme:
    """The vocabulary and the standardization of the surface features."""

    vocabulary: dict[str, dict[str, int]]
    mean: Floats
    scale: Floats

    def standardize(self, rows: Floats) -> Floats:
        return ((rows - self.mean) / self.scale).clip(-5, 5).astype(np.float32)

    def sizes(self, pool: Pool) -> Sizes:
        assert pool.reading is not None
        rows = {name: len(table) + 1 for name, table in self.vocabulary.items()}
        numbers, kinds = pool.reading.numbers.shape[1], pool.reading.kinds.shape[1]
        return Sizes(numbers, kinds, rows["tails"], rows["heads"], rows["asking"], pool.rows.shape[1])

    def example(self, pool: Pool) -> Example:
        tables, read = self.vocabulary, pool.reading
        assert read is not None
        return Example(
            read.lengths, read.numbers, read.kinds,
            np.array([tables["tails"].get(form, 0) for form in read.tails], np.int64),
            np.array([tables["heads"].get(form, 0) for form in read.heads], np.int64),
            read.asked_kind, tables["heads"].get(read.asked_head, 0), tables["asking"].get(read.asking, 0),
            self.standardize(pool.rows[pool.chosen]), pool.target, pool.usable,
        )  # fmt: skip


def make_scheme(pools: Sequence[Pool]) -> Scheme:
    """Forms that are met often enough to learn from, and means and deviations."""
    full = [pool.reading for pool in pools if pool.kind == "full" and pool.reading is not None]
    heads = Counter(form for read in full for form in read.heads[:80] if not form.isdigit())
    for read in full:
        heads[read.asked_head] += 8
    share = len(full) / 3000
    vocabulary = {
        "tails": _table(Counter(form for read in full for form in read.tails), 120, 200 * share),
        "heads": _table(heads, 500, 40 * max(share, 0.5)),
        "asking": _table(Counter(read.asking for read in full), 12, 5),
    }
    rows = np.concatenate([pool.rows[pool.chosen] for pool in pools])
    return Scheme(vocabulary, rows.mean(axis=0), np.maximum(rows.std(axis=0), 0.02))


def _table(counts: Counter[str], most: int, least: float) -> dict[str, int]:
    kept = [form for form, count in counts.most_common(most) if count >= least and form]
    return {form: row for row, form in enumerate(kept, 1)}


def folds(groups: Iterable[str], count: int, seed: int) -> dict[str, int]:
    """A fold for each article."""
    names = sorted(set(groups))
    np.random.default_rng(seed).shuffle(names)
    return {name: place % count for place, name in enumerate(names)}
