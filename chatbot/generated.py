"""Replies that a language model writes: from passages, with a program, or in conversation."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from chatbot.claims.checking import Checked, ClaimChecker
from chatbot.claims.judge import Judge
from chatbot.extractive.answer import refusal
from chatbot.models.model import Generation, Model
from chatbot.programs.answering import Computed, ProgramConversation
from chatbot.programs.errors import ProgramsUnavailable
from chatbot.programs.evidence import Input
from chatbot.programs.need import asks_to_compute, is_self_contained, needs_computing
from chatbot.programs.result import ProgramResult
from chatbot.programs.sandbox import Sandbox
from chatbot.programs.variables import Variables, run_with, variables
from chatbot.prompt import language_of, program_rules
from chatbot.prompting import Prompt, Prompter
from chatbot.reply import Citation, Claim, Reply
from chatbot.turn import Turn
from ingest.errors import QuestionError
from ingest.hit import Hit
from ingest.library import Library

# Texts that one search of a program returns.
_FOUND = 3
_END = Generation("stop", None, None)


class GeneratedReplies:
    """Has one model answer. ``find`` searches the library for a program; ``sandbox`` None: no programs here."""

    def __init__(
        self,
        model: Model,
        library: Library,
        find: Callable[[str, int], Sequence[Hit]],
        sandbox: Sandbox | None,
        program: Literal["auto", "always", "never"],
        judge: Judge | None,
    ) -> None:
        self._model, self._library, self._find, self._judge = model, library, find, judge
        self._sandbox, self._program = sandbox, program
        self._prompter = Prompter(model)

    def may_compute(self, question: str) -> bool:
        """Whether a program may answer: by the user's setting and the question, never by what a document says."""
        if self._sandbox is None or self._program == "never":
            return False
        if self._program == "always":
            return True
        return (needs_computing(question) or is_self_contained(question)) and self._runs_programs

    @functools.cached_property
    def _runs_programs(self) -> bool:
        """False where there is no sandbox: questions are answered in words then; who asked for programs is told why."""
        try:
            return self._sandbox is not None and bool(self._sandbox.layers())
        except ProgramsUnavailable:
            return False

    def may_go_without_evidence(self, question: str) -> bool:
        """Whether a program may answer what no passage states: from the question's own numbers, or a total and the like."""
        return self.may_compute(question) and (is_self_contained(question) or asks_to_compute(question))

    def from_passages(self, turn: Turn) -> Iterator[str | Reply]:
        """An answer in words, each claim checked as soon as its sentence is complete; or a program's, where it may."""
        if not self.may_compute(turn.asked):
            prompt = self._prompter.documents(turn.asked, turn.hits, turn.history, turn.sampling.max_new_tokens)
            yield from self._in_words(turn, prompt, self._model.stream(prompt.messages, turn.sampling, turn.cancel))
            return
        given = variables(turn.hits, turn.asked, self._library)
        language = language_of(turn.asked)
        only = self._program == "always" or not turn.evident
        rules = program_rules(language, given.lines(), only, self._model.control_tokens)
        prompt = self._prompter.documents(turn.asked, turn.hits, turn.history, turn.sampling.max_new_tokens, rules)
        talk = ProgramConversation(
            self._model, prompt.messages, turn.asked, given, lambda source: self._run(source, given), turn.sampling,
            turn.cancel, language,
        )  # fmt: skip
        pieces = talk.stream()
        first = next(pieces, None)
        if isinstance(first, Computed):
            turn.clock.mark("program")
            if turn.evident or first.grounded or not first.result.ok:
                yield from self._computed(turn, talk, first)
            else:
                yield from self._refused(turn, "no_evidence")
        elif not turn.evident:
            yield from self._refused(turn, "no_evidence")
        else:
            yield from self._in_words(turn, prompt, _after(first, pieces))

    def in_conversation(self, turn: Turn) -> Iterator[str | Reply]:
        """What the model says of itself, without passages; the route marks it."""
        prompt = self._prompter.conversation(turn.question, turn.history, turn.sampling.max_new_tokens)
        pieces: list[str] = []
        end = _END
        for piece in self._model.stream(prompt.messages, replace(turn.sampling, quoting=False), turn.cancel):
            turn.clock.once("first_token")
            if isinstance(piece, Generation):
                end = piece
                break
            pieces.append(piece)
            yield piece
        turn.clock.mark("generation")
        answer = "".join(pieces).strip()
        reply = Reply(turn.question, answer, False, _reason(end), "conversation", self._model.name)
        yield turn.clock.timed(_counted(reply, end))

    def _in_words(
        self, turn: Turn, prompt: Prompt, pieces: Iterator[str | Generation | Computed]
    ) -> Iterator[str | Reply]:
        checker = ClaimChecker(prompt.passages, self._library.analyzer, self._judge)
        generated: list[str] = []
        end = _END
        for piece in pieces:
            turn.clock.once("first_token")
            if isinstance(piece, Generation):
                end = piece
            elif isinstance(piece, str):
                generated.append(piece)
                if shown := checker.feed(piece):
                    yield shown
        turn.clock.mark("generation")
        checked = checker.finish()
        if checked.rest:
            yield checked.rest
        turn.clock.mark("checking")
        reply = _counted(self._checked_reply(turn, checked, end), end)
        if not reply.refused:
            self._prompter.remember(prompt, "".join(generated), turn.history, reply)
        yield turn.clock.timed(reply)

    def _checked_reply(self, turn: Turn, checked: Checked, end: Generation) -> Reply:
        if end.finish != "cancelled":
            if checked.says_absent:
                return refusal(turn.question, "no_evidence", turn.ranking, turn.hits, self._model.name)
            if all(claim.support == "unsupported" for claim in checked.claims):
                return refusal(turn.question, "unsupported", turn.ranking, turn.hits, self._model.name)
        reason = _reason(end)
        if reason is None and checked.dropped:
            reason = "citations_dropped: " + ", ".join(map(str, checked.dropped))
        return Reply(
            turn.question, checked.text, False, reason, "documents", self._model.name, checked.claims, checked.citations
        )  # fmt: skip

    def _computed(self, turn: Turn, talk: ProgramConversation, computed: Computed) -> Iterator[str | Reply]:
        """The sentence with the program's result, citing its inputs; a program that fails is refused, and shown."""
        values = talk.given.values()
        citations, numbers = self._citations(computed.used, turn.hits)
        program = {
            "source": computed.written.source,
            "inputs": [
                {
                    "name": one.name,
                    "value": _json(values[one.name]),
                    "citation": numbers[one.document, one.start, one.end],
                }
                for one in computed.used
            ],
            "value": computed.result.value,
            "stdout": computed.result.stdout,
            "error": computed.result.error,
        }
        if not computed.result.ok:
            failed = refusal(turn.question, "program_failed", turn.ranking, turn.hits, self._model.name)
            yield failed.answer
            yield turn.clock.timed(replace(failed, program=program))
            return
        sentence = talk.sentence(computed)
        marks = "".join(f"[{citation.n}]" for citation in citations)
        answer = f"{sentence} {marks}".strip()
        yield answer
        turn.clock.mark("sentence")
        doubtful = bool(computed.unexplained) or computed.partly
        support: Literal["verified", "partial"] = "partial" if doubtful else "verified"
        claims = (Claim(sentence, support, tuple(citation.n for citation in citations)),)
        reason = "part_of_table" if computed.partly else None
        if computed.unexplained:
            reason = f"unexplained: {', '.join(computed.unexplained)}"
        yield turn.clock.timed(
            Reply(turn.question, answer, False, reason, "program", self._model.name, claims, citations, program)
        )

    def _refused(self, turn: Turn, reason: str) -> Iterator[str | Reply]:
        reply = refusal(turn.question, reason, turn.ranking, turn.hits, self._model.name)
        yield reply.answer
        yield turn.clock.timed(reply)

    def _run(self, source: str, given: Variables) -> ProgramResult:
        assert self._sandbox is not None
        return run_with(self._sandbox, source, given.values(), {"search": self._search})

    def _citations(
        self, used: Sequence[Input], hits: Sequence[Hit]
    ) -> tuple[tuple[Citation, ...], dict[tuple[str, int, int], int]]:
        """One citation for each span that inputs are from, and its number."""
        numbers: dict[tuple[str, int, int], int] = {}
        citations: list[Citation] = []
        for one in used:
            place = one.document, one.start, one.end
            if place in numbers:
                continue
            hit = hits[one.passage - 1]
            numbers[place] = n = len(citations) + 1
            quote = one.quote or self._library.document_text(one.document)[one.start : one.end]
            citations.append(Citation(n, hit.document, hit.title, hit.page, hit.heading, one.start, one.end, quote))
        return tuple(citations), numbers

    def _search(self, query: object) -> list[str]:
        """What ``search(query)`` gives a program: the best passages' texts, none for what cannot be searched."""
        try:
            return [hit.text for hit in self._find(str(query)[:1_000], _FOUND)]
        except QuestionError:
            return []


def _json(value: Any) -> Any:
    """Dates as ISO texts, rows of tables as objects."""
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, dict):
        return {key: _json(one) for key, one in value.items()}
    return value if isinstance(value, int | float | str | None) else value.isoformat()


def _after(
    first: str | Generation | Computed | None, rest: Iterator[str | Generation | Computed]
) -> Iterator[str | Generation | Computed]:
    if first is not None:
        yield first
    yield from rest


def _reason(end: Generation) -> str | None:
    return end.finish if end.finish in ("cancelled", "length") else None


def _counted(reply: Reply, end: Generation) -> Reply:
    return replace(reply, prompt_tokens=end.prompt_tokens, completion_tokens=end.completion_tokens)
