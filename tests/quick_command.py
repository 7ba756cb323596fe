"""The real `seodang` command with the hash embedder in the place of the model: `python tests/quick_command.py ingest ...`.

Everything else is what a user gets: a process of its own, arguments, streams, exit status.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

import ingest.embedder
import ingest.library
from tests.fakes import HashEmbedder


def use_hash_embedder() -> None:
    """For the rest of this process's life."""
    ingest.embedder.SentenceEmbedder = HashEmbedder  # type: ignore[misc,assignment]
    ingest.library.SentenceEmbedder = HashEmbedder  # type: ignore[misc,assignment]


if __name__ == "__main__":
    use_hash_embedder()
    from ui.command import main

    main()
