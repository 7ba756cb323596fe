"""The figures of `seodang eval` against values worked out by hand, and what a wrong file of questions is told."""

from __future__ import annotations

import json
import math
import random
import statistics
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import GenerationFailed
from chatbot.evaluation import EvaluationQuestion, Mean, QuestionFileError, Share, evaluate, read_questions, wilson
from chatbot.evaluation.agreement import contains, exact_match, f1
from chatbot.evaluation.interval import percentile
from chatbot.message import Message
from chatbot.models.model import Generation, Sampling
from chatbot.reply import Citation, Claim, Reply, Support
from ingest.hit import Hit
from ingest.library import Library
from tests.fakes import put

# -- agreement of answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("The school opened in 1897.", "1897", True),
        ("도서관은 매주 월요일에 쉽니다.", "매주월요일", True),
        ("도서관은 매주월요일에 쉽니다.", "매주 월요일", True),
        ("THE VILLAGE", "the village", True),
        ("값은 １，２００원", "1,200원", True),
        ("It holds 1,200 litres.", "200", False),
        ("It holds 1,200 litres.", "1", False),
        ("It holds 1,200 litres.", "1,200", True),
        ("2011년 11월 23일", "1월 23일", False),
        ("2011년 1월 23일", "1월 23일", True),
        ("It holds 1,200 litres.", " ", False),
        ("a.c", "abc", False),
        ("abc", "a.c", False),
    ],
)
def test_an_answer_stands_in_a_text_or_not(text: str, answer: str, found: bool) -> None:
    assert contains(text, answer) is found


@pytest.mark.parametrize(
    ("answer", "expected", "exact", "score"),
    [
        ("The Norman conquest", "Norman Conquest", True, 1.0),
        ("It was the Norman conquest. [1]", "Norman Conquest", False, 2 * 2 / (4 + 2)),
        ("1,200 [2]", "1200", True, 1.0),
        ("경주에", "경주", False, 2 * 2 / (3 + 2)),
        ("매주월요일 [1]", "매주 월요일", True, 1.0),
        ("《풍월》", "풍월", True, 1.0),
        ("Paris", "London", False, 0.0),
        ("", "London", False, 0.0),
    ],
)
def test_match_and_f1_by_hand(answer: str, expected: str, exact: bool, score: float) -> None:
    assert exact_match(answer, ["never", expected]) is exact
    assert f1(answer, ["never", expected]) == pytest.approx(score)


def test_repeated_words_count_once_each() -> None:
    assert f1("dog dog dog", ["dog cat"]) == pytest.approx(2 * 1 / (3 + 2))


# -- intervals ------------------------------------------------------------------------------------------------------------


def test_wilson_against_published_values() -> None:
    # 81 of 263: 0.2553 to 0.3662 (Newcombe, Statistics in Medicine 17, 1998, table I, method 3).
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert Share(0, 0).as_json()["value"] is None


def test_the_bootstrap_agrees_with_the_normal_interval_of_many_values() -> None:
    generator = random.Random(4)
    values = [generator.random() for _ in range(400)]
    mean = Mean.of(values)
    half = 1.96 * statistics.stdev(values) / math.sqrt(len(values))
    assert mean.low is not None and mean.high is not None
    assert mean.low == pytest.approx(mean.value - half, abs=half / 5)
    assert mean.high == pytest.approx(mean.value + half, abs=half / 5)
    assert Mean.of(values) == mean
    assert Mean.of([0.5]) == Mean(0.5, 1, None, None)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(20, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1.0)) == (10, 19, 20)
    assert percentile([7.0], 0.95) == 7


# -- the measurement ------------------------------------------------------------------------------------------------------


@dataclass
class Prepared:
    """A chatbot and its retriever in one, with the replies and hits that a test prepared."""

    replies: dict[str, Reply | Exception]
    found: dict[str, list[str]] = field(default_factory=dict)
    model: str = "prepared"

    @property
    def retriever(self) -> Prepared:
        return self

    def search(self, question: str, k: int) -> list[Hit]:
        texts = self.found.get(question, [])[:k]
        return [Hit(n, 1.0, "a.txt", "", None, "", 0, len(text), text, ()) for n, text in enumerate(texts, 1)]

    def ask(self, question: str) -> Reply:
        reply = self.replies[question]
        if isinstance(reply, Exception):
            raise reply
        return reply


