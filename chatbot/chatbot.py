"""A question -> a reply."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.extractive.answer import MODEL as EXTRACTIVE
from chatbot.extractive.answer import quoted, refusal
from chatbot.extractive.ranking import Ranking, rank_sentences, threshold
from chatbot.followup.rewriting import stand_alone
from chatbot.models.model import Generation, Model, Sampling
from chatbot.models.spec import open_model
from chatbot.prompt import language_of
from chatbot.prompting import Prompt, Prompter
from chatbot.reply import Reply
from chatbot.retriever import Retriever
from chatbot.smalltalk import small_talk, small_talk_answer
from ingest.document import normalize
from ingest.hit import Hit
from ingest.library import Library
from ingest.search import checked_question

if TYPE_CHECKING:
    from chatbot.claims.checking import Checked
    from chatbot.claims.judge import Judge


@dataclass(frozen=True)
class ChatConfig:
    """``passages`` that a reply may be made of: the answer stands in the first eight for 99.7 % of questions
    (cross-validated). ``general``: a language model may answer from its own memory what the documents do not contain;
    such a reply has the route "conversation"."""

    passages: int = 8
    general: bool = False


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
        self._prompter = Prompter(self.language_model) if self.language_model else None
        self._config = config or ChatConfig()
        self._judge = judge

    @property
    def model(self) -> str:
        """The name of what answers, as replies carry it."""
        return self.language_model.name if self.language_model else EXTRACTIVE

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
        clock = _Clock()
        checked_question(question)
        question = " ".join(normalize(question).split())
        sampling = sampling or Sampling(quoting=True)
        kind = small_talk(question)
        if kind is not None and self.language_model is None:
            reply = Reply(question, small_talk_answer(kind, question), False, None, "conversation", EXTRACTIVE)
            yield from _in_pieces(clock.timed(reply))
            return
        if kind is not None:
            yield from self._conversation(question, history, sampling, cancel, clock)
            return
        asked = stand_alone(question, history, self.library.analyzer, self.language_model, cancel)
        clock.mark("rewriting")
        hits = self.retriever.search(asked, self._config.passages)
        clock.mark("retrieval")
        ranking = self._ranked(asked, hits)
        clock.mark("evidence")
        if not ranking.sentences or ranking.evidence < threshold(language_of(asked)):
            if self.language_model is not None and self._config.general:
                yield from self._conversation(question, history, sampling, cancel, clock)
                return
            has_documents = bool(hits) or self.library.counts().documents > 0
            reason = "no_evidence" if has_documents else "no_documents"
            yield from _in_pieces(clock.timed(refusal(question, reason, ranking, hits, self.model)))
        elif self.language_model is None:
            yield from _in_pieces(clock.timed(quoted(question, ranking, hits)))
        else:
            yield from self._generated(question, asked, hits, ranking, history, sampling, cancel, clock)

    def _ranked(self, question: str, hits: Sequence[Hit]) -> Ranking:
        read_tokens = self.retriever.read_tokens if self.retriever.reads(question) else None
        return rank_sentences(question, hits, self.retriever.idf, read_tokens)

    def _generated(
        self,
        question: str,
        asked: str,
        hits: Sequence[Hit],
        ranking: Ranking,
        history: Sequence[Reply],
        sampling: Sampling,
        cancel: threading.Event | None,
        clock: _Clock,
    ) -> Iterator[str | Reply]:
        """The model's answer from the passages, each claim checked as soon as its sentence is complete."""
        from chatbot.claims.checking import ClaimChecker

        assert self._prompter is not None
        prompt = self._prompter.documents(asked, hits, history, sampling.max_new_tokens)
        checker = ClaimChecker(prompt.passages, self.library.analyzer, self._judge)
        generated: list[str] = []
        end = Generation("stop", None, None)
        for piece in self._told(prompt, sampling, cancel, clock):
            if isinstance(piece, Generation):
                end = piece
                break
            generated.append(piece)
            if shown := checker.feed(piece):
                yield shown
        clock.mark("generation")
        checked = checker.finish()
        if checked.rest:
            yield checked.rest
        clock.mark("checking")
        reply = _counted(self._checked_reply(question, checked, end.finish, ranking, hits), end)
        if not reply.refused:
            self._prompter.remember(prompt, "".join(generated), history, reply)
        yield clock.timed(reply)

    def _checked_reply(
        self, question: str, checked: Checked, finish: str, ranking: Ranking, hits: Sequence[Hit]
    ) -> Reply:
        if finish != "cancelled":
            if checked.says_absent:
                return refusal(question, "no_evidence", ranking, hits, self.model)
            if all(claim.support == "unsupported" for claim in checked.claims):
                return refusal(question, "unsupported", ranking, hits, self.model)
        reason = {"cancelled": "cancelled", "length": "length"}.get(finish)
        if reason is None and checked.dropped:
            reason = "citations_dropped: " + ", ".join(map(str, checked.dropped))
        return Reply(
            question, checked.text, False, reason, "documents", self.model, checked.claims, checked.citations
        )  # fmt: skip

    def _conversation(
        self,
        question: str,
        history: Sequence[Reply],
        sampling: Sampling,
        cancel: threading.Event | None,
        clock: _Clock,
    ) -> Iterator[str | Reply]:
        """What the model says of itself, without passages; the route marks it."""
        assert self._prompter is not None
        prompt = self._prompter.conversation(question, history, sampling.max_new_tokens)
        pieces: list[str] = []
        end = Generation("stop", None, None)
        for piece in self._told(prompt, replace(sampling, quoting=False), cancel, clock):
            if isinstance(piece, Generation):
                end = piece
                break
            pieces.append(piece)
            yield piece
        clock.mark("generation")
        answer = "".join(pieces).strip()
        reason = end.finish if end.finish in ("cancelled", "length") else None
        yield clock.timed(_counted(Reply(question, answer, False, reason, "conversation", self.model), end))

    def _told(
        self, prompt: Prompt, sampling: Sampling, cancel: threading.Event | None, clock: _Clock
    ) -> Iterator[str | Generation]:
        assert self.language_model is not None
        for piece in self.language_model.stream(prompt.messages, sampling, cancel):
            clock.once("first_token")
            yield piece


class _Clock:
    """Wall milliseconds by stage, counted from the last mark; "first_token" counts from the last mark as well."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._timings: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        now = time.perf_counter()
        self._timings[stage] = _milliseconds(now - self._last)
        self._last = now

    def once(self, moment: str) -> None:
        if moment not in self._timings:
            self._timings[moment] = _milliseconds(time.perf_counter() - self._last)

    def timed(self, reply: Reply) -> Reply:
        total = _milliseconds(time.perf_counter() - self._started)
        return replace(reply, timings_ms={**self._timings, "total": total})


def _counted(reply: Reply, end: Generation) -> Reply:
    return replace(reply, prompt_tokens=end.prompt_tokens, completion_tokens=end.completion_tokens)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)


def _opened(model: str | Model, adapter: Path | None, load_in_4bit: bool) -> Model | None:
    if model == EXTRACTIVE and adapter is None:
        return None
    return open_model(model, adapter=adapter, load_in_4bit=load_in_4bit) if isinstance(model, str) else model


def _in_pieces(reply: Reply) -> Iterator[str | Reply]:
    yield from re.findall(r"\s*\S+", reply.answer)
    yield reply
