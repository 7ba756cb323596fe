"""The user's own questions and what is known about their answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import ChatbotError
from ingest.errors import QuestionError
from ingest.search import checked_question


class QuestionFileError(ChatbotError):
    """A file of questions cannot be used; the message names the file, the line and what is wrong there."""


@dataclass(frozen=True)
class EvaluationQuestion:
    """``answers`` are texts any of which a right passage contains; ``document`` a path or file name; ``answerable``
    False says that the documents do not contain the answer.
    """

    question: str
    answers: tuple[str, ...] = ()
    document: str | None = None
    answerable: bool = True

    @classmethod
    def of(cls, row: dict[str, Any]) -> EvaluationQuestion:
        """From a JSON row: "question", and optionally "answer" or "answers", "document" or "doc", "answerable"; other
        keys are left alone. Raises ValueError or QuestionError with the reason why the row cannot be used.
        """
        question = row.get("question")
        if not isinstance(question, str) or not question.strip():
            raise ValueError('"question" must be a text')
        checked_question(question)
        answerable = row.get("answerable", True)
        if not isinstance(answerable, bool):
            raise ValueError('"answerable" must be true or false')
        answers = _answers(row)
        if answers and not answerable:
            raise ValueError('it has an answer and is "answerable": false; only one can hold')
        return cls(question, answers, _document(row), answerable)

    @property
    def judged(self) -> bool:
        """Whether it is known what a right answer looks like."""
        return self.answerable and bool(self.answers or self.document)


def read_questions(file: Path) -> list[EvaluationQuestion]:
    """The questions of a JSONL file, in its order. Raises QuestionFileError: no file, not UTF-8, no question, or the
    first line that cannot be used and how many more there are.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise QuestionFileError(f"{file} cannot be read ({error.strerror}); check the path.") from error
    except UnicodeDecodeError as error:
        raise QuestionFileError(f"{file} is not UTF-8 text; save it as UTF-8 with one JSON object a line.") from error
    questions: list[EvaluationQuestion] = []
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(EvaluationQuestion.of(_row(line)))
        except (ValueError, QuestionError) as error:
            wrong.append(f"line {number}: {str(error).rstrip('.')}")
    if wrong:
        rest = len(wrong) - 1
        more = f", and {rest} more {'line is' if rest == 1 else 'lines are'} wrong" if rest else ""
        raise QuestionFileError(f"{file}, {wrong[0]}{more}; correct that and run the command again.")
    if not questions:
        raise QuestionFileError(f'{file} has no questions; write one object a line, such as {{"question": "..."}}.')
    return questions


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON; write one object a line") from None
    if not isinstance(row, dict):
        raise ValueError("it is not a JSON object")
    return row


def _answers(row: dict[str, Any]) -> tuple[str, ...]:
    key = "answers" if row.get("answers") is not None else "answer"
    value = row.get(key)
    values = [] if value is None else value if isinstance(value, list) else [value]
    for answer in values:
        known = isinstance(answer, str | int | float) and not isinstance(answer, bool)
        if not known or not str(answer).strip():
            raise ValueError(f'"{key}" must be a text or a list of texts')
    return tuple(str(answer) for answer in values)


def _document(row: dict[str, Any]) -> str | None:
    value = row["document"] if row.get("document") is not None else row.get("doc")
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ValueError('"document" must be a path or a file name')
    return value
