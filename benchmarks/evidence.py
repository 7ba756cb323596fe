"""Quantities of a hand-written set of expressions, of whole corpora, and literals of recorded programs.

usage: evidence.py DATA

DATA holds korquad, xquad (docs) and programs (gsm8k.jsonl, svamp.jsonl). The expressions stand in
tests/chatbot/programs; those held out were written before the reader and looked at once it was finished.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from provenance import provenance, write

from chatbot.evaluation import wilson
from chatbot.programs.literals import PLAIN, unexplained_literals
from chatbot.programs.quantities import quantities
from ingest.document import normalize
from tests.chatbot.programs.test_quantities_expressions import ENGLISH, KOREAN, right
from tests.chatbot.programs.test_quantities_heldout import HELD_OUT

_PIECE = 1_000  # characters, as long as a passage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    given = parser.parse_args()
    made = provenance()
    figures = {
        "expressions": expressions(),
        "corpora": {name: corpus(given.data / name / "docs") for name in ("korquad", "xquad")},
        "literals": {name: literals(given.data / "programs" / f"{name}.jsonl") for name in ("gsm8k", "svamp")},
    }
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    write("evidence", made, {"figures": figures})


def expressions() -> dict[str, Any]:
    """Shares of expressions of which every value and unit is right, and nothing else was found."""
    sets = {"korean": KOREAN, "english": ENGLISH, "held_out": HELD_OUT, "all": (*KOREAN, *ENGLISH, *HELD_OUT)}
    figures: dict[str, Any] = {name: score(rows) for name, rows in sets.items()}
    return {**figures, "wrong": [text for text, expected in sets["all"] if not right(text, expected)]}


def score(rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    outcomes = [right(text, expected) for text, expected in rows]
    return share(sum(outcomes), len(outcomes))


def share(part: int, whole: int) -> dict[str, Any]:
    low, high = wilson(part, whole)
    return {"right": part, "of": whole, "share": round(part / whole, 4), "low": round(low, 4), "high": round(high, 4)}


def corpus(folder: Path) -> dict[str, Any]:
    """Time over the texts in pieces of a passage's length; an empty or overlapping span would raise."""
    texts = [normalize(file.read_text(encoding="utf-8")) for file in sorted(folder.iterdir())]
    pieces = [text[at : at + _PIECE] for text in texts for at in range(0, len(text), _PIECE)]
    found, began = 0, time.perf_counter()
    for piece in pieces:
        last = 0
        for quantity in quantities(piece):
            assert last <= quantity.start < quantity.end <= len(piece)
            last, found = quantity.end, found + 1
    characters = sum(map(len, pieces))
    per_thousand = 1_000 * (time.perf_counter() - began) / characters * 1_000
    return {
        "documents": len(texts), "characters": characters, "quantities": found,
        "ms_per_1000_characters": round(per_thousand, 2),
    }  # fmt: skip


def literals(file: Path) -> dict[str, Any]:
    """Programs whose recorded value is right: how many have only literals that the question explains, and how often one
    literal, changed to another number, is found out."""
    chance = random.Random(1)
    clean: list[bool] = []
    caught: list[bool] = []
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        if row["executed"] is None or abs(float(row["executed"]) - row["answer"]) > 1e-3:
            continue
        source, texts = row["program"], [row["context"]] if row["context"] else []
        clean.append(not unexplained_literals(source, row["question"], (), passages=texts))
        if clean[-1] and (changed := with_another_number(source, chance)):
            caught.append(bool(unexplained_literals(changed, row["question"], (), passages=texts)))
    return {"explained": share(sum(clean), len(clean)), "changed_literal_found": share(sum(caught), len(caught))}


def with_another_number(source: str, chance: random.Random) -> str | None:
    """The program with one of its numbers (no plain constant) replaced by another from 3 to 9,999."""
    tree = ast.parse(source)
    numbers = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in PLAIN
    ]
    if not numbers:
        return None
    node = chance.choice(numbers)
    node.value = chance.choice(
        [n for n in (chance.randint(3, 99), chance.randint(100, 9_999)) if n not in PLAIN] or [9_973]
    )
    return ast.unparse(tree)


if __name__ == "__main__":
    main()
