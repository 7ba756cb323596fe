"""Files and folders that the user named, as a list of regular files with their stamps."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.document import shown
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
    """``files`` by absolute path; ``folders`` are the absolute folders that were walked, ``unseen`` those inside them
    that were not looked into: what is known under them is not gone.
    """

    files: dict[bytes, FoundFile]
    folders: tuple[bytes, ...]
    unreadable: tuple[FoundFile, ...] = ()
    unseen: tuple[bytes, ...] = ()


def scan(paths: Sequence[Path]) -> Scan:
    """Every regular file under the paths, in order of name. Hidden files and folders, lock files and other libraries
    are left out, unless they were named themselves.

    Raises PathError for a path that is absent or may not be read.
    """
    files: dict[bytes, FoundFile] = {}
    unreadable: list[FoundFile] = []
    unseen: list[bytes] = []
    folders = []
    for path in paths:
        absolute = os.path.abspath(os.path.expanduser(path))
        try:
            status = os.stat(absolute)
            if stat.S_ISDIR(status.st_mode):
                if FILE_NAME in os.listdir(absolute):
                    raise PathError(
                        f"{path} is a library, not a folder of documents; name the folder of the documents."
                    )
                found = list(_walk(absolute, str(path), unreadable, unseen))
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
    return Scan(files, tuple(folders), tuple(unreadable), tuple(unseen))


def _walk(folder: str, given: str, unreadable: list[FoundFile], unseen: list[bytes]) -> Iterator[FoundFile]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    if any(entry.name == FILE_NAME for entry in ordered):
        unseen.append(os.fsencode(folder))
        return
    for entry in ordered:
        if entry.name.startswith((".", "~$")) or entry.name.lower() in _SKIPPED_NAMES:
            continue
        name = os.path.join(given, entry.name)
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, name, unreadable, unseen)
            elif entry.is_file():
                yield FoundFile(os.fsencode(entry.path), shown(name), FileStamp.of(entry.stat()))
        except OSError as error:
            if error.errno != errno.ELOOP:  # a link to itself leads nowhere, like one whose target is gone
                unseen.append(os.fsencode(entry.path))
                unreadable.append(FoundFile(os.fsencode(entry.path), shown(name), FileStamp(0, 0, 0)))
