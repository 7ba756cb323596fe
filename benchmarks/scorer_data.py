"""Training cases for the extractive scorer: questions with the passages that the real library finds for them."""

from __future__ import annotations

import functools
import json
import pickle
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from chatbot.retriever import LONGEST_PASSAGE
from ingest import Library, sync
from ingest.embedder import SentenceEmbedder
from ingest.hit import Hit
from ingest.passages import passages
from ingest.search import Searcher

T = TypeVar("T")

# Passages kept for a question, before reranking.
PASSAGES = 30
# Questions about other articles that each small library is asked.
STRANGERS = 6


@dataclass(frozen=True)
class Case:
    """A question asked of one library. ``present``: its paragraph was left in; ``kind``: "full", "half", "most" or "small"."""

    question: str
    document: str
    answers: tuple[str, ...]
    paragraph: str
    present: bool
    kind: str
    hits: tuple[Hit, ...]
    idf: dict[str, float]
    unseen: float

    def holds(self, hit: Hit, text: str) -> bool:
        """Whether a text of this hit's document counts as an answer (the project's own measure)."""
        return Path(hit.document).name == self.document and any(answer in text for answer in self.answers)


def load_cases(folder: Path, seed: int) -> list[Case]:
    """Cases of one data folder (docs/ and questions.jsonl with "paragraph"), from these libraries: all articles; all
    articles with a random half of the asked paragraphs taken out, and with the other half taken out; both again for each
    article alone, asked a few questions about other articles too, so that small libraries are met in training; and all
    articles with a third taken out, of a size that training does not meet: for the figures only.
    """
    questions = [json.loads(line) for line in (folder / "questions.jsonl").open(encoding="utf-8")]
    texts = {path.name: path.read_text("utf-8") for path in sorted((folder / "docs").glob("*.txt"))}
    asked = sorted({question["paragraph"] for question in questions})
    choice = random.Random(seed)
    choice.shuffle(asked)
    halves = set(asked[::2]), set(asked[1::2])
    cases = list(_ask(texts, questions, set(), "full"))
    for half in halves:
        cases += _ask(texts, questions, half, "half")
    cases += _ask(texts, questions[::3], set(asked[::3]), "most")
    for name, text in texts.items():
        mine = [question for question in questions if question["doc"] == name]
        others = choice.sample([question for question in questions if question["doc"] != name], 2 * STRANGERS)
        for number, half in enumerate(halves):
            strangers = others[number * STRANGERS : (number + 1) * STRANGERS]
            cases += _ask({name: text}, mine + strangers, half, "small")
    return cases


def _ask(texts: dict[str, str], questions: list[dict[str, str]], without: set[str], kind: str) -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "docs"
        source.mkdir()
        for name, text in texts.items():
            kept = [part for part in text.split("\n\n") if part.strip() and part not in without]
            (source / name).write_text("\n\n".join(kept) or "-", encoding="utf-8")
        library = Library.open(Path(folder) / "library", create=True, embedder=_embedder())
        sync(library, [source])
        searcher = Searcher(library)
        known: dict[tuple[str, int, int], Hit] = {}
        for question in questions:
            candidates = searcher.candidates(question["question"], 50)
            found = passages(library, candidates, LONGEST_PASSAGE)[:PASSAGES]
            # One copy of each passage in memory, not one for each question.
            hits = tuple(
                replace(hit, text=same.text, sentences=same.sentences)
                for hit in found
                for same in (known.setdefault((hit.document, hit.start, hit.end), hit),)
            )
            tokens = library.analyzer.tokens(question["question"])
            yield Case(
                question["question"], question["doc"], tuple(question["answers"]), question["paragraph"],
                question["paragraph"] not in without and question["doc"] in texts, kind, hits,
                {token: searcher.statistics.idf(token) for token in tokens}, searcher.statistics.idf("\0"),
            )  # fmt: skip


@functools.cache
def _embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


def remembered(make: Callable[[], T], cache: Path | None, name: str) -> T:
    """What ``make`` gives, kept in a file of our own making between runs of an experiment."""
    file = None if cache is None else cache / f"{name}.pickle"
    if file is not None and file.exists():
        with file.open("rb") as stream:
            found: T = pickle.load(stream)
        return found
    made = make()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            pickle.dump(made, stream)
    return made
