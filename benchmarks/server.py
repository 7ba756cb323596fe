"""`seodang serve` with a tiny Llama: what the chain costs beside the bare model, time to first token, and 20 users at once.

usage: server.py [--questions 40] [--users 20] [--seconds 180]

The model (1 M parameters, tests/tiny.py) and the library are made for the run. What is bare is `model.generate` of
transformers with the same weights, prompts, greedy choice and token limit, in turns with the server, which idles meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from provenance import provenance, write
from server_load import Asked, ask, load
from server_model import TOKENS, Bare, recorded, taught

from chatbot.message import Message
from ingest import Library, sync
from tests.tiny import build_tiny

SEODANG = Path(sys.executable).with_name("seodang")
# Conversations whose first answers the model knows by heart.
TAUGHT = 5
PLACES = ("Mapo", "Jeju", "Busan", "Paris", "Oslo", "Lima", "Cairo", "Delhi")
KINDS = ("library", "museum", "harbour", "station", "garden", "school")
# Milliseconds that the goal allows beside retrieval and bare prefill.
ALLOWED = 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=180.0)
    given = parser.parse_args()
    made, work = provenance(), Path(mkdtemp())
    base = build_tiny(work / "base")
    questions = filled(work / "many", PLACES, 6, "in {year}")[: given.questions]
    # Without a number: a tiny model learns no digits by heart from prompts this long.
    talks = filled(work / "few", PLACES[:1], 21, "after the war")[:TAUGHT]
    model = taught(base, work / "tiny", work / "few" / "library", talks)
    prompts = recorded(work / "many" / "library", model, questions)
    figures: dict[str, Any] = {}
    parts: dict[str, tuple[str, Callable[[int, int], dict[str, Any]]]] = {
        "chain": ("many", lambda pid, port: chain(model, prompts, port)),
        "second_turn": ("few", lambda pid, port: second_turn(port, talks)),
        "load": ("many", lambda pid, port: load(pid, port, questions, given.users, given.seconds)),
    }
    for name, (folder, measured) in parts.items():
        with served(work / folder / "library", model) as (pid, port):  # a new process each, whose prefix cache is empty
            figures[name] = measured(pid, port)
        print(json.dumps({name: figures[name]}, indent=1), flush=True)
    write("server", made, {"figures": figures})


def filled(folder: Path, places: Sequence[str], sentences: int, when: str) -> list[str]:
    """A library of one page a place and kind, each with ``sentences`` (of about 45 characters) after the fact that is
    asked for, which ``when`` answers; the questions."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    chance, questions = random.Random(7), []
    for name in (f"{place} {kind}" for place in places for kind in KINDS):
        year = chance.randrange(1900, 2000)
        said = [f"The {name} opened {when.format(year=year)}."]
        said += [
            f"In {year + n} the {name} had {chance.randrange(10, 900)} visitors a day." for n in range(1, sentences)
        ]
        (docs / f"{name}.txt").write_text(" ".join(said) + "\n", encoding="utf-8")
        questions.append(f"When did the {name} open?")
    chance.shuffle(questions)
    with Library.open(folder / "library", create=True) as library:
        sync(library, [docs])
    return questions


@contextmanager
def served(library: Path, model: Path) -> Iterator[tuple[int, int]]:
    """The command as a user starts it: its process id and its port."""
    arguments = [SEODANG, "serve", "--port", "0", "--library", library, "--model", model]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    log = Path(mkdtemp()) / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*map(str, arguments)], stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        )
    try:
        assert process.stdout is not None
        address = process.stdout.readline()
        if not address:
            raise SystemExit(log.read_text())
        yield process.pid, int(address.split(":")[-1].split("/")[0])
    finally:
        process.terminate()
        process.wait(60)


def chain(folder: Path, prompts: dict[str, list[Message]], port: int) -> dict[str, Any]:
    """Each question by the server and its prompt by the bare model, in turns; medians, milliseconds."""
    bare = Bare(folder)
    rows = []
    for warm, (question, messages) in enumerate([next(iter(prompts.items())), *prompts.items()]):
        prefill, first_only = bare.timed(messages, 1)
        whole, tokens = bare.timed(messages, TOKENS)
        reply = ask(port, question, tokens=TOKENS)
        if warm:  # the first of each is not counted
            rows.append(_row(reply, prefill, whole, tokens))
        assert first_only == 1
    excess = sorted(row["first_piece"] - row["before_model"] - row["bare_prefill"] for row in rows)
    stages = sorted({stage for row in rows for stage in row["timings"]})
    return {
        "answers": len(rows),
        **{
            name: _middle(row[name] for row in rows)
            for name in ("server_total", "bare_total", "overhead", "outside_model")
        },
        "answers_a_minute_server": round(60_000 / statistics.mean(row["server_total"] for row in rows), 1),
        "answers_a_minute_bare": round(60_000 / statistics.mean(row["bare_total"] for row in rows), 1),
        "bare_tokens": _middle(row["tokens"] for row in rows),
        "stages": {stage: _middle(row["timings"].get(stage, 0.0) for row in rows) for stage in stages},
        "first_piece": _middle(row["first_piece"] for row in rows),
        "bare_prefill": _middle(row["bare_prefill"] for row in rows),
        "first_piece_beyond_retrieval_and_prefill": {
            "p50": round(excess[len(excess) // 2], 1),
            "p95": round(excess[int(len(excess) * 0.95)], 1),
            "within_allowed": round(sum(value <= ALLOWED for value in excess) / len(excess), 3),
            "allowed": ALLOWED,
        },
    }


def _row(reply: Asked, prefill: float, whole: float, tokens: int) -> dict[str, Any]:
    timings = reply.answer["timings_ms"]
    before = sum(timings.get(stage, 0.0) for stage in ("rewriting", "retrieval", "evidence"))
    return {
        "server_total": reply.total,
        "bare_total": whole,
        "overhead": reply.total - whole,
        "outside_model": reply.total - timings.get("generation", 0.0),
        "first_piece": reply.first,
        "before_model": before,
        "bare_prefill": prefill,
        "tokens": tokens,
        "timings": timings,
    }


def second_turn(port: int, questions: Sequence[str]) -> dict[str, Any]:
    """Milliseconds to the first token of a conversation's first turn and of its second, which continues the first."""
    ask(port, questions[0], tokens=2)  # loads what the first request of a process loads
    first, second = [], []
    for question, next_one in zip(questions[1:], questions, strict=False):
        opening = ask(port, question, tokens=TOKENS)
        if not opening.answer["refused"]:
            first.append(opening)
            second.append(ask(port, next_one, [(question, opening.text)], tokens=TOKENS))
    if not first:
        return {"conversations": 0, "note": "every first answer was refused"}
    figures: dict[str, Any] = {"conversations": len(first)}
    for name, value in (
        ("model", lambda reply: reply.answer["timings_ms"]["first_token"]),
        ("client", lambda reply: reply.first),
    ):
        times = _middle(map(value, first)), _middle(map(value, second))
        figures[f"first_token_{name}"] = {"first": times[0], "second": times[1], "ratio": round(times[0] / times[1], 1)}
    return figures


def _middle(values: Any) -> float:
    return round(statistics.median(values), 1)


if __name__ == "__main__":
    main()
