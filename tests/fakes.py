"""Stand-ins where a test is not about the embedding model, the reading process or files."""

from __future__ import annotations

import hashlib
import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatbot.message import Message
from chatbot.models.model import Generation, Sampling
from ingest.document import Document, DocumentBuilder
from ingest.embedder import PACKAGED, EmbedderIdentity
from ingest.library import FileStamp, Library
from ingest.preparing import Preparer
from ingest.readers import read
from ingest.readers.limits import ReadLimits

_PIECES = re.compile(r"[A-Za-z0-9]{1,4}|[^\sA-Za-z0-9]")
_WORDS = re.compile(r"\w+")


class HashEmbedder:
    """Texts that share words have near vectors. It reads everything but Hangul, as the packaged model does."""

    def __init__(self, name: str = PACKAGED, version: str = "hash-1", dimension: int = 48) -> None:
        self.identity = EmbedderIdentity(name, version, dimension)
        self.token_limit = 254
        self.embedded: list[str] = []

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [len(_PIECES.findall(text)) for text in texts]

    def reads(self, text: str) -> bool:
        letters = [character for character in text[:400] if character.isalpha()]
        return 2 * sum("가" <= character <= "힣" for character in letters) <= len(letters)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            self.embedded.append(text)
            row[0] = 0.1
            for word in _WORDS.findall(text.lower()):
                for seed in (1, 2, 3):
                    code = zlib.crc32(word.encode(), seed)
                    row[code % len(row)] += 1 if code & 0x1000 else -1
            row /= np.linalg.norm(row)
        return rows


class DirectReader:
    """Reads in this process: for tests that ingest hundreds of times and are not about isolation."""

    def __init__(self, limits: ReadLimits | None = None) -> None:
        self._limits = limits

    def __enter__(self) -> DirectReader:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read(self, path: Path, name: str | None = None) -> Document:
        return read(path, name, self._limits)


def plain(text: str, title: str = "", pages: Sequence[int] = ()) -> Document:
    """A document of paragraphs between blank lines; ``pages`` are the paragraphs (from 0) with which a page begins."""
    builder = DocumentBuilder("txt", title)
    for index, paragraph in enumerate(text.split("\n\n")):
        if index in pages:
            builder.page(len([start for start in pages if start <= index]))
        heading = paragraph.startswith("# ")
        builder.add(paragraph.removeprefix("# "), "heading" if heading else "paragraph", int(heading))
    return builder.build()


def put(library: Library, path: str, document: Document | str, sha256: str | None = None) -> None:
    """Stores a document as sync does, without a file."""
    document = plain(document) if isinstance(document, str) else document
    sha256 = sha256 or hashlib.sha256(document.text.encode()).hexdigest()
    size = len(document.text.encode())
    [ready] = Preparer(library).prepare([document], [sha256], [size], [path])
    library.store(b"/" + path.encode(), path, FileStamp(size, 0, 0), ready)


class ScriptedModel:
    """A language model that says what it was told to say, and keeps the prompts; a token is a word."""

    def __init__(self, *answers: str, context: int | None = 4_096, name: str = "scripted") -> None:
        self.name = name
        self.context = context
        self.control_tokens: tuple[str, ...] = ("<|turn|>", "<|end|>")
        self.prompts: list[tuple[Message, ...]] = []
        self.samplings: list[Sampling] = []
        self._answers = list(answers)

    def count(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) + 4 for message in messages)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancel: threading.Event | None = None
    ) -> Iterator[str | Generation]:
        self.prompts.append(tuple(messages))
        self.samplings.append(sampling)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        pieces = re.findall(r"\s*\S+", answer)
        for done, piece in enumerate(pieces):
            if cancel is not None and cancel.is_set():
                yield Generation("cancelled", self.count(messages), done)
                return
            if done == sampling.max_new_tokens:
                yield Generation("length", self.count(messages), done)
                return
            yield piece
        yield Generation("stop", self.count(messages), len(pieces))

    def close(self) -> None:
        self.name = f"{self.name} (closed)"
