"""Conversations: what is kept, found and exported, and that nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chatbot.conversations.store import Conversations
from chatbot.errors import ConversationError
from chatbot.reply import Citation, Claim, Reply

QUOTE = "Library closed on 1 May. <script>alert(1)</script> See http://evil.example/x?q=1, www.evil.example or me@evil.example"
REPLY = Reply(
    "도서관은 언제 쉬나요?",
    "도서관은 5월 1일에 쉽니다 [1]. 주말에도 엽니다 [3].",
    False,
    None,
    "documents",
    "tiny",
    (Claim("도서관은 5월 1일에 쉽니다", "verified", (1,)), Claim("주말에도 엽니다", "unsupported", ())),
    (
        Citation(1, "docs/이용안내.html", "이용 안내", 3, "휴관 > 공휴일", 10, 40, "5월 1일은 휴관일이다."),
        Citation(2, "docs/en.txt", "en.txt", None, "", 0, len(QUOTE), QUOTE),
    ),
    None,
    {"total": 12.5},
    "q-1",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users" / "me.sqlite"


@pytest.fixture
def conversations(file: Path) -> Iterator[Conversations]:
    with Conversations.open(file) as conversations:
        yield conversations


def asked(question: str, answer: str = "답 [1]") -> Reply:
    return Reply(question, answer, False, None, "documents", "tiny")


def test_turns_come_back_as_they_were(conversations, file):
    one = conversations.create()
    program = {"source": "print(1)", "inputs": [{"name": "a", "value": 1, "citation": 1}], "value": "1"}
    replies = [REPLY, Reply("계산", "1", False, None, "program", "tiny", program=program), asked("half \ud83d")]
    for reply in replies:
        conversations.add(one.id, reply)
    assert conversations.turns(one.id) == replies
    with Conversations.open(file) as again:
        assert again.turns(one.id) == replies
        assert again.get(one.id).turns == 3


def test_the_first_question_becomes_the_title(conversations):
    untitled, titled = conversations.create(), conversations.create("휴가 규정")
    assert untitled.title == ""
    long = (
        "도서관의 열람실과 자료실을 이용할 수 있는 시간과 휴관일은 각각 언제이며 "
        "누가 정하는지 그리고 그 근거는 무엇인지 알려 주세요"
    )
    for one in (untitled, titled):
        conversations.add(one.id, asked(long))
        conversations.add(one.id, asked("다음 질문"))
    assert conversations.get(titled.id).title == "휴가 규정"
    title = conversations.get(untitled.id).title
    assert title.endswith("…") and len(title) <= 60 and long.startswith(title[:-1])
    assert long[len(title) - 1] == " ", "cut between words"
    conversations.add(one_line := conversations.create().id, asked("first\n\tline\x00 \u202eend"))
    assert conversations.get(one_line).title == "first line end"


def test_the_newest_comes_first_and_renaming_does_not_move(conversations):
    ids = [conversations.create(f"c{n}").id for n in range(4)]
    assert [c.id for c in conversations.list()] == ids[::-1]
    conversations.add(ids[1], asked("what?"))
    conversations.rename(ids[0], "  New\nname ")
    assert [c.id for c in conversations.list()] == [ids[1], ids[3], ids[2], ids[0]]
    assert conversations.get(ids[0]).title == "New name"
    assert [c.turns for c in conversations.list()] == [1, 0, 0, 0]


def test_search_finds_titles_questions_and_answers(conversations):
    first, second, third = (conversations.create(title).id for title in ("Holiday Rules", None, None))
    conversations.add(second, asked("연차는 며칠인가요?", "15일입니다 [1]."))
    conversations.add(third, asked("How many DAYS?", "100% of them_all"))

    def found(text):
        return {c.id for c in conversations.list(text)}

    assert found("holiday") == {first}
    assert found("연차") == {second}
    assert found("15일 며칠") == {second}
    assert found("15일 days") == set()
    assert found("days HOW") == {third}
    assert found("%") == {third}, "no wildcard"
    assert found("_") == {third}
    assert found("") == found("  ") == {first, second, third}
    assert found("\uc5f0\ucc28".encode().decode()) == found("\u110b\u1167\u11ab\u110e\u1161") == {second}, "NFD too"


def test_deleted_text_is_not_left_in_the_file(conversations, file):
    kept, gone = conversations.create().id, conversations.create().id
    conversations.add(kept, asked("kept question"))
    for n in range(30):
        conversations.add(gone, asked(f"TOPSECRET {n} " + "x" * 500))
    conversations.delete(gone)
    assert [c.id for c in conversations.list()] == [kept]
    for left in file.parent.iterdir():
        assert b"TOPSECRET" not in left.read_bytes()


def test_what_is_not_there_is_told(conversations):
    absent = str(uuid.uuid4())
    for call in (
        lambda: conversations.get(absent),
        lambda: conversations.turns(absent),
        lambda: conversations.add(absent, REPLY),
        lambda: conversations.rename(absent, "x"),
        lambda: conversations.delete(absent),
        lambda: conversations.export_markdown(absent),
        lambda: conversations.export_json(absent),
    ):
        with pytest.raises(ConversationError, match="no such conversation"):
            call()
    with pytest.raises(ConversationError, match="empty title"):
        conversations.rename(conversations.create("x").id, " \n ")
    assert [c.title for c in conversations.list()] == ["x"]


def test_ids_are_random_and_two_users_share_nothing(tmp_path):
    with Conversations.open(tmp_path / "a.sqlite") as a, Conversations.open(tmp_path / "b.sqlite") as b:
        ids = {a.create().id for _ in range(50)} | {b.create().id for _ in range(50)}
        assert len(ids) == 100
        assert all(uuid.UUID(one).version == 4 for one in ids)
        for one in a.list():
            for call in (b.get, b.turns, b.delete, b.export_json, b.export_markdown):
                with pytest.raises(ConversationError):
                    call(one.id)


def test_only_the_owner_may_read_the_files(file):
    old = os.umask(0)
    try:
        with Conversations.open(file) as conversations:
            conversations.create("x")
            modes = {left.name: left.stat().st_mode & 0o777 for left in file.parent.iterdir()}
            assert set(modes) == {"me.sqlite", "me.sqlite-wal", "me.sqlite-shm"}
            assert set(modes.values()) == {0o600}
            assert file.parent.stat().st_mode & 0o777 == 0o700
        file.chmod(0o644)
        with Conversations.open(file):
            assert file.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)


def test_the_file_survives_power_cuts_by_its_settings(conversations):
    pragma = {
        name: conversations._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    }
    assert pragma == {"journal_mode": "wal", "synchronous": 2}


# -- files that cannot be used ------------------------------------------------------------------------------------------


def one_sentence(call, match: str) -> None:
    with pytest.raises(ConversationError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_newer_file_is_refused_and_left_alone(file):
    with Conversations.open(file) as conversations:
        conversations.create("x")
        conversations._connection.execute("UPDATE settings SET value = '2'")
    before = file.read_bytes()
    one_sentence(lambda: Conversations.open(file), "newer Seodang .*pip install --upgrade seodang")
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"SQLite format 3\x00" + b"\x07" * 4000, b"a note of mine\n" * 100])
def test_a_damaged_file_is_told_and_left_alone(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    one_sentence(lambda: Conversations.open(file), "damaged or holds no conversations")
    assert file.read_bytes() == content


def test_another_program_s_database_is_left_alone(file):
    file.parent.mkdir()
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    one_sentence(lambda: Conversations.open(file), "holds no conversations")


def test_a_full_disk_loses_nothing_and_says_so(conversations, file):
    one = conversations.create("kept").id
    conversations.add(one, asked("kept"))
    pages = conversations._connection.execute("PRAGMA page_count").fetchone()[0]
    conversations._connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    one_sentence(lambda: conversations.add(one, asked("x" * 100_000)), "disk with the conversations .* is full")
    assert [reply.question for reply in conversations.turns(one)] == ["kept"]
    conversations._connection.execute("PRAGMA max_page_count = 1000000").fetchall()
    conversations.add(one, asked("again"))
    assert [reply.question for reply in conversations.turns(one)] == ["kept", "again"]


def test_what_cannot_be_written_is_told(tmp_path, conversations):
    conversations._connection.execute("PRAGMA query_only = ON")
    one_sentence(lambda: conversations.create(), "cannot be written")
    (tmp_path / "folder.sqlite").mkdir()
    one_sentence(lambda: Conversations.open(tmp_path / "folder.sqlite"), "cannot be used")
    (tmp_path / "plain").write_text("x")
    one_sentence(lambda: Conversations.open(tmp_path / "plain" / "me.sqlite"), "cannot be used")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(tmp_path):
    tmp_path.chmod(0o500)
    try:
        one_sentence(lambda: Conversations.open(tmp_path / "me.sqlite"), "cannot be written")
    finally:
        tmp_path.chmod(0o700)


def test_a_closed_file_is_told(file):
    conversations = Conversations.open(file)
    conversations.close()
    conversations.close()
    one_sentence(conversations.list, "were closed")


# -- threads, processes, kills ------------------------------------------------------------------------------------------


def test_threads_share_one_opened_file_and_several(file):
    with Conversations.open(file) as first, Conversations.open(file) as second:
        one = first.create().id
        failures: list[BaseException] = []

        def work(conversations: Conversations, name: str) -> None:
            try:
                for n in range(10):
                    conversations.add(one, asked(f"{name}-{n}"))
                    conversations.turns(one)
                    conversations.list(name)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(c, f"t{n}")) for n, c in enumerate([first, second] * 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        questions = [reply.question for reply in first.turns(one)]
        assert sorted(questions) == sorted(f"t{t}-{n}" for t in range(8) for n in range(10))
        for t in range(8):
            assert [q for q in questions if q.startswith(f"t{t}-")] == [f"t{t}-{n}" for n in range(10)]


WRITER = """
import sys
from chatbot.conversations.store import Conversations
from chatbot.reply import Reply
name = sys.argv[2]
with Conversations.open(sys.argv[1]) as conversations:
    one = conversations.create(name)
    print(one.id, flush=True)
    for n in range(int(sys.argv[3])):
        conversations.add(one.id, Reply(f"{name}-{n}", "x" * 5000, False, None, "documents", "tiny"))
        print(n, flush=True)
