"""A tiny Llama, really trained, through everything that a local model must do."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from chatbot.errors import AdapterError, ContextExceeded, GenerationFailed, ModelUnavailable, Overloaded
from chatbot.message import Message
from chatbot.models.local import LocalModel
from chatbot.models.model import Generation, Sampling
from tests.tiny import BARK, MEMORISED, Row, build_tiny

pytestmark = pytest.mark.integration
GREEDY = Sampling()
LONG = Sampling(max_new_tokens=2000, temperature=5.0, seed=1)


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[LocalModel]:
    model = LocalModel.load(str(tiny_model), device="cpu", dtype="float32")
    yield model
    model.close()


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    """An untrained model, which at a high temperature hardly ever comes to an end."""
    folder = build_tiny(tmp_path_factory.mktemp("endless"), train=False)
    model = LocalModel.load(str(folder), device="cpu", dtype="float32", waiting=1)
    yield model
    model.close()


def _messages(row: Row) -> list[Message]:
    return [Message(turn["role"], turn["content"]) for turn in row]


QUESTION = _messages(MEMORISED[0][:-1])


def _answer(model: LocalModel, messages: list[Message], sampling: Sampling = GREEDY, cancel=None):
    *pieces, end = model.stream(messages, sampling, cancel)
    assert isinstance(end, Generation)
    return "".join(pieces), end


class Steps:
    """Counts the model's forward steps; ``at`` calls something after one of them."""

    def __init__(self, model: LocalModel, at: dict | None = None) -> None:
        self.count, self._at = 0, at or {}
        self._hook = model._model.register_forward_hook(self._step)

    def _step(self, *_) -> None:
        self.count += 1
        if self.count in self._at:
            self._at[self.count]()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self._hook.remove()


