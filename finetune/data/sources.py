"""Files, folders and hub datasets -> rows of a collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from finetune.data import recipe
from finetune.data.collection import Collection
from finetune.data.content import Neutral
from finetune.data.conversion import Converter, Wording
from finetune.data.dataset import sha256_of
from finetune.data.errors import DataError, RowError
from finetune.data.hub import HubName, hub_name, read_hub
from finetune.data.reading import Record, files_of, read_records
from finetune.data.row import LeftOut, Row, Split
from finetune.data.shape import ALIASES, FORMATS, LOOK_AHEAD, Shape, fits, shape_of_file

Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Reading:
    """How files are understood. ``format`` and ``task`` None: recognised. ``columns``: field -> column."""

    format: str | None = None
    task: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    wording: Wording = field(default_factory=Wording)
    most_rows: int | None = None
    """Records to read of each file."""
    most_refused: float = 0.5
    """Share of a file's records that may be refused; with more it is taken for a misunderstanding."""

    def __post_init__(self) -> None:
        if self.format is not None and self.format not in FORMATS:
            raise DataError(f"There is no format {self.format!r}; choose one of: {', '.join(FORMATS)}.")
        if self.task is not None:
            recipe.recipe(self.task)
        for name in self.columns:
            if name not in ALIASES:
                raise DataError(f"There is no field {name!r}; --column takes {', '.join(ALIASES)}, each with =COLUMN.")


@dataclass(frozen=True)
class Sources:
    """Files, folders and hub names by the split that they are for; ``free`` are split here."""

    free: Sequence[str] = ()
    eval: Sequence[str] = ()
    test: Sequence[str] = ()

    @property
    def held(self) -> frozenset[Split]:
        """The splits that have files of their own."""
        given: tuple[tuple[Split, Sequence[str]], ...] = (("eval", self.eval), ("test", self.test))
        return frozenset(split for split, files in given if files)

    def each(self) -> Iterator[tuple[str, Split | None]]:
        for one in self.free:
            # With held-out files of its own a dataset needs no further split.
            yield one, ("train" if self.eval and self.test else None)
        yield from ((one, "eval") for one in self.eval)
        yield from ((one, "test") for one in self.test)


class SourceReader:
    """Reads sources one after another into a collection."""

    def __init__(self, reading: Reading, neutral: Neutral, collection: Collection, progress: Progress) -> None:
        self._reading, self._neutral, self._collection, self._progress = reading, neutral, collection, progress
        self._records = 0

    def read(self, sources: Sources) -> list[dict[str, Any]]:
        """What dataset.json says of each source."""
        told = []
        for given, split in sources.each():
            path = Path(given).expanduser()
            hub = None if path.exists() else hub_name(given)
            if hub is not None and not path.suffix and not given.startswith((".", "/", "~")):
                told.append(self._source(given, read_hub(hub), split) | _hub(hub))
                continue
            if not path.exists():
                raise DataError(f"{given} is not there; check the path, or name a hub dataset as OWNER/NAME.")
            for file in files_of(path):
                told.append(self._source(str(file), read_records(file), split) | _file(file))
        return told

    def _source(self, name: str, records: Iterator[Record], split: Split | None) -> dict[str, Any]:
        reading = self._reading
        records = islice(records, reading.most_rows) if reading.most_rows is not None else records
        first = list(islice(records, LOOK_AHEAD))
        readable = [one.value for one in first if one.value is not None]
        shape = self._shape(readable, first, name)
        converter = Converter(shape, reading.wording, self._neutral, name)
        counts: Counter[str] = Counter()
        for record in _chained(first, records):
            self._records += 1
            if self._records % 500 == 0:
                self._progress(self._records, name)
            counts["records"] += 1
            made = list(self._made(record, shape, converter))
            counts["refused records"] += all(isinstance(one, RowError) for one in made)
            for one in made:
                counts[self._taken(one, record, split, name)] += 1
        return {
            "name": name, "split": split, "format": shape.format, "task": shape.task,
            "columns": dict(reading.columns), "counts": dict(counts), "notes": dict(converter.notes),
        }  # fmt: skip

    def _shape(self, readable: list[dict[str, Any]], first: list[Record], name: str) -> Shape:
        if not readable and first:
            raise DataError(f"No row of {name} can be read: {_place(first[0].line)}{first[0].reason}.")
        reading = self._reading
        return shape_of_file(readable, reading.columns, reading.task, reading.format, name)

    def _made(self, record: Record, shape: Shape, converter: Converter) -> Iterator[Row | RowError]:
        if record.value is None:
            yield RowError(record.reason)
            return
        reading = self._reading
        wrong = None if reading.format else fits(shape, record.value, reading.columns, reading.task)
        if wrong is not None:
            yield RowError(wrong)
        else:
            yield from converter.rows(record.value, record.line)

    def _taken(self, made: Row | RowError, record: Record, split: Split | None, name: str) -> str:
        if isinstance(made, RowError):
            self._collection.leave_out(LeftOut(name, record.line, str(made)))
            return "refused"
        row = Row(**{**made.__dict__, "split": split})
        return "rows" if self._collection.add(row) else "duplicates"


def _file(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _hub(source: HubName) -> dict[str, Any]:
    return {"hub": {"name": source.name, "config": source.config, "split": source.split}}


def _place(line: int | None) -> str:
    return f"line {line}: " if line is not None else ""


def _chained(first: Sequence[Record], rest: Iterator[Record]) -> Iterator[Record]:
    yield from first
    yield from rest
