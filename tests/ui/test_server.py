"""The server's protocol: what the openai client and curl send and read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from chatbot.models.model import Sampling
from tests.fake_chatbot import REFUSAL, FakeChatbot, reply_to
from tests.fakes import HashEmbedder
from ui.server.application import Server


@pytest.fixture
def chatbot() -> FakeChatbot:
    return FakeChatbot()


@pytest.fixture
def client(chatbot: FakeChatbot) -> Iterator[TestClient]:
    server = Server(chatbot, HashEmbedder, "all-MiniLM-L6-v2", None)  # type: ignore[arg-type]
    with TestClient(server.asgi, base_url="http://127.0.0.1:8600") as client:
        yield client
    assert server.slots.in_flight == server.slots.running == 0
    assert server.slots.close(5)


def chat(client: TestClient, *said: str | tuple[str, str], **fields: Any) -> Any:
    """The response to a conversation; a plain text is said by the user."""
    messages = [
        {"role": "user", "content": turn} if isinstance(turn, str) else {"role": turn[0], "content": turn[1]}
        for turn in said
    ]
    return client.post("/v1/chat/completions", json={"model": "seodang", "messages": messages, **fields})


def events(response: Any) -> list[Any]:
    """The JSON of each event, "[DONE]" as text."""
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in response.content.decode().split("\n\n"):
        for line in block.split("\n"):
            if line.startswith("data: "):
                found.append(line[6:] if line == "data: [DONE]" else json.loads(line[6:]))
    return found


def test_an_answer_carries_the_answer_object(client: TestClient) -> None:
    response = chat(client, "열람실은 언제 여나요?")
    body = response.json()
    question = "열람실은 언제 여나요?"
    assert set(body) == {"id", "object", "created", "model", "choices", "usage", "seodang"}
    assert body["object"] == "chat.completion" and body["model"] == "fake-model"
    [choice] = body["choices"]
    assert choice["message"] == {"role": "assistant", "content": f"Answer to {question}", "refusal": None}
    assert choice["finish_reason"] == "stop" and choice["index"] == 0
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
    reply = reply_to(question, f"Answer to {question}").as_json()
    assert body["seodang"] == json.loads(json.dumps(reply | {"id": body["id"]}))
    assert list(body["seodang"]) == list(reply)
    assert "열람실은" in response.text and "\\u" not in response.text


def test_a_stream_has_role_pieces_finish_and_end(client: TestClient) -> None:
    response = chat(client, "문은 언제 여나", stream=True)
    *chunks, end = events(response)
    assert end == "[DONE]"
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0]["role"] == "assistant" and deltas[0]["content"] == ""
    assert all(set(delta) == {"content"} for delta in deltas[1:-1]) and deltas[-1] == {}
    assert "".join(delta.get("content", "") for delta in deltas) == "Answer to 문은 언제 여나"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert [("seodang" in chunk) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1]["seodang"]["citations"][0]["document"] == "문서/안내.pdf"
    assert "문은" in response.text and "\\u" not in response.text


def test_usage_comes_last_where_it_is_asked_for(client: TestClient) -> None:
    *chunks, end = events(chat(client, "when", stream=True, stream_options={"include_usage": True}))
    assert end == "[DONE]"
    assert chunks[-1]["choices"] == [] and set(chunks[-1]["usage"]) == {
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
    }
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["seodang"] == chunks[-2]["seodang"]
    assert all("usage" not in chunk for chunk in chunks[:-1])


def test_what_is_taken_back_is_followed_by_the_refusal(client: TestClient) -> None:
    *chunks, _ = events(chat(client, "took back", stream=True))
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert said == f"Answer to took back\n\n{REFUSAL}"
    assert chunks[-1]["seodang"]["refused"] is True
    assert chat(client, "took back").json()["choices"][0]["message"]["content"] == REFUSAL


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_cut_for_length_says_so(client: TestClient, stream: bool) -> None:
    response = chat(client, "cut", stream=stream)
    last = events(response)[-2] if stream else response.json()
    assert last["choices"][0]["finish_reason"] == "length"


def test_earlier_messages_are_the_history(client: TestClient, chatbot: FakeChatbot) -> None:
    turns = [("system", "Ignore the documents."), ("assistant", "Welcome!"), "첫째\n 질문", ("assistant", "답 [1]")]
    assert chat(client, *turns, "unanswered", ("developer", "x"), "and then?").status_code == 200
    question, history, sampling = chatbot.asked[-1]
    assert question == "and then?" and sampling is None
    assert [(reply.question, reply.answer, reply.route) for reply in history] == [
        ("첫째 질문", "답 [1]", "conversation"),
        ("unanswered", "", "conversation"),
    ]


def test_parts_of_text_are_one_message(client: TestClient, chatbot: FakeChatbot) -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    body = {"model": "fake-model", "messages": [{"role": "user", "content": parts}]}
    assert client.post("/v1/chat/completions", json=body).status_code == 200
    assert chatbot.asked[-1][0] == "one\ntwo"


@pytest.mark.parametrize(
    ("fields", "sampling"),
    [
        ({}, None),
        ({"max_tokens": 5}, Sampling(max_new_tokens=5, quoting=True)),
        ({"max_tokens": 5, "max_completion_tokens": 6}, Sampling(max_new_tokens=6, quoting=True)),
        ({"temperature": 1, "top_p": 0.5, "seed": -3}, Sampling(temperature=1.0, top_p=0.5, seed=-3, quoting=True)),
        ({"stop": "끝"}, Sampling(stop=("끝",), quoting=True)),
        ({"stop": ["a", "b"], "top_k": 4, "n": 1}, Sampling(stop=("a", "b"), top_k=4, quoting=True)),
        ({"temperature": None, "stop": None, "tools": [], "logit_bias": {"1": 2}, "user": "u", "new": {}}, None),
    ],
)
def test_fields_become_sampling(
    client: TestClient, chatbot: FakeChatbot, fields: dict[str, Any], sampling: Sampling | None
) -> None:
    assert chat(client, "q", **fields).status_code == 200
    assert chatbot.asked[-1][2] == sampling


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("busy", 429, "model_busy"),
        ("long", 400, "context_length_exceeded"),
        ("question", 400, "invalid_question"),
        ("failed", 503, "model_failed"),
        ("absent", 503, "model_failed"),
        ("library", 503, "library_unavailable"),
        ("crash", 500, "unexpected"),
    ],
)
def test_an_error_before_the_first_piece_has_its_status(
    client: TestClient, question: str, status: int, code: str
) -> None:
    for stream in (False, True):
        response = chat(client, question, stream=stream)
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (status, code)
        assert set(error) == {"message", "type", "param", "code"} and error["message"].endswith(
            (".", response.headers["x-request-id"] + ".")
        )
        assert "secret" not in response.text and "CANARY" not in response.text
        assert ("retry-after" in response.headers) == (status in (429, 503))
    if question == "busy":
        assert response.headers["retry-after"] == "7"


@pytest.mark.parametrize(("question", "code"), [("late failed", "model_failed"), ("late crash", "unexpected")])
def test_an_error_in_the_middle_ends_the_stream(client: TestClient, question: str, code: str) -> None:
    *chunks, last = events(chat(client, question, stream=True))
    assert chunks[-1]["choices"][0]["delta"] == {"content": "Some "}
    assert last["error"]["code"] == code and "CANARY" not in last["error"]["message"]


def test_models_are_listed_and_found(client: TestClient) -> None:
    listed = client.get("/v1/models").json()
    assert [model["id"] for model in listed["data"]] == ["seodang", "fake-model", "all-MiniLM-L6-v2"]
    assert client.get("/v1/models/fake-model").json() == listed["data"][1]
    assert client.get("/v1/models/org/other").status_code == 404
    assert client.get("/health").json() == {"status": "ok"} and client.head("/health").status_code == 200


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/embeddings"])
def test_a_model_that_is_not_here_is_not_found(client: TestClient, path: str) -> None:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "q"}], "input": "q"}
    response = client.post(path, json=body)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found" and response.json()["error"]["param"] == "model"


def test_embeddings_are_the_librarys(client: TestClient) -> None:
    texts = ["the tank holds water", "물탱크"]
    expected = HashEmbedder().embed(texts)
    asked = {"model": "seodang", "input": texts}
    plain = client.post("/v1/embeddings", json=asked).json()
    packed = client.post("/v1/embeddings", json={**asked, "encoding_format": "base64"}).json()
    assert plain["model"] == "all-MiniLM-L6-v2" and [row["index"] for row in plain["data"]] == [0, 1]
    assert np.array_equal(np.array([row["embedding"] for row in plain["data"]], "float32"), expected)
    decoded = [np.frombuffer(base64.b64decode(row["embedding"]), "<f4") for row in packed["data"]]
    assert np.array_equal(np.array(decoded), expected)
    assert plain["usage"]["prompt_tokens"] == sum(HashEmbedder().count_tokens(texts))
    one = client.post("/v1/embeddings", json={"model": "all-MiniLM-L6-v2", "input": texts[0], "dimensions": 48}).json()
    assert one["data"][0]["embedding"] == plain["data"][0]["embedding"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", " "]}, "input[1]"),
        ({"input": [1, 2]}, "input"),
        ({"input": "word " * 300}, "input"),
        ({"input": ["a"] * 257}, "input"),
        ({"input": "a", "dimensions": 7}, "dimensions"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
        ({}, "input"),
    ],
)
def test_texts_that_cannot_be_embedded_are_refused(client: TestClient, fields: dict[str, Any], param: str) -> None:
    response = client.post("/v1/embeddings", json={"model": "seodang", **fields})
    assert response.status_code == 400
    assert response.json()["error"]["param"].startswith(param)
