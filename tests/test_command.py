"""The command as a process: what it prints, how it ends, and that no input makes it print a traceback."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.document import normalize
from ingest.library import Library
from tests.command import QUICK, json_lines, one_json, sentence, seodang
from tests.examination import check_whole, snapshot
from tests.fakes import HashEmbedder

TEXTS = {
    "school.txt": "The village school opened in 1897. It has 42 pupils and one dog.\n\nThe dog recites verse.\n",
    "station.md": "# Station\n\n## Water\n\nThe tank holds 1,200 litres.\n",
    "sub/한글 이름.txt": "Mr O'Brien teaches reading at the river.\n",
}
HIT = ["rank", "score", "document", "page", "heading", "start", "end", "text"]
ANSWER = [
    "id",
    "question",
    "answer",
    "refused",
    "reason",
    "route",
    "model",
    "claims",
    "citations",
    "program",
    "timings_ms",
]
_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2
linux = pytest.mark.skipif(sys.platform != "linux", reason="rights are dropped as Linux does")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with docs/ and a library made of it; tests must not change it."""
    place = tmp_path_factory.mktemp("filled")
    for name, text in TEXTS.items():
        (place / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "docs" / name).write_text(text)
    seodang("ingest", "docs", "--library", "library", cwd=place)
    return place


@pytest.fixture
def place(filled: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    shutil.copytree(filled, tmp_path / "place")
    return tmp_path / "place"


# -- the shapes of the contract -------------------------------------------------------------------------------------------


def test_ingest_reports_what_it_did(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The text.")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    done = seodang("ingest", "a.txt", "b.png", "--library", "library", "--json", cwd=tmp_path, status=1)
    report = one_json(done)
    assert list(report) == ["added", "updated", "unchanged", "removed", "failed", "documents", "chunks", "seconds"]
    assert (report["added"], report["documents"], report["chunks"]) == (1, 1, 1)
    assert [list(failure) for failure in report["failed"]] == [["path", "reason"]]
    assert report["failed"][0]["path"] == "b.png"
    again = one_json(seodang("ingest", "a.txt", "--library", "library", "--json", cwd=tmp_path))
    assert (again["added"], again["unchanged"], again["failed"]) == (0, 1, [])


def test_docs_and_search_give_what_offsets_index(filled: Path) -> None:
    options = ("--library", "library")
    records = json_lines(seodang("docs", "list", *options, "--json", cwd=filled))
    assert [record["path"] for record in records] == [f"docs/{name}" for name in TEXTS]
    texts = {}
    for record in records:
        shown = seodang("docs", "show", record["path"], "--text", *options, cwd=filled)
        texts[record["path"]] = shown.stdout.decode()
    assert texts["docs/school.txt"] == TEXTS["school.txt"].strip(), "byte for byte, no line break added"
    hits = json_lines(seodang("search", "the dog at school", *options, "--json", "-k", "2", cwd=filled))
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1)) and 0 < len(hits) <= 2
    for hit in hits:
        assert list(hit) == HIT
        assert texts[hit["document"]][hit["start"] : hit["end"]] == hit["text"]
    assert hits[0]["document"] == "docs/school.txt"


def test_show_prints_the_exact_bytes(tmp_path: Path) -> None:
    text = "\ttab  blanks\n\n\n\u200bzero\u00a0 width \u202ebidi \u0301 👩‍👩‍👧 \\n \\x00 %s\n\nlast"
    (tmp_path / "a.txt").write_text(text)
    seodang("ingest", "a.txt", "--library", "library", cwd=tmp_path)
    shown = seodang(
        "docs", "show", "a.txt", "--text", "--library", "library", cwd=tmp_path, environment={"LC_ALL": "C"}
    )
    assert shown.stdout == normalize(text).strip().encode()
    as_json = one_json(seodang("docs", "show", "a.txt", "--text", "--json", "--library", "library", cwd=tmp_path))
    assert as_json["text"] == normalize(text).strip()


def test_ask_gives_the_answer_object(filled: Path) -> None:
    answer = one_json(seodang("ask", "When did the village school open?", "--library", "library", "--json", cwd=filled))
    check_answer(answer, filled)
    assert answer["question"] == "When did the village school open?"
    if not answer["refused"]:
        assert "1897" in answer["citations"][0]["quote"]


