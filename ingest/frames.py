"""Messages over a pipe: four bytes of length, big endian, then JSON as ASCII. Nothing else is ever understood."""

from __future__ import annotations

import json
import struct
from typing import Any

HEADER = struct.Struct(">I")


def packed(message: dict[str, Any]) -> bytes:
    """One frame. Lone surrogates, as in undecodable file names, survive because JSON escapes them."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return HEADER.pack(len(body)) + body


def unpacked(body: bytes) -> dict[str, Any]:
    """The message of one frame's body. Raises ValueError for anything but a JSON object."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message
