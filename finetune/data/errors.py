"""What can go wrong while rows are prepared.

DataError   nothing can be prepared; one sentence for the user
RowError    one row cannot be used; the reason goes into the report, the work goes on
"""

from __future__ import annotations

from chatbot.errors import ChatbotError


class DataError(ChatbotError):
    """No dataset can be made of what was given."""


class RowError(Exception):
    """One record gives no row; the message is the reason, without file and line."""
