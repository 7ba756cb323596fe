"""What the chatbot asks of a language model, local or served."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from chatbot.message import Message

FinishReason = Literal["stop", "length", "cancelled"]


@dataclass(frozen=True)
class Sampling:
    """``temperature`` 0 is greedy. ``top_k`` 0 and ``top_p`` 1 leave the choice open. ``quoting``: the answer is likely
    to repeat spans of the prompt, so a model may guess ahead from it (same tokens, sooner)."""

    max_new_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    quoting: bool = False


@dataclass(frozen=True)
class Generation:
    """The last item of a stream: why it ended, and how many tokens went in and came out (None: not told)."""

    finish: FinishReason
    prompt_tokens: int | None
    completion_tokens: int | None


class Model(Protocol):
    """A chat model. ``name`` is what a reply says answered. ``context`` is the number of tokens that prompt and answer
    may have together, None when it is not known. ``control_tokens`` are the texts that the model's tokenizer would read
    as control tokens (turn marks, begin and end of text)."""

    name: str
    context: int | None
    control_tokens: tuple[str, ...]

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt that these messages make, the generation prompt included; estimated when served."""
        ...

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancel: threading.Event | None = None
    ) -> Iterator[str | Generation]:
        """Text in pieces as it is generated, then one Generation. Setting ``cancel``, or closing the iterator, ends the
        generation within one token. Raises the errors of chatbot/errors.py."""
        ...

    def close(self) -> None:
        """Frees what the model holds; calling it twice does no harm."""
        ...
