"""The real `seodang` command with the hash embedder in the place of the model: `python tests/quick_command.py ingest ...`.

Everything else is what a user gets: a process of its own, arguments, streams, exit status.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

import ingest.opening  # noqa: E402, F401
from tests.fakes import HashEmbedder  # noqa: E402


def use_hash_embedder() -> None:
    """For the rest of this process's life, in every module of ours that asks for the model by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("ingest") and hasattr(module, "SentenceEmbedder"):
            module.SentenceEmbedder = HashEmbedder  # type: ignore[attr-defined]


if __name__ == "__main__":
    if "SEODANG_REAL" not in os.environ:
        use_hash_embedder()
    from ui.command import main

    sys.argv[0] = "seodang"
    main()
