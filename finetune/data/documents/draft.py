"""A question that a document answers, before passages are put beside it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.analyzer import Sentence
from ingest.hit import Hit


@dataclass(frozen=True)
class Draft:
    """``said`` is the whole answer as it is trained, without its citation; ``answers`` its gist, for metrics and to tell
    distractors by; ``document_text[start:end]`` is the quote that it rests on. ``rule`` names what made the question."""

    question: str
    said: str
    answers: tuple[str, ...]
    start: int
    end: int
    rule: str
    language: str
    about: str = ""
    """Of a question about a heading: a passage that has it may answer, whatever it says."""


def sentence_text(hit: Hit, sentence: Sentence) -> str:
    """A sentence of a hit as the document has it."""
    return hit.text[sentence.start - hit.start : sentence.end - hit.start]


def ended(text: str) -> str:
    """With a full stop where no mark ends it, on one line."""
    text = " ".join(text.split())
    return text if text[-1:] in ".!?。" else f"{text}."
