"""Chunks: nothing lost, nothing twice, nothing too large."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.analyzer import Analyzer
from ingest.document import Document, DocumentBuilder
from ingest.splitter import HEADING_TOKENS, Chunk, SplitSizes, Splitter, block_pieces, page_at
from tests.fakes import HashEmbedder, plain

SIZES = SplitSizes(words=12, korean_characters=40, characters=90)
LIMIT = HEADING_TOKENS + 20  # tokens of the embedder

analyzer = Analyzer()
embedder = HashEmbedder()
splitter = Splitter(SIZES, analyzer.tokens, embedder.count_tokens, LIMIT, embedder.reads)
full_size = Splitter(SplitSizes(), analyzer.tokens, embedder.count_tokens, embedder.token_limit, embedder.reads)

words = st.sampled_from(
    "a dog ran. Mr. Kim? 3.14 1,200 x,y; (so) | unsplittablewordthatneverends 中文沒有空格。ไทย http://a.b/c?d=e é —".split()
)
korean_words = st.sampled_from(
    "서당개는 삼 년이면 풍월을 읊는다. 그래서? 12,000원 kim@a.kr 띄어쓰기없는긴문장도있다".split()
)
blanks = st.sampled_from([" ", " ", " ", "\n", "  ", "\t", "   \n"])


def documents(vocabulary: st.SearchStrategy[str]) -> st.SearchStrategy[Document]:
    """Blocks of all kinds, some far too long, on pages and under headings."""
    text = st.lists(st.tuples(vocabulary, blanks), min_size=1, max_size=60).map(
        lambda parts: "".join(itertools.chain(*parts))
    )
    block = st.tuples(text, st.sampled_from(["heading", "paragraph", "paragraph", "row", "page"]), st.integers(1, 3))
    return st.lists(block, min_size=1, max_size=8).map(built)


def built(parts: list[tuple[str, str, int]]) -> Document:
    builder, page = DocumentBuilder("txt"), 0
    for text, kind, level in parts:
        if kind == "page":
            page += 1
            builder.page(page)
            builder.add(text)
        else:
            builder.add(text, kind, level if kind == "heading" else 0)  # type: ignore[arg-type]
    return builder.build()


def split(document: Document, splitter: Splitter = splitter) -> list[Chunk]:
    """As Preparer does, without its batching."""
    sentences = []
    for block in document.blocks:
        found = []
        for start, end in block_pieces(document, block):
            [analyzed] = list(analyzer.sentences([document.text[start:end]]))
            found += [replace(s, start=start + s.start, end=start + s.end) for s in analyzed]
        sentences.append(found)
    return splitter.split(document, sentences)


def check(document: Document, chunks: list[Chunk], sizes: SplitSizes, limit: int) -> None:
    end = 0
    for chunk in chunks:
        assert end <= chunk.start < chunk.end <= len(document.text)
        assert document.text[end : chunk.start].strip() == "", "text between chunks"
        assert chunk.text == document.text[chunk.start : chunk.end]
        assert chunk.text == chunk.text.strip()
        check_sentences(document, chunk)
        check_place(document, chunk)
        assert len(chunk.text) <= sizes.characters
        if embedder.reads(chunk.text):
            # The heading path is embedded in front of the text.
            assert embedder.count_tokens([chunk.text])[0] <= limit - (HEADING_TOKENS if chunk.heading else 0)
        end = chunk.end
    assert document.text[end:].strip() == ""


def check_sentences(document: Document, chunk: Chunk) -> None:
    at = chunk.start
    for sentence in chunk.sentences:
        assert document.text[at : sentence.start].strip() == "" and sentence.start < sentence.end <= chunk.end
        at = sentence.end
    assert at == chunk.end


def check_place(document: Document, chunk: Chunk) -> None:
    """One page, one heading path, both as somebody who reads the blocks in order would say."""
    assert chunk.page == page_at(document, chunk.start) == page_at(document, chunk.end - 1)
    path: list[tuple[int, str]] = []
    paths: set[str] = set()
    for block in document.blocks:
        if block.kind == "heading":
            path = [entry for entry in path if entry[0] < block.level]
            path.append((block.level, document.text[block.start : block.end].strip("# ")[:200]))
        if block.start < chunk.end and chunk.start < block.end:
            paths.add(" > ".join(text for _, text in path))
            only_headings = block.kind == "heading"
    # Headings in a row belong to what follows the last of them.
    assert chunk.heading in paths or only_headings


@settings(max_examples=200)
@given(documents(words))
@example(plain("A.\n\nB.\n\n" * 40))
@example(plain("x" * 500))
@example(plain("A." + " " * 300 + "B."))
def test_chunks_cover_a_document(document: Document) -> None:
    check(document, split(document), SIZES, LIMIT)


@settings(max_examples=60)
@given(documents(korean_words))
def test_chunks_cover_a_korean_document(document: Document) -> None:
    check(document, split(document), SIZES, LIMIT)


@given(documents(words))
def test_no_token_of_a_sentence_is_lost(document: Document) -> None:
    """Where no sentence had to be cut, the chunks' sentences are the analyzer's."""
    chunks = split(document, full_size)
    tokens = [token for chunk in chunks for sentence in chunk.sentences for token in sentence.tokens]
    whole = [token for block in document.blocks for token in analyzer.tokens(document.text[block.start : block.end])]
    assert tokens == whole


@pytest.mark.parametrize(
    "text",
    [
        "가\n\n" * 600,
        "가. " * 900,
        "A." + " " * 3_000 + "B.",
        "a\n\n" * 800,
        "word " * 5_000,
        "가" * 5_000,
        "-" * 3_000,
    ],
    ids=["korean lines", "korean sentences", "blanks", "lines", "no full stop", "no blank", "dashes"],
)
def test_no_chunk_is_longer_than_a_passage_may_be(text: str) -> None:
    document = plain(text)
    chunks = split(document, full_size)
    check(document, chunks, SplitSizes(), embedder.token_limit)


def test_a_heading_alone_is_not_filed_under_the_next() -> None:
    document = built([("First " * 8, "heading", 1), ("Second " * 8, "heading", 1), ("The text. " * 3, "paragraph", 0)])
    chunks = split(document)
    assert [chunk.heading[:5] for chunk in chunks if chunk.text.startswith("First")] == ["First"]


def test_parts_of_a_long_block_are_about_equal() -> None:
    [short, *rest] = split(plain("The dog reads one verse a day. " * 40), full_size)
    sizes = [len(chunk.text) for chunk in (short, *rest)]
    assert len(sizes) == 2 and max(sizes) - min(sizes) < 100


def test_rows_and_headings_stay_whole() -> None:
    builder = DocumentBuilder("csv")
    builder.add("Prices", "heading", 1)
    for number in range(40):
        builder.add(f"item: brush {number} | price: {number} won", "row")
    document = builder.build()
    chunks = split(document)
    assert chunks[0].text.startswith("Prices\n\nitem: brush 0 ")
    rows = {document.text[block.start : block.end] for block in document.blocks[1:]}
    assert {line for chunk in chunks for line in chunk.text.split("\n") if line} == rows | {"Prices"}


@given(st.text(st.sampled_from("ab ,.\n가"), min_size=1, max_size=300), st.integers(3, 50))
def test_pieces_of_a_block_are_short_and_cover_it(text: str, longest: int) -> None:
    document = plain(text.replace("\n\n", "\n"))
    for block in document.blocks:
        end = block.start
        for start, stop in block_pieces(document, block, longest):
            assert document.text[end:start].strip() == "" and 0 < stop - start <= longest
            end = stop
        assert end == block.end
