"""What all sessions of the app share: one library, its chatbot and its queue of uploads.

None of it keeps a conversation; that is in each session's own state.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui.answerer import Answerer
from ui.problem import unexpected
from ui.suggestions import example_questions
from ui.uploads import Progress, Report, Uploads

if TYPE_CHECKING:
    from chatbot import Chatbot
    from ingest import Library

LIBRARY_VARIABLE = "SEODANG_LIBRARY"
# Documents whose headings become example questions: the newest ones.
_EXAMPLE_DOCUMENTS = 4


@dataclass(frozen=True)
class Shared:
    """The library that this server shows."""

    library: Library
    chatbot: Chatbot
    uploads: Uploads
    answerer: Answerer = field(default_factory=Answerer)


def shared() -> Shared:
    """The library named by the environment, opened once for the whole server."""
    return _open(os.environ[LIBRARY_VARIABLE])


@st.cache_resource(show_spinner=False)
def _open(path: str) -> Shared:
    from chatbot import Chatbot
    from ingest import Library, add_upload

    library = Library.open(Path(path), create=True)

    def add(name: str, content: bytes, progress: Callable[[Progress], None]) -> Report:
        return add_upload(library, name, content, progress)

    answerer = Answerer.from_environment()
    chatbot = Chatbot(library, answerer.model, adapter=answerer.adapter, load_in_4bit=answerer.load_in_4bit)
    return Shared(library, chatbot, Uploads(add, unexpected), answerer)


@st.cache_data(show_spinner=False, max_entries=8)
def examples(_shared: Shared, documents: tuple[tuple[int, str, str], ...]) -> tuple[str, ...]:
    """Example questions for the library's newest documents; ``documents`` are (id, title, time), the key of the cache."""
    newest = sorted(documents, key=lambda document: document[2], reverse=True)[:_EXAMPLE_DOCUMENTS]
    texts = [(title, _shared.library.document_text(id)) for id, title, _ in newest]
    return example_questions(texts, lambda question: not _shared.chatbot.ask(question).refused)
