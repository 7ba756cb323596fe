"""Whether a model or adapter folder may be loaded: read and judged before transformers or PEFT see any of it.

Nothing here runs, unpickles or renders what a folder holds, and nothing here needs torch. All weights are scanned for
NaN, a model's too: 3 to 8 GB/s from the page cache (measured on one core of a busy and of a quiet machine), and the
loader then finds the file there. Python files are refused although transformers runs none without
``trust_remote_code``: a folder that brings code is a model that does not work as a plain one, and one careless setting
elsewhere would run it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatbot.errors import AdapterError, ModelUnavailable
from chatbot.models.settings_safety import check_settings, read_json
from chatbot.models.tensor_file import Tensor, check_finite_file, read_tensors
from chatbot.models.unsafe import Unsafe

MAX_FILES = 10_000
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"

_CODE = {".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".ipynb"}
_OTHER_WEIGHTS = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".gguf", ".onnx", ".npz"}
# A torch distributed checkpoint, which transformers prefers to model.safetensors when it finds one.
_DISTRIBUTED = re.compile(r"shard-.*\.safetensors|.*\.distcp|\.metadata")


def check_model_folder(folder: Path) -> None:
    """Raises ModelUnavailable, with one sentence, unless ``folder`` holds a model that is safe and sound to load.

    ``folder`` is a local folder or a snapshot in the hub's cache; a hub name has nothing to check before it is
    downloaded. What passes: ``config.json``; weights that are safetensors by content and finite, whole shards only;
    no code; no setting that runs or fetches code; no link out of the folder; chat templates without access to Python's
    internals. Whether the weights are all the architecture needs, only the loader can tell.
    """
    try:
        _check_files(folder, "config.json", "a transformers model")
        if (folder / ADAPTER_CONFIG).exists():
            raise Unsafe(
                f"{folder / ADAPTER_CONFIG}: this is an adapter, which would load another model by itself; give the "
                f"base model as the model and this folder as the adapter."
            )
        config = check_settings(folder)["config.json"]
        _check_weights(folder, _weight_files(folder, config))
    except Unsafe as error:
        raise ModelUnavailable(str(error)) from None
    except OSError as error:
        raise ModelUnavailable(f"{folder}: the model cannot be read ({error}); check the folder.") from error


def check_adapter_folder(folder: Path) -> None:
    """Raises AdapterError, with one sentence, unless ``folder`` holds a PEFT adapter that is safe to load.

    As ``check_model_folder``, with ``adapter_config.json`` and ``adapter_model.safetensors``. Whether it fits a base
    model is the question of chatbot/models/adapter.py.
    """
    try:
        _check_files(folder, ADAPTER_CONFIG, "a PEFT adapter")
        config = check_settings(folder)[ADAPTER_CONFIG]
        mapping = config.get("auto_mapping") or {}
        library = mapping.get("parent_library", "") if isinstance(mapping, dict) else None
        if not isinstance(library, str) or not re.fullmatch(r"(transformers(\.\w+)*)?", library):
            raise Unsafe(
                f"{folder / ADAPTER_CONFIG}: auto_mapping makes PEFT import {library!r}, which runs code; remove the "
                f"key if you trust the adapter's weights."
            )
        if not (folder / ADAPTER_WEIGHTS).is_file():
            raise Unsafe(_no_weights(folder, ADAPTER_WEIGHTS))
        _check_weights(folder, [folder / ADAPTER_WEIGHTS])
    except Unsafe as error:
        raise AdapterError(str(error)) from None
    except OSError as error:
        raise AdapterError(f"{folder}: the adapter cannot be read ({error}); check the folder.") from error


def check_finite(folder: Path) -> None:
    """Raises Unsafe when a safetensors file in ``folder`` holds NaN or infinity (both checks above do this too)."""
    for path in sorted(folder.glob("*.safetensors")):
        check_finite_file(path, read_tensors(path))


def _check_files(folder: Path, needed: str, kind: str) -> None:
    if not (folder / needed).is_file():
        raise Unsafe(f"{folder}: this is not {kind}, {needed} is missing; give the folder that holds {needed}.")
    roots = _allowed_roots(folder.resolve())
    for count, path in enumerate(_walk(folder)):
        if count >= MAX_FILES:
            raise Unsafe(f"{folder}: more than {MAX_FILES} files; give a folder that holds nothing but the model.")
        mode = path.stat().st_mode
        if path.is_symlink() and not any(path.resolve().is_relative_to(root) for root in roots):
            raise Unsafe(f"{path}: this link leads out of the folder; put a copy of the file in its place.")
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise Unsafe(f"{path}: this is neither a file nor a folder; remove it.")
        if path.suffix.lower() in _CODE or path.name == "custom_generate":
            raise Unsafe(
                f"{path}: this folder brings program code, which Seodang never runs; use a model that needs none, or "
                f"remove the file if the weights are of a plain Llama-style model."
            )
        if _DISTRIBUTED.fullmatch(path.name):
            raise Unsafe(f"{path}: distributed checkpoints are not loaded; save the model with save_pretrained.")


def _allowed_roots(folder: Path) -> list[Path]:
    """Where a link may lead. In the hub's cache a snapshot is a folder of links to ``../../blobs``."""
    return [folder, folder.parent.parent / "blobs"] if folder.parent.name == "snapshots" else [folder]


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(root, name)


def _weight_files(folder: Path, config: dict[str, Any]) -> list[Path]:
    """The safetensors files that the loader will read."""
    chosen = config.get("transformers_weights")
    if chosen is not None and (not isinstance(chosen, str) or Path(chosen).name != chosen):
        raise Unsafe(f"{folder / 'config.json'}: transformers_weights leads out of the folder; remove the setting.")
    single, index = folder / (chosen or "model.safetensors"), folder / "model.safetensors.index.json"
    if single.name.endswith(".index.json"):
        index = single
    elif single.is_file() and single.suffix == ".safetensors":
        return [single]
    if not index.is_file():
        raise Unsafe(_no_weights(folder, "model.safetensors"))
    return _shards(folder, index)


def _shards(folder: Path, index: Path) -> list[Path]:
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise Unsafe(f"{index}: it lists no weights; download the model again.")
    names = set(weight_map.values()) if all(isinstance(name, str) for name in weight_map.values()) else {""}
    if any(Path(name).name != name or not name.endswith(".safetensors") for name in names):
        raise Unsafe(f"{index}: it names weights that are not safetensors files of this folder; download it again.")
    held: dict[str, dict[str, Tensor]] = {}
    for name in sorted(names):
        if not (folder / name).is_file():
            raise Unsafe(f"{folder / name}: this part of the weights is missing; download the model again.")
        held[name] = read_tensors(folder / name)
    for tensor, name in weight_map.items():
        if tensor not in held[name]:
            raise Unsafe(f"{folder / name}: the weights {tensor} are missing in it; download the model again.")
    return [folder / name for name in sorted(names)]


def _no_weights(folder: Path, wanted: str) -> str:
    others = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in _OTHER_WEIGHTS)
    if others:
        return (
            f"{folder / others[0]}: weights in this format are not loaded, since formats such as pickle can run code, "
            f"and {wanted} is missing; get the safetensors version of the model."
        )
    return f"{folder / wanted}: the weights are missing; download them again as safetensors."


def _check_weights(folder: Path, files: list[Path]) -> None:
    for path in sorted({*files, *folder.glob("*.safetensors")}):
        tensors = read_tensors(path)
        if not tensors:
            raise Unsafe(f"{path}: it holds no weights; download it again.")
        check_finite_file(path, tensors)
