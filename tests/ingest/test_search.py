"""Lexical and dense search, their fusion, collections, and passages."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import QuestionError
from ingest.library import Library
from ingest.passages import passages
from ingest.search import Candidate, Searcher, checked_question
from tests.fakes import HashEmbedder, plain, put

TEXTS = {
    "ko/규정.txt": "서당개는 삼 년 동안 글 읽는 소리를 들었다.\n\n담당자 메일은 kim@example.com 이고 전화는 010-1234-5678 이다.",
    "en/letter.txt": "Mr O'Brien opened the school in 1897.\n\nIt costs 1,200 won; see https://seodang.example/a-b?c=d#e.",
    "en/deep/notes.txt": "Version v1.2.3_rc4 of snake_case_name failed.\n\nC++ and 50% of R&D don't matter.",
    "jp.txt": "東京都の人口は多い。",
    "en.txt": "A file whose name begins like a folder's.",
}


@pytest.fixture
def filled(library: Library) -> Library:
    for path, text in TEXTS.items():
        put(library, path, text)
    return library


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("O'Brien", "en/letter.txt"),
        ("o’brien?", "en/letter.txt"),
        ("kim@example.com", "ko/규정.txt"),
        ("kim@example.com 은 누구입니까", "ko/규정.txt"),
        ("전화 010-1234-5678", "ko/규정.txt"),
        ("https://seodang.example/a-b?c=d#e", "en/letter.txt"),
        ("1200 won", "en/letter.txt"),
        ("v1.2.3_rc4", "en/deep/notes.txt"),
        ("snake_case_name", "en/deep/notes.txt"),
        ("don't", "en/deep/notes.txt"),
        ("東京", "jp.txt"),
        ("\u1109\u1165\u1103\u1161\u11bc\u1100\u1162", "ko/규정.txt"),  # 서당개 as macOS spells it
    ],
)
def test_words_of_every_kind_are_found_by_their_letters(filled: Library, question: str, document: str) -> None:
    found = passages(filled, Searcher(filled).candidates(question, 3, "lexical"), 1_000)
    assert [hit.document for hit in found[:1]] == [document]


def test_every_stored_token_can_be_asked_for(filled: Library) -> None:
    """FTS5 must cut the stored tokens exactly where we did: a token that it cuts again has no frequency."""
    statistics = Searcher(filled).statistics
    chunks = [
        set(body.split()) | set(context.split()) for body, context in filled.rows("SELECT body, context FROM chunks")
    ]
    expected = Counter(token for chunk in chunks for token in chunk)
    assert expected
    assert {token: statistics.frequency(token) for token in expected} == expected
    for token, count in expected.items():
        idf = math.log(1 + (len(chunks) - count + 0.5) / (count + 0.5))
        assert statistics.idf(token) == pytest.approx(idf)
        assert statistics.idf(token) > 0


@settings(max_examples=60)
@given(st.text(st.sampled_from("ab'’.,-_@:/+&%\"()*^~ \n가中é\\|{}[]<>$#!?1"), min_size=1, max_size=60))
def test_odd_words_are_found_again(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with Library.open(tmp_path_factory.mktemp("l"), create=True, embedder=HashEmbedder()) as library:
        document = plain(text)
        if not document.text:
            return
        put(library, "a.txt", document)
        searcher = Searcher(library)
        tokens = set(library.analyzer.tokens(document.text))
        stored = {token for (body,) in library.rows("SELECT body FROM chunks") for token in body.split()}
        assert all(searcher.statistics.frequency(token) == 1 for token in stored)
        if tokens & stored:
            assert searcher.candidates(document.text, 1, "lexical")


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "* OR *",
        "NEAR(a b)",
        "body:dog",
        "a AND",
        "^a",
        "-a",
        "'; DROP TABLE chunks; --",
        "(((",
        "\\",
        "%",
        "👩‍👩‍👧",
        "·",
    ],
)
@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
def test_no_question_is_a_query_language(filled: Library, question: str, mode: str) -> None:
    Searcher(filled).candidates(question, 5, mode)  # type: ignore[arg-type]
    assert filled.counts().documents == len(TEXTS)


@pytest.mark.parametrize("question", ["", " \n\t ", "\u3000", "\x00", "\ufeff", "\ud800"])
def test_an_empty_question(question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        checked_question(question)


def test_a_huge_question_is_refused_and_a_large_one_answered(filled: Library) -> None:
    with pytest.raises(QuestionError, match=r"100,000 characters"):
        checked_question("가" * 100_000)
    long = ("school " * 2_000)[:10_000]
    assert Searcher(filled).candidates(long, 3)


def test_dense_has_no_vote_on_a_language_it_cannot_read(filled: Library) -> None:
    candidates = Searcher(filled).candidates("서당개는 무엇을 들었나", 5)
    assert candidates and all(candidate.dense is None for candidate in candidates)
    assert Searcher(filled).candidates("서당개는 무엇을 들었나", 5, "dense") == []


def test_fusion_is_reciprocal_rank(filled: Library) -> None:
    searcher = Searcher(filled)
    question = "school of snake_case_name"
    lexical = [candidate.chunk for candidate in searcher.candidates(question, 50, "lexical")]
    dense = [candidate.chunk for candidate in searcher.candidates(question, 50, "dense")]
    for candidate in searcher.candidates(question, 50):
        ranks = [ranking.index(candidate.chunk) + 1 for ranking in (lexical, dense) if candidate.chunk in ranking]
        assert candidate.fused == pytest.approx(sum(1 / (60 + rank) for rank in ranks))


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize("collection", ["en", "en/", "./en", "en/deep/..", "/en"])
def test_a_collection_is_a_folder_whatever_its_spelling(
    filled: Library, mode: str, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")  # the files of this library are said to lie in the root folder
    candidates = Searcher(filled).candidates("school file failed", 10, mode, collection)  # type: ignore[arg-type]
    found = {hit.document for hit in passages(filled, candidates, 1_000)}
    assert found == {"en/letter.txt", "en/deep/notes.txt"} if mode != "lexical" else found <= set(TEXTS) - {"en.txt"}


def test_the_best_of_a_collection_is_found_however_far_down_it_ranks(library: Library) -> None:
    for number in range(120):
        put(library, f"many/{number}.txt", f"The dog reads verse number {number}.")
    put(library, "few/one.txt", "A cat and, once, a dog and much else that thins the words out.")
    for mode in ("lexical", "dense"):
        [candidate] = Searcher(library).candidates("The dog reads verse", 1, mode, "few")  # type: ignore[arg-type]
        assert passages(library, [candidate], 1_000)[0].document == "few/one.txt"


def test_an_empty_library_finds_nothing(library: Library) -> None:
    for mode in ("lexical", "dense", "hybrid"):
        assert Searcher(library).candidates("dog", 5, mode) == []  # type: ignore[arg-type]
    assert passages(library, [], 1_000) == []


def test_a_chunk_that_went_away_meanwhile_is_left_out(filled: Library) -> None:
    candidates = Searcher(filled).candidates("school file failed", 10)
    filled.remove("en/letter.txt")
    found = passages(filled, [*candidates, Candidate(10**9, 1.0, None, 0.5)], 1_000)
    assert found and all(hit.document != "en/letter.txt" for hit in found)


# -- passages -------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.sets(st.integers(0, 30), min_size=1), st.integers(200, 1_000), st.integers(0, 2**32 - 1))
def test_neighbours_are_joined_and_nothing_is_shown_twice(
    tmp_path_factory: pytest.TempPathFactory, wanted: set[int], longest: int, seed: int
) -> None:
    with Library.open(tmp_path_factory.mktemp("l"), create=True, embedder=HashEmbedder()) as library:
        text = "\n\n".join(f"{n}. " + "The dog reads one more verse of it. " * (n % 5 + 1) for n in range(40))
        put(library, "a.txt", plain("# One\n\n" + text + "\n\n# Two\n\n" + text, pages=(0, 11, 29)))
        numbers = [row[0] for row in library.rows("SELECT id FROM chunks ORDER BY id")]
        chosen = [numbers[i % len(numbers)] for i in wanted]
        chosen = list(dict.fromkeys(chosen))
        np.random.default_rng(seed).shuffle(chosen)
        candidates = [Candidate(chunk, 1.0, None, 1 / (60 + rank)) for rank, chunk in enumerate(chosen, 1)]
        hits = passages(library, candidates, longest)
        document = library.document_text("a.txt")
        spans = sorted((hit.start, hit.end) for hit in hits)
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        rows = {row[0]: row[1:] for row in library.rows('SELECT id, start, "end", page, heading FROM chunks')}
        for hit in hits:
            inside = [number for number in chosen if hit.start <= rows[number][0] and rows[number][1] <= hit.end]
            assert hit.text == document[hit.start : hit.end]
            assert len(inside) == 1 or len(hit.text) <= longest
            assert {rows[number][2:] for number in inside} == {(hit.page, hit.heading)}
            for sentence in hit.sentences:
                assert hit.start <= sentence.start < sentence.end <= hit.end
        covered = [n for n in chosen if any(h.start <= rows[n][0] and rows[n][1] <= h.end for h in hits)]
        assert covered == chosen
