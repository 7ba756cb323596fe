"""The words of both languages: the same ones, with the same blanks, in the right script."""

from __future__ import annotations

import re
import string
from dataclasses import fields

import pytest

from ui.words import Words, preferred, words

TEXTS = [field.name for field in fields(Words) if field.name not in ("stages", "code")]


def blanks(text: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_words() -> None:
    assert len(TEXTS) > 60


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_blanks_in_both_languages(name: str) -> None:
    korean, english = getattr(words("ko"), name), getattr(words("en"), name)
    assert korean and english
    assert blanks(korean) == blanks(english)


@pytest.mark.parametrize("name", TEXTS)
def test_english_has_no_hangul_and_korean_has(name: str) -> None:
    assert not re.search("[가-힣]", getattr(words("en"), name))
    assert re.search("[가-힣]", getattr(words("ko"), name)) or name == "date"


def test_the_same_stages() -> None:
    assert words("ko").stages.keys() == words("en").stages.keys() == {"scan", "read", "embed", "store", "done"}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ko-KR", "ko"), ("ko", "ko"), ("ko_KR.UTF-8", "ko"), ("en-US", "en"), ("kok-IN", "en"), ("", "en"), (None, "en")],
)
def test_preferred_language(locale: str | None, language: str) -> None:
    assert preferred(locale) == language


def test_every_word_is_used() -> None:
    from pathlib import Path

    source = "\n".join(path.read_text("utf-8") for path in Path("ui").rglob("*.py") if path.parent.name != "words")
    unused = [name for name in [*TEXTS, "stages"] if not re.search(rf"\.{name}\b", source)]
    assert not unused
