"""Model servers for tests: one that misbehaves in every known way, and `transformers serve` itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TEXT = ("서울의 ", "인구는 ", "940만 명", "이다 [1].")
# How servers word that a prompt does not fit: status and body, as reported by their users.
CONTEXT_WORDINGS = {
    "vllm": (
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested 6616 tokens (568 in the "
            "messages, 6048 in the completion). Please reduce the length of the messages or completion.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
    ),
    "vllm-later": (
        400,
        {
            "error": {
                "message": "The decoder prompt (length 21535) is longer than the maximum model length of 16384. Make sure "
                "that `max_model_len` is no smaller than the number of text tokens.",
                "type": "BadRequestError",
            }
        },
    ),
    "llama.cpp": (
        400,
        {
            "error": {
                "code": 400,
                "message": "request (131168 tokens) exceeds the available context size (131072 tokens), try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 131168,
                "n_ctx": 131072,
            }
        },
    ),
    "llama.cpp-500": (
        500,
        {
            "error": {
                "code": 500,
                "message": "the request exceeds the available context size. try increasing the context size or enable "
                "context shift",
                "type": "exceed_context_size_error",
            }
        },
    ),
    "llama-cpp-python": (500, {"error": {"message": "Requested tokens (2285) exceed context window of 2048"}}),
    "ollama": (400, {"error": {"message": "the input length exceeds the context length", "type": "api_error"}}),
    "openai": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
    ),
    "lm-studio": (400, {"error": "Trying to keep the first 5000 tokens when context the overflows. Context size has been "
                        "exceeded"}),
}  # fmt: skip
MISSING_MODEL = {
    "ollama": (404, {"error": {"message": 'model "absent" not found, try pulling it first', "type": "api_error"}}),
    "vllm": (404, {"object": "error", "message": "The model `absent` does not exist.", "type": "NotFoundError"}),
    "openai": (
        404,
        {
            "error": {
                "message": "The model `absent` does not exist or you do not have access to it.",
                "code": "model_not_found",
            }
        },
    ),
    "transformers": (400, {"detail": "Server is pinned to 'tiny'; requested 'absent'."}),
}
PAGE = "<!doctype html><html><title>Router</title><body>Welcome</body></html>"


class FaultyServer:
    """Answers by the first part of the path: ``{address}/{fault}/v1``. Remembers what it was sent."""

    def __init__(self) -> None:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                server.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                server.answer(self, json.loads(body))

        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.left = threading.Event()
        self.stopping = threading.Event()
        self._tries: dict[str, int] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def url(self, fault: str) -> str:
        return f"{self.address}/{fault}/v1"

    def chats(self, fault: str) -> list[dict[str, Any]]:
        """Bodies of the chat requests that came under a fault's name."""
        return [body for path, _, body in self.requests if path == f"/{fault}/v1/chat/completions"]

    def close(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((handler.path, headers, body))
        fault, _, rest = handler.path.removeprefix("/").partition("/")
        if rest == "v1/models":
            self._models(handler, fault)
            return
        if rest != "v1/chat/completions":
            send_json(handler, 404, {"detail": "Not Found"})
            return
        with self._ending():
            self._chat(handler, fault, body)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        try:
            yield
        except (BrokenPipeError, ConnectionResetError):
            self.left.set()

    def _models(self, handler: BaseHTTPRequestHandler, fault: str) -> None:
        rows: list[dict[str, Any]] = [{"id": "tiny", "object": "model"}, {"id": "other", "object": "model"}]
        match fault:
            case "models-500":
                send_json(handler, 500, {"detail": "offline"})
            case "models-html" | "html":
                send(handler, 200, PAGE, "text/html; charset=utf-8")
            case "models-slow":
                self.stopping.wait(30)
            case "key":
                send_json(handler, 401, {"error": {"message": "Incorrect API key provided: sk-secret"}})
            case "vllm":
                send_json(handler, 200, {"object": "list", "data": [{**rows[0], "max_model_len": 4096}, rows[1]]})
            case "llama.cpp":
                send_json(handler, 200, {"data": [{"id": "/m.gguf", "meta": {"n_ctx": 8192, "n_ctx_train": 40960}}]})
            case _:
                send_json(handler, 200, {"object": "list", "data": rows})

    def _chat(self, handler: BaseHTTPRequestHandler, fault: str, body: dict[str, Any]) -> None:
        kind, _, which = fault.partition(":")
        self._tries[fault] = self._tries.get(fault, 0) + 1
        answered = _ANSWERS.get(kind)
        if answered and answered(self, handler, which, self._tries[fault], body):
            return
        event = begin_stream(handler)
        if kind == "nothing":
            end_stream(handler)
            return
        event(chunk({"role": "assistant"}))
        if not _STREAMS.get(kind, _goes_on)(self, handler, event):
            return
        for text in TEXT:
            event(chunk({"content": text}))
        event(chunk({}, which or "stop"))
        event({"choices": [], "usage": {"prompt_tokens": 1200, "completion_tokens": 7, "total_tokens": 1207}})
        if kind == "stays-open":
            self.stopping.wait(30)
            return
        event("[DONE]")
        end_stream(handler)


# -- answers instead of a stream: True when one was sent ----------------------------------------------------------------

Handler = BaseHTTPRequestHandler
Event = Callable[[Any], None]


def _error(status: int, said: str, retry_after: str = "", times: int = 1_000_000) -> Callable[..., bool]:
    def answer(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
        wait = {"Retry-After": which or retry_after} if retry_after else {}
        if tried <= times:
            send_json(handler, int(which) if status == 401 and which else status, {"error": {"message": said}}, wait)
        return tried <= times

    return answer


def _from(table: dict[str, tuple[int, Any]]) -> Callable[..., bool]:
    def answer(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
        send_json(handler, *table[which])
        return True

    return answer


def _page(status: int) -> Callable[..., bool]:
    def answer(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
        send(handler, status, PAGE, "text/html; charset=utf-8")
        return True

    return answer


def _json(content: dict[str, Any]) -> Callable[..., bool]:
    def answer(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
        send_json(handler, 200, content)
        return True

    return answer


def _redirect(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
    send(handler, 307, "", "text/plain", {"Location": f"{server.address}/fine/v1/chat/completions"})
    return True


def _hang_up(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
    if tried == 1:
        cut(handler)
    return tried == 1


def _refuses(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
    if which in body:
        send_json(handler, 400, {"error": {"message": f"Unsupported parameter: '{which}' is not supported."}})
    return which in body


def _silent(server: FaultyServer, handler: Handler, which: str, tried: int, body: dict[str, Any]) -> bool:
    server.stopping.wait(30)
    return True


# -- streams that go wrong: True when the usual text follows ------------------------------------------------------------


def _goes_on(server: FaultyServer, handler: Handler, event: Event) -> bool:
    return True


def _cut(server: FaultyServer, handler: Handler, event: Event) -> bool:
    event(chunk({"content": "서울"}))
    cut(handler)
    return False


def _ends_with(*last: Any) -> Callable[..., bool]:
    def stream(server: FaultyServer, handler: Handler, event: Event) -> bool:
        for data in last:
            event(data)
        end_stream(handler)
        return False

    return stream


def _stalls(server: FaultyServer, handler: Handler, event: Event) -> bool:
    event(chunk({"content": "서울"}))
    server.stopping.wait(30)
    return False


def _endless(server: FaultyServer, handler: Handler, event: Event) -> bool:
    while not server.stopping.wait(0.002):
        event(chunk({"content": "가" * 40}))
    return False


def _slow(server: FaultyServer, handler: Handler, event: Event) -> bool:
    for index in range(10_000):
        event(chunk({"content": f"{index} "}))
        if server.stopping.wait(0.01):
            break
    return False


def _thinks(server: FaultyServer, handler: Handler, event: Event) -> bool:
    event(chunk({"reasoning_content": "음… 서울이라."}))
    return True


def _strange(server: FaultyServer, handler: Handler, event: Event) -> bool:
    for odd in ({"choices": None}, {"choices": [None]}, {"choices": [{"delta": None}]}, {"a": 1}, [1], 7):
        event(odd)
    event(chunk({"content": "\ud83d"}))
    return True


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """One event of a streamed answer."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}


def whole(text: str) -> dict[str, Any]:
    """An answer that does not stream."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}}


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def send(
    handler: BaseHTTPRequestHandler, status: int, text: str, kind: str, headers: dict[str, str] | None = None
) -> None:
    data = text.encode()
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def send_json(handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    send(handler, status, json.dumps(body), "application/json", headers)


def begin_stream(handler: BaseHTTPRequestHandler) -> Callable[[Any], None]:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()

    def event(data: Any) -> None:
        line = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
        handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        handler.wfile.flush()

    return event


def end_stream(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"0\r\n\r\n")


_ANSWERS: dict[str, Callable[..., bool]] = {
    "context": _from(CONTEXT_WORDINGS),
    "absent": _from(MISSING_MODEL),
    "key": _error(401, "Incorrect API key provided: sk-secret"),
    "busy": _error(429, "Rate limit", retry_after="0.01"),
    "busy-once": _error(429, "Rate limit", retry_after="0.01", times=1),
    "broken": _error(500, "CUDA error"),
    "broken-twice": _error(503, "loading model", times=2),
    "html": _page(200),
    "html-502": _page(502),
    "json": _json(whole("".join(TEXT))),
    "json-error": _json({"error": {"message": "out of memory"}}),
    "redirect": _redirect,
    "hang-up": _hang_up,
    "refuses": _refuses,
    "silent": _silent,
}
_STREAMS: dict[str, Callable[..., bool]] = {
    "cut": _cut,
    "ends-early": _ends_with(chunk({"content": "서울"})),
    "error-inside": _ends_with(chunk({"content": "서울"}), {"error": {"message": "CUDA out of memory"}}),
    "context-inside": _ends_with({"error": CONTEXT_WORDINGS["vllm"][1]}),
    "no-json": _ends_with("{not json"),
    "only-thinks": _ends_with(chunk({"reasoning": "음…"}), chunk({}, "length")),
    "stalls": _stalls,
    "endless": _endless,
    "slow": _slow,
    "thinks": _thinks,
    "strange": _strange,
}


@contextmanager
def transformers_serve(folder: Path, log: Path) -> Iterator[str]:
    """Address of `transformers serve` with the model in ``folder``, on the processor and without network."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "transformers.cli.transformers",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--device", "cpu", str(folder)], stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 240) -> None:
    """Returns when ``url`` answers; fails with the log when the process ends or never answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer:\n{log.read_text(errors='replace')[-4000:]}")
