"""The long tail of formats, through kreuzberg: it makes HTML of them, which our own reader takes apart."""

from __future__ import annotations

import re
from typing import Any

from ingest.document import Document
from ingest.errors import UnreadableDocument
from ingest.readers.html import add_html
from ingest.readers.source import Source

_MIME_TYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
    "rtf": "application/rtf",
    "msg": "application/vnd.ms-outlook",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
}
_PASSWORD = re.compile(r"password|encrypt", re.IGNORECASE)


def read(source: Source, kind: str) -> Document:
    """The document as kreuzberg understands it; pages are not known."""
    import kreuzberg

    config = kreuzberg.ExtractionConfig(
        use_cache=False, enable_quality_processing=False, output_format="html", max_concurrent_extractions=1
    )
    try:
        result: Any = kreuzberg.extract_bytes_sync(source.content(), _MIME_TYPES[kind], config)
    except kreuzberg.KreuzbergError as error:
        raise _refusal(kind, str(error)) from error
    builder = source.builder(kind, _title(result))
    add_html(builder, result.content)
    return builder.build()


def _title(result: Any) -> str:
    title = dict(result.metadata or {}).get("title")
    return title.strip() if isinstance(title, str) else ""


def _refusal(kind: str, message: str) -> UnreadableDocument:
    if _PASSWORD.search(message):
        return UnreadableDocument("The file is protected by a password; save a copy without it.")
    return UnreadableDocument(
        f"The file is damaged or of a variety of {kind.upper()} that cannot be read; save it in a newer format or as PDF."
    )