def check_answer(answer: dict[str, Any], place: Path) -> None:
    assert list(answer)[-len(ANSWER) :] == ANSWER or set(ANSWER) <= set(answer)
    assert isinstance(answer["refused"], bool) and (answer["reason"] is None) != answer["refused"]
    assert answer["route"] in ("documents", "program", "conversation") and answer["program"] is None
    numbers = [citation["n"] for citation in answer["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    for claim in answer["claims"]:
        assert list(claim) == ["text", "support", "citations"]
        assert claim["support"] in ("verified", "partial", "unsupported") and set(claim["citations"]) <= set(numbers)
    with Library.open(place / "library", embedder=HashEmbedder()) as library:
        for citation in answer["citations"]:
            assert list(citation) == ["n", "document", "title", "page", "heading", "start", "end", "quote"]
            text = library.document_text(citation["document"])
            assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_batches(filled: Path, tmp_path: Path) -> None:
    questions = tmp_path / "in.jsonl"
    rows = [
        {"id": "one", "question": "When did the school open?", "extra": {"kept": ["가", 1.5, None]}},
        {"question": "What does the tank hold?"},
        {"id": 7, "question": "What\u2028about\u0085odd\x0blines\u2029?"},
        {"id": "\ud800", "question": "\udcff surrogates?"},
    ]
    lines = [json.dumps(row, ensure_ascii=index in (0, 3)) for index, row in enumerate(rows)]
    questions.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*lines, "", "  "]).encode())
    for command in ("ask", "search"):
        output = tmp_path / f"{command}.jsonl"
        seodang(command, "--batch", questions, "--output", output, "--library", "library", cwd=filled)
        written = [json.loads(line) for line in output.read_bytes().decode().split("\n") if line]
        assert [row["id"] for row in written[:3]] == ["one", "2", 7] and len(written) == 4
        if command == "ask":
            assert written[0]["extra"] == rows[0]["extra"]
            for row in written:
                check_answer(row, filled)
        else:
            assert all(set(row) == {"id", "hits"} for row in written)
            assert all(list(hit) == HIT for row in written for hit in row["hits"])


BAD_LINES = {
    "no json": "{",
    "no object": "[1]",
    "no question": '{"id": 1}',
    "question of another kind": '{"question": 5}',
    "huge number": '{"question": "a", "n": ' + "1" * 5_000 + "}",
    "deep": '{"question": "a", "n": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "not UTF-8": '{"question": "caf\udce9"}',
}


def test_a_bad_batch_is_one_sentence_and_writes_nothing(filled: Path, tmp_path: Path) -> None:
    for index, (name, line) in enumerate(BAD_LINES.items()):
        command = ("ask", "search")[index % 2]
        questions = tmp_path / "in.jsonl"
        questions.write_bytes(b'{"question": "good"}\n' + os.fsencode(line) + b"\n")
        output = tmp_path / "out.jsonl"
        arguments = ("--batch", questions, "--output", output, "--library", "library")
        told = sentence(seodang(command, *arguments, cwd=filled, status=1))
        assert "in.jsonl" in told and ("Line 2" in told or "UTF-8" in told), name
        assert not output.exists(), name


def test_a_question_that_cannot_be_asked_does_not_stop_a_batch(filled: Path, tmp_path: Path) -> None:
    questions = tmp_path / "in.jsonl"
    asked = ["", "가" * 100_000, "When did the school open?"]
    questions.write_text("".join(json.dumps({"question": question}) + "\n" for question in asked))
    for command in ("ask", "search"):
        output = tmp_path / f"{command}.jsonl"
        arguments = ("--batch", questions, "--output", output, "--library", "library")
        told = sentence(seodang(command, *arguments, cwd=filled, status=1))
        assert "2 of 3" in told
        written = [json.loads(line) for line in output.read_text().splitlines()]
        assert [row["id"] for row in written] == ["1", "2", "3"]
        assert written[2]["citations" if command == "ask" else "hits"]


