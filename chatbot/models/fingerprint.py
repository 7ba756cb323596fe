"""What a base model is, in a form that an adapter can carry and a later load can compare."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatbot.errors import AdapterError
from chatbot.models.safety import ADAPTER_CONFIG
from chatbot.models.settings_safety import read_json
from chatbot.models.unsafe import Unsafe

MANIFEST = "seodang.json"  # in the adapter's folder; its table "base" is a fingerprint
FORMAT = 1

# Rounding to bfloat16 moves a number by at most 0.4 %; training moves the embeddings of frequent tokens by far more.
_TOLERANCE = 0.02
_STRANGERS = 0.05  # share of the sampled numbers that may differ
_DATE = "26 Jul 2024"
_CLOCK = "{% macro strftime_now(format) %}" + _DATE + "{% endmacro %}"
_CONVERSATIONS = (
    [{"role": "user", "content": "가 a"}, {"role": "assistant", "content": "나 b"}, {"role": "user", "content": "다"}],
    [{"role": "system", "content": "라 d"}, {"role": "user", "content": "마 e"}],
)


def fingerprint(model: Any, tokenizer: Any) -> dict[str, Any]:
    """The identity of a transformers model and its tokenizer, ready for JSON.

    ``architecture``, ``hidden_size``, ``layers``, ``vocabulary`` (rows of the embedding); ``tokenizer`` (SHA-256 of
    the vocabulary and end token); ``template`` (SHA-256 of two rendered conversations, so that a template that reads
    differently and renders alike counts as the same); ``weights``: up to 192 numbers of the embedding and the norms,
    which 4-bit loading leaves alone, rounded to 4 digits. The same checkpoint has the same fingerprint in float32,
    bfloat16, float16 and 4-bit, up to the tolerance of ``difference``. Take it before an adapter is attached.
    """
    config = model.config
    return {
        "architecture": type(model).__name__,
        "hidden_size": config.hidden_size,
        "layers": config.num_hidden_layers,
        "vocabulary": model.get_input_embeddings().weight.shape[0],
        "tokenizer": _hash(json.dumps([sorted(tokenizer.get_vocab().items()), tokenizer.eos_token])),
        "template": _hash(rendering(tokenizer)),
        "weights": _sample(model),
    }


def record_base(folder: Path, model: Any, tokenizer: Any) -> None:
    """Writes the fingerprint of the base into the manifest of the adapter in ``folder``; other keys are kept."""
    path = folder / MANIFEST
    content = read_json(path) if path.exists() else {}
    content |= {"format": FORMAT, "base": fingerprint(model, tokenizer)}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def difference(recorded: Mapping[str, Any], present: Mapping[str, Any]) -> str | None:
    """The first thing in which two fingerprints differ, as the end of "trained on a base with ..."; None: the same."""
    for key in ("architecture", "hidden_size", "layers", "vocabulary"):
        if recorded.get(key) != present[key]:
            return f"{key.replace('_', ' ')} {recorded.get(key)} (here {present[key]})"
    for key, what in (("tokenizer", "another tokenizer"), ("template", "another chat template")):
        if recorded.get(key) != present[key]:
            return what
    old, new = recorded.get("weights"), present["weights"]
    if not isinstance(old, list) or len(old) != len(new) or not all(isinstance(x, int | float) for x in old):
        return "no readable sample of its weights"
    strangers = sum(abs(a - b) > _TOLERANCE * max(abs(a), abs(b)) + 1e-6 for a, b in zip(old, new, strict=True))
    return "other weights" if strangers > _STRANGERS * len(new) else None


def check_base(folder: Path, settings: Mapping[str, Any], model: Any, tokenizer: Any) -> None:
    try:
        manifest = read_json(folder / MANIFEST) if (folder / MANIFEST).exists() else {}
        recorded = manifest.get("base")
        if isinstance(recorded, dict):
            differs = difference(recorded, fingerprint(model, tokenizer))
            if differs:
                raise AdapterError(
                    f"{folder}: the adapter was trained on a base with {differs}, not on {model.name_or_path}; load "
                    f"it on its own base model."
                )
            return
        _check_companions(folder, tokenizer)
    except Unsafe as error:
        raise AdapterError(str(error)) from None
    name = settings.get("base_model_name_or_path")
    if name and not same_name(str(name), str(model.name_or_path)):
        raise AdapterError(
            f"{folder / ADAPTER_CONFIG}: the adapter was trained on {name}, not on {model.name_or_path}; load it on its "
            f"own base, or if both are the same model correct base_model_name_or_path there."
        )


def _check_companions(folder: Path, tokenizer: Any) -> None:
    """Compares the tokenizer that trainers save beside the adapter: its vocabulary and its chat template."""
    path = folder / "tokenizer.json"
    if path.exists():
        content = read_json(path)
        model = content.get("model")
        vocabulary = model.get("vocab") if isinstance(model, dict) else None
        added = content.get("added_tokens") or []
        known = (
            {*(vocabulary or ()), *(entry.get("content") for entry in added)} if isinstance(vocabulary, dict) else ()
        )
        strange = sorted(token for token in set(known) - set(tokenizer.get_vocab()) if isinstance(token, str))
        if strange:
            raise AdapterError(
                f"{path}: the adapter was trained with {len(strange)} tokens that the base model's vocabulary lacks "
                f"({json.dumps(strange[0], ensure_ascii=False)}); load it on the base that has them."
            )
    source = _template(folder)
    if source and rendering(tokenizer, source) != rendering(tokenizer):
        raise AdapterError(
            f"{folder}: the adapter was trained with another chat template than the base model's; use the base "
            f"with that template (copy it there if the base has none)."
        )


def _template(folder: Path) -> str | None:
    path = folder / "chat_template.jinja"
    if path.exists():
        return path.read_text(encoding="utf-8")
    path = folder / "tokenizer_config.json"
    source = read_json(path).get("chat_template") if path.exists() else None
    return source if isinstance(source, str) else None


def rendering(tokenizer: Any, template: str | None = None) -> str:
    """Two fixed conversations as ``template`` (None: the tokenizer's own) renders them, on a fixed date.

    A conversation that the template refuses is rendered as the refusal; "" when there is no template.
    """
    from jinja2 import TemplateError

    if not template and not tokenizer.chat_template:
        return ""
    # Templates that print today's date call the one or read the other; both get the same date for ever.
    source = _CLOCK + (template or tokenizer.get_chat_template())
    rendered = []
    for conversation in _CONVERSATIONS:
        try:
            text = tokenizer.apply_chat_template(
                conversation,
                chat_template=source,
                tokenize=False,
                add_generation_prompt=True,
                date_string=_DATE,
            )
        except (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            text = "refused"
        rendered.append(text)
    return "\0".join(rendered)


def same_name(one: str, other: str) -> bool:
    """Whether two names or paths of a base model name the same one: the last part counts, not where it is stored, in
    which case it is written, or whether it is a 4-bit copy."""
    return _last_part(one) == _last_part(other)


def _last_part(name: str) -> str:
    cached = re.search(r"models--[^/\\]+?--([^/\\]+)[/\\]snapshots[/\\]", name.rstrip("/\\") + "/")
    last = cached.group(1) if cached else re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return re.sub(r"(-unsloth)?(-bnb)?(-4bit)?$", "", last.casefold().replace("_", "-"))


def _sample(model: Any) -> list[float]:
    embedding = model.get_input_embeddings().weight
    # Byte-pair vocabularies number frequent tokens first.
    rows = _spread(min(1024, embedding.shape[0]), 16)
    columns = _spread(embedding.shape[1], 8)
    numbers = [float(x) for x in embedding[rows][:, columns].flatten().tolist()]
    norms = [weight for name, weight in model.named_parameters() if name.endswith("norm.weight") and weight.ndim == 1]
    for index in _spread(len(norms), 16):
        numbers += [float(x) for x in norms[index][_spread(norms[index].shape[0], 4)].tolist()]
    return [float(f"{number:.4g}") for number in numbers]


def _spread(size: int, count: int) -> list[int]:
    """At most ``count`` places spread over ``size``."""
    count = min(size, count)
    return [place * size // count for place in range(count)]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
