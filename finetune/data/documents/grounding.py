"""Passages beside a question: the golden one, and distractors that our own retriever ranks high."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.claims.checking import check
from chatbot.evaluation.agreement import contains
from chatbot.prompt import documents_messages, inert
from chatbot.retriever import Retriever
from finetune.data.content import Neutral
from finetune.data.documents.draft import Draft
from finetune.data.errors import RowError
from finetune.data.recipe import REFUSAL
from finetune.data.row import Row, Source, Split
from ingest.analyzer import Analyzer
from ingest.hit import Hit
from ingest.search import Mode

# Passages that are looked at beyond those that are shown, as some hold the answer and are no distractors.
_MORE = 8
# An answer of more characters is seldom repeated word for word, so the claim checker says whether a passage holds it.
_SHORT = 20


@dataclass(frozen=True)
class Grounding:
    """``hits`` in the order shown; ``golden`` is the number of the passage with the answer, None: it is withheld.
    ``rank`` at which the retriever found it, None where it did not."""

    hits: tuple[Hit, ...]
    golden: int | None
    rank: int | None


class Grounder:
    """Finds passages for questions about one library. ``allowed``: whether a row of a split may show a document."""

    def __init__(
        self,
        retriever: Retriever,
        passages: int,
        mode: Mode,
        seed: int,
        allowed: Callable[[Split, str], bool],
        neutral: Neutral,
    ) -> None:
        self._retriever, self._passages, self._mode = retriever, passages, mode
        self._seed, self._allowed, self._neutral = seed, allowed, neutral

    @property
    def analyzer(self) -> Analyzer:
        return self._retriever.library.analyzer

    def row(self, draft: Draft, chunk: Hit, split: Split, absent: bool) -> tuple[Row, Grounding]:
        """A row that asks what ``chunk`` answers, as the chat asks it. ``absent``: without the golden passage, so that the
        right answer is that the documents have none.

        Raises RowError when the quote is not in the document, the answer does not follow from the golden passage, or no
        distractor is there for a question without an answer.
        """
        grounding = self._grounding(draft, chunk, split, absent)
        marks = self._neutral.control_tokens
        said = REFUSAL[draft.language] if absent else f"{draft.said} [{grounding.golden}]"
        said = inert(said, marks)
        question = self._neutral(draft.question, "question")
        source = Source(chunk.document, None, draft.start, draft.end, draft.rule)
        answers = () if absent else draft.answers
        row = Row(
            "qa", tuple(documents_messages(question, grounding.hits, marks)), said, question, answers, source,
            draft.language, "absent" if absent else "answer", chunk.document, split,
        )  # fmt: skip
        return row, grounding

    def _grounding(self, draft: Draft, chunk: Hit, split: Split, absent: bool) -> Grounding:
        quote = chunk.text[draft.start - chunk.start : draft.end - chunk.start]
        if not quote.strip() or not (chunk.start <= draft.start and draft.end <= chunk.end):
            raise RowError("its quote does not stand in its passage")
        self._check(draft, chunk)
        found = [
            hit
            for hit in self._retriever.search(draft.question, self._passages + _MORE, self._mode)
            if self._allowed(split, hit.document)
        ]
        golden = next((hit for hit in found if _holds(hit, draft, chunk.document)), None)
        rank = golden.rank if golden is not None else None
        golden = golden or chunk
        wanted = self._passages - (0 if absent else 1)
        others = [hit for hit in found if hit is not golden and self._distracts(hit, golden, draft)][:wanted]
        if absent and not others:
            raise RowError("no passage is left that does not answer the question")
        if absent:
            return Grounding(tuple(others), None, rank)
        # The retriever puts the golden passage first nearly always; a model must not learn to cite [1] whatever it says.
        digest = hashlib.sha256(f"{self._seed}\0{draft.question}".encode()).digest()
        place = random.Random(int.from_bytes(digest[:8])).randrange(len(others) + 1)
        return Grounding((*others[:place], golden, *others[place:]), place + 1, rank)

    def _distracts(self, hit: Hit, golden: Hit, draft: Draft) -> bool:
        """Whether a passage leaves the question open."""
        if hit.document == golden.document and hit.start < golden.end and golden.start < hit.end:
            return False
        if any(contains(hit.text, answer) for answer in draft.answers):
            return False
        if draft.about and (contains(hit.heading, draft.about) or contains(hit.text, draft.about)):
            return False
        if all(len(answer) <= _SHORT for answer in draft.answers):
            return True
        checked = check(draft.said, [hit], self.analyzer)
        return not checked.claims or any(claim.support != "verified" for claim in checked.claims)

    def _check(self, draft: Draft, chunk: Hit) -> None:
        """Raises RowError unless the chat itself would show every sentence of the answer as verified. Asked of questions whose
        passage is withheld as well: a model must not learn to refuse by the kind of question."""
        checked = check(f"{draft.said} [1]", [chunk], self.analyzer)
        if not checked.claims or any(claim.support != "verified" for claim in checked.claims):
            raise RowError("the claim checker does not find its answer in the golden passage")


def _holds(hit: Hit, draft: Draft, document: str) -> bool:
    return hit.document == document and hit.start <= draft.start and draft.end <= hit.end
