"""Files, hub datasets and a library -> a directory of training rows that explains itself."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chatbot import prompt
from finetune.data import recipe
from finetune.data.collection import Collection
from finetune.data.content import Neutral
from finetune.data.dataset import FORMAT, LEFT_OUT, REPORT, directory, write_manifest, write_rows
from finetune.data.documents.shares import LibraryShares
from finetune.data.errors import DataError
from finetune.data.report import report
from finetune.data.row import LeftOut
from finetune.data.sources import Progress, Reading, SourceReader, Sources
from finetune.data.splitting import Shares


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
            told = SourceReader(reading, neutral, collection, progress or _silent).read(sources)
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


def _silent(done: int, label: str) -> None:
    del done, label