# -- wrong usage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest",),
        ("search",),
        ("ask",),
        ("ask", "question", "--batch", "in.jsonl", "--output", "out.jsonl"),
        ("search", "--batch", "in.jsonl"),
        ("search", "dog", "-k", "0"),
        ("search", "dog", "--mode", "best"),
        ("docs", "show"),
        ("bark",),
        ("ask", "question", "--nonsense"),
    ],
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = seodang(*arguments, cwd=tmp_path, status=2)
    assert done.stdout == b"" and b"Usage: seodang" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_each_trouble_is_one_sentence(filled: Path, tmp_path: Path) -> None:
    """Question, library and path that cannot be; nothing is made on the way."""
    library = ("--library", str(filled / "library"))
    nowhere = ("--library", "nowhere")
    cases: list[tuple[tuple[str, ...], str]] = [
        (("ask", "", *library), "empty"),
        (("search", " \n ", *library), "empty"),
        (("ask", "x" * 100_000, *library), "100,000 characters"),
        (("search", "x" * 100_000, *library), "100,000 characters"),
        (("ask", "question", *nowhere), "no library in"),
        (("search", "question", *nowhere), "no library in"),
        (("docs", "list", *nowhere), "no library in"),
        (("docs", "show", "none", *library), "There is no document"),
        (("docs", "remove", "none", *library), "There is no document"),
        (("docs", "remove", "", *library), "document"),
        (("docs", "show", "9" * 40, *library), "There is no document"),
        (("ingest", "nothing-here", *nowhere), "no file or folder"),
        (("ingest", "no\nsuch\tname", *nowhere), "no file or folder"),
        (("ingest", "x" * 300, *nowhere), "File name too long"),
        (("ask", "question", "--model", "gpt-99", *library), "not on this machine"),
        (("ask", "--batch", "none.jsonl", "--output", "out.jsonl", *library), "cannot be read"),
    ]
    for arguments, words in cases:
        done = seodang(*arguments, cwd=tmp_path, status=1)
        assert words in sentence(done), arguments
        assert done.stdout == b""
    assert list(tmp_path.iterdir()) == []


def test_a_newer_or_damaged_library_is_one_sentence(place: Path) -> None:
    with Library.open(place / "library", embedder=HashEmbedder()) as library, library.write():
        library.connection.execute("UPDATE settings SET value = '99' WHERE key = 'format'")
    for arguments in (("ask", "question"), ("ingest", "docs"), ("docs", "list")):
        assert "newer Seodang" in sentence(seodang(*arguments, "--library", "library", cwd=place, status=1))
    (place / "library/library.sqlite").write_bytes(b"no database at all" * 500)
    for arguments in (("ask", "question"), ("ingest", "docs"), ("docs", "list")):
        assert "damaged" in sentence(seodang(*arguments, "--library", "library", cwd=place, status=1))


@pytest.mark.parametrize(
    "settings",
    ["library = 5", "search = 3", "docs = []", "[search]\nk = 'x'", "= broken", "\x00", '[docs]\nlist = "x"'],
)
def test_wrong_settings_are_no_traceback(tmp_path: Path, settings: str) -> None:
    (tmp_path / "seodang.toml").write_text(settings)
    done = seodang("search", "dog", "--library", "none", cwd=tmp_path, status=(1, 2))
    assert done.stderr


def test_settings_are_used(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "seodang.toml").write_text(f"library = '{filled / 'library'}'\n[search]\nk = 1\n")
    assert len(json_lines(seodang("search", "the school tank river", "--json", cwd=tmp_path))) == 1
    environment = {"SEODANG_LIBRARY": str(tmp_path / "none")}
    assert "no library" in sentence(seodang("search", "dog", cwd=tmp_path, environment=environment, status=1))


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    script = 'mkdir gone && cd gone && rmdir "$PWD" && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *QUICK, "docs", "list", "--library", str(tmp_path / "none")],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr and done.returncode == 1, done.stderr.decode()


# -- odd files and names --------------------------------------------------------------------------------------------------


def test_odd_names_through_the_whole_command(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "sub..").mkdir(parents=True)
    names = [
        b"new\nline.txt",
        unicodedata.normalize("NFD", "한글.txt").encode(),
        ("é" * 125 + "x.txt").encode(),
        b"bytes\xff\xfe.txt",
        b"-k.txt",
        b"sub../up.txt",
        b"[red]x[bold].txt",
    ]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(docs) + b"/" + name)).write_text(f"The text number {number}.")
    os.mkfifo(docs / "pipe")
    (docs / "loop").symlink_to("loop")
    (docs / "empty.txt").touch()
    options = ("--library", "library")
    report = one_json(seodang("ingest", "docs", *options, "--json", cwd=tmp_path, status=1))
    assert report["added"] == len(names)
    assert {failure["path"] for failure in report["failed"]} <= {"docs/empty.txt", "docs/loop"}
    listed = json_lines(seodang("docs", "list", *options, "--json", cwd=tmp_path))
    assert {record["path"] for record in listed} == {
        "docs/" + normalize(name.decode("utf-8", "replace")) for name in names
    }
    for language in ("C", "C.UTF-8"):
        table = seodang("docs", "list", *options, cwd=tmp_path, environment={"LC_ALL": language, "LANG": language})
        assert "한글" in table.stdout.decode("utf-8")
    hits = json_lines(seodang("search", "text number 0", *options, "--json", "--mode", "lexical", cwd=tmp_path))
    assert hits[0]["document"] == "docs/new\nline.txt"
    plain = seodang("search", "text number 0", *options, "--mode", "lexical", cwd=tmp_path).stdout.decode()
    assert "new\\nline.txt" in plain.split("\n")[0]
    for name in (names[0], names[1], names[2], b"docs/" + names[3], b"./docs/-k.txt"):
        seodang("docs", "show", name, "--text", *options, cwd=tmp_path)
    seodang("docs", "remove", *(b"docs/" + name for name in names), *options, cwd=tmp_path)
    assert json_lines(seodang("docs", "list", *options, "--json", cwd=tmp_path)) == []


