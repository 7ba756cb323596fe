"""Every known form of rows becomes prompt and completion; what is told is the chat's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.message import Message
from chatbot.prompt import SYSTEM, conversation_messages, documents_messages
from finetune.data.conversion import Wording
from finetune.data.dataset import read_manifest, read_split
from finetune.data.errors import DataError
from finetune.data.preparation import prepare
from finetune.data.recipe import RECIPES, REFUSAL, fingerprint
from finetune.data.sources import Reading, Sources
from finetune.data.splitting import Shares
from ingest.hit import Hit

ALL = Shares(eval=0, test=0)


def written(file: Path, rows: list[Any]) -> str:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(file)


def rows_of(
    tmp_path: Path, rows: list[Any], reading: Reading | None = None, name: str = "in.jsonl"
) -> list[dict[str, Any]]:
    file = written(tmp_path / name, rows)
    prepare(Sources([file]), tmp_path / "out", reading, ALL, overwrite=True)
    return list(read_split(tmp_path / "out", "train"))


def said(row: dict[str, Any]) -> str:
    [one] = row["completion"]
    assert one["role"] == "assistant"
    return str(one["content"])


def as_turns(messages: list[Message]) -> list[dict[str, str]]:
    return [{"role": one.role, "content": one.content} for one in messages]


TALK = [
    ({"instruction": "Name a dog.", "input": "", "output": "Rex."}, "Name a dog."),
    ({"instruction": "Translate.", "input": "개", "output": "dog"}, "Translate.\n\n개"),
    ({"prompt": "Name a dog.", "completion": "Rex."}, "Name a dog."),
    ({"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "Ho"}]}, "Hi"),
    ({"question": "Name a dog.", "answer": "Rex."}, "Name a dog."),
    ({"Q": "12시 땡!", "A": "하루가 또 가네요.", "label": "0"}, "12시 땡!"),
    ({"질문": "개 이름은?", "답변": "바둑이"}, "개 이름은?"),
    ({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}, "Hi"),
    ({"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]}, "Hi"),
]


@pytest.mark.parametrize(("record", "question"), TALK)
def test_talk_begins_as_in_the_chat(tmp_path: Path, record: dict[str, Any], question: str) -> None:
    [row] = rows_of(tmp_path, [record])
    assert row["task"] == "chat"
    assert row["prompt"] == as_turns(conversation_messages(question))
    assert row["source"]["line"] == 1
    assert said(row)


def test_a_row_for_each_answer_of_a_conversation(tmp_path: Path) -> None:
    turns = [("system", "Be brief."), ("user", "a?"), ("assistant", "A."), ("user", "b?"), ("assistant", "B.")]
    record = {"messages": [{"role": role, "content": text} for role, text in [*turns, ("user", "c?")]]}
    first, second = rows_of(tmp_path, [record])
    assert [one["content"] for one in first["prompt"]] == ["Be brief.", "a?"]
    assert [one["content"] for one in second["prompt"]] == ["Be brief.", "a?", "A.", "b?"]
    assert (said(first), said(second)) == ("A.", "B.")
    [source] = read_manifest(tmp_path / "out")["sources"]
    assert sum(source["notes"].values()) == 1  # the last question has no answer


def test_squad_asks_with_the_chats_prompt(tmp_path: Path) -> None:
    context = "The school opened in 1897. It has 42 pupils."
    answer = {"question": "When did it open?", "answers": [{"text": "1897", "answer_start": 21}], "id": "1"}
    absent = {"question": "Who built it?", "answers": [], "is_impossible": True, "id": "2"}
    broken = {"question": "How many cats?", "answers": [{"text": "77 cats"}], "id": "3"}
    data = {
        "version": "1",
        "data": [{"title": "School", "paragraphs": [{"context": context, "qas": [answer, absent, broken]}]}],
    }
    file = tmp_path / "squad.json"
    file.write_text(json.dumps(data))
    prepare(Sources([str(file)]), tmp_path / "out", None, ALL)
    first, second = read_split(tmp_path / "out", "train")
    hit = Hit(1, 1.0, "School", "School", None, "", 0, len(context), context, ())
    assert first["prompt"] == as_turns(documents_messages("When did it open?", [hit]))
    assert (said(first), first["answers"]) == ("1897 [1]", ["1897"])
    assert (said(second), second["kind"], second["answers"]) == (REFUSAL["en"], "absent", [])
    [left] = [json.loads(line) for line in (tmp_path / "out/left_out.jsonl").read_text().splitlines()]
    assert "77 cats" in left["reason"] and "question 3" not in left["reason"]


def test_the_refusal_is_the_one_that_the_system_prompt_asks_for() -> None:
    for language, told in SYSTEM.items():
        assert f'"{REFUSAL[language]}"' in told


def test_hub_rows_of_squad_and_a_paragraph_column(tmp_path: Path) -> None:
    flat = {
        "id": "1",
        "context": "Rex barks.",
        "question": "Who barks?",
        "answers": {"text": ["Rex"], "answer_start": [0]},
    }
    [row] = rows_of(tmp_path, [flat])
    assert said(row) == "Rex [1]"
    korquad = {"question": "누가 짖나?", "paragraph": "바둑이가 짖는다.", "answers": ["바둑이"], "doc": "1.txt"}
    [row] = rows_of(tmp_path, [korquad])
    assert said(row) == "바둑이 [1]" and row["language"] == "ko"


RECIPE_ROWS = [
    ("title", {"article": "A long article about dogs.", "title": "Dogs"}, "Dogs"),
    ("summarize", {"text": "A long text about dogs.", "summary": "Dogs."}, "Dogs."),
    ("translate", {"en": "The dog reads.", "ko": "개가 읽는다."}, "개가 읽는다."),
    ("translate", {"translation": {"ko": "개", "en": "dog"}}, "개"),
    ("extract", {"text": "Kim met Rex.", "entities": {"PER": ["Kim"], "DOG": "Rex"}}, None),
    ("extract", {"tokens": ["Kim", "Min", "met"], "ner_tags": ["B-PER", "I-PER", "O"]}, None),
    ("text", {"text": "The dog reads."}, None),
]


@pytest.mark.parametrize(("task", "record", "answer"), RECIPE_ROWS)
def test_recipes_are_recognised(tmp_path: Path, task: str, record: dict[str, Any], answer: str | None) -> None:
    [row] = rows_of(tmp_path, [record])
    assert row["task"] == task
    assert read_manifest(tmp_path / "out")["tasks"][task]["metrics"] == list(RECIPES[task].metrics)
    if task == "text":
        assert row["text"] == "The dog reads." and "prompt" not in row
        return
    assert row["prompt"][0]["content"] == RECIPES[task].instruction["ko" if "ko" in str(record) else "en"]
    if answer is not None:
        assert said(row) == answer


def test_entities_are_those_of_the_text(tmp_path: Path) -> None:
    [row] = rows_of(tmp_path, [RECIPE_ROWS[4][1]])
    assert json.loads(said(row)) == [{"text": "Kim", "type": "PER"}, {"text": "Rex", "type": "DOG"}]
    [row] = rows_of(tmp_path, [{"tokens": ["Kim", "Min", "met", "Rex"], "ner_tags": [1, 2, 0, 1]}], Reading(
        wording=Wording(labels={"0": "O", "1": "B-PER", "2": "I-PER"})))  # fmt: skip
    assert json.loads(said(row)) == [{"text": "Kim Min", "type": "PER"}, {"text": "Rex", "type": "PER"}]


def test_classes_are_named_in_the_instruction(tmp_path: Path) -> None:
    reviews = [{"id": 1, "document": "재미있다 {labels}", "label": 1}, {"id": 2, "document": "지루하다", "label": 0}]
    rows = rows_of(tmp_path, reviews, Reading(wording=Wording(labels={"0": "부정", "1": "긍정"})))
    assert [said(row) for row in rows] == ["긍정", "부정"]
    assert all(row["prompt"][0]["content"].endswith("긍정, 부정") for row in rows)
    assert rows[0]["prompt"][1]["content"] == "재미있다 {labels}"  # a text is never changed


def test_columns_by_name_and_instructions_of_ones_own(tmp_path: Path) -> None:
    rows = [{"x": "Is it raining?", "y": "Yes."}]
    reading = Reading(
        task="qa", columns={"question": "x", "answer": "y"}, wording=Wording(instruction="Say yes or no.")
    )
    [row] = rows_of(tmp_path, rows, reading)
    assert row["prompt"] == [
        {"role": "system", "content": "Say yes or no."},
        {"role": "user", "content": "Is it raining?"},
    ]
    [row] = rows_of(tmp_path, [TALK[4][0]], Reading(wording=Wording(instruction="")))
    assert [one["role"] for one in row["prompt"]] == ["user"]
    with pytest.raises(DataError, match="no column 'z'"):
        rows_of(tmp_path, rows, Reading(columns={"question": "z"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_tables_in_any_encoding(tmp_path: Path, encoding: str, suffix: str) -> None:
    mark = "\t" if suffix == ".tsv" else ","
    text = f'질문{mark}답변\n개는 무엇을 하나요?{mark}"시를\n읊습니다"\n고양이는 무엇을 하나요?{mark}아무것도 하지 않습니다\n'
    file = tmp_path / f"in{suffix}"
    file.write_bytes(text.encode(encoding))
    prepare(Sources([str(file)]), tmp_path / "out", None, ALL)
    rows = list(read_split(tmp_path / "out", "train"))
    assert [said(row) for row in rows] == ["시를\n읊습니다", "아무것도 하지 않습니다"]
    assert [row["source"]["line"] for row in rows] == [2, 4]


def test_json_arrays_and_parquet_give_the_same_rows(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    records = [{"question": f'What is {n} 번째 "]"?', "answer": f"It is {n}."} for n in range(3_000)]
    (tmp_path / "a.json").write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")
    (tmp_path / "b.json").write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    parquet.write_table(pyarrow.Table.from_pylist(records), tmp_path / "c.parquet")
    found = []
    for name in ("a.json", "b.json", "c.parquet"):
        prepare(Sources([str(tmp_path / name)]), tmp_path / "out", None, ALL, overwrite=True)
        found.append([row["id"] for row in read_split(tmp_path / "out", "train")])
        lines = [row["source"]["line"] for row in read_split(tmp_path / "out", "train")]
        assert lines[:2] == {"a.json": [2, 6], "b.json": [1, 2], "c.parquet": [1, 2]}[name]
    assert found[0] == found[1] == found[2] and len(found[0]) == 3_000


def test_a_hub_dataset_that_cannot_be_had_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nobody/nothing") as caught:
        prepare(Sources(["nobody/nothing"]), tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_the_fingerprint_knows_every_instruction(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setitem(RECIPES["title"].instruction, "ko", "제목!")
    assert fingerprint() != before and len(before) == 16


@pytest.mark.integration
def test_programs_are_run_before_anybody_learns_them(tmp_path: Path) -> None:
    rows = [
        {"question": "How many is 2 and 3?", "program": "a = 2\nb = 3\nans = a + b", "answer": 5.0, "context": None},
        {"question": "How many is 2 and 4?", "program": "def solution():\n    return 2 + 4", "answer": 6},
        {"question": "How many is 2 and 5?", "program": "ans = 2 + 6", "answer": 7},
        {"question": "How many is 2 and 6?", "program": "ans = 2 +", "answer": 8},
        {"question": "How many is 2 and 7?", "program": "ans = 1 / 0", "answer": 9},
    ]
    found = rows_of(tmp_path, rows, Reading(most_refused=1))
    assert [row["answers"] for row in found] == [["5"], ["6"]]
    assert said(found[0]).endswith(
        "```python\ndef solution():\n    a = 2\n    b = 3\n    ans = a + b\n    return ans\n```"
    )
    assert set(read_manifest(tmp_path / "out")["reasons"]) == {
        "its program gives another result than expected", "its program is no Python", "its program fails"
    }  # fmt: skip
