"""Who is let in: the key, the host, the web page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.fake_chatbot import FakeChatbot
from tests.fakes import HashEmbedder
from ui.config import ConfigError
from ui.server.access import PUBLIC, is_loopback
from ui.server.application import Server
from ui.server.key import given_key, new_key

KEY = "a-key-of-24-characters-x"
CHAT = {"model": "seodang", "messages": [{"role": "user", "content": "q"}]}


def client_of(key: str | None, **options: Any) -> TestClient:
    server = Server(FakeChatbot(), HashEmbedder, "all-MiniLM-L6-v2", key)  # type: ignore[arg-type]
    return TestClient(server.asgi, **options)


@pytest.fixture
def guarded() -> Iterator[TestClient]:
    with client_of(KEY) as client:
        yield client


def _routes() -> list[tuple[str, str]]:
    server = Server(FakeChatbot(), HashEmbedder, "all-MiniLM-L6-v2", KEY)  # type: ignore[arg-type]
    found = []
    for route in server.routes.routes:
        assert isinstance(route, (Route, APIRoute)), f"{route} is guarded by nothing that this test knows"
        found += [(method, route.path.replace("{name:path}", "seodang")) for method in sorted(route.methods or ())]
    return found


def test_every_route_but_the_public_ones_needs_the_key(guarded: TestClient) -> None:
    routes = _routes()
    assert len(routes) >= 6 and {path for _, path in routes} >= {"/v1/chat/completions", "/v1/embeddings", "/v1/models"}
    assert {"/health"} == PUBLIC
    for method, path in routes:
        body = CHAT | {"input": "q"} if method == "POST" else None
        refused = guarded.request(method, path, json=body)
        let_in = guarded.request(method, path, json=body, headers={"Authorization": f"Bearer {KEY}"})
        assert let_in.status_code == 200, (method, path)
        if path in PUBLIC:
            assert refused.status_code == 200
        else:
            assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
            assert refused.json()["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "MADE-UP"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/v1/files",
        "/health/",
        "/health/../v1/models",
        "//v1/models",
        "/HEALTH",
    ],
)
def test_paths_without_a_route_are_refused_too(guarded: TestClient, method: str, path: str) -> None:
    assert guarded.request(method, f"http://testserver{path}").status_code == 401
    answered = guarded.request(method, f"http://testserver{path}", headers={"Authorization": f"Bearer {KEY}"})
    # Some clients resolve ".." themselves, so that one may reach /v1/models.
    assert answered.status_code in (404, 405) or (".." in path and method == "GET")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {KEY}",
        KEY,
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY.upper()}",
        "Bearer é",
    ],
)
def test_anything_but_the_key_is_refused(guarded: TestClient, value: str) -> None:
    response = guarded.get("/v1/models", headers={"Authorization": value.encode("latin-1")})
    assert response.status_code == 401
    assert KEY not in response.text


@pytest.mark.parametrize("value", [f"Bearer {KEY}", f"bearer {KEY}", f"Bearer  {KEY} "])
def test_the_key_is_accepted_from_any_host_and_page(guarded: TestClient, value: str) -> None:
    headers = {"Authorization": value, "Host": "seodang.example.org", "Origin": "https://app.example.org"}
    response = guarded.get("/v1/models", headers=headers)
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8600", 200),
        ("127.0.0.2", 200),
        ("localhost:8600", 200),
        ("LOCALHOST", 200),
        ("[::1]:8600", 200),
        ("[::1]", 200),
        ("evil.example:8600", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example", 403),
        ("evil.example:127.0.0.1", 403),
        ("192.168.0.7:8600", 403),
        ("2130706433", 403),
        ("", 403),
        ("localhost:", 403),
    ],
)
def test_without_a_key_the_host_must_be_this_machine(host: str, status: int) -> None:
    with client_of(None) as client:
        response = client.post("/v1/chat/completions", json=CHAT, headers={"Host": host})
        assert response.status_code == status
        assert client.get("/health", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:8600"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:3000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_without_a_key_web_pages_are_refused(headers: dict[str, str], status: int) -> None:
    with client_of(None, base_url="http://127.0.0.1:8600") as client:
        for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/models")):
            response = client.request(method, path, json=CHAT if method == "POST" else None, headers=headers)
            assert response.status_code == status


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
def test_a_form_is_not_read(kind: str) -> None:
    with client_of(None, base_url="http://localhost") as client:
        response = client.post("/v1/chat/completions", content=b'{"model": "seodang"}', headers={"Content-Type": kind})
    assert response.status_code == 415


def test_a_websocket_is_closed(guarded: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), guarded.websocket_connect("/v1/models"):
        pass


def test_a_key_is_given_by_file_or_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given_key(None) is None
    monkeypatch.setenv("SEODANG_SERVER_KEY", "from-the-environment")
    assert given_key(None) == "from-the-environment"
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert given_key(file) == KEY
    assert len(new_key()) > 40 and new_key() != new_key()


@pytest.mark.parametrize("content", ["", "short", "two words of a long key", "열쇠" * 20, "line\nline-line-line-line"])
def test_a_key_that_protects_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    file = tmp_path / "key"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        given_key(file)
    assert not content or content not in str(told.value)
    monkeypatch.setenv("SEODANG_SERVER_KEY", content)
    with pytest.raises(ConfigError):
        given_key(None)


def test_a_key_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ConfigError, match=r"cannot be read \(.+\); name a text file"):
            given_key(place)


def test_loopback_is_known_by_address() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost", "127.8.9.1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.org", "")))
