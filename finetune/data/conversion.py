"""A record of any known form -> rows: one for each answer that it holds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chatbot.message import Message
from chatbot.prompt import conversation_messages, documents_messages, language_of
from finetune.data.content import LONGEST_ROW, Neutral, entities_of, text_of, turns_of
from finetune.data.errors import RowError
from finetune.data.program import program_row
from finetune.data.recipe import LABELS, RECIPES, REFUSAL
from finetune.data.row import Kind, Row, Source
from finetune.data.shape import Shape
from finetune.data.squad import Asked, asked_in
from ingest.hit import Hit

_NO = frozenset(("false", "0", "no", "n"))


@dataclass(frozen=True)
class Wording:
    """``labels`` give a class or a tag the name that the model is to write ("0" -> "부정"); ``instruction`` stands in the
    place of the recipe's, "" for none; ``language`` of the instruction, None for that of the row."""

    labels: Mapping[str, str] = field(default_factory=dict)
    instruction: str | None = None
    language: str | None = None
    group: str | None = None
    """The column whose rows stay together in one split."""


class Converter:
    """Makes the rows of one file. ``notes`` counts what is worth knowing and cost no row."""

    def __init__(self, shape: Shape, wording: Wording, neutral: Neutral, file: str) -> None:
        self._shape, self._wording, self._neutral, self._file = shape, wording, neutral, file
        self.notes: Counter[str] = Counter()

    def rows(self, record: Mapping[str, Any], line: int | None) -> Iterator[Row | RowError]:
        """The rows of one record; in the place of one that cannot be made, why."""
        try:
            yield from self._rows(record, line)
        except RowError as error:
            yield error

    def _rows(self, record: Mapping[str, Any], line: int | None) -> Iterator[Row | RowError]:
        source = Source(self._file, line)
        if self._shape.format == "squad":
            yield from self._squad(record, source)
        elif self._shape.format in ("messages", "sharegpt"):
            yield from self._conversation(record, source)
        else:
            group = self._group(record)
            if self._shape.format == "columns":
                yield self._of_columns(record, source, group)
            else:
                yield self._instructed(record, source, group)

    def _group(self, record: Mapping[str, Any]) -> str | None:
        name = self._wording.group
        if name is None:
            return None
        if name not in record:
            raise RowError(f"it has no {name!r}, which says what rows belong together")
        return f"{name}={record[name]}"

    def _value(self, record: Mapping[str, Any], name: str) -> Any:
        return record.get(self._shape.columns.get(name, name))

    # -- conversations ------------------------------------------------------------------------------------------------

    def _conversation(self, record: Mapping[str, Any], source: Source) -> Iterator[Row]:
        keys = ("role", "content") if self._shape.format == "messages" else ("from", "value")
        column = next(one for one in ("messages", "conversations", "conversation") if one in self._shape.columns)
        turns = turns_of(record.get(self._shape.columns[column]), *keys)
        # Turns of one conversation share their beginning, so they may not be parted.
        group = self._group(record) or _digest(json.dumps([turn.content for turn in turns]))
        system = turns.pop(0).content if turns[0].role == "system" else None
        if turns[-1].role == "user":
            self.notes["conversations whose last turn has no answer; it is not used"] += 1
        history: list[tuple[str, str]] = []
        for asked, said in zip(turns[::2], turns[1::2], strict=False):
            yield self._said(asked.content, said.content, source, group, history, system)
            history.append((asked.content, said.content))

    def _instructed(self, record: Mapping[str, Any], source: Source, group: str | None) -> Row:
        if self._shape.format == "alpaca":
            asked = text_of(self._value(record, "instruction"), "instruction")
            given = self._value(record, "input")
            if given is not None and str(given).strip():
                asked = f"{asked}\n\n{text_of(given, 'input')}"
            said = text_of(record.get(self._named("output", "response")), "output")
            return self._said(asked, said, source, group)
        prompt, completion = self._value(record, "prompt"), record.get(self._named("completion", "response"))
        if isinstance(prompt, list) or isinstance(completion, list):
            said_turns = completion if isinstance(completion, list) else [{"role": "assistant", "content": completion}]
            asked_turns = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
            turns = turns_of([*asked_turns, *said_turns], "role", "content")
            if turns[-1].role != "assistant":
                raise RowError("its completion has no answer")
            system = turns.pop(0).content if turns[0].role == "system" else None
            history = [(a.content, b.content) for a, b in zip(turns[:-2:2], turns[1:-2:2], strict=False)]
            return self._said(turns[-2].content, turns[-1].content, source, group, history, system)
        return self._said(text_of(prompt, "prompt"), text_of(completion, "completion"), source, group)

    def _named(self, first: str, second: str) -> str:
        return self._shape.columns.get(first) or self._shape.columns.get(second, first)

    def _said(
        self,
        asked: str,
        said: str,
        source: Source,
        group: str | None,
        history: list[tuple[str, str]] | None = None,
        system: str | None = None,
    ) -> Row:
        """A turn of talk. Without a system turn of its own it begins as talk in the chat does."""
        asked, said = self._neutral(asked, "question"), self._neutral(said, "answer")
        marks = self._neutral.control_tokens
        messages = conversation_messages(asked, marks, history or ())
        own = system if system is not None else self._wording.instruction
        if own is not None:
            first = [Message("system", self._neutral(own, "system turn"))] if own else []
            messages = [*first, *messages[1:]]
        return self._row(messages, said, asked, (said,), source, group, task=self._shape.task)

    # -- questions about a text ---------------------------------------------------------------------------------------

    def _squad(self, record: Mapping[str, Any], source: Source) -> Iterator[Row | RowError]:
        for asked in asked_in(record):
            try:
                if isinstance(asked, RowError):
                    raise asked
                group = self._group(record) or asked.group or _digest(asked.context)
                yield self.grounded(asked, source, group)
            except RowError as error:
                yield error

    def grounded(self, asked: Asked, source: Source, group: str | None) -> Row:
        """A question about one passage, as the chat asks it; without an answer the chat's refusal is the right one."""
        question, marks = self._neutral(asked.question, "question"), self._neutral.control_tokens
        context = self._neutral(asked.context, "passage")
        answers = tuple(self._neutral(one, "answer") for one in asked.answers)
        if answers and not any(one in context for one in answers):
            raise RowError(f"its answer does not stand in its passage: {answers[0][:40]!r}")
        hit = Hit(1, 1.0, asked.title or source.file, asked.title, None, "", 0, len(context), context, ())
        language = language_of(question)
        said = f"{answers[0]} [1]" if answers else REFUSAL[language]
        messages = documents_messages(question, [hit], marks)
        kind: Kind = "answer" if answers else "absent"
        return self._row(messages, said, question, answers, source, group, kind, "qa")

    # -- columns ------------------------------------------------------------------------------------------------------

    def _of_columns(self, record: Mapping[str, Any], source: Source, group: str | None) -> Row:
        task = self._shape.task
        if task in ("chat", "qa"):
            return self._question(record, source, group)
        if task == "program":
            values = {name: self._value(record, name) for name in ("question", "program", "context", "answer")}
            return program_row(values, source, group, self._neutral)
        if task == "text":
            text = self._neutral(text_of(self._value(record, "text"), "text"))
            return self._row([], text, text, (), source, group, "text")
        given, wanted = self._pair(record)
        return self._told(given, wanted, source, group)

    def _question(self, record: Mapping[str, Any], source: Source, group: str | None) -> Row:
        question = text_of(self._value(record, "question"), "question")
        context = self._value(record, "context") if self._shape.task == "qa" else None
        if context is not None and str(context).strip():
            told = text_of(context, "context")
            absent = str(record.get("answerable", "")).strip().lower() in _NO
            held = self._value(record, "answer")
            answers = () if absent else _answers(held)
            return self.grounded(Asked(question, told, answers, ""), source, group or _digest(told))
        said = _answers(self._value(record, "answer"))
        if self._shape.task == "qa":
            row = self._told(question, said[0], source, group)
            return Row(**{**row.__dict__, "answers": tuple(self._neutral(one, "answer") for one in said)})
        return self._said(question, said[0], source, group)

    def _pair(self, record: Mapping[str, Any]) -> tuple[str, str]:
        """What is given and what is wanted, of the tasks that turn one text into another."""
        task = self._shape.task
        if task == "extract":
            text, entities = entities_of(
                self._value(record, "entities"), self._value(record, "text"), self._wording.labels
            )
            return text, json.dumps(entities, ensure_ascii=False)
        if task == "classify":
            label = text_of(self._value(record, "label"), "label")
            return text_of(self._value(record, "text"), "text"), self._wording.labels.get(label, label)
        first, second = RECIPES[task].fields
        given, wanted = self._value(record, first), self._value(record, second)
        if task == "translate" and isinstance(given, dict):
            given, wanted = _translated(given)
        return text_of(given, first), text_of(wanted, second)

    def _told(self, given: str, wanted: str, source: Source, group: str | None) -> Row:
        """A text under the recipe's instruction."""
        given, wanted = self._neutral(given), self._neutral(wanted, "answer")
        task = self._shape.task
        language = self._wording.language or language_of(wanted if task == "translate" else given)
        instruction = self._wording.instruction
        if instruction is None:
            instruction = RECIPES[task].instruction[language]
        # A text may hold the placeholder as well; only the system turn's is replaced.
        first = [Message("system", instruction)] if instruction else []
        return self._row([*first, Message("user", given)], wanted, given, (wanted,), source, group)

    def _row(
        self,
        messages: list[Message],
        said: str,
        question: str,
        answers: tuple[str, ...],
        source: Source,
        group: str | None,
        kind: Kind = "answer",
        task: str | None = None,
    ) -> Row:
        size = sum(len(message.content) for message in messages) + len(said)
        if size > LONGEST_ROW:
            raise RowError(f"it has more than {LONGEST_ROW:,} characters: {size:,}")
        language = self._wording.language or language_of(question)
        return Row(task or self._shape.task, tuple(messages), said, question, answers, source, language, kind, group)


def _answers(value: Any) -> tuple[str, ...]:
    """The answers of a record, the first being the one that is trained. Raises RowError for none."""
    if isinstance(value, dict):
        value = value.get("text")
    found = value if isinstance(value, list) else [value]
    if not found:
        raise RowError("its answer is empty")
    return tuple(dict.fromkeys(text_of(one, "answer") for one in found))


def _translated(pair: Mapping[str, Any]) -> tuple[Any, Any]:
    if len(pair) != 2:
        raise RowError("its translation does not hold two languages")
    other = next((name for name in pair if name != "ko"), None)
    return (pair[other], pair["ko"]) if other is not None and "ko" in pair else tuple(pair.values())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


__all__ = ["LABELS", "Converter", "Wording"]
