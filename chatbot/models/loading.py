"""A hub name or folder -> a model and its tokenizer, loaded so that it fits."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.errors import ModelUnavailable
from chatbot.models.memory import choose_format, read_weights
from chatbot.models.unsafe import Unsafe

if TYPE_CHECKING:
    import torch

# All that is fetched from the hub: weights as safetensors, settings and tokenizers; never code or pickles.
_WANTED = ["*.safetensors", "*.json", "*.jinja", "*.txt", "*.model"]
_UNWANTED = ["original/*", "onnx/*", "metal/*", "consolidated*", "*/*.safetensors"]
_MISSING_SHOWN = 3


@dataclass(frozen=True)
class Loaded:
    """A transformers model on its device, ready to generate. ``form`` tells the numbers, such as "bfloat16, 4-bit"."""

    model: Any
    tokenizer: Any
    name: str
    form: str


def load(spec: str, *, load_in_4bit: bool = False, device: str | None = None, dtype: str | None = None) -> Loaded:
    """The model that ``spec`` (a folder, else a hub name) stands for.

    On a GPU where there is one and the model fits it, else on the CPU. ``dtype`` (float32, bfloat16, float16) is chosen
    when None: bfloat16, on GPUs without it float16, on CPUs that are slow at it float32. In 4-bit (NF4, double
    quantization) on request, or when it would not fit otherwise. Raises ModelUnavailable.
    """
    from chatbot.models.safety import check_model_folder

    # bitsandbytes tells on import that an optional kernel is not installed.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    folder, name = find(spec)
    check_model_folder(folder)
    failed: ModelUnavailable | None = None
    for place in _devices(device):
        try:
            return _load(folder, name, place, dtype, load_in_4bit)
        except ModelUnavailable as error:
            failed = failed or error
    assert failed is not None  # there is always a device
    raise failed


def find(spec: str) -> tuple[Path, str]:
    """The folder of a model and the name that it goes by; a hub name is downloaded, or found in the hub's cache."""
    path = Path(spec).expanduser()
    if path.is_dir():
        return path, path.resolve().name
    if spec.startswith((".", "/", "~")) or "\\" in spec or spec.count("/") > 1 or path.is_file():
        raise ModelUnavailable(f"There is no model folder {spec}; give the folder that holds config.json.")
    return _download(spec), spec


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        return Path(snapshot_download(name, allow_patterns=_WANTED, ignore_patterns=_UNWANTED))
    except GatedRepoError as error:
        raise ModelUnavailable(
            f"The model {name} asks for a licence to be accepted: do so on https://huggingface.co/{name}, run "
            "`hf auth login`, and try again."
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelUnavailable(
            f"There is no folder and no hub model {name!r}; check the spelling, or run `hf auth login` if it is private."
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ModelUnavailable(
            f"The model {name} is not on this machine and the hub cannot be reached; connect once to download it, or "
            "copy its folder here and name the folder."
        ) from error


def _devices(wanted: str | None) -> list[torch.device]:
    import torch

    if wanted is not None:
        try:
            return [torch.device(wanted)]
        except RuntimeError as error:
            raise ModelUnavailable(f"There is no device {wanted!r}; name cpu or cuda.") from error
    return [torch.device("cuda", 0)] * torch.cuda.is_available() + [torch.device("cpu")]


def _dtype(wanted: str | None, device: torch.device) -> torch.dtype:
    import torch

    if wanted is not None:
        chosen: torch.dtype = getattr(torch, wanted)
        return chosen
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    able = torch.cpu.get_capabilities()
    quick = any(able.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if device.type != "cpu" or quick else torch.float32


def _load(folder: Path, name: str, device: torch.device, wanted: str | None, load_in_4bit: bool) -> Loaded:
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    dtype = _dtype(wanted, device)
    options: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    try:
        config = AutoConfig.from_pretrained(folder, **options)
        form = choose_format(name, read_weights(folder), config, device, dtype.itemsize, load_in_4bit)
        if form == "4-bit":
            options["quantization_config"] = _nf4(name, dtype)
        if form != "full" or device.type == "cuda":
            options["device_map"] = {"": device}
        with warnings.catch_warnings():
            # The libraries' own deprecations are nothing that a user could act on.
            warnings.simplefilter("ignore")
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
            loader: Any = AutoModelForCausalLM
            model, told = loader.from_pretrained(
                folder, dtype=dtype, use_safetensors=True, output_loading_info=True, **options
            )
    except Unsafe as error:
        raise ModelUnavailable(str(error)) from None
    except (OSError, ValueError, ImportError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(
            f"{folder}: the model cannot be loaded ({_first_line(error)}); check that it is a whole Llama-style chat model."
        ) from error
    _check_told(folder, told)
    # Not the folder in the hub's cache: adapters record the name of their base.
    model.name_or_path = name if "/" in name else str(folder)
    return Loaded(
        model.eval(), tokenizer, name, str(dtype).removeprefix("torch.") + (", 4-bit" if form == "4-bit" else "")
    )


def _nf4(name: str, dtype: torch.dtype) -> Any:
    from importlib.util import find_spec

    from transformers import BitsAndBytesConfig

    if find_spec("bitsandbytes") is None:
        raise ModelUnavailable(
            f"{name} has to be loaded in 4-bit, which needs bitsandbytes; install it with: "
            "pip install -c constraints.txt 'seodang[models]'"
        )
    settings: Any = BitsAndBytesConfig
    return settings(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


def _check_told(folder: Path, told: Any) -> None:
    """transformers fills missing weights with random numbers and says so in a log only."""
    for kind, what in (("missing_keys", "are missing"), ("mismatched_keys", "have the wrong size")):
        names = sorted(str(key[0] if isinstance(key, tuple) else key) for key in told.get(kind) or ())
        if names:
            shown = ", ".join(names[:_MISSING_SHOWN])
            raise ModelUnavailable(f"{folder}: {len(names)} weights {what} ({shown}); download the model again.")


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200].rstrip(".")
