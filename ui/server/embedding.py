"""The body of POST /v1/embeddings -> vectors of the library's own embedder."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ui.server.limits import ServerLimits
from ui.server.problem import ApiProblem

if TYPE_CHECKING:
    from ingest.embedder import Embedder

# Texts embedded between two looks at whether the client is still there.
_BATCH = 16


class EmbeddingBody(BaseModel):
    """Texts only: token numbers of another tokenizer would mean nothing here."""

    model_config = ConfigDict(strict=True)
    model: str
    input: str | Annotated[list[str], Field(fail_fast=True, min_length=1, max_length=ServerLimits.embedding_inputs)]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None


def embedded(embedder: Embedder, body: EmbeddingBody, cancel: threading.Event) -> Iterator[dict[str, Any]]:
    """The response object, as the one item; nothing when ``cancel`` is set before it is complete.

    Raises ApiProblem for empty texts, and for long ones: nothing is cut off unseen.
    """
    import numpy as np

    texts = [body.input] if isinstance(body.input, str) else body.input
    dimension = embedder.identity.dimension
    if body.dimensions not in (None, dimension):
        raise ApiProblem(400, f"dimensions: the vectors have {dimension}.", "invalid_value", "dimensions")
    tokens = _counted(embedder, texts)
    rows: list[Any] = []
    for start in range(0, len(texts), _BATCH):
        if cancel.is_set():
            return
        rows.extend(embedder.embed(texts[start : start + _BATCH]))
    vectors = [
        base64.b64encode(np.asarray(row, "<f4").tobytes()).decode()
        if body.encoding_format == "base64"
        else [float(value) for value in row]
        for row in rows
    ]
    yield {
        "object": "list",
        "data": [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)],
        "model": embedder.identity.name,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _counted(embedder: Embedder, texts: list[str]) -> int:
    """Tokens of all texts together. Raises ApiProblem for a text that is empty or longer than the embedder reads."""
    single = len(texts) == 1
    for n, text in enumerate(texts):
        if not text.strip():
            param = "input" if single else f"input[{n}]"
            raise ApiProblem(400, f"{param} is empty.", "invalid_value", param)
    counts = embedder.count_tokens(texts)
    for n, count in enumerate(counts):
        if count > embedder.token_limit:
            param = "input" if single else f"input[{n}]"
            reason = f"has {count:,} tokens, more than the {embedder.token_limit} that are read"
            raise ApiProblem(400, f"{param} {reason}.", "context_length_exceeded", param)
    return sum(counts)
