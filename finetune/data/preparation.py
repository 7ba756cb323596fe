"""Files, hub datasets and a library -> a directory of training rows that explains itself."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from chatbot import prompt
from finetune.data import recipe
from finetune.data.collection import Collection
from finetune.data.content import Neutral
from finetune.data.conversion import Converter, Wording
from finetune.data.dataset import FORMAT, LEFT_OUT, REPORT, directory, sha256_of, write_manifest, write_rows
from finetune.data.documents.shares import LibraryShares
from finetune.data.errors import DataError, RowError
from finetune.data.hub import HubName, hub_name, read_hub
from finetune.data.reading import Record, files_of, read_records
from finetune.data.report import report
from finetune.data.row import LeftOut, Row, Split
from finetune.data.shape import ALIASES, FORMATS, LOOK_AHEAD, Shape, fits, shape_of_file
from finetune.data.splitting import Shares

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


def prepare(
    sources: Sources,
    output: Path,
    reading: Reading | None = None,
    shares: Shares | None = None,
    library: LibraryShares | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Makes the dataset ``output`` and returns what its dataset.json says.

    Raises DataError when nothing can be made: an unknown form, no usable row, too many refused, nothing to hold out.
    """
    reading, shares = reading or Reading(), shares or Shares()
    neutral = Neutral()
    with directory(output, overwrite) as folder:
        with Collection(folder) as collection:
            told = _SourcesRead(reading, neutral, collection, progress or _silent).read(sources)
            if library is not None:
                told.append(_from_library(library, shares, collection, neutral, progress or _silent))
            try:
                _check(collection, told, reading)
            except DataError as error:
                raise DataError(f"{error}{_kept(collection, folder, output)}") from error
            near, leaks = collection.split(shares, sources.held)
            manifest = _manifest(collection, told, reading, shares, library, neutral) | {
                "near_duplicates": near,
                "leaks": leaks,
            }
            manifest |= write_rows(folder, collection)
            _check_splits(manifest)
        (folder / REPORT).write_text(report(manifest, collection.examples), encoding="utf-8")
        write_manifest(folder, manifest)
    return manifest


class _SourcesRead:
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


def _from_library(
    library: LibraryShares, shares: Shares, collection: Collection, neutral: Neutral, progress: Progress
) -> dict[str, Any]:
    from finetune.data.documents.making import LibraryRows

    rows = LibraryRows(library, shares, neutral)
    counts: Counter[str] = Counter()
    for made in rows.rows(progress):
        if isinstance(made, LeftOut):
            collection.leave_out(made)
            counts["refused"] += 1
        else:
            counts["rows" if collection.add(made) else "duplicates"] += 1
    return {"name": str(library.folder), "split": None, "format": "library", "task": library.task,
            "columns": {}, "counts": dict(counts), "notes": dict(rows.notes), **rows.identity()}  # fmt: skip


def _check(collection: Collection, told: Sequence[Mapping[str, Any]], reading: Reading) -> None:
    refused = "; ".join(
        f"{count} x {reason}{_example(collection, reason)}" for reason, count in collection.reasons.most_common(3)
    )
    if not len(collection):
        raise DataError(f"No row can be used: {refused or 'there are none'}.")
    for one in told:
        records, lost = one["counts"].get("records", 0), one["counts"].get("refused records", 0)
        if records and lost > reading.most_refused * records:
            raise DataError(
                f"{lost:,} of the {records:,} rows of {one['name']} cannot be used: {refused}; correct them, or say "
                "--most-refused 1 to go on without them."
            )
    if "text" in collection.tasks and len(collection.tasks) > 1:
        raise DataError(
            "Rows of plain text and rows with answers are trained one after the other; prepare two datasets, the text first."
        )
    collection.check_labels()


def _check_splits(manifest: Mapping[str, Any]) -> None:
    if not manifest["splits"]["train"]["rows"]:
        raise DataError(
            "No row is left for training: all are nearly the same as held-out rows; hold out less, or other files."
        )


def _example(collection: Collection, reason: str) -> str:
    one = collection.examples[reason]
    return f" ({one.file}, line {one.line})" if one.line is not None else f" ({one.file})"


def _kept(collection: Collection, folder: Path, output: Path) -> str:
    """The report of what is not used, saved from a folder that goes away."""
    if not collection.left:
        return ""
    collection.flush()
    kept = output.absolute().with_name(f"{output.name}.{LEFT_OUT}")
    shutil.copyfile(folder / LEFT_OUT, kept)
    return f" Every one with its line and reason: {kept}"


def _manifest(
    collection: Collection,
    told: list[dict[str, Any]],
    reading: Reading,
    shares: Shares,
    library: LibraryShares | None,
    neutral: Neutral,
) -> dict[str, Any]:
    settings = {"reading": asdict(reading), "shares": asdict(shares)}
    if library is not None:
        settings["library"] = {**asdict(library), "folder": str(library.folder)}
    return {
        "format": FORMAT,
        "seodang": version("seodang"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "prompt_fingerprint": prompt.fingerprint(),
        "instruction_fingerprint": recipe.fingerprint(),
        "tasks": {
            name: {"rows": count, "metrics": recipe.RECIPES[name].metrics}
            for name, count in sorted(collection.tasks.items())
        },
        "sources": told,
        "settings": json.loads(json.dumps(settings, ensure_ascii=False)),
        "left_out": {kind: collection.left[kind] for kind in ("refused", "duplicate", "leak")},
        "reasons": dict(collection.reasons.most_common()),
        "neutralised": dict(neutral.changed),
    }


def _file(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _hub(source: HubName) -> dict[str, Any]:
    return {"hub": {"name": source.name, "config": source.config, "split": source.split}}


def _place(line: int | None) -> str:
    return f"line {line}: " if line is not None else ""


def _chained(first: Sequence[Record], rest: Iterator[Record]) -> Iterator[Record]:
    yield from first
    yield from rest


def _silent(done: int, label: str) -> None:
    del done, label
