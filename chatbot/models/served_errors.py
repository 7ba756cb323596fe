"""What a server answers instead of text, as one sentence for the user."""

from __future__ import annotations

import email.utils
import ipaddress
import re
import time
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from chatbot.errors import ChatbotError, ContextExceeded, GenerationFailed, ModelUnavailable, Overloaded

# The environment variable that holds the key, by the address it is for.
KEY_VARIABLE = "SEODANG_API_KEY"
OPENAI_KEY_VARIABLE = "OPENAI_API_KEY"
OPENAI_HOST = "api.openai.com"
# How long a server may ask to be left alone before the user is told instead, in seconds.
LONGEST_WAIT = 30.0
_OWN_WORDS = 160

Kind = Literal["context", "model", "key", "busy", "failed", "field", "redirect", "path", "refused"]

# vLLM: "maximum context length is 4096 tokens", "longer than the maximum model length of 16384", "max_model_len".
# llama.cpp: type exceed_context_size_error, "exceeds the available context size". llama-cpp-python: "exceed context
# window". Ollama: "input length exceeds the context length", "exceeds maximum context length". OpenAI: code
# context_length_exceeded. LM Studio: "Context size has been exceeded", "greater than the context length". SGLang: "longer
# than the model's context length". TGI: "`inputs` tokens + `max_new_tokens` must be <= 4096".
_CONTEXT = re.compile(
    r"context_length_exceeded|exceed_context_size|max_model_len|context (?:length|size|window)|model length"
    r"|prompt is too long|too many tokens|maximum (?:input|prompt) length|inputs.{0,40}must (?:have less|be <=)"
    r"|max_tokens must be at least 1, got -",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"model_not_found|model.{0,200}?(?:not found|does not exist|not exist|not available|is not loaded|not supported)"
    r"|(?:unknown|invalid|no such) model|pinned to|try pulling it",
    re.IGNORECASE | re.DOTALL,
)


def kind_of(status: int, said: str) -> Kind:
    """What an HTTP status and the server's own words mean for us."""
    if 300 <= status < 400:
        return "redirect"
    if status in (401, 403):
        return "key"
    # llama.cpp has answered an oversized prompt with 500 as well as with 400.
    if status not in (429, 503) and _CONTEXT.search(said):
        return "context"
    if status in (400, 404, 422) and _MODEL.search(said):
        return "model"
    if status in (404, 405):
        return "path"
    if status in (400, 422):
        return "field"
    if status in (408, 409, 425, 429, 503):
        return "busy"
    return "failed" if status >= 500 else "refused"


def words_of(body: Any) -> str:
    """The server's own words in an error's body, in whichever of the known places they stand."""
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        if isinstance(inner, Mapping):
            parts = [inner.get(key) for key in ("message", "detail", "type", "code", "param")]
            return " ".join(_text(part) for part in parts if part)
        return _text(inner)
    return _text(body)


def _text(value: Any) -> str:
    return " ".join(str(value).split())


def brief(said: str, secret: str | None = None) -> str:
    """A server's words, short enough for a sentence, without the key should it repeat it."""
    if secret:
        said = said.replace(secret, "***")
    said = "".join(character if character.isprintable() else " " for character in " ".join(said.split()))
    said = said if len(said) <= _OWN_WORDS else said[: _OWN_WORDS - 1].rstrip() + "…"
    return said.rstrip(" .") or "no reason given"


def waiting_time(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for (RFC 9110 section 10.2.3: seconds or a date), None without one."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def is_loopback(address: str) -> bool:
    """Whether an address names this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def key_variable(address: str) -> str:
    """Name of the environment variable whose key goes to this address."""
    parts = urlsplit(address)
    return OPENAI_KEY_VARIABLE if (parts.scheme, parts.hostname) == ("https", OPENAI_HOST) else KEY_VARIABLE


def absent(address: str, why: str) -> ModelUnavailable:
    """Nobody answers at the address."""
    advice = (
        "start one there (vllm serve, ollama serve, llama-server or transformers serve) or name another address"
        if is_loopback(address)
        else "check the address and the network"
    )
    return ModelUnavailable(f"No model server answers at {address} ({why}); {advice} with --model ADDRESS#MODEL.")


def not_openai(address: str, why: str) -> ModelUnavailable:
    """Something answers that is no OpenAI-compatible server."""
    return ModelUnavailable(
        f"What answers at {address} is not an OpenAI-compatible server ({why}); check the address, which usually ends in "
        "/v1."
    )


def refused_key(address: str, had_key: bool) -> ModelUnavailable:
    """The server wants a key, or another one. The key itself is never shown."""
    variable = key_variable(address)
    if had_key:
        return ModelUnavailable(f"The server {address} refuses the key in {variable}; set the right one.")
    return ModelUnavailable(f"The server {address} asks for a key; set it in the environment variable {variable}.")


def no_model(address: str, model: str, names: list[str]) -> ModelUnavailable:
    """The server has no model of that name; ``names`` are those it told of."""
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        has = f"it has {', '.join(names[:5])}{more}; name one after the #"
    else:
        has = "check the name after the #, or load the model there first"
    return ModelUnavailable(f"The server {address} has no model {model!r}: {has}.")


def too_long(address: str, said: str) -> ContextExceeded:
    """The prompt does not fit."""
    return ContextExceeded(
        f"The conversation and its passages do not fit the context window of the model at {address} ({said}); start the "
        "server with a larger one, or ask in a new conversation."
    )


def overloaded(address: str, wait: float | None) -> Overloaded:
    """The server is busy and stayed so. ``wait``: seconds it asked for."""
    seconds = max(1, round(wait if wait is not None else LONGEST_WAIT))
    return Overloaded(f"The server {address} is busy; try again in {seconds} seconds.", seconds)


def broken(address: str, why: str) -> GenerationFailed:
    """The server began and did not finish, or failed inside."""
    return GenerationFailed(f"The server {address} did not finish the answer ({why}); ask again, or look at its log.")


def from_status(address: str, kind: Kind, said: str, wait: float | None, had_key: bool) -> ChatbotError:
    """The sentence for an error answer; a missing model has its own (``no_model``)."""
    match kind:
        case "context":
            return too_long(address, said)
        case "key":
            return refused_key(address, had_key)
        case "busy":
            return overloaded(address, wait)
        case "redirect":
            return not_openai(address, "it sends us to another address, which is not followed")
        case "path":
            return not_openai(address, said)
        case "failed":
            return broken(address, said)
        case _:
            return ModelUnavailable(f"The server {address} refuses the request ({said}); check the model and its log.")
