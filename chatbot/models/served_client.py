"""Talking to one OpenAI-compatible server through the official client: requests, retries, and reading what streams."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from chatbot.errors import ChatbotError, ModelUnavailable
from chatbot.models import served_errors as errors
from chatbot.models.model import FinishReason, Generation, Sampling

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
# Characters of text for each token that was asked for, after which a server that heeds no limit is cut off.
_CHARACTERS_A_TOKEN = 64
# Seconds for the figures that follow the last text.
_FIGURES = 2.0


@dataclass(frozen=True)
class ServedLimits:
    """Seconds: to ``connect``; until the ``first`` piece (a server may load its model first); ``between`` pieces; for the
    list of models (``look``). ``tries`` of a request in all, ``pause`` before the second, doubled after each."""

    connect: float = 5.0
    first: float = 300.0
    between: float = 60.0
    look: float = 5.0
    tries: int = 3
    pause: float = 0.5


class ServedClient:
    """Requests to one server, all on one event loop."""

    def __init__(self, address: str, key: str | None, limits: ServedLimits) -> None:
        self.address = address
        self.limits = limits
        self._key = key
        self._refused: frozenset[str] = frozenset()
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

    async def pieces(self, model: str, messages: list[Fields], sampling: Sampling) -> AsyncIterator[str | Generation]:
        """Text as it comes, then one Generation. Raises the errors that ServedModel.stream names."""
        stream = await self._opened({"model": model, "messages": messages, **_fields(sampling)})
        try:
            kind = stream.response.headers.get("content-type", "")
            if "html" in kind:
                raise errors.not_openai(self.address, "it answers with a web page")
            longest = sampling.max_new_tokens * _CHARACTERS_A_TOKEN
            answer = self._whole(stream) if "application/json" in kind else self._streamed(stream, longest)
            async with aclosing(answer) as parts:
                async for part in parts:
                    yield part
        finally:
            await stream.close()

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

    # -- what it answers ----------------------------------------------------------------------------------------------

    async def _streamed(
        self, stream: AsyncStream[ChatCompletionChunk], longest: int
    ) -> AsyncIterator[str | Generation]:
        finish: FinishReason | None = None
        figures: tuple[int | None, int | None] = (None, None)
        heard = said = 0
        wait = self.limits.first
        while heard < longest:
            try:
                async with asyncio.timeout(wait):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                break
            except Exception as error:
                if finish:
                    break
                self._stopped(error, wait)
            text, thought, ended = _piece(chunk)
            figures = _figures(chunk) or figures
            heard += len(text) + len(thought) + 1
            if text:
                said += len(text)
                yield text
            finish = finish or ended
            wait = _FIGURES if finish else self.limits.between
        else:
            finish = "length"
        self._check_complete(finish, heard, said)
        yield Generation(finish or "stop", *figures)

    def _check_complete(self, finish: FinishReason | None, heard: int, said: int) -> None:
        if not heard:
            raise errors.not_openai(self.address, "it streams no answer")
        if finish is None:
            raise errors.broken(self.address, "the stream ended in the middle")
        if finish == "length" and not said:
            raise errors.broken(self.address, "the model used up its tokens before it began to answer")

    def _stopped(self, error: Exception, wait: float) -> NoReturn:
        """What ended the stream before it was complete, as our own error."""
        from openai import APIConnectionError, APIError

        if isinstance(error, ChatbotError):
            raise error
        if isinstance(error, TimeoutError):
            raise errors.broken(self.address, f"nothing came for {wait:g} seconds") from error
        if isinstance(error, APIConnectionError):
            raise errors.broken(self.address, "the connection was cut") from error
        if isinstance(error, APIError):
            self._refuse(error.body, error)
        if isinstance(error, ValueError):
            raise errors.broken(self.address, "it sent something that is not JSON") from error
        raise error

    def _refuse(self, body: Any, cause: Exception | None = None) -> NoReturn:
        """An error told inside an answer that had begun well."""
        said = errors.words_of(body)
        brief = errors.brief(said, self._key)
        if errors.kind_of(400, said) == "context":
            raise errors.too_long(self.address, brief) from cause
        raise errors.broken(self.address, brief) from cause

    async def _whole(self, stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[str | Generation]:
        """The answer of a server that does not stream."""
        try:
            async with asyncio.timeout(self.limits.first):
                body = json.loads(await stream.response.aread())
            choice = body["choices"][0]
            text = choice["message"]["content"] or ""
        except (ValueError, KeyError, TypeError, IndexError):
            said = errors.words_of(body) if isinstance(body, dict) and body.get("error") else ""
            if said:
                self._refuse(body)
            raise errors.not_openai(self.address, "it answers with other JSON") from None
        except Exception as error:
            self._stopped(error, self.limits.first)
        usage = body.get("usage") or {}
        if text:
            yield _sound(str(text))
        yield Generation(
            _finish(choice.get("finish_reason")), usage.get("prompt_tokens"), usage.get("completion_tokens")
        )


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


def _piece(chunk: Any) -> tuple[str, str, FinishReason | None]:
    """Text, thoughts that are not part of the answer, and why it ended, of one event; nothing is taken for granted."""
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list) or not choices:
        return "", "", None
    delta = getattr(choices[0], "delta", None)
    text = getattr(delta, "content", None)
    thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
    reason = getattr(choices[0], "finish_reason", None)
    return (
        _sound(text) if isinstance(text, str) else "",
        thought if isinstance(thought, str) else "",
        _finish(reason) if reason else None,
    )


def _figures(chunk: Any) -> tuple[int | None, int | None] | None:
    usage = getattr(chunk, "usage", None)
    figures = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return figures if all(isinstance(figure, int) for figure in figures) else None


def _finish(reason: Any) -> FinishReason:
    return "length" if reason == "length" else "stop"


def _sound(text: str) -> str:
    """Without halves of surrogate pairs, which JSON allows and no file takes."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
