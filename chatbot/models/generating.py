"""Prompt ids -> generated ids, one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

from chatbot.errors import GenerationFailed
from chatbot.models.model import Sampling
from chatbot.models.prefix import is_croppable
from chatbot.models.sampling import PromptLookup, Sampler

if TYPE_CHECKING:
    import torch

# Prompt tokens that are read in one step: between steps a cancelled request ends, and a long prompt's activations stay
# small.
STEP = 2048


def generate(
    model: Any,
    ids: list[int],
    cache: Any,
    sampling: Sampling,
    limit: int,
    ends: Collection[int],
    stopped: Callable[[], bool],
) -> Iterator[int]:
    """The tokens that follow the prompt ``ids``, ``limit`` at most, the last of ``ends`` included when one comes.

    ``cache`` is a DynamicCache that holds the keys and values of a beginning of ``ids``. Both grow: each token is
    appended to ``ids`` before it is yielded. Ends early, within one token, when ``stopped()``. Greedy guesses from the
    prompt (``sampling.quoting``) need a cache that can be cropped and are left out otherwise.
    """
    import torch

    sampler = Sampler(sampling, model.device)
    guesses = sampling.quoting and sampling.temperature <= 0 and is_croppable(cache)
    lookup = PromptLookup(ids) if guesses else None
    with torch.inference_mode():
        logits = _read(model, ids, cache, stopped)
        chosen = [] if logits is None else [sampler.choose(_checked(logits[-1]))]
    while chosen:
        for index in chosen:
            if limit <= 0 or stopped():
                return
            limit -= 1
            ids.append(index)
            yield index
            if index in ends:
                return
        if limit <= 0 or stopped():
            return
        with torch.inference_mode():
            if lookup is None:
                chosen = [sampler.choose(_checked(_forward(model, ids[-1:], cache, 1)[-1]))]
            else:
                chosen = _guessed(model, ids, cache, lookup, limit)


def _read(model: Any, ids: list[int], cache: Any, stopped: Callable[[], bool]) -> torch.Tensor | None:
    """Reads what of ``ids`` is not in the cache; logits of shape (1, vocabulary), None when stopped."""
    logits = None
    for start in range(cache.get_seq_length(), len(ids), STEP):
        if stopped():
            return None
        logits = _forward(model, ids[start : start + STEP], cache, 1)
    return logits


def _forward(model: Any, ids: list[int], cache: Any, keep: int) -> torch.Tensor:
    """Logits after each of the last ``keep`` ids, of shape (keep, vocabulary)."""
    import torch

    inputs = torch.tensor([ids], device=model.device)
    output = model(input_ids=inputs, past_key_values=cache, use_cache=True, logits_to_keep=keep)
    logits: torch.Tensor = output.logits[0]
    return logits


def _guessed(model: Any, ids: list[int], cache: Any, lookup: PromptLookup, limit: int) -> list[int]:
    """The next greedy tokens: those guessed right, and the one after them, which needs no guess."""
    guess = lookup.guess(limit - 1)
    logits = _checked(_forward(model, [ids[-1], *guess], cache, len(guess) + 1))
    best = logits.argmax(-1).tolist()
    right = 0
    while right < len(guess) and best[right] == guess[right]:
        right += 1
    cache.crop(right - len(guess))
    if guess:
        lookup.learn(len(guess), right)
    return [*guess[:right], best[right]]


def _checked(logits: torch.Tensor) -> torch.Tensor:
    if bool(logits.isnan().any()):
        raise GenerationFailed(
            "The model computed something that is not a number; its weights are damaged, or its adapter failed in "
            "training: load it again without the adapter, or download it again."
        )
    return logits
