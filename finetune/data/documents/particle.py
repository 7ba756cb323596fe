"""Korean particles that depend on how a word ends."""

from __future__ import annotations

# Digits and letters as they are read in Korean: 1 일, 3 삼, L 엘.
_CLOSED = frozenset("013678lmnrLMNR")


def closes(word: str) -> bool:
    """Whether a word ends in a consonant as it is read."""
    last = next((c for c in reversed(word) if c.isalnum()), "")
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 != 0
    return last in _CLOSED


def topic(word: str) -> str:
    """The word with 은 or 는."""
    return word + ("은" if closes(word) else "는")


def subject(word: str) -> str:
    """The word with 이 or 가."""
    return word + ("이" if closes(word) else "가")
