"""Extractive answers and refusals: how often the first claim's quote holds an answer, and who is refused.

usage: answers.py DATA [--questions 1000]

DATA holds korquad, xquad (answers) and korquad_refusal, xquad_refusal (refusals). The scorer was fitted on articles of
these kinds: figures on the articles it was fitted on are kept apart from the cross-validated ones of train_scorer.py.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from processes import in_own_process
from provenance import provenance, write
from retrieval import asked

from chatbot import Chatbot
from chatbot.evaluation import wilson
from chatbot.reply import Reply
from ingest import Library, sync


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.data, given.questions)))
        return
    made, figures = provenance(), {}
    for corpus in ("korquad", "xquad", "korquad_refusal", "xquad_refusal"):
        figures[corpus] = in_own_process(
            __file__, str(given.data / corpus), "--one", "--questions", str(given.questions)
        )
        print(json.dumps({corpus: figures[corpus]}, indent=1))
    write("answers", made, {"figures": figures})


def measure(corpus: Path, limit: int) -> dict[str, Any]:
    """Figures of one corpus; shares with 95 % Wilson intervals, times in milliseconds."""
    questions = asked(corpus, limit)
    with Library.open(Path(mkdtemp()) / "library", create=True) as library:
        sync(library, [corpus / "docs"])
        chatbot = Chatbot(library)
        chatbot.ask("warm up")
        replies = [chatbot.ask(question["question"]) for question in questions]
        texts = {record.path: library.document_text(record.path) for record in library.documents()}
    wrong = sum(texts[c.document][c.start : c.end] != c.quote for reply in replies for c in reply.citations)
    times = sorted(reply.timings_ms["total"] for reply in replies)
    figures = refusals(questions, replies) if "answerable" in questions[0] else answers(questions, replies)
    return {
        **figures,
        "questions": len(questions),
        "wrong_offsets": wrong,
        "ms_p50": statistics.median(times),
        "ms_p95": times[int(len(times) * 0.95)],
    }


def answers(questions: list[dict[str, Any]], replies: list[Reply]) -> dict[str, Any]:
    first = sum(holds(reply, question, 1) for reply, question in zip(replies, questions, strict=True))
    three = sum(holds(reply, question, 3) for reply, question in zip(replies, questions, strict=True))
    refused = sum(reply.refused for reply in replies)
    total = len(questions)
    return {
        "first_claim": share(first, total),
        "first_three": share(three, total),
        "refused": share(refused, total),
    }


def refusals(questions: list[dict[str, Any]], replies: list[Reply]) -> dict[str, Any]:
    pairs = list(zip(questions, replies, strict=True))
    absent = [reply.refused for question, reply in pairs if not question["answerable"]]
    present = [reply.refused for question, reply in pairs if question["answerable"]]
    return {
        "refused_when_absent": share(sum(absent), len(absent)),
        "refused_when_present": share(sum(present), len(present)),
    }


def holds(reply: Reply, question: dict[str, Any], claims: int) -> bool:
    """Whether one of the first claims cites a quote of at most 500 characters with an answer in the right document."""
    cited = {n for claim in reply.claims[:claims] for n in claim.citations}
    return any(
        Path(citation.document).name == question["doc"]
        and len(citation.quote) <= 500
        and any(answer in citation.quote for answer in question["answers"])
        for citation in reply.citations
        if citation.n in cited
    )


def share(right: int, total: int) -> dict[str, float]:
    low, high = wilson(right, total)
    return {"value": round(right / total, 4), "low": round(low, 4), "high": round(high, 4)}


if __name__ == "__main__":
    main()
