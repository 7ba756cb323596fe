"""Places and turns: overload, clients that leave or stop reading, and the server's end."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.fake_chatbot import FakeChatbot
from tests.fakes import HashEmbedder
from ui.server.application import Server
from ui.server.limits import ServerLimits
from ui.server.slots import Slots

LIMITS = ServerLimits(running=2, waiting=2, keep_alive=0.05, send_time=0.2, body_time=0.2, grace=0.1)


@dataclass
class Client:
    """One request to the ASGI application; ``leave`` closes its connection, ``reads`` is cleared to stop reading."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self, server: Server, question: str = "q", path: str = "/v1/chat/completions", **fields: Any
    ) -> Client:
        messages = [{"role": "user", "content": question}]
        body = {"model": "seodang", "messages": messages, "input": "text", **fields}
        await self.send(server, [json.dumps(body).encode()], path)
        return self

    async def send(self, server: Server, pieces: list[bytes], path: str = "/v1/chat/completions") -> None:
        """``pieces`` of a body; after the last of an unfinished one nothing comes until ``leave``."""
        self.reads.set()
        left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        if left and left[-1]["body"] != b"...":
            left[-1]["more_body"] = False
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "headers": headers,
            "query_string": b"",
            "root_path": "",
        }

        async def receive() -> Any:
            if left:
                return left.pop(0)
            await self.leave.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            await self.reads.wait()
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                self.content += message.get("body", b"")
                self.came.set()

        await server.asgi(scope | {"http_version": "1.1", "scheme": "http"}, receive, send)


async def until(true: Callable[[], bool]) -> None:
    """Waits; a test's own time limit ends it."""
    while not true():
        await asyncio.sleep(0.005)


def played(scene: Callable[[Server, FakeChatbot], Awaitable[None]], limits: ServerLimits = LIMITS) -> None:
    """Runs a scene with a server; afterwards every place, turn and thread is free again."""
    chatbot = FakeChatbot()
    server = Server(chatbot, HashEmbedder, "all-MiniLM-L6-v2", None, limits)  # type: ignore[arg-type]

    async def play() -> None:
        await scene(server, chatbot)
        await until(lambda: server.slots.in_flight == 0)
        assert server.slots.running == 0
        assert len(asyncio.all_tasks()) == 1, asyncio.all_tasks()

    try:
        asyncio.run(play())
    finally:
        assert server.slots.close(5)
    assert len(chatbot.ended) == len(chatbot.asked)


def test_two_run_two_wait_and_the_fifth_is_told_to_come_back() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        asking = [asyncio.create_task(Client().ask(server, f"hold {n}")) for n in range(4)]
        await until(lambda: server.slots.in_flight == 4 and len(chatbot.asked) == 2)
        for path in ("/v1/chat/completions", "/v1/embeddings"):
            fifth = await Client().ask(server, path=path)
            assert fifth.status == 429 and int(fifth.headers["retry-after"]) >= 1
            assert json.loads(fifth.content)["error"]["code"] == "server_busy"
        assert server.slots.running == 2
        chatbot.go.set()
        assert [client.status for client in await asyncio.gather(*asking)] == [200] * 4
        assert [question for question, _, _ in chatbot.asked] == ["hold 0", "hold 1", "hold 2", "hold 3"]

    played(scene)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_frees_its_turn(stream: bool) -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        clients = [Client() for _ in range(3)]
        asking = [asyncio.create_task(c.ask(server, f"hold {n}", stream=stream)) for n, c in enumerate(clients)]
        await until(lambda: len(chatbot.asked) == 2)
        clients[0].leave.set()
        await asking[0]
        assert chatbot.cancelled == ["hold 0"]
        await until(lambda: len(chatbot.asked) == 3)  # the one that waited has its turn
        chatbot.go.set()
        await asyncio.gather(*asking)
        assert [client.status for client in clients[1:]] == [200, 200]

    played(scene)


def test_a_client_that_leaves_while_it_waits_is_never_asked_for() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        clients = [Client() for _ in range(4)]
        asking = [asyncio.create_task(c.ask(server, f"hold {n}", stream=n % 2 == 0)) for n, c in enumerate(clients)]
        await until(lambda: server.slots.in_flight == 4 and len(chatbot.asked) == 2)
        for n in (2, 3):
            clients[n].leave.set()
            await asking[n]
        assert server.slots.in_flight == 2
        chatbot.go.set()
        await asyncio.gather(*asking)
        assert len(chatbot.asked) == 2

    played(scene)


