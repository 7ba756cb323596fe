"""Which model writes the app's answers; handed to the app through the environment, as Streamlit runs it by itself."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_MODEL, _ADAPTER, _FOUR_BIT = "SEODANG_MODEL", "SEODANG_ADAPTER", "SEODANG_LOAD_IN_4BIT"


@dataclass(frozen=True)
class Answerer:
    """``model`` is a SPEC; ``adapter`` and ``load_in_4bit`` are for local models."""

    model: str = "extractive"
    adapter: Path | None = None
    load_in_4bit: bool = False

    @classmethod
    def from_environment(cls) -> Answerer:
        adapter = os.environ.get(_ADAPTER)
        four_bit = os.environ.get(_FOUR_BIT, "") in ("1", "true", "True")
        return cls(os.environ.get(_MODEL, "extractive"), Path(adapter) if adapter else None, four_bit)

    def to_environment(self) -> None:
        os.environ[_MODEL] = self.model
        os.environ[_FOUR_BIT] = str(int(self.load_in_4bit))
        if self.adapter is not None:
            os.environ[_ADAPTER] = str(self.adapter)
        else:
            os.environ.pop(_ADAPTER, None)

    def sends_to(self) -> str | None:
        """The other machine that questions and passages go to; None when they stay on this one."""
        if not self.model.lower().startswith(("http://", "https://")):
            return None
        host = urlsplit(self.model).hostname or ""
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = host == "localhost"
        return None if local else host
