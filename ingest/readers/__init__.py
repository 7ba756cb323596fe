"""A file on disk -> a Document: one file here a format family, chosen by what the file is and not by its name."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Callable
from pathlib import Path

from ingest.document import Document
from ingest.errors import UnreadableDocument
from ingest.readers.kind import kind_of
from ingest.readers.limits import ReadLimits
from ingest.readers.source import Source, open_source

_READERS = {
    "pdf": "pdf",
    "docx": "word",
    "pptx": "presentation",
    "xlsx": "spreadsheet",
    "csv": "delimited",
    "html": "html",
    "md": "markdown",
    "txt": "text",
    "eml": "mail",
    "hwp": "hwp",
    "hwp3": "hwp",
    "hwpx": "hwp",
    "odp": "slides",
}


def read(
    path: Path,
    name: str | None = None,
    limits: ReadLimits | None = None,
    on_ocr_page: Callable[[], None] | None = None,
) -> Document:
    """Reads one file in this process. For files from outside use ``ingest.isolation.IsolatedReader``.

    ``name`` is what the file is called where ``path`` is a copy under another name. ``on_ocr_page`` is called before
    each page that is recognised from its picture.

    Raises UnreadableDocument, with a sentence for the user, for everything that is wrong with the file; a Document
    always has text.
    """
    source = open_source(path, name, limits or ReadLimits(), on_ocr_page or _ignore)
    try:
        document = _read(source)
    except RecursionError as error:
        raise UnreadableDocument(
            "The file is nested too deeply to be read; it is damaged or made to do harm."
        ) from error
    if not document.text or not any(map(_is_visible, document.text)):
        raise UnreadableDocument(_empty_reason(document))
    return document


def _read(source: Source) -> Document:
    kind = kind_of(source)
    if kind == "zip":
        kind = importlib.import_module("ingest.readers.package").kind_of_package(source)
    elif kind == "ole":
        kind = importlib.import_module("ingest.readers.compound").kind_of_compound(source)
    if kind in _READERS:
        reader = importlib.import_module(f"ingest.readers.{_READERS[kind]}")
        document: Document = reader.read(source)
        return document
    converted: Document = importlib.import_module("ingest.readers.converted").read(source, kind)
    return converted


def _ignore() -> None:
    return None


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in ("Cf", "Cn", "Mn")


def _empty_reason(document: Document) -> str:
    if document.warnings:
        return f"The file holds no text that could be read: {document.warnings[0]}"
    return "The file holds no text."