def _answer(question: str, *claims: tuple[str, Support], ms: float = 10.0, **timings: float) -> Reply:
    cited = tuple(Citation(n, "a.txt", "", None, "", 0, 9, text) for n, (text, _) in enumerate(claims, 1))
    made = tuple(Claim(text, support, (n,)) for n, (text, support) in enumerate(claims, 1))
    text = " ".join(f"{claim} [{n}]" for n, (claim, _) in enumerate(claims, 1))
    return Reply(question, text, False, None, "documents", "m", made, cited, timings_ms={**timings, "total": ms})


def _refused(question: str) -> Reply:
    return Reply(question, "No.", True, "no_evidence", "documents", "m", timings_ms={"total": 1.0})


@pytest.fixture
def prepared() -> Prepared:
    return Prepared(
        {
            "year": _answer("year", ("1897", "verified"), ms=30, retrieval=4, evidence=2, first_token=5, generation=20),
            "dog": _answer("dog", ("A cat.", "partial"), ("The dog.", "unsupported"), ms=10),
            "tank": _refused("tank"),
            "moon": _refused("moon"),
            "mars": _answer("mars", ("Olympus.", "verified"), ms=20),
            "any": _answer("any", ("Something.", "verified"), ms=40),
        },
        {"year": ["nothing", "in 1897"], "dog": ["The dog"], "tank": ["x"] * 9 + ["1,200 litres"]},
    )


QUESTIONS = [
    EvaluationQuestion("year", ("1897",), "docs/a.txt"),
    EvaluationQuestion("dog", ("dog",)),
    EvaluationQuestion("tank", ("1,200",), "other.txt"),
    EvaluationQuestion("moon", answerable=False),
    EvaluationQuestion("mars", answerable=False),
    EvaluationQuestion("any"),
]


def test_the_figures_by_hand(prepared: Prepared) -> None:
    done: list[int] = []
    result = evaluate(prepared, QUESTIONS, done.append)  # type: ignore[arg-type]
    assert done == [1, 2, 3, 4, 5, 6]
    shares = {name: (share.right, share.total) for name, share in result.shares.items()}
    assert shares == {
        "hit@1": (1, 3),
        "hit@3": (2, 3),
        "hit@5": (2, 3),
        "hit@10": (2, 3),  # the tank's passage is of another document than the expected one
        "first claim right": (1, 3),
        "one of three claims right": (2, 3),
        "exact match": (1, 3),
        "claims verified": (3, 5),
        "claims partial": (1, 5),
        "claims unsupported": (1, 5),
        "refused, answerable": (1, 4),
        "refused, not answerable": (1, 2),
    }
    # "cat dog" against "dog", once the articles are gone.
    assert result.means["F1"].value == pytest.approx((1 + 2 * 1 / (2 + 1) + 0) / 3)
    assert result.latency_ms == {"p50": 10.0, "p95": 40.0}
    assert result.first_token_ms == {"p50": 11.0, "p95": 11.0}
    assert [outcome.question for outcome in result.outcomes if outcome.good] == ["year", "moon", "any"]
    assert json.loads(json.dumps(result.as_json()))["shares"]["hit@1"]["total"] == 3


def test_an_answer_that_fails_is_counted_and_named(prepared: Prepared) -> None:
    prepared.replies["year"] = GenerationFailed("The server went away.")
    result = evaluate(prepared, QUESTIONS)  # type: ignore[arg-type]
    assert result.failed == 1
    assert result.shares["first claim right"].right == 0 and result.shares["first claim right"].total == 3
    [failed] = [outcome for outcome in result.outcomes if outcome.error]
    assert (failed.question, failed.good, failed.error) == ("year", False, "The server went away.")


def test_only_what_the_questions_allow_is_shown(prepared: Prepared) -> None:
    result = evaluate(prepared, [EvaluationQuestion("moon", answerable=False)])  # type: ignore[arg-type]
    assert set(result.shares) == {"refused, not answerable"}
    assert result.means == {} and result.first_token_ms == {}


