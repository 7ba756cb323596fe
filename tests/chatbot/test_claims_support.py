"""Which sentences a passage verifies, leaves open, and contradicts."""

from __future__ import annotations

import pytest

from chatbot.claims.checking import check
from ingest.analyzer import Analyzer
from ingest.hit import Hit

CASE = (
    "임종석은 1989년 2월 15일 여의도 농민 폭력 시위를 주도한 혐의로 지명수배되었다. "
    "같은 해 6월 30일 평양축전에 임수경을 대표로 파견하여 국가보안법위반 혐의가 추가되었다."
)
SALES = "매출은 2023년 3분기에 12.5% 증가한 1,234억 원이었다. 영업이익은 전년 동기 대비 8% 감소했다. 직원은 세 명이다."
REFUND = (
    "환불은 구매일로부터 14일 이내에 가능하며, 사용한 상품은 환불할 수 없다. 배송비는 5만 원 이상 구매 시 무료이다."
)
TREATY = (
    "The Treaty of Paris was signed on 3 September 1783 by representatives of King George III. "
    "John Adams did not attend the ceremony. He later became president."
)
FEE = (
    "The service fee is $3.5 million per year. Customers may cancel within 30 days after delivery. "
    "Refunds are issued only for unopened items."
)
ROUTE = "The ship sailed from Lisbon to Havana, while the crew of Drake robbed the port of Cadiz."
TABLE = "| 이름 | 나이 | 도시 |\n| 김철수 | 32 | 서울 |\n| 이영희 | 28 | 부산 |"

VERIFIED = [
    (CASE, "임종석은 1989년 2월 15일에 여의도 농민 폭력 시위를 주도한 혐의로 지명수배되었습니다."),
    (CASE, "임종석은 1989년 6월 30일 평양축전에 임수경을 대표로 파견했습니다."),
    (CASE, "임종석이 지명수배된 날은 1989-02-15입니다."),
    (SALES, "매출은 1234억원이었습니다."),
    (SALES, "직원은 3명입니다."),
    (SALES, "2023년 3분기 매출은 12.5% 증가했습니다."),
    (REFUND, "구매일로부터 14일 이내에 환불이 가능합니다."),
    (REFUND, "배송비는 50,000원 이상 구매 시 무료입니다."),
    (TREATY, "The Treaty of Paris was signed on September 3, 1783."),
    (TREATY, "John Adams didn't attend the ceremony."),
    (TREATY, "John Adams later became president."),
    (FEE, "The service fee is $3,500,000 per year."),
    (FEE, "Customers may cancel within thirty days after delivery."),
    (ROUTE, "The ship sailed from Lisbon to Havana."),
    (TABLE, "김철수의 나이는 32세입니다."),
]
REPORT = "김민수 과장은 박지영 팀장에게 보고서를 제출했다. 이용 요금은 1시간에 1,000원이다."
VERIFIED += [
    (REPORT, "보고서를 제출한 사람은 김민수 과장입니다."),
    (REPORT, "김민수 과장은 박지영 팀장에게 보고서를 제출했습니다."),
]
# Never verified; those of the first list are contradicted outright.
CONTRADICTED = [
    ("블루스 구조는 4/4박자의 12마디 진행이다.", "블루스 구조는 4/5박자의 12마디 진행이다."),
    ("He states that he had, in the past, been a father.", "He states that he had not, in the past, been a father."),
    (CASE, "임종석은 1990년 6월 30일 평양축전에 임수경을 파견하였다."),
    (CASE, "임종석은 지명수배되지 않았습니다."),
    (CASE, "김영삼은 1989년 2월 15일 여의도 농민 폭력 시위를 주도한 혐의로 지명수배되었다."),
    (SALES, "영업이익은 8% 증가했습니다."),
    (SALES, "직원은 네 명입니다."),
    (REFUND, "구매일로부터 30일 이내에 환불이 가능합니다."),
    (REFUND, "사용한 상품은 환불할 수 있습니다."),
    (TREATY, "The Treaty of Paris was signed in 1784."),
    (TREATY, "John Adams attended the ceremony."),
    (FEE, "Customers may cancel within 30 days before delivery."),
    (FEE, "The service fee is $3.5 billion per year."),
    (TABLE, "김철수는 28세이다."),
]
OPEN = [
    (REPORT, "보고서를 제출한 사람은 박지영 팀장입니다."),
    (REPORT, "박지영 팀장은 김민수 과장에게 보고서를 제출했다."),
    (REPORT, "The fee is 1,000 won per 1 hour."),
    (CASE, "임수경은 1989년 6월 30일 평양축전에 임종석을 대표로 파견했습니다."),
    (SALES, "영업이익은 12.5% 감소했습니다."),
    (SALES, "매출은 8% 감소했다."),
    (REFUND, "배송비는 5만 원 이하 구매 시 무료이다."),
    (TREATY, "George III later became president."),
    (TREATY, "King George III was signed by representatives of the Treaty of Paris."),
    (FEE, "Refunds are issued for unopened items in 30 days."),
    (FEE, "Refunds are issued for unopened items."),
    (ROUTE, "The ship sailed from Havana to Lisbon."),
    (ROUTE, "The crew of Lisbon robbed the port of Drake."),
    (ROUTE, "The ship sailed from Lisbon to Cadiz."),
    (TABLE, "김철수의 도시는 32이다."),
]


def support(passage: str, claim: str, mark: str = "") -> str:
    hit = Hit(1, 1.0, "a.txt", "", None, "", 0, len(passage), passage, ())
    other = Hit(2, 0.5, "b.txt", "", None, "", 0, 20, "Nothing of the kind.", ())
    claims = check(claim + mark, [hit, other], Analyzer()).claims
    assert len(claims) == 1
    return claims[0].support


@pytest.mark.parametrize(("passage", "claim"), VERIFIED)
def test_verified(passage: str, claim: str) -> None:
    assert support(passage, claim) == "verified"
    assert support(passage, claim, " [1]") == "verified"


@pytest.mark.parametrize(("passage", "claim"), CONTRADICTED)
def test_contradicted(passage: str, claim: str) -> None:
    assert support(passage, claim) == "unsupported"


@pytest.mark.parametrize(("passage", "claim"), OPEN)
def test_left_open_or_contradicted(passage: str, claim: str) -> None:
    assert support(passage, claim) != "verified"


@pytest.mark.parametrize(("passage", "claim"), VERIFIED)
def test_right_sentence_with_another_passage_is_unsupported(passage: str, claim: str) -> None:
    assert support(passage, claim, " [2]") == "unsupported"


def test_every_sentence_of_a_passage_is_verified_verbatim() -> None:
    for passage in (CASE, SALES, REFUND, TREATY, FEE, ROUTE):
        for sentence in next(iter(Analyzer().sentences([passage]))):
            assert support(passage, passage[sentence.start : sentence.end]) == "verified"


def test_numbers_are_compared_across_languages_and_verify_nothing() -> None:
    assert support(REPORT, "It costs 1,000 won.", " [1]") == "partial"
    assert support(REPORT, "It costs 2,000 won.", " [1]") == "unsupported"


def test_heading_names_what_the_sentence_leaves_out() -> None:
    text = "1443년에 창제되었다."
    named = Hit(1, 1.0, "a.txt", "", None, "훈민정음", 0, len(text), text, ())
    unnamed = Hit(1, 1.0, "a.txt", "", None, "", 0, len(text), text, ())
    claim = "훈민정음은 1443년에 창제되었습니다 [1]."
    assert check(claim, [named], Analyzer()).claims[0].support == "verified"
    assert check(claim, [unnamed], Analyzer()).claims[0].support != "verified"
