"""A question's passages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chatbot.retriever import LONGEST_PASSAGE, Retriever, RetrieverConfig
from ingest.errors import QuestionError
from ingest.library import Library
from tests.fakes import plain, put


@pytest.fixture
def filled(library: Library) -> Library:
    put(library, "a/school.txt", "The village school opened in 1897.\n\n" + "The dog reads one verse a day.\n\n" * 60)
    put(
        library,
        "b/tank.txt",
        plain("# Water\n\nThe tank holds 1,200 litres.\n\nIt is 4 m high.", "Station", pages=(0, 2)),
    )
    put(library, "b/ko.txt", "서당개는 삼 년이면 풍월을 읊는다.\n\n" + "가.\n\n" * 900)
    return library


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
@pytest.mark.parametrize(
    "question", ["When did the school open?", "tank litres", "서당개는 무엇을 합니까", "가", "1,200", "?!"]
)
def test_passages_are_spans_in_order(filled: Library, mode: str, question: str) -> None:
    for k in (1, 3, 100):
        hits = Retriever(filled).search(question, k, mode)  # type: ignore[arg-type]
        assert len(hits) <= k
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        for hit in hits:
            assert filled.document_text(hit.document)[hit.start : hit.end] == hit.text
            assert len(hit.text) <= LONGEST_PASSAGE
            assert hit.title and (hit.page is None or hit.page >= 1)


def test_more_passages_begin_with_the_same(filled: Library) -> None:
    retriever = Retriever(filled)
    places = [(hit.document, hit.start) for hit in retriever.search("When did the school open?", 20)]
    for k in range(1, len(places) + 1):
        assert [(hit.document, hit.start) for hit in retriever.search("When did the school open?", k)] == places[:k]


def test_a_right_passage_comes_first(filled: Library) -> None:
    retriever = Retriever(filled, RetrieverConfig(candidates=20, reranked=10))
    assert "1897" in retriever.search("When did the village school open?")[0].text
    assert retriever.search("How many litres does the tank hold?")[0].document == "b/tank.txt"
    assert retriever.search("서당개는 삼 년이면 무엇을 읊는가")[0].document == "b/ko.txt"
    assert {hit.document for hit in retriever.search("dog tank", collection="b")} <= {"b/tank.txt", "b/ko.txt"}
    assert retriever.search("dog", collection="nowhere") == []


def test_questions_that_cannot_be_asked(filled: Library) -> None:
    for question in ("", " \n", "\x00", "x" * 10_001):
        with pytest.raises(QuestionError):
            Retriever(filled).search(question)


def test_what_changes_is_seen_at_once(filled: Library) -> None:
    retriever = Retriever(filled)
    assert retriever.search("zebra", mode="lexical") == []
    rare = retriever.idf("zebra")
    put(filled, "z.txt", "A zebra came.")
    assert retriever.search("zebra", mode="lexical")[0].document == "z.txt"
    assert retriever.idf("zebra") < rare
    filled.remove("z.txt")
    assert retriever.search("zebra", mode="lexical") == []


def test_an_empty_library(library: Library) -> None:
    retriever = Retriever(library)
    assert retriever.search("dog") == []
    assert retriever.reads("dog")


def test_many_threads_get_the_same_answers_while_documents_come(filled: Library) -> None:
    retriever = Retriever(filled)

    def ask(number: int) -> list[str]:
        if number % 7 == 0:
            put(filled, f"new/{number}.txt", f"Something else entirely, number {number}.")
        return [hit.text for hit in retriever.search("When did the village school open?", 1)]

    expected = [hit.text for hit in retriever.search("When did the village school open?", 1)]
    with ThreadPoolExecutor(6) as pool:
        assert all(answer == expected for answer in pool.map(ask, range(60)))