def test_korean_survives_any_locale(filled: Path) -> None:
    for language in ("C", "POSIX", "C.UTF-8"):
        environment = {"LC_ALL": language, "LANG": language}
        done = seodang("search", "river", "--library", "library", "--json", cwd=filled, environment=environment)
        assert json_lines(done)[0]["document"] == "docs/sub/한글 이름.txt"
        answer = one_json(
            seodang("ask", "없는 것", "--library", "library", "--json", cwd=filled, environment=environment)
        )
        assert answer["question"] == "없는 것" and "문서" in answer["answer"]


@linux
def test_paths_without_permission(place: Path) -> None:
    """As somebody else: what cannot be looked into is named, what was known of it stays."""
    shutil.rmtree(place / "library")
    seodang("ingest", "docs", "--library", "library", cwd=place)
    (place / "docs/secret.txt").write_text("A secret.")
    (place / "docs/secret.txt").chmod(0)
    (place / "docs/sub").chmod(0)
    options = ("--library", str(place / "library"), "--json")
    report = one_json(seodang("ingest", "docs", *options, cwd=place, status=1, **as_nobody()))
    assert {failure["path"] for failure in report["failed"]} == {"docs/secret.txt", "docs/sub"}
    assert all("permission" in failure["reason"] for failure in report["failed"])
    assert (report["removed"], report["documents"]) == (0, 3)
    (place / "docs/sub").chmod(0o755)
    (place / "docs").chmod(0)
    assert "may not be read" in sentence(seodang("ingest", "docs", *options, cwd=place, status=1, **as_nobody()))


def as_nobody() -> dict[str, Any]:
    """Options with which a run has no more rights than the permissions of files give: root loses its override."""

    def drop() -> None:
        libc = ctypes.CDLL(None)
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)

    return {"preexec_fn": drop} if os.geteuid() == 0 else {}


@linux
@pytest.mark.parametrize("file_only", [False, True])
def test_a_read_only_library_can_be_asked(place: Path, file_only: bool) -> None:
    library = place / "library"
    for path in library.iterdir():
        path.chmod(0o444)
    library.chmod(0o777 if file_only else 0o555)
    before = snapshot(library)
    options = ("--library", str(library))
    somebody = as_nobody()
    hits = json_lines(seodang("search", "the dog at school", *options, "--json", cwd=place, **somebody))
    assert hits[0]["document"] == "docs/school.txt"
    seodang("ask", "When did the school open?", *options, cwd=place, **somebody)
    assert len(json_lines(seodang("docs", "list", *options, "--json", cwd=place, **somebody))) == 3
    (place / "docs/new.txt").write_text("A new text.")
    for arguments in (("ingest", "docs"), ("docs", "remove", "docs/school.txt")):
        told = sentence(seodang(*arguments, *options, cwd=place, status=1, **somebody))
        assert "cannot be written" in told
    assert snapshot(library) == before


@linux
def test_a_read_only_library_that_is_written_meanwhile(place: Path) -> None:
    """Somebody without rights keeps it open (the app) while its owner ingests: no error, and the new is seen."""
    library = place / "library"
    for path in library.iterdir():
        path.chmod(0o444)
    library.chmod(0o555)  # but the owner, who is root, may
    script = (
        "import sys; from ingest.library import Library; from tests.fakes import HashEmbedder\n"
        "library = Library.open(sys.argv[1], embedder=HashEmbedder())\n"
        "for line in sys.stdin: print(library.counts().documents, len(library.document_text(line.strip())), flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(library)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        **as_nobody(),
    ) as reader:
        assert reader.stdin and reader.stdout
        reader.stdin.write("docs/school.txt\n")
        reader.stdin.flush()
        assert reader.stdout.readline().split()[0] == "3"
        for number in range(60):
            (place / f"docs/new{number}.txt").write_text(f"New text {number}. " * 200)
        (place / "docs/school.txt").write_text("Another text. " * 500)
        seodang("ingest", "docs", "--library", str(library), cwd=place)
        reader.stdin.write("docs/new59.txt\n")
        reader.stdin.close()
        with Library.open(library, embedder=HashEmbedder()) as owned:
            assert reader.stdout.readline().split() == [
                str(owned.counts().documents),
                str(len(owned.document_text("docs/new59.txt"))),
            ]


@linux
def test_a_full_disk_is_one_sentence(place: Path) -> None:
    """A real one: a file system of 700 KiB in memory."""
    small = place / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        options = ("--library", str(small / "library"))
        seodang("ingest", "docs", *options, cwd=place)
        before = snapshot(small / "library")
        for number in range(40):
            text = f"Paragraph of text number {number}. " * 400
            (place / f"docs/more{number:02}.txt").write_text(text)
        told = sentence(seodang("ingest", "docs", *options, cwd=place, status=1))
        assert "full" in told or "No space left" in told
        with Library.open(small / "library", embedder=HashEmbedder()) as library:
            stored = library.counts().documents
            assert 3 <= stored < 43
            check_whole(library)
        assert {line for line in before if line.startswith('INSERT INTO "documents"')} <= set(
            snapshot(small / "library")
        )
        shutil.rmtree(place / "docs")
        (place / "docs").mkdir()
        (place / "docs/one.txt").write_text("One text.")
        # Removing needs room too; with what is freed the next run completes.
        seodang("ingest", "docs", *options, cwd=place, status=(0, 1))
        json_lines(seodang("search", "dog school", *options, "--json", cwd=place))
    finally:
        subprocess.run(["umount", small], check=True)


def test_output_to_a_full_disk_or_a_closed_pipe(filled: Path) -> None:
    options = ("--library", "library")
    with open("/dev/full", "wb") as full:
        for arguments in (("docs", "list", "--json"), ("search", "dog"), ("docs", "show", "docs/school.txt", "--text")):
            done = seodang(*arguments, *options, cwd=filled, status=1, capture_output=False, stdout=full,
                           stderr=subprocess.PIPE)  # fmt: skip
            assert "full" in sentence(done)
    batch = filled.parent / "in.jsonl"
    batch.write_text('{"question": "dog"}\n' * 50)
    told = sentence(seodang("search", "--batch", batch, "--output", "/dev/full", *options, cwd=filled, status=1))
    assert "/dev/full" in told and ("No space left" in told or "full;" in told)


@pytest.mark.parametrize(
    "arguments", [("docs", "list", "--json"), ("docs", "list"), ("search", "dog school", "--json")]
)
def test_a_reader_that_goes_away(filled: Path, arguments: tuple[str, ...]) -> None:
    receiving, sending = os.pipe()
    os.close(receiving)
    try:
        seodang(*arguments, "--library", "library", cwd=filled, status=(0, 1), capture_output=False, stdout=sending,
                stderr=subprocess.PIPE)  # fmt: skip
    finally:
        os.close(sending)


# -- several at once, watching, stopping ----------------------------------------------------------------------------------


def test_two_processes_ingest_and_search_one_library(tmp_path: Path) -> None:
    for folder in ("one", "two", "both"):
        (tmp_path / folder).mkdir()
        for number in range(25):
            (tmp_path / folder / f"{number}.txt").write_text(f"The {folder} document number {number} speaks of dogs.")
    options = ("--library", "library")
    runs = [("ingest", "one", "both"), ("ingest", "two", "both"), ("ingest", "both")]
    with ThreadPoolExecutor(len(runs)) as pool:
        ends = [pool.submit(seodang, *arguments, *options, cwd=tmp_path) for arguments in runs]
        while not all(end.done() for end in ends):
            if (tmp_path / "library/library.sqlite").exists():
                seodang("search", "dogs", *options, "--json", cwd=tmp_path)
        for end in ends:
            end.result()
    with Library.open(tmp_path / "library", embedder=HashEmbedder()) as library:
        assert library.counts().documents == 75
        check_whole(library)
    report = one_json(seodang("ingest", "one", "two", "both", *options, "--json", cwd=tmp_path))
    assert (report["unchanged"], report["added"], report["updated"]) == (75, 0, 0)


