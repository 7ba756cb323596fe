"""Rows -> train, eval and test, by group: rows that belong together are never in two splits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from finetune.data.errors import DataError
from finetune.data.row import SPLITS, Split


@dataclass(frozen=True)
class Shares:
    """``eval`` and ``test`` are shares of all rows, 0 to 0.5; None: 5 %, but 16 to 128 rows for eval (it is run many times
    while training) and 16 to 1,000 for test, and never more than a fifth. ``near``: from which Jaccard index of their
    trigrams questions count as near duplicates, 0 for equal ones only."""

    eval: float | None = None
    test: float | None = None
    seed: int = 0
    near: float = 0.8

    def __post_init__(self) -> None:
        for name, share in (("--eval-share", self.eval), ("--test-share", self.test)):
            if share is not None and not 0 <= share <= 0.5:
                raise DataError(f"{name} is {share:g}; give a share from 0 to 0.5.")
        if (self.eval or 0) + (self.test or 0) > 0.8:
            raise DataError("--eval-share and --test-share leave less than a fifth for training; give smaller shares.")
        if not 0 <= self.near <= 1:
            raise DataError(f"--near is {self.near:g}; give a Jaccard index from 0 to 1.")

    def wanted(self, rows: int) -> dict[Split, int]:
        """Rows to hold out for eval and test."""
        return {
            "eval": _wanted(rows, self.eval, 128),
            "test": _wanted(rows, self.test, 1_000),
        }


def _wanted(rows: int, share: float | None, most: int) -> int:
    if share is None:
        return max(1, min(most, max(16, round(rows * 0.05)), rows // 5))
    return max(1, round(rows * share)) if share else 0


def chosen(
    sizes: Mapping[str, int], shares: Shares, what: str, held: frozenset[Split] = frozenset()
) -> dict[str, Split]:
    """The split of each group, by its size in rows. The same groups, shares and seed give the same splits. ``held``: splits
    that are given already. ``what`` names the groups for the user.

    Raises DataError when there are too few groups to hold any out.
    """
    total = sum(sizes.values())
    wanted = {name: count for name, count in shares.wanted(total).items() if count and name not in held}
    if len(sizes) < len(wanted) + 1:
        raise DataError(
            f"There are {len(sizes)} {what}, too few to hold some out for {' and '.join(wanted)}; give more, name held-out "
            "files with --eval-file and --test-file, or do without by --eval-share 0 --test-share 0."
        )
    order = sorted(sizes, key=lambda group: hashlib.sha256(f"{shares.seed}\0{group}".encode()).digest())
    splits: dict[str, Split] = dict.fromkeys(order, "train")
    for name in wanted:
        free = [group for group in order if splits[group] == "train"]
        # One group has to be left for what is held out next, and one for training.
        spare = len(free) - (2 if name == "eval" and "test" in wanted else 1)
        for group in _held_out(free, wanted[name], spare, sizes):
            splits[group] = name
    return splits


def _held_out(free: list[str], wanted: int, spare: int, sizes: Mapping[str, int]) -> list[str]:
    """At most ``spare`` groups, in their order, until enough rows are held out; one that would take far more is passed by."""
    held: list[str] = []
    taken = 0
    for group in free:
        if taken >= wanted or len(held) == spare:
            break
        if taken + sizes[group] <= 1.5 * wanted:
            held.append(group)
            taken += sizes[group]
    return held or [min(free, key=lambda group: sizes[group])]


__all__ = ["SPLITS", "Shares", "chosen"]
