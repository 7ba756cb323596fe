"""Which models are named for how much memory, what they are said to need, and where each fact comes from."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.library import Library
from tests.fakes import HashEmbedder, put
from ui.advice import (
    EMBEDDERS,
    LANGUAGE_MODELS,
    RERANKERS,
    Advice,
    AdviceReport,
    Memory,
    advise_models,
    estimate_reembedding,
    found_memory,
    offline_steps,
)
from ui.advice.fit import GIB, needed_bytes
from ui.advice.memory import main_memory
from ui.advice.reembedding import Reembedding, measured_token

NAMES = [model.name for model in LANGUAGE_MODELS]
KANANA = "kakaocorp/kanana-1.5-8b-instruct-2505"


def _by_name(memory: int, gpu: bool = True) -> dict[str, Advice]:
    return {advice.model.name: advice for advice in advise_models(memory, gpu)}


# -- memory ---------------------------------------------------------------------------------------------------------------


def test_needs_by_hand() -> None:
    qwen = next(model for model in LANGUAGE_MODELS if model.name == "Qwen/Qwen3-4B-Instruct-2507")
    cache, work = 8192 * 2 * 48 * 8 * 128, 1_000_000_000
    # 4.0 billion numbers; packed, 3.6 billion at 0.517 bytes and 0.4 billion as they are.
    assert needed_bytes(qwen) == 8_000_000_000 + 2 * cache + work
    assert needed_bytes(qwen, 4) == 16_000_000_000 + 4 * cache + work
    assert needed_bytes(qwen, four_bit=True) == 1_861_200_000 + 800_000_000 + 2 * cache + work
    unknown = replace(qwen, non_embedding=None)
    assert needed_bytes(qwen, four_bit=True) < needed_bytes(unknown, four_bit=True) < needed_bytes(unknown)


def test_the_needs_are_those_that_loading_counts() -> None:
    from chatbot.models.memory import Weights

    qwen = next(model for model in LANGUAGE_MODELS if model.name == "Qwen/Qwen3-4B-Instruct-2507")
    weights = Weights(linear=3_600_000_000, other=400_000_000, size=0, even=True)
    for number_bytes in (2, 4):
        beside = needed_bytes(qwen, number_bytes) - weights.needed("full", number_bytes)
        assert needed_bytes(qwen, number_bytes, True) - weights.needed("4-bit", number_bytes) == pytest.approx(beside)


def test_a_processor_that_computes_in_32_bits_needs_twice_as_much() -> None:
    wide = {one.model.name: one for one in advise_models(64 * GIB, False, 4)}
    assert wide[KANANA].full_bytes > 1.8 * _by_name(64 * GIB, gpu=False)[KANANA].full_bytes
    assert "GiB in fp32 or" in wide[KANANA].says


@pytest.mark.parametrize("name", NAMES)
def test_each_model_fits_whole_then_in_four_bits_then_not(name: str) -> None:
    model = next(model for model in LANGUAGE_MODELS if model.name == name)
    whole, packed = needed_bytes(model), needed_bytes(model, four_bit=True)
    assert packed < whole
    for memory, fit in ((whole, "full"), (whole - 1, "4-bit"), (packed, "4-bit"), (packed - 1, "none")):
        advice = _by_name(memory)[name]
        assert advice.fit == fit
        assert ("--load-in-4bit" in advice.command) == (fit == "4-bit")
        assert (advice.full_bytes, advice.four_bit_bytes, advice.slow) == (whole, packed, False)


def test_main_memory_leaves_room_for_the_system_and_marks_the_slow() -> None:
    whole = _by_name(80 * GIB)[KANANA].full_bytes
    assert _by_name(whole, gpu=False)[KANANA].fit == "4-bit"
    assert _by_name(whole + 4 * GIB, gpu=False)[KANANA].fit == "full"
    assert _by_name(whole + 4 * GIB, gpu=False)[KANANA].slow
    assert not _by_name(64 * GIB, gpu=False)["K-intelligence/Midm-2.0-Mini-Instruct"].slow


@pytest.mark.parametrize(
    ("memory", "gpu"), [(n * GIB, gpu) for n in (0, 4, 8, 12, 16, 24, 48, 80) for gpu in (True, False)]
)
def test_the_order_is_by_fit_then_licence_then_korean(memory: int, gpu: bool) -> None:
    advice = advise_models(memory, gpu)
    assert sorted(one.model.name for one in advice) == sorted(NAMES)
    fits = [one.fit == "none" for one in advice]
    assert fits == sorted(fits)
    usable = [one for one in advice if one.fit != "none" and not one.slow and one.model.commercial is not False]
    ranks = [("made for", "among its languages", "not named").index(one.model.korean) for one in usable]
    assert ranks == sorted(ranks)
    assert advise_models(0, True)[0].fit == "none"


def test_a_container_s_share_counts(tmp_path: Path) -> None:
    whole = main_memory(())
    assert whole and whole > GIB
    for written, expected in (("max\n", whole), (f"{GIB}\n", GIB), (str(whole * 2), whole)):
        (tmp_path / "memory.max").write_text(written)
        assert main_memory((str(tmp_path / "absent"), str(tmp_path / "memory.max"))) == expected


def test_some_memory_is_found() -> None:
    memory = found_memory()
    assert memory is not None and memory.size > GIB


# -- what is said ---------------------------------------------------------------------------------------------------------


def test_a_sentence_has_every_fact() -> None:
    says = _by_name(12 * GIB)[KANANA].says
    assert says == (
        f"{KANANA}: fits with --load-in-4bit; 8 billion parameters, 16.0 GB to download, 17.3 GiB in bf16 or 8.7 GiB in "
        "4-bit, context 32,768 tokens, licence Apache-2.0, made for Korean"
    )
    assert "; " in says and "does not fit" in _by_name(GIB)[KANANA].says
    assert "answers slowly" in _by_name(64 * GIB, gpu=False)[KANANA].says


def test_licences_that_limit_the_use_are_told() -> None:
    advice = _by_name(80 * GIB)
    for name in NAMES:
        model, says = advice[name].model, advice[name].says
        assert ("not for commercial use" in says) == ("EXAONE" in name)
        assert ("with conditions" in says) == (model.commercial is None)
        assert ("gated" in says) == (model.gated is True)
    assert "gated" in advice["meta-llama/Llama-3.1-8B-Instruct"].says


def test_every_entry_is_whole_and_says_where_it_was_read() -> None:
    entries = [*LANGUAGE_MODELS, *EMBEDDERS, *RERANKERS]
    assert len(entries) == len({entry.name for entry in entries}) >= 15
    for entry in entries:
        assert entry.name.count("/") == 1
        assert entry.sources and all(source.startswith("https://") for source in entry.sources)
    for model in LANGUAGE_MODELS:
        assert 0.5 < model.parameters < 40
        assert model.download_gb == pytest.approx(2 * model.parameters, rel=0.05)
        assert model.non_embedding is None or model.non_embedding < model.parameters
    for embedder in EMBEDDERS:
        assert embedder.computing < embedder.parameters
        # 32-bit or 16-bit weights.
        assert min(abs(embedder.download * 1000 / embedder.parameters - size) for size in (2, 4)) < 0.05


def test_no_model_of_the_table_needs_code_from_the_hub() -> None:
    transformers = pytest.importorskip("transformers.models.auto.configuration_auto")
    families = {"Qwen": "qwen3", "LGAI-EXAONE": "exaone4", "skt": "qwen2"}
    for model in LANGUAGE_MODELS:
        family = families.get(model.name.split("/")[0], "llama")
        assert family in transformers.CONFIG_MAPPING_NAMES, model.name


def test_the_offline_steps_name_the_model_and_its_folder() -> None:
    fetch, carry, use = offline_steps("nlpai-lab/KURE-v1", "embed")
    assert "hf download nlpai-lab/KURE-v1 --local-dir KURE-v1" in fetch
    assert "KURE-v1" in carry
    assert "seodang ingest --embedder /PATH/TO/KURE-v1 --re-embed" in use
    assert "seodang ask QUESTION --model /PATH/TO/kanana" in offline_steps("kakaocorp/kanana")[2]


# -- embedding again ------------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Library]:
    """A library on disk; this folder's own ``library`` is a stand-in for the app."""
    with Library.open(tmp_path / "library", create=True, embedder=HashEmbedder()) as library:
        yield library


