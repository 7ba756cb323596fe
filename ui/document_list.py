"""The list of documents, with their text to read and a way to remove them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from ui.inert import inert, name_of
from ui.language import current_words
from ui.problem import shown as problems_shown
from ui.words import Words
from ui.words.reasons import in_language

if TYPE_CHECKING:
    from ingest import DocumentRecord, Library

# Rows at a time: each is four elements for the browser to draw.
_ROWS = 20
# Characters of a document shown at a time; a whole book at once makes a phone stutter.
_PART = 8_000
# From this many documents on, a search field is worth its place.
_SEARCHABLE = 8


def show_documents(library: Library, words: Words) -> None:
    """The documents, newest first."""
    documents = sorted(library.documents(), key=lambda document: (document.added_at, document.id), reverse=True)
    if not documents:
        st.html(f'<p class="sd-quiet">{words.no_documents}</p>')
        return
    st.html(f'<h2 class="sd-count">{words.listed.format(count=f"{len(documents):,}")}</h2>')
    shown = _filtered(documents, words) if len(documents) >= _SEARCHABLE else documents
    if not shown:
        st.html(f'<p class="sd-quiet">{words.filter_none}</p>')
        return
    page = _page_number(len(shown))
    with st.container(key="documents", gap=None):
        for document in shown[page * _ROWS : (page + 1) * _ROWS]:
            _row(library, document, words)


def _filtered(documents: Sequence[DocumentRecord], words: Words) -> list[DocumentRecord]:
    typed = st.text_input(
        words.filter_label, placeholder=words.filter_label, label_visibility="collapsed", icon=":material/search:"
    )
    wanted = typed.strip().casefold()
    return [document for document in documents if wanted in f"{document.title}\n{document.path}".casefold()]


def _page_number(count: int) -> int:
    """Which page of the list is shown, from 0."""
    pages = -(-count // _ROWS)
    if pages == 1:
        return 0
    return st.pagination(pages, key="list-page") - 1


def _row(library: Library, document: DocumentRecord, words: Words) -> None:
    with st.container(key=f"document-{document.id}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(_row_html(document, words))
        with st.container(horizontal=True, width="content", gap="small", key=f"actions-{document.id}"):
            if st.button(words.read, key=f"read-{document.id}", type="tertiary", icon=":material/article:"):
                st.dialog(words.read_title, width="large")(_read_dialog)(library, document)
            if st.button(words.remove, key=f"remove-{document.id}", type="tertiary", icon=":material/delete:"):
                st.dialog(words.remove_title)(_remove_dialog)(library, document)


def _row_html(document: DocumentRecord, words: Words) -> str:
    title, file = name_of(document.title, document.path), name_of("", document.path)
    facts = [document.format.upper()]
    if document.pages is not None:
        facts.append(words.pages.format(pages=f"{document.pages:,}"))
    facts += [words.characters.format(chars=f"{document.chars:,}"), _size(document.bytes)]
    facts.append(words.added.format(date=words.date.format(d=datetime.fromisoformat(document.added_at).astimezone())))
    status = f'<span class="sd-warned">{words.warned}</span>' if document.warnings else f"<span>{words.ready}</span>"
    warnings = "".join(f"<li>{inert(in_language(warning, words.code))}</li>" for warning in document.warnings)
    return (
        f'<div class="sd-document"><bdi class="sd-title">{inert(title)}</bdi>'
        + (f'<bdi class="sd-file">{inert(file)}</bdi>' if file != title else "")
        + f'<p class="sd-facts">{status}{"".join(f"<span>{inert(fact)}</span>" for fact in facts)}</p>'
        + (f'<ul class="sd-warnings">{warnings}</ul>' if warnings else "")
        + "</div>"
    )


def _size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1024:
        return f"{count} B"
    unit, factor = ("KB", 1024) if count < 1024**2 else ("MB", 1024**2) if count < 1024**3 else ("GB", 1024**3)
    size = count / factor
    return f"{size:.0f} {unit}" if size >= 10 else f"{size:.1f} {unit}"


def _remove_dialog(library: Library, document: DocumentRecord) -> None:
    with problems_shown():
        _remove(library, document)


def _read_dialog(library: Library, document: DocumentRecord) -> None:
    with problems_shown():
        _read(library, document)


def _remove(library: Library, document: DocumentRecord) -> None:
    """The question before a document is removed."""
    words = current_words()
    name = inert(name_of(document.title, document.path))
    st.html(
        f'<div class="sd-confirm"><p>{words.remove_question}</p><bdi class="sd-title">{name}</bdi>'
        f"<p>{words.remove_note}</p></div>"
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(words.cancel, key="keep"):
            st.rerun()
        if st.button(words.remove, key="confirm-remove", type="primary", icon=":material/delete:"):
            library.remove(document.id)
            st.toast(words.removed, icon=":material/check:")
            st.rerun()


def _read(library: Library, document: DocumentRecord) -> None:
    """The normalized text, a part at a time."""
    text = library.document_text(document.id)
    parts = max(1, -(-len(text) // _PART))
    part = st.pagination(parts, key=f"part-{document.id}") - 1 if parts > 1 else 0
    st.html(
        f'<div class="sd-reader"><bdi class="sd-title">{inert(name_of(document.title, document.path))}</bdi>'
        f'<div class="sd-text" dir="auto" tabindex="0">{inert(text[part * _PART : (part + 1) * _PART])}</div></div>'
    )
