"""Lines of a text file in whatever encoding it has, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from finetune.data.errors import DataError
from ingest.readers.encoding import decode

_SAMPLE_BYTES = 1 << 20


def lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """(number from 1, line with its end) of a file; None for a line whose bytes are not in the file's encoding.

    Raises DataError when the file cannot be opened or is no text.
    """
    encoding = encoding_of(path)
    with path.open("rb") as file:
        if encoding.startswith(("utf-16", "utf-32")):
            yield from enumerate(_wide_lines(path, encoding), 1)
            return
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            try:
                yield number, line.decode(encoding)
            except UnicodeDecodeError:
                yield number, None


def _wide_lines(path: Path, encoding: str) -> Iterator[str | None]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for line in file:
            yield None if "\ufffd" in line else line.removeprefix("\ufeff")


def encoding_of(path: Path) -> str:
    """The encoding of a file's first MiB. Raises DataError when it cannot be opened, is empty or is no text."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    if not sample.strip():
        raise DataError(f"{path} is empty; give a file with rows.")
    whole = sample if len(sample) < _SAMPLE_BYTES else sample[: sample.rfind(b"\n") + 1] or sample
    found = decode(whole)
    if found is None:
        raise DataError(f"{path} is no text file; give JSON, JSONL, CSV, TSV or Parquet.")
    # One line in another encoding must not have all others read in it.
    return "utf-8" if _is_mostly_utf8(whole) else found[1]


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether of the lines that are not ASCII at least half are UTF-8, which other encodings hardly ever are."""
    good = bad = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > 0 and good >= bad
