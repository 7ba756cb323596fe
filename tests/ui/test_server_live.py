"""The server over real connections: the openai client, curl, clients that leave, signals, a language model."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest

from chatbot import Chatbot
from ingest.library import Library
from tests.command import QUICK, sentence, seodang
from tests.fake_chatbot import FakeChatbot
from tests.fakes import HashEmbedder, put
from ui.server.application import Server
from ui.server.limits import ServerLimits
from ui.server.running import WebServer, listening_socket

pytestmark = pytest.mark.integration

LIMITS = ServerLimits(running=4, waiting=20, keep_alive=0.5, grace=0.2)
KEY = "a-key-of-24-characters-x"
QUESTION = "When did the village school open?"
LIBRARY = {
    "school.txt": "The village school opened in 1897. It has 42 pupils and one dog.",
    "도서관.txt": "도서관은 평일 오전 9시에 문을 엽니다. 열람실은 200석입니다.",
}


@contextmanager
def serving(
    chatbot: Any, key: str | None = None, limits: ServerLimits = LIMITS
) -> Iterator[tuple[Server, WebServer, str]]:
    """The server, what runs it in a thread, and its base URL; at the end nothing is held any more."""
    server = Server(chatbot, HashEmbedder, "all-MiniLM-L6-v2", key, limits)
    web, bound = WebServer(server, limits), listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        until(lambda: web.started)
        yield server, web, f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
    finally:
        web.should_exit = True
        thread.join()
        bound.close()
    assert server.slots.in_flight == server.slots.running == 0
    assert server.slots.close(5)


def until(true: Callable[[], Any]) -> None:
    while not true():
        time.sleep(0.01)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small library; nothing changes it."""
    folder = tmp_path_factory.mktemp("served") / "library"
    with Library.open(folder, create=True, embedder=HashEmbedder()) as library:
        for path, text in LIBRARY.items():
            put(library, path, text)
    return folder


@pytest.fixture(scope="module")
def extractive(folder: Path) -> Iterator[Chatbot]:
    with Library.open(folder, embedder=HashEmbedder()) as library:
        yield Chatbot(library)


@contextmanager
def client_of(url: str, key: str = "none", **options: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key=key, max_retries=0, **options) as client:
        yield client


def ask(client: openai.OpenAI, question: str, **options: Any) -> Any:
    return client.chat.completions.create(model="seodang", messages=[{"role": "user", "content": question}], **options)


def test_the_openai_client_gets_cited_answers(extractive: Chatbot) -> None:
    with serving(extractive, KEY) as (_, _, url), client_of(url, KEY) as client:
        whole = ask(client, QUESTION)
        answer = whole.model_extra["seodang"]
        assert "1897" in whole.choices[0].message.content and answer["refused"] is False
        citation = answer["citations"][0]
        text = LIBRARY["school.txt"]
        assert citation["document"] == "school.txt" and text[citation["start"] : citation["end"]] == citation["quote"]

        chunks = list(ask(client, "도서관은 언제 문을 여나요?", stream=True, stream_options={"include_usage": True}))
        said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        answer = chunks[-1].model_extra["seodang"]
        assert "9시" in said and said.split() == answer["answer"].split()
        assert chunks[-1].usage is not None and answer["citations"][0]["document"] == "도서관.txt"

        refused = ask(client, "Who painted the ceiling of the Sistine chapel?")
        assert refused.model_extra["seodang"]["refused"] is True
        assert refused.choices[0].message.content == refused.model_extra["seodang"]["answer"]


def test_the_openai_client_gets_models_and_vectors(extractive: Chatbot) -> None:
    with serving(extractive) as (_, _, url), client_of(url) as client:
        assert [model.id for model in client.models.list()] == ["seodang", "extractive", "all-MiniLM-L6-v2"]
        assert client.models.retrieve("seodang").owned_by == "seodang"
        vectors = client.embeddings.create(model="all-MiniLM-L6-v2", input=["one dog", "한 마리"])
        expected = HashEmbedder().embed(["one dog", "한 마리"]).tolist()
        assert [row.embedding for row in vectors.data] == expected


def test_the_openai_clients_other_ways_of_asking_work() -> None:
    messages: Any = [{"role": "user", "content": "q"}]
    with serving(FakeChatbot()) as (_, _, url):
        with client_of(url) as client, client.chat.completions.stream(model="seodang", messages=messages) as stream:
            stream.until_done()
            whole = stream.get_final_completion()
        assert whole.choices[0].message.content == "Answer to q" and whole.choices[0].finish_reason == "stop"

        async def asked() -> list[str]:
            async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
                chunks = await client.chat.completions.create(model="seodang", messages=messages, stream=True)
                return [chunk.choices[0].delta.content or "" async for chunk in chunks]

        assert "".join(asyncio.run(asked())) == "Answer to q"


