"""The configuration of a LoRA adapter: which ones are loaded here, and with what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.errors import AdapterError
from chatbot.models.safety import ADAPTER_CONFIG
from chatbot.models.tensor_file import Tensor

if TYPE_CHECKING:
    from peft import LoraConfig

# What of an adapter's configuration is used to load it.
_USED = (
    "alpha_pattern",
    "ensure_weight_tying",
    "exclude_modules",
    "fan_in_fan_out",
    "layers_pattern",
    "layers_to_transform",
    "lora_alpha",
    "lora_bias",
    "modules_to_save",
    "r",
    "rank_pattern",
    "target_modules",
    "trainable_token_indices",
    "use_dora",
    "use_rslora",
)
# What says how it was made, or is checked on its own.
_TOLD = {
    "auto_mapping",
    "base_model_name_or_path",
    "bias",
    "eva_config",
    "inference_mode",
    "init_lora_weights",
    "loftq_config",
    "lora_dropout",
    "megatron_core",
    "peft_type",
    "peft_version",
    "qalora_group_size",
    "revision",
    "task_type",
}
_SPARE = 16  # times the largest rank in the weights may a rank in the configuration be, which no module need use
# Beginnings that leave the base as it is; PiSSA, OLoRA, CorDA, LoRA-GA and LoftQ train on a changed base.
_PLAIN_BEGINNINGS = (True, False, None, "gaussian", "eva", "orthogonal")


def lora_config(folder: Path, settings: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> LoraConfig:
    """The configuration to load with: only known settings, and no regular expressions from the folder, which could run
    for ever (a pattern for the target modules is replaced by the modules that the weights name)."""
    from peft import LoraConfig

    path = folder / ADAPTER_CONFIG
    if settings.get("peft_type") != "LORA":
        raise AdapterError(f"{path}: the adapter is of type {settings.get('peft_type')}; only LORA is loaded.")
    if settings.get("task_type") not in (None, "CAUSAL_LM"):
        raise AdapterError(f"{path}: it was trained for {settings['task_type']}; only CAUSAL_LM adapters can answer.")
    if settings.get("init_lora_weights", True) not in _PLAIN_BEGINNINGS:
        raise AdapterError(
            f"{path}: it began as {settings['init_lora_weights']}, which changes the base model, so that it does not "
            f"fit the original one; save it again with path_initial_model_for_weight_conversion."
        )
    if settings.get("bias", "none") != "none":
        raise AdapterError(f"{path}: it replaces biases of the base model; train it with bias='none'.")
    unknown = sorted(key for key, value in settings.items() if value and key not in (*_USED, *_TOLD))
    if unknown:
        raise AdapterError(f"{path}: the setting {unknown[0]} is not supported here; train a plain LoRA adapter.")
    used = {key: settings[key] for key in _USED if settings.get(key) is not None}
    if isinstance(used.get("target_modules"), str):
        used["target_modules"] = sorted({name for name in map(_module, tensors) if name})
        used.pop("exclude_modules", None)
    for pattern in _patterns(used):
        if not isinstance(pattern, str) or not re.fullmatch(r"\^?[\w.\\]+", pattern):
            raise AdapterError(f"{path}: {pattern!r} is a pattern for modules; only their plain names are accepted.")
    _check_sizes(path, used, tensors)
    try:
        return LoraConfig(**used, task_type="CAUSAL_LM", inference_mode=True)
    except (TypeError, ValueError) as error:
        raise AdapterError(f"{path}: the configuration is not usable ({error}); train the adapter again.") from error


def _check_sizes(path: Path, used: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """PEFT makes room for what the configuration asks before anything compares it with the weights."""
    ranks = [t.shape[0] for name, t in tensors.items() if ("lora_A" in name or "embedding_A" in name) and t.shape]
    asked = [used.get("r", 8), *(used.get("rank_pattern") or {}).values()]
    fits = all(isinstance(rank, int) and 0 < rank <= _SPARE * max(ranks, default=0) for rank in asked)
    rows = {t.shape[0] for name, t in tensors.items() if "trainable_tokens_delta" in name and t.shape}
    tokens = used.get("trainable_token_indices") or {}
    fits = fits and all(len(part) in rows for part in (tokens.values() if isinstance(tokens, dict) else [tokens]))
    if not fits:
        raise AdapterError(f"{path}: it asks for other sizes than its weights have; save the adapter again.")


def _module(key: str) -> str | None:
    """The module that a weight such as ``base_model.model.model.layers.0.mlp.up_proj.lora_A.weight`` belongs to."""
    found = re.fullmatch(r"base_model\.model\.(.+?)\.lora_(?:A|B|magnitude_vector|embedding_A|embedding_B)\b.*", key)
    return found.group(1) if found else None


def _patterns(used: Mapping[str, Any]) -> list[Any]:
    """All that PEFT matches against names of modules."""
    found: list[Any] = [*(used.get("rank_pattern") or ()), *(used.get("alpha_pattern") or ())]
    for key in ("target_modules", "exclude_modules", "modules_to_save", "layers_pattern"):
        value = used.get(key)
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found
