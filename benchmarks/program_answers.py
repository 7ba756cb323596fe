"""Recorded programs through the whole chain: a server replays a model's programs, `seodang ask --batch` answers with them.

usage: program_answers.py DATA [--questions N]

DATA/programs holds gsm8k.jsonl and svamp.jsonl: question, context, program, executed (the value that CPython computes, null
where it fails) and answer. The recorded share of right answers is that of CPython; ours must be the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from provenance import provenance, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=5_000)
    given = parser.parse_args()
    made = provenance()
    figures = {}
    for name in ("gsm8k", "svamp"):
        lines = (given.data / "programs" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        figures[name] = measure([json.loads(line) for line in lines][: given.questions])
        print(name, figures[name], flush=True)
    write("program_answers", made, {"figures": figures})


def measure(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares of right answers, recorded and ours, and what became of the questions."""
    work = Path(mkdtemp())
    (work / "docs").mkdir()
    (work / "docs" / "note.txt").write_text("The reading room opens at nine. The hall costs 1,200 won an hour.\n")
    programs = {asked(row): row["program"] for row in rows}
    with ThreadingHTTPServer(("127.0.0.1", 0), replaying(programs)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        model = f"http://127.0.0.1:{server.server_address[1]}/v1#recorded"
        seodang(work, "ingest", "docs", "--library", "library")
        lines = (json.dumps({"id": row["id"], "question": asked(row)}) for row in rows)
        (work / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        began = time.perf_counter()
        seodang(work, "ask", "--batch", "in.jsonl", "--output", "out.jsonl", "--library", "library", "--model", model)
        seconds = time.perf_counter() - began
        server.shutdown()
    answers = {answer["id"]: answer for answer in map(json.loads, (work / "out.jsonl").open(encoding="utf-8"))}
    values = {id: (answer["program"] or {}).get("value") for id, answer in answers.items()}
    recorded = sum(same(row["executed"], row["answer"]) for row in rows)
    ours = sum(same(values[row["id"]], row["answer"]) for row in rows)
    differing = [
        row["id"] for row in rows if same(values[row["id"]], row["answer"]) != same(row["executed"], row["answer"])
    ]
    supports = [answer["claims"][0]["support"] for answer in answers.values() if answer["claims"]]
    return {
        "questions": len(rows),
        "recorded_right": round(recorded / len(rows), 4),
        "right": round(ours / len(rows), 4),
        "differing": differing[:50],
        "routes": {route: sum(a["route"] == route for a in answers.values()) for route in ("program", "documents")},
        "refused": sum(answer["refused"] for answer in answers.values()),
        "verified": sum(support == "verified" for support in supports),
        "partial": sum(support == "partial" for support in supports),
        "ms_a_question": round(1000 * seconds / len(rows), 1),
    }


def asked(row: dict[str, Any]) -> str:
    """The question as it is put, its context in front."""
    return " ".join(f"{row['context'] or ''} {row['question']}".split())


def same(value: Any, answer: float) -> bool:
    """Whether a program's value is the answer."""
    try:
        return math.isclose(float(value), answer, rel_tol=1e-4, abs_tol=1e-6)
    except (TypeError, ValueError):
        return False


def seodang(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", "from ui.command import main; main()", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def replaying(programs: dict[str, str]) -> type[BaseHTTPRequestHandler]:
    """An OpenAI-compatible server that knows one thing: the program that was recorded for the question it is asked."""

    class Replay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(
                "application/json", json.dumps({"object": "list", "data": [{"id": "recorded", "object": "model"}]})
            )

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = [" ".join(m["content"].split()) for m in told["messages"] if m["role"] == "user"]
            questions = [text.rpartition("Question: ")[2] for text in said]
            program = next(
                (programs[question] for question in reversed(questions) if question in programs), "I do not know."
            )
            choice = {"index": 0, "delta": {"role": "assistant", "content": program}, "finish_reason": None}
            whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "recorded"}
            last = {"index": 0, "delta": {}, "finish_reason": "stop"}
            chunks = [{**whole, "choices": [one]} for one in (choice, last)]
            if told.get("stream"):
                body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
                self._send("text/event-stream", body)
            else:
                message = {"index": 0, "message": {"role": "assistant", "content": program}, "finish_reason": "stop"}
                self._send("application/json", json.dumps({**whole, "object": "chat.completion", "choices": [message]}))

        def _send(self, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: it would be two lines a question."""

    return Replay


if __name__ == "__main__":
    main()
