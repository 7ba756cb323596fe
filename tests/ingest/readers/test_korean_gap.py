"""Korean lines broken inside words are put together again, and lines broken between words keep their space."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.korean_gap import KoreanGaps
from tests import documents

_TEXTS = [
    "솔내마을 도서관은 2011년 봄에 문을 열었습니다. 지하 한 층과 지상 세 층에 책 팔만 권을 갖추고 있으며 해마다 "
    "이십만 명이 넘는 주민이 찾아왔습니다. 월요일과 법정 공휴일에는 문을 열지 않습니다.",
    "회원은 한 번에 일곱 권까지 두 주 동안 빌릴 수 있고 다른 사람이 예약하지 않은 책은 한 주 더 빌릴 수 있습니다. "
    "도서관에서 빌린 책을 잃어버린 회원은 같은 책으로 갚아야 합니다. 늦게 돌려준 회원은 늦은 날수만큼 책을 빌릴 수 없습니다.",
    "열람실은 삼층에 있고 아침 일곱 시부터 밤 열한 시까지 쓸 수 있습니다. 노트북을 쓰는 자리와 조용한 자리가 나뉘어 "
    "있으며 자리는 들어오는 곳의 기계에서 고릅니다. 자리를 오래 비우면 다른 사람에게 넘어갑니다.",
]


def _misplaced(path: Path, **style: object) -> tuple[int, int]:
    """Spaces that were added and that were lost."""
    found = read(documents.flowing_pdf(path / "a.pdf", _TEXTS, **style)).text
    assert "".join(found.split()) == "".join("".join(_TEXTS).split())
    given, got = (_spaces(text) for text in (" ".join(_TEXTS), found))
    return len(got - given), len(given - got)


def _spaces(text: str) -> set[int]:
    at, places = 0, set()
    for word in text.split():
        at += len(word)
        places.add(at)
    return places


@pytest.mark.parametrize("width", [0, 40, 90, 150])
def test_lines_broken_inside_words(width: int, tmp_path: Path) -> None:
    added, lost = _misplaced(tmp_path, wordWrap="CJK", rightIndent=width)
    assert added <= 1
    assert lost <= 1


@pytest.mark.parametrize("alignment", [0, 4])  # to the left, justified
@pytest.mark.parametrize("width", [0, 40, 90, 150])
def test_lines_broken_between_words(alignment: int, width: int, tmp_path: Path) -> None:
    assert _misplaced(tmp_path, alignment=alignment, rightIndent=width) == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "has_space"),
    [
        ("주민이 찾아왔", "습니다. 그리고", False),
        ("책을 도서관", "에서 빌렸다", False),
        ("위원회를 구성", "하였다.", False),
        ("문을 여", "는 날이다", False),
        ("회원은 책을", "빌릴 수", True),
        ("오후에는", "그 사람이", True),
        ("빌릴 수", "있다", True),
    ],
)
def test_single_breaks_without_a_document_to_learn_from(before: str, after: str, has_space: bool) -> None:
    assert (KoreanGaps([], Counter()).probability(before, after) > 0.4) == has_space


def test_the_document_knows_its_own_words() -> None:
    lines = ["새 책나르미 모임", "그 책나르미 봉사", "한 책나르미 사람"]
    words = Counter({"책나르미": 3})
    assert KoreanGaps(lines, words).probability("동네 책나", "르미 모임") < 0.1
