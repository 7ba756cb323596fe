"""Every word that the app shows, once in each language.

A language is a value of ``Words``: a word that is missing in one of them is an error of the type checker, not an
English word in a Korean page. Texts with braces are filled with ``str.format``; what is filled in is never Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Language = Literal["ko", "en"]


@dataclass(frozen=True)
class Words:
    """The words of one language, in the order in which a user meets them."""

    code: Language

    # the frame around the pages
    app: str
    opened: str  # {address}
    port_taken: str  # {port}, {host}
    host_unknown: str  # {host}
    language: str
    page_chat: str
    page_documents: str
    library_line: str  # {documents}, {chunks}
    library_empty_line: str
    local_note: str
    model_line: str  # {model}
    sent_note: str  # {host}
    unexpected: str  # {id}
    problem: str

    # chat
    greeting: str
    greeting_lead: str  # {documents}
    examples: str
    example_question: str  # {topic}: a heading, in Korean with its particle 을 or 를
    empty_title: str
    empty_lead: str
    to_documents: str
    ask_placeholder: str
    new_conversation: str
    you: str
    seodang: str
    searching: str
    sources: str
    nearest: str
    refused: str
    conversation: str
    program: str
    program_inputs: str
    program_value: str
    program_printed: str
    program_failed: str
    program_edit: str
    program_run: str
    program_time: str  # {ms}
    page: str  # {page}
    passage_gone: str
    legend: str
    verified: str
    partial: str
    unsupported: str
    source_of: str  # {n}, for screen readers

    # documents
    documents_title: str
    documents_lead: str
    upload_label: str
    upload_drop: str
    upload_button: str
    upload_limit: str  # {size}: megabytes
    stages: Mapping[str, str]
    progress_files: str  # {done}, {total}
    progress_rate: str  # {rate}
    progress_left: str  # {time}
    waiting: str  # {count}
    upload_done: str  # {count}
    upload_unchanged: str  # {count}
    failed_title: str  # {count}
    failed_lead: str
    dismiss: str
    listed: str  # {count}
    filter_label: str
    filter_none: str
    ready: str
    warned: str
    pages: str  # {pages}
    characters: str  # {chars}
    added: str  # {date}
    read: str
    remove: str
    remove_title: str
    remove_question: str
    remove_note: str
    cancel: str
    removed: str
    read_title: str
    no_documents: str
    seconds: str  # {seconds}
    minutes: str  # {minutes}
    date: str  # {d}: a datetime


def words(language: Language) -> Words:
    """The words of ``language``."""
    from ui.words import en, ko

    return ko.WORDS if language == "ko" else en.WORDS


def preferred(locale: str | None) -> Language:
    """The language for a browser or system that says ``locale`` ("ko-KR", "en_US.UTF-8")."""
    return "ko" if (locale or "").lower().replace("_", "-").split("-")[0] == "ko" else "en"


def stages(scan: str, read: str, embed: str, store: str, done: str) -> Mapping[str, str]:
    """The names of the stages of ingestion, complete by construction."""
    return MappingProxyType({"scan": scan, "read": read, "embed": embed, "store": store, "done": done})
