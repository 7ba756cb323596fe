"""A question with its passages and earlier turns -> messages that fit the model's context window."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.errors import ContextExceeded
from chatbot.message import Message
from chatbot.models.model import Model
from chatbot.prompt import conversation_messages, documents_messages, inert, language_of, question_turn
from chatbot.reply import Reply
from ingest.hit import Hit

# Tokens that a served model is taken to read when its server does not tell: what current servers start with at least.
ASSUMED_CONTEXT = 4_096
# Conversations whose last prompt is kept, so that their next one begins with the same tokens.
_REMEMBERED = 64


@dataclass(frozen=True)
class Prompt:
    """``messages`` for the model; passage ``[n]`` in them is ``passages[n - 1]``."""

    messages: tuple[Message, ...]
    passages: tuple[Hit, ...] = ()


class Prompter:
    """Makes the prompts of one model. Safe from several threads.

    A conversation's next prompt is its last one continued, where that fits: passages shown before keep their numbers and
    are not shown twice, so that a model with a prefix cache reads only what is new. Where it does not fit, or after a
    restart, earlier turns go in as question and answer alone, the oldest left out first, and then the passages of the
    lowest rank.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._last: OrderedDict[str, Prompt] = OrderedDict()

    def documents(
        self, question: str, hits: Sequence[Hit], history: Sequence[Reply], answer_tokens: int, rules: str = ""
    ) -> Prompt:
        """The prompt that asks for an answer from ``hits``, best first; ``answer_tokens`` stay free for the answer.
        ``rules`` are said in this turn alone.

        Raises ContextExceeded when not even one passage fits.
        """
        continued = self._continued(question, hits, history, rules)
        if continued is not None and self._fits(continued.messages, answer_tokens):
            return continued
        turns = _turns(history)
        marks = self._model.control_tokens
        for first in range(len(turns) + 1):
            messages = documents_messages(question, hits, marks, turns[first:], rules)
            if self._fits(messages, answer_tokens):
                return Prompt(tuple(messages), tuple(hits))
        for count in range(len(hits) - 1, 0, -1):
            messages = documents_messages(question, hits[:count], marks, (), rules)
            if self._fits(messages, answer_tokens):
                return Prompt(tuple(messages), tuple(hits[:count]))
        raise ContextExceeded(
            f"{self._model.name} reads {self._room():,} tokens, too few for this question with one passage and an answer "
            f"of {answer_tokens:,}; ask more briefly, or use a model with a longer context."
        )

    def conversation(self, question: str, history: Sequence[Reply], answer_tokens: int) -> Prompt:
        """The prompt for something that is not about the documents. Raises ContextExceeded."""
        turns = _turns(history)
        for first in range(len(turns) + 1):
            messages = conversation_messages(question, self._model.control_tokens, turns[first:])
            if self._fits(messages, answer_tokens):
                return Prompt(tuple(messages))
        raise ContextExceeded(
            f"{self._model.name} reads {self._room():,} tokens, too few for this question; ask more briefly."
        )

    def remember(self, prompt: Prompt, generated: str, history: Sequence[Reply], reply: Reply) -> None:
        """Keeps what the model was told and said, under the conversation that ``reply`` now ends."""
        said = Message("assistant", inert(generated, self._model.control_tokens).strip())
        with self._lock:
            self._last[_key([*history, reply])] = Prompt((*prompt.messages, said), prompt.passages)
            while len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)

    def _continued(self, question: str, hits: Sequence[Hit], history: Sequence[Reply], rules: str) -> Prompt | None:
        with self._lock:
            last = self._last.get(_key(history)) if history else None
        if last is None or language_of(history[-1].question) != language_of(question):
            return None
        known = {(hit.document, hit.start, hit.end) for hit in last.passages}
        new = [hit for hit in hits if (hit.document, hit.start, hit.end) not in known]
        turn = question_turn(question, new, len(last.passages) + 1, self._model.control_tokens, rules=rules)
        return Prompt((*last.messages, turn), (*last.passages, *new))

    def _room(self) -> int:
        return self._model.context or ASSUMED_CONTEXT

    def _fits(self, messages: Sequence[Message], answer_tokens: int) -> bool:
        return self._model.count(messages) + answer_tokens <= self._room()


def _turns(history: Sequence[Reply]) -> list[tuple[str, str]]:
    return [(reply.question, reply.answer) for reply in history]


def _key(history: Sequence[Reply]) -> str:
    return hashlib.sha256(json.dumps(_turns(history)).encode()).hexdigest()
