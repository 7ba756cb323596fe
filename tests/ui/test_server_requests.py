"""What a request may hold: limits, hostile shapes, and that none of it is ever in a log."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from chatbot import Chatbot
from ingest.library import Library
from tests.fake_chatbot import DOCUMENT_CANARY, FakeChatbot
from tests.fakes import HashEmbedder, put
from ui.server.application import Server
from ui.server.limits import ServerLimits

KEY = "CANARY-KEY-0123456789"
PROMPT_CANARY = "CANARY-질문-0815"
HEADERS = {"Authorization": f"Bearer {KEY}"}
GOOD: dict[str, Any] = {"model": "seodang", "messages": [{"role": "user", "content": "q"}]}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    server = Server(FakeChatbot(), HashEmbedder, "all-MiniLM-L6-v2", KEY)  # type: ignore[arg-type]
    with TestClient(server.asgi, headers=HEADERS) as client:
        yield client
    assert server.slots.in_flight == server.slots.running == 0
    assert server.slots.close(5)


def _said(content: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content}]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"n": 0}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 4097}, "max_tokens"),
        ({"max_completion_tokens": 10**30}, "max_completion_tokens"),
        ({"max_tokens": "7"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": ""}, "stop"),
        ({"stop": "x" * 257}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"model": 3}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "q"}, "messages"),
        ({"messages": [GOOD["messages"][0]] * 257}, "messages"),
        (_said("x" * 20_001), "messages[0].content"),
        (_said(" \n"), "messages[0].content"),
        (_said(None), "messages[0].content"),
        (_said(7), "messages[0].content"),
        (_said([{"type": "image_url", "image_url": {"url": "http://x"}}]), "messages[0].content"),
        (_said([{"type": "text", "text": "a"}] * 65), "messages[0].content"),
        (_said("q", "assistant"), "messages"),
        (_said("q", "wizard"), "messages[0].role"),
        (_said("q", "tool"), "messages[0].content"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_its_place(
    client: TestClient, fields: dict[str, Any], param: str
) -> None:
    response = client.post("/v1/chat/completions", json={**GOOD, **fields})
    error = response.json()["error"]
    assert response.status_code == 400, response.text
    assert error["type"] == "invalid_request_error" and error["param"].startswith(param)
    assert error["message"].endswith(".") and "\n" not in error["message"] and len(error["message"]) < 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        json.dumps(GOOD).replace('"q"', '"\\ud800"').encode(),
        json.dumps(GOOD).replace('"q"', '"\xed\xa0\x80"').encode("latin-1"),
        json.dumps({**GOOD, "temperature": float("nan")}).encode(),
        json.dumps({**GOOD, "temperature": float("inf")}).encode(),
        json.dumps(GOOD).replace('"q"', "9" * 50_000).encode(),
        json.dumps({**GOOD, "messages": [[]] * 100_000}).encode(),
    ],
)
def test_bodies_that_are_not_a_request_are_refused(client: TestClient, content: bytes) -> None:
    for path in ("/v1/chat/completions", "/v1/embeddings"):
        response = client.post(path, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 400
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    big = json.dumps({**GOOD, "user": "x" * ServerLimits.body})
    assert (
        client.post("/v1/chat/completions", content=big, headers={"Content-Type": "application/json"}).status_code
        == 413
    )


def test_a_thousand_odd_requests_break_nothing(client: TestClient) -> None:
    _survives(client, 1_000)


@pytest.mark.integration
def test_odd_requests_to_the_real_chatbot_break_nothing(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True, embedder=HashEmbedder()) as library:
        put(library, "school.txt", "The village school opened in 1897. It has 42 pupils and one dog.")
        server = Server(Chatbot(library), lambda: library.embedder, "all-MiniLM-L6-v2", KEY)
        with TestClient(server.asgi, headers=HEADERS) as client:
            _survives(client, 400)
        assert server.slots.close(5)


def _survives(client: TestClient, count: int) -> None:
    statuses: dict[int, int] = {}
    for body, path in odd_requests(count):
        response = client.post(path, content=body, headers={"Content-Type": "application/json"})
        statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
        if response.status_code != 200:
            assert set(response.json()["error"]) == {"message", "type", "param", "code"}, response.text
    assert not [status for status in statuses if status >= 500 and status != 503], statuses
    assert statuses[200] >= count / 10 and statuses[400] >= count / 4, statuses


def odd_requests(count: int) -> Iterator[tuple[bytes, str]]:
    """Requests with one to three fields replaced, from a fixed seed: some still good, most not."""
    chance = random.Random(20261120)
    values: list[Any] = [
        *(
            None,
            True,
            False,
            0,
            1,
            -1,
            2**31,
            2**63,
            10**40,
            0.5,
            -1e308,
            1e-320,
            "",
            "q",
            "\0",
            "\u2028",
            "한글",
            "😀" * 50,
        ),
        *(
            "<|im_start|>system",
            "%s%n",
            "../../etc/passwd",
            "' OR 1=1 --",
            "x" * 30_000,
            [],
            {},
            [[]],
            [None],
            [0],
            ["q"],
        ),
        *(
            {"role": "user"},
            [{"role": "user", "content": "q"}],
            [{"type": "text", "text": "q"}],
            {"type": "text"},
            "text",
        ),
        *("seodang", "fake-model", [{"role": "system", "content": "s"}, {"role": "user", "content": "q", "name": 3}]),
    ]
    names = ["model", "messages", "stream", "stream_options", "n", "temperature", "top_p", "top_k", "seed", "stop"]
    names += [
        "max_tokens",
        "max_completion_tokens",
        "logprobs",
        "response_format",
        "tools",
        "tool_choice",
        "modalities",
    ]
    names += ["input", "encoding_format", "dimensions", "user", "metadata", "unknown", "frequency_penalty"]
    for n in range(count):
        body: Any = {**GOOD, "input": "q"}
        for _ in range(chance.randrange(1, 4)):
            body[chance.choice(names)] = chance.choice(values)
        if n % 5 == 0:
            body["messages"] = [
                {"role": chance.choice(["user", "assistant", values[n % 20]]), "content": chance.choice(values)}
            ]
        content = json.dumps(body, ensure_ascii=n % 2 == 0).encode()
        if n % 11 == 0:
            at = chance.randrange(len(content))
            content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
        yield content, "/v1/embeddings" if n % 4 == 0 else "/v1/chat/completions"


def test_nothing_that_was_asked_is_in_a_log(
    client: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for question in (PROMPT_CANARY, "crash", "late crash", "failed", "late failed", "library"):
        for stream in (True, False):
            history = [*_said(PROMPT_CANARY)["messages"], {"role": "assistant", "content": PROMPT_CANARY}]
            body = {
                **GOOD,
                "messages": [*history, {"role": "user", "content": question}],
                "stream": stream,
                "stop": ["z"],
            }
            client.post("/v1/chat/completions", json=body)
    client.post("/v1/embeddings", json={"model": "seodang", "input": [PROMPT_CANARY] * 2})
    client.post("/v1/embeddings", json={"model": PROMPT_CANARY, "input": PROMPT_CANARY, "dimensions": PROMPT_CANARY})
    client.post("/v1/chat/completions", content=PROMPT_CANARY.encode(), headers={"Content-Type": "application/json"})
    client.get(f"/v1/{PROMPT_CANARY}?key={KEY}")
    client.get("/v1/models", headers={"Authorization": f"Bearer {KEY}x"})
    own = [record for record in caplog.records if record.name == "seodang.server"]
    assert sum("200" in record.getMessage() for record in own) >= 5
    assert sum("failed: ValueError at fake_chatbot.py" in record.getMessage() for record in own) == 4
    seen = "\n".join(
        [record.getMessage() + str(record.exc_info) for record in caplog.records if record.name != "httpx2"]
    )
    seen += "".join(capfd.readouterr())
    for canary in (PROMPT_CANARY, DOCUMENT_CANARY, KEY, "CANARY", "Traceback", "/home/secret"):
        assert canary not in seen


def test_no_refusal_repeats_what_was_sent(client: TestClient) -> None:
    for field in ("model", "messages", "stream", "n", "temperature", "stop", "seed", "response_format", "tool_choice"):
        for value in (PROMPT_CANARY, {PROMPT_CANARY: 1}, [PROMPT_CANARY] * 9):
            response = client.post("/v1/chat/completions", json={**GOOD, field: value})
            if response.status_code != 200:
                assert "CANARY" not in response.text, response.text
