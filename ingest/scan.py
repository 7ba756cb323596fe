"""Files and folders that the user named, as a list of regular files with their stamps."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.document import normalize
from ingest.errors import PathError
from ingest.opening import FILE_NAME
from ingest.records import FileStamp

# Files that programs leave beside documents: lock files of office programs, folder views.
_SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class FoundFile:
    """A file: ``path`` absolute as the file system spells it, ``given`` as the user would write it."""

    path: bytes
    given: str
    stamp: FileStamp


@dataclass(frozen=True)
class Scan:
    """``files`` by absolute path; ``folders`` are the absolute folders that were read whole."""

    files: dict[bytes, FoundFile]
    folders: tuple[bytes, ...]
    unreadable: tuple[FoundFile, ...]


def scan(paths: Sequence[Path]) -> Scan:
    """Every regular file under the paths, in order of name. Hidden files and folders, lock files and other libraries
    are left out, unless they were named themselves.

    Raises PathError for a path that is absent or may not be read.
    """
    files: dict[bytes, FoundFile] = {}
    unreadable: list[FoundFile] = []
    folders = []
    for path in paths:
        absolute = os.path.abspath(os.path.expanduser(path))
        try:
            status = os.stat(absolute)
            if stat.S_ISDIR(status.st_mode):
                found = list(_walk(absolute, str(path), unreadable))
                folders.append(os.fsencode(absolute))
            elif stat.S_ISREG(status.st_mode):
                found = [FoundFile(os.fsencode(absolute), shown(str(path)), FileStamp.of(status))]
            else:
                raise PathError(f"{path} is neither a file nor a folder; give the path of a document or a folder.")
        except FileNotFoundError as error:
            raise PathError(f"There is no file or folder {path}; check the path.") from error
        except PermissionError as error:
            raise PathError(f"{path} may not be read; give yourself permission to read it.") from error
        except OSError as error:
            raise PathError(f"{path} cannot be read ({error.strerror}); check the path.") from error
        files.update((file.path, file) for file in found)
    return Scan(files, tuple(folders), tuple(unreadable))


def shown(path: str) -> str:
    """A path as text that can be stored and printed: NFC, bytes that are not UTF-8 replaced."""
    return normalize(os.fsencode(path).decode("utf-8", "replace")) or "?"


def _walk(folder: str, given: str, unreadable: list[FoundFile]) -> Iterator[FoundFile]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    if any(entry.name == FILE_NAME for entry in ordered):
        return
    for entry in ordered:
        if entry.name.startswith((".", "~$")) or entry.name.lower() in _SKIPPED_NAMES:
            continue
        name = os.path.join(given, entry.name)
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, name, unreadable)
            elif entry.is_file():
                yield FoundFile(os.fsencode(entry.path), shown(name), FileStamp.of(entry.stat()))
        except OSError:
            unreadable.append(FoundFile(os.fsencode(entry.path), shown(name), FileStamp(0, 0, 0)))
