"""Documents on disk -> a library: readers, splitting, Korean-aware tokens, embeddings, SQLite + FAISS, search."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.library import Library as Library
    from ingest.records import DocumentRecord as DocumentRecord
    from ingest.synchronization import sync as sync
    from ingest.upload import add_upload as add_upload

__all__ = ["DocumentRecord", "Library", "add_upload", "sync"]

_HOMES = {
    "DocumentRecord": "ingest.records",
    "Library": "ingest.library",
    "add_upload": "ingest.upload",
    "sync": "ingest.synchronization",
}


def __getattr__(name: str) -> Any:
    # Lazily, so that `import ingest` stays free of FAISS and torch.
    if name not in _HOMES:
        raise AttributeError(f"module 'ingest' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
