"""Which document an OLE compound file is: HWP, old Office, Outlook, or an encrypted new one."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ingest.errors import UnreadableDocument
from ingest.readers.source import Source

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_END = 0xFFFFFFFE
_MAX_SECTORS = 1 << 20
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_SMALL_STREAM = 4096
_KINDS = (
    ("EncryptedPackage", "encrypted"),
    ("FileHeader", "hwp"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
)
_FILEPASS = 0x002F  # the record that says a workbook is encrypted ([MS-XLS] 2.4.117)
_FIRST_RECORDS = 30
_DOC_ENCRYPTED = 0x0100  # fEncrypted in the flags of the file information block ([MS-DOC] 2.5.2)
_PASSWORD = "The file is protected by a password; save a copy without it."


class _Stream(NamedTuple):
    sector: int
    size: int


def kind_of_compound(source: Source) -> str:
    """hwp, doc, xls, ppt or msg. Raises UnreadableDocument for encrypted, damaged and other files."""
    data = source.content()
    streams = _streams(data)
    kind = next((kind for name, kind in _KINDS if name in streams), None)
    if kind == "encrypted" or _is_encrypted(data, streams):
        raise UnreadableDocument(_PASSWORD)
    if kind is not None:
        return kind
    if not streams:
        raise UnreadableDocument(
            "The file is damaged: its directory cannot be read, as when a download or copy broke off; get it again."
        )
    raise UnreadableDocument("The file is an OLE file of a program whose documents cannot be read; export it as PDF.")


def _is_encrypted(data: bytes, streams: dict[str, _Stream]) -> bool:
    """Whether an old Office file says that it is encrypted; readers would give its noise as text."""
    if "EncryptedSummary" in streams:
        return True
    if "WordDocument" in streams:
        start = _beginning(data, streams["WordDocument"])
        return len(start) > 12 and bool(struct.unpack_from("<H", start, 10)[0] & _DOC_ENCRYPTED)
    book = streams.get("Workbook") or streams.get("Book")
    return book is not None and _has_filepass(_beginning(data, book))


def _has_filepass(records: bytes) -> bool:
    at = 0
    for _ in range(_FIRST_RECORDS):
        if at + 4 > len(records):
            return False
        kind, length = struct.unpack_from("<HH", records, at)
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _beginning(data: bytes, stream: _Stream) -> bytes:
    """The first sector of a stream; small streams lie elsewhere, but those of a document with text are not small."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    return b"" if stream.size < _SMALL_STREAM else data[(stream.sector + 1) * size :][:size]


def _streams(data: bytes) -> dict[str, _Stream]:
    """The entries in the directory of a compound file ([MS-CFB] 2.6), at every depth."""
    if len(data) < _HEADER_BYTES:
        return {}
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        return {}
    size = 1 << shift
    table = _allocation(data, size)
    sector = struct.unpack_from("<I", data, 48)[0]
    streams: dict[str, _Stream] = {}
    seen: set[int] = set()
    while sector < _END and sector not in seen and len(seen) < _MAX_SECTORS:
        seen.add(sector)
        offset = (sector + 1) * size
        streams = _entries(data[offset : offset + size]) | streams
        sector = table[sector] if sector < len(table) else _END
    return streams


def _allocation(data: bytes, size: int) -> list[int]:
    """The sector that follows each sector, from the table sectors in the header and the chain of further ones."""
    sectors = list(struct.unpack_from("<109I", data, 76))
    more = struct.unpack_from("<I", data, 68)[0]
    hops = 0
    while more < _END and hops < 4096 and (more + 2) * size <= len(data):
        entries = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        sectors.extend(entries[:-1])
        more = entries[-1]
        hops += 1
    table: list[int] = []
    for sector in sectors:
        offset = (sector + 1) * size
        if sector < _END and offset + size <= len(data):
            table.extend(struct.unpack_from(f"<{size // 4}I", data, offset))
    return table


def _entries(sector: bytes) -> dict[str, _Stream]:
    found = {}
    for at in range(0, len(sector) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", sector, at + 64)
        if kind in (_STORAGE, _STREAM, _ROOT) and 2 <= length <= 64:
            name = sector[at : at + length - 2].decode("utf-16-le", "replace")
            found[name] = _Stream(*struct.unpack_from("<II", sector, at + 116))
    return found
