"""What one request, and all of them together, may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerLimits:
    """``running`` requests are worked on at once, ``waiting`` more wait for their turn, the next is told to come back.

    Sizes are bytes (``body``), characters (``message_length``, ``stop_length``) or tokens (``max_tokens``); times are
    seconds. ``body_time`` and ``send_time`` are what a client may take to send its request and to accept one piece;
    ``keep_alive`` is the longest silence on a stream; ``grace`` is what requests get to finish when the server stops.
    """

    running: int = 8
    waiting: int = 24
    connections: int = 512
    body: int = 2 * 1024 * 1024
    messages: int = 256
    message_length: int = 20_000
    max_tokens: int = 4_096
    stops: int = 4
    stop_length: int = 256
    embedding_inputs: int = 256
    body_time: float = 20.0
    send_time: float = 30.0
    keep_alive: float = 10.0
    grace: float = 5.0
