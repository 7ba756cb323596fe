"""Rows on their way: kept on disk, with little in memory for each, until it is known which split they go to."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from finetune.data.errors import DataError
from finetune.data.row import SPLITS, LeftOut, Row, Split
from finetune.data.similarity import Clusters, clusters, folded, trigrams
from finetune.data.splitting import Shares, chosen

# Classes of one dataset; a column with more is no class.
_MOST_LABELS = 200
_RANK = {"train": 0, "eval": 1, "test": 2}
_FREE = 255
_NO_TRIGRAMS = np.empty(0, dtype=np.uint32)


class Collection:
    """Takes rows one at a time, leaves out exact duplicates, then gives each remaining row its split.

    The rows lie in ``rows.jsonl`` of ``folder``, what is left out in ``left_out.jsonl``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows = (folder / "rows.jsonl").open("w+", encoding="utf-8")
        self._left_out = (folder / "left_out.jsonl").open("w", encoding="utf-8")
        self._seen: dict[bytes, int] = {}
        self._lines = array("q")
        self._files: list[str] = []
        self._file_of = array("i")
        self._groups: dict[str, int] = {}
        self._group_of = array("i")
        self._given = array("B")
        self._splits = array("B")
        self._keys: list[bytes] = []
        self._sets: list[NDArray[np.uint32]] = []
        self.labels: Counter[str] = Counter()
        self.tasks: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.examples: dict[str, LeftOut] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        self._left_out.close()
        (self._folder / "rows.jsonl").unlink(missing_ok=True)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, row: Row) -> bool:
        """Takes a row; False when it is an exact duplicate, which is left out."""
        value = json.dumps(row.as_json(), ensure_ascii=False)
        said = [[message.content for message in row.prompt], row.completion, row.split]
        key = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).digest()[:16]
        first = self._seen.setdefault(key, len(self))
        if first < len(self):
            place = f"{self._files[self._file_of[first]]}"
            place += f", line {self._lines[first]}" if self._lines[first] >= 0 else ""
            self.leave_out(LeftOut(row.source.file, row.source.line, f"the same row stands in {place}", "duplicate"))
            return False
        self._rows.write(value + "\n")
        self._remember(row)
        return True

    def _remember(self, row: Row) -> None:
        text = folded(row.question)
        if row.from_document:
            # Documents ask alike about different things; only the same question with the same answer is a copy.
            self._keys.append(hashlib.sha256(f"{text}\0{row.source.made_by}\0{row.answers}".encode()).digest()[:12])
            self._sets.append(_NO_TRIGRAMS)
        else:
            self._keys.append(hashlib.sha256(text.encode()).digest()[:12])
            self._sets.append(trigrams(text))
        if not self._files or self._files[-1] != row.source.file:
            self._files.append(row.source.file)
        self._file_of.append(len(self._files) - 1)
        self._lines.append(-1 if row.source.line is None else row.source.line)
        group = -1 if row.group is None else self._groups.setdefault(row.group, len(self._groups))
        self._group_of.append(group)
        self._given.append(_FREE if row.split is None else _RANK[row.split])
        self.tasks[row.task] += 1
        if row.task == "classify":
            self.labels[row.completion] += 1

    def leave_out(self, one: LeftOut) -> None:
        """Writes a line of the report of what is not used."""
        self.left[one.kind] += 1
        if one.kind == "refused":
            self.reasons[one.reason.split(": ")[0]] += 1
            self.examples.setdefault(one.reason.split(": ")[0], one)
        self._left_out.write(json.dumps(one.as_json(), ensure_ascii=False) + "\n")

    def flush(self) -> None:
        """Brings what is left out to its file."""
        self._left_out.flush()

    def check_labels(self) -> None:
        """Raises DataError when the classes of a classification are none."""
        if not self.labels:
            return
        if len(self.labels) > _MOST_LABELS:
            raise DataError(
                f"The label column has {len(self.labels):,} different values, so they are no classes; name the right one "
                "with --column label=COLUMN, or choose another --task."
            )
        if len(self.labels) == 1:
            [only] = self.labels
            raise DataError(f"Every row has the label {only!r}; a classification needs at least two.")

    # -- splits -------------------------------------------------------------------------------------------------------

    def split(self, shares: Shares, held: frozenset[Split] = frozenset()) -> tuple[int, int]:
        """Gives each row its split, and leaves out of training what is nearly the same as a held-out row. The number of rows
        that are nearly the same as an earlier one, and of leaks. ``held``: splits that have files of their own. Raises
        DataError when nothing can be held out."""
        alike = clusters(self._sets, self._keys, shares.near)
        self._sets.clear()
        names = [self._name(row, alike) for row in range(len(self))]
        free = [row for row in range(len(self)) if self._given[row] == _FREE]
        splits = self._chosen([names[row] for row in free], shares, held)
        self._splits = array("B", self._given)
        for row in free:
            self._splits[row] = _RANK[splits[names[row]]]
        near = sum(alike.of(row) != row for row in range(len(self)))
        return near, self._leaks(alike)

    def _name(self, row: int, alike: Clusters) -> str:
        group = self._group_of[row]
        return f"group {group}" if group >= 0 else f"cluster {alike.of(row)}"

    def _chosen(self, names: list[str], shares: Shares, held: frozenset[Split]) -> dict[str, Split]:
        if not names:
            return {}
        what = "groups of rows" if self._groups else "different rows"
        return chosen(Counter(names), shares, what, held)

    def _leaks(self, alike: Clusters) -> int:
        highest: dict[int, int] = {}
        for row in range(len(self)):
            root = alike.of(row)
            highest[root] = max(highest.get(root, 0), self._splits[row])
        leaks = 0
        for row in range(len(self)):
            above = highest[alike.of(row)]
            if self._splits[row] < above:
                own, other = SPLITS[self._splits[row]], SPLITS[above]
                line = self._lines[row] if self._lines[row] >= 0 else None
                reason = f"nearly the same question is in {other}, so it may not be in {own}"
                self.leave_out(LeftOut(self._files[self._file_of[row]], line, reason, "leak"))
                self._splits[row] = _FREE
                leaks += 1
        return leaks

    def rows(self) -> Iterator[tuple[Split, dict[str, Any]]]:
        """The rows that are used, each with its split, in the order in which they came."""
        self._rows.flush()
        self._rows.seek(0)
        for line, split in zip(self._rows, self._splits, strict=True):
            if split != _FREE:
                yield SPLITS[split], json.loads(line)
