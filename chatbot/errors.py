"""What can go wrong between a question and its reply; every message is one sentence for the user.

ChatbotError
├── ModelUnavailable     the model that was asked for cannot be used (absent, refused for safety, wrong SPEC, no server)
├── AdapterError         the adapter does not fit its base, has no effect, or is not safe to load
├── GenerationFailed     the model stopped working in the middle of an answer (server gone, out of memory)
├── ContextExceeded      the prompt does not fit the model's context window
├── Overloaded           too many wait for the model; ``retry_after`` seconds
└── ConversationError    a conversation is not there, or its file cannot be used
"""

from __future__ import annotations


class ChatbotError(Exception):
    """Base of every error that is shown to the user as its one sentence."""


class ModelUnavailable(ChatbotError):
    """The model that was asked for cannot be used here."""


class AdapterError(ChatbotError):
    """The adapter does not fit its base model, has no effect, or is not safe to load."""


class GenerationFailed(ChatbotError):
    """The model stopped working in the middle of an answer."""


class ContextExceeded(ChatbotError):
    """The prompt does not fit the model's context window."""


class Overloaded(ChatbotError):
    """Too many wait for the model. ``retry_after``: seconds after which a new try makes sense."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConversationError(ChatbotError):
    """A conversation is not there, or the file of conversations cannot be used."""