def _bare(folder: Path, messages: list[Message]) -> str:
    """What plain transformers answers."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    turns = [{"role": message.role, "content": message.content} for message in messages]
    inputs = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True, return_tensors="pt")
    made = model.generate(**inputs, max_new_tokens=512, do_sample=False)
    return tokenizer.decode(made[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


STRANGE = [Message("system", "규칙"), Message("user", "무엇이 어떻게 is the water of 계약? 😀")]


@pytest.mark.parametrize("sampling", [GREEDY, Sampling(quoting=True)], ids=["greedy", "quoting"])
def test_streaming_equals_bare_generate(model: LocalModel, tiny_model: Path, sampling: Sampling) -> None:
    prompts = [_messages(row[:-1]) for row in MEMORISED]
    for messages in [*prompts, STRANGE]:
        text, end = _answer(model, messages, sampling)
        assert text == _bare(tiny_model, messages)
        assert end.finish == "stop"
        assert end.prompt_tokens == model.count(messages)
    for row, messages in zip(MEMORISED, prompts, strict=True):
        assert _answer(model, messages, sampling)[0] == row[-1]["content"]


def test_text_comes_in_pieces_with_whole_korean_letters(model: LocalModel) -> None:
    row = MEMORISED[5]
    *pieces, end = model.stream(_messages(row[:-1]), GREEDY)
    assert "".join(pieces) == row[-1]["content"]
    assert len(pieces) >= 10
    assert not any("\ufffd" in piece for piece in pieces)
    assert end.completion_tokens is not None and end.completion_tokens > len(pieces)


def test_cancelling_ends_within_one_token(endless: LocalModel) -> None:
    cancel = threading.Event()
    with Steps(endless, {4: cancel.set}) as steps:
        _, end = _answer(endless, QUESTION, LONG, cancel)
    assert end.finish == "cancelled"
    assert steps.count == 4
    assert end.completion_tokens == 3


def test_cancelling_ends_in_the_middle_of_a_long_prompt(endless: LocalModel) -> None:
    cancel = threading.Event()
    with Steps(endless, {2: cancel.set}) as steps:
        _, end = _answer(endless, [Message("user", "가" * 3000)], LONG, cancel)
    assert (end.finish, end.completion_tokens, steps.count) == ("cancelled", 0, 2)


def test_a_closed_iterator_ends_the_generation_and_frees_the_slot(endless: LocalModel) -> None:
    stream = endless.stream(QUESTION, LONG)
    with Steps(endless) as steps:
        next(stream)
        stream.close()
        read = steps.count
        assert read < 1000
        assert not endless._turnstile.busy
    assert _answer(endless, QUESTION, Sampling(max_new_tokens=3))[1].finish == "length"


def test_a_slow_reader_does_not_keep_the_model(endless: LocalModel) -> None:
    slow = endless.stream(QUESTION, Sampling(max_new_tokens=5, temperature=5.0, seed=1))
    next(slow)
    assert _answer(endless, QUESTION, Sampling(max_new_tokens=3))[1].finish == "length"
    assert isinstance(list(slow)[-1], Generation)


def test_the_queue_is_bounded_and_a_waiting_reader_can_leave(endless: LocalModel) -> None:
    began, go_on, cancel = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        began.set()
        go_on.wait()

    answers: list = []
    with Steps(endless, {1: hold}):
        first = threading.Thread(
            target=lambda: answers.append(_answer(endless, QUESTION, Sampling(max_new_tokens=2))[1].finish)
        )
        first.start()
        began.wait()
        second = threading.Thread(target=lambda: answers.append(_answer(endless, QUESTION, LONG, cancel)[1].finish))
        second.start()
        while not endless._turnstile.waiting:
            time.sleep(0.001)
        with pytest.raises(Overloaded) as caught:
            next(endless.stream(QUESTION, GREEDY))
        assert caught.value.retry_after >= 1
        cancel.set()
        second.join()
        assert answers == ["cancelled"]
        go_on.set()
        first.join()
    assert answers == ["cancelled", "length"]


def test_errors_reach_the_reader_and_the_model_works_on(endless: LocalModel) -> None:
    def fail() -> None:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    stream = endless.stream(QUESTION, Sampling(max_new_tokens=10, temperature=5.0, seed=1))
    with Steps(endless, {3: fail}), pytest.raises(GenerationFailed, match=r"ran out of memory.*load-in-4bit"):
        list(stream)
    assert not endless._turnstile.busy
    assert _answer(endless, QUESTION, Sampling(max_new_tokens=2))[1].completion_tokens == 2


def test_damaged_weights_are_an_error(tmp_path: Path) -> None:
    model = LocalModel.load(str(build_tiny(tmp_path, train=False)), device="cpu", dtype="float32")
    with torch.no_grad():
        model._model.lm_head.weight[7] = float("nan")
    with pytest.raises(GenerationFailed, match="not a number"):
        _answer(model, QUESTION)
    model.close()


def test_the_context_is_kept(endless: LocalModel) -> None:
    assert endless.context == 4096
    syllable = endless.count([Message("user", "가" * 11)]) - endless.count([Message("user", "가" * 10)])
    fitting = (4096 - endless.count([Message("user", "")]) - 4) // syllable
    messages = [Message("user", "가" * fitting)]
    left = 4096 - endless.count(messages)
    assert 4 <= left < 4 + syllable
    _, end = _answer(endless, messages, LONG)
    assert (end.finish, end.completion_tokens, end.prompt_tokens) == ("length", left, 4096 - left)
    with pytest.raises(ContextExceeded, match=r"The prompt has 4,\d+ tokens and .* can read 4,096"):
        _answer(endless, [Message("user", "가" * (fitting + 4))], LONG)


def test_seeds_reproduce_and_settings_hold(endless: LocalModel) -> None:
    def sampled(**settings) -> str:
        return _answer(endless, QUESTION, Sampling(max_new_tokens=20, **settings))[0]

    assert sampled(temperature=2.0, seed=7) == sampled(temperature=2.0, seed=7)
    assert len({sampled(temperature=2.0, seed=seed) for seed in range(5)}) == 5
    assert len({sampled(temperature=2.0) for _ in range(3)}) == 3
    greedy = sampled()
    assert sampled(temperature=2.0, top_k=1) == sampled(temperature=2.0, top_p=1e-6) == greedy
    assert sampled(temperature=1e-6, seed=1) == greedy


def test_stop_strings_end_the_answer_and_are_not_shown(model: LocalModel) -> None:
    messages = _messages(MEMORISED[4][:-1])
    text, end = _answer(model, messages, Sampling(stop=("five s", "nine")))
    assert text == "one two three four "
    assert end.finish == "stop"
    text, _ = _answer(model, messages, Sampling(stop=("twelve and",)))
    assert text == MEMORISED[4][-1]["content"]


@pytest.mark.parametrize("quoting", [False, True])
def test_the_second_turn_reads_only_what_is_new(tiny_model: Path, quoting: bool) -> None:
    sampling = Sampling(max_new_tokens=40, quoting=quoting)
    with_prefix = LocalModel.load(str(tiny_model), device="cpu", dtype="float32")
    without = LocalModel.load(str(tiny_model), device="cpu", dtype="float32", prefix_tokens=0)
    talk = [Message("system", "규칙 " * 300)]
    for turn, question in enumerate(["Hello", "무엇이 있다고 말하세요?", "Bark", "가나다를 읊어 봐"]):
        talk.append(Message("user", question))
        before = with_prefix.prefilled, without.prefilled
        answer, end = _answer(with_prefix, talk, sampling)
        assert answer == _answer(without, talk, sampling)[0]
        read, all_of_it = with_prefix.prefilled - before[0], without.prefilled - before[1]
        assert all_of_it == end.prompt_tokens > 300
        if turn:
            assert read < 60
        talk.append(Message("assistant", answer))
    with_prefix.close()
    without.close()


def test_four_bit_on_a_cpu(tiny_model: Path, tiny_adapter: Path) -> None:
    from bitsandbytes.nn import Linear4bit

    model = LocalModel.load(str(tiny_model), device="cpu", load_in_4bit=True)
    assert model.form.endswith("4-bit")
    layers = [module for module in model._model.modules() if isinstance(module, Linear4bit)]
    assert len(layers) == 4 * 7
    assert all(layer.weight.quant_type == "nf4" and layer.weight.quant_state.nested for layer in layers)
    assert _answer(model, QUESTION)[0] == MEMORISED[0][-1]["content"]
    model.use_adapter(tiny_adapter)
    assert _answer(model, QUESTION)[0] == BARK
    model.close()


def test_bfloat16_answers(tiny_model: Path) -> None:
    model = LocalModel.load(str(tiny_model), device="cpu", dtype="bfloat16")
    assert model.form == "bfloat16"
    assert _answer(model, QUESTION)[0] == MEMORISED[0][-1]["content"]
    model.close()


def test_an_adapter_changes_answers_and_comes_off_without_a_trace(tiny_model: Path, tiny_adapter: Path) -> None:
    model = LocalModel.load(str(tiny_model), device="cpu", dtype="float32", adapter=tiny_adapter)
    assert model.name == f"{tiny_model.name} + {tiny_adapter.name}"
    assert _answer(model, QUESTION)[0] == BARK
    with pytest.raises(AdapterError):
        model.use_adapter(tiny_model)
    assert _answer(model, QUESTION)[0] == BARK
    model.use_adapter(None)
    assert model.name == tiny_model.name
    assert _answer(model, QUESTION)[0] == _bare(tiny_model, QUESTION)
    model.close()


def test_adapters_are_swapped_between_answers(tiny_model: Path, tiny_adapter: Path) -> None:
    model = LocalModel.load(str(tiny_model), device="cpu", dtype="float32", waiting=100)
    answers: list[str] = []

    def ask() -> None:
        for _ in range(8):
            answers.append(_answer(model, QUESTION)[0])

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for _ in range(3):
        model.use_adapter(tiny_adapter)
        model.use_adapter(None)
    for asker in askers:
        asker.join()
    assert len(answers) == 32
    assert set(answers) <= {MEMORISED[0][-1]["content"], BARK}
    assert _answer(model, QUESTION)[0] == MEMORISED[0][-1]["content"]
    model.close()


def test_a_closed_model_says_so(tiny_model: Path) -> None:
    model = LocalModel.load(str(tiny_model), device="cpu", dtype="float32")
    stream = model.stream(QUESTION, GREEDY)
    model.close()
    model.close()
    with pytest.raises(ModelUnavailable, match="has been closed"):
        next(stream)
    with pytest.raises(ModelUnavailable, match="has been closed"):
        model.use_adapter(None)


def test_closing_ends_the_answer_that_runs(tmp_path: Path) -> None:
    model = LocalModel.load(str(build_tiny(tmp_path, train=False)), device="cpu", dtype="float32")
    stream = model.stream(QUESTION, LONG)
    next(stream)
    model.close()
    end = list(stream)[-1]
    assert isinstance(end, Generation)
    assert end.finish == "cancelled"


def test_memory_stays_flat(endless: LocalModel) -> None:
    import psutil

    def ask(count: int) -> int:
        for seed in range(count):
            _answer(
                endless, [Message("user", "가" * (100 + seed))], Sampling(max_new_tokens=8, temperature=5.0, seed=seed)
            )
        return psutil.Process().memory_info().rss

    first = ask(40)
    threads = threading.active_count()
    assert ask(40) < first + 100 * 2**20
    assert endless._prefixes.tokens <= 16_384
    assert threading.active_count() == threads


@pytest.mark.gpu
def test_on_a_gpu(tiny_model: Path, tiny_adapter: Path) -> None:
    for small in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = LocalModel.load(str(tiny_model), load_in_4bit=small)
        assert model._model.device.type == "cuda"
        for row in MEMORISED:
            for sampling in (GREEDY, Sampling(quoting=True)):
                assert _answer(model, _messages(row[:-1]), sampling)[0] == row[-1]["content"]
        model.use_adapter(tiny_adapter)
        assert _answer(model, QUESTION)[0] == BARK
        model.close()
