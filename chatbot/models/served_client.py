"""Talking to one OpenAI-compatible server through the official client: requests, retries, and reading what streams."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from chatbot.errors import ModelUnavailable
from chatbot.models import served_errors as errors
from chatbot.models.model import Generation, Sampling
from chatbot.models.served_answer import AnswerReader, ServedLimits

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

Fields = dict[str, Any]

# What leaves for the server. The client would add the machine's system, the organization, the project and whatever
# headers OPENAI_CUSTOM_HEADERS holds for another server.
_HEADERS = frozenset(
    "host accept accept-encoding connection content-type content-length transfer-encoding user-agent".split()
)
# Fields that some servers do not know; each is left out after the server has refused it by name.
_OPTIONAL = ("stream_options", "top_k", "seed", "top_p", "temperature", "stop", "max_tokens")


class ServedClient:
    """Requests to one server, all on one event loop."""

    def __init__(self, address: str, key: str | None, limits: ServedLimits) -> None:
        self.address = address
        self.limits = limits
        self._key = key
        self._refused: frozenset[str] = frozenset()
        self._reader = AnswerReader(address, key, limits)
        self._openai = _openai_client(address, key, limits)

    async def close(self) -> None:
        """Closes every connection."""
        await self._openai.close()

    async def models(self) -> list[Fields]:
        """The rows of the server's list of models; empty when it cannot tell.

        Raises ModelUnavailable when nobody answers, the key is refused, or a web page comes.
        """
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        try:
            async with asyncio.timeout(self.limits.look):
                body = await self._openai.get("/models", cast_to=object)
        except APIStatusError as error:
            if error.status_code in (401, 403):
                raise errors.refused_key(self.address, self._key is not None) from error
            return []
        except (TimeoutError, ValueError):
            return []
        except (APITimeoutError, APIConnectionError) as error:
            if why := _never_connected(error, self.limits):
                raise errors.absent(self.address, why) from error
            return []
        if isinstance(body, str) and body.lstrip().startswith("<"):
            raise errors.not_openai(self.address, "it answers with a web page")
        rows = body.get("data") if isinstance(body, dict) else None
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    async def pieces(
        self, model: str, messages: list[Fields], sampling: Sampling
    ) -> AsyncGenerator[str | Generation, None]:
        """Text as it comes, then one Generation. Raises the errors that ServedModel.stream names."""
        stream = await self._opened({"model": model, "messages": messages, **_fields(sampling)})
        async with aclosing(self._reader.pieces(stream, sampling.max_new_tokens)) as parts:
            async for part in parts:
                yield part

    # -- one request --------------------------------------------------------------------------------------------------

    async def _opened(self, fields: Fields) -> AsyncStream[ChatCompletionChunk]:
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        tries = 0
        while True:
            tries += 1
            last = tries >= self.limits.tries
            try:
                async with asyncio.timeout(self.limits.first):
                    return await self._openai.chat.completions.create(**self._accepted(fields), stream=True)
            except APIStatusError as error:
                refused = self._field_refused(error, fields)
                if refused:
                    self._refused |= {refused}
                    tries -= 1
                    continue
                pause = await self._pause_after(error, fields["model"], tries)
            except TimeoutError as error:
                raise errors.broken(self.address, f"nothing came for {self.limits.first:g} seconds") from error
            except (APITimeoutError, APIConnectionError) as error:
                if why := _never_connected(error, self.limits):
                    raise errors.absent(self.address, why) from error
                if last:
                    raise errors.broken(self.address, "it closed the connection") from error
                pause = self._pause(tries)
            await asyncio.sleep(pause)

    def _accepted(self, fields: Fields) -> Fields:
        kept = {name: value for name, value in fields.items() if name not in self._refused}
        if "max_tokens" in self._refused:
            kept["max_completion_tokens"] = fields["max_tokens"]
        if "top_k" in kept:
            kept["extra_body"] = {"top_k": kept.pop("top_k")}
        return kept

    def _field_refused(self, error: APIStatusError, fields: Fields) -> str | None:
        said = errors.words_of(error.body)
        if errors.kind_of(error.status_code, said) != "field":
            return None
        sent = [name for name in _OPTIONAL if name in fields and name not in self._refused]
        return next((name for name in sent if name in said), None)

    async def _pause_after(self, error: APIStatusError, model: str, tries: int) -> float:
        """Seconds until the next try makes sense; raises where none does."""
        said = errors.words_of(error.body)
        kind = errors.kind_of(error.status_code, said)
        if said.lstrip().startswith("<") or not said:
            said = f"status {error.status_code}"
        wait = errors.waiting_time(error.response.headers)
        if kind == "model":
            raise errors.no_model(self.address, model, await self._names()) from error
        patient = wait is None or wait <= errors.LONGEST_WAIT
        if kind in ("busy", "failed") and tries < self.limits.tries and patient:
            return self._pause(tries) if wait is None else wait
        said = errors.brief(said, self._key)
        raise errors.from_status(self.address, kind, said, wait, self._key is not None) from error

    def _pause(self, tries: int) -> float:
        # Not all clients of a server that stumbled should come back in the same moment.
        return self.limits.pause * 2.0 ** (tries - 1) * random.uniform(0.75, 1.25)

    async def _names(self) -> list[str]:
        try:
            return [str(row["id"]) for row in await self.models() if "id" in row]
        except ModelUnavailable:
            return []


def _openai_client(address: str, key: str | None, limits: ServedLimits) -> AsyncOpenAI:
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

    async def only_ours(request: Any) -> None:
        for name in [name for name in request.headers if name.lower() not in _HEADERS]:
            del request.headers[name]
        if key is not None:
            request.headers["Authorization"] = f"Bearer {key}"

    return AsyncOpenAI(
        base_url=address,
        # Without one the client would take OPENAI_API_KEY, whatever the address.
        api_key=key or "none",
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(
            timeout=Timeout(None, connect=limits.connect, write=limits.between, pool=limits.first),
            follow_redirects=False,
            trust_env=not errors.is_loopback(address),
            event_hooks={"request": [only_ours]},
        ),
    )


def _fields(sampling: Sampling) -> Fields:
    fields: Fields = {
        "max_tokens": sampling.max_new_tokens,
        "temperature": sampling.temperature,
        "stream_options": {"include_usage": True},
    }
    if sampling.top_p < 1:
        fields["top_p"] = sampling.top_p
    if sampling.top_k > 0:
        fields["top_k"] = sampling.top_k
    if sampling.seed is not None:
        fields["seed"] = sampling.seed
    if sampling.stop:
        fields["stop"] = list(sampling.stop)
    return fields


def _never_connected(error: APIConnectionError, limits: ServedLimits) -> str:
    """Why no connection came about; empty when one did."""
    cause = error.__cause__
    name = type(cause).__name__
    if name == "ConnectTimeout":
        return f"no connection within {limits.connect:g} seconds"
    if name in ("ConnectError", "ProxyError", "UnsupportedProtocol"):
        root = cause
        while root is not None and (root.__cause__ or root.__context__):
            root = root.__cause__ or root.__context__
        if isinstance(root, ConnectionRefusedError):
            return "connection refused"
        return errors.brief(str(cause) or str(root))
    return ""