def test_a_client_that_stops_reading_is_given_up() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        client = Client()
        asking = asyncio.create_task(client.ask(server, "hold", stream=True))
        await client.came.wait()
        client.reads.clear()
        chatbot.go.set()
        await asking
        assert b"[DONE]" not in client.content

    played(scene)


def test_silence_is_filled_with_comments() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        client = Client()
        asking = asyncio.create_task(client.ask(server, "silent late", stream=True))
        await until(lambda: client.content.count(b": waiting\n\n") >= 2)
        chatbot.go.set()
        await asking
        assert client.content.startswith(b"data: {") and client.content.endswith(b"data: [DONE]\n\n")

    played(scene)


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        slow = Client()
        await slow.send(server, [b'{"model"', b"..."])
        assert slow.status == 408 and slow.headers["connection"] == "close"
        left = Client()
        left.leave.set()
        await left.send(server, [b'{"model"', b"..."])
        assert left.status in (None, 499)

    played(scene)


def test_a_body_is_counted_while_it_comes() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        for pieces in (3, 400):
            client = Client()
            await client.send(server, [b"x" * 1_000] * pieces)
            assert client.status == 413 and json.loads(client.content)["error"]["code"] == "body_too_large"

    played(scene, replace(LIMITS, body=2_000))


def test_embedding_ends_when_its_client_leaves() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        client, batches = Client(), []
        embed = HashEmbedder.embed

        class Watching(HashEmbedder):
            def embed(self, texts: Any) -> Any:
                batches.append(len(texts))
                client.leave.set()
                while server.slots.running and not all(event.is_set() for event in server.slots._cancels):
                    pass  # the event loop notices the client before the next batch
                return embed(self, texts)

        server._embedder = Watching
        await client.ask(server, path="/v1/embeddings", input=["text"] * 64)
        assert batches == [16]

    played(scene)


def test_when_the_server_stops_requests_finish_or_are_told() -> None:
    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        whole, streamed, waiting = Client(), Client(), Client()
        asking = [asyncio.create_task(c.ask(server, "hold", stream=c is streamed)) for c in (whole, streamed, waiting)]
        await until(lambda: len(chatbot.asked) == 2)
        await streamed.came.wait()
        server.slots.refuse()
        late = await Client().ask(server)
        assert late.status == 503 and "retry-after" in late.headers
        server.slots.cancel()
        await asyncio.gather(*asking)
        assert (whole.status, waiting.status) == (503, 503) and "retry-after" in whole.headers
        last = json.loads(streamed.content.rstrip().rpartition(b"data: ")[2])
        assert last["error"]["code"] == "server_stopping"

    played(scene)


def test_twenty_clients_that_come_and_leave_leak_nothing() -> None:
    async def user(server: Server, chatbot: FakeChatbot, n: int, seen: list[int | None]) -> None:
        for turn in range(6):
            client = Client()
            leaves = (n + turn) % 3 == 0
            question = "hold" if leaves else "q"
            asking = asyncio.create_task(client.ask(server, question, stream=(n + turn) % 2 == 0))
            if leaves:
                await asyncio.sleep(0.002 * (n % 7))
                client.leave.set()
            await asking
            seen.append(client.status)

    async def scene(server: Server, chatbot: FakeChatbot) -> None:
        seen: list[int | None] = []
        await asyncio.gather(*(user(server, chatbot, n, seen) for n in range(20)))
        assert len(seen) == 120 and set(seen) <= {200, 429, 499, None}
        assert seen.count(200) >= 40

    played(scene, replace(LIMITS, waiting=16))


def test_a_thread_that_does_not_let_go_is_told() -> None:
    release = threading.Event()

    def deaf(cancel: threading.Event) -> Iterator[int]:
        release.wait()
        yield 1

    slots = Slots(LIMITS)

    async def scene() -> None:
        items = asyncio.create_task(anext(slots.items(deaf)))
        await until(lambda: slots.running == 1)
        items.cancel()
        await asyncio.sleep(0.01)
        items.cancel()  # the first waits for the thread, the second gives up on it
        await asyncio.wait([items])

    asyncio.run(scene())
    assert slots.close(0.05) is False
    release.set()
    assert slots.close(5)
