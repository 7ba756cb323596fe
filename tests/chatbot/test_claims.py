"""Generated text in, shown text with our numbers, claims and exact quotes out; streamed as at once."""

from __future__ import annotations

import random

import pytest

from chatbot.claims.checking import Checked, ClaimChecker, check
from ingest.analyzer import Analyzer
from ingest.hit import Hit

KOREAN = (
    "임종석은 1989년 2월 15일 여의도 농민 폭력 시위를 주도한 혐의로 지명수배되었다. "
    "같은 해 6월 30일 평양축전에 임수경을 대표로 파견하여 국가보안법위반 혐의가 추가되었다."
)
ENGLISH = "The Panthers defense gave up just 308 points. In 1990, Alice visited Bob in London. It rained for 3.5 hours."
ROWS = "| 이름 | 나이 | 도시 |\n| 김철수 | 32 | 서울 |\n| 이영희 | 28 | 부산 |"


def passage(text: str, number: int, start: int = 0, heading: str = "") -> Hit:
    return Hit(number, 1.0, f"{number}.txt", "", None, heading, start, start + len(text), text, ())


PASSAGES = [passage(KOREAN, 1, start=70), passage(ENGLISH, 2), passage(ROWS, 3)]


def checked(text: str) -> Checked:
    return check(text, PASSAGES, Analyzer())


def test_markers_become_numbers_of_exact_quotes() -> None:
    done = checked("Alice visited Bob in London in 1990 [2]. 임종석은 1989년 2월 15일 지명수배되었습니다.[1]")
    assert done.text == "Alice visited Bob in London in 1990. [1] 임종석은 1989년 2월 15일 지명수배되었습니다. [2]"
    assert [citation.n for citation in done.citations] == [1, 2]
    assert [(claim.support, claim.citations) for claim in done.claims] == [("verified", (1,)), ("partial", (2,))]
    for citation in done.citations:
        source = next(hit for hit in PASSAGES if hit.document == citation.document)
        assert source.text[citation.start - source.start : citation.end - source.start] == citation.quote
    assert done.citations[1].start == 70


def test_same_span_keeps_its_number() -> None:
    done = checked("The Panthers defense gave up just 308 points [2]. The Panthers defense gave up 308 points.")
    assert [claim.citations for claim in done.claims] == [(1,), (1,)]
    assert len(done.citations) == 1


@pytest.mark.parametrize(
    "marker",
    ["[2]", "【2】", "［２］", "[^2]", "[문서 2]", "[Source 2]", "【2†source】", "[2, 2]", "[2-2]", " [2]", "[2][2]"],
)
@pytest.mark.parametrize("form", ["The Panthers defense gave up just 308 points{}.", "It rained for 3.5 hours.{}"])
def test_every_form_of_marker(marker: str, form: str) -> None:
    done = checked(form.format(marker))
    assert done.text == form.format("") + " [1]"
    assert done.claims[0].support == "verified"
    assert done.citations[0].document == "2.txt"
    assert done.dropped == ()


def test_passages_that_do_not_exist_are_dropped_and_reported() -> None:
    done = checked("The Panthers defense gave up just 308 points [9]. It rained for 3.5 hours [0, 2] [2-5].")
    assert done.dropped == (9, 0, 4, 5)
    assert "9" not in done.text
    assert done.text.startswith("The Panthers defense gave up just 308 points. [1] It rained")


def test_brackets_that_are_no_markers_stay() -> None:
    text = "The array a[i] and [sic] and [2024] stay, `x[1]` too."
    assert checked(text).text.startswith(text)


def test_a_lone_backtick_hides_no_marker() -> None:
    assert checked("It `rained’ for 3.5 hours. [2]").text == "It `rained’ for 3.5 hours. [1]"


def test_each_part_of_a_sentence_is_checked_against_its_own_mark() -> None:
    done = checked("The Panthers defense gave up 308 points [2], 그리고 김철수의 나이는 32세이다 [3].")
    assert {citation.document for citation in done.citations} == {"2.txt", "3.txt"}
    assert done.claims[0].support == "verified"


ANSWERS = [
    "안녕하세요! 다음과 같습니다:\n\n# 답변\n- 임종석은 1989년 2월 15일 지명수배되었다 [1].\n"
    "- 임수경이 파견되었다[1][2]\n\n1. It rained for 3.5 hours.[2]\n",
    "Dr. Alice visited Bob in London in 1990 [2]. The Panthers gave up 308 points.\n[2]\nIt rained【2】.",
    "[1] 임종석은 지명수배되었다. [2] It rained for 3.5 hours. 2024. 3. 5. 개최했다.",
    "| 이름 | 나이 |\n|---|---|\n| 김철수 | 32 [3] |\n| 이영희 | 28 |\n끝.",
    '그는 "나는 간다. 너도 가라." 라고 말했다 [1]. [문서',
    "```python\nx = a[1]\n```\nIt rained for 3.5 hours [2]。좋다[1]！끝",
    "  \n\n[1]",
    "",
]


