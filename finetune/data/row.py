"""A training row, and a record of which none could be made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chatbot.message import Message
from finetune.data.recipe import LABELS

Split = Literal["train", "eval", "test"]
SPLITS: tuple[Split, ...] = ("train", "eval", "test")
# How a row is to be judged: "answer" has one, "absent" must refuse, "program" must compute, "text" is read only.
Kind = Literal["answer", "absent", "program", "text"]


@dataclass(frozen=True)
class Source:
    """Where a row is from: a line of a file, or ``text[start:end]`` of a library's document."""

    file: str
    line: int | None = None
    start: int | None = None
    end: int | None = None
    made_by: str | None = None
    """Of rows from documents: the rule or the model that asked."""

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "start": self.start, "end": self.end, "made_by": self.made_by}


@dataclass(frozen=True)
class Row:
    """One supervised answer: everything before it in ``prompt``, the answer in ``completion``.

    ``question`` is what is asked without instruction and passages, and what near duplicates are found by; ``answers``
    are what a metric compares with, "" and () where there is nothing to compare. Rows of one ``group`` are never in
    two splits.
    """

    task: str
    prompt: tuple[Message, ...]
    completion: str
    question: str
    answers: tuple[str, ...]
    source: Source
    language: str
    kind: Kind = "answer"
    group: str | None = None
    split: Split | None = None
    """None: to be chosen."""

    @property
    def from_document(self) -> bool:
        """Whether the question was made from a document, by a rule or a model."""
        return self.source.made_by is not None

    def as_json(self) -> dict[str, Any]:
        """The row as it is kept until all classes are known; ``finished`` makes a line of train.jsonl of it."""
        told: dict[str, Any]
        if self.task == "text":
            told = {"text": self.completion}
        else:
            told = {
                "prompt": [{"role": one.role, "content": one.content} for one in self.prompt],
                "completion": [{"role": "assistant", "content": self.completion}],
            }
        return {
            **told,
            "task": self.task,
            "kind": self.kind,
            "language": self.language,
            "question": self.question,
            "answers": list(self.answers),
            "source": self.source.as_json(),
        }


def finished(value: dict[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """A row with its classes in the instruction and its ``id``, 24 hexadecimal digits of what is told and said."""
    if value["task"] == "classify" and value["prompt"][0]["role"] == "system":
        first = {"role": "system", "content": value["prompt"][0]["content"].replace(LABELS, ", ".join(labels))}
        value = {**value, "prompt": [first, *value["prompt"][1:]]}
    told = [value.get("prompt"), value.get("completion"), value.get("text")]
    return {"id": hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:24], **value}


@dataclass(frozen=True)
class LeftOut:
    """A record that gives no row, or a row that is not used. ``kind``: "refused", "duplicate" or "leak"."""

    file: str
    line: int | None
    reason: str
    kind: Literal["refused", "duplicate", "leak"] = "refused"

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "kind": self.kind, "reason": self.reason}