def test_the_openai_client_knows_every_error() -> None:
    with serving(FakeChatbot(), KEY) as (_, _, url):
        with client_of(url, "a-wrong-key") as stranger, pytest.raises(openai.AuthenticationError, match="API key"):
            stranger.models.list()
        with client_of(url, KEY) as client:
            with pytest.raises(openai.NotFoundError):
                client.models.retrieve("gpt-4o")
            with pytest.raises(openai.BadRequestError, match="n = 1") as bad:
                ask(client, "q", n=3)
            assert bad.value.param == "n" and str(bad.value.request_id).startswith("req_")
            with pytest.raises(openai.RateLimitError) as busy:
                ask(client, "busy")
            assert busy.value.response.headers["retry-after"] == "7"
            with pytest.raises(openai.InternalServerError) as gone:
                ask(client, "absent")
            assert gone.value.status_code == 503
            with pytest.raises(openai.APIError, match="stopped working"):
                list(ask(client, "late failed", stream=True))


def curl(*arguments: str) -> str:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--noproxy", "*", *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_asks_and_streams() -> None:
    body = json.dumps({"model": "seodang", "messages": [{"role": "user", "content": "몇 시"}]}, ensure_ascii=False)
    json_type = ("--header", "Content-Type: application/json", "--header", f"Authorization: Bearer {KEY}")
    with serving(FakeChatbot(), KEY) as (_, _, url):
        assert json.loads(curl(f"{url}/models"))["error"]["code"] == "invalid_api_key"
        answer = curl(f"{url}/chat/completions", *json_type, "--data", body)
        assert json.loads(answer)["choices"][0]["message"]["content"] == "Answer to 몇 시" and "몇 시" in answer
        streamed = json.dumps({**json.loads(body), "stream": True}, ensure_ascii=False)
        lines = curl(f"{url}/chat/completions", *json_type, "--no-buffer", "--data", streamed).splitlines()
        assert lines[0].startswith("data: {") and lines[-2:] == ["data: [DONE]", ""]
        # With --data of more than a megabyte curl first asks whether it may ("Expect: 100-continue").
        big = curl(f"{url}/chat/completions", *json_type, "--data", "x" * 100_000, "--write-out", "%{http_code}")
        assert big.endswith("400")


def test_one_connection_serves_several_requests() -> None:
    with serving(FakeChatbot()) as (_, web, url):
        connection = http.client.HTTPConnection(url.split("/")[2])
        body = {"model": "seodang", "messages": [{"role": "user", "content": "q"}]}
        for stream in (False, True, False):
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps({**body, "stream": stream}), headers)
            response = connection.getresponse()
            assert response.status == 200 and b"Answer" in response.read()
            assert len(web.server_state.connections) == 1
        connection.close()


def test_clients_that_break_off_free_their_turns() -> None:
    chatbot, seen = FakeChatbot(), []

    def user(url: str, n: int) -> None:
        for turn in range(4):
            question, stream = ("hold", "silent", "q")[(n + turn) % 3], bool((n + turn) % 2)
            body = {"model": "seodang", "messages": [{"role": "user", "content": question}], "stream": stream}
            content = json.dumps(body).encode()
            head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(content)}\r\n\r\n"
            host, port = url.split("/")[2].split(":")
            with socket.create_connection((host, int(port))) as line:
                line.sendall(head.encode() + content)
                if question == "q":
                    seen.append(line.recv(12)[-3:])
                elif stream and question == "hold":
                    line.recv(1)  # leaves in the middle of the answer, the others before it

    with serving(chatbot) as (server, web, url):
        users = [threading.Thread(target=user, args=(url, n)) for n in range(20)]
        for thread in users:
            thread.start()
        for thread in users:
            thread.join()
        until(lambda: not web.server_state.connections and server.slots.in_flight == 0)
        assert server.slots.running == 0
        with client_of(url) as client:
            assert ask(client, "q").choices[0].message.content == "Answer to q"
    assert len(seen) > 20 and set(seen) <= {b"200", b"429"}
    assert len(chatbot.ended) == len(chatbot.asked) and chatbot.cancelled


def test_a_stop_ends_streams_with_an_error() -> None:
    chatbot = FakeChatbot()
    with serving(chatbot) as (_, web, url), client_of(url) as client:
        stream = ask(client, "hold", stream=True)
        next(stream)
        web.should_exit = True
        with pytest.raises(openai.APIError, match="stopping"):
            list(stream)
        assert chatbot.cancelled == ["hold"]


