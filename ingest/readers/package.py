"""Which document a zip file is: Office, OpenDocument, EPUB, HWPX, or only an archive."""

from __future__ import annotations

import re

from ingest.errors import UnreadableDocument
from ingest.readers.source import Source
from ingest.readers.zipped import Archive, check_nesting

_MAIN_TYPES = (
    ("wordprocessingml", "docx"),
    ("ms-word.", "docx"),
    ("presentationml", "pptx"),
    ("ms-powerpoint.", "pptx"),
    ("ms-excel.sheet.binary", "xlsb"),
    ("spreadsheetml", "xlsx"),
    ("ms-excel.", "xlsx"),
)
_MAIN = re.compile(
    rb"ContentType\s*=\s*[\"']application/([^\"']*?(?:\.main|main)\+xml|vnd\.ms-excel\.sheet\.binary[^\"']*)[\"']",
    re.IGNORECASE,
)
_PARTS = (
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
)
_MIME_TYPES = {
    "application/epub+zip": "epub",
    "application/hwp+zip": "hwpx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.text-master": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.spreadsheet-template": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.presentation-template": "odp",
}
_IWORK = "Index/Document.iwa"


def kind_of_package(source: Source) -> str:
    """docx, pptx, xlsx, xlsb, odt, ods, odp, epub or hwpx, after the checks against bombs and entities.

    Raises UnreadableDocument for other archives and for encrypted documents.
    """
    archive = Archive(source.path, source.limits)
    kind = _declared(archive) or _office(archive)
    if kind is None:
        raise _no_document(archive)
    if kind in ("odt", "ods", "odp", "hwpx"):
        _refuse_encrypted(archive)
    if kind not in ("docx", "pptx", "xlsx"):  # these have readers of ours that unpack no nested archive
        check_nesting(archive)
    archive.check_xml(allow_doctype=kind in ("epub", "odt", "ods", "odp"))
    return kind


def _declared(archive: Archive) -> str | None:
    if not archive.holds("mimetype"):
        return "hwpx" if archive.holds("Contents/header.xml") and archive.holds("Contents/section0.xml") else None
    return _MIME_TYPES.get(archive.read("mimetype")[:100].decode("ascii", "replace").strip())


def _office(archive: Archive) -> str | None:
    if archive.holds("[Content_Types].xml"):
        types = archive.read("[Content_Types].xml").replace(b"\x00", b"")
        for match in _MAIN.finditer(types):
            declared = match.group(1).decode("ascii", "replace").lower()
            for word, kind in _MAIN_TYPES:
                if word in declared:
                    return kind
    return next((kind for part, kind in _PARTS if archive.holds(part)), None)


def _refuse_encrypted(archive: Archive) -> None:
    """OpenDocument and HWPX list in their manifest how each part is encrypted."""
    if archive.holds("META-INF/manifest.xml") and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableDocument("The file is protected by a password; save a copy without it.")


def _no_document(archive: Archive) -> UnreadableDocument:
    if not archive.names:
        return UnreadableDocument("The file is an empty archive.")
    if archive.holds(_IWORK):
        return UnreadableDocument("The file is an Apple iWork document; export it as PDF or as an Office file.")
    if archive.holds("META-INF/MANIFEST.MF"):
        return UnreadableDocument("The file is a Java program, not a document.")
    if archive.holds("[Content_Types].xml") or archive.holds("_rels/.rels"):
        return UnreadableDocument("The file is an Office package without a text, sheet or slide document in it.")
    return UnreadableDocument("The file is an archive; unpack it and add what is in it.")
