"""Questions about a passage by a language model; every quote is looked for in the passage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from chatbot.message import Message
from chatbot.models.model import Model, Sampling
from chatbot.prompt import inert, language_of
from finetune.data.documents.draft import Draft, ended
from finetune.data.errors import RowError
from finetune.data.recipe import ASKING, ASKING_PASSAGE
from ingest.hit import Hit

_CITED = re.compile(r"\s*\[\d+\]")
# A passage of fewer characters gives a model nothing to ask about.
_SHORTEST = 80


class QuestionWriter:
    """Has one model ask; ``name`` is the model's."""

    def __init__(self, model: Model, count: int) -> None:
        self._model, self._count = model, count
        self.name = model.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._model.close()

    def drafts(self, hit: Hit) -> Iterator[Draft | RowError]:
        """Questions about a passage; in the place of one that cannot be used, why. Raises the errors of the model."""
        if len(hit.text) < _SHORTEST:
            return
        language = language_of(hit.text)
        messages = [
            Message("system", ASKING[language].format(count=self._count)),
            Message("user", ASKING_PASSAGE[language].format(text=inert(hit.text, self._model.control_tokens))),
        ]
        sampling = Sampling(max_new_tokens=200 * self._count, quoting=True)
        text = "".join(piece for piece in self._model.stream(messages, sampling) if isinstance(piece, str))
        found = list(_objects(text))
        if not found:
            yield RowError("the model wrote no question that can be read")
        for one in found[: self._count]:
            try:
                yield self._draft(one, hit, language)
            except RowError as error:
                yield error

    def _draft(self, one: dict[str, Any], hit: Hit, language: str) -> Draft:
        question, answer, quote = (" ".join(str(one.get(key, "")).split()) for key in ("question", "answer", "quote"))
        if not question or not answer or not quote:
            raise RowError("the model's question lacks question, answer or quote")
        span = quoted(quote, hit.text)
        if span is None:
            raise RowError("the model's quote does not stand in the passage")
        said = ended(_CITED.sub("", answer))
        return Draft(question, said, (said,), hit.start + span[0], hit.start + span[1], f"model {self.name}", language)


def quoted(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quote stands in a text, word for word; white space may differ. None where it does not."""
    found = re.search(r"\s+".join(map(re.escape, quote.split())), text)
    return found.span() if found and found.end() > found.start() else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a model's text, whatever stands around them."""
    decoder = json.JSONDecoder()
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            if isinstance(value, dict):
                yield value
        place = text.find("{", end)
