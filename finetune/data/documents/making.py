"""All rows of a library: documents are given their split first, so that nothing of a held-out one reaches training."""

from __future__ import annotations

import hashlib
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from itertools import chain, islice, zip_longest
from typing import Any, TypeVar

from chatbot.models.spec import open_model
from chatbot.programs.tables import Table, tables
from chatbot.prompt import language_of
from chatbot.retriever import LONGEST_PASSAGE, Retriever
from finetune.data.content import Neutral
from finetune.data.documents.computing import Computation, computations, computed_row
from finetune.data.documents.draft import Draft
from finetune.data.documents.grounding import Grounder, Grounding
from finetune.data.documents.rules import rule_drafts
from finetune.data.documents.shares import LibraryShares
from finetune.data.documents.writing import QuestionWriter
from finetune.data.errors import DataError, RowError
from finetune.data.program import ProgramsOff
from finetune.data.row import LeftOut, Row, Source, Split
from finetune.data.splitting import Shares, chosen
from ingest.hit import Hit
from ingest.library import Library
from ingest.passages import passages
from ingest.search import Candidate

# Characters of a row of plain text: about 1,000 tokens of Korean, 1,000 of English at twice the length.
_TEXT = 2_000
# Rules whose questions nobody would ask so; they fill up what the others leave.
_LAST = ("heading", "gap")

Item = TypeVar("Item")