# -- the command ------------------------------------------------------------------------------------------------------


@contextmanager
def command(*arguments: str | Path, cwd: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`seodang serve` as a process and the base URL it printed."""
    started = subprocess.Popen(
        [*QUICK, "serve", "--port", "0", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout is not None
        told = started.stdout.readline()
        assert told.startswith("Seodang serves extractive at http://"), told + (
            started.communicate()[1] if not told else ""
        )
        yield started, told.split()[-1]
    finally:
        with suppress(ProcessLookupError):
            started.kill()
        started.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_a_signal(folder: Path, tmp_path: Path, number: signal.Signals) -> None:
    with command("--library", folder, cwd=tmp_path) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        with client_of(url) as client:
            assert "1897" in ask(client, QUESTION).choices[0].message.content
            busy = seodang("serve", "--library", folder, "--port", url.split(":")[2][:-3], status=1)
            assert "--port" in sentence(busy)
            process.send_signal(number)
            out, errors = process.communicate(timeout=60)
    assert process.returncode == 0 and out == ""
    assert "Traceback" not in errors and "1897" not in errors and "school" not in errors
    [line] = errors.splitlines()
    assert "POST /v1/chat/completions 200" in line


def test_the_command_makes_a_key_where_others_can_reach_it(folder: Path, tmp_path: Path) -> None:
    with command("--library", folder, "--host", "0.0.0.0", cwd=tmp_path) as (process, url):
        assert url.startswith("http://localhost:")
        url = url.replace("localhost", "127.0.0.1")
        with client_of(url, "guess") as stranger, pytest.raises(openai.AuthenticationError):
            stranger.models.list()
        assert process.stderr is not None
        key = process.stderr.readline().split()[-1]
        with client_of(url, key) as client:
            assert len(list(client.models.list())) == 3
        process.terminate()
        out, errors = process.communicate(timeout=60)
    assert key not in out + errors


def test_the_command_takes_a_given_key(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    for arguments, environment in ((("--api-key-file", "key"), {}), ((), {"SEODANG_SERVER_KEY": KEY})):
        with command("--library", folder, *arguments, cwd=tmp_path, **environment) as (process, url):
            with client_of(url, KEY) as client, client_of(url) as stranger:
                assert len(list(client.models.list())) == 3
                with pytest.raises(openai.AuthenticationError):
                    stranger.models.list()
            process.terminate()
            assert KEY not in "".join(process.communicate(timeout=60))
    (tmp_path / "key").write_text("short")
    weak = seodang("serve", "--library", folder, "--api-key-file", "key", status=1, cwd=tmp_path)
    assert "16" in sentence(weak)
    assert "203.0.113.7" in sentence(seodang("serve", "--library", folder, "--host", "203.0.113.7", status=1))
    assert "no library" in sentence(seodang("serve", "--library", tmp_path / "absent", "--port", "0", status=1))


# -- a language model -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(folder: Path) -> Iterator[Chatbot]:
    from tests.tiny import tiny_folder

    with Library.open(folder, embedder=HashEmbedder()) as library:
        chatbot = Chatbot(library, str(tiny_folder()))
        yield chatbot
        chatbot.close()


def test_a_language_model_answers_streamed_and_not(tiny: Chatbot) -> None:
    with serving(tiny) as (_, _, url), client_of(url) as client:
        whole = ask(client, QUESTION, max_tokens=40)
        answer = whole.model_extra["seodang"]
        assert answer["model"] == whole.model == tiny.model and whole.choices[0].message.content == answer["answer"]
        chunks = list(ask(client, QUESTION, max_tokens=40, stream=True))
        said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        streamed = chunks[-1].model_extra["seodang"]
        assert (
            streamed["answer"] == answer["answer"]
            and said.split()[-len(answer["answer"].split()) :] == answer["answer"].split()
        )


def test_a_language_model_stops_when_its_client_leaves(tiny: Chatbot) -> None:
    with serving(tiny, limits=replace(LIMITS, running=1)) as (server, _, url), client_of(url) as client:
        for _ in range(3):
            with suppress(openai.APIError):
                stream = ask(client, QUESTION, max_tokens=2_000, stream=True, temperature=1.5, seed=1)
                next(iter(stream))
                stream.close()
        until(lambda: server.slots.in_flight == 0)
        assert ask(client, QUESTION, max_tokens=5).choices[0].message.role == "assistant"
