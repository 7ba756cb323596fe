"""Model and adapter folders that mean harm: how each is made from a good one, and the reason it is to be refused with.

``canary`` is a path that exists as soon as the code of a hostile folder has run.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

Damage = Callable[[Path, Path], None]


@dataclass(frozen=True)
class Hostile:
    """``reason``: a regular expression for the refusal. ``damage(folder, canary)`` spoils a good folder."""

    name: str
    reason: str
    damage: Damage


class _Bomb:
    """Unpickling it creates the canary."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.canary),)


def pickle_bomb(canary: Path) -> bytes:
    return pickle.dumps(_Bomb(canary))


def template_bomb(canary: Path) -> str:
    return "{{ cycler.__init__.__globals__.os.mkdir('" + str(canary) + "') }}"


def code_bomb(canary: Path) -> str:
    return f"import os\nos.mkdir({str(canary)!r})\n"


CHAT_TEMPLATE = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] }}{% endfor %}"


def plain_model(folder: Path) -> Path:
    """A folder that looks like a model to all that reads no further than safety.py."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    weights = {f"model.layers.{n}.mlp.up_proj.weight": generator.normal(size=(8, 4)).astype("f4") for n in range(2)}
    save_file({"model.embed_tokens.weight": np.ones((16, 4), "f2"), **weights}, folder / "model.safetensors")
    _write(folder / "config.json", {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 4})
    _write(folder / "generation_config.json", {"eos_token_id": 2})
    _write(folder / "tokenizer.json", {"model": {"type": "BPE", "vocab": {"a": 0, "auto_map": 1}}, "added_tokens": []})
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "a"})
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")
    return folder


def plain_adapter(folder: Path) -> Path:
    folder.mkdir(parents=True)
    stem = "base_model.model.model.layers.0.mlp.up_proj.lora_"
    weights = {f"{stem}A.weight": np.ones((2, 4), "f4"), f"{stem}B.weight": np.ones((8, 2), "f4")}
    save_file(weights, folder / "adapter_model.safetensors")
    _write(
        folder / "adapter_config.json", {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 2, "auto_mapping": None}
    )
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")
    return folder


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _weights(folder: Path) -> Path:
    return next(p for p in (folder / "adapter_model.safetensors", folder / "model.safetensors") if p.exists())


def setting(file: str, **settings: Any) -> Damage:
    """Adds settings to a JSON file of the folder."""

    def damage(folder: Path, canary: Path) -> None:
        path = folder / file
        content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        _write(path, content | settings)

    return damage


def text(file: str, content: str) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(content, encoding="utf-8")

    return damage


def _only_pickle(file: str) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        _weights(folder).unlink()
        (folder / file).write_bytes(pickle_bomb(canary))

    return damage


def _renamed_pickle(folder: Path, canary: Path) -> None:
    _weights(folder).write_bytes(pickle_bomb(canary))


def _renamed_zip(folder: Path, canary: Path) -> None:
    with zipfile.ZipFile(_weights(folder), "w") as archive:
        archive.writestr("archive/data.pkl", pickle_bomb(canary))


def _header(change: Callable[[dict[str, Any]], Any], tail: bytes = b"") -> Damage:
    """Rewrites the header of the weights; what ``change`` returns is used when it is bytes."""

    def damage(folder: Path, canary: Path) -> None:
        path = _weights(folder)
        raw = path.read_bytes()
        length = struct.unpack("<Q", raw[:8])[0]
        header = json.loads(raw[8 : 8 + length])
        changed = change(header)
        made = changed if isinstance(changed, bytes) else json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(made)) + made + raw[8 + length :] + tail)

    return damage


def _first(header: dict[str, Any]) -> dict[str, Any]:
    """The entry of the tensor that stands first in the file."""
    return min((e for k, e in header.items() if k != "__metadata__"), key=lambda e: e["data_offsets"][0])


def _last(header: dict[str, Any]) -> dict[str, Any]:
    return max((e for k, e in header.items() if k != "__metadata__"), key=lambda e: e["data_offsets"][0])


def _overlap(header: dict[str, Any]) -> None:
    size = _last(header)["data_offsets"][1] - _last(header)["data_offsets"][0]
    _last(header)["data_offsets"] = [0, size]


def _gap(header: dict[str, Any]) -> None:
    _last(header)["data_offsets"] = [offset + 64 for offset in _last(header)["data_offsets"]]


def _repeated(header: dict[str, Any]) -> bytes:
    name = next(name for name in header if name != "__metadata__")
    return json.dumps(header)[:-1].encode() + b"," + json.dumps({name: header[name]})[1:].encode()


def _length(length: int) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        path = _weights(folder)
        path.write_bytes(struct.pack("<Q", length) + path.read_bytes()[8:])

    return damage


def _truncated(folder: Path, canary: Path) -> None:
    path = _weights(folder)
    path.write_bytes(path.read_bytes()[:-16])


def number(value: float, kind: str = "f4") -> Damage:
    """Puts ``value`` at the end of the last tensor."""

    def damage(folder: Path, canary: Path) -> None:
        weights = load_file(_weights(folder))
        name = sorted(weights)[-1]
        spoilt = weights[name].astype(kind)
        spoilt.flat[-1] = value
        save_file(weights | {name: spoilt}, _weights(folder), metadata={"format": "pt"})

    return damage


def _bfloat16_nan(folder: Path, canary: Path) -> None:
    raw = np.full(64, 0x3F80, "<u2")
    raw[-1] = 0x7FC0
    header = json.dumps({"a": {"dtype": "BF16", "shape": [64], "data_offsets": [0, 128]}}).encode()
    _weights(folder).write_bytes(struct.pack("<Q", len(header)) + header + raw.tobytes())


def _sharded(weight_map: dict[str, str], write: dict[str, dict[str, Any]] | None = None) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        _weights(folder).unlink()
        (folder / "pytorch_model-1.bin").write_bytes(pickle_bomb(canary))
        for name, tensors in (write or {}).items():
            save_file(tensors, folder / name)
        _write(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": weight_map})

    return damage


def _template(place: str) -> Damage:
    """A template that reaches for Python's internals, in each of the places that transformers reads one from."""

    def damage(folder: Path, canary: Path) -> None:
        bomb = template_bomb(canary)
        if place.endswith(".jinja"):
            text(place, bomb)(folder, canary)
        elif place == "list":
            named = [{"name": "default", "template": "{{ messages }}"}, {"name": "tool_use", "template": bomb}]
            setting("tokenizer_config.json", chat_template=named)(folder, canary)
        else:
            setting(place, chat_template=bomb)(folder, canary)

    return damage


