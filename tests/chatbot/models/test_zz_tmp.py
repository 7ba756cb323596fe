from __future__ import annotations

import importlib.util
import json
import pickle
import random
from pathlib import Path

import jinja2
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from chatbot.errors import AdapterError, ModelUnavailable
from chatbot.models.safety import check_adapter_folder, check_finite, check_model_folder
from chatbot.models.template_safety import check_template
from chatbot.models.tensor_file import CHUNK, read_tensors
from chatbot.models.unsafe import Unsafe
from tests.chatbot.models.hostile import (
    ADAPTERS,
    CHAT_TEMPLATE,
    MODELS,
    Hostile,
    code_bomb,
    pickle_bomb,
    plain_adapter,
    plain_model,
    setting,
    template_bomb,
)


def test_enough_hostile_folders() -> None:
    assert len(MODELS) >= 30 and len(ADAPTERS) >= 30
    assert len({hostile.name for hostile in MODELS}) == len(MODELS)


@pytest.mark.parametrize("hostile", MODELS, ids=lambda hostile: hostile.name)
def test_hostile_model_is_refused(hostile: Hostile, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    folder = plain_model(tmp_path / "model")
    hostile.damage(folder, canary)
    with pytest.raises(ModelUnavailable, match=hostile.reason) as caught:
        check_model_folder(folder)
    _check_sentence(str(caught.value), folder)
    assert not canary.exists()


@pytest.mark.parametrize("hostile", ADAPTERS, ids=lambda hostile: hostile.name)
def test_hostile_adapter_is_refused(hostile: Hostile, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    folder = plain_adapter(tmp_path / "adapter")
    hostile.damage(folder, canary)
    with pytest.raises(AdapterError, match=hostile.reason) as caught:
        check_adapter_folder(folder)
    _check_sentence(str(caught.value), folder)
    assert not canary.exists()


def _check_sentence(message: str, folder: Path) -> None:
    """What, where and what to do: it names the folder or a file in it, and ends with advice."""
    assert message.startswith(str(folder)) and message.endswith(".")
    assert "\n" not in message and ";" in message


def test_canaries_are_alive(tmp_path: Path) -> None:
    """What is hidden in the hostile folders would create the canary, were it run."""
    pickle.loads(pickle_bomb(tmp_path / "pickle"))
    jinja2.Environment().from_string(template_bomb(tmp_path / "template")).render()
    (tmp_path / "evil.py").write_text(code_bomb(tmp_path / "code"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("evil", tmp_path / "evil.py")
    assert spec and spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert all((tmp_path / name).is_dir() for name in ("pickle", "template", "code"))


def test_good_folders_pass(tmp_path: Path) -> None:
    check_model_folder(plain_model(tmp_path / "model"))
    check_adapter_folder(plain_adapter(tmp_path / "adapter"))


def test_what_is_never_read_does_no_harm(tmp_path: Path) -> None:
    """Trainers leave pickles beside the safetensors; transformers is told not to read them."""
    folder = plain_adapter(tmp_path / "adapter")
    (folder / "training_args.bin").write_bytes(pickle_bomb(tmp_path / "canary"))
    (folder / "README.md").write_text("auto_map", encoding="utf-8")
    (folder / "results.json").write_text("[[1], [2]]", encoding="utf-8")
    check_adapter_folder(folder)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"auto_map": None},
        {"trust_remote_code": False},
        {"attn_implementation": "flash_attention_2"},
        {"attn_implementation": None},
        {"tokenizer_class": "LlamaTokenizerFast"},
        {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}},
        {"use_mamba_kernels": True},
    ],
    ids=str,
)
def test_harmless_settings_pass(settings: dict[str, object], tmp_path: Path) -> None:
    folder = plain_model(tmp_path / "model")
    setting("config.json", **settings)(folder, tmp_path)
    check_model_folder(folder)


