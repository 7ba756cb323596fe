"""A model behind any OpenAI-compatible server: vLLM, Ollama, llama.cpp, `transformers serve`, OpenAI."""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import aclosing
from typing import Any, TypeVar

from chatbot.message import Message
from chatbot.models.control_tokens import CONTROL_TOKENS
from chatbot.models.model import Generation, Sampling
from chatbot.models.served_answer import ServedLimits
from chatbot.models.served_client import ServedClient

# Tokens that a chat template adds: to the whole and to each message.
_TEMPLATE_TOKENS, _TURN_TOKENS = 16, 8
_RUNS = re.compile(r"[A-Za-zÀ-ɏ]+|\s+|.", re.DOTALL)
# Where a server tells the context window of a model, in a row of /v1/models: vLLM and SGLang; OpenRouter; Groq; Mistral.
_WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length")
# Prompts that tell about the tokenizer, in estimated tokens; and the most that one byte a token costs, in Korean.
_TELLING, _LARGEST_SCALE = 300, 3.0
# How often a generation looks whether it was cancelled, in seconds.
_GLANCE = 0.02

T = TypeVar("T")
Item = str | Generation | BaseException


class ServedModel:
    """One model of one server; safe from several threads. Asks nothing before ``check`` or the first ``stream``.

    The key goes to ``base_url`` alone: redirects are not followed. Proxies of the environment (HTTPS_PROXY, NO_PROXY) are
    used, but not for an address on this machine.
    """

    def __init__(
        self, base_url: str, model: str, *, api_key: str | None = None, limits: ServedLimits | None = None
    ) -> None:
        self.name = model
        self.context: int | None = None
        self.control_tokens = CONTROL_TOKENS
        self.base_url = base_url.rstrip("/")
        self._key = api_key or None
        self._limits = limits or ServedLimits()
        # Tokens that the server counted for each that we estimated; at least 1, learned from its own figures.
        self._scale = 1.0
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: ServedClient | None = None

    def check(self) -> None:
        """Asks the server for its models and learns the context window where it tells (vLLM, SGLang, llama.cpp).

        Raises ModelUnavailable when nobody answers or the key is refused. A server that cannot list its models
        (`transformers serve` without network) passes: whether it has this one shows when it is used.
        """
        rows = self._submit(self._rows()).result()
        mine = [row for row in rows if row.get("id") == self.name] or (rows if len(rows) == 1 else [])
        self.context = next((window for row in mine if (window := _window(row))), None)

    def count(self, messages: Sequence[Message]) -> int:
        """An estimate, rather too high: a token for three Latin letters, and one for every other character. Corrected
        upwards by what the server counted for earlier prompts."""
        return round(self._scale * _estimate(messages))

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancel: threading.Event | None = None
    ) -> Iterator[str | Generation]:
        """Text as the server sends it, then one Generation; no request is tried again once text has come.

        Raises ModelUnavailable (absent, no such model, key refused, no OpenAI-compatible server), ContextExceeded,
        Overloaded (still busy after every try), GenerationFailed (cut off, failed inside, nothing for too long).
        """
        items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        future = self._submit(self._pump(tuple(messages), sampling, cancel, items.put))
        try:
            while True:
                item = items.get()
                if isinstance(item, BaseException):
                    raise item
                if isinstance(item, Generation):
                    self._learn(messages, item)
                yield item
                if isinstance(item, Generation):
                    return
        finally:
            future.cancel()

    def close(self) -> None:
        """Ends what runs (as cancelled) and closes the connections."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(self._leave(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _learn(self, messages: Sequence[Message], generation: Generation) -> None:
        estimate = _estimate(messages)
        # A short prompt tells more about what the server adds to every prompt than about its tokenizer.
        if generation.prompt_tokens and estimate >= _TELLING:
            self._scale = max(self._scale, min(generation.prompt_tokens / estimate, _LARGEST_SCALE))

    # -- in the thread that talks to the server -----------------------------------------------------------------------

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=f"served {self.name}", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _talk(self) -> ServedClient:
        if self._client is None:
            self._client = ServedClient(self.base_url, self._key, self._limits)
        return self._client

    async def _rows(self) -> list[dict[str, Any]]:
        return await self._talk().models()

    async def _pump(
        self,
        messages: tuple[Message, ...],
        sampling: Sampling,
        cancel: threading.Event | None,
        put: Callable[[Item], None],
    ) -> None:
        """Puts every item of one generation, and its end or its error last, whatever happens."""
        task = asyncio.current_task()
        watch = asyncio.create_task(_watch(cancel, task)) if cancel is not None and task is not None else None
        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            async with aclosing(self._talk().pieces(self.name, turns, sampling)) as pieces:
                async for piece in pieces:
                    put(piece)
        except asyncio.CancelledError:
            put(Generation("cancelled", None, None))
        except BaseException as error:
            put(error)
        finally:
            if watch is not None:
                watch.cancel()

    async def _leave(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
            self._client = None


async def _watch(cancel: threading.Event, task: asyncio.Task[Any]) -> None:
    while not cancel.is_set():
        await asyncio.sleep(_GLANCE)
    task.cancel()


def _estimate(messages: Sequence[Message]) -> int:
    tokens = _TEMPLATE_TOKENS
    for message in messages:
        tokens += _TURN_TOKENS
        for run in _RUNS.findall(message.content):
            # White space mostly goes with the word that follows.
            tokens += (
                -(-len(run) // 3) if run[0].isalpha() and run[0] < "ɐ" else (len(run) // 4 if run.isspace() else 1)
            )
    return tokens


def _window(row: dict[str, Any]) -> int | None:
    """The context window that a row of /v1/models tells, in tokens."""
    meta = row.get("meta")
    told = [row.get(name) for name in _WINDOWS]
    # llama.cpp; its n_ctx_train is what the model could have, not what the server gave it.
    told.append(meta.get("n_ctx") if isinstance(meta, dict) else None)
    return next((value for value in told if isinstance(value, int) and value > 0), None)