def _code(file: str) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        text(file, code_bomb(canary))(folder, canary)

    return damage


def _auto_map(file: str, nested: str | None = None) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        (folder.parent / "modeling_evil.py").write_text(code_bomb(canary), encoding="utf-8")
        kinds = ("AutoConfig", "AutoModelForCausalLM", "AutoTokenizer")
        found = {"auto_map": {kind: "../modeling_evil.Evil" for kind in kinds}}
        setting(file, **({nested: found} if nested else found))(folder, canary)

    return damage


def _link(file: str) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        outside = folder.parent / "outside.jinja"
        outside.write_text("{{ messages }}", encoding="utf-8")
        (folder / file).unlink(missing_ok=True)
        (folder / file).symlink_to(outside)

    return damage


def _linked_folder(folder: Path, canary: Path) -> None:
    (folder / "additional_chat_templates").symlink_to(folder.parent, target_is_directory=True)


def _pipe(folder: Path, canary: Path) -> None:
    os.mkfifo(folder / "vocab.json")


def _huge(folder: Path, canary: Path) -> None:
    os.truncate(next(folder.glob("*config.json")), 65 << 20)


def _content(content: bytes) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        _weights(folder).write_bytes(content)

    return damage


def _deep(depth: int) -> Damage:
    return text("special_tokens_map.json", '{"a":' * depth + "1" + "}" * depth)


def _bytes(file: str, content: bytes) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        (folder / file).write_bytes(content)

    return damage


def _twice(file: str) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        content = (folder / file).read_text(encoding="utf-8").rstrip()
        (folder / file).write_text(
            content[:-1] + ', "auto_map": {"AutoConfig": "x.y"}, "auto_map": {}}', encoding="utf-8"
        )

    return damage


def _removed(pattern: str) -> Damage:
    def damage(folder: Path, canary: Path) -> None:
        for path in folder.glob(pattern):
            path.unlink()

    return damage


