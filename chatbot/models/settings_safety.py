"""The settings of a model or adapter folder: what may not stand in its JSON files and chat templates."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatbot.models.template_safety import check_template
from chatbot.models.unsafe import Unsafe

MAX_JSON = 64 << 20  # bytes; the largest tokenizer.json in use (a vocabulary of 256,000) has about 35 MB
MAX_DEPTH = 64  # tables and lists inside one another

# Files whose keys are tokens or tensors, not settings.
_DATA = re.compile(r"tokenizer\.json|vocab\.json|added_tokens\.json|.*\.index\.json|tekken\.json")
_RUNS_CODE = {
    "auto_map": "names Python code to run",
    "trust_remote_code": "asks for code to be trusted",
    "custom_generate": "names Python code to run",
    "custom_pipelines": "names Python code to run",
    "code_revision": "names Python code to fetch",
    "use_kernels": "asks for compiled code from the hub",
    "kernel_config": "names compiled code to fetch",
    "allow_all_kernels": "asks for compiled code from the hub",
    "_attn_implementation_internal": "names compiled code to fetch",
    "_experts_implementation_internal": "names compiled code to fetch",
    "megatron_config": "makes PEFT import a module that the folder names",
    "corda_config": "makes PEFT read a pickle file",
    "lora_ga_config": "makes PEFT read a pickle file",
}
_NAMES_CLASS = {"tokenizer_class", "processor_class", "feature_extractor_type", "image_processor_type"}


def check_settings(folder: Path) -> dict[str, dict[str, Any]]:
    """Checks all that a tokenizer, configuration or template loader may read; the top-level tables by file name."""
    found = {path.name: read_json(path) for path in sorted(folder.glob("*.json"))}
    for name, content in found.items():
        for key, value in _settings(folder / name, content):
            if not _DATA.fullmatch(name):
                _check_setting(folder / name, key, value)
    for path in sorted(folder.rglob("*.jinja")):
        try:
            check_template(path.read_text(encoding="utf-8"), str(path))
        except UnicodeDecodeError:
            raise Unsafe(f"{path}: the chat template is not UTF-8 text; download it again.") from None
    return found


def _settings(path: Path, content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every key and value at any depth."""
    waiting: list[tuple[Any, int]] = [(content, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Unsafe(f"{path}: this is not a usable JSON file (its tables are nested too deeply); do not use it.")
        if isinstance(node, dict):
            yield from node.items()
        children = node.values() if isinstance(node, dict) else node
        waiting.extend((child, depth + 1) for child in children if isinstance(child, dict | list))


def _check_setting(path: Path, key: str, value: Any) -> None:
    fault = _RUNS_CODE.get(key) if value else None
    if key.endswith(("attn_implementation", "experts_implementation")) and not _is_builtin(value):
        fault = "names compiled code to fetch from the hub"
    elif key in _NAMES_CLASS and value is not None and not re.fullmatch(r"[\w-]+", str(value)):
        fault = "does not name a class of transformers"
    elif key in ("quantization_config", "compression_config") and value:
        _check_quantization(path, value)
    elif key == "chat_template":
        _check_templates(path, value)
    if fault:
        raise Unsafe(
            f"{path}: the setting {key} {fault}, and Seodang runs no code that comes with a model; use a model without "
            f"it, or remove the setting if the model works without."
        )


def _is_builtin(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_builtin(part) for part in value.values())
    return value is None or (isinstance(value, str) and re.fullmatch(r"\w+", value) is not None)


def _check_quantization(path: Path, value: Any) -> None:
    method = value.get("quant_method") if isinstance(value, dict) else value
    bits = isinstance(value, dict) and (value.get("load_in_4bit") or value.get("load_in_8bit"))
    if method != "bitsandbytes" and not (method is None and bits):
        raise Unsafe(
            f"{path}: the weights are quantized with {method!r}, whose loader may fetch code, and only bitsandbytes is "
            f"loaded here; use the unquantized model (with --load-in-4bit where memory is short) or serve this one "
            f"with vLLM."
        )


def _check_templates(path: Path, value: Any) -> None:
    named = value if isinstance(value, list) else [value]
    for entry in named:
        sources = list(entry.values()) if isinstance(entry, dict) else [entry]
        for source in sources:
            if source is not None and not isinstance(source, str):
                raise Unsafe(f"{path}: the chat template is not text; download the file again.")
            check_template(source or "", str(path))


def read_json(path: Path) -> dict[str, Any]:
    """The table in a JSON file (anything else stands under the key ""). Unsafe when it is too large, too deep, ambiguous
    or not JSON."""
    size = path.stat().st_size
    if size > MAX_JSON:
        raise Unsafe(f"{path}: {size} bytes are too many for a configuration (at most {MAX_JSON}); do not use it.")
    try:
        content = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError) as error:
        fault = "its tables are nested too deeply" if isinstance(error, RecursionError) else f"{error}"
        raise Unsafe(f"{path}: this is not a usable JSON file ({fault}); download it again.") from None
    return content if isinstance(content, dict) else {"": content}


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        # Two readers may pick different ones, so that the checked value need not be the value in use.
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {twice!r} stands twice in one table")
    return content
