"""Zip-based documents: looked over before anything is unpacked, and opened part by part."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import unquote
from zlib import error as ZlibError

from lxml import etree

from ingest.errors import UnreadableDocument
from ingest.readers.limits import ReadLimits, size_text

_XML_NAME = re.compile(r"\.(xml|rels|vml|xhtml|opf|ncx|hpf)$", re.IGNORECASE)
_ARCHIVE_NAME = re.compile(r"\.(zip|jar|7z|rar|gz|bz2|xz|tar|tgz|zst)$", re.IGNORECASE)
_PROLOG_BYTES = 1 << 20
_FIRST_ELEMENT = re.compile(rb"<[A-Za-z_\xc0-\xff]")
_LOCAL_HEADER_BYTES = 30
DAMAGED = "The file is damaged: {what}; open it in the program that made it and save it again."
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def damaged(what: str) -> UnreadableDocument:
    return UnreadableDocument(DAMAGED.format(what=what))


class Archive:
    """A zip file that passed its limits. Parts are read whole, never unpacked to disk."""

    def __init__(self, path: Path, limits: ReadLimits) -> None:
        try:
            with path.open("rb") as file:
                _check_directory_size(file, limits)
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, EOFError, struct.error, OSError, ValueError, NotImplementedError) as error:
            raise damaged("its zip directory cannot be read, as when a download or copy broke off") from error
        self._limits = limits
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self._folded = {_folded(name): name for name in self._infos}
        _check(self._zip.infolist(), limits)

    @property
    def names(self) -> list[str]:
        """The names of the parts, as stored."""
        return list(self._infos)

    def holds(self, name: str) -> bool:
        return _folded(name) in self._folded

    def read(self, name: str) -> bytes:
        """One part. Raises UnreadableDocument for a part that is absent, damaged, encrypted or larger than it says."""
        with self.open(name) as part:
            info = self._infos[self._stored_name(name)]
            try:
                data = part.read(info.file_size + 1)
            except (zipfile.BadZipFile, ZlibError, EOFError, OSError) as error:
                raise damaged(f"its part {name} cannot be unpacked") from error
        if len(data) > info.file_size:
            raise damaged(f"its part {name} is larger than it says")
        return data

    def open(self, name: str) -> IO[bytes]:
        """One part as a stream."""
        info = self._infos[self._stored_name(name)]
        if info.flag_bits & 1:
            raise UnreadableDocument("The file is protected by a password; save a copy without it.")
        try:
            return self._zip.open(info)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, struct.error) as error:
            raise damaged(f"its part {name} cannot be unpacked") from error

    def xml(self, name: str) -> etree._Element:
        """The root of one XML part. Raises UnreadableDocument where it is absent or broken beyond repair."""
        root = parse_xml(self.read(name))
        if root is None:
            raise damaged(f"its part {name} is not valid XML")
        return root

    def xml_or_none(self, name: str) -> etree._Element | None:
        """The root of one XML part that a document can do without."""
        if not self.holds(name):
            return None
        try:
            return parse_xml(self.read(name))
        except UnreadableDocument:
            return None

    def check_xml(self, allow_doctype: bool) -> None:
        """Refuses parts that declare entities, before any library sees them.

        Office formats forbid document type declarations altogether (ECMA-376 part 2, 8.1.4); EPUB has harmless ones.
        """
        for name in self._infos:
            if _XML_NAME.search(name):
                _check_prolog(name, self._prolog(name), allow_doctype)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The relations of a part of an Office file: id -> (last step of the type, name of the target part)."""
        folder, _, name = part.rpartition("/")
        root = self.xml_or_none(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        found: dict[str, tuple[str, str]] = {}
        for relation in () if root is None else root.iter("{*}Relationship"):
            if relation.get("TargetMode") == "External":
                continue
            target = _resolved(folder, relation.get("Target") or "")
            found[relation.get("Id") or ""] = ((relation.get("Type") or "").rpartition("/")[2], target)
        return found

    def _stored_name(self, name: str) -> str:
        stored = self._folded.get(_folded(name))
        if stored is None:
            raise damaged(f"its part {name} is missing")
        return stored

    def _prolog(self, name: str) -> bytes:
        """The part up to its first element."""
        data = b""
        try:
            with self.open(name) as part:
                while len(data) < _PROLOG_BYTES and (piece := part.read(4096)):
                    data += piece.replace(b"\x00", b"")  # UTF-16 reads like ASCII without its zero bytes
                    if found := _FIRST_ELEMENT.search(data):
                        return data[: found.start()]
        except (zipfile.BadZipFile, ZlibError, EOFError, OSError):
            return data  # whoever needs this part says what is wrong with it
        return data


def parse_xml(data: bytes) -> etree._Element | None:
    """The root of an XML text, mended where it is broken; entities are never expanded, nothing is ever fetched."""
    # huge_tree lifts libxml2's own limits (depth, 10 MB of text); the limits on the archive and on memory stay.
    for recover in (False, True):
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=recover, remove_pis=True,
            remove_comments=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        return root
    return None


def _folded(name: str) -> str:
    """The name as packages compare it; some writers use the slashes of Windows."""
    return name.replace("\\", "/").lower().lstrip("/")


def _resolved(folder: str, target: str) -> str:
    target = unquote(target)
    steps: list[str] = []
    for step in PurePosixPath(target if target.startswith("/") else f"{folder}/{target}").parts:
        if step == "..":
            del steps[-1:]
        elif step not in ("/", "."):
            steps.append(step)
    return "/".join(steps)


def _check_directory_size(file: IO[bytes], limits: ReadLimits) -> None:
    """Reads the number of entries before zipfile builds an object for each of them."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - (64 << 10) - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return
    # 46 bytes is the least that an entry of the directory needs; the count itself may lie.
    directory = int(struct.unpack_from("<I", tail, at + 12)[0])
    entries = int(struct.unpack_from("<H", tail, at + 10)[0])
    if entries == 0xFFFF or directory == 0xFFFFFFFF:
        where = tail.rfind(b"PK\x06\x06", 0, at)
        if where >= 0 and len(tail) >= where + 56:
            entries, directory = struct.unpack_from("<QQ", tail, where + 32)
    if max(entries, min(directory, size) // 256) > limits.zip_entries:
        raise _too_many_entries(max(entries, min(directory, size) // 256), limits)


def _too_many_entries(count: int, limits: ReadLimits) -> UnreadableDocument:
    return UnreadableDocument(
        f"The file is an archive with about {count:,} parts, more than the limit of {limits.zip_entries:,}."
    )


def _check(infos: list[zipfile.ZipInfo], limits: ReadLimits) -> None:
    """Number, sizes, ratio, overlap and nesting, all from the directory."""
    if len(infos) > limits.zip_entries:
        raise _too_many_entries(len(infos), limits)
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if total > limits.zip_total_bytes:
        limit = size_text(limits.zip_total_bytes)
        raise UnreadableDocument(f"The file would unpack to {size_text(total)}, more than the limit of {limit}.")
    for size, stored in [(total, packed), *((info.file_size, info.compress_size) for info in infos)]:
        if size > limits.zip_ratio_free_bytes and size > limits.zip_ratio * max(1, stored):
            ratio = size / max(1, stored)
            raise UnreadableDocument(
                f"The file looks like a zip bomb: {size_text(stored)} would unpack to {size_text(size)}"
                f" ({ratio:,.0f} times, the limit is {limits.zip_ratio:,.0f})."
            )
    _check_overlap(infos)


def _check_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Entries that share packed bytes let a small file unpack to anything (D. Fifield, "A better zip bomb")."""
    end = -1
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise UnreadableDocument("The file looks like a zip bomb: parts of its archive overlap.")
        end = info.header_offset + _LOCAL_HEADER_BYTES + len(info.orig_filename.encode("utf-8", "replace")) // 2
        end += info.compress_size


def check_nesting(archive: Archive) -> None:
    """Refuses archives within a document's archive; no reader would open them, and only bombs need them."""
    nested = next((name for name in archive.names if _ARCHIVE_NAME.search(name)), None)
    if nested is not None:
        raise UnreadableDocument(
            f"The file holds another archive ({nested[-80:]!r}); take it out and add it by itself."
        )


def _check_prolog(name: str, prolog: bytes, allow_doctype: bool) -> None:
    text = prolog.upper()
    if b"<!ENTITY" in text or (b"<!DOCTYPE" in text and not allow_doctype):
        raise UnreadableDocument(
            f"The file is not safe to read: its part {name} declares XML entities, which documents of this kind never need."
        )
