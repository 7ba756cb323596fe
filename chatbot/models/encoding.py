"""Messages -> token ids, in which nothing but the chat template writes control tokens."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from typing import Any

from chatbot.errors import ModelUnavailable
from chatbot.message import Message

# Templates that print the date print this one (the constant of Llama 3.1's template), so that a prompt does not change
# over night. Reasoning is off: the answer's tokens are for the answer.
TEMPLATE_VARIABLES = {"date_string": "26 Jul 2024", "enable_thinking": False}
# Turn marks that some templates write as plain text (Llama 2, TinyLlama, Zephyr).
_PLAIN_MARK = re.compile(r"<\|[^|<>\s]{1,40}\|>|<<?/?[A-Za-z_]{1,40}>?>|\[/?[A-Z_]{2,40}\]")
# Stands for a message's content in a rendered template; private-use characters, which templates have no reason to write.
_CONTENT = re.compile("\U000f7a10([0-9]+)\U000f7a11")


class Encoder:
    """Encodes conversations for one tokenizer. Safe from several threads.

    Contents without the text of a control token are encoded exactly as ``tokenizer.apply_chat_template`` would. Others
    are encoded by a copy of the tokenizer that knows no added token, the text of control tokens character by
    character; the text that the model reads stays the same. Turn marks that a template writes as plain text, which no
    id tells from a content's, get a space inside wherever a content has them.
    """

    def __init__(self, tokenizer: Any, name: str) -> None:
        """Raises ModelUnavailable for a tokenizer without a chat template, or with one that cannot be used."""
        if not getattr(tokenizer, "is_fast", False):
            raise ModelUnavailable(f"{name} has no tokenizer.json; save its tokenizer again with transformers.")
        if not tokenizer.chat_template:
            raise ModelUnavailable(
                f"{name} has no chat template, so it is a base model that cannot hold a conversation; take its chat "
                "version (Instruct, Chat, it), or fine-tune it first."
            )
        self._name = name
        self._tokenizer = tokenizer
        self._full, self._plain = _copies(tokenizer)
        added = {index: token.content for index, token in tokenizer.added_tokens_decoder.items()}
        # Whitespace as an added token (Gemma) is ordinary text; "unknown" comes of rare characters as well.
        self.control_ids = frozenset(
            index for index, text in added.items() if text.strip() and index != tokenizer.unk_token_id
        )
        texts = [text for text in (*added.values(), *tokenizer.all_special_tokens) if text.strip()]
        self._tokens = _any_of(texts)
        self._folds_system = self._merges_turns = False
        plain_marks = self._probe()
        self._plain_marks = _any_of(plain_marks)
        self.control_tokens = tuple(dict.fromkeys([*texts, *plain_marks]))
        self.turn_end = self._turn_end()
        # A prompt is counted before it is generated from.
        self._remembered = functools.lru_cache(maxsize=8)(self._encode)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """The prompt's ids, the generation prompt included. Raises ModelUnavailable when the template refuses."""
        return list(self._remembered(tuple(messages)))

    def _encode(self, messages: Sequence[Message]) -> list[int]:
        messages = self._prepared([Message(message.role, self._unmarked(message.content)) for message in messages])
        parts = self._parts(messages)
        if not any(self._tokens.search(message.content) for message in messages):
            ids = self._encoded(self._full, self._render(messages))
            if self._controls(ids) == self._controls(self._template_ids(parts)):
                return ids
        return self._joined(parts, [self._inert_ids(message.content) for message in messages])

    def decode(self, ids: Sequence[int]) -> str:
        """The text of generated ids, special tokens left out."""
        text: str = self._full.decode(list(ids), skip_special_tokens=True)
        return text

    def _probe(self) -> list[str]:
        """Finds out what the template can do; returns the turn marks that it writes as plain text."""
        talk = [Message("system", "a"), Message("user", "b"), Message("assistant", "c"), Message("user", "d")]
        try:
            parts = self._parts(self._prepared(talk))
        except ModelUnavailable:
            self._folds_system = True
            parts = self._parts(self._prepared(talk))
        try:
            self._parts([Message("user", "a"), Message("user", "b")])
        except ModelUnavailable:
            self._merges_turns = True
        return [mark for text in parts[::2] for mark in _PLAIN_MARK.findall(self._tokens.sub(" ", text))]

    def _turn_end(self) -> int | None:
        """The control token that the template writes after an assistant's turn, None when it writes none."""
        parts = self._parts([Message("user", "a"), Message("assistant", "b"), Message("user", "c")])
        place = next(place for place in range(1, len(parts), 2) if parts[place] == "1")
        after = self._encoded(self._full, parts[place + 1])
        for position, index in enumerate(after):
            if index in self.control_ids:
                return index if not self.decode(after[:position]).strip() else None
        return None

    def _unmarked(self, content: str) -> str:
        while True:
            broken = self._plain_marks.sub(lambda found: f"{found.group()[0]} {found.group()[1:]}", content)
            if broken == content:
                return content
            content = broken

    def _prepared(self, messages: Sequence[Message]) -> list[Message]:
        """What the template can render: system text in the next user turn, turns that alternate, where it needs that."""
        made: list[Message] = []
        waiting: list[str] = []
        for message in messages:
            if message.role == "system" and not message.content.strip():
                continue
            if message.role == "system" and self._folds_system:
                waiting.append(message.content)
                continue
            if message.role == "user" and waiting:
                message = Message("user", "\n\n".join([*waiting, message.content]))
                waiting = []
            if self._merges_turns and made and made[-1].role == message.role:
                message = Message(message.role, f"{made.pop().content}\n\n{message.content}")
            made.append(message)
        return [*made, Message("user", "\n\n".join(waiting))] if waiting else made

    def _parts(self, messages: Sequence[Message]) -> list[str]:
        """What the template writes: its own text at even positions, the index of a message's content at odd ones."""
        marked = [Message(message.role, f"\U000f7a10{i}\U000f7a11") for i, message in enumerate(messages)]
        parts = _CONTENT.split(self._render(marked))
        missing = {i for i, message in enumerate(messages) if message.content} - set(map(int, parts[1::2]))
        if missing:
            raise self._refusal(f"it leaves out the {messages[min(missing)].role}'s text")
        return parts

    def _render(self, messages: Sequence[Message]) -> str:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            rendered: str = self._tokenizer.apply_chat_template(
                turns, tokenize=False, add_generation_prompt=True, **TEMPLATE_VARIABLES
            )
        except Exception as error:  # a template is a program: it can raise anything
            raise self._refusal(str(error).strip() or type(error).__name__) from error
        return rendered

    def _refusal(self, why: str) -> ModelUnavailable:
        return ModelUnavailable(
            f"The chat template of {self._name} cannot write this conversation: {why}; start a new conversation, or use "
            "another model."
        )

    def _controls(self, ids: Sequence[int]) -> list[int]:
        return [index for index in ids if index in self.control_ids]

    def _template_ids(self, parts: Sequence[str]) -> list[int]:
        return self._joined(parts, None)

    def _joined(self, parts: Sequence[str], contents: Sequence[list[int]] | None) -> list[int]:
        """Ids of the template's own text, with ``contents`` in their places (none: left out)."""
        ids: list[int] = []
        for position, part in enumerate(parts):
            if position % 2:
                ids += contents[int(part)] if contents else []
            elif position:
                ids += self._inside(self._full, part)
            else:
                ids += self._encoded(self._full, part)
        return ids

    def _inert_ids(self, content: str) -> list[int]:
        """Ids of a content in which nothing is a control token."""
        ids: list[int] = []
        for position, piece in enumerate(self._tokens.split(content)):
            for text in piece if position % 2 else [piece]:
                ids += self._inside(self._plain, text)
        if self._controls(ids):
            # A vocabulary that holds control tokens as ordinary pieces cannot build them from single characters.
            ids = [index for character in content for index in self._inside(self._plain, character)]
        if self._controls(ids):
            raise self._refusal("a message has a character that is a control token")
        return ids

    def _inside(self, tokenizer: Any, text: str) -> list[int]:
        """Ids of a text that is not the beginning of a prompt: SentencePiece puts a space before a beginning."""
        lead = self._encoded(tokenizer, "\n")
        ids = self._encoded(tokenizer, f"\n{text}")
        return ids[len(lead) :] if ids[: len(lead)] == lead else self._encoded(tokenizer, text)

    @staticmethod
    def _encoded(tokenizer: Any, text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def _any_of(texts: Sequence[str]) -> re.Pattern[str]:
    """Finds each of the texts, the longest where several begin; nothing when there are none."""
    longest_first = sorted(map(re.escape, texts), key=len, reverse=True)
    return re.compile(f"({'|'.join(longest_first)})" if longest_first else "(?!)")


def _copies(tokenizer: Any) -> tuple[Any, Any]:
    """Two copies that no other thread changes: the tokenizer itself, and one that knows no added token."""
    from tokenizers import Tokenizer

    held = json.loads(tokenizer.backend_tokenizer.to_str())
    held["truncation"] = held["padding"] = None
    plain = {**held, "added_tokens": [], "post_processor": None}
    return Tokenizer.from_str(json.dumps(held)), Tokenizer.from_str(json.dumps(plain))
