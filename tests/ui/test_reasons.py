"""The sentences of ``ingest`` in Korean: every one that a reader can give is known."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.words.reasons import in_language

INGEST = Path(__file__).parents[2] / "ingest"
SENTENCE = re.compile(
    r"(The (file|message|reader|rows|question|text of)|It is|Reading|Attachments|Sheet|Slide|A part) .*[.]", re.DOTALL
)


# Said to a programmer, not to a user.
OURS = {"The reader is closed."}


def texts(node: ast.AST) -> Iterator[str]:
    """The strings in a piece of code, with 7 for what an f-string fills in; docstrings are left out."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def sentences() -> list[str]:
    files = [
        *(INGEST / "readers").glob("*.py"),
        *(INGEST / name for name in ("isolation.py", "reading_child.py", "search.py")),
    ]
    found = {text for path in files for text in texts(ast.parse(path.read_text("utf-8"))) if SENTENCE.fullmatch(text)}
    return sorted(found - OURS)


def test_there_are_sentences() -> None:
    assert len(sentences()) > 40


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_has_its_korean(sentence: str) -> None:
    korean = in_language(sentence, "ko")
    assert korean != sentence
    assert korean.endswith((".", "7")) and re.search("[가-힣]", korean)
    assert in_language(sentence, "en") == sentence


def test_what_is_filled_in_is_kept_and_translated() -> None:
    nested = "The file holds no text that could be read: Pages 1-3 are only a picture without text: install Tesseract."
    assert in_language(nested, "ko") == (
        "읽을 수 있는 글자가 없습니다. 글자 없이 그림뿐인 쪽: 1-3. Tesseract(한국어, 영어)를 설치하면 읽습니다."
    )
    assert in_language("The file holds another archive ('{0}.zip'); take it out.", "ko").count("'{0}.zip'") == 1


def test_an_unknown_sentence_stays() -> None:
    assert in_language("Something new.", "ko") == "Something new."
