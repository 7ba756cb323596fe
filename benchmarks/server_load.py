"""Users of the server's benchmark: one question over HTTP, and many users at once."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One in so many streams is broken off by its user after the first piece.
_BREAKS = 10
# What the server works on and keeps waiting at most (ui/server/limits.py): as many at once must all be answered.
_PLACES = 32


@dataclass(frozen=True)
class Asked:
    """One answer; ``first`` and ``total`` are milliseconds at the client, ``answer`` the answer object."""

    status: int
    text: str
    answer: dict[str, Any]
    first: float
    total: float


def ask(
    port: int,
    question: str,
    history: Sequence[tuple[str, str]] = (),
    tokens: int = 48,
    break_off: bool = False,
    seconds: float = 300.0,
) -> Asked:
    """Asks over a connection of its own, streamed."""
    said = [turn for pair in history for turn in zip(("user", "assistant"), pair, strict=True)] + [("user", question)]
    messages = [{"role": role, "content": content} for role, content in said]
    body = json.dumps({"model": "seodang", "messages": messages, "stream": True, "max_tokens": tokens})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    started, first, text, answer = time.perf_counter(), 0.0, "", {}
    try:
        connection.request("POST", "/v1/chat/completions", body.encode(), {"Content-Type": "application/json"})
        response = connection.getresponse()
        while line := response.readline():
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[6:])
            if "error" in event:
                return Asked(0, event["error"]["code"], {}, first, 0.0)
            piece = event["choices"][0]["delta"].get("content", "")
            if piece and not first:
                first = (time.perf_counter() - started) * 1000
                if break_off:
                    break
            text, answer = text + piece, event.get("seodang", answer)
    finally:
        connection.close()
    return Asked(response.status, text, answer, first, (time.perf_counter() - started) * 1000)


def load(pid: int, port: int, questions: Sequence[str], users: int, seconds: float) -> dict[str, Any]:
    """``users`` ask without pause for ``seconds``; then as many as there are places ask once, all at once."""
    statuses: Counter[str] = Counter()
    times: list[float] = []
    end = time.monotonic() + seconds

    def user(n: int) -> None:
        chance = random.Random(n)
        while time.monotonic() < end:
            broken = chance.randrange(_BREAKS) == 0
            status, total = _outcome(port, chance.choice(questions), broken)
            statuses[status] += 1
            if status == "200":
                times.append(total)

    threads = [threading.Thread(target=user, args=(n,)) for n in range(users)]
    for question in questions[:3]:
        ask(port, question)  # what the first answers load is no growth
    memory = {"start": _state(pid)}
    for thread in threads:
        thread.start()
    minute = 1
    while time.monotonic() < end:
        time.sleep(min(60.0, max(0.1, end - time.monotonic())))
        memory[f"minute_{minute}"] = _state(pid)
        minute += 1
    for thread in threads:
        thread.join()
    time.sleep(2.0)  # clients that broke off last
    memory["end"] = _state(pid)
    times.sort()
    return {
        "users": users,
        "seconds": seconds,
        "statuses": dict(sorted(statuses.items())),
        "answers_a_minute": round(len(times) / seconds * 60, 1),
        "total_ms": {f"p{p}": round(times[int(len(times) * p / 100)], 1) for p in (50, 95)} if times else {},
        "server": memory,
        "places_free_afterwards": _free_places(port, questions),
    }


def _outcome(port: int, question: str, broken: bool) -> tuple[str, float]:
    try:
        reply = ask(port, question, break_off=broken)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, 0.0
    if broken and reply.status == 200:
        return "broken_off", 0.0
    return (str(reply.status) if reply.status else f"stream:{reply.text}"), reply.total


def _free_places(port: int, questions: Sequence[str]) -> str:
    """How many of as many requests as there are places get an answer at once: a lost place refuses one."""
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: seen.append(_outcome(port, questions[n % len(questions)], False)[0]))
        for n in range(_PLACES)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return f"{seen.count('200')} of {_PLACES}"


def _state(pid: int) -> dict[str, float]:
    """Resident megabytes, threads and open files of the server."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return {"rss_mb": round(int(lines["VmRSS"].split()[0]) / 1024, 1), "threads": int(lines["Threads"]), "files": files}
