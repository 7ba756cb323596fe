"""The embedder's last layer: one vector for each token, read in the context of its whole passage."""

from __future__ import annotations

from typing import Any

import numpy as np

from chatbot.extractive.english import ReadTokens, TokenVectors


def token_reader(embedder: Any) -> ReadTokens | None:
    """Reads token vectors with a ``SentenceEmbedder``; None for an embedder that has no model to look into."""
    if not hasattr(embedder, "_load") or not hasattr(embedder, "_fast_tokenizer"):
        return None

    def read(texts: list[str]) -> list[TokenVectors]:
        model = embedder._load()
        encodings = embedder._fast_tokenizer().encode_batch(texts)
        rows = model.encode(texts, output_value="token_embeddings", show_progress_bar=False, batch_size=8)
        return [_vectors(encoding.offsets, row) for encoding, row in zip(encodings, rows, strict=True)]

    return read


def _vectors(offsets: list[tuple[int, int]], row: Any) -> TokenVectors:
    values = row.float().numpy()
    # The model cuts at its token limit; the special token at the end then stands where the cut is.
    count = min(len(values), len(offsets))
    values = values[:count] / np.maximum(np.linalg.norm(values[:count], axis=1, keepdims=True), 1e-6)
    return TokenVectors(np.array(offsets[:count], np.int64), values.astype(np.float32))
