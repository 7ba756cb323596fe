"""One page of a PDF as lines with their places, through pdfium."""

from __future__ import annotations

import ctypes
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from ingest.errors import UnreadableDocument
from ingest.readers.pdf_parts import Box, Line, PageText, Table, squeezed
from ingest.readers.title import metadata_title
from ingest.readers.zipped import damaged

_HYPHEN = "\x02"  # pdfium marks a hyphen at a line's end that only breaks a word
_MAX_OBJECTS = 20_000
_MAX_BOOKMARKS = 5_000
_MAX_BOOKMARK_DEPTH = 8
_MAX_ANNOTATIONS = 5_000
_MAX_ANNOTATION_BYTES = 1 << 20
_UNMAPPED = "\ufffd"


def open_pdf(path: Path) -> Any:
    """The opened file. Raises UnreadableDocument where it is encrypted or broken."""
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableDocument("The file is protected by a password; save a copy without it.") from error
        if code == raw.FPDF_ERR_SECURITY:
            raise UnreadableDocument(
                "The file is encrypted in a way that cannot be read; save a copy as PDF."
            ) from error
        raise damaged("it is no complete PDF file") from error


def page_title(pdf: Any) -> str:
    """The title in the file's properties, "" where it is only a file name."""
    try:
        title = metadata_title(str(pdf.get_metadata_value("Title") or ""))
    except (pypdfium2.PdfiumError, UnicodeError):
        return ""
    lower = title.lower()
    is_name = lower.endswith(
        (".doc", ".docx", ".hwp", ".hwpx", ".pdf", ".ppt", ".pptx", ".xls", ".xlsx", ".indd", ".tex")
    )
    return "" if is_name or lower in ("untitled", "anonymous", "(anonymous)", "제목 없음") else title


def bookmarks(pdf: Any) -> dict[int, dict[str, int]]:
    """The table of contents: page index -> squeezed title -> level."""
    found: dict[int, dict[str, int]] = {}
    try:
        for bookmark in islice(pdf.get_toc(max_depth=_MAX_BOOKMARK_DEPTH), _MAX_BOOKMARKS):
            target = bookmark.get_dest()
            index = None if target is None else target.get_index()
            title = squeezed(bookmark.get_title())
            if index is not None and title:
                found.setdefault(index, {})[title] = bookmark.level + 1
    except (pypdfium2.PdfiumError, UnicodeError, RecursionError):
        return found
    return found


def page_text(pdf: Any, index: int, headings: dict[str, int] | None = None) -> PageText:
    """The lines of page ``index`` (from 0) with their places in points, the origin at the bottom left."""
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:
        return PageText((), is_broken=True)
    try:
        text = page.get_textpage()
        lines = _lines(text, page.get_rotation()) + _annotations(page)
        tables, drawings = _tables(page, text) if lines else ((), ())
        return PageText(
            lines, tables, is_picture=not lines and _has_picture(page), bookmarks=headings or {}, area=page.get_bbox(),
            drawings=drawings,
        )  # fmt: skip
    except pypdfium2.PdfiumError:
        return PageText((), is_broken=True)
    finally:
        page.close()


def _lines(text: Any, rotation: int) -> tuple[Line, ...]:
    count = text.count_chars()
    if count <= 0:
        return ()
    lines = []
    start = 0
    characters = _characters(text, count)
    for line in characters.split("\n"):
        end = start + len(line)
        if line.strip():
            lines.append(_line(text, line, start, rotation))
        start = end + 1
    return tuple(lines)


def _characters(text: Any, count: int) -> str:
    """One character for each index that pdfium counts, so that boxes can be asked for by position."""
    get = raw.FPDFText_GetUnicode
    codes = [get(text, index) for index in range(count)]
    return "".join(chr(code) if code < 0x110000 else _UNMAPPED for code in codes)


def _line(text: Any, line: str, start: int, rotation: int) -> Line:
    visible = [index for index, char in enumerate(line) if not char.isspace() and char != _HYPHEN]
    words = line.replace("\r", "").replace("\ufffe", _HYPHEN)
    # pdfium counts a character outside the BMP as two surrogates.
    words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not visible or rotation:
        return Line(words, None)
    first, last = _box(text, start + visible[0]), _box(text, start + visible[-1])
    if first is None or last is None or last[2] < first[0]:
        return Line(words, None)
    return Line(words, (first[0], min(first[1], last[1]), last[2], max(first[3], last[3])), first[3] - first[1])


def _box(text: Any, index: int) -> tuple[float, float, float, float] | None:
    """Left, bottom, right and top of a character with its font's full height."""
    rectangle = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(rectangle)):
        return None
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _annotations(page: Any) -> tuple[Line, ...]:
    """What is filled into forms or written on the page as a comment; the text of the page does not have it."""
    found: dict[str, None] = {}
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if kind == raw.FPDF_ANNOT_WIDGET:
            found[_annotation_text(annotation, b"V")] = None
        elif kind not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP):
            found[_annotation_text(annotation, b"Contents")] = None
        raw.FPDFPage_CloseAnnot(annotation)
    return tuple(Line(part, None) for text in found for part in ("", *text.splitlines()) if text.strip())


def _annotation_text(annotation: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size <= _MAX_ANNOTATION_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    text = buffer.raw.decode("utf-16-le", "replace").rstrip("\x00")
    return "" if text in ("Off", "Yes") else text  # the states of a box to tick


def _has_picture(page: Any) -> bool:
    for number, found in enumerate(page.get_objects(max_depth=4)):
        if found.type in (
            raw.FPDF_PAGEOBJ_IMAGE,
            raw.FPDF_PAGEOBJ_PATH,
            raw.FPDF_PAGEOBJ_SHADING,
            raw.FPDF_PAGEOBJ_TEXT,
        ):
            return True
        if number > _MAX_OBJECTS:
            break
    return False


def _tables(page: Any, text: Any) -> tuple[tuple[Table, ...], tuple[Box, ...]]:
    from ingest.readers.pdf_table import tables_of

    return tables_of(page, text)
