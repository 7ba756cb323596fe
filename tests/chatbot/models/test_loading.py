"""A SPEC -> a model: what is found, what is refused, and how it is made to fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig

from chatbot.errors import ModelUnavailable
from chatbot.models import memory
from chatbot.models.loading import find, load
from chatbot.models.memory import Weights, choose_format, read_weights, room, token_bytes
from tests.tiny import build_tiny

# Llama 3.1 8B, by its published configuration.
LLAMA_8B = LlamaConfig(
    vocab_size=128_256,
    hidden_size=4096,
    intermediate_size=14_336,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=8,
    max_position_embeddings=131_072,
)
WEIGHTS_8B = Weights(linear=6_979_584_000, other=1_050_939_392, size=16_061_000_000, even=True)
GPU = torch.device("cuda", 0)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny(tmp_path_factory.mktemp("untrained"), train=False)


@pytest.mark.parametrize("spec", ["/no/such/folder", "./nothing", "~/nothing", "a/b/c", "..\\models\\llama"])
def test_a_missing_folder_is_an_error(spec: str) -> None:
    with pytest.raises(ModelUnavailable, match="There is no model folder"):
        find(spec)


def test_a_hub_model_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(ModelUnavailable, match=r"not on this machine.*copy its folder here"):
        find("nobody/no-such-model-1B")


def test_a_malformed_hub_name_is_an_error() -> None:
    with pytest.raises(ModelUnavailable, match=r"no folder and no hub model"):
        find("two words")


def test_a_hub_model_in_the_cache_is_found_and_keeps_its_name(untrained: Path, home: Path, monkeypatch) -> None:
    from huggingface_hub import constants

    cache = home / "hub"
    snapshot = cache / "models--someone--tiny" / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (cache / "models--someone--tiny" / "refs").mkdir()
    (cache / "models--someone--tiny" / "refs" / "main").write_text("0" * 40)
    for path in untrained.iterdir():
        (snapshot / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    loaded = load("someone/tiny", device="cpu")
    assert loaded.name == loaded.model.name_or_path == "someone/tiny"


def test_weights_are_counted_from_the_headers(untrained: Path) -> None:
    weights = read_weights(untrained)
    loaded = load(str(untrained), device="cpu", dtype="float32")
    assert weights.linear + weights.other == sum(weight.numel() for weight in loaded.model.parameters())
    assert weights.size == 4 * (weights.linear + weights.other)
    assert weights.even
    assert loaded.form == "float32"
    assert not loaded.model.training


def test_missing_weights_are_an_error(untrained: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for path in untrained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnavailable, match=r"1 weights are missing \(model.layers.1.mlp.up_proj.weight\)"):
        load(str(tmp_path), device="cpu")


def test_an_unknown_architecture_is_an_error(untrained: Path, tmp_path: Path) -> None:
    for path in untrained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "unheard-of"}))
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load(str(tmp_path), device="cpu")


def test_an_unknown_device_is_an_error(untrained: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no device 'gpu'"):
        load(str(untrained), device="gpu")


def test_sizes_of_a_known_model() -> None:
    assert token_bytes(LLAMA_8B, 2) == 131_072  # 2 * 32 layers * 8 heads * 128 numbers * 2 bytes
    assert room(LLAMA_8B, 2) == 8_192 * 131_072
    assert WEIGHTS_8B.needed("full", 2) == pytest.approx(16.06e9, rel=0.001)
    assert WEIGHTS_8B.needed("4-bit", 2) == pytest.approx(5.71e9, rel=0.001)


@pytest.mark.parametrize(
    ("device", "free", "small", "expected"),
    [
        (GPU, 24e9, False, "full"),
        (GPU, 24e9, True, "4-bit"),
        (GPU, 12e9, False, "4-bit"),
        (GPU, 6e9, False, None),
        (CPU, 32e9, False, "full"),
        (CPU, 8e9, False, "4-bit"),
        (CPU, 4e9, True, None),
    ],
)
def test_a_model_is_made_to_fit(monkeypatch, device, free: float, small: bool, expected: str | None) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda _: int(free))
    if expected is None:
        with pytest.raises(ModelUnavailable, match=r"llama needs \d+\.\d GB even in 4-bit and .* GB are free"):
            choose_format("llama", WEIGHTS_8B, LLAMA_8B, device, 2, small)
    else:
        assert choose_format("llama", WEIGHTS_8B, LLAMA_8B, device, 2, small) == expected


def test_odd_layers_are_not_loaded_in_4_bit_on_a_cpu() -> None:
    odd = Weights(1000, 1000, 4000, even=False)
    with pytest.raises(ModelUnavailable, match="no multiple of 64"):
        choose_format("odd", odd, LLAMA_8B, CPU, 2, True)
    assert memory.free_bytes(CPU) > 0