class LibraryRows:
    """Makes the rows of one library. ``notes`` counts what is worth knowing and cost no row."""

    def __init__(self, settings: LibraryShares, shares: Shares, neutral: Neutral) -> None:
        self._settings, self._shares, self._neutral = settings, shares, neutral
        self.notes: Counter[str] = Counter()
        self._splits: dict[str, Split] = {}
        self._sizes: dict[str, int] = {}
        self._about: dict[str, Any] = {}

    def identity(self) -> dict[str, Any]:
        """What dataset.json says of the library; known after the rows were made."""
        return {"library": self._about, "documents": self._splits}

    def rows(self, progress: Callable[[int, str], None]) -> Iterator[Row | LeftOut]:
        """The rows, document by document, then programs. Raises IngestError, DataError, and the model's errors."""
        settings = self._settings
        with Library.open(settings.folder, read_only=True) as library:
            self._open(library)
            if settings.task == "text":
                yield from self._texts(library)
                return
            grounder = Grounder(
                Retriever(library), settings.passages, settings.mode, self._shares.seed, self._may_show, self._neutral
            )
            asked: Counter[Split] = Counter()
            for row in self._asked(library, grounder, progress):
                if isinstance(row, Row) and row.split is not None:
                    asked[row.split] += 1
                yield row
            share = settings.program / (1 - settings.program)
            wanted = Counter({split: round(count * share) for split, count in asked.items()})
            yield from self._programs(library, wanted)

    def _open(self, library: Library) -> None:
        records = library.documents()
        if not records:
            raise DataError(f"The library {library.folder} is empty; fill it with: seodang ingest FOLDER")
        sizes = {record.path: record.chunks * self._settings.questions for record in records if record.chunks}
        what = f"documents in the library {library.folder}"
        self._splits, self._sizes = chosen(sizes, self._shares, what), sizes
        self._about = {
            "generation": library.generation,
            "embedder": library.embedder_identity.as_json(),
            "documents": len(records),
        }

    def _may_show(self, split: Split, document: str) -> bool:
        return split != "train" or self._splits.get(document) == "train"

    # -- questions ----------------------------------------------------------------------------------------------------

    def _asked(
        self, library: Library, grounder: Grounder, progress: Callable[[int, str], None]
    ) -> Iterator[Row | LeftOut]:
        settings = self._settings
        made = 0
        model = None if settings.model is None else QuestionWriter(open_model(settings.model), settings.questions)
        with model or nullcontext():
            for document in sorted(self._splits):
                most = self._most(document)
                for chunk, new_heading in chunks(library, document):
                    drafts = self._drafts(chunk, library, model, new_heading)
                    for row in self._of_chunk(drafts, chunk, grounder, min(settings.questions, most)):
                        made += isinstance(row, Row)
                        most -= isinstance(row, Row)
                        progress(made, document)
                        yield row
                    if most <= 0:
                        break

    def _most(self, document: str) -> int:
        """Questions about one document: its part of those about the library."""
        if self._settings.most is None:
            return sys.maxsize
        return math.ceil(self._settings.most * self._sizes[document] / sum(self._sizes.values()))

    def _of_chunk(
        self, drafts: Iterator[Draft | RowError], chunk: Hit, grounder: Grounder, most: int
    ) -> Iterator[Row | LeftOut]:
        """At most so many rows, and of a chunk whose questions are refused no more than three times as many tries."""
        for draft in islice(drafts, 3 * most):
            row = self._row(draft, chunk, grounder)
            yield row
            most -= isinstance(row, Row)
            if most <= 0:
                return

    def _drafts(
        self, chunk: Hit, library: Library, model: QuestionWriter | None, new_heading: bool
    ) -> Iterator[Draft | RowError]:
        if model is not None:
            return model.drafts(chunk)
        found: dict[str, Draft] = {}
        for draft in rule_drafts(chunk, library, new_heading):
            found.setdefault(draft.question, draft)
        last = [[draft for draft in found.values() if draft.rule == rule] for rule in _LAST]
        first = [draft for draft in found.values() if draft.rule not in _LAST]
        return chain(_in_turn(first, lambda draft: draft.rule), *last)

    def _row(self, draft: Draft | RowError, chunk: Hit, grounder: Grounder) -> Row | LeftOut:
        try:
            if isinstance(draft, RowError):
                raise draft
            row, grounding = grounder.row(draft, chunk, self._splits[chunk.document], self._is_absent(draft.question))
        except RowError as error:
            return LeftOut(chunk.document, None, str(error))
        self._note(row, grounding)
        return row

    def _is_absent(self, question: str) -> bool:
        """By the question alone, so that the same library gives the same rows."""
        digest = hashlib.sha256(f"{self._shares.seed}\0absent\0{question}".encode()).digest()
        share = self._settings.absent / (1 - self._settings.program)
        return int.from_bytes(digest[:8]) / 2**64 < share

    def _note(self, row: Row, grounding: Grounding) -> None:
        self.notes[f"questions by the rule {row.source.made_by}"] += 1
        found = "found" if grounding.rank is not None else "not found"
        self.notes[f"golden passages {found} by the retriever"] += 1
        if grounding.rank == 1:
            self.notes["golden passages that the retriever ranks first"] += 1
        if len(grounding.hits) < self._settings.passages:
            self.notes["rows with fewer passages than wanted"] += 1
        self.notes["distractors"] += len(grounding.hits) - (grounding.golden is not None)

    # -- programs -----------------------------------------------------------------------------------------------------

    def _programs(self, library: Library, wanted: Counter[Split]) -> Iterator[Row | LeftOut]:
        """Programs over tables, the documents and operations in turn, until each split has as many as are wanted."""
        retriever = Retriever(library)
        found = self._computations(library) if wanted.total() else []
        for asked, table, chunk in _in_turn(found, lambda one: f"{one[1].document} {one[0].rule}"):
            split = self._splits[table.document]
            if not wanted[split]:
                continue
            try:
                hits = self._beside(asked.question, chunk, split, retriever)
                yield computed_row(asked, table, hits, split, library, self._neutral)
                wanted[split] -= 1
            except ProgramsOff as error:
                self.notes[f"programs wanted and not made: {error}"] += wanted.total()
                return
            except RowError as error:
                yield LeftOut(table.document, None, str(error))
        if wanted.total():
            self.notes["programs wanted and not made, as the tables give no more"] += wanted.total()

    def _beside(self, question: str, chunk: Hit, split: Split, retriever: Retriever) -> list[Hit]:
        """The passages that a question is shown with, the table's among them."""
        settings = self._settings
        found = [
            hit
            for hit in retriever.search(question, 2 * settings.passages, settings.mode)
            if self._may_show(split, hit.document)
        ][: settings.passages]
        if any(hit.document == chunk.document and hit.start <= chunk.start < hit.end for hit in found):
            return found
        return [chunk, *found[: settings.passages - 1]]

    def _computations(self, library: Library) -> list[tuple[Computation, Table, Hit]]:
        found: list[tuple[Computation, Table, Hit]] = []
        for document in self._splits:
            seen: set[int] = set()
            for chunk, _ in chunks(library, document):
                for table in tables([chunk], library):
                    if table.rows[0].start not in seen:
                        seen.add(table.rows[0].start)
                        found += [(asked, table, chunk) for asked in computations(table, chunk.title)]
        return found

    # -- plain text ---------------------------------------------------------------------------------------------------

    def _texts(self, library: Library) -> Iterator[Row]:
        """The documents' own text, cut between chunks."""
        for document, split in self._splits.items():
            text = library.document_text(document)
            start = end = 0
            for chunk, _ in chunks(library, document):
                if end > start and chunk.end - start > _TEXT:
                    yield self._text(document, text, start, end, split)
                    start = chunk.start
                end = max(end, chunk.end)
            yield self._text(document, text, start, end, split)

    def _text(self, document: str, text: str, start: int, end: int, split: Split) -> Row:
        said = self._neutral(text[start:end].strip(), "passage")
        source = Source(document, None, start, end)
        return Row("text", (), said, said, (), source, language_of(said), "text", document, split)


def chunks(library: Library, document: str) -> Iterator[tuple[Hit, bool]]:
    """The chunks of a document in order, each with whether its heading is another than that of the one before."""
    ids = library.rows("SELECT id FROM chunks WHERE document_id = ? ORDER BY ordinal", (library.find(document),))
    heading = None
    for (chunk,) in ids:
        [hit] = passages(library, [Candidate(chunk, 0.0, None, 0.0)], LONGEST_PASSAGE)
        yield hit, hit.heading != heading
        heading = hit.heading


def _in_turn(items: Iterable[Item], kind: Callable[[Item], str]) -> Iterator[Item]:
    """One of each kind, then a second of each: a table of fifty cells must not crowd out the sentences around it."""
    waiting: dict[str, list[Item]] = {}
    for item in items:
        waiting.setdefault(kind(item), []).append(item)
    for together in zip_longest(*waiting.values()):
        yield from (item for item in together if item is not None)
