"""What is stored, replaced and removed, and that the library is whole after each."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ingest import schema
from ingest.errors import (
    EmbedderMismatch,
    IngestError,
    LibraryError,
    LibraryNotFound,
    LibraryReadOnly,
    LibraryTooNew,
    PathError,
)
from ingest.library import FileStamp, Library
from ingest.synchronization import sync
from tests.examination import check_whole
from tests.fakes import HashEmbedder, plain, put

ROOT = Path(__file__).resolve().parents[2]
STAMP = FileStamp(1, 2, 3)


def test_a_document_comes_back_as_it_was_read(library: Library) -> None:
    document = plain("# 제목\n\nThe dog reads.\n\n풍월을 읊는다.", "Title", pages=(0, 2))
    put(library, "a.txt", document)
    [record] = library.documents()
    assert (record.path, record.title, record.pages, record.chars) == ("a.txt", "Title", 2, len(document.text))
    assert library.load(record.id) == document
    assert library.document_text("a.txt") == document.text
    assert library.counts().documents == 1 and library.counts().chunks == record.chunks
    check_whole(library)


def test_a_new_version_takes_the_place_of_the_old_one(library: Library) -> None:
    put(library, "a.txt", "The old version speaks of cats.")
    put(library, "a.txt", "The new version speaks of dogs.\n\n" * 30)
    assert library.document_text("a.txt").startswith("The new version")
    assert library.rows("SELECT count(*) FROM chunks_fts WHERE chunks_fts MATCH 'cat'") == [(0,)]
    assert library.counts().documents == 1
    check_whole(library)


def test_one_content_under_two_paths_is_one_document_until_the_last_is_gone(library: Library) -> None:
    put(library, "a.txt", "The same words.")
    sha256 = library.rows("SELECT sha256 FROM documents")[0][0]
    assert library.link(b"/b.txt", "b.txt", STAMP, sha256)
    [record] = library.documents()
    assert (record.path, record.others) == ("a.txt", ("b.txt",))
    assert library.paths_of(sha256) == {b"/a.txt", b"/b.txt"}
    library.forget([b"/a.txt"])
    assert library.documents()[0].path == "b.txt"
    check_whole(library)
    library.forget([b"/b.txt"])
    assert library.counts().documents == library.counts().chunks == 0
    assert not library.has_vectors()
    check_whole(library)


def test_link_to_unknown_content_does_nothing(library: Library) -> None:
    assert not library.link(b"/b.txt", "b.txt", STAMP, "0" * 64)
    assert library.documents() == []


def test_changing_one_of_two_paths_keeps_the_other(library: Library) -> None:
    put(library, "a.txt", "The same words.")
    library.link(b"/b.txt", "b.txt", STAMP, library.rows("SELECT sha256 FROM documents")[0][0])
    put(library, "a.txt", "Other words.")
    assert library.document_text("b.txt") == "The same words."
    assert library.document_text("a.txt") == "Other words."
    check_whole(library)


def test_a_failure_in_the_middle_changes_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "a.txt", "The first version.")
    before = list(library.connection.iterdump())

    def broken(self: Library, path: bytes, *rest: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Library, "_point", broken)
    with pytest.raises(LibraryReadOnly, match=r"^The disk of the library .* is full; free some space"):
        put(library, "a.txt", "The second version.")
    monkeypatch.undo()
    assert list(library.connection.iterdump()) == before
    check_whole(library)


def test_chunk_and_document_ids_are_never_used_twice(library: Library) -> None:
    seen: set[tuple[str, int]] = set()
    for number in range(5):
        put(library, "a.txt", f"Version number {number}.")
        ids = {("document", row[0]) for row in library.rows("SELECT id FROM documents")}
        ids |= {("chunk", row[0]) for row in library.rows("SELECT id FROM chunks")}
        assert not ids & seen
        seen |= ids
        if number % 2:
            library.remove("a.txt")


# -- finding and removing by name -----------------------------------------------------------------------------------------


def test_a_document_is_found_by_path_id_name_and_title(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "some/folder/a.txt", plain("one", "The Title"))
    put(library, "other/가.txt", "two")
    [number] = [record.id for record in library.documents() if record.path.startswith("some")]
    monkeypatch.chdir("/")
    for name in ("some/folder/a.txt", "/some/folder/a.txt", "./some/folder/a.txt", "a.txt", "The Title", str(number)):
        assert library.find(name) == number, name
    assert library.document_text("가.txt") == "two"  # as macOS spells it


def test_an_ambiguous_or_unknown_name_is_an_error(library: Library) -> None:
    put(library, "one/a.txt", "one")
    put(library, "two/a.txt", "two")
    with pytest.raises(PathError, match=r"Several documents are named 'a\.txt'"):
        library.find("a.txt")
    for name in ("b.txt", "0", "999", "-1", "²", "٣", "9" * 30, "1e3", "../a.txt", "%", "'; DROP TABLE files"):
        with pytest.raises(PathError, match="There is no document named"):
            library.find(name)


@pytest.mark.parametrize("name", ["", " ", "\n", "\x00", "\ufeff"])
def test_no_name_is_no_document(library: Library, name: str) -> None:
    put(library, "a.txt", plain("an untitled document", ""))
    with pytest.raises(PathError):
        library.remove(name)
    assert library.counts().documents == 1


def test_removing_by_id_never_takes_a_file_of_that_name(library: Library) -> None:
    """The list of documents hands out ids; files are named by numbers in mail folders."""
    put(library, "first.txt", "one")
    put(library, "1", "two")
    [first] = [record.id for record in library.documents() if record.path == "first.txt"]
    assert first == 1
    library.remove(first)  # type: ignore[arg-type]
    assert [record.path for record in library.documents()] == ["1"]


# -- opening --------------------------------------------------------------------------------------------------------------


def test_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFound, match=r"There is no library in .*; make one with: seodang ingest"):
        Library.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_file_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for path in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(LibraryError):
            Library.open(path, create=True, embedder=HashEmbedder())
    assert (tmp_path / "file").read_text() == "text"


def test_a_folder_of_other_things_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("text")
    with pytest.raises(LibraryError, match="has other files in it"):
        Library.open(tmp_path, create=True, embedder=HashEmbedder())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(4096)])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "library.sqlite").write_bytes(content)
    with pytest.raises(LibraryError, match=r"^The file library\.sqlite in .* is damaged; restore it"):
        Library.open(tmp_path)


@pytest.mark.parametrize("format", ["2", "999", "2.0-beta"])
def test_a_newer_library_is_not_touched(library: Library, format: str) -> None:
    put(library, "a.txt", "text")
    with library.write():
        library.connection.execute("UPDATE settings SET value = ? WHERE key = 'format'", (format,))
        library.connection.execute("DROP TABLE chunks_fts")
    library.connection.execute("PRAGMA journal_mode = DELETE")
    library.close()
    before = (library.folder / "library.sqlite").read_bytes()
    with pytest.raises(LibraryTooNew, match=f"newer Seodang.*{re.escape(format)}.*pip install --upgrade seodang"):
        Library.open(library.folder, create=True)
    assert (library.folder / "library.sqlite").read_bytes() == before
    assert [path.name for path in library.folder.iterdir()] == ["library.sqlite"]


@pytest.mark.parametrize("leftover", ["library.sqlite.{pid}.new", "library.sqlite.{pid}.new-journal"])
def test_a_kill_while_a_library_is_made_leaves_nothing_in_the_way(tmp_path: Path, leftover: str) -> None:
    """In a container the next process has the same number."""
    file = tmp_path / leftover.format(pid=os.getpid())
    schema.create(tmp_path / "elsewhere" / "library.sqlite", {})
    file.write_bytes((tmp_path / "elsewhere" / "library.sqlite").read_bytes())
    (tmp_path / "elsewhere" / "library.sqlite").unlink()
    (tmp_path / "elsewhere").rmdir()
    with Library.open(tmp_path, create=True, embedder=HashEmbedder()) as library:
        put(library, "a.txt", "text")
        check_whole(library)


def test_many_threads_may_make_and_fill_one_library(tmp_path: Path) -> None:
    def work(number: int) -> None:
        with Library.open(tmp_path / "library", create=True, embedder=HashEmbedder()) as library:
            put(library, f"{number}.txt", f"Document number {number}.")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with Library.open(tmp_path / "library", embedder=HashEmbedder()) as library:
        assert library.counts().documents == 8
        check_whole(library)


def test_a_file_system_without_hard_links_can_hold_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """exFAT on a USB stick, some network shares."""

    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    with Library.open(tmp_path / "library", create=True, embedder=HashEmbedder()) as library:
        put(library, "a.txt", "text")
    assert sorted(path.name for path in (tmp_path / "library").iterdir()) == ["library.sqlite"]


# -- the embedder ---------------------------------------------------------------------------------------------------------


def test_another_embedder_is_an_error_that_says_the_command(library: Library) -> None:
    put(library, "a.txt", "text")
    other = HashEmbedder("other/model", "2")
    with Library.open(library.folder, embedder=other) as opened, pytest.raises(EmbedderMismatch) as caught:
        put(opened, "b.txt", "text")
    command = str(caught.value).partition("with: ")[2]
    assert command.split()[:2] == ["seodang", "ingest"]
    assert "--embedder other/model" in command and "--re-embed" in command.split()
    assert command.split()[command.split().index("--re-embed") + 1 :] in ([], ["--embedder", "other/model"])


def test_embedding_again_keeps_answering_and_can_be_stopped(library: Library, tmp_path: Path) -> None:
    for number in range(4):
        put(library, f"{number}.txt", f"Document {number} about dogs.")
    library.set_embedder(HashEmbedder("other/model", "2", dimension=24))
    assert len(library.vectors) == 0  # vectors of two models do not compare
    stale = library.prepared_otherwise()
    assert len(stale) == 4
    assert library.rows("SELECT count(*) FROM chunks_fts WHERE chunks_fts MATCH 'dog'") == [(4,)]
    sync(library, [])
    assert library.prepared_otherwise() == []
    assert len(library.vectors) == 4
    check_whole(library)


# -- threads --------------------------------------------------------------------------------------------------------------


def test_a_thread_may_begin_with_the_vectors(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library", create=True, embedder=HashEmbedder())
    put(library, "a.txt", "text")
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(len(library.vectors)), daemon=True)
    thread.start()
    thread.join(10)
    assert found == [1]
    library.close()  # only here: it would wait for ever where the thread does


def test_connections_end_with_their_threads(library: Library) -> None:
    """A server starts a thread for each request."""
    put(library, "a.txt", "text")

    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    for _ in range(50):
        thread = threading.Thread(target=library.counts)
        thread.start()
        thread.join()
    assert descriptors() < before + 20


def test_reading_goes_on_while_another_connection_writes(library: Library) -> None:
    put(library, "a.txt", "The first version.")
    with Library.open(library.folder, embedder=HashEmbedder()) as other, other.write():
        other.connection.execute("DELETE FROM files")
        assert library.document_text("a.txt") == "The first version."
        raised = None
    assert raised is None


def test_generation_grows_with_every_change(library: Library) -> None:
    seen = [library.generation]
    for change in (
        lambda: put(library, "a.txt", "text"),
        lambda: library.fail(b"/b", "b", STAMP, "reason", ""),
        lambda: library.forget_failure(b"/b"),
        lambda: library.remove("a.txt"),
    ):
        change()
        seen.append(library.generation)
    assert seen == sorted(set(seen))
    library.forget_failure(b"/never")
    assert library.generation == seen[-1]


# -- promises about the whole project -------------------------------------------------------------------------------------


def test_there_is_no_pickle_anywhere() -> None:
    forbidden = re.compile(
        r"\b(?:import|from)\s+(?:c?pickle|dill|cloudpickle|joblib|shelve|marshal)\b|pickle\.loads?|torch\.load\("
        r"|allow_pickle\s*=\s*True|\.to_pickle\(|read_pickle\("
    )
    sources = [path for package in ("ingest", "chatbot", "finetune", "ui") for path in (ROOT / package).rglob("*.py")]
    assert len(sources) > 30
    assert [str(path) for path in sources if forbidden.search(path.read_text())] == []


def test_a_library_holds_no_pickle(library: Library) -> None:
    put(library, "a.txt", "The dog reads. " * 50)
    library.vectors.save(force=True)
    for path in library.folder.iterdir():
        assert not path.read_bytes().startswith((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")), path
    # Vectors are plain numbers, settings and spans JSON.
    [(vector,)] = library.rows("SELECT vector FROM vectors LIMIT 1")
    assert np.frombuffer(vector, dtype=np.float16).shape == (48,)
    for column, table in (("pages", "documents"), ("blocks", "documents"), ("sentences", "chunks")):
        json.loads(library.rows(f"SELECT {column} FROM {table} LIMIT 1")[0][0])


def test_importing_the_packages_is_light() -> None:
    code = "import sys, ingest, chatbot, ui.command; print([m for m in ('torch', 'faiss', 'streamlit') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_error_is_one_of_ours() -> None:
    for error in (LibraryNotFound, LibraryTooNew, LibraryReadOnly, PathError, EmbedderMismatch):
        assert issubclass(error, IngestError)