"""


def writer(file: Path, name: str, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(file), name, str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.integration
def test_processes_create_and_write_one_file_at_once(file):
    writers = [writer(file, f"p{n}", 20) for n in range(4)]
    for process in writers:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with Conversations.open(file) as conversations:
        found = {c.title: [r.question for r in conversations.turns(c.id)] for c in conversations.list()}
    assert found == {f"p{n}": [f"p{n}-{turn}" for turn in range(20)] for n in range(4)}


@pytest.mark.integration
def test_a_kill_loses_no_acknowledged_turn(file):
    for round_number in range(8):
        process = writer(file, f"k{round_number}", 100_000)
        assert process.stdout is not None and process.stderr is not None
        identity = process.stdout.readline().strip()
        for _ in range(round_number * 7):
            process.stdout.readline()
        process.kill()
        acknowledged = round_number * 7 + len(re.findall(r"^\d+\n", process.stdout.read(), re.MULTILINE))
        process.wait()
        process.stdout.close()
        process.stderr.close()
        with Conversations.open(file) as conversations:
            questions = [reply.question for reply in conversations.turns(identity)]
            assert conversations._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert questions == [f"k{round_number}-{n}" for n in range(len(questions))]
        assert acknowledged <= len(questions) <= acknowledged + 1


# -- exports ------------------------------------------------------------------------------------------------------------


def test_the_json_export_holds_the_answer_objects(conversations):
    one = conversations.create("이용 안내").id
    conversations.add(one, REPLY)
    content = json.loads(text := conversations.export_json(one))
    assert [Reply.from_json(turn) for turn in content["turns"]] == [REPLY]
    assert content["turns"] == [json.loads(json.dumps(REPLY.as_json()))]
    assert (content["id"], content["title"]) == (one, "이용 안내")
    assert "도서관은 5월 1일에 쉽니다" in text, "Korean is readable"


def test_the_markdown_export_reads_well(conversations):
    one = conversations.create("이용 안내").id
    conversations.add(one, REPLY)
    conversations.add(one, asked("고마워", "천만에요. **1.5**배 더\n\n- 하나\n- 둘"))
    text = conversations.export_markdown(one)
    assert text.startswith("# 이용 안내\n")
    assert "\n## 도서관은 언제 쉬나요?\n" in text
    assert "도서관은 5월 1일에 쉽니다 [^1]. 주말에도 엽니다 \\[3\\]." in text, "3 is no citation"
    assert "[^1]: 이용 안내, docs/이용안내.html, 3쪽, 휴관 &gt; 공휴일: “5월 1일은 휴관일이다.”" in text
    assert "문서에서 확인되지 않은 문장:\n\n- 주말에도 엽니다" in text
    assert "천만에요. **1.5**배 더\n\n- 하나\n- 둘" in text


def test_footnotes_are_numbered_through_the_whole_file(conversations):
    one = conversations.create().id
    for _ in range(3):
        conversations.add(one, REPLY)
    text = conversations.export_markdown(one)
    definitions = re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE)
    assert definitions == [str(n) for n in range(1, 7)]
    assert set(re.findall(r"\[\^(\d+)\](?!:)", text)) == set(definitions), "each is referred to"


HOSTILE = [
    QUOTE,
    "[click](http://evil.example) ![](http://evil.example/p.png) <img src=x onerror=alert(1)>",
    "<http://evil.example> [ref]: http://evil.example\n\n[ref]\n\n[^1]: forged",
    "\n```html\n<b>\n# heading\n---\n===\n> quote\n1. list\n| a | b |\n|---|---|\n",
    "javascript:alert(1) mailto:a@b.example &lt;b&gt; $x$ ~~gone~~ \\[x\\]",
    "    indented code\n\n\tcode\n* * *\n_ _ _\n<!-- hidden -->\x1b[31m\u202e",
]


def everywhere(text: str) -> Reply:
    citation = Citation(1, text, text, 1, text, 0, len(text), text)
    return Reply(text, f"{text} [1]", False, None, "documents", text, (Claim(text, "partial", (1,)),), (citation,))


def live(markdown: str) -> set[str]:
    """Kinds of elements that would be active or forged when the export is shown."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    spans = [span for token in tokens for span in (token.children or [])]
    found = {token.type for token in tokens} | {
        span.type for span in spans if span.type != "html_inline" or span.content != "<!-- -->"
    }
    return found & {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "table_open", "hr", "s_open",
                    "code_inline", "blockquote_open"}  # fmt: skip


