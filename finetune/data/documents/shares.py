"""How many rows of which kind a library gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from finetune.data.errors import DataError
from ingest.search import Mode


@dataclass(frozen=True)
class LibraryShares:
    """``absent`` and ``program`` are shares of all rows; the rest has an answer. ``passages`` are shown with each question:
    the golden one and distractors, or distractors alone. ``model`` is the SPEC of the model that writes the questions,
    None: rules. ``mode`` of the search for distractors; "lexical" needs no torch.

    ``passages`` 5 is RAFT's one golden and four distractors (arXiv:2403.10131).
    """

    folder: Path
    task: Literal["qa", "text"] = "qa"
    questions: int = 3
    """At most, of each chunk."""
    absent: float = 0.2
    program: float = 0.1
    passages: int = 5
    model: str | None = None
    mode: Mode = "hybrid"
    most: int | None = None
    """Questions in all."""

    def __post_init__(self) -> None:
        if min(self.absent, self.program) < 0 or self.absent + self.program > 0.9:
            raise DataError(
                f"The shares {self.absent:g} without an answer and {self.program:g} with a program leave too few rows with "
                "an answer; together they may be 0.9 at most."
            )
        if self.passages < 1 or self.questions < 1:
            raise DataError("Rows from a library need at least one passage and one question a chunk.")
