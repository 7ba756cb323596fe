"""A question that needs computing -> a program over evidence, its result, and one sentence that says it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.message import Message
from chatbot.models.model import Generation, Model, Sampling
from chatbot.programs.evidence import Input
from chatbot.programs.literals import unexplained_literals
from chatbot.programs.result import ProgramResult
from chatbot.programs.variables import Variables
from chatbot.programs.written import Written, begins_program, written_program
from chatbot.prompt import PROGRAM_FAILED, PROGRAM_GAVE, inert

# Programs written for one question: the first and two that have seen the error of the one before.
ATTEMPTS = 3
# What is held back before it is known to be words: a plan is one or two sentences, an answer cites sooner.
_PLAN = 400
_CITED = re.compile(r"\[\d+\]")
_SENTENCE = 300
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Computed:
    """``written`` is the last program, ``result`` what came of it; ``used`` the inputs that it rests on; ``unexplained`` its
    literals that stand in no question and no document; ``partly``: it used a table of which only a part was at hand;
    ``grounded``: it computes with a value of the documents or of the question.
    """

    written: Written
    result: ProgramResult
    used: tuple[Input, ...]
    unexplained: tuple[str, ...]
    partly: bool
    grounded: bool


Run = Callable[[str], ProgramResult]


class ProgramConversation:
    """The turns between model and sandbox for one question. ``run`` runs a program with the inputs at hand."""

    def __init__(
        self,
        model: Model,
        messages: Sequence[Message],
        question: str,
        given: Variables,
        run: Run,
        sampling: Sampling,
        cancel: threading.Event | None,
        language: str,
    ) -> None:
        self._model, self._messages, self._question = model, list(messages), question
        self.given, self._run, self._sampling, self._cancel = given, run, sampling, cancel
        self._language = language

    def stream(self) -> Iterator[str | Generation | Computed]:
        """Pieces of an answer in words and its Generation; or, when the model writes a program, one Computed."""
        text, shown = "", False
        for piece in self._model.stream(self._messages, self._sampling, self._cancel):
            if isinstance(piece, Generation):
                written = None if shown or piece.finish == "cancelled" else written_program(text)
                if written is not None:
                    yield self._computed(written, text)
                    return
                if not shown and text:
                    yield text
                yield piece
                return
            text += piece
            if shown:
                yield piece
            elif not begins_program(text) and not _may_begin(text) and (len(text) > _PLAN or _CITED.search(text)):
                shown = True
                yield text

    def sentence(self, computed: Computed) -> str:
        """One sentence with the result: the model's, when it holds the value and no number of its own; else ours."""
        value = shown_value(computed.result.value)
        asked = PROGRAM_GAVE[self._language].format(value=inert(value, self._model.control_tokens))
        messages = [*self._messages, self._said(computed.written), Message("user", asked)]
        sampling = Sampling(max_new_tokens=96, seed=self._sampling.seed, quoting=True)
        said = "".join(p for p in self._model.stream(messages, sampling, self._cancel) if isinstance(p, str))
        said = " ".join(_CITED.sub("", said).split())
        return said if self._is_good(said, value) else _PLAIN[self._language].format(value=value)

    def _computed(self, written: Written, text: str) -> Computed:
        result = self._run(written.source)
        for _ in range(ATTEMPTS - 1):
            if result.ok or (self._cancel is not None and self._cancel.is_set()):
                break
            again = PROGRAM_FAILED[self._language].format(
                error=inert((result.error or "")[-600:], self._model.control_tokens)
            )
            messages = [*self._messages, self._said(written), Message("user", again)]
            pieces = self._model.stream(messages, self._sampling, self._cancel)
            corrected = written_program("".join(piece for piece in pieces if isinstance(piece, str)))
            if corrected is None:
                break
            written, result = corrected, self._run(corrected.source)
        return self._judged(written, result)

    def _judged(self, written: Written, result: ProgramResult) -> Computed:
        try:
            left = unexplained_literals(written.source, self._question, self.given.inputs, self.given.tables)
        except SyntaxError:  # it has failed, and its error is told
            left = ()
        used, partly = self.given.used(written.source), self.given.partly(written.source)
        grounded = bool(used) or self.given.takes_from(written.source, self._question)
        return Computed(written, result, used, tuple(literal.text for literal in left), partly, grounded)

    def _said(self, written: Written) -> Message:
        text = f"{written.plan}\n\n```python\n{written.source}\n```".strip()
        return Message("assistant", inert(text, self._model.control_tokens))

    def _is_good(self, said: str, value: str) -> bool:
        if not 0 < len(said) <= _SENTENCE or written_program(said) is not None or "```" in said:
            return False
        known = {_plain(number) for number in _DIGITS.findall(f"{self._question} {value}")}
        known |= {_plain(number) for one in self.given.cells() for number in _DIGITS.findall(one.quote)}
        return _holds(said, value) and all(_plain(number) in known for number in _DIGITS.findall(said))


_PLAIN = {"ko": "계산 결과는 {value}입니다.", "en": "The result is {value}."}


def shown_value(value: Any) -> str:
    """A program's result for people: thousands in groups, at most ten significant digits, lists with commas."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.10g}" if abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(shown_value(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown_value(one)}" for key, one in value.items())
    return str(value)


def _may_begin(text: str) -> bool:
    """Whether the end of the text may become the beginning of a program with the next piece."""
    return "`" in text[-3:] or text.rstrip(" ").endswith("\ndef") or not text.strip()


def _holds(said: str, value: str) -> bool:
    numbers = _DIGITS.findall(value)
    if not numbers:
        return value.casefold() in said.casefold()
    there = {_plain(number) for number in _DIGITS.findall(said)}
    return all(_plain(number) in there for number in numbers)


def _plain(number: str) -> str:
    bare = number.replace(",", "").rstrip(".")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare
