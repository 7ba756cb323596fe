"""What stands in a record, checked: text without control tokens, turns in order, entities that are in their text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chatbot.message import Message, Role
from chatbot.prompt import inert
from finetune.data.errors import RowError
from ingest.document import normalize

# Of one row; longer than any context window that is trained on one GPU.
LONGEST_ROW = 200_000
_ROLES: dict[str, Role] = {
    "system": "system", "user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant",
    "model": "assistant", "bot": "assistant", "chatgpt": "assistant",
}  # fmt: skip


class Neutral:
    """Makes text normalized and inert, and counts the texts in which a control token stood. ``control_tokens`` are those
    of the base model's tokenizer, where it is known."""

    def __init__(self, control_tokens: Sequence[str] = ()) -> None:
        self.control_tokens = tuple(control_tokens)
        self.changed: Counter[str] = Counter()

    def __call__(self, text: str, where: str = "text") -> str:
        clean = normalize(text)
        calm = inert(clean, self.control_tokens)
        if calm != clean:
            self.changed[where] += 1
        return calm


def text_of(value: Any, what: str) -> str:
    """A value as text. Raises RowError when it is absent, empty, not text, too long or holds broken characters."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        raise RowError(f"its {what} is {_kind(value)} instead of text")
    text = str(value)
    if not text.strip():
        raise RowError(f"its {what} is empty")
    if len(text) > LONGEST_ROW:
        raise RowError(f"its {what} has more than {LONGEST_ROW:,} characters: {len(text):,}")
    if "\ufffd" in text:
        raise RowError(f"its {what} has characters that were broken by a wrong encoding (U+FFFD)")
    return text.strip()


def turns_of(value: Any, role_key: str, text_key: str) -> list[Message]:
    """Turns of a conversation, the system turn first if there is one, then user and assistant in turn. Raises RowError."""
    if not isinstance(value, list) or not value:
        raise RowError("its conversation is not a list of turns")
    turns: list[Message] = []
    for number, turn in enumerate(value, 1):
        if not isinstance(turn, dict):
            raise RowError(f"a turn is no object: turn {number} is {_kind(turn)}")
        role = _ROLES.get(str(turn.get(role_key, "")).strip().lower())
        if role is None:
            raise RowError(f"a turn has no role that is known: turn {number} is {str(turn.get(role_key))[:30]!r}")
        turns.append(Message(role, _turn_text(turn.get(text_key), number)))
    _check_order(turns)
    return turns


def _turn_text(value: Any, number: int) -> str:
    try:
        return text_of(value, "turn")
    except RowError as error:
        raise RowError(f"{error}: turn {number}") from error


def _check_order(turns: Sequence[Message]) -> None:
    said = turns[1:] if turns[0].role == "system" else turns
    for number, turn in enumerate(said):
        wanted = "assistant" if number % 2 else "user"
        if turn.role != wanted:
            place = number + 1 + len(turns) - len(said)
            raise RowError(
                f"its turns do not alternate: turn {place} is the {turn.role}'s where the {wanted}'s was due"
            )
    if len(said) < 2:
        raise RowError("its conversation has no answer")
    if sum(len(turn.content) for turn in turns) > LONGEST_ROW:
        raise RowError(f"its conversation has more than {LONGEST_ROW:,} characters")


def entities_of(value: Any, text: Any, labels: Mapping[str, str]) -> tuple[str, list[dict[str, str]]]:
    """The text, and its entities as the text writes them, in order. Raises RowError for one that does not stand there."""
    if isinstance(text, list):
        return _tagged(text, value, labels)
    told = text_of(text, "text")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise RowError("its entities are no JSON list") from error
    if isinstance(value, dict):
        value = [{"text": one, "type": kind} for kind, held in value.items() for one in _as_list(held)]
    if not isinstance(value, list):
        raise RowError("its entities are no list")
    found = [_entity(one, told, labels) for one in value]
    return told, sorted(found, key=lambda one: told.find(one["text"]))


def _entity(one: Any, text: str, labels: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(one, dict):
        raise RowError(f"one of its entities is {_kind(one)} instead of an object")
    start, end = one.get("start"), one.get("end")
    words = one.get("text", one.get("word", one.get("entity")))
    if words is None and isinstance(start, int) and isinstance(end, int):
        words = text[start:end]
    kind = str(one.get("type", one.get("label", "")))
    words = text_of(words, "entity")
    if words not in text:
        raise RowError(f"an entity does not stand in its text: {words[:40]!r}")
    return {"text": words, "type": labels.get(kind, text_of(kind, "entity's type"))}


def _tagged(tokens: list[Any], tags: Any, labels: Mapping[str, str]) -> tuple[str, list[dict[str, str]]]:
    """Tokens with tags such as B-PER, I-PER and O."""
    if not isinstance(tags, list) or len(tags) != len(tokens):
        raise RowError("its tags are not as many as its tokens")
    found: list[list[str]] = []
    before = "O"
    for token, tag in zip(tokens, (labels.get(str(one), str(one)) for one in tags), strict=True):
        if tag.isdecimal():
            raise RowError("its tags are numbers; name them with --label 0=O --label 1=B-PER")
        mark, _, kind = tag.partition("-")
        if mark == "I" and before.endswith(f"-{kind}"):
            found[-1].append(str(token))
        elif mark in ("B", "I"):
            found.append([kind, str(token)])
        before = tag
    text = text_of(" ".join(map(str, tokens)), "text")
    return text, [{"text": " ".join(words), "type": kind} for kind, *words in found]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _kind(value: object) -> str:
    if value is None:
        return "absent"
    return {dict: "an object", list: "a list", bool: "true or false"}.get(type(value), type(value).__name__)
