"""What can go wrong between a question and its reply; every message is one sentence for the user.

ChatbotError
└── ModelUnavailable   the model that was asked for cannot be used
"""

from __future__ import annotations


class ChatbotError(Exception):
    """Base of every error that is shown to the user as its one sentence."""


class ModelUnavailable(ChatbotError):
    """The model that was asked for cannot be used here."""
