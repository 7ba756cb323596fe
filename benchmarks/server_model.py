"""The tiny model of the server's benchmark: taught, its prompts recorded, and run bare."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chatbot import Chatbot
from chatbot.message import Message
from chatbot.models.local import LocalModel
from chatbot.models.model import Generation, Sampling
from ingest import Library
from tests.tiny import train_replies

# Longest answer in tokens, of the server and of the bare model.
TOKENS = 48


class Recorder:
    """A model that remembers its prompts; the chatbot's own model otherwise."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self.name, self.context, self.control_tokens = model.name, model.context, model.control_tokens
        self.prompts: list[list[Message]] = []

    def count(self, messages: Sequence[Message]) -> int:
        return self._model.count(messages)

    def stream(self, messages: Sequence[Message], sampling: Sampling, cancel: Any = None) -> Iterator[str | Generation]:
        self.prompts.append(list(messages))
        yield from self._model.stream(messages, sampling, cancel)

    def close(self) -> None:
        self._model.close()


def recorded(folder: Path, model: Path, questions: Sequence[str]) -> dict[str, list[Message]]:
    """The prompt of each question that is not refused before the model is asked."""
    recorder, prompts = Recorder(LocalModel.load(str(model))), {}
    with Library.open(folder) as library:
        chatbot = Chatbot(library, recorder)
        for question in questions:
            recorder.prompts.clear()
            chatbot.ask(question, sampling=Sampling(max_new_tokens=TOKENS, quoting=True))
            if recorder.prompts:
                prompts[question] = recorder.prompts[-1]
    recorder.close()
    return prompts


def taught(base: Path, folder: Path, library: Path, questions: Sequence[str]) -> Path:
    """The base model after it learnt the right answers to ``questions`` by heart: a second turn continues the first only
    when the first was supported."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    rows = [_row_of(question, prompt) for question, prompt in recorded(library, base, questions).items()]
    model, tokenizer = AutoModelForCausalLM.from_pretrained(base), AutoTokenizer.from_pretrained(base)
    loss = train_replies(model, tokenizer, rows, 20 * len(rows), 1, 1e-3, 0)
    lengths = [len(tokenizer.apply_chat_template(row)["input_ids"]) for row in rows]
    print(f"taught {len(rows)} answers to prompts of {lengths} tokens, loss {loss:.3f}", flush=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _row_of(question: str, prompt: Sequence[Message]) -> list[dict[str, str]]:
    name = question.removeprefix("When did the ").removesuffix(" open?")
    passages = prompt[-1].content.split("\n\n")
    [passage] = [passage for passage in passages if f"\nThe {name} opened" in passage]
    answer = f"{passage.split(chr(10))[1].split('.')[0]}. [{passage[1]}]"
    said = [{"role": message.role, "content": message.content} for message in prompt]
    return [*said, {"role": "assistant", "content": answer}]


class Bare:
    """The model without anything of ours, with the precision that LocalModel chooses here."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        local = LocalModel.load(str(folder))
        dtype = local._model.dtype
        local.close()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)

    def timed(self, messages: Sequence[Message], tokens: int) -> tuple[float, int]:
        """Milliseconds of one greedy generation, the template included, and the tokens that came out."""
        started = time.perf_counter()
        said = [{"role": message.role, "content": message.content} for message in messages]
        ids = self._tokenizer.apply_chat_template(
            said, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        out = self._model.generate(**ids, max_new_tokens=tokens, do_sample=False)
        self._tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        return (time.perf_counter() - started) * 1000, int(out.shape[1] - ids["input_ids"].shape[1])
