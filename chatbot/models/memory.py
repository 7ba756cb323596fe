"""How a model is loaded so that it fits: where, in which number format."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from chatbot.errors import ModelUnavailable
from chatbot.models.settings_safety import read_json
from chatbot.models.tensor_file import read_tensors

if TYPE_CHECKING:
    import torch

Format = Literal["full", "4-bit", "as saved"]
# Bytes a parameter in NF4 with double quantization: 0.5, and 8.5 bits for each block of 64 (QLoRA, section 3).
_NF4_BYTES = 0.517
# Tokens of context whose keys and values must fit beside the weights.
_ROOM_TOKENS = 8_192
# Beside weights and cache: the CUDA context and activations.
_OVERHEAD = {"cuda": 1.0e9, "cpu": 0.3e9}


@dataclass(frozen=True)
class Weights:
    """Parameters of a model folder: ``linear`` ones, which 4-bit loading makes small, and ``other`` ones. ``size`` is
    the bytes on disk. ``even``: every linear layer's inputs are a multiple of 64."""

    linear: int
    other: int
    size: int
    even: bool

    def needed(self, form: Format, item_bytes: int) -> float:
        """Bytes of memory for the weights."""
        if form == "as saved":
            return self.size
        if form == "4-bit":
            return self.linear * _NF4_BYTES + self.other * item_bytes
        return (self.linear + self.other) * item_bytes


def read_weights(folder: Path) -> Weights:
    """From the headers of the safetensors files. Raises Unsafe for a damaged one."""
    index = folder / "model.safetensors.index.json"
    names = set(read_json(index)["weight_map"].values()) if index.is_file() else {"model.safetensors"}
    linear = other = size = 0
    even = True
    for name in sorted(names):
        for key, tensor in read_tensors(folder / name).items():
            count = math.prod(tensor.shape)
            size += tensor.end - tensor.start
            if len(tensor.shape) == 2 and not any(part in key for part in ("embed", "lm_head")):
                linear += count
                even = even and tensor.shape[1] % 64 == 0
            else:
                other += count
    return Weights(linear, other, size, even)


def room(config: Any, item_bytes: int) -> float:
    """Bytes of keys and values that an ordinary conversation needs."""
    text = config.get_text_config(decoder=True)
    return token_bytes(config, item_bytes) * float(min(_ROOM_TOKENS, text.max_position_embeddings))


def token_bytes(config: Any, item_bytes: int) -> int:
    """Bytes of the keys and values of one token; ``item_bytes`` is the size of one number."""
    text = config.get_text_config(decoder=True)
    heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return int(2 * text.num_hidden_layers * heads * width * item_bytes)


def free_bytes(device: torch.device) -> int:
    """Memory that is free on a device now."""
    import psutil  # type: ignore[import-untyped]
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a GPU or the machine had no memory left."""
    import torch

    said = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and any(part in said for part in ("out of memory", "can't allocate memory"))
    )


def release(error: Exception | None) -> None:
    """Gives memory that nobody uses back to the device, and what an error's stack holds on to."""
    import gc
    import traceback

    import torch

    if error is not None:
        traceback.clear_frames(error.__traceback__)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def choose_format(
    name: str, weights: Weights, config: Any, device: torch.device, item_bytes: int, small: bool
) -> Format:
    """The first of full, 4-bit that fits ``device``; 4-bit alone when ``small`` is asked for.

    Raises ModelUnavailable when neither fits. A checkpoint that is quantized already is loaded as it is.
    """
    forms: list[Format] = ["4-bit"] if small else ["full", "4-bit"]
    if getattr(config, "quantization_config", None):
        forms = ["as saved"]
    free = free_bytes(device)
    beside = room(config, item_bytes) + _OVERHEAD.get(device.type, 0.0)
    for form in forms:
        if weights.needed(form, item_bytes) + beside <= free:
            _check_even(name, weights, device, form)
            return form
    needed = weights.needed(forms[-1], item_bytes) + beside
    quantized = " even in 4-bit" if forms[-1] == "4-bit" else ""
    raise ModelUnavailable(
        f"{name} needs {needed / 1e9:.1f} GB{quantized} and {free / 1e9:.1f} GB are free on {device}; take a smaller model, "
        "or free memory."
    )


def _check_even(name: str, weights: Weights, device: torch.device, form: Format) -> None:
    # bitsandbytes' CPU kernels repack weights in blocks of 64 and fail on others.
    if form == "4-bit" and device.type == "cpu" and not weights.even:
        raise ModelUnavailable(
            f"{name} cannot be loaded in 4-bit on a CPU: the inputs of its layers are no multiple of 64; load it without "
            "--load-in-4bit, or use a GPU."
        )
