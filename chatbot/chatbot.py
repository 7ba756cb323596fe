"""A question -> a reply."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from chatbot.extractive.answer import MODEL as EXTRACTIVE
from chatbot.extractive.answer import quoted, refusal
from chatbot.extractive.ranking import Ranking, rank_sentences, threshold
from chatbot.followup.rewriting import stand_alone
from chatbot.models.model import Model, Sampling
from chatbot.models.spec import open_model
from chatbot.prompt import language_of
from chatbot.reply import Reply
from chatbot.retriever import Retriever
from chatbot.smalltalk import small_talk, small_talk_answer
from chatbot.turn import Turn
from ingest.document import normalize
from ingest.hit import Hit
from ingest.library import Library
from ingest.search import checked_question

if TYPE_CHECKING:
    from chatbot.claims.judge import Judge
    from chatbot.generated import GeneratedReplies

ProgramUse = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class ChatConfig:
    """``passages`` that a reply may be made of: the answer stands in the first eight for 99.7 % of questions
    (cross-validated). ``general``: a language model may answer from its own memory what the documents do not contain;
    such a reply has the route "conversation". ``program``: whether it may write a program where a question needs
    computing, has to, or may not."""

    passages: int = 8
    general: bool = False
    program: ProgramUse = "auto"


class Chatbot:
    """Answers from one library. Keeps no conversation: the history is an argument. Safe from several threads."""

    def __init__(
        self,
        library: Library,
        model: str | Model = EXTRACTIVE,
        *,
        adapter: Path | None = None,
        load_in_4bit: bool = False,
        config: ChatConfig | None = None,
        judge: Judge | None = None,
    ) -> None:
        """``model`` is a SPEC (see chatbot/models/spec.py) or a model that is already loaded; ``judge`` gives claims a
        second look. Raises ModelUnavailable or AdapterError for what cannot be used."""
        self.library = library
        self.retriever = Retriever(library)
        self.language_model = _opened(model, adapter, load_in_4bit)
        self._owns_model = isinstance(model, str)
        self._config = config or ChatConfig()
        self._generated = self._made_generated(judge) if self.language_model else None

    @property
    def model(self) -> str:
        """The name of what answers, as replies carry it."""
        return self.language_model.name if self.language_model else EXTRACTIVE

    def _made_generated(self, judge: Judge | None) -> GeneratedReplies:
        from chatbot.generated import GeneratedReplies
        from chatbot.programs.sandbox import shared

        assert self.language_model is not None
        program = self._config.program
        sandbox = None if program == "never" else shared()
        find = self.retriever.search
        return GeneratedReplies(self.language_model, self.library, find, sandbox, program, judge)

    def close(self) -> None:
        """Frees the model that this chatbot loaded. The library stays open."""
        if self.language_model is not None and self._owns_model:
            self.language_model.close()

    def ask(
        self,
        question: str,
        history: Sequence[Reply] = (),
        *,
        sampling: Sampling | None = None,
        cancel: threading.Event | None = None,
    ) -> Reply:
        """The reply to one question; ``history`` holds the earlier replies of the conversation, oldest first.

        Raises QuestionError for an empty or oversized question, IngestError when the library cannot be read, and the
        errors of chatbot/errors.py when the model fails.
        """
        *_, reply = self.stream(question, history, sampling=sampling, cancel=cancel)
        assert isinstance(reply, Reply)
        return reply

    def stream(
        self,
        question: str,
        history: Sequence[Reply] = (),
        *,
        sampling: Sampling | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[str | Reply]:
        """The answer's text in pieces, then the Reply itself as the last item; its ``answer`` is what stands, as a
        refusal may follow on text that no passage supports. Raises as ``ask`` does."""
        checked_question(question)
        question = " ".join(normalize(question).split())
        turn = Turn(question, history, sampling or Sampling(quoting=True), cancel)
        kind = small_talk(question)
        if kind is not None and self._generated is None:
            reply = Reply(question, small_talk_answer(kind, question), False, None, "conversation", EXTRACTIVE)
            yield from _in_pieces(turn.clock.timed(reply))
        elif kind is not None and self._generated is not None:
            yield from self._generated.in_conversation(turn)
        else:
            yield from self._answered(self._searched(turn))

    def _searched(self, turn: Turn) -> Turn:
        """The turn with its question standing alone, the passages found and whether they hold an answer."""
        asked = stand_alone(turn.question, turn.history, self.library.analyzer, self.language_model, turn.cancel)
        turn.clock.mark("rewriting")
        hits = self.retriever.search(asked, self._config.passages)
        turn.clock.mark("retrieval")
        ranking = self._ranked(asked, hits)
        turn.clock.mark("evidence")
        evident = bool(ranking.sentences) and ranking.evidence >= threshold(language_of(asked))
        return replace(turn, asked=asked, hits=hits, ranking=ranking, evident=evident)

    def _answered(self, turn: Turn) -> Iterator[str | Reply]:
        generated = self._generated
        if generated is not None and (turn.evident or generated.may_go_without_evidence(turn.asked)):
            yield from generated.from_passages(turn)
        elif generated is not None and self._config.general:
            yield from generated.in_conversation(turn)
        elif turn.evident:
            yield from _in_pieces(turn.clock.timed(quoted(turn.question, turn.ranking, turn.hits)))
        else:
            has_documents = bool(turn.hits) or self.library.counts().documents > 0
            reason = "no_evidence" if has_documents else "no_documents"
            reply = refusal(turn.question, reason, turn.ranking, turn.hits, self.model)
            yield from _in_pieces(turn.clock.timed(reply))

    def _ranked(self, question: str, hits: Sequence[Hit]) -> Ranking:
        read_tokens = self.retriever.read_tokens if self.retriever.reads(question) else None
        return rank_sentences(question, hits, self.retriever.idf, read_tokens)


def _opened(model: str | Model, adapter: Path | None, load_in_4bit: bool) -> Model | None:
    if model == EXTRACTIVE and adapter is None:
        return None
    return open_model(model, adapter=adapter, load_in_4bit=load_in_4bit) if isinstance(model, str) else model


def _in_pieces(reply: Reply) -> Iterator[str | Reply]:
    yield from re.findall(r"\s*\S+", reply.answer)
    yield reply
