"""The body of POST /v1/chat/completions -> a question, its history and how to sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chatbot.models.model import Sampling
from chatbot.reply import Reply
from ingest.document import normalize
from ui.server.limits import ServerLimits
from ui.server.problem import ApiProblem

_INT64 = 2**63


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)
    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    model_config = ConfigDict(strict=True)
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | Annotated[list[_Part], Field(fail_fast=True, max_length=64)] | None = None


class _StreamOptions(BaseModel):
    model_config = ConfigDict(strict=True)
    include_usage: bool | None = None


class _Typed(BaseModel):
    type: str = "text"


class ChatBody(BaseModel):
    """The fields that are read; others are left out, as OpenAI's own older servers do with newer fields."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)
    model: str
    messages: Annotated[list[ChatMessage], Field(fail_fast=True, min_length=1, max_length=ServerLimits.messages)]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    n: int | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0, le=1_000)] | None = None
    seed: Annotated[int, Field(ge=-_INT64, lt=_INT64)] | None = None
    stop: str | Annotated[list[str], Field(max_length=ServerLimits.stops)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=ServerLimits.max_tokens)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=ServerLimits.max_tokens)] | None = None
    logprobs: bool | None = None
    response_format: _Typed | None = None
    tool_choice: Any = None
    modalities: list[str] | None = None


@dataclass(frozen=True)
class ChatRequest:
    """``sampling`` is None where the client left everything open."""

    question: str
    history: tuple[Reply, ...]
    sampling: Sampling | None
    stream: bool
    include_usage: bool


def chat_request(body: ChatBody, limits: ServerLimits) -> ChatRequest:
    """What is asked. The last message is the question, the earlier ones of user and assistant are the history.

    A client's system messages are counted and checked but not passed on: the rules by which Seodang answers (from the
    passages, cited, refused otherwise) are not the client's to change. Raises ApiProblem for what would not be honoured
    and may not be left out silently.
    """
    _check_supported(body)
    said = [(message.role, _text(message, n, limits)) for n, message in enumerate(body.messages)]
    role, question = said[-1]
    if role != "user":
        raise ApiProblem(400, "The last message must be the user's question.", "invalid_value", "messages")
    return ChatRequest(
        question=question,
        history=_history(said[:-1], body.model),
        sampling=_sampling(body, limits),
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
    )


def _check_supported(body: ChatBody) -> None:
    choice = body.tool_choice
    wrong = {
        "n": (body.n not in (None, 1), "only one answer at a time is given (n = 1)"),
        "logprobs": (bool(body.logprobs), "log probabilities are not given"),
        "response_format": (
            body.response_format is not None and body.response_format.type != "text",
            "answers are text; no other format can be promised",
        ),
        "tool_choice": (choice not in (None, "none", "auto"), "the client's tools are not called"),
        "modalities": (body.modalities not in (None, [], ["text"]), "answers are text"),
    }
    for param, (is_wrong, reason) in wrong.items():
        if is_wrong:
            raise ApiProblem(400, f"{param}: {reason}.", "unsupported_value", param)


def _text(message: ChatMessage, n: int, limits: ServerLimits) -> str:
    param = f"messages[{n}].content"
    if message.role in ("tool", "function"):
        raise ApiProblem(400, f"messages[{n}].role: the client's tools are not called.", "unsupported_value", param)
    if isinstance(message.content, list):
        if any(part.type not in ("text", "refusal") for part in message.content):
            raise ApiProblem(400, f"{param}: only parts of type text can be read.", "unsupported_value", param)
        text = "\n".join(part.text or "" for part in message.content)
    else:
        text = message.content or ""
    if len(text) > limits.message_length:
        reason = f"has {len(text):,} characters, more than the {limits.message_length:,} allowed"
        raise ApiProblem(400, f"{param} {reason}.", "string_above_max_length", param)
    if message.role == "user" and not text.strip():
        raise ApiProblem(400, f"{param} is empty.", "invalid_value", param)
    return text


def _history(said: Sequence[tuple[str, str]], model: str) -> tuple[Reply, ...]:
    """Pairs of user and assistant, oldest first. A question without an answer keeps an empty one; what the assistant
    said before any question (a greeting) is left out."""
    turns: list[tuple[str, str]] = []
    for role, text in said:
        if role == "user":
            # Written as the chatbot writes the question of a reply, so that it knows its own conversation again.
            turns.append((" ".join(normalize(text).split()), ""))
        elif role == "assistant" and turns:
            question, before = turns[-1]
            turns[-1] = (question, f"{before}\n{text}".strip())
    return tuple(Reply(question, answer, False, None, "conversation", model) for question, answer in turns)


def _sampling(body: ChatBody, limits: ServerLimits) -> Sampling | None:
    stop = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    if any(not text or len(text) > limits.stop_length for text in stop):
        raise ApiProblem(400, f"stop: each has 1 to {limits.stop_length} characters.", "invalid_value", "stop")
    given = {
        "max_new_tokens": body.max_completion_tokens or body.max_tokens,
        "temperature": body.temperature,
        "top_p": body.top_p,
        "top_k": body.top_k,
        "seed": body.seed,
        "stop": stop or None,
    }
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return Sampling(quoting=True, **chosen) if chosen else None
