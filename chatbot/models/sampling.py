"""Logits -> the next token, and guesses at those after it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from chatbot.models.model import Sampling

if TYPE_CHECKING:
    import torch

# Tokens that are guessed at most at once.
_LONGEST_GUESS = 16


class Sampler:
    """Chooses tokens as ``sampling`` asks; with a seed, the same ones for the same logits on the same device."""

    def __init__(self, sampling: Sampling, device: torch.device) -> None:
        import torch

        self._sampling = sampling
        self._generator = torch.Generator(device)
        self._generator.manual_seed(secrets.randbits(63) if sampling.seed is None else sampling.seed % 2**63)

    def choose(self, logits: torch.Tensor) -> int:
        """One token from logits of shape (vocabulary,), any float type. The order of the settings is that of
        transformers: temperature, top_k, top_p."""
        import torch

        if self._sampling.temperature <= 0:
            return int(logits.argmax())
        logits = logits.float() / self._sampling.temperature
        if 0 < self._sampling.top_k < len(logits):
            logits[logits < logits.topk(self._sampling.top_k).values[-1]] = float("-inf")
        chances = logits.softmax(-1)
        if self._sampling.top_p < 1:
            sorted_chances, order = chances.sort(descending=True)
            before = sorted_chances.cumsum(-1) - sorted_chances
            before[0] = -1.0  # the likeliest token always stays
            chances[order[before >= self._sampling.top_p]] = 0.0
        return int(torch.multinomial(chances, 1, generator=self._generator))


class PromptLookup:
    """Guesses the next tokens from what followed the same two or three tokens earlier in the text.

    Prompt-lookup decoding (https://github.com/apoorvumang/prompt-lookup-decoding): answers about documents repeat
    spans of them, and checking several guessed tokens costs the model about as much as generating one.
    """

    def __init__(self, ids: list[int]) -> None:
        """``ids`` is the text so far, which the caller goes on appending to."""
        self._ids = ids
        self._followers: dict[tuple[int, ...], int] = {}
        self._known = 0
        self._length = 4

    def guess(self, limit: int) -> list[int]:
        """At most ``limit`` tokens, empty when nothing like it stood before."""
        self._learn()
        for size in (3, 2):
            place = self._followers.get(tuple(self._ids[-size:]))
            if place is not None:
                return self._ids[place : place + min(self._length, limit)]
        return []

    def learn(self, guessed: int, right: int) -> None:
        """Guesses further ahead after a guess that was right to its end, less far after others."""
        self._length = min(2 * self._length, _LONGEST_GUESS) if right == guessed else max(2, right + 1)

    def _learn(self) -> None:
        # The very last token has no follower yet.
        for end in range(max(self._known, 2), len(self._ids)):
            self._followers[tuple(self._ids[end - 2 : end])] = end
            if end >= 3:
                self._followers[tuple(self._ids[end - 3 : end])] = end
        self._known = len(self._ids)