def test_the_estimate_grows_with_the_text_and_the_model(stored: Library) -> None:
    put(stored, "a.txt", "The village school opened in 1897. " * 100)
    small, large = EMBEDDERS[-1], EMBEDDERS[0]
    short = estimate_reembedding(stored, large, 1e-3)
    # Two characters a token, and as many times the packaged model's time as the parameters say.
    assert short.seconds == pytest.approx(short.characters / 2 * 1e-3 * 303 / 10.6)
    assert short.chunks == stored.counts().chunks > 1
    assert estimate_reembedding(stored, small, 1e-3).seconds == pytest.approx(short.seconds * 21.4 / 303)
    put(stored, "b.txt", "It has 42 pupils and one dog.")
    assert estimate_reembedding(stored, large, 1e-3).seconds > short.seconds


def test_the_measurement_is_the_best_run_by_its_tokens() -> None:
    times = iter((0.0, 9.0, 10.0, 14.0, 20.0, 26.0))
    assert 4.0 / 8 / 300 < measured_token(lambda: next(times)) < 4.0 / 8 / 100


@pytest.mark.parametrize(("seconds", "told"), [(0.01, "1 s"), (80, "80 s"), (600, "10 min"), (36_000, "10 h")])
def test_durations_are_told_roughly(seconds: float, told: str) -> None:
    says = Reembedding(EMBEDDERS[0], 1200, 9, seconds).says
    assert f"1,200 chunks again takes roughly {told} here (an estimate)" in says


