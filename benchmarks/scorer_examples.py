"""Cases -> the arrays that the scorer learns from, made with the very code that answers questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scorer_data import Case
from scorer_net import Example, Sizes

from chatbot.extractive import reading as reader
from chatbot.extractive.features import surface
from chatbot.extractive.passage import Candidate, Floats, candidates, match
from chatbot.extractive.question import Question, parse_question
from chatbot.extractive.reading import Reading
from chatbot.extractive.reranking import RERANKED, hit_features
from ingest.hit import Hit


@dataclass
class Pool:
    """A case read: ``rows`` [C, F] of all candidates, which of them hold the answer, and the reading of the chosen."""

    group: str
    kind: str
    present: bool
    rows: Floats
    holds: NDArray[np.bool_]
    reading: Reading
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


def read_pool(case: Case, hits: Sequence[Hit], embedded: reader.Embedded, components: Floats | None) -> Pool:
    """What the network sees of a case; ``components`` only for English."""
    question, idf = parse_question(case.question), idf_of(case)
    pool = candidates(hits)
    found = match(question, pool, idf)
    rows = surface(question, hits, pool, found, reader.similarity(question, hits, pool, idf, embedded))
    if question.language == "ko":
        read = reader.read_korean(question, pool, found, rows, idf)
    else:
        assert components is not None
        read = reader.read_english(question, hits, pool, found, rows, idf, embedded, components)
    holds = np.array([case.holds(hits[sentence.hit], sentence.text) for sentence in pool])
    target = _target(case, question, [pool[row] for row in read.chosen], holds[read.chosen])
    return Pool(case.document, case.kind, case.present, rows, holds, read, target)


def _target(
    case: Case, question: Question, sentences: Sequence[Candidate], holds: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Units of the answer; those in the asked paragraph where there are any."""
    marked, asked = [], []
    for sentence, held in zip(sentences, holds, strict=True):
        spans = reader.unit_spans(question.language, sentence.text)
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
        rows = {name: len(table) + 1 for name, table in self.vocabulary.items()}
        numbers, kinds = pool.reading.numbers.shape[1], pool.reading.kinds.shape[1]
        return Sizes(numbers, kinds, rows["tails"], rows["heads"], rows["asking"], pool.rows.shape[1])

    def example(self, pool: Pool) -> Example:
        tables, read = self.vocabulary, pool.reading
        return Example(
            read.lengths, read.numbers, read.kinds.astype(np.float16),
            np.array([tables["tails"].get(form, 0) for form in read.tails], np.int64),
            np.array([tables["heads"].get(form, 0) for form in read.heads], np.int64),
            read.asked_kind, tables["heads"].get(read.asked_head, 0), tables["asking"].get(read.asking, 0),
            self.standardize(pool.rows[read.chosen]), pool.target, pool.usable,
        )  # fmt: skip


def make_scheme(pools: Sequence[Pool]) -> Scheme:
    """Forms that are met often enough to learn from, and means and deviations."""
    full = [pool for pool in pools if pool.kind == "full"]
    heads = Counter(form for pool in full for form in pool.reading.heads[:80] if not form.isdigit())
    for pool in full:
        heads[pool.reading.asked_head] += 8
    share = len(full) / 3000
    vocabulary = {
        "tails": _table(Counter(form for pool in full for form in pool.reading.tails), 120, 200 * share),
        "heads": _table(heads, 500, 40 * max(share, 0.5)),
        "asking": _table(Counter(pool.reading.asking for pool in full), 12, 5),
    }
    rows = np.concatenate([pool.rows[pool.reading.chosen] for pool in pools])
    return Scheme(vocabulary, rows.mean(axis=0), np.maximum(rows.std(axis=0), 0.02))


def _table(counts: Counter[str], most: int, least: float) -> dict[str, int]:
    return {form: row for row, (form, count) in enumerate(counts.most_common(most), 1) if count >= least and form}


def folds(groups: Iterable[str], count: int, seed: int) -> dict[str, int]:
    """A fold for each article."""
    names = sorted(set(groups))
    np.random.default_rng(seed).shuffle(names)
    return {name: place % count for place, name in enumerate(names)}
