"""Near duplicates are exactly those that comparing all pairs finds; groups and near duplicates are never parted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetune.data.conversion import Wording
from finetune.data.dataset import read_split
from finetune.data.errors import DataError
from finetune.data.preparation import prepare
from finetune.data.row import SPLITS
from finetune.data.similarity import clusters, folded, trigrams
from finetune.data.sources import Reading, Sources
from finetune.data.splitting import Shares, chosen

TEXTS = st.lists(st.text("ab가 ", min_size=1, max_size=14), min_size=1, max_size=25)


@given(TEXTS, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_near_duplicates_are_those_of_all_pairs(texts: list[str], threshold: float) -> None:
    sets = [trigrams(folded(text)) for text in texts]
    keys = [folded(text).encode() for text in texts]
    found = clusters(sets, keys, threshold)
    above = list(range(len(texts)))
    for _ in texts:
        for one in range(len(texts)):
            for other in range(one):
                first, second = set(sets[one].tolist()), set(sets[other].tolist())
                alike = len(first & second) >= threshold * len(first | second)
                if alike or keys[one] == keys[other]:
                    above[one] = above[other] = min(above[one], above[other])
    assert [found.of(row) for row in range(len(texts))] == above


@given(
    st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 30), min_size=3, max_size=40),
    st.sampled_from([None, 0.0, 0.1, 0.4]),
    st.integers(0, 5),
)
def test_every_split_that_is_wanted_has_a_group(sizes: dict[str, int], share: float | None, seed: int) -> None:
    shares = Shares(share, share, seed)
    splits = chosen(sizes, shares, "groups")
    assert splits == chosen(dict(reversed(sizes.items())), shares, "groups")
    wanted = {"train"} if share == 0 else set(SPLITS)
    assert set(splits.values()) == wanted and splits.keys() == sizes.keys()


def rows(tmp_path: Path, records: list[dict[str, Any]], name: str) -> str:
    file = tmp_path / name
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in records), encoding="utf-8")
    return str(file)


def questions(folder: Path) -> dict[str, list[str]]:
    return {split: [row["question"] for row in read_split(folder, split)] for split in SPLITS}


def test_groups_stay_together(tmp_path: Path) -> None:
    records = [
        {"question": f"Question {word} of book {n}?", "answer": "Yes.", "book": f"book {n}"}
        for n in range(30)
        for word in ("one", "about water", "that is rather longer than others")
    ]
    file = rows(tmp_path, records, "in.jsonl")
    reading = Reading(wording=Wording(group="book"))
    prepare(Sources([file]), tmp_path / "out", reading, Shares(0.2, 0.2, near=0))
    books = {split: {one.split("book ")[1] for one in held} for split, held in questions(tmp_path / "out").items()}
    assert all(books.values())
    assert not books["train"] & (books["eval"] | books["test"]) and not books["eval"] & books["test"]


def test_near_duplicates_stay_together_and_the_seed_decides(tmp_path: Path) -> None:
    records = [
        {"question": f"{text}{mark}", "answer": f"Answer {mark or 'none'}."}
        for n in range(60)
        for text in [f"{n * 7919 % 10007} dogs and {n * 104729 % 9973} cats live in house {n * 31 % 97}"]
        for mark in ("", "?", " !!")
    ]
    file = rows(tmp_path, records, "in.jsonl")
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        manifest = prepare(Sources([file]), tmp_path / name, None, Shares(0.2, 0.2, seed))
        assert manifest["leaks"] == 0 and manifest["near_duplicates"] >= 120
        found.append(questions(tmp_path / name))
        bare = {split: {folded(one) for one in held} for split, held in found[-1].items()}
        assert not bare["train"] & (bare["eval"] | bare["test"]) and not bare["eval"] & bare["test"]
    assert found[0] == found[1] != found[2]


def test_leaks_from_files_of_ones_own_are_found(tmp_path: Path) -> None:
    train = [{"question": f"What is the capital of country number {n}?", "answer": f"City {n}."} for n in range(11, 60)]
    test = [{"question": "what is the capital of country number 17 ??", "answer": "City 17."}]
    manifest = prepare(
        Sources([rows(tmp_path, train, "train.jsonl")], test=[rows(tmp_path, test, "test.jsonl")]),
        tmp_path / "out", None, Shares(eval=0, near=1.0),
    )  # fmt: skip
    assert manifest["left_out"] == {"refused": 0, "duplicate": 0, "leak": 1}
    [left] = [json.loads(one) for one in (tmp_path / "out/left_out.jsonl").read_text().splitlines()]
    assert (left["line"], left["kind"]) == (7, "leak") and left["file"].endswith("train.jsonl")
    assert len(questions(tmp_path / "out")["train"]) == 48
    with pytest.raises(DataError, match="No row is left for training"):
        prepare(
            Sources([rows(tmp_path, test, "a.jsonl")], eval=[rows(tmp_path, test, "b.jsonl")]),
            tmp_path / "none", None, Shares(test=0),
        )  # fmt: skip


def test_exact_duplicates_are_counted(tmp_path: Path) -> None:
    records = [{"question": f"Number {n} squared is {n * n}?", "answer": "Yes."} for n in range(40)]
    manifest = prepare(Sources([rows(tmp_path, [*records, *records[:3]], "in.jsonl")]), tmp_path / "out")
    left = [json.loads(one) for one in (tmp_path / "out/left_out.jsonl").read_text().splitlines()]
    assert [one["line"] for one in left] == [41, 42, 43]
    assert left[1]["reason"].endswith("in.jsonl, line 2") and manifest["left_out"]["duplicate"] == 3


@pytest.mark.parametrize("shares", [{"eval": 0.6}, {"test": -0.1}, {"eval": 0.5, "test": 0.5}, {"near": 2}])
def test_shares_that_cannot_be(shares: dict[str, float]) -> None:
    with pytest.raises(DataError):
        Shares(**shares)  # type: ignore[arg-type]