# -- the whole report -----------------------------------------------------------------------------------------------------


def _report(size: int, gpu: str | None = None) -> AdviceReport:
    return AdviceReport(Memory(size, gpu), tuple(advise_models(size, gpu is not None)), ())


def test_a_report_names_what_fits_and_how_to_get_it() -> None:
    text = "\n".join(_report(24 * GIB, "NVIDIA L4").lines())
    assert "24 GiB, the GPU NVIDIA L4" in text
    assert "hf download K-intelligence/Midm-2.0-Base-Instruct" in text and "seodang ask QUESTION --model" in text
    for entry in (*EMBEDDERS, *RERANKERS):
        assert entry.name in text
    assert "estimate" not in text  # nothing was measured


def test_a_report_without_room_or_without_knowledge_says_so() -> None:
    assert "No open language model of the table fits this machine (1 GiB" in "\n".join(_report(GIB).lines())
    assert "could not be told" in "\n".join(AdviceReport(None, (), ()).lines())


def test_json_has_everything() -> None:
    values = _report(24 * GIB).as_json()
    assert [model["name"] for model in values["models"]] == [one.model.name for one in advise_models(24 * GIB, False)]
    assert all(model["sources"] and model["fit"] in ("full", "4-bit", "none") for model in values["models"])
    assert {embedder["name"] for embedder in values["embedders"]} == {embedder.name for embedder in EMBEDDERS}
    assert values["checked"] and len(values["rerankers"]) == len(RERANKERS)


def test_the_tables_are_light() -> None:
    code = "import sys, ui.advice; print([m for m in ('torch', 'transformers', 'numpy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"


# -- the pages ------------------------------------------------------------------------------------------------------------


def _blocks(page: str) -> list[str]:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_both_pages_show_the_same_commands() -> None:
    english, korean = ([re.sub(r"#.*", "", block) for block in _blocks(page)] for page in ("models.md", "models.ko.md"))
    assert english == korean and len(english) >= 6


def test_the_commands_and_flags_of_the_page_exist() -> None:
    import typer.main

    from ui.command import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    shown = re.findall(r"^seodang ([a-z]+)(.*)$", "\n".join(_blocks("models.md")), re.MULTILINE)
    assert len(shown) >= 10
    for name, rest in shown:
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--[a-z0-9-]+", rest)) <= known, (name, rest)


def test_the_models_of_the_page_are_in_the_tables() -> None:
    page = "\n".join(_blocks("models.md"))
    named = set(re.findall(r"(?<![\w/#])(?:kakaocorp|nlpai-lab)/[\w.-]+", page))
    assert len(named) >= 3
    assert named <= {entry.name for entry in (*LANGUAGE_MODELS, *EMBEDDERS)}