@pytest.mark.parametrize("text", ANSWERS)
def test_pieces_of_any_size_give_the_same(text: str) -> None:
    whole = checked(text)
    assert whole.text == whole.rest
    chance = random.Random(7)
    for _ in range(8):
        checker, shown, at = ClaimChecker(PASSAGES, Analyzer()), "", 0
        while at < len(text):
            size = chance.choice([1, 1, 2, 3, 8, 40])
            shown += checker.feed(text[at : at + size])
            at += size
        done = checker.finish()
        assert shown + done.rest == done.text == whole.text
        assert (done.claims, done.citations, done.dropped) == (whole.claims, whole.citations, whole.dropped)


@pytest.mark.parametrize(
    "text",
    [
        '조건적 반응("그렇게 해주시겠습니까?" 같은 문장)을 없앴고 돕는다.',
        "농민군을 동비(東匪. 동학의 무리.)로 보고했다.",
        "Dr. Alice paid $3.5 million to the U.S. government.",
        "2024. 3. 5. 개최했다.",
        '그는 "나는 간다. 너도 가라." 라고 말했다.',
    ],
)
def test_one_sentence_is_one_claim(text: str) -> None:
    assert [claim.text for claim in checked(text).claims] == [text]


def test_text_is_shown_as_it_comes() -> None:
    checker = ClaimChecker(PASSAGES, Analyzer())
    assert checker.feed("The Panthers defense ") == "The Panthers defense"
    assert checker.feed("gave up just 308 points") == " gave up just 308 points"
    assert checker.feed(" [") == ""
    assert checker.feed("2]. ") == "."
    assert checker.feed("Then it ") == " [1] Then it"


def test_layout_survives() -> None:
    text = "- 첫째\n  - 둘째 항목이다\n\n| a | b |\n|---|---|\n| c | d |\n"
    assert checked(text).text.replace(" [1]", "") == text


def test_table_row_keeps_its_last_bar() -> None:
    done = checked("| 이름 | 나이 |\n|---|---|\n| 김철수 | 32 [3] |\n")
    assert done.text == "| 이름 | 나이 |\n|---|---|\n| 김철수 | 32 [1] |\n"
    assert len(done.claims) == 1


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요!", "Sure, here is the answer:", "## 요약", "**정리**", "더 궁금한 점이 있으시면 말씀해 주세요.", "---",
        "Let me know if you have any questions.", "다음과 같습니다.", "무엇을 도와드릴까요?",
    ],
)  # fmt: skip
def test_what_states_nothing_is_no_claim(text: str) -> None:
    done = checked(text)
    assert done.claims == ()
    assert not done.says_absent
    assert done.text == text


@pytest.mark.parametrize(
    "text",
    [
        "제공된 문서에는 해당 내용이 없습니다.", "문서에서 이 질문의 답을 찾을 수 없습니다.",
        "죄송합니다. 주어진 자료만으로는 알 수 없습니다.",
        "The documents do not contain an answer to this question.", "This is not mentioned in the provided passages.",
        "There is no information about that in the documents.", "I could not find the answer in the given context.",
        "The provided context doesn't mention it.",
    ],
)  # fmt: skip
def test_saying_that_the_documents_have_no_answer(text: str) -> None:
    done = checked(text)
    assert done.says_absent
    assert done.claims == ()


def test_an_absence_with_a_statement_behind_it_is_a_claim() -> None:
    assert not checked("The documents do not contain that, but Alice visited Bob in 1950.").says_absent
    done = checked("The documents do not contain that. Alice visited Bob in 1950.")
    assert not done.says_absent
    assert [claim.support for claim in done.claims] == ["unsupported"]


@pytest.mark.parametrize(
    "text", ["According to the passage, it rained for 3.5 hours.", "문서에 따르면 만약 비가 오면 갈 의무가 없다."]
)
def test_a_claim_about_what_documents_say_is_a_claim(text: str) -> None:
    assert len(checked(text).claims) == 1


def test_what_nothing_resembles_is_unsupported_and_cites_nothing() -> None:
    done = checked("Quantum chromodynamics explains gluon confinement.")
    assert [(claim.support, claim.citations) for claim in done.claims] == [("unsupported", ())]
    assert done.citations == ()
    assert check("물은 100도에서 끓는다 [1].", [], Analyzer()).dropped == (1,)
