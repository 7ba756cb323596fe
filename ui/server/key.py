"""The API key: given, or made where a server without one would be open to others."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ui.config import ConfigError

VARIABLE = "SEODANG_SERVER_KEY"
# Shorter ones can be guessed.
SHORTEST = 16


def given_key(file: Path | None) -> str | None:
    """The key in ``file`` or, without one, in the environment; None where neither is given.

    Raises ConfigError for a key that cannot protect anything and for a file that cannot be read.
    """
    if file is not None:
        try:
            return _checked(file.expanduser().read_text(encoding="utf-8").strip(), str(file))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise ConfigError(
                f"The API key in {file} cannot be read ({reason}); name a text file that holds only the key."
            ) from None
    if VARIABLE in os.environ:
        return _checked(os.environ[VARIABLE].strip(), VARIABLE)
    return None


def new_key() -> str:
    """A key of 256 random bits."""
    return f"seodang-{secrets.token_urlsafe(32)}"


def _checked(key: str, place: str) -> str:
    if len(key) < SHORTEST or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            f"The API key in {place} cannot be used; it needs {SHORTEST} or more letters, digits and signs without spaces."
        )
    return key
