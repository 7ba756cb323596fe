"""Search and replacement in a library of 200,000 chunks: synthetic vectors, words with the frequencies of real text.

usage: search_scale.py DATA [--chunks 200000] [--queries 300]

Chunks are made of words drawn from the unigram and bigram frequencies of the XQuAD and KorQuAD texts; vectors are random
unit rows around 2,000 centres. The library is written through the product's own tables; then a process of its own opens
it, asks real questions, and replaces one document of 100 chunks among them.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from processes import in_own_process
from provenance import provenance, write

from chatbot.retriever import Retriever
from ingest import Library, sync
from ingest.analyzer import Analyzer, Sentence
from ingest.document import Block, Document
from ingest.records import FileStamp, Prepared
from ingest.splitter import Chunk

PER_DOCUMENT = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--chunks", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--library", type=Path, default=None, help="keep the library here and use it again")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.library, given.data, given.queries)))
        return
    made = provenance()
    folder = given.library or Path(mkdtemp()) / "library"
    if not folder.exists():
        fill(folder, given.data, given.chunks)
    arguments = (str(given.data), "--one", "--library", str(folder), "--queries", str(given.queries))
    figures = in_own_process(__file__, *arguments)
    print(json.dumps(figures, indent=1))
    write("search_scale", made, {"chunks": given.chunks, "figures": figures})


def fill(folder: Path, data: Path, chunks: int) -> None:
    """Writes a library of synthetic documents of PER_DOCUMENT chunks each."""
    random = np.random.default_rng(20261120)
    sentences = list(real_sentences(data))
    centres = unit(random.standard_normal((2_000, 384)))
    with Library.open(folder, create=True) as library:
        for number in range(chunks // PER_DOCUMENT):
            prepared = synthetic_document(number, sentences, centres, random)
            name = f"/synthetic/{number:05}.txt"
            library.store(name.encode(), name, FileStamp(number, number, number), prepared)
            if number % 100 == 0:
                print(f"{number * PER_DOCUMENT} of {chunks} chunks", flush=True)
        library.vectors.save(force=True)


def real_sentences(data: Path) -> Iterator[tuple[str, ...]]:
    """Token tuples of the sentences of both corpora: their mixture has the frequencies of real text."""
    analyzer = Analyzer()
    for corpus in ("korquad", "xquad"):
        texts = [file.read_text(encoding="utf-8") for file in sorted((data / corpus / "docs").iterdir())]
        for found in analyzer.sentences(texts):
            yield from (sentence.tokens for sentence in found if sentence.tokens)


def synthetic_document(
    number: int, sentences: list[tuple[str, ...]], centres: np.ndarray, random: np.random.Generator
) -> Prepared:
    chunks: list[Chunk] = []
    pieces: list[str] = []
    start = 0
    for _ in range(PER_DOCUMENT):
        text, spans = "", []
        for index in random.integers(0, len(sentences), 5):
            # Half of each of two sentences: new co-occurrences, real frequencies.
            first, second = sentences[index], sentences[int(random.integers(0, len(sentences)))]
            tokens = first[: len(first) // 2 + 1] + second[len(second) // 2 :]
            words = " ".join(tokens) + "."
            spans.append(Sentence(start + len(text), start + len(text) + len(words), tokens))
            text += words + " "
        chunks.append(Chunk(start, start + len(text) - 1, None, "", text[:-1], tuple(spans)))
        pieces.append(text)
        start += len(text)
    text = "".join(pieces)[:-1]
    rows = unit(
        centres[random.integers(0, len(centres), PER_DOCUMENT)] + random.standard_normal((PER_DOCUMENT, 384)) * 0.05
    )
    vectors = [row.astype(np.float16).tobytes() for row in rows]
    document = Document(f"synthetic {number}", "text", text, (), (Block("paragraph", 0, len(text)),))
    return Prepared(f"{number:064x}", document, chunks, [""] * PER_DOCUMENT, vectors, len(text))


def unit(rows: np.ndarray) -> np.ndarray:
    normal: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return normal


def measure(folder: Path, data: Path, queries: int) -> dict[str, Any]:
    """Milliseconds of a warm search in each mode, seconds of a first search and of a replacement, peak memory in MB."""
    started = time.perf_counter()
    with Library.open(folder) as library:
        retriever = Retriever(library)
        retriever.search("When was the treaty signed?")
        first = time.perf_counter() - started
        figures: dict[str, Any] = {"first_search_s": round(first, 2), "chunks": library.counts().chunks}
        questions = mixed_questions(data, queries)
        for mode in ("hybrid", "lexical", "dense"):
            figures[mode] = timed(retriever, questions, mode)
        figures["rss_mb"] = resident_mb()
        figures["replace_searchable_s"] = replaced(library, retriever, data)
        figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def mixed_questions(data: Path, queries: int) -> list[str]:
    questions: list[str] = []
    for corpus in ("xquad", "korquad"):
        with (data / corpus / "questions.jsonl").open(encoding="utf-8") as file:
            rows = [json.loads(line)["question"] for line in file]
        questions += rows[:: max(1, len(rows) // (queries // 2))][: queries // 2]
    return questions


def timed(retriever: Retriever, questions: list[str], mode: Any) -> dict[str, float]:
    for question in questions[:10]:
        retriever.search(question, 10, mode)
    times = []
    for question in questions:
        started = time.perf_counter()
        retriever.search(question, 10, mode)
        times.append((time.perf_counter() - started) * 1e3)
    return {"p50_ms": round(statistics.median(times), 1), "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 1)}


def replaced(library: Library, retriever: Retriever, data: Path) -> float:
    """Seconds from the start of ingesting a changed file until a search finds its new text."""
    file = Path(mkdtemp()) / "news.txt"
    article = (data / "xquad" / "docs" / "000.txt").read_text(encoding="utf-8")
    file.write_text(article, encoding="utf-8")
    sync(library, [file])
    file.write_text(article + "\n\nThe quokka committee convened in Fremantle.", encoding="utf-8")
    started = time.perf_counter()
    sync(library, [file])
    hits = retriever.search("Where did the quokka committee convene?", 1)
    seconds = time.perf_counter() - started
    if not hits or "quokka" not in hits[0].text:
        raise SystemExit("the replaced document was not found")
    library.remove(str(file))
    return round(seconds, 2)


def resident_mb() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    main()
