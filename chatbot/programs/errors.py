"""Why programs do not run here."""

from __future__ import annotations

from chatbot.errors import ChatbotError


class ProgramsUnavailable(ChatbotError):
    """There is no sandbox on this machine, and without one no program runs."""
