"""The prefix cache: what is kept, for whom, and that it changes no token."""

from __future__ import annotations

import pytest
import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, MistralConfig

from chatbot.models.generating import generate
from chatbot.models.model import Sampling
from chatbot.models.prefix import PrefixCache, is_croppable

GREEDY = Sampling()
QUOTING = Sampling(quoting=True)


def _random_model(initializer_range: float) -> LlamaForCausalLM:
    """Random weights in float64, so that no two logits tie within rounding."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=initializer_range,
    )
    return LlamaForCausalLM(config).double().eval()


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    """Large weights: a continuation without repetition."""
    return _random_model(0.5)


def _ids(seed: int, length: int) -> list[int]:
    return torch.randint(0, 64, (length,), generator=torch.Generator().manual_seed(seed)).tolist()


def _run(model, ids: list[int], cache, sampling: Sampling = GREEDY, limit: int = 40) -> list[int]:
    return list(generate(model, ids, cache, sampling, limit, (), lambda: False))


def _bare(model, ids: list[int], limit: int = 40) -> list[int]:
    made = model.generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        max_new_tokens=limit,
        do_sample=False,
        eos_token_id=-1,
        pad_token_id=0,
    )
    return made[0, len(ids) :].tolist()


@pytest.mark.parametrize("sampling", [GREEDY, QUOTING], ids=["greedy", "quoting"])
@pytest.mark.parametrize("length", [1, 7, 600, 2100])
def test_tokens_are_those_of_bare_generate(model, sampling: Sampling, length: int) -> None:
    ids = _ids(length, length)
    assert _run(model, [*ids], DynamicCache(config=model.config), sampling) == _bare(model, ids)


def test_guesses_are_taken_when_right_and_change_nothing() -> None:
    model = _random_model(0.02)  # small weights: it repeats itself
    ids = _ids(1, 30)
    calls: list[int] = []
    model.register_forward_hook(lambda *_: calls.append(1))
    plain = _run(model, [*ids], DynamicCache(config=model.config), GREEDY, 200)
    assert len(calls) == 200
    calls.clear()
    assert _run(model, [*ids], DynamicCache(config=model.config), QUOTING, 200) == plain
    assert len(calls) < 150


@pytest.mark.parametrize("sampling", [GREEDY, QUOTING], ids=["greedy", "quoting"])
def test_a_conversation_goes_on_with_the_same_tokens(model, sampling: Sampling) -> None:
    prefixes = PrefixCache(10_000)
    ids, before = _ids(2, 100), 0
    for turn in range(5):
        cache, known = prefixes.take(ids)
        assert known == before
        cache = cache or DynamicCache(config=model.config)
        fresh = _run(model, [*ids], DynamicCache(config=model.config), sampling)
        assert _run(model, ids, cache, sampling) == fresh
        prefixes.put(ids, cache)
        before = len(ids) - 1  # the last token was never read
        assert prefixes.tokens == before
        ids = ids + _ids(turn + 10, 20)


def test_another_conversation_copies_the_shared_beginning(model) -> None:
    prefixes = PrefixCache(10_000)
    system, first, second = _ids(3, 40), _ids(4, 200), _ids(5, 200)
    cache = DynamicCache(config=model.config)
    _run(model, system + first, cache, limit=1)
    prefixes.put(system + first, cache)
    copy, known = prefixes.take(system + second)
    assert known == 40
    assert _run(model, system + second, copy) == _bare(model, system + second)
    again, known = prefixes.take(system + first)
    assert known == 239
    assert _run(model, system + first, again) == _bare(model, system + first)


def test_one_token_is_always_left_to_read(model) -> None:
    prefixes = PrefixCache(1000)
    ids = _ids(6, 50)
    cache = DynamicCache(config=model.config)
    expected = _run(model, [*ids], cache)
    prefixes.put(ids, cache)
    cache, known = prefixes.take(ids)
    assert known == 49
    assert _run(model, ids, cache) == expected


def test_tokens_are_bounded_and_the_oldest_go_first(model) -> None:
    prefixes = PrefixCache(250)
    prompts = [_ids(seed, 100) for seed in range(20, 24)]
    for ids in prompts:
        cache = DynamicCache(config=model.config)
        _run(model, [*ids], cache, limit=1)
        prefixes.put(ids, cache)
        assert prefixes.tokens <= 250
    assert [prefixes.take(ids)[1] for ids in prompts] == [0, 0, 99, 99]
    cache = DynamicCache(config=model.config)
    long = _ids(30, 300)
    _run(model, [*long], cache, limit=1)
    prefixes.put(long, cache)
    assert prefixes.take(long) == (None, 0)


def test_a_longer_prompt_replaces_its_beginning(model) -> None:
    prefixes = PrefixCache(1000)
    ids = _ids(7, 100)
    for length in (40, 70, 100):
        cache = DynamicCache(config=model.config)
        _run(model, ids[:length], cache, limit=1)
        prefixes.put(ids[:length], cache)
    assert prefixes.tokens == 100
    prefixes.clear()
    assert prefixes.tokens == 0


def test_a_sliding_window_is_neither_kept_nor_cropped() -> None:
    sliding = DynamicCache(config=MistralConfig(sliding_window=16, num_hidden_layers=2))
    assert not is_croppable(sliding)
    assert is_croppable(DynamicCache(config=LlamaConfig(num_hidden_layers=2)))
