"""Retrieval of Seodang and peers on the same files and questions: hit@k, query time, memory.

usage: retrieval.py DATA [--corpora korquad xquad] [--systems seodang langchain ...] [--questions 1000]

A hit is a passage of the right document whose first 1,000 characters contain an answer.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from processes import in_own_process
from provenance import provenance, write
from systems import SYSTEMS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--corpora", nargs="+", default=["korquad", "xquad"])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.systems[0], given.data, given.questions)))
        return
    made, figures = provenance(), {}
    for corpus in given.corpora:
        figures[corpus] = {
            system: in_own_process(
                __file__, str(given.data / corpus), "--one", "--systems", system, "--questions", str(given.questions)
            )
            for system in given.systems
        }
        print(json.dumps({corpus: figures[corpus]}, indent=1))
    write("retrieval", made, {"figures": figures})


def measure(system: str, corpus: Path, limit: int) -> dict[str, Any]:
    """Figures of one system on one corpus; times in seconds and milliseconds, memory in MB."""
    questions = asked(corpus, limit)
    built = SYSTEMS[system](corpus / "docs")
    built.search("warm up")
    ranks, times = [], []
    for question in questions:
        started = time.perf_counter()
        found = built.search(question["question"])
        times.append((time.perf_counter() - started) * 1e3)
        right = (rank for rank, (name, text) in enumerate(found) if is_hit(name, text, question))
        ranks.append(next(right, 99))
    return {
        "questions": len(questions),
        "chunks": built.chunks,
        "build_s": round(built.seconds, 2),
        **{f"hit{k}": round(sum(rank < k for rank in ranks) / len(ranks), 4) for k in (1, 3, 5, 10)},
        "query_ms_p50": round(statistics.median(times), 2),
        "query_ms_p95": round(sorted(times)[int(len(times) * 0.95)], 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def asked(corpus: Path, limit: int) -> list[dict[str, Any]]:
    """Every n-th question of a corpus, at most ``limit``."""
    with (corpus / "questions.jsonl").open(encoding="utf-8") as file:
        questions = [json.loads(line) for line in file]
    return questions[:: max(1, len(questions) // limit)][:limit]


def is_hit(name: str, text: str, question: dict[str, Any]) -> bool:
    """Whether a passage counts: the right document, an answer in its first 1,000 characters."""
    return name == question["doc"] and any(answer in text[:1000] for answer in question["answers"])


if __name__ == "__main__":
    main()
