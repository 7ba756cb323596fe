"""A question -> a reply: retrieval, answers, citations, refusal, evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatbot.chatbot import Chatbot as Chatbot

__all__ = ["Chatbot"]


def __getattr__(name: str) -> Any:
    # Lazily, so that `import chatbot` stays free of FAISS and torch.
    if name == "Chatbot":
        from chatbot.chatbot import Chatbot

        return Chatbot
    raise AttributeError(f"module 'chatbot' has no attribute {name!r}")
