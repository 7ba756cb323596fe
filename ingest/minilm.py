"""The packaged all-MiniLM-L6-v2 (a six-layer BERT encoder, mean pooling) in torch alone.

sentence-transformers runs the same model, but importing it takes 5.8 s and 340 MB where torch takes 1.3 s: too long for a
question at the command line (docs/decisions/0004-packaged-embedder.md). A test holds both to the same vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from ingest.embedder import TokenVectors

Vectors = NDArray[np.float32]

_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
# Texts of one forward pass; on a processor the number hardly matters from 8 on, padding does.
_BATCH = 32


class MiniLM:
    """The model of one folder, in one precision, on one device."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, dtype: torch.dtype, device: str) -> None:
        """``tokenizer`` must neither truncate nor pad; texts may have at most 254 tokens, more are cut off."""
        self._weights = {
            name: tensor.to(device=device, dtype=dtype)
            for name, tensor in load_file(folder / "model.safetensors").items()
            if tensor.is_floating_point()
        }
        self._tokenizer = tokenizer
        self._start, self._end = int(tokenizer.token_to_id("[CLS]") or 0), int(tokenizer.token_to_id("[SEP]") or 0)
        self._device = device

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows. *Shape:* (len(texts), 384)."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ids = [[self._start, *encoding.ids[:254], self._end] for encoding in encodings]
        # Texts of about one length together: padding would double the work.
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        rows = np.zeros((len(ids), 384), dtype=np.float32)
        with torch.inference_mode():
            for at in range(0, len(order), _BATCH):
                batch = order[at : at + _BATCH]
                rows[batch] = self._forward([ids[index] for index in batch])
        return rows

    def token_vectors(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Every token of each text as the model sees it in its context; what is over 254 tokens is cut off."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        found = []
        with torch.inference_mode():
            for encoding in encodings:
                hidden, _, _ = self._hidden([[self._start, *encoding.ids[:254], self._end]])
                rows = functional.normalize(hidden[0].float(), dim=1).cpu().numpy()
                offsets = np.array([(0, 0), *encoding.offsets[:254], (0, 0)], dtype=np.int64)
                found.append(TokenVectors(offsets, rows))
        return found

    def _forward(self, batch: list[list[int]]) -> Vectors:
        hidden, real, lengths = self._hidden(batch)
        summed = (hidden.float() * real[:, :, None]).sum(dim=1)
        return functional.normalize(summed / lengths[:, None], dim=1).cpu().numpy()

    def _hidden(self, batch: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The last layer (batch, length, 384), which tokens are no padding (batch, length), and lengths (batch)."""
        longest = max(map(len, batch))
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in batch], device=self._device)
        lengths = torch.tensor([len(row) for row in batch], device=self._device)
        real = torch.arange(longest, device=self._device)[None] < lengths[:, None]  # (batch, length)
        mask = None if bool(real.all()) else real[:, None, None, :]
        hidden = self._embeddings(tokens)
        for layer in range(_LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, mask)
        return hidden, real, lengths

    def _embeddings(self, tokens: torch.Tensor) -> torch.Tensor:
        weights = self._weights
        hidden = weights["embeddings.word_embeddings.weight"][tokens]
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        hidden = hidden + weights["embeddings.token_type_embeddings.weight"][0]
        return self._normalized("embeddings.LayerNorm", hidden)

    def _layer(self, name: str, hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        batch, length, width = hidden.shape
        query, key, value = (
            self._linear(f"{name}.attention.self.{part}", hidden).view(batch, length, _HEADS, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended = attended.transpose(1, 2).reshape(batch, length, width)
        attended = self._linear(f"{name}.attention.output.dense", attended)
        hidden = self._normalized(f"{name}.attention.output.LayerNorm", hidden + attended)
        inner = functional.gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._normalized(f"{name}.output.LayerNorm", hidden + self._linear(f"{name}.output.dense", inner))

    def _linear(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        return functional.linear(hidden, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normalized(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(hidden, (hidden.shape[-1],), weight, bias, _EPSILON)
