"""One normalization for documents and questions."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import DocumentBuilder, normalize
from tests.fakes import plain

# Text that breaks things: jamo to be composed, controls, every kind of line break, lone surrogates, emoji, blanks.
odd_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\t \u3000\u00a0\ufeff\u200b\u200d\x00\x7f\ud800\udcff"
        ),
        st.sampled_from("각\u1100\u1161\u11a8가é\u0065\u0301Å\u212b👩\u200d👩🇰🇷.!?…。「」"),
    )
)


@given(odd_text)
def test_is_idempotent_nfc_and_can_be_stored(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
    # Nothing that str.splitlines would take for another line than we do, and nothing unprintable but tab and newline.
    assert once.splitlines() == once.removesuffix("\n").split("\n") or not once
    assert all(unicodedata.category(char) != "Cc" for char in once if char not in "\t\n")


@given(odd_text)
def test_says_the_same_of_every_spelling(text: str) -> None:
    assert normalize(unicodedata.normalize("NFD", text)) == normalize(text)
    assert normalize(text.replace("\n", "\r\n").replace("\r\r\n", "\r\n")) == normalize(text.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("a\r\nb\rc\x85d\u2028e\x0cf", "a\nb\nc\nd\ne\nf"),
        ("\ufeffa\x00b\ud800c\x7f", "abc"),
        ("\tkept\n", "\tkept\n"),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert normalize(text) == expected


@given(st.lists(st.tuples(odd_text, st.sampled_from(["heading", "paragraph", "row"])), max_size=8), st.data())
def test_a_builder_keeps_its_promises(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    builder = DocumentBuilder("txt")
    page = 0
    for text, kind in parts:
        if data.draw(st.booleans()):
            page += 1
            builder.page(page)
        builder.add(text, kind)  # type: ignore[arg-type]
    document = builder.build()
    assert document.text == normalize(document.text)
    covered = bytearray(len(document.text))
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end
        end = block.end
        covered[block.start : block.end] = b"\1" * (block.end - block.start)
    assert all(char.isspace() for char, inside in zip(document.text, covered, strict=True) if not inside)
    assert [span.number for span in document.pages] == list(range(1, page + 1))
    assert all(
        first.start <= first.end <= second.start
        for first, second in zip(document.pages, document.pages[1:], strict=False)
    )


def test_plain_documents_of_the_tests_have_pages() -> None:
    document = plain("one\n\ntwo\n\nthree", pages=(0, 2))
    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [
        (1, "one\n\ntwo"),
        (2, "three"),
    ]