def test_the_check_for_live_text_sees_what_is_live():
    assert live("[a](http://x)") == {"link_open"}
    assert live("x <b>") == {"html_inline"}
    assert live("a\n\n---\n\n```x") == {"hr", "fence"}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_document_is_live_in_the_markdown_export(conversations, text):
    one = conversations.create(text).id
    conversations.add(one, everywhere(text))
    exported = conversations.export_markdown(one)
    assert live(exported) == set()
    assert not re.search(r"[a-z]://|www\.|\w@\w", exported), "no bare address to be linked"
    headings = [token for token in MarkdownIt("commonmark").parse(exported) if token.type == "heading_open"]
    assert len(headings) == 2, "the title and the question"
    assert len(re.findall(r"^\[\^\d+\]:", exported, re.MULTILINE)) == 1, "no forged footnote"
    assert "\x1b" not in exported


@given(st.text(st.sampled_from("ab가1[]()!<>&*_#`~-=+|\\:/.@ \n\t^$\"'www"), max_size=60))
def test_no_text_at_all_is_live(text):
    from chatbot.conversations.export import as_markdown

    exported = as_markdown(text, "2026-01-01", [everywhere(text)])
    assert live(exported) == set()
    assert not re.search(r"[a-z]://|www\.", exported)


def test_text_is_still_readable_when_it_is_rendered(conversations):
    one = conversations.create().id
    text = "Sales (2023): 1.5% up_to *3* [net] <b> & #1 | ~2 at http://x.example"
    conversations.add(one, everywhere(text))
    spans = [
        span.content
        for token in MarkdownIt("commonmark").parse(conversations.export_markdown(one))
        for span in (token.children or [])
        if span.type == "text"
    ]
    assert text in "".join(spans)