# Of use to a model folder and to an adapter folder alike.
BOTH = (
    Hostile("renamed pickle", "by its content this is not safetensors but a Python pickle", _renamed_pickle),
    Hostile("renamed zip", "by its content this is not safetensors but a zip archive", _renamed_zip),
    Hostile("oversized header", r"its header claims 200000000 bytes", _length(200_000_000)),
    Hostile("header of 8 EB", r"its header claims 9223372036854775807 bytes", _length((1 << 63) - 1)),
    Hostile("header beyond the file", "its header claims", _length(99_000_000)),
    Hostile("header no JSON", "its header is not valid JSON", _header(lambda _: b'{"a": }')),
    Hostile("header a list", "its header is not a table", _header(lambda _: b"[1, 2, 3]")),
    Hostile("header nested", "its header is not valid JSON", _header(lambda _: b"[" * 100_000)),
    Hostile("header names twice", "a key stands twice", _header(_repeated)),
    Hostile("tensors overlap", "overlaps another tensor", _header(_overlap)),
    Hostile("tensors with a gap", "leaves a gap", _header(_gap)),
    Hostile("unknown dtype", "contradicts itself", _header(lambda h: _first(h).update(dtype="PICKLE"))),
    Hostile("negative shape", "contradicts itself", _header(lambda h: _first(h).update(shape=[-1, -8]))),
    Hostile("wrong shape", "contradicts itself", _header(lambda h: _first(h).update(shape=[1 << 62, 1 << 62]))),
    Hostile("negative offsets", "contradicts itself", _header(lambda h: _first(h).update(data_offsets=[-64, 0]))),
    Hostile("hidden bytes", "bytes that no tensor owns", _header(lambda _: None, tail=b"MZ" * 99)),
    Hostile("truncated", "it is cut short", _truncated),
    Hostile("empty file", "not safetensors but too short", _content(b"")),
    Hostile("no tensors", "it holds no weights", _content(struct.pack("<Q", 2) + b"{}")),
    Hostile("NaN", "NaN or infinite", number(float("nan"))),
    Hostile("NaN in float16", "NaN or infinite", number(float("nan"), "f2")),
    Hostile("NaN in bfloat16", "NaN or infinite", _bfloat16_nan),
    Hostile("infinity", "NaN or infinite", number(float("-inf"))),
    Hostile("auto_map of the tokenizer", "the setting auto_map names Python code", _auto_map("tokenizer_config.json")),
    Hostile(
        "tokenizer class", "tokenizer_class does not name", setting("tokenizer_config.json", tokenizer_class="os.x")
    ),
    Hostile("python file", "this folder brings program code", _code("modeling_evil.py")),
    Hostile("compiled code", "this folder brings program code", _bytes("kernel.so", b"\x7fELF")),
    Hostile("custom_generate", "this folder brings program code", _code("custom_generate/generate.py")),
    Hostile("template file", "reads the attribute __globals__", _template("chat_template.jinja")),
    Hostile("template in the settings", "reads the attribute", _template("tokenizer_config.json")),
    Hostile("template in chat_template.json", "reads the attribute", _template("chat_template.json")),
    Hostile("named template", "reads the attribute __globals__", _template("list")),
    Hostile("additional template", "reads the attribute", _template("additional_chat_templates/tool_use.jinja")),
    Hostile("template no text", "the chat template is not text", setting("tokenizer_config.json", chat_template=[[1]])),
    Hostile("template not UTF-8", "not UTF-8", _bytes("chat_template.jinja", b"\xff\xfe{{}}")),
    Hostile("link to a file", "this link leads out of the folder", _link("chat_template.jinja")),
    Hostile("link to a folder", "this link leads out of the folder", _linked_folder),
    Hostile("named pipe", "neither a file nor a folder", _pipe),
    Hostile("JSON too large", "bytes are too many", _huge),
    Hostile("JSON nested", "nested too deeply", _deep(100)),
    Hostile("JSON nested without end", "nested too deeply", _deep(200_000)),
    Hostile("JSON not UTF-8", "not a usable JSON file", _bytes("special_tokens_map.json", b"\xff\xfe")),
)

