"""A file of rows -> records, one at a time, each with its line; what cannot be read has a reason instead."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.data.errors import DataError
from finetune.data.json_array import array_items
from finetune.data.textfile import lines

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
# A JSON file that is one object, such as SQuAD's, is read whole.
_LARGEST_OBJECT = 1 << 30
_PARQUET_BATCH = 1_000
_EXCERPT = 60


@dataclass(frozen=True)
class Record:
    """One object of a file. ``value`` None: it could not be read, and ``reason`` says why."""

    line: int | None
    value: dict[str, Any] | None
    reason: str = ""


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file, by its suffix. Raises DataError when it cannot be read at all."""
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return _jsonl(path)
    if suffix == ".json":
        return _json(path)
    if suffix in (".csv", ".tsv"):
        return _separated(path)
    if suffix == ".parquet":
        return _parquet(path)
    raise DataError(f"{path} has a form that is not read; give a file that ends with {', '.join(SUFFIXES)}.")


def files_of(path: Path) -> list[Path]:
    """The path itself, or the files of rows in a folder, by name. Raises DataError when there are none."""
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in SUFFIXES)
    if not found:
        raise DataError(f"{path} holds no file that ends with {', '.join(SUFFIXES)}; name one that does.")
    return found


def as_record(line: int | None, value: object) -> Record:
    """An object of JSON, or the reason why it is no row."""
    if isinstance(value, dict):
        return Record(line, value)
    return Record(line, None, f"a row must be an object with named values, and this is {_named(value)}")


def parsed(line: int | None, text: str) -> Record:
    """One line of JSON."""
    try:
        return as_record(line, json.loads(text))
    except RecursionError:
        return Record(line, None, "it is not JSON: too many levels")
    except ValueError as error:
        message = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return Record(line, None, f"it is not JSON: {message} in {text.strip()[:_EXCERPT]}")


def _jsonl(path: Path) -> Iterator[Record]:
    for number, line in lines(path):
        if line is None:
            yield Record(number, None, "its bytes are not in the encoding of the file")
        elif line.strip():
            yield parsed(number, line)


def _json(path: Path) -> Iterator[Record]:
    first, second = _first_lines(path)
    if first.startswith("["):
        for number, value, reason in array_items(_numbered(path)):
            yield as_record(number, value) if reason is None else Record(number, None, reason)
    elif second.startswith("{") and parsed(1, first).value is not None:
        yield from _jsonl(path)
    else:
        yield from _json_object(path)


def _first_lines(path: Path) -> tuple[str, str]:
    found: list[str] = []
    for _, line in lines(path):
        if line is not None and line.strip():
            found.append(line.strip())
            if len(found) == 2:
                break
    return (*found, "", "")[0], (*found, "", "")[1]


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in lines(path):
        # A broken character ends in U+FFFD, which no row may have.
        yield number, "\ufffd\n" if line is None else line


def _json_object(path: Path) -> Iterator[Record]:
    if path.stat().st_size > _LARGEST_OBJECT:
        raise DataError(f"{path} is one JSON object of more than 1 GiB; write its rows to a JSONL file, one a line.")
    text = "".join(line for _, line in _numbered(path))
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise DataError(f"{path} is not JSON that can be read: it has too many levels.") from error
    except json.JSONDecodeError as error:
        raise DataError(f"{path} is not JSON ({error.msg}, line {error.lineno}); correct it there.") from error
    lists = [one for one in value.values() if isinstance(one, list) and one] if isinstance(value, dict) else []
    rows = lists[0] if len(lists) == 1 and all(isinstance(one, dict) for one in lists[0]) else [value]
    is_row = isinstance(value, dict) and any(key in value for key in ("messages", "conversations", "prompt"))
    for one in [value] if is_row else rows:
        yield as_record(None, one)


def _separated(path: Path) -> Iterator[Record]:
    csv.field_size_limit(1 << 27)
    broken: list[int] = []

    def text() -> Iterator[str]:
        for number, line in lines(path):
            if line is None:
                broken.append(number)
                yield "\ufffd\n"
            else:
                yield line.replace("\x00", "")

    source = text()
    head = next(source, "")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=head.count)
    header = next(csv.reader([head], delimiter=delimiter), [])
    header = [name.strip() for name in header]
    if len(set(header)) < len(header) or not any(header):
        raise DataError(f"The first line of {path} must name its columns, each once; it says: {head.strip()[:100]}")
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(
                line, None, f"it is not a row of {path.suffix[1:].upper()}, check its quotation marks: {error}"
            )
            continue
        if cells:
            yield _row(line, header, cells)


def _row(line: int, header: list[str], cells: list[str]) -> Record:
    if any("\ufffd" in cell for cell in cells):
        return Record(line, None, "its bytes are not in the encoding of the file")
    if len(cells) != len(header):
        return Record(
            line, None, f"it has not as many values as the first line names columns: {len(cells)}, not {len(header)}"
        )
    return Record(line, dict(zip(header, cells, strict=True)))


def _parquet(path: Path) -> Iterator[Record]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(_PARQUET_BATCH):
                for value in batch.to_pylist():
                    number += 1
                    yield as_record(number, value)
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(f"{path} cannot be read as Parquet ({str(error)[:100]}); write it again.") from error


def _named(value: object) -> str:
    kinds = {
        str: "a text",
        list: "a list",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "null",
    }
    return kinds.get(type(value), type(value).__name__)
