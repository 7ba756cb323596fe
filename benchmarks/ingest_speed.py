"""Ingest speed on English: Seodang, LangChain and LlamaIndex on the same files with the same model, and the bare encode.

usage: ingest_speed.py DATA [--systems seodang langchain llamaindex] [--copies 6] [--rounds 3]

The files are the XQuAD articles, each repeated with its paragraphs in another order so that no two are the same. Rounds
alternate between the systems; the median counts. "encode" is sentence-transformers' encode of the very chunks that
Seodang stored, same precision and batch, nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from processes import in_own_process
from provenance import provenance, write
from systems import SYSTEMS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--systems", nargs="+", default=["seodang", "langchain", "llamaindex"])
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.systems[0], given.data)))
        return
    made = provenance()
    docs = Path(mkdtemp()) / "docs"
    characters = shuffled_copies(given.data / "xquad" / "docs", docs, given.copies)
    rounds: dict[str, list[dict[str, Any]]] = {system: [] for system in given.systems}
    for _ in range(given.rounds):
        for system in given.systems:
            rounds[system].append(in_own_process(__file__, str(docs), "--one", "--systems", system))
            print(system, rounds[system][-1], flush=True)
    write(
        "ingest_speed",
        made,
        {"files": len(list(docs.iterdir())), "characters": characters} | summary(rounds, characters),
    )


def shuffled_copies(source: Path, target: Path, copies: int) -> int:
    """Writes ``copies`` of each file with the paragraphs in another order; all characters written."""
    target.mkdir(parents=True)
    characters = 0
    for file in sorted(source.iterdir()):
        paragraphs = file.read_text(encoding="utf-8").split("\n\n")
        for copy in range(copies):
            order = random.Random(f"{file.name}{copy}").sample(paragraphs, len(paragraphs))
            text = f"Copy {copy}.\n\n" + "\n\n".join(order)
            characters += len(text)
            (target / f"{file.stem}-{copy}.txt").write_text(text, encoding="utf-8")
    return characters


def measure(system: str, docs: Path) -> dict[str, Any]:
    if system != "seodang":
        built = SYSTEMS[system](docs)
        return {"seconds": round(built.seconds, 3), "chunks": built.chunks}
    from ingest import Library, sync

    with Library.open(Path(mkdtemp()) / "library", create=True) as library:
        library.embedder.embed(["warm up"])
        report = sync(library, [docs])
        texts = [row[0] for row in library.rows("SELECT text FROM chunks")]
        started = time.perf_counter()
        library.embedder.embed(texts)
        encode = time.perf_counter() - started
    return {"seconds": report.seconds, "chunks": report.chunks, "encode": round(encode, 3)}


def summary(rounds: dict[str, list[dict[str, Any]]], characters: int) -> dict[str, Any]:
    """Medians, characters a second, and the ratios that are promised."""
    failed = {system: runs for system, runs in rounds.items() if any("error" in run for run in runs)}
    if failed:
        return {"rounds": rounds, "error": "a system failed; no figures"}
    medians = {system: statistics.median(run["seconds"] for run in runs) for system, runs in rounds.items()}
    figures: dict[str, Any] = {
        "rounds": rounds,
        "characters_a_second": {system: round(characters / seconds) for system, seconds in medians.items()},
    }
    if "seodang" in rounds:
        ours = medians["seodang"]
        over = statistics.median(run["seconds"] / run["encode"] - 1 for run in rounds["seodang"])
        figures["times_as_fast_as"] = {
            system: round(seconds / ours, 2) for system, seconds in medians.items() if system != "seodang"
        }
        figures["overhead_over_encode"] = round(over, 3)
    return figures


if __name__ == "__main__":
    main()