MODELS = (
    *BOTH,
    Hostile("pickle .bin", "weights in this format are not loaded", _only_pickle("pytorch_model.bin")),
    Hostile("pickle .pt", "weights in this format are not loaded", _only_pickle("model.pt")),
    Hostile("pickle .pth", "weights in this format are not loaded", _only_pickle("consolidated.00.pth")),
    Hostile("pickle .ckpt", "weights in this format are not loaded", _only_pickle("last.ckpt")),
    Hostile("GGUF", "weights in this format are not loaded", _only_pickle("model.gguf")),
    Hostile("no weights", "the weights are missing", _removed("*.safetensors")),
    Hostile("no config", "config.json is missing", _removed("config.json")),
    Hostile("shard a pickle", "not safetensors files of this folder", _sharded({"a": "pytorch_model-1.bin"})),
    Hostile("shard outside", "not safetensors files of this folder", _sharded({"a": "../model.safetensors"})),
    Hostile("shard missing", "this part of the weights is missing", _sharded({"a": "model-1.safetensors"})),
    Hostile("shard no text", "not safetensors files of this folder", _sharded({"a": 1})),  # type: ignore[dict-item]
    Hostile("index empty", "it lists no weights", _sharded({})),
    Hostile(
        "tensor missing in its shard",
        "the weights b are missing",
        _sharded({"a": "m-1.safetensors", "b": "m-1.safetensors"}, {"m-1.safetensors": {"a": np.ones(4, "f4")}}),
    ),
    Hostile("auto_map", "the setting auto_map names Python code", _auto_map("config.json")),
    Hostile("auto_map inside", "the setting auto_map names Python code", _auto_map("config.json", "text_config")),
    Hostile("auto_map twice", "the key 'auto_map' stands twice", _twice("config.json")),
    Hostile("trust_remote_code", "asks for code to be trusted", setting("config.json", trust_remote_code=True)),
    Hostile("attention kernel", "compiled code to fetch", setting("config.json", attn_implementation="evil/kernel")),
    Hostile(
        "attention kernel, private key",
        "compiled code to fetch",
        setting("config.json", _attn_implementation="evil/kernel@v1:forward"),
    ),
    Hostile(
        "attention kernel of a part",
        "compiled code to fetch",
        setting("config.json", attn_implementation={"": "sdpa", "text_config": "evil/kernel"}),
    ),
    Hostile(
        "attention kernel, internal key",
        "compiled code to fetch",
        setting("config.json", _attn_implementation_internal="sdpa"),
    ),
    Hostile("experts kernel", "compiled code to fetch", setting("config.json", experts_implementation="evil/kernel")),
    Hostile("use_kernels", "compiled code from the hub", setting("config.json", use_kernels=True)),
    Hostile("kernel_config", "compiled code to fetch", setting("config.json", kernel_config={"a": "evil/kernel"})),
    Hostile("generation code", "custom_generate names", setting("generation_config.json", custom_generate="evil/code")),
    Hostile(
        "pipeline code", "custom_pipelines names", setting("config.json", custom_pipelines={"chat": {"impl": "a"}})
    ),
    Hostile(
        "quantization with kernels",
        "quantized with 'mxfp4'",
        setting("config.json", quantization_config={"quant_method": "mxfp4"}),
    ),
    Hostile(
        "quantization in disguise",
        "quantized with 'torchao'",
        setting("config.json", quantization_config={"quant_method": "torchao", "load_in_4bit": True}),
    ),
    Hostile("weights outside", "leads out", setting("config.json", transformers_weights="../evil.safetensors")),
    Hostile(
        "adapter inside", "this is an adapter", setting("adapter_config.json", base_model_name_or_path="evil/base")
    ),
    Hostile("distributed", "distributed checkpoints", _bytes("shard-00000-model-00001-of-00001.safetensors", b"")),
)

ADAPTERS = (
    *BOTH,
    Hostile("pickle .bin", "weights in this format are not loaded", _only_pickle("adapter_model.bin")),
    Hostile("no weights", "the weights are missing", _removed("*.safetensors")),
    Hostile("no config", "adapter_config.json is missing", _removed("adapter_config.json")),
    Hostile(
        "auto_mapping",
        "auto_mapping makes PEFT import 'modeling_evil'",
        setting("adapter_config.json", auto_mapping={"parent_library": "modeling_evil", "base_model_class": "Evil"}),
    ),
    Hostile("auto_mapping no table", "auto_mapping", setting("adapter_config.json", auto_mapping=["modeling_evil"])),
    Hostile(
        "megatron",
        "megatron_config makes PEFT import",
        setting("adapter_config.json", megatron_config={"a": 1}, megatron_core="modeling_evil"),
    ),
    Hostile(
        "pickled covariance",
        "makes PEFT read a pickle",
        setting("adapter_config.json", corda_config={"covariance_file": "evil.pt"}),
    ),
    Hostile("auto_map", "the setting auto_map names Python code", _auto_map("adapter_config.json")),
    Hostile("config twice", "stands twice", _twice("adapter_config.json")),
)
