"""Example questions from the headings of documents."""

from __future__ import annotations

from ui.suggestions import example_questions

KOREAN = "도서관", "규칙 안내\n\n3.2 운영 시간\n\n평일은 아홉 시에 엽니다.\n\n대출\n\n책을 빌립니다."
ENGLISH = "Handbook", "# Handbook\n\nWater supply\n\nThe tank is full.\n\nSafety rules\n\nNever walk alone."


def test_questions_are_in_the_language_of_the_heading_and_alternate() -> None:
    chosen = example_questions([KOREAN, ENGLISH], lambda question: True, count=4)
    assert chosen == (
        "규칙 안내를 알려 주세요",
        "What about Water supply?",
        "운영 시간을 알려 주세요",
        "What about Safety rules?",
    )


def test_only_answered_ones_are_offered() -> None:
    assert example_questions([KOREAN, ENGLISH], lambda question: "Safety" in question) == ("What about Safety rules?",)


def test_the_number_of_tries_is_bounded() -> None:
    asked: list[str] = []
    example_questions(
        [("", "".join(f"Heading {n}\n\n" for n in range(500)))], lambda question: bool(asked.append(question))
    )
    assert len(asked) == 12


def test_headings_that_mean_something_in_markdown_are_not_offered() -> None:
    for heading in ("**bold** x", "see [link](x)", "a:red[b]", ":smile: smile", "cost $x$ now", "`code` is", "a_b_ c",
                    "www.example.com", "x -> y now", "a -- b", "<b>bold", "~~gone~~"):  # fmt: skip
        assert example_questions([("", heading)], lambda question: True) == (), heading


def test_the_korean_particle_follows_the_last_syllable() -> None:
    asked: list[str] = []
    example_questions([("", "운영 시간\n\n휴관 날짜\n\n가격 ABC")], lambda question: bool(asked.append(question)))
    assert asked == ["운영 시간을 알려 주세요", "휴관 날짜를 알려 주세요"]
