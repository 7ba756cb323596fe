"""A LoRA adapter on its base model: does it fit, does it act, and nothing is left of it when it is taken off.

PEFT only warns when weights of an adapter do not land, so that the answers are the base's while the user believes
otherwise; here that is an error, as is everything else that would make an adapter act differently than it was trained.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.errors import AdapterError
from chatbot.models.adapter_settings import lora_config
from chatbot.models.fingerprint import check_base
from chatbot.models.safety import ADAPTER_CONFIG, ADAPTER_WEIGHTS, check_adapter_folder
from chatbot.models.settings_safety import read_json
from chatbot.models.tensor_file import Tensor, read_tensors

if TYPE_CHECKING:
    from peft import LoraConfig

_PROBE = "The library opened in 1987. 도서관은 1987년에 열렸습니다."
_PROBE_TOKENS = 32


def attach_adapter(model: Any, tokenizer: Any, folder: Path) -> Any:
    """``model`` (a transformers model, 4-bit too) with the LoRA adapter in ``folder``, as a PEFT model around it.

    Raises AdapterError, and leaves ``model`` as it was, unless the folder is safe, every weight of the adapter lands
    with the right shape and none is missing, the logits with and without it differ, and the base is the one that it
    was trained on. That is known from the fingerprint in its manifest. Without a manifest its sizes must fit, the name
    of the base that it records must be this one's (folder and case aside), and the chat template and vocabulary beside
    it must be this one's. Another name is refused even when all sizes fit, since models of one family have the same
    sizes, and an adapter on the wrong one only makes answers worse; a user who knows better corrects the record.
    """
    import torch
    from safetensors.torch import load_file

    if hasattr(model, "peft_config"):
        raise AdapterError(f"{folder}: the model has an adapter already; unload that one first.")
    check_adapter_folder(folder)
    attached = False
    try:
        settings, tensors = read_json(folder / ADAPTER_CONFIG), read_tensors(folder / ADAPTER_WEIGHTS)
        config = lora_config(folder, settings, tensors)
        check_base(folder, settings, model, tokenizer)
        ids = tokenizer(_PROBE, return_tensors="pt", add_special_tokens=False)["input_ids"][:, :_PROBE_TOKENS]
        ids = ids.to(model.get_input_embeddings().weight.device)
        with torch.no_grad():
            before = model(input_ids=ids).logits.float()
            adapted = _wrapped(model, config)
            weights = _weights(adapted)
            _check_landing(folder, weights, tensors)
            saved = load_file(folder / ADAPTER_WEIGHTS)
            for name, weight in weights.items():
                weight.copy_(saved[name])
            _check_effect(folder, adapted, ids, before)
        attached = True
    except (ValueError, TypeError, LookupError, RuntimeError, AttributeError, OSError, re.error) as error:
        raise AdapterError(f"{folder}: the adapter cannot be put on the model ({error}); train it again.") from error
    finally:
        if not attached:
            _restore(model)
    return adapted


def detach_adapter(model: Any) -> Any:
    """The base model of what ``attach_adapter`` returned, its weights and modules exactly as before.

    Its parameters stay frozen (``requires_grad`` False). A model without adapter comes back as it is.
    """
    base = model.get_base_model() if hasattr(model, "peft_config") and hasattr(model, "get_base_model") else model
    _restore(base)
    return base


def _wrapped(model: Any, config: LoraConfig) -> Any:
    """``model`` with untrained adapter layers."""
    from peft import PeftModelForCausalLM

    with warnings.catch_warnings():
        # PEFT's advice is about training and merging, and about transformers' new names.
        warnings.simplefilter("ignore")
        return PeftModelForCausalLM(model, config).eval()


def _weights(adapted: Any) -> dict[str, Any]:
    """The parameters of the adapter under the names that they have in its file."""
    from peft import get_peft_model_state_dict

    # PEFT would take them from state_dict(), and load by it. On a CPU that makes bitsandbytes unpack and pack again
    # the 4-bit weights of the base, which changes their last digits for good.
    held = dict(adapted.named_parameters(remove_duplicate=False))
    found: dict[str, Any] = get_peft_model_state_dict(adapted, state_dict=held, save_embedding_layers=False)
    if not {id(weight) for weight in found.values()} <= {id(weight) for weight in held.values()}:
        raise RuntimeError("PEFT handed out copies of the adapter's weights")
    return found


def _restore(model: Any) -> None:
    """Puts every module of the base back in the place that a module of PEFT took."""
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    replaced: tuple[str, ...] = ()
    for name, module in list(model.named_modules()):
        if name.startswith(replaced) or not isinstance(module, BaseTunerLayer | AuxiliaryTrainingWrapper):
            continue
        parent, _, last = name.rpartition(".")
        base = module.get_base_layer() if isinstance(module, BaseTunerLayer) else module.original_module
        setattr(model.get_submodule(parent), last, base)
        replaced += (f"{name}.",)
    if hasattr(model, "peft_config"):
        del model.peft_config


def _check_landing(folder: Path, weights: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    wanted = {name: tuple(weight.shape) for name, weight in weights.items()}
    path = folder / ADAPTER_WEIGHTS
    missing, strange = sorted(wanted.keys() - tensors.keys()), sorted(tensors.keys() - wanted.keys())
    if strange:
        if any("embed_tokens" in name or "lm_head" in name for name in strange):
            advice = "it was trained with a resized vocabulary; train it without adding tokens"
        else:
            advice = "load it on its own base"
        raise AdapterError(f"{path}: {len(strange)} weights have no place in the model ({strange[0]}); {advice}.")
    if missing:
        raise AdapterError(f"{path}: {len(missing)} weights are missing ({missing[0]}); save the adapter again.")
    for name, shape in wanted.items():
        if tensors[name].shape != shape:
            raise AdapterError(
                f"{path}: {name} has the shape {list(tensors[name].shape)} and the model needs {list(shape)}; load the "
                f"adapter on its own base."
            )


def _check_effect(folder: Path, adapted: Any, ids: Any, before: Any) -> None:
    logits = adapted(input_ids=ids).logits.float()
    with adapted.disable_adapter():
        noise = (adapted(input_ids=ids).logits.float() - before).abs().max()
    if not logits.isfinite().all():
        raise AdapterError(f"{folder}: with this adapter the model computes NaN; use an earlier checkpoint of it.")
    # On a GPU two runs of the same model may differ in the last digits.
    if not (logits - before).abs().max() > 2 * noise:
        raise AdapterError(f"{folder}: the adapter changes nothing, it was never trained or saved wrongly; train it.")
