"""What a file is, by its content; the name decides only between plain-text kinds."""

from __future__ import annotations

import re

from ingest.errors import UnreadableDocument
from ingest.readers.source import Source

_PDF_WINDOW = 1024
_TABBED_BYTES = 60 << 10  # a longer head may end inside a line
_DOCUMENT = "convert it to a document, PDF or text file to have it read."
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image"), (0, b"\xff\xd8\xff", "image"), (0, b"GIF8", "image"), (0, b"II*\x00", "image"),
    (0, b"MM\x00*", "image"), (0, b"\x00\x00\x01\x00", "image"), (0, b"8BPS", "image"), (8, b"WEBP", "image"),
    (4, b"ftypheic", "image"), (4, b"ftypmif1", "image"), (4, b"ftypavif", "image"), (0, b"\xd7\xcd\xc6\x9a", "image"),
    (40, b" EMF", "image"), (0, b"AT&TFORM", "image"),
    (0, b"ID3", "recording"), (0, b"OggS", "recording"), (0, b"fLaC", "recording"), (8, b"WAVE", "recording"),
    (0, b"\xff\xfb", "recording"), (0, b"\xff\xf3", "recording"), (0, b"MThd", "recording"), (8, b"AVI ", "recording"),
    (4, b"ftyp", "recording"), (0, b"\x1aE\xdf\xa3", "recording"), (0, b"FLV\x01", "recording"),
    (0, b"\x00\x00\x01\xba", "recording"), (0, b"0&\xb2u\x8ef\xcf\x11", "recording"),
    (0, b"\x7fELF", "program"), (0, b"\xca\xfe\xba\xbe", "program"), (0, b"\xcf\xfa\xed\xfe", "program"),
    (0, b"\xce\xfa\xed\xfe", "program"), (0, b"\x00asm", "program"), (0, b"dex\n", "program"),
    (0, b"\x1f\x8b", "archive"), (0, b"BZh", "archive"), (0, b"\xfd7zXZ\x00", "archive"), (0, b"Rar!\x1a\x07", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"), (0, b"(\xb5/\xfd", "archive"), (257, b"ustar", "archive"),
    (0, b"MSCF", "archive"), (0, b"ALZ\x01", "archive"), (0, b"EGGA", "archive"), (0, b"\x1f\x9d", "archive"),
    (0, b"SQLite format 3\x00", "database"), (4, b"Standard Jet DB", "database"), (4, b"Standard ACE DB", "database"),
    (0, b"PAR1", "database"), (0, b"wOFF", "font"), (0, b"wOF2", "font"), (0, b"OTTO\x00", "font"),
    (0, b"\x00\x01\x00\x00\x00", "font"),
)  # fmt: skip
_REFUSALS = {
    "image": f"The file is an image, which holds no text; {_DOCUMENT}",
    "recording": f"The file is an audio or video recording; {_DOCUMENT}",
    "program": "The file is a program, not a document.",
    "archive": "The file is an archive; unpack it and add what is in it.",
    "database": f"The file is a database; {_DOCUMENT}",
    "font": "The file is a font, not a document.",
}
_BMP = re.compile(rb"BM.{4}\x00\x00\x00\x00.{4}[\x0c\x28\x6c\x7c]\x00\x00\x00", re.DOTALL)
_DOS_PROGRAM = re.compile(rb"MZ.{58}", re.DOTALL)
_SPACE = b" \t\r\n\x0b\x0c\xef\xbb\xbf"
_HTML = re.compile(rb"<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE)
_HTML_INSIDE = re.compile(rb"<(?:/p|/div|/table|/h[1-6]|/li|br\s*/?|/title|/span|/body|p)>", re.IGNORECASE)
_BEFORE_HTML = re.compile(rb"\s*(?:<\?xml[^>]*\?>|<!--.*?-->|\s)*", re.DOTALL)
_MAIL_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]?.*(?:\r?\n[ \t]+.*)*\r?\n")
_MAIL_NAMES = frozenset(
    (b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to",
     b"reply-to", b"content-type", b"x-mailer", b"cc", b"sender")
)  # fmt: skip
_MARKDOWN_NAMES = frozenset((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".rmd", ".qmd"))
_DELIMITED_NAMES = frozenset((".csv", ".tsv", ".tab"))


def kind_of(source: Source) -> str:
    """The family of reader: pdf, zip, ole, rtf, hwp3, html, eml, md, csv or txt.

    Raises UnreadableDocument for kinds that hold no text of their own.
    """
    head = source.head
    if not head.strip(b"\x00" + _SPACE) and source.size <= len(head):
        raise UnreadableDocument("The file holds no text, only blanks.")
    if b"%PDF-" in head[:_PDF_WINDOW]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head.lstrip(_SPACE).startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(b"HWP Document File"):
        return "hwp3"
    _refuse(head)
    return _text_kind(source)


def _refuse(head: bytes) -> None:
    for offset, signature, kind in _SIGNATURES:
        if head.startswith(signature, offset):
            raise UnreadableDocument(_REFUSALS[kind])
    if _BMP.match(head):
        raise UnreadableDocument(_REFUSALS["image"])
    if _DOS_PROGRAM.match(head) and b"\x00" in head[:64]:
        raise UnreadableDocument(_REFUSALS["program"])


def _text_kind(source: Source) -> str:
    head = source.head
    plain = head.replace(b"\x00", b"")  # UTF-16 reads like ASCII without its zero bytes
    if source.suffix in _MARKDOWN_NAMES:
        return "md"
    if source.suffix in _DELIMITED_NAMES:
        return "csv"
    if _is_html(plain, source.suffix):
        return "html"
    if _is_mail(plain):
        return "eml"
    return "csv" if _is_tabbed(plain) else "txt"


def _is_tabbed(head: bytes) -> bool:
    """A table saved as text: every line has the same number of tabs, at least two."""
    lines = head.splitlines()[:-1] if len(head) > _TABBED_BYTES else head.splitlines()
    counts = [line.count(b"\t") for line in lines[:50] if line.strip()]
    return len(counts) >= 3 and counts[0] >= 2 and counts.count(counts[0]) >= 0.9 * len(counts)


def _is_html(head: bytes, suffix: str) -> bool:
    start = head[len(_BEFORE_HTML.match(head.lstrip(b"\xef\xbb\xbf\xff\xfe")).group()) :] if head else b""  # type: ignore[union-attr]
    if _HTML.match(start.lstrip(_SPACE)):
        return True
    named = suffix in (".html", ".htm", ".xhtml", ".xht")
    return named and bool(_HTML.search(head) or _HTML_INSIDE.search(head))


def _is_mail(head: bytes) -> bool:
    """Header fields from the first line on, at least three of them those of a message."""
    if head.startswith(b"From ") and b"\n" in head:  # the line before a message in a mailbox
        head = head[head.index(b"\n") + 1 :]
    names = set()
    at = 0
    while field := _MAIL_FIELD.match(head, at):
        names.add(field.group().partition(b":")[0].lower())
        at = field.end()
    known = names & _MAIL_NAMES
    return len(known) >= 3 and bool(names & {b"from", b"received", b"message-id", b"mime-version"})
