"""True and false claims made from articles with questions: verbatim, paraphrased and falsified sentences.

Nothing of the checker is used here. A falsified sentence is kept only when it does not stand in its article.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import claim_edits as edits

from ingest.analyzer import Analyzer, Sentence, has_korean
from ingest.hit import Hit

# Articles that were looked at while the rules were written: every fourth, and the first so many. Figures are of the others.
FOURTH, FIRST = 4, {"korquad": 30, "xquad": 0}


@dataclass(frozen=True)
class Example:
    """A claim, whether it is true, how it was made, the passages it is checked against, and the passage it cites."""

    text: str
    true: bool
    kind: str
    passages: tuple[Hit, ...]
    cites: int | None
    article: str


@dataclass
class Article:
    """One article: its paragraphs as passages, its questions."""

    name: str
    text: str
    hits: list[Hit] = field(default_factory=list)
    questions: list[dict[str, object]] = field(default_factory=list)


def articles(corpus: Path, held_out: bool) -> list[Article]:
    """The articles of a corpus that were looked at while writing the rules, or those that were not."""
    analyzer, found = Analyzer(), {}
    for line in (corpus / "questions.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)
        name = question["doc"]
        if name not in found:
            found[name] = Article(name, (corpus / "docs" / name).read_text("utf-8"))
        found[name].questions.append(question)
    ordered = sorted(found.values(), key=lambda article: article.name)
    new = [n % FOURTH != 0 and n >= FIRST.get(corpus.name, 0) for n in range(len(ordered))]
    chosen = [article for article, is_new in zip(ordered, new, strict=True) if is_new == held_out]
    for article in chosen:
        paragraphs = dict.fromkeys(str(question["paragraph"]) for question in article.questions)
        for paragraph in paragraphs:
            start = article.text.find(paragraph)
            if start >= 0:
                article.hits.append(_hit(article, start, paragraph, len(article.hits) + 1, analyzer))
    return chosen


def _hit(article: Article, start: int, text: str, rank: int, analyzer: Analyzer) -> Hit:
    sentences = tuple(
        Sentence(s.start + start, s.end + start, s.tokens) for s in next(iter(analyzer.sentences([text])))
    )
    return Hit(rank, 1.0 / rank, article.name, "", None, "", start, start + len(text), text, sentences)


def examples(all_articles: list[Article], seed: int, twice: bool = False) -> Iterator[Example]:
    """Every claim that can be made, in a fixed order; ``twice``: each with its passage cited and without."""
    chance = random.Random(seed)
    names = _names(all_articles)
    for article in all_articles:
        flat, made = squeezed(article.text), set[str]()
        for number, hit in enumerate(article.hits):
            others = [other for n, other in enumerate(article.hits) if n != number]
            for text, answers in _sentences(article, hit):
                passages = (hit, *chance.sample(others, min(3, len(others))))
                for true, kind, claim in _claims(text, answers, hit, names, article.name, chance):
                    if claim in made:
                        continue
                    made.add(claim)
                    if true or squeezed(claim) not in flat:
                        yield from _placed(Example(claim, true, kind, passages, None, article.name), chance, twice)
                if len(passages) > 1:
                    wrong = _elsewhere(text, passages)
                    if wrong is not None:
                        yield Example(f"{text} [{wrong + 1}]", False, "wrong_passage", passages, wrong, article.name)


def _placed(example: Example, chance: random.Random, twice: bool) -> Iterator[Example]:
    """The passages shuffled (the first is the right one); half of the claims cite it, or each does and does not."""
    order = list(example.passages)
    chance.shuffle(order)
    right = order.index(example.passages[0])
    cites = chance.random() < 0.5
    for cited in (True, False) if twice else (cites,):
        text = f"{example.text} [{right + 1}]" if cited else example.text
        yield replace(example, text=text, passages=tuple(order), cites=right if cited else None)


def _elsewhere(text: str, passages: tuple[Hit, ...]) -> int | None:
    flat = squeezed(text)
    return next((n for n, hit in enumerate(passages) if n and flat not in squeezed(hit.text)), None)


def _sentences(article: Article, hit: Hit) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Sentences of a passage of ordinary length, with (question, answer) pairs whose answer stands in them."""
    asked = [q for q in article.questions if q["paragraph"] == hit.text]
    for sentence in hit.sentences:
        text = hit.text[sentence.start - hit.start : sentence.end - hit.start]
        if (
            not 20 <= len(text) <= 300
            or "\n" in text
            or not re.match(r"[\w\"'“‘《(]", text)
            or not re.search(r"[.다]$", text)
        ):
            continue
        if text.endswith("다음과 같다."):
            # It leads in a list and states nothing that could be checked.
            continue
        answers = [(str(q["question"]), str(a)) for q in asked for a in q["answers"][:1] if str(a) in text]  # type: ignore[index]
        yield text, answers


def _claims(
    text: str,
    answers: list[tuple[str, str]],
    hit: Hit,
    names: dict[str, list[tuple[str, str]]],
    article: str,
    chance: random.Random,
) -> Iterator[tuple[bool, str, str]]:
    language = "ko" if has_korean(text) else "en"
    yield True, "verbatim", text
    for kind, edit in edits.TRUE[language].items():
        changed = edit(text, chance)
        if changed and changed != text:
            yield True, kind, changed
    for kind, change in edits.FALSE[language].items():
        changed = change(text, hit.text, chance)
        if changed and changed != text:
            yield False, kind, changed
    for question, answer in answers:
        kind_of = edits.kind_of_answer(question, answer)
        yield from _with_answer(text, question, answer, kind_of, hit, names, article, chance)


def _with_answer(
    text: str,
    question: str,
    answer: str,
    kind: str,
    hit: Hit,
    names: dict[str, list[tuple[str, str]]],
    article: str,
    chance: random.Random,
) -> Iterator[tuple[bool, str, str]]:
    """The answer exchanged for another of its kind, and the question made a statement."""
    statement = edits.statement(question, answer)
    if statement:
        yield True, "question_as_statement", statement
    pool = [(name, where) for name, where in names.get(kind, []) if edits.differ(name, answer) and name not in text]
    near = [name for name, where in pool if where == article and name in hit.text]
    far = [name for name, where in pool if where != article and name not in hit.text]
    for label, candidates in (("same_passage", near), ("elsewhere", far)):
        if not candidates:
            continue
        other = chance.choice(candidates)
        if kind in ("person", "place", "other"):
            yield False, f"entity_{label}", edits.exchange(text, answer, other)
        if statement and label == "same_passage":
            yield False, "statement_wrong_answer", edits.statement(question, other)


def _names(all_articles: list[Article]) -> dict[str, list[tuple[str, str]]]:
    """Answers by kind, with the article they are from; short ones only."""
    found: dict[str, list[tuple[str, str]]] = {}
    for article in all_articles:
        for question in article.questions:
            answer = str(question["answers"][0])  # type: ignore[index]
            if len(answer) <= 30 and len(answer.split()) <= 4:
                pair = (answer, article.name)
                pool = found.setdefault(edits.kind_of_answer(str(question["question"]), answer), [])
                if pair not in pool:
                    pool.append(pair)
    return found


def squeezed(text: str) -> str:
    """Letters and digits only: what two writings of a sentence share."""
    return re.sub(r"[\W_]+", "", text).lower()
