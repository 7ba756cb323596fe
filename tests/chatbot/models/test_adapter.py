from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from chatbot.errors import AdapterError, ModelUnavailable
from chatbot.message import Message
from chatbot.models.adapter import attach_adapter, detach_adapter
from chatbot.models.fingerprint import MANIFEST, difference, fingerprint, record_base, rendering, same_name
from chatbot.models.local import LocalModel
from chatbot.models.model import Sampling
from tests.chatbot.models.hostile import ADAPTERS, MODELS, Hostile, setting
from tests.tiny import build_tiny

pytestmark = [
    pytest.mark.integration,
    # PEFT 0.21 asks transformers 5.23 for a property under its old name.
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

QUESTION = [{"role": "user", "content": "Hello"}]


def load_base(folder: Path, dtype: torch.dtype = torch.float32, four_bit: bool = False) -> Any:
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    options: dict[str, Any] = {}
    if four_bit:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
        )
        options["device_map"] = "cpu"
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **options).eval()


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.fixture(scope="module")
def base(tiny_model: Path) -> Any:
    return load_base(tiny_model)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same sizes, name and template."""
    return build_tiny(tmp_path_factory.mktemp("stranger") / "tiny-llama", seed=1, train=False)


@pytest.fixture
def adapter(tiny_adapter: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_adapter, tmp_path / "adapter")


def logits(model: Any, tokenizer: Any) -> torch.Tensor:
    ids = tokenizer.apply_chat_template(QUESTION, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        found: torch.Tensor = model(**ids).logits
    return found


def answer(model: Any, tokenizer: Any) -> str:
    ids = tokenizer.apply_chat_template(QUESTION, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    made = model.generate(**ids, max_new_tokens=20, do_sample=False)
    return str(tokenizer.decode(made[0, ids["input_ids"].shape[1] :], skip_special_tokens=True))


def shape(model: Any) -> tuple[Any, ...]:
    """All that an adapter could leave behind, but the numbers."""
    weights = [(name, id(weight), weight.dtype) for name, weight in model.named_parameters()]
    return [(name, type(module)) for name, module in model.named_modules()], weights, sorted(vars(model))


@contextlib.contextmanager
def unharmed(model: Any, tokenizer: Any) -> Iterator[None]:
    before, numbers = shape(model), logits(model, tokenizer)
    yield
    assert shape(model) == before
    assert torch.equal(logits(model, tokenizer), numbers)


def test_adapter_changes_answers_and_leaves_nothing(base: Any, tokenizer: Any, tiny_adapter: Path) -> None:
    plain = answer(base, tokenizer)
    for _ in range(5):
        with unharmed(base, tokenizer):
            adapted = attach_adapter(base, tokenizer, tiny_adapter)
            assert answer(adapted, tokenizer) == "Bow-wow. 멍멍." != plain
            assert detach_adapter(adapted) is base
        assert answer(base, tokenizer) == plain
    assert detach_adapter(base) is base


def test_adapter_computes_what_peft_computes(base: Any, tiny_model: Path, tokenizer: Any, tiny_adapter: Path) -> None:
    from peft import PeftModel

    theirs = logits(PeftModel.from_pretrained(load_base(tiny_model), tiny_adapter), tokenizer)
    adapted = attach_adapter(base, tokenizer, tiny_adapter)
    assert torch.equal(logits(adapted, tokenizer), theirs)
    detach_adapter(adapted)


def test_second_adapter_is_refused(base: Any, tokenizer: Any, tiny_adapter: Path) -> None:
    adapted = attach_adapter(base, tokenizer, tiny_adapter)
    try:
        for model in (adapted, base):
            with pytest.raises(AdapterError, match="has an adapter already"):
                attach_adapter(model, tokenizer, tiny_adapter)
        assert answer(adapted, tokenizer) == "Bow-wow. 멍멍."
    finally:
        detach_adapter(adapted)


@pytest.mark.parametrize("form", ["bfloat16", "4-bit"])
def test_other_number_formats(form: str, tiny_model: Path, tokenizer: Any, tiny_adapter: Path) -> None:
    model = load_base(tiny_model, torch.bfloat16 if form == "bfloat16" else torch.float32, form == "4-bit")
    answer(model, tokenizer)  # on a CPU bitsandbytes packs its weights at the first token
    for _ in range(2):
        with unharmed(model, tokenizer):
            adapted = attach_adapter(model, tokenizer, tiny_adapter)
            assert answer(adapted, tokenizer) == "Bow-wow. 멍멍."
            detach_adapter(adapted)


def configured(**settings: Any) -> Callable[[Any, Path], None]:
    """Makes an adapter of another kind, with random weights."""

    def make(base: Any, folder: Path) -> None:
        import warnings

        from peft import LoraConfig, get_peft_model

        torch.manual_seed(0)
        settings.setdefault("target_modules", ["q_proj", "down_proj"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adapted = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **settings))
            for name, weight in adapted.named_parameters():
                if "modules_to_save" in name or "delta" in name:
                    weight.data += torch.randn_like(weight) / 10
            adapted.save_pretrained(folder, save_embedding_layers=False)

    return make


@pytest.mark.parametrize(
    "make",
    [
        configured(use_dora=True),
        configured(use_rslora=True, r=4, rank_pattern={"down_proj": 2}, alpha_pattern={"q_proj": 3}),
        configured(target_modules=r"model\.layers\.[13]\.self_attn\.(q|k)_proj"),
        configured(layers_to_transform=[0, 2]),
        configured(modules_to_save=["norm"]),
        configured(trainable_token_indices=[5, 6]),
        configured(target_modules=["embed_tokens", "q_proj"]),
        configured(exclude_modules=["layers.0.self_attn.q_proj"]),
    ],
    ids=["dora", "rslora-patterns", "regex", "layers", "modules_to_save", "tokens", "embedding", "exclude"],
)
def test_kinds_of_lora(
    make: Callable[[Any, Path], None], base: Any, tiny_model: Path, tokenizer: Any, tmp_path: Path
) -> None:
    make(load_base(tiny_model), tmp_path / "adapter")
    numbers = logits(base, tokenizer)
    with unharmed(base, tokenizer):
        adapted = attach_adapter(base, tokenizer, tmp_path / "adapter")
        assert not torch.equal(logits(adapted, tokenizer), numbers)
        detach_adapter(adapted)


def weights(change: Callable[[dict[str, torch.Tensor]], Any]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        tensors = load_file(folder / "adapter_model.safetensors")
        change(tensors)
        save_file({name: t.contiguous() for name, t in tensors.items()}, folder / "adapter_model.safetensors")

    return damage


def config(**settings: Any) -> Callable[[Path], None]:
    return lambda folder: setting("adapter_config.json", **settings)(folder, folder)


def infinite(folder: Path) -> None:
    path = folder / "adapter_config.json"
    path.write_text(path.read_text().replace('"lora_alpha": 16', '"lora_alpha": Infinity'))


def other_template(folder: Path) -> None:
    path = folder / "chat_template.jinja"
    path.write_text(path.read_text(encoding="utf-8").replace("<|sep|>", "\\n"), encoding="utf-8")


def new_token(folder: Path) -> None:
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["added_tokens"].append(content["added_tokens"][-1] | {"id": 2047, "content": "<tool>"})
    path.write_text(json.dumps(content), encoding="utf-8")


def zero(tensors: dict[str, torch.Tensor]) -> None:
    for name, tensor in tensors.items():
        if "lora_B" in name:
            tensor.zero_()


KEY = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
MISFITS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "missing weight": ("1 weights are missing", weights(lambda t: t.pop(KEY))),
    "missing module": ("2 weights are missing", weights(lambda t: [t.pop(KEY), t.pop(KEY.replace("A", "B"))])),
    "renamed weights": (
        "have no place in the model",
        weights(lambda t: [t.update({n.replace("model.model", "model"): t.pop(n)}) for n in list(t)]),
    ),
    "layer too many": ("have no place", weights(lambda t: t.update({KEY.replace("0", "9"): t[KEY].clone()}))),
    "resized vocabulary": (
        "trained with a resized vocabulary",
        weights(lambda t: t.update({"base_model.model.model.embed_tokens.weight": torch.zeros(2050, 128)})),
    ),
    "wrong shape": ("has the shape", weights(lambda t: t.update({KEY: t[KEY][:, :64]}))),
    "wrong rank": (r"has the shape \[8, 128\] and the model needs \[16, 128\]", config(r=16)),
    "absurd rank": ("asks for other sizes", config(r=1 << 40)),
    "no rank": ("asks for other sizes", config(r=0)),
    "rank a word": ("asks for other sizes", config(r="eight")),
    "no effect": ("the adapter changes nothing", weights(zero)),
    "overflow": ("computes NaN", infinite),
    "rank of a module": ("asks for other sizes", config(rank_pattern={"q_proj": 1 << 40})),
    "ranks no table": ("cannot be put on the model", config(rank_pattern=["q_proj"])),
    "endless tokens": ("asks for other sizes", config(trainable_token_indices=list(range(100_000)))),
    "tokens no table": (
        "cannot be put on the model",
        lambda folder: (folder / "tokenizer.json").write_text('{"model": {"vocab": {}}, "added_tokens": [1]}') and None,
    ),
    "other kind": ("of type LOHA; only LORA", config(peft_type="LOHA")),
    "kind of prompt": ("of type PROMPT_TUNING", config(peft_type="PROMPT_TUNING")),
    "other task": ("only CAUSAL_LM adapters", config(task_type="SEQ_CLS")),
    "PiSSA": ("it began as pissa, which changes the base", config(init_lora_weights="pissa")),
    "fast PiSSA": ("which changes the base", config(init_lora_weights="pissa_niter_4")),
    "OLoRA": ("which changes the base", config(init_lora_weights="olora")),
    "CorDA": ("which changes the base", config(init_lora_weights="corda")),
    "LoftQ": ("which changes the base", config(init_lora_weights="loftq")),
    "biases": ("replaces biases", config(bias="all")),
    "repeated layers": ("layer_replication is not supported", config(layer_replication=[[0, 4], [2, 4]])),
    "parameters": ("target_parameters is not supported", config(target_parameters=["gate_up_proj"])),
    "activated LoRA": ("alora_invocation_tokens is not supported", config(alora_invocation_tokens=[1, 2])),
    "unknown kind": ("new_idea is not supported", config(new_idea={"scale": 2})),
    "endless pattern": ("is a pattern for modules", config(rank_pattern={"(a+)+$": 8})),
    "endless pattern of layers": ("is a pattern for modules", config(layers_pattern="(a+)+$", layers_to_transform=[0])),
    "module no name": ("is a pattern for modules", config(target_modules=[["q_proj"]])),
    "other target": ("cannot be put on the model", config(target_modules=["c_attn"])),
    "name of another base": (
        "trained on meta-llama/Llama-3.1-8B, not on",
        config(base_model_name_or_path="meta-llama/Llama-3.1-8B"),
    ),
    "template": ("another chat template", other_template),
    "token": ("1 tokens that the base model's vocabulary lacks", new_token),
    "manifest no JSON": ("not a usable JSON file", lambda folder: (folder / MANIFEST).write_text("{") and None),
}


def test_enough_misfits() -> None:
    assert len(MISFITS) >= 30


@pytest.mark.parametrize("name", MISFITS)
def test_misfit_is_refused(name: str, base: Any, tokenizer: Any, adapter: Path) -> None:
    reason, damage = MISFITS[name]
    damage(adapter)
    with unharmed(base, tokenizer), pytest.raises(AdapterError, match=reason) as caught:
        attach_adapter(base, tokenizer, adapter)
    message = str(caught.value)
    assert message.startswith(str(adapter)) and message.endswith(".") and "\n" not in message


def test_adapter_of_a_larger_base_is_refused(tiny_model: Path, base: Any, tokenizer: Any, tmp_path: Path) -> None:
    """It records the same name, and its sizes do not fit."""
    from transformers import LlamaConfig, LlamaForCausalLM

    settings = json.loads((tiny_model / "config.json").read_text())
    larger = LlamaForCausalLM(LlamaConfig(**(settings | {"hidden_size": 256})))
    larger.name_or_path = "somewhere/tiny-llama"
    configured()(larger, tmp_path / "adapter")
    with unharmed(base, tokenizer), pytest.raises(AdapterError, match="has the shape"):
        attach_adapter(base, tokenizer, tmp_path / "adapter")


@pytest.mark.parametrize("four_bit", [False, True])
def test_manifest_tells_the_base(
    four_bit: bool, tiny_model: Path, base: Any, stranger: Path, tokenizer: Any, adapter: Path
) -> None:
    """By its weights: the stranger has the same name, sizes, tokenizer and template."""
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        (adapter / name).unlink()
    record_base(adapter, base, tokenizer)
    other = load_base(stranger, four_bit=four_bit)
    logits(other, tokenizer)
    with unharmed(other, tokenizer), pytest.raises(AdapterError, match="trained on a base with other weights"):
        attach_adapter(other, tokenizer, adapter)
    (adapter / MANIFEST).unlink()
    detach_adapter(attach_adapter(other, tokenizer, adapter))  # which nothing else could tell
    record_base(adapter, base, tokenizer)
    setting("adapter_config.json", base_model_name_or_path="a/renamed-model")(adapter, adapter)
    mine = load_base(tiny_model, four_bit=True) if four_bit else base
    detach_adapter(attach_adapter(mine, tokenizer, adapter))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("architecture", "Qwen3ForCausalLM", "architecture Qwen3ForCausalLM"),
        ("hidden_size", 4096, r"hidden size 4096 \(here 128\)"),
        ("layers", 32, "layers 32"),
        ("vocabulary", 128_256, "vocabulary 128256"),
        ("tokenizer", "0" * 64, "another tokenizer"),
        ("template", "0" * 64, "another chat template"),
        ("weights", [], "no readable sample"),
        ("weights", None, "no readable sample"),
        ("weights", ["a"] * 168, "no readable sample"),
    ],
)
def test_manifest_of_another_base_is_refused(
    key: str, value: Any, said: str, base: Any, tokenizer: Any, adapter: Path
) -> None:
    recorded = fingerprint(base, tokenizer) | {key: value}
    (adapter / MANIFEST).write_text(json.dumps({"base": recorded}), encoding="utf-8")
    with unharmed(base, tokenizer), pytest.raises(AdapterError, match=f"trained on a base with {said}"):
        attach_adapter(base, tokenizer, adapter)


def test_record_keeps_the_rest_of_the_manifest(base: Any, tokenizer: Any, adapter: Path) -> None:
    (adapter / MANIFEST).write_text('{"run": "서당"}', encoding="utf-8")
    record_base(adapter, base, tokenizer)
    assert json.loads((adapter / MANIFEST).read_text(encoding="utf-8")) == {
        "run": "서당",
        "format": 1,
        "base": fingerprint(base, tokenizer),
    }


@pytest.mark.parametrize("form", ["bfloat16", "float16", "4-bit", "with its adapter on"])
def test_fingerprint_is_the_checkpoints(
    form: str, tiny_model: Path, base: Any, tokenizer: Any, tiny_adapter: Path
) -> None:
    """However it is loaded; and another checkpoint of the same sizes has another one."""
    if form == "4-bit":
        model = load_base(tiny_model, four_bit=True)
    elif form == "with its adapter on":
        adapted = attach_adapter(load_base(tiny_model), tokenizer, tiny_adapter)
        model = adapted.get_base_model()
    else:
        model = load_base(tiny_model, getattr(torch, form))
    assert difference(fingerprint(base, tokenizer), fingerprint(model, tokenizer)) is None
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(1.05)
    assert difference(fingerprint(base, tokenizer), fingerprint(model, tokenizer)) == "other weights"


def test_template_counts_by_what_it_renders(tokenizer: Any) -> None:
    own = tokenizer.chat_template
    assert rendering(tokenizer, own + "{# trained #}") == rendering(tokenizer)
    assert rendering(tokenizer, own.replace("user", "User")) == rendering(tokenizer)
    assert rendering(tokenizer, own + " ") != rendering(tokenizer)
    dated = "{{ strftime_now('%d %b %Y') }}"
    assert "26 Jul 2024" in rendering(tokenizer, dated)
    refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + own
    assert rendering(tokenizer, refusing).endswith("refused")
    assert "refused" in rendering(tokenizer, "{{ messages + 1 }}")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("meta-llama/Llama-3.2-1B", "/data/models/llama-3.2-1b/", True),
        ("meta-llama/Llama-3.2-1B", "unsloth/Llama-3.2-1B-unsloth-bnb-4bit", True),
        ("/x/models--meta-llama--Llama-3.2-1B/snapshots/0a1b", "meta-llama/Llama-3.2-1B", True),
        (r"C:\models\Llama-3.2-1B", "Llama-3.2-1B", True),
        ("meta-llama/Llama-3.2-1B", "meta-llama/Llama-3.2-1B-Instruct", False),
        ("meta-llama/Llama-3.2-1B", "meta-llama/Llama-3.2-3B", False),
        ("/x/snapshots/0a1b", "meta-llama/Llama-3.2-1B", False),
    ],
)
def test_same_name(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same and same_name(other, one) is same


@pytest.mark.parametrize("hostile", MODELS, ids=lambda hostile: hostile.name)
def test_hostile_model_on_the_full_path(hostile: Hostile, tiny_model: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    hostile.damage(folder, canary)
    with pytest.raises(ModelUnavailable, match=hostile.reason):
        LocalModel.load(str(folder), device="cpu", dtype="float32")
    assert not canary.exists()


@pytest.fixture(scope="module")
def local(tiny_model: Path) -> Iterator[LocalModel]:
    model = LocalModel.load(str(tiny_model), device="cpu", dtype="float32")
    yield model
    model.close()


def said(model: LocalModel) -> str:
    stream = model.stream([Message("user", "Hello")], Sampling(max_new_tokens=20))
    return "".join(piece for piece in stream if isinstance(piece, str))


@pytest.mark.parametrize("hostile", ADAPTERS, ids=lambda hostile: hostile.name)
def test_hostile_adapter_on_the_full_path(hostile: Hostile, local: LocalModel, adapter: Path, tmp_path: Path) -> None:
    """The model answers as before."""
    canary = tmp_path / "canary"
    before = said(local)
    hostile.damage(adapter, canary)
    with pytest.raises(AdapterError, match=hostile.reason):
        local.use_adapter(adapter)
    assert not canary.exists()
    assert said(local) == before


def test_model_without_a_layer_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    """transformers would fill it with random numbers."""
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if "layers.3.mlp.up_proj" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnavailable, match=r"1 weights are missing"):
        LocalModel.load(str(folder), device="cpu", dtype="float32")
