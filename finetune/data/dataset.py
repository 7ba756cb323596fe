"""The directory that `prepare` makes, and reading it again: rows by split, and what says how they were made.

dataset.json      settings, counts, hashes, sources, the prompt's fingerprint
train.jsonl       rows {"id","prompt","completion","task",...}; eval.jsonl and test.jsonl are held out
report.md         what was used and what was not, for people
left_out.jsonl    every record that gives no row: {"file","line","kind","reason"}
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from finetune.data.collection import Collection
from finetune.data.errors import DataError
from finetune.data.row import SPLITS, Split, finished

FORMAT = 1
MANIFEST = "dataset.json"
REPORT = "report.md"
LEFT_OUT = "left_out.jsonl"


@contextmanager
def directory(output: Path, overwrite: bool) -> Iterator[Path]:
    """A temporary folder beside ``output`` that takes its place when all went well. Raises DataError when ``output`` holds
    something else, or cannot be written."""
    output = output.absolute()
    _check_free(output, overwrite)
    partial = output.with_name(f".{output.name}.partial-{os.getpid()}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        raise DataError(f"{output} cannot be made ({error.strerror}); choose another folder with --output.") from error
    try:
        yield partial
        _replace(partial, output)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check_free(output: Path, overwrite: bool) -> None:
    if not output.exists():
        return
    if not output.is_dir() or (any(output.iterdir()) and not (output / MANIFEST).is_file()):
        raise DataError(f"{output} is there already and is no dataset; choose another folder with --output.")
    if (output / MANIFEST).is_file() and not overwrite:
        raise DataError(f"{output} is there already; choose another folder with --output, or say --overwrite.")


def _replace(partial: Path, output: Path) -> None:
    if not output.exists():
        partial.rename(output)
        return
    older = output.with_name(f".{output.name}.older-{os.getpid()}")
    output.rename(older)
    partial.rename(output)
    shutil.rmtree(older, ignore_errors=True)


def write_rows(folder: Path, collection: Collection) -> dict[str, Any]:
    """Writes the three files; what dataset.json says of them: rows, hashes, tasks, kinds and languages."""
    labels = sorted(collection.labels)
    hashes = {split: hashlib.sha256() for split in SPLITS}
    rows: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    files = {split: (folder / f"{split}.jsonl").open("wb") for split in SPLITS}
    try:
        for split, value in collection.rows():
            line = (json.dumps(finished(value, labels), ensure_ascii=False) + "\n").encode()
            files[split].write(line)
            hashes[split].update(line)
            rows[split] += 1
            counts[split].update((f"task {value['task']}", f"kind {value['kind']}", f"language {value['language']}"))
    finally:
        for file in files.values():
            file.close()
    said = {
        split: {
            "file": f"{split}.jsonl",
            "rows": rows[split],
            "sha256": hashes[split].hexdigest(),
            "counts": dict(sorted(counts[split].items())),
        }
        for split in SPLITS
    }
    together = hashlib.sha256("".join(hashes[split].hexdigest() for split in SPLITS).encode()).hexdigest()
    return {"splits": said, "sha256": together, "labels": labels}


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Writes dataset.json, last of all files: where it is, the dataset is whole."""
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """dataset.json of a dataset. Raises DataError when it is none, or of a newer format."""
    file = folder / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            f"{folder} is no dataset; make one with: seodang finetune prepare FILE --output {folder}"
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); prepare the dataset again.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DataError(f"{folder} was written by another version of Seodang; prepare the dataset again.")
    return manifest


def read_split(folder: Path, split: Split) -> Iterator[dict[str, Any]]:
    """The rows of one split, as written. Raises DataError when the file is not the one that dataset.json tells of."""
    said = read_manifest(folder)["splits"][split]
    file = folder / said["file"]
    digest = hashlib.sha256()
    try:
        with file.open("rb") as rows:
            for line in rows:
                digest.update(line)
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); prepare the dataset again.") from error
    if digest.hexdigest() != said["sha256"]:
        raise DataError(f"{file} was changed after it was prepared; prepare the dataset again.")


def sha256_of(path: Path) -> str:
    """Of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


__all__: Sequence[str] = (
    "FORMAT", "LEFT_OUT", "MANIFEST", "REPORT", "directory", "read_manifest", "read_split", "sha256_of", "write_manifest",
    "write_rows",
)  # fmt: skip
