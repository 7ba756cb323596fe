"""Which of the known forms a record has, by the names of its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finetune.data.errors import DataError
from finetune.data.recipe import RECIPES

# The names that values of public datasets have, in lower case; the first that a record has is taken.
ALIASES: dict[str, tuple[str, ...]] = {
    "question": ("question", "q", "query", "질문", "문제", "user", "human"),
    "answer": ("answer", "a", "answers", "response", "reply", "답변", "답", "대답", "정답", "assistant", "gpt"),
    "context": ("context", "passage", "paragraph", "지문", "문맥", "본문"),
    "text": (
        "text", "document", "review", "sentence", "article", "content", "body", "input", "tokens", "본문", "기사", "내용",
        "리뷰", "문장", "글",
    ),
    "label": ("label", "labels", "class", "category", "sentiment", "레이블", "분류", "감정", "범주"),
    "title": ("title", "headline", "제목"),
    "summary": ("summary", "highlights", "abstract", "요약"),
    "source": ("source", "src", "source_text", "원문"),
    "target": ("target", "tgt", "target_text", "번역", "번역문"),
    "entities": ("entities", "ner", "ner_tags", "tags", "개체"),
    "program": ("program", "code", "프로그램"),
}  # fmt: skip
# Pairs that are translations whichever way they are read; the second is what is asked for.
_LANGUAGES = (("en", "ko"), ("english", "korean"), ("영어", "한국어"))
FORMATS = ("alpaca", "sharegpt", "messages", "prompt-completion", "squad", "columns")
# Records that are looked at before a file's form is decided.
LOOK_AHEAD = 100
# In this order a record's columns are compared with what tasks need: the more particular first.
_ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("program", ("question", "program")),
    ("qa", ("question", "answer", "context")),
    ("extract", ("text", "entities")),
    ("summarize", ("text", "summary")),
    ("chat", ("question", "answer")),
    ("classify", ("text", "label")),
    ("title", ("text", "title")),
    ("translate", ("source", "target")),
    ("text", ("text",)),
)


@dataclass(frozen=True)
class Shape:
    """``format`` is one of FORMATS, ``task`` a recipe's name; ``columns`` says which column each field is in."""

    format: str
    task: str
    columns: Mapping[str, str]


def shape_of(record: Mapping[str, Any], given: Mapping[str, str], task: str | None = None) -> Shape | None:
    """The form of one record; ``given`` are the user's columns by field, ``task`` the user's task."""
    names = {name.strip().lower(): name for name in record}
    format = None if given else _named_format(record, names)
    if format is not None:
        return Shape(format, task or ("qa" if format == "squad" else "chat"), names)
    return _columns(names, given, task)


def _named_format(record: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    if "messages" in names:
        return "messages"
    talk = next((names[one] for one in ("conversations", "conversation") if one in names), None)
    if talk is not None:
        turns = record[talk]
        first = turns[0] if isinstance(turns, list) and turns and isinstance(turns[0], dict) else {}
        return "messages" if "role" in first else "sharegpt"
    if "instruction" in names and ({"output", "response"} & names.keys()):
        return "alpaca"
    if "prompt" in names and ({"completion", "response"} & names.keys()):
        return "prompt-completion"
    answers = record.get(names.get("answers", ""))
    if "paragraphs" in names or ("context" in names and isinstance(answers, dict)):
        return "squad"
    return None


def _columns(names: Mapping[str, str], given: Mapping[str, str], task: str | None) -> Shape | None:
    found = {
        field: names[alias]
        for field, aliases in ALIASES.items()
        if (alias := next((one for one in aliases if one in names), None)) is not None
    }
    for first, second in _LANGUAGES:
        if first in names and second in names:
            found |= {"source": names[first], "target": names[second]}
    if "translation" in names:
        found |= {"source": names["translation"], "target": names["translation"]}
    found |= given
    if task is not None:
        fits = set(RECIPES[task].fields) <= found.keys()
        return Shape("columns", task, found) if fits else None
    for name, needed in _ORDER:
        # Two fields may share an alias (본문): then one column cannot be both.
        if set(needed) <= found.keys() and (name == "translate" or len({found[one] for one in needed}) == len(needed)):
            return Shape("columns", name, found)
    return None


def shape_of_file(
    records: Sequence[Mapping[str, Any]], given: Mapping[str, str], task: str | None, format: str | None, file: str
) -> Shape:
    """The form that most of a file's first records have. Raises DataError when it is none."""
    if not records:
        raise DataError(f"{file} holds no row that can be read; give one JSON object a line, or a table with a header.")
    for column in given.values():
        if not any(column in record for record in records):
            raise DataError(f"{file} has no column {column!r}; its columns are: {_listed(records)}.")
    found = [one for record in records if (one := shape_of(record, given, task)) is not None]
    if format is not None:
        wanted = [one for one in found if one.format == format]
        if not wanted:
            raise DataError(f"{file} is not in the format {format!r}: its columns are {_listed(records)}.")
        found = wanted
    if not found:
        needed = f"; the task {task} needs {' and '.join(RECIPES[task].fields)}" if task else ""
        raise DataError(
            f"{file} is in no format that is known: its columns are {_listed(records)}{needed}; say what they are with "
            "--task and --column FIELD=COLUMN."
        )
    (form, most), *_ = Counter((one.format, one.task) for one in found).most_common(1)
    del most
    return next(one for one in found if (one.format, one.task) == form)


def fits(shape: Shape, record: Mapping[str, Any], given: Mapping[str, str], task: str | None) -> str | None:
    """Why a record is not of its file's form, or None."""
    own = shape_of(record, given, task)
    if own is not None and own.format == shape.format and (own.task == shape.task or shape.format != "columns"):
        return None
    if own is None:
        missing = [field for field in RECIPES[shape.task].fields if shape.columns.get(field) not in record]
        if shape.format == "columns" and missing:
            return f"it has no {missing[0]}"
        return f"it is not in the format {shape.format!r} of the file: its names are {', '.join(list(record)[:8])}"
    theirs = own.format if own.format != "columns" else f"a row for {own.task}"
    mine = shape.format if shape.format != "columns" else f"rows for {shape.task}"
    return f"it is {theirs} in a file of {mine}; put it into a file of its own"


def _listed(records: Iterable[Mapping[str, Any]]) -> str:
    names = dict.fromkeys(name for record in records for name in record)
    return ", ".join(repr(name[:40]) for name in list(names)[:12])
