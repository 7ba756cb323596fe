"""A reply as OpenAI's objects: one chat completion, or the chunks of a stream."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.reply import Reply


@dataclass
class Completion:
    """One answer as it goes out; ``model`` is the name that the objects carry."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))
    _sent: str = ""

    def whole(self, reply: Reply) -> dict[str, Any]:
        """The answer that is not streamed, with the answer object in the field ``seodang``."""
        message = {"role": "assistant", "content": reply.answer, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": _usage(reply),
            "seodang": self._own(reply),
        }

    def first(self) -> dict[str, Any]:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def piece(self, text: str) -> dict[str, Any]:
        self._sent += text
        return self._chunk({"content": text})

    def last(self, reply: Reply, with_usage: bool) -> list[dict[str, Any]]:
        """The chunks after the pieces: what the pieces left unsaid, why the answer ended, and the tokens it took.

        What the chatbot took back (no passage supports it) cannot be unsent: the answer that stands follows it. The answer
        object is in the chunk that has the finish reason and, where usage comes after that, there as well.
        """
        rest = _unsaid(self._sent, reply.answer)
        chunks = [self.piece(rest)] if rest else []
        chunks.append({**self._chunk({}, _finish(reply)), "seodang": self._own(reply)})
        if with_usage:
            head = self._head("chat.completion.chunk")
            chunks.append({**head, "choices": [], "usage": _usage(reply), "seodang": self._own(reply)})
        return chunks

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}

    def _own(self, reply: Reply) -> dict[str, Any]:
        return replace(reply, id=reply.id or self.id).as_json()


def _unsaid(sent: str, answer: str) -> str:
    if answer.split() == sent.split():
        return ""
    if answer.startswith(sent):
        return answer[len(sent) :]
    return f"\n\n{answer}"


def _finish(reply: Reply) -> str:
    return "length" if reply.reason == "length" else "stop"


def _usage(reply: Reply) -> dict[str, int]:
    """Tokens of the model; 0 where none was asked, or a served model does not tell."""
    prompt = int(getattr(reply, "prompt_tokens", None) or 0)
    completion = int(getattr(reply, "completion_tokens", None) or 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
