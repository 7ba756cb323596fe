"""What embedding a library again with a larger model would take: an estimate from a short measurement."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.advice.embedders import Embedder

if TYPE_CHECKING:
    from ingest import Library

# Millions of parameters of the packaged model that compute: 6 layers, 384 wide.
_PACKAGED = 10.6
# The time of a token grows somewhat slower than the parameters: measured on two cores with bf16, 19.7 times the packaged
# model's for 28.6 times its parameters (XLM-RoBERTa large) and 1.7 times for 2.0. Taking the parameters errs upwards.
_SAMPLE = "The village school opened in 1897 and has forty-two pupils and one dog that recites verse at the river. " * 8
_TEXTS = 8
# Tokenizers of many languages need about a token for two Korean syllables, and fewer for English.
_CHARACTERS_A_TOKEN = 2


@dataclass(frozen=True)
class Reembedding:
    """``seconds`` is a rough estimate that rather says too much; ``chunks`` of the library as it is cut now."""

    embedder: Embedder
    chunks: int
    characters: int
    seconds: float

    @property
    def says(self) -> str:
        """One line for the user."""
        return (
            f"{self.embedder.name}: {self.embedder.download:.2f} GB to download, licence {self.embedder.licence}; "
            f"embedding this library's {self.chunks:,} chunks again takes roughly {_duration(self.seconds)} here (an estimate)"
        )


def estimate_reembedding(library: Library, embedder: Embedder, seconds_a_token: float) -> Reembedding:
    """``seconds_a_token`` is the packaged model's on this machine, as ``measured_token`` finds it."""
    [(characters,)] = library.rows("SELECT COALESCE(SUM(LENGTH(text)), 0) FROM documents")
    tokens = characters / _CHARACTERS_A_TOKEN
    seconds = tokens * seconds_a_token * embedder.computing / _PACKAGED
    return Reembedding(embedder, library.counts().chunks, int(characters), seconds)


def measured_token(clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that the packaged model takes for a token here, the best of three short runs."""
    from ingest.embedder import packaged_model, packaged_tokenizer

    model = packaged_model()
    tokens = _TEXTS * len(packaged_tokenizer().encode(_SAMPLE, add_special_tokens=False).ids)
    runs = []
    for _ in range(3):
        started = clock()
        model.embed([_SAMPLE] * _TEXTS)
        runs.append(clock() - started)
    return min(runs) / tokens


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"