def test_the_real_chatbot_is_measured(library: Library) -> None:
    from chatbot import Chatbot

    put(library, "school.txt", "The village school opened in 1897. It has 42 pupils and one dog.")
    put(library, "ko.txt", "서당개는 삼 년이면 풍월을 읊는다. 글방은 경주에 있다.")
    questions = [
        EvaluationQuestion("When did the village school open?", ("1897",), "school.txt"),
        EvaluationQuestion("글방은 어디에 있습니까?", ("경주",), "ko.txt"),
        EvaluationQuestion("화성의 수도는 어디입니까?", answerable=False),
    ]
    result = evaluate(Chatbot(library), questions)
    assert result.shares["hit@1"].right == result.shares["first claim right"].right == 2
    assert result.shares["refused, not answerable"].right == 1
    assert result.shares["claims verified"].right == result.shares["claims verified"].total > 0
    assert result.first_token_ms == {} and result.model == "extractive"


class Quoting:
    """A language model that always says the same."""

    name, context, control_tokens = "quoting", 4096, ()

    def count(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancel: threading.Event | None = None
    ) -> Iterator[str | Generation]:
        yield from ("The village school ", "opened in 1897. [1]")
        yield Generation("stop", 10, 9)

    def close(self) -> None: ...


def test_a_language_model_is_measured_with_its_first_token(library: Library) -> None:
    from chatbot import Chatbot

    put(library, "school.txt", "The village school opened in 1897. It has 42 pupils and one dog.")
    asked = EvaluationQuestion(
        "When did the village school open?", ("The village school opened in 1897",), "school.txt"
    )
    result = evaluate(Chatbot(library, Quoting()), [asked])
    assert result.model == "quoting"
    assert result.shares["exact match"].right == result.shares["first claim right"].right == 1
    assert result.means["F1"].value == 1
    assert result.shares["claims verified"] == Share(1, 1)
    [outcome] = result.outcomes
    assert outcome.first_token_ms is not None and outcome.ms is not None
    assert 0 < outcome.first_token_ms <= outcome.ms


# -- files of questions ---------------------------------------------------------------------------------------------------


def _written(folder: Path, *rows: Any) -> Path:
    file = folder / "mine.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_every_form_of_a_row_is_read(tmp_path: Path) -> None:
    file = _written(
        tmp_path,
        {"question": "a", "answer": "x", "doc": "d.txt", "id": 7},
        "",
        {"question": "b", "answers": ["x", 12], "document": "e.txt", "answer": None},
        {"question": "c", "answerable": False, "answers": []},
    )
    assert read_questions(file) == [
        EvaluationQuestion("a", ("x",), "d.txt"),
        EvaluationQuestion("b", ("x", "12"), "e.txt"),
        EvaluationQuestion("c", (), None, False),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{not json", "not JSON"),
        ([1], "not a JSON object"),
        ({"q": "x"}, '"question"'),
        ({"question": " "}, '"question"'),
        ({"question": "x" * 30_000}, "characters"),
        ({"question": "x", "answer": {"text": "y"}}, '"answer"'),
        ({"question": "x", "answers": ["y", ""]}, '"answers"'),
        ({"question": "x", "answer": True}, '"answer"'),
        ({"question": "x", "document": 3}, '"document"'),
        ({"question": "x", "answerable": "no"}, '"answerable"'),
        ({"question": "x", "answerable": False, "answer": "y"}, "only one can hold"),
    ],
)
def test_a_wrong_row_is_told_with_file_line_and_reason(tmp_path: Path, row: Any, reason: str) -> None:
    file = _written(tmp_path, {"question": "good"}, row)
    with pytest.raises(QuestionFileError) as told:
        read_questions(file)
    assert f"{file}, line 2: " in str(told.value) and reason in str(told.value)
    assert str(told.value).count("\n") == 0
    with pytest.raises(QuestionFileError, match="and 1 more line is wrong"):
        read_questions(_written(tmp_path, row, {"question": "good"}, {}))


def test_a_file_that_cannot_be_used_at_all(tmp_path: Path) -> None:
    for file, reason in (
        (tmp_path / "absent.jsonl", "cannot be read"),
        (tmp_path, "cannot be read"),
        (_written(tmp_path, "", " "), "has no questions"),
    ):
        with pytest.raises(QuestionFileError, match=reason):
            read_questions(file)
    (tmp_path / "korean.jsonl").write_bytes('{"question": "언제"}'.encode("cp949"))
    with pytest.raises(QuestionFileError, match="UTF-8"):
        read_questions(tmp_path / "korean.jsonl")
