"""What is said in a conversation, as models read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    """One turn; ``content`` is plain text in which no control token acts as one (see chatbot/prompt.py)."""

    role: Role
    content: str
