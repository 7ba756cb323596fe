"""Candidates -> passages: the chunks that were found, neighbours joined, as hits with their stored sentences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ingest.analyzer import Sentence
from ingest.hit import Hit
from ingest.library import Library
from ingest.search import Candidate


@dataclass(frozen=True)
class _StoredChunk:
    """A row of the chunks table with its document's title and path."""

    id: int
    document_id: int
    ordinal: int
    start: int
    end: int
    page: int | None
    heading: str
    text: str
    gap: str
    sentences: str
    body: str
    title: str
    given: str


def passages(library: Library, candidates: Sequence[Candidate], longest: int) -> list[Hit]:
    """The candidates as passages, best first. Found chunks that stand side by side in a document become one passage
    while it has at most ``longest`` characters; it takes the rank of its best chunk.
    """
    chunks = _load(library, candidates)
    by_place = {(chunk.document_id, chunk.ordinal): chunk for chunk in chunks.values()}
    score = {candidate.chunk: candidate.fused for candidate in candidates}
    free = set(chunks)
    found = {candidate.chunk: candidate for candidate in candidates}
    hits: list[Hit] = []
    for candidate in candidates:
        if candidate.chunk not in free:
            continue
        run = _grow(chunks[candidate.chunk], by_place, score, free, longest)
        hits.append(_hit(len(hits) + 1, run, [found[chunk.id] for chunk in run]))
    return hits


def _grow(
    seed: _StoredChunk,
    by_place: dict[tuple[int, int], _StoredChunk],
    score: dict[int, float],
    free: set[int],
    longest: int,
) -> list[_StoredChunk]:
    """The seed with found neighbours on both sides, the better neighbour first; takes them out of ``free``."""
    run = [seed]
    free.discard(seed.id)
    while True:
        places = ((seed.document_id, run[0].ordinal - 1), (seed.document_id, run[-1].ordinal + 1))
        near = [by_place[place] for place in places if place in by_place]
        fitting = [
            chunk
            for chunk in near
            # A passage has one page and one heading path: a citation from it must be able to name them.
            if chunk.id in free
            and (chunk.page, chunk.heading) == (seed.page, seed.heading)
            and max(chunk.end, run[-1].end) - min(chunk.start, run[0].start) <= longest
        ]
        if not fitting:
            return run
        best = max(fitting, key=lambda chunk: score[chunk.id])
        free.discard(best.id)
        run = [best, *run] if best.ordinal < run[0].ordinal else [*run, best]


def _load(library: Library, candidates: Sequence[Candidate]) -> dict[int, _StoredChunk]:
    marks = ",".join("?" * len(candidates))
    rows = library.rows(
        'SELECT chunks.id, document_id, ordinal, start, "end", page, heading, chunks.text, gap, sentences, body, title,'
        " (SELECT min(given) FROM files WHERE files.document_id = chunks.document_id)"
        f" FROM chunks JOIN documents ON documents.id = document_id WHERE chunks.id IN ({marks})",
        [candidate.chunk for candidate in candidates],
    )
    return {row[0]: _StoredChunk(*row) for row in rows}


def _hit(rank: int, run: list[_StoredChunk], candidates: list[Candidate]) -> Hit:
    first = run[0]
    text = "".join(chunk.text + chunk.gap for chunk in run[:-1]) + run[-1].text
    cosines = [candidate.dense for candidate in candidates if candidate.dense is not None]
    return Hit(
        rank=rank,
        score=max(candidate.fused for candidate in candidates),
        document=first.given,
        title=first.title or PurePath(first.given).stem,
        page=first.page,
        heading=first.heading,
        start=first.start,
        end=run[-1].end,
        text=text,
        sentences=tuple(sentence for chunk in run for sentence in _sentences(chunk)),
        lexical=max(candidate.lexical for candidate in candidates),
        dense=max(cosines, default=None),
    )


def _sentences(chunk: _StoredChunk) -> list[Sentence]:
    lines = chunk.body.split("\n")
    return [
        Sentence(chunk.start + start, chunk.start + end, tuple(line.split()), bool(heading))
        for (start, end, heading), line in zip(json.loads(chunk.sentences), lines, strict=True)
    ]
