"""From a read document to one that can be stored: sentences, tokens, chunks, vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePath

import numpy as np

from ingest.analyzer import Sentence
from ingest.document import Document
from ingest.library import Library
from ingest.records import Prepared
from ingest.splitter import HEADING_TOKENS, Chunk, Splitter, block_pieces


class Preparer:
    """Splits and embeds documents for one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._embedder = library.embedder
        self._splitter = Splitter(
            library.sizes,
            library.analyzer.tokens,
            self._embedder.count_tokens,
            self._embedder.token_limit,
            self._embedder.reads,
        )

    def split(self, documents: Sequence[Document]) -> list[list[Chunk]]:
        """The chunks of each document; many documents at once keep all cores busy with Korean."""
        spans = [[block_pieces(document, block) for block in document.blocks] for document in documents]
        texts = (
            document.text[start:end]
            for document, pieces in zip(documents, spans, strict=True)
            for piece in pieces
            for start, end in piece
        )
        analyzed = self._library.analyzer.sentences(texts)
        chunks = []
        for document, pieces in zip(documents, spans, strict=True):
            found = [_moved(piece, islice(analyzed, len(piece))) for piece in pieces]
            sentences = [self._of_kind(document, index, each) for index, each in enumerate(found)]
            chunks.append(self._splitter.split(document, sentences))
        return chunks

    def _of_kind(self, document: Document, index: int, sentences: list[Sentence]) -> list[Sentence]:
        """Headings are marked; a table row is one sentence, which can be found by the names of its columns too."""
        block = document.blocks[index]
        if block.kind == "heading" or _heads_table(document, index):
            return [replace(sentence, heading=True) for sentence in sentences]
        if block.kind != "row" or not sentences:
            return sentences
        tokens = [token for sentence in sentences for token in sentence.tokens]
        if block.header:
            tokens += self._library.analyzer.tokens(document.text[slice(*block.header)])
        return [Sentence(sentences[0].start, sentences[-1].end, tuple(tokens))]

    def prepare(
        self, documents: Sequence[Document], hashes: Sequence[str], sizes: Sequence[int], names: Sequence[str]
    ) -> list[Prepared]:
        """Documents with their chunks, contexts and vectors; ``names`` stand in for absent titles; sizes in bytes."""
        chunks = self.split(documents)
        vectors = self._embed([chunk for group in chunks for chunk in group])
        prepared = []
        for document, group, sha256, size, name in zip(documents, chunks, hashes, sizes, names, strict=True):
            contexts = self._contexts(document.title or PurePath(name).stem, group)
            prepared.append(Prepared(sha256, document, group, contexts, list(islice(vectors, len(group))), size))
        return prepared

    def _contexts(self, title: str, chunks: Sequence[Chunk]) -> list[str]:
        known: dict[str, str] = {}
        for chunk in chunks:
            if chunk.heading not in known:
                known[chunk.heading] = " ".join(self._library.analyzer.tokens(f"{title}\n{chunk.heading}"))
        return [known[chunk.heading] for chunk in chunks]

    def _embed(self, chunks: Sequence[Chunk]) -> Iterator[bytes | None]:
        """A float16 row for each chunk that the embedder can read, None for the others."""
        readable = [self._embedder.reads(chunk.text) for chunk in chunks]
        texts = [self._embedded_text(chunk) for chunk, reads in zip(chunks, readable, strict=True) if reads]
        rows = iter(self._embedder.embed(texts).astype(np.float16)) if texts else iter(())
        return iter([next(rows).tobytes() if reads else None for reads in readable])

    def _embedded_text(self, chunk: Chunk) -> str:
        # The heading is left out where it already opens the chunk, and cut by words where it is long.
        heading = " ".join(chunk.heading.split()[: HEADING_TOKENS // 2])
        if not heading or chunk.text.startswith(chunk.heading.rsplit(" > ", 1)[-1]):
            return chunk.text
        if self._embedder.count_tokens([heading])[0] > HEADING_TOKENS:
            return chunk.text
        return f"{heading}\n{chunk.text}"


def _moved(pieces: Sequence[tuple[int, int]], analyzed: Iterator[list[Sentence]]) -> list[Sentence]:
    """Sentences of the pieces of one block, their offsets moved from the piece to the document."""
    return [
        replace(sentence, start=start + sentence.start, end=start + sentence.end)
        for (start, _), sentences in zip(pieces, analyzed, strict=True)
        for sentence in sentences
    ]


def _heads_table(document: Document, index: int) -> bool:
    """Whether the block is the row that names the columns of the next one."""
    block, following = document.blocks[index], document.blocks[index + 1 : index + 2]
    return bool(following and following[0].header and block.start <= following[0].header[0] < block.end)
