"""Example questions for an empty conversation, made from the headings of the user's own documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ui.words import words

# A suggestion becomes the label of a button, and labels are Markdown: letters, digits and the few signs below cannot
# mean anything there. A heading with any other character is not offered.
_TOPIC = re.compile(r"[^\W_](?:[^\W_]|[ ,()%·]|(?<=\w)-(?=\w)){2,38}")
_NUMBERING = re.compile(r"^(?:제?\d+(?:[.\-]\d+)*[.)장절조]?|[IVX]+\.|#+|[가-하]\.)\s+")
# Headings stand early in a document; a long one is not read to its end for three examples.
_READ = 20_000


def example_questions(
    documents: Sequence[tuple[str, str]], answered: Callable[[str], bool], count: int = 3
) -> tuple[str, ...]:
    """Up to ``count`` questions about ``documents`` of (title, text), in turn, each of which gets an answer.

    ``answered`` asks one; at most four times ``count`` are tried.
    """
    chosen: list[str] = []
    for tried, question in enumerate(_alternating([_questions(title, text) for title, text in documents])):
        if tried >= 4 * count or len(chosen) == count:
            break
        if question not in chosen and answered(question):
            chosen.append(question)
    return tuple(chosen)


def _questions(title: str, text: str) -> Iterator[str]:
    """A question for each line that looks like a heading: short, alone between blank lines, not the title."""
    lines = ["", *text[:_READ].split("\n"), ""]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        topic = _NUMBERING.sub("", line.strip())
        if line and not before.strip() and not after.strip() and topic != title and _TOPIC.fullmatch(topic):
            if "가" <= topic[-1] <= "힣":
                yield words("ko").example_question.format(topic=_as_object(topic))
            elif topic.isascii():
                yield words("en").example_question.format(topic=topic)


def _as_object(noun: str) -> str:
    """A Korean noun with its object particle: 을 after a final consonant, else 를."""
    # Hangul syllables are ordered so that every 28th, from 가 on, has no final consonant.
    return noun + ("를" if (ord(noun[-1]) - ord("가")) % 28 == 0 else "을")


def _alternating(sources: Sequence[Iterator[str]]) -> Iterator[str]:
    waiting = list(sources)
    while waiting:
        for source in tuple(waiting):
            question = next(source, None)
            if question is None:
                waiting.remove(source)
            else:
                yield question
