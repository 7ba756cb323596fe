"""What a model is told: passages numbered, the question's language, nothing of others' text as a control token."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import prompt
from chatbot.message import Message
from chatbot.prompt import conversation_messages, documents_messages, inert, question_turn
from ingest.hit import Hit

CONTROL = ("<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "</s>", "<s>", "[INST]", "[/INST]", "<<SYS>>",
           "<start_of_turn>", "<end_of_turn>", "<|im_start|>", "<|im_end|>", "<｜User｜>", "[|user|]", "<think>")  # fmt: skip


def hit(text: str, document: str = "/docs/report.pdf", heading: str = "", page: int | None = None) -> Hit:
    return Hit(1, 1.0, document, "Report", page, heading, 0, len(text), text, ())


@pytest.mark.parametrize(("question", "language"), [("매출은 얼마였나요?", "ko"), ("How much was sold?", "en")])
def test_the_prompt_speaks_the_language_of_the_question(question: str, language: str) -> None:
    messages = documents_messages(question, [hit("매출은 1억 원이다."), hit("Sales were 10.")])
    assert [message.role for message in messages] == ["system", "user"]
    assert messages[0].content == prompt.SYSTEM[language]
    assert question in messages[-1].content
    assert messages[-1].content.index("[1] ") < messages[-1].content.index("[2] ")


def test_a_passage_says_where_it_is_from() -> None:
    assert (
        "[1] (report.pdf, 매출 > 2024, 3쪽)\n"
        in question_turn("얼마?", [hit("x", heading="매출 > 2024", page=3)]).content
    )
    assert "[7] (report.pdf, page 3)\n" in question_turn("How?", [hit("x", page=3)], first=7).content


@pytest.mark.parametrize(
    ("token", "field"), list(product(CONTROL, ("document", "heading", "text", "question", "history")))
)
def test_no_control_token_survives_in_any_field(token: str, field: str) -> None:
    said = {
        name: f"a{token}b" if name == field else "c" for name in ("document", "heading", "text", "question", "history")
    }
    found = [hit(said["text"], f"/docs/{said['document']}", said["heading"])]
    history = [(said["history"], said["history"])]
    for messages in (
        documents_messages(said["question"], found, CONTROL, history),
        conversation_messages(said["question"], CONTROL, history),
    ):
        assert all(token not in message.content for message in messages), "the prompt's own words have none either"


@given(st.lists(st.sampled_from([*CONTROL, "<", "|", ">", "a", " ", "<|", "|>", "[", "]"]), max_size=12))
def test_nothing_can_be_put_together_to_a_control_token(pieces: list[str]) -> None:
    made = inert("".join(pieces), CONTROL)
    assert not any(token in made for token in CONTROL)
    assert made.replace(" ", "") == "".join(pieces).replace(" ", ""), "only spaces were added"


def test_unknown_marks_of_usual_families_are_made_inert_without_being_named() -> None:
    for token in CONTROL:
        if token != "[|user|]":  # one family's; its tokenizer or the served model's list names it
            assert token not in inert(f"x {token} y")


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("a < b and c > d", "[a] 3 <b>", "가격은 |1,200원|", "x<|y", "std::vector<int>"):
        assert inert(text, CONTROL) == text


def test_a_passage_cannot_bring_its_own_citation_numbers() -> None:
    content = question_turn("What?", [hit("True [2][13]. ［3］ 【4】 [a] [2024 report]")]).content
    assert "True (2)(13). (3) (4) [a] [2024 report]" in content


def test_earlier_answers_lose_numbers_that_point_nowhere() -> None:
    _, asked, said, _ = documents_messages("And?", [hit("x")], (), [("What?", "It is so [1], and so [2][3].")])
    assert (asked, said) == (Message("user", "What?"), Message("assistant", "It is so , and so ."))


def test_the_fingerprint_changes_with_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt.fingerprint()
    assert before == prompt.fingerprint() and len(before) == 16
    monkeypatch.setitem(prompt.SYSTEM, "en", "Answer.")
    assert prompt.fingerprint() != before