def test_shards_pass(tmp_path: Path) -> None:
    folder = plain_model(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    weight_map = {}
    for n, (name, values) in enumerate(weights.items()):
        save_file({name: values}, folder / f"model-{n}.safetensors")
        weight_map[name] = f"model-{n}.safetensors"
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")
    check_model_folder(folder)


def test_snapshot_of_the_hub_cache_passes(tmp_path: Path) -> None:
    """There every file is a link to the folder "blobs"; a link to anywhere else is refused even there."""
    cache = tmp_path / "models--seodang--tiny"
    folder = plain_model(cache / "snapshots" / "0123abc")
    (cache / "blobs").mkdir()
    for number, path in enumerate(sorted(folder.iterdir())):
        blob = cache / "blobs" / str(number)
        path.rename(blob)
        path.symlink_to(Path("..", "..", "blobs", str(number)))
    check_model_folder(folder)
    (tmp_path / "secret").write_text("{}", encoding="utf-8")
    (folder / "config.json").unlink()
    (folder / "config.json").symlink_to(tmp_path / "secret")
    with pytest.raises(ModelUnavailable, match="leads out of the folder"):
        check_model_folder(folder)


@pytest.mark.parametrize("made", ["absent", "empty", "file"])
def test_no_model_folder(made: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    if made == "empty":
        folder.mkdir()
    elif made == "file":
        folder.write_bytes(b"")
    with pytest.raises(ModelUnavailable, match="not a transformers model"):
        check_model_folder(folder)
    with pytest.raises(AdapterError, match="not a PEFT adapter"):
        check_adapter_folder(folder)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
@pytest.mark.parametrize("place", [0, CHUNK // 4 - 1, CHUNK // 4, -1])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_every_number_is_scanned(kind: str, place: int, value: float, tmp_path: Path) -> None:
    """Also at the borders of the pieces that a file is read in."""
    weights = np.full(CHUNK // 2 + 3, 1.5, kind)
    save_file({"a": np.zeros(3, "i4"), "b": weights}, tmp_path / "a.safetensors")
    check_finite(tmp_path)
    weights[place] = value
    save_file({"a": np.zeros(3, "i4"), "b": weights}, tmp_path / "a.safetensors")
    with pytest.raises(Unsafe, match="the weights b hold NaN"):
        check_finite(tmp_path)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_largest_numbers_are_finite(kind: str, tmp_path: Path) -> None:
    limits = np.finfo(kind)
    save_file({"a": np.array([limits.max, limits.min, limits.tiny, -0.0], kind)}, tmp_path / "a.safetensors")
    check_finite(tmp_path)


def test_reads_what_the_library_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    weights = {"x": np.arange(6, dtype="f4").reshape(2, 3), "y": np.zeros((0, 4), "i8"), "z": np.array(True)}
    save_file(weights, path, metadata={"format": "pt"})
    tensors = read_tensors(path)
    raw = path.read_bytes()
    assert {name: tensor.shape for name, tensor in tensors.items()} == {k: v.shape for k, v in weights.items()}
    for name, tensor in tensors.items():
        assert raw[tensor.start : tensor.end] == weights[name].tobytes()


def test_damaged_files_are_judged_as_the_library_judges_them(tmp_path: Path) -> None:
    """Bytes of the header changed, removed and added: what passes is read alike, and nothing that it refuses passes."""
    generator = random.Random(7)
    path = tmp_path / "a.safetensors"
    save_file({"x": np.arange(6, dtype="f4").reshape(2, 3), "y": np.ones(8, "f2")}, path)
    good = path.read_bytes()
    passed = 0
    for _ in range(15000):
        raw = bytearray(good)
        place = generator.randrange(len(raw) - 40)
        kind = generator.randrange(3)
        digit = generator.choice(b'0123456789[]{}",:-')
        raw[place : place + (kind != 0)] = bytes([digit]) if kind < 2 else b""
        path.write_bytes(raw)
        try:
            tensors = read_tensors(path)
        except Unsafe:
            continue
        passed += 1
        theirs = load_file(path)
        assert {name: tensor.shape for name, tensor in tensors.items()} == {k: v.shape for k, v in theirs.items()}
    assert 0 < passed < 9999


GOOD_TEMPLATES = (
    CHAT_TEMPLATE,
    "{%- set ns = namespace(found=false) %}{% for m in messages[::-1] %}{% set i = (messages|length - 1) - loop.index0 %}"
    "{% if m.role == 'user' and not(m.content.startswith('<tool>')) %}{% set ns.found = i %}{% endif %}{% endfor %}",
    "{% macro part(x, state=none) %}{% generation %}{{ x|tojson(indent=2) }}{% endgeneration %}{% endmacro %}"
    "{{ part(messages[loop_index + 1 if loop_index else 0]['content'].split('</think>')[-1].lstrip('\\n')) }}",
    "{% for _ in range(3) %}{% continue %}{% endfor %}{{ tools | selectattr('type', 'equalto', '_x') | list }}",
    "{{ 'year {}'.format(strftime_now('%Y')) }}{{ messages | map(attribute='content') | join('\\n') }}",
    "{{ messages[loop.index0 % 2]['role'] }}{{ fn.get('_private') }}{{ raise_exception('no') }}",
)
BAD_TEMPLATES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ x['__class__'] }}",
    "{{ x['_private'] }}",
    "{{ x|attr('__class__') }}",
    "{{ x|attr(y) }}",
    "{{ messages|map('attr', 'role') }}",
    "{{ messages|map(attribute='__class__') }}",
    "{{ messages|map(attribute='a.__class__') }}",
    "{{ messages|groupby('__class__') }}",
    "{{ messages|sort(attribute=x) }}",
    "{{ messages|selectattr('__class__') }}",
    "{{ x['__cl' ~ 'ass__'] }}",
    "{{ x['__cl' + 'ass__'] }}",
    "{{ x['%s%s' % ('__cl', 'ass__')] }}",
    "{{ x[a ~ b] }}",
    "{% set name = '__class__' %}{{ x[name] }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ x.format(y) }}",
    "{% set f = '{}'.format %}{{ f(x) }}",
    "{{ '{x}'.format_map(y) }}",
    "{{ x['format'](y) }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ self._TemplateReference__context }}",
    "{{ raise_exception.gi_frame.f_globals }}",
    "{{ __builtins__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'a' as b %}",
    "{% from 'a' import b %}",
    "{% extends 'a' %}",
    "{% if %}",
    "{{ " + "(" * 50_000,
    "{{ 1 }}" + " " * 1_000_000,
)


@pytest.mark.parametrize("template", GOOD_TEMPLATES)
def test_usual_templates_pass(template: str) -> None:
    check_template(template, "here")


@pytest.mark.parametrize("template", BAD_TEMPLATES, ids=lambda template: template[:40])
def test_templates_that_reach_out_are_refused(template: str) -> None:
    with pytest.raises(Unsafe, match=r"here: the chat template .*; do not use this model"):
        check_template(template, "here")
