"""Reading what an OpenAI-compatible server answers, streamed or whole, and what ends it too early."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from chatbot.errors import ChatbotError
from chatbot.models import served_errors as errors
from chatbot.models.model import FinishReason, Generation

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

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


class AnswerReader:
    """Reads answers of one server; ``key`` is kept out of whatever is quoted from it."""

    def __init__(self, address: str, key: str | None, limits: ServedLimits) -> None:
        self.address = address
        self.limits = limits
        self._key = key

    async def pieces(
        self, stream: AsyncStream[ChatCompletionChunk], tokens: int
    ) -> AsyncGenerator[str | Generation, None]:
        """Text as it comes, at most what ``tokens`` can be, then one Generation. Closes the stream, whatever happens."""
        try:
            kind = stream.response.headers.get("content-type", "")
            if "html" in kind:
                raise errors.not_openai(self.address, "it answers with a web page")
            longest = tokens * _CHARACTERS_A_TOKEN
            answer = self._whole(stream) if "application/json" in kind else self._streamed(stream, longest)
            async with aclosing(answer) as parts:
                async for part in parts:
                    yield part
        finally:
            await stream.close()

    async def _streamed(
        self, stream: AsyncStream[ChatCompletionChunk], longest: int
    ) -> AsyncGenerator[str | Generation, None]:
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

    async def _whole(self, stream: AsyncStream[ChatCompletionChunk]) -> AsyncGenerator[str | Generation, None]:
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
