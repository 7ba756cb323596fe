"""Rows from documents: quotes that stand there, distractors that leave the question open, held-out documents unseen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import chatbot.retriever
import ingest.opening
from chatbot.prompt import SYSTEM, documents_messages
from chatbot.retriever import LONGEST_PASSAGE
from finetune.data.dataset import read_manifest, read_split
from finetune.data.documents import making
from finetune.data.documents.english import drafts as english
from finetune.data.documents.korean import as_question
from finetune.data.documents.korean import drafts as korean
from finetune.data.documents.particle import subject, topic
from finetune.data.documents.shares import LibraryShares
from finetune.data.documents.writing import quoted
from finetune.data.errors import DataError
from finetune.data.preparation import prepare
from finetune.data.recipe import REFUSAL
from finetune.data.row import SPLITS
from finetune.data.sources import Sources
from finetune.data.splitting import Shares
from ingest.library import Library
from tests.fakes import HashEmbedder, ScriptedModel, plain, put

NAMES = "Oak Elm Ash Fir Yew Bay Fig Box Sal Gum Tea Nut".split()
PLACES = "솔내 들샘 강마루 은행골 다락 버들 가람 누리 한솔 미루 새벽 달빛".split()
SPLIT = Shares(0.15, 0.15)
_PASSAGE = re.compile(r"^\[(\d+)\] \(.*\)\n", re.MULTILINE)


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.opening, "SentenceEmbedder", HashEmbedder)
    monkeypatch.setattr(chatbot.retriever, "SentenceEmbedder", HashEmbedder)


@pytest.fixture
def filled(library: Library) -> Library:
    for n, (name, place) in enumerate(zip(NAMES, PLACES, strict=True)):
        put(
            library,
            f"en/{name}.txt",
            f"The {name} station was opened in {1880 + 3 * n}.\n\nThe {name} tank holds {1_210 + 17 * n} litres.\n\n"
            f"{name} resin is a dark glue for boats made by village {n}.\n\nAn evening at the {name} station is long.",
        )
        put(
            library,
            f"ko/{place}.txt",
            plain(
                f"# {place} 안내\n\n{place} 도서관은 {1950 + 5 * n}년에 문을 열었다.\n\n"
                f"{place} 도서관에는 책 {3_110 + 13 * n}권이 있다.\n\n"
                f"{place}나루란 배가 닿는 {place} 마을의 어귀를 말한다."
            ),
        )
    return library


def made(library: Library, output: Path, **settings: Any) -> dict[str, Any]:
    shares = settings.pop("shares", SPLIT)
    return prepare(Sources(), output, None, shares, LibraryShares(library.folder, **{"program": 0.0, **settings}))


def shown(row: dict[str, Any]) -> list[str]:
    """The passages of a row, in order."""
    text = row["prompt"][-1]["content"]
    places = [(one.start(), one.end()) for one in _PASSAGE.finditer(text)]
    ends = [start for start, _ in places[1:]] + [len(text)]
    return [
        text[end:last].split("\n\nQuestion: ")[0].split("\n\n질문: ")[0]
        for (_, end), last in zip(places, ends, strict=True)
    ]


def test_answers_cite_a_quote_and_distractors_have_no_answer(filled: Library, tmp_path: Path) -> None:
    made(filled, tmp_path / "out")
    rows = [row for split in SPLITS for row in read_split(tmp_path / "out", split)]
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in ("answer", "absent")}
    assert len(kinds["answer"]) > 40 and 0.08 < len(kinds["absent"]) / len(rows) < 0.35
    for row in rows:
        source, passages = row["source"], shown(row)
        quote = filled.document_text(source["file"])[source["start"] : source["end"]]
        assert row["prompt"][0]["content"] == SYSTEM[row["language"]] and 1 <= len(passages) <= 5
        [said] = [one["content"] for one in row["completion"]]
        if row["kind"] == "absent":
            assert said == REFUSAL[row["language"]] and row["answers"] == []
            assert not any(quote in one for one in passages)
            continue
        [cited] = map(int, re.findall(r"\[(\d+)\]", said))
        assert quote in passages[cited - 1] and len(passages[cited - 1]) <= LONGEST_PASSAGE + 1
        assert quote.rstrip(".") in said
        others = passages[: cited - 1] + passages[cited:]
        assert not any(answer in one for answer in row["answers"] for one in others)
    assert sum(len(shown(row)) > 1 for row in kinds["answer"]) > 0.8 * len(kinds["answer"])
    places = {re.findall(r"\[(\d+)\]", row["completion"][0]["content"])[0] for row in kinds["answer"]}
    assert len(places) > 2  # the golden passage does not always come first


def test_held_out_documents_never_reach_training(filled: Library, tmp_path: Path) -> None:
    manifest = made(filled, tmp_path / "out")
    [source] = manifest["sources"]
    held = {path for path, split in source["documents"].items() if split != "train"}
    assert {source["documents"][path] for path in held} == {"eval", "test"}
    train = (tmp_path / "out/train.jsonl").read_text(encoding="utf-8")
    for path in held:
        assert Path(path).stem not in train and path not in train
    for split in SPLITS:
        assert {source["documents"][row["source"]["file"]] for row in read_split(tmp_path / "out", split)} == {split}


def test_the_same_library_gives_the_same_rows(filled: Library, tmp_path: Path) -> None:
    hashes = {made(filled, tmp_path / name)["sha256"] for name in ("a", "b")}
    assert len(hashes) == 1
    without = made(filled, tmp_path / "c", absent=0.0, passages=3, mode="lexical")
    assert without["sha256"] not in hashes
    assert all(len(shown(row)) <= 3 and row["kind"] == "answer" for row in read_split(tmp_path / "c", "train"))


def test_prompts_are_the_chats(filled: Library, tmp_path: Path) -> None:
    made(filled, tmp_path / "out", absent=0.0, passages=1)
    row = next(iter(read_split(tmp_path / "out", "train")))
    [hit] = [
        hit
        for hit in chatbot.retriever.Retriever(filled).search(row["question"], 13)
        if hit.document == row["source"]["file"] and hit.start <= row["source"]["start"] < hit.end
    ]
    told = documents_messages(row["question"], [hit])
    assert row["prompt"] == [{"role": one.role, "content": one.content} for one in told]


def test_a_model_asks_and_its_quotes_are_looked_for(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "The Oak station was opened in 1880."
    good = {"question": "When did Oak open?", "answer": "The Oak station was opened in 1880 [1].", "quote": text}
    wrong = {"question": "When did Oak close?", "answer": "It closed in 1999.", "quote": "The Oak station closed."}
    false = {"question": "Was Oak opened in 1999?", "answer": "The Oak station was opened in 1999.", "quote": text}
    lines = "\n".join(json.dumps(one) for one in (good, wrong, false))
    model = ScriptedModel(f"Here they are:\n{lines}\nDone.")
    monkeypatch.setattr(making, "open_model", lambda spec: model)
    made(filled, tmp_path / "out", model="scripted", absent=0.0, shares=Shares(0, 0))
    rows = [row for split in SPLITS for row in read_split(tmp_path / "out", split)]
    assert {row["question"] for row in rows} == {"When did Oak open?"}
    assert rows[0]["source"]["made_by"] == "model scripted"
    assert re.fullmatch(r"The Oak station was opened in 1880\. \[\d\]", rows[0]["completion"][0]["content"])
    reasons = read_manifest(tmp_path / "out")["reasons"]
    assert set(reasons) == {
        "the model's quote does not stand in the passage",
        "the claim checker does not find its answer in the golden passage",
    }
    assert model.name.endswith("(closed)")


def test_plain_text_is_all_of_the_documents(filled: Library, tmp_path: Path) -> None:
    put(filled, "long.txt", "\n\n".join(f"Sentence {n} of the long story says something new." for n in range(300)))
    made(filled, tmp_path / "out", task="text")
    rows = [row for split in SPLITS for row in read_split(tmp_path / "out", split)]
    assert {row["task"] for row in rows} == {"text"}
    for record in filled.documents():
        pieces = [row["text"] for row in rows if row["source"]["file"] == record.path]
        assert "".join("".join(pieces).split()) == "".join(filled.document_text(record.path).split())
    assert max(len(row["text"]) for row in rows) < 3_000


def test_libraries_that_give_nothing(library: Library, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is empty"):
        made(library, tmp_path / "out")
    put(library, "one.txt", "The Oak station was opened in 1880.")
    with pytest.raises(DataError, match="too few to hold some out"):
        made(library, tmp_path / "out")
    with pytest.raises(DataError, match=r"0\.9 at most"):
        LibraryShares(tmp_path, absent=0.5, program=0.5)


ENGLISH = [
    ("The tank was filled in May 2021.", "When was the tank filled?", "May 2021"),
    ("The new hall will be opened on 3 May 2027.", "When will the new hall be opened?", "3 May 2027"),
    ("A session lasts four hours.", "How many hours does a session last?", "four"),
    ("The school has 42 pupils in two rooms.", "How many pupils does the school have in two rooms?", "42"),
    ("There are 18 desktop computers on the second floor.", "How many desktop computers are there on the second floor?", "18"),
    ("A ginkgo is a tree with leaves like fans.", "What is a ginkgo?", "a tree with leaves like fans"),
    ("After 50 hours you may borrow twice as many books.", "Which words fill the gap? After ____ hours you may borrow twice "
     "as many books.", "50"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "question", "answer"), ENGLISH)
def test_english_rules(sentence: str, question: str, answer: str) -> None:
    found = list(english(sentence, 100))
    assert (question, (answer,)) in [(one.question, one.answers) for one in found]
    assert all((one.start, one.end, one.said) == (100, 100 + len(sentence), sentence) for one in found)


KOREAN = [
    ("솔내 도서관은 2011년 4월 23일에 문을 열었습니다.", "솔내 도서관은 언제 문을 열었습니까?", "2011년 4월 23일"),
    ("솔내 도서관은 2011년에 문을 열었다.", "솔내 도서관은 언제 문을 열었나요?", "2011년"),
    ("주차장에는 자동차 42대가 설 수 있습니다.", "주차장에는 자동차 몇 대가 설 수 있습니까?", "42대"),
    ("회원증을 다시 만들 때에는 2,000원을 받습니다.", "회원증을 다시 만들 때에는 얼마를 받습니까?", "2,000원"),
    ("경조 휴가는 30일 안에 써야 한다.", "경조 휴가는 며칠 안에 써야 하나요?", "30일"),
    ("서당이란 마을 아이들을 가르치던 곳을 말한다.", "서당은 무엇인가요?", "마을 아이들을 가르치던 곳"),
    ("올해는 집으로 책을 보내는 ‘책 나르미’를 시작했다.", "빈칸에 들어갈 말은 무엇인가요? "
     "올해는 집으로 책을 보내는 ‘____’를 시작했다.",
     "책 나르미"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "question", "answer"), KOREAN)
def test_korean_rules(sentence: str, question: str, answer: str) -> None:
    found = list(korean(sentence, 7))
    assert (question, (answer,)) in [(one.question, one.answers) for one in found]
    assert all((one.start, one.end) == (7, 7 + len(sentence)) for one in found)


def test_sentences_about_what_stands_before_them_are_left_alone() -> None:
    for sentence in (
        "이는 1987년에 문을 열었습니다.",
        "그러나 책은 500권이 남아 있었다.",
        "여기에는 자동차 42대가 있습니다.",
    ):
        assert list(korean(sentence, 0)) == []
    for sentence in ("It was opened in 1987.", "They have 42 pupils and one dog.", "This is a very long evening."):
        assert list(english(sentence, 0)) == []
    assert as_question("문을 열어라.") is None


def test_particles_follow_the_sound() -> None:
    assert [topic(word) for word in ("책", "나무", "2", "3", "A4")] == ["책은", "나무는", "2는", "3은", "A4는"]
    assert [subject(word) for word in ("책", "나무")] == ["책이", "나무가"]


def test_quotes_are_found_word_for_word() -> None:
    assert quoted("two  words", "here two\nwords stand") == (5, 14)
    assert quoted("two worlds", "here two\nwords stand") is None
    assert quoted("", "text") is None


@pytest.mark.integration
def test_programs_over_tables_are_run(library: Library, tmp_path: Path) -> None:
    from ingest.document import DocumentBuilder
    from ingest.readers.tables import add_table

    for n, name in enumerate(NAMES):
        builder = DocumentBuilder("csv", f"{name} depot")
        builder.add(f"{name} depot", "heading", 1)
        goods = [
            [f"{name} {thing}", str(10 * n + number), f"{number * 500}"]
            for number, thing in enumerate(("rope", "nail", "lamp"), 1)
        ]
        add_table(builder, [["Item", "Quantity", "Price (won)"], *goods], 1)
        put(library, f"{name}.csv", builder.build())
    made(library, tmp_path / "out", program=0.7, absent=0.0)
    rows = [row for split in SPLITS for row in read_split(tmp_path / "out", split) if row["kind"] == "program"]
    assert {row["source"]["made_by"] for row in rows} >= {"total", "average"}
    totals = {row["question"]: row for row in rows}
    oak = totals["What is the total Quantity in Oak depot?"]
    assert oak["answers"] == ["6"] and oak["task"] == "program"
    assert "[{'Item': 'Oak rope', 'Quantity': 1" in oak["prompt"][-1]["content"]
    assert "return sum(row['Quantity'] for row in" in oak["completion"][0]["content"]
    assert {row["task"] for row in read_split(tmp_path / "out", "train")} == {"qa", "program"}
