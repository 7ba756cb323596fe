"""SQuAD and KorQuAD: questions about paragraphs, nested as published or one a row as the hub has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finetune.data.content import text_of
from finetune.data.errors import RowError


@dataclass(frozen=True)
class Asked:
    """A question about a text; no ``answers``: the text has none. ``group`` names the article."""

    question: str
    context: str
    answers: tuple[str, ...]
    group: str
    title: str = ""


def asked_in(record: Mapping[str, Any]) -> Iterator[Asked | RowError]:
    """The questions of an article {"title","paragraphs":[{"context","qas"}]} or of a flat row; in the place of one that
    cannot be used, why."""
    title = str(record.get("title") or "").strip()
    if "paragraphs" not in record:
        yield _asked(record, record.get("context"), title, "")
        return
    paragraphs = record["paragraphs"]
    if not isinstance(paragraphs, list):
        yield RowError("its paragraphs are no list")
        return
    for number, paragraph in enumerate(paragraphs, 1):
        questions = paragraph.get("qas") if isinstance(paragraph, dict) else None
        if not isinstance(questions, list):
            yield RowError(f"a paragraph has no questions: paragraph {number} of {title!r}")
            continue
        for place, one in enumerate(questions, 1):
            yield _asked(one, paragraph.get("context"), title, f": question {place} of paragraph {number} of {title!r}")


def _asked(one: Any, context: Any, title: str, where: str) -> Asked | RowError:
    try:
        if not isinstance(one, dict):
            raise RowError("it is no object")
        question = text_of(one.get("question"), "question")
        return Asked(question, text_of(context, "context"), _answers(one), title, title)
    except RowError as error:
        return RowError(f"{error}{where}")


def _answers(one: Mapping[str, Any]) -> tuple[str, ...]:
    held = one.get("answers")
    if isinstance(held, Mapping):
        held = held.get("text")
    if one.get("is_impossible") is True or held == []:
        return ()
    if not isinstance(held, list):
        raise RowError("its answers are no list")
    texts = (answer.get("text") if isinstance(answer, dict) else answer for answer in held)
    return tuple(dict.fromkeys(text_of(text, "answer") for text in texts))