def hears_ctrl_c() -> None:
    """Where the tests run in the background of a shell, children would inherit that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_text("The first text.")
    process = subprocess.Popen(
        [*QUICK, "ingest", "docs", "--library", "library", "--watch", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_ctrl_c,
    )
    yield process
    process.kill()
    process.communicate()


def test_watching_follows_changes_until_it_is_stopped(watching: subprocess.Popen[str], tmp_path: Path) -> None:
    assert watching.stdout and watching.stderr
    assert json.loads(watching.stdout.readline())["added"] == 1
    # At once: what changes before the watch has begun must not be missed either.
    (tmp_path / "docs/b.txt").write_text("The second text.")
    wait_for(tmp_path, {"docs/a.txt", "docs/b.txt"})
    time.sleep(1)
    (tmp_path / "docs/a.txt").unlink()
    (tmp_path / "docs/deep").mkdir()
    (tmp_path / "docs/deep/c.txt").write_text("The third text.")
    wait_for(tmp_path, {"docs/b.txt", "docs/deep/c.txt"})
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=30)
    assert watching.returncode == 0
    assert "Traceback" not in errors


def wait_for(place: Path, paths: set[str], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    with Library.open(place / "library", embedder=HashEmbedder()) as library:
        while (found := {record.path for record in library.documents()}) != paths:
            assert time.monotonic() < deadline, f"still {found}"
            time.sleep(0.1)


def test_ctrl_c_during_a_run_keeps_what_was_done(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for number in range(3_000):
        (tmp_path / f"docs/{number}.txt").write_text(f"Text number {number}. " * 50)
    process = subprocess.Popen(
        [*QUICK, "ingest", "docs", "--library", "library"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hears_ctrl_c,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "library/library.sqlite-wal").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert errors.decode() == "Stopped; everything acknowledged so far is kept.\n"
    with Library.open(tmp_path / "library", embedder=HashEmbedder()) as library:
        check_whole(library)


def test_chat_reads_lines_and_ends(filled: Path) -> None:
    questions = "When did the school open?\n" + "x" * 20_000 + "\n\n"
    done = subprocess.run(
        [*QUICK, "chat", "--library", "library"], cwd=filled, input=questions.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"1897" in done.stdout and b"20,000 characters" in done.stderr


# -- light and quiet ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["doctor", "--help"], ["ingest", "--help"], ["docs", "list"]])
def test_what_needs_no_model_does_not_import_torch(arguments: list[str], filled: Path) -> None:
    code = (
        "import sys, ui.command\n"
        f"sys.argv = ['seodang', *{arguments!r}]\n"
        "try: ui.command.main()\n"
        "finally: print([m for m in ('torch', 'sentence_transformers', 'transformers', 'streamlit') if m in sys.modules])"
    )
    environment = {**os.environ, "SEODANG_LIBRARY": str(filled / "library")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout.rstrip().endswith("[]"), done.stdout[-300:]


def test_version_and_help() -> None:
    assert seodang("--version").stdout.decode().startswith("seodang 0.")
    assert b"ingest" in seodang("--help").stdout


def test_doctor_tells_of_a_library_that_cannot_be_used(place: Path) -> None:
    (place / "library/library.sqlite").write_bytes(b"no database" * 100)
    done = subprocess.run(
        [*QUICK, "doctor", "--json", "--library", "library"], cwd=place, capture_output=True, check=False
    )
    findings = one_json(done)["findings"]
    assert done.returncode == 1
    assert [finding["what"] for finding in findings if finding["state"] == "bad"] == ["library"]
    assert b"Traceback" not in done.stderr


def test_a_missing_embedder_is_one_sentence(place: Path) -> None:
    told = sentence(seodang("ingest", "docs", "--library", "fresh", "--embedder", "no/such-model", cwd=place, status=1,
                            environment={"SEODANG_REAL": "1"}))  # fmt: skip
    assert "no/such-model" in told
    assert not (place / "fresh/library.sqlite").exists()


def test_eval_reports_shares(filled: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    rows = [
        {"question": "When did the village school open?", "answer": "1897", "document": "school.txt"},
        {"question": "How large is the moon?", "answerable": False},
    ]
    questions.write_text("\n".join(json.dumps(row) for row in rows))
    result = one_json(seodang("eval", questions, "--library", "library", "--json", cwd=filled))
    assert result["questions"] == 2
    assert result["shares"]["hit@1"]["total"] == 1 and result["shares"]["hit@1"]["right"] == 1
    questions.write_text("")
    seodang("eval", questions, "--library", "library", "--json", cwd=filled, status=(0, 1))
