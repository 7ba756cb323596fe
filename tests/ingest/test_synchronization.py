"""Files on disk and the library agree after each run, whatever was done to the files in between."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import ingest.synchronization
from ingest.document import normalize
from ingest.errors import LibraryReadOnly, PathError, UnreadableDocument
from ingest.library import FileStamp, Library
from ingest.passages import passages
from ingest.scan import FoundFile, Scan, scan
from ingest.search import Searcher
from ingest.synchronization import Progress, SyncReport, hash_file, sync, sync_scan
from tests.examination import check_whole
from tests.fakes import DirectReader, HashEmbedder


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.synchronization, "IsolatedReader", DirectReader)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    return Path("docs")


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed, len(report.failed)


def stored(library: Library) -> dict[str, str]:
    """Text by path, every path of every document."""
    return dict(library.rows("SELECT given, text FROM files JOIN documents ON documents.id = document_id"))


def test_add_change_move_copy_and_remove(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The first text.")
    (folder / "b.txt").write_text("The second text.")
    assert counts(sync(library, [folder])) == (2, 0, 0, 0, 0)
    assert counts(sync(library, [folder])) == (0, 0, 2, 0, 0)
    (folder / "a.txt").write_text("The first text, corrected.")
    assert counts(sync(library, [folder])) == (0, 1, 1, 0, 0)
    (folder / "deep").mkdir()
    (folder / "b.txt").rename(folder / "deep/c.txt")
    number = library.find("docs/b.txt")
    assert counts(sync(library, [folder])) == (0, 1, 1, 0, 0)
    assert library.find("docs/deep/c.txt") == number, "a moved file is not read again"
    shutil.copy(folder / "a.txt", folder / "d.txt")
    assert counts(sync(library, [folder])) == (1, 0, 2, 0, 0)
    assert library.counts().documents == 2
    (folder / "a.txt").unlink()
    assert counts(sync(library, [folder])) == (0, 0, 2, 1, 0)
    assert stored(library) == {"docs/deep/c.txt": "The second text.", "docs/d.txt": "The first text, corrected."}
    check_whole(library)


def test_an_unchanged_run_writes_nothing(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The first text.")
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    report = sync(library, [folder])
    generation = library.generation
    again = sync(library, [folder])
    assert library.generation == generation
    assert again.failed == report.failed and len(report.failed) == 1
    assert library.failures() == list(report.failed)


def test_touched_but_equal_content_is_not_read_again(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The first text.")
    sync(library, [folder])
    number = library.find("docs/a.txt")
    os.utime(folder / "a.txt", (1, 1))
    sync(library, [folder])
    assert library.find("docs/a.txt") == number
    assert counts(sync(library, [folder])) == (0, 0, 1, 0, 0)


def test_a_change_of_equal_size_and_time_is_seen(library: Library, folder: Path) -> None:
    """Programs set times back; the change time of the inode cannot be set."""
    file = folder / "a.txt"
    file.write_text("The first text.")
    status = file.stat()
    sync(library, [folder])
    file.write_text("The other text.")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    sync(library, [folder])
    assert stored(library) == {"docs/a.txt": "The other text."}


def test_swapped_and_rotated_files(library: Library, folder: Path) -> None:
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"The text of {name}.")
    sync(library, [folder])
    for old, new in (("a", "t"), ("b", "a"), ("c", "b"), ("t", "c")):
        (folder / f"{old}.txt").rename(folder / f"{new}.txt")
    sync(library, [folder])
    assert stored(library) == {
        "docs/a.txt": "The text of b.",
        "docs/b.txt": "The text of c.",
        "docs/c.txt": "The text of a.",
    }
    check_whole(library)


def test_other_folders_and_single_files_stay(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("In the folder.")
    Path("docs2").mkdir()  # begins like the other
    Path("docs2/b.txt").write_text("In another.")
    Path("single.txt").write_text("Alone.")
    sync(library, [folder, Path("docs2"), Path("single.txt")])
    shutil.rmtree("docs2")
    Path("single.txt").unlink()
    assert counts(sync(library, [folder])) == (0, 0, 1, 0, 0)
    assert library.counts().documents == 3
    with pytest.raises(PathError):
        sync(library, [folder, Path("docs2")])
    assert library.counts().documents == 3, "a folder that is away may be an unplugged disk"


def test_one_relative_path_from_two_working_directories(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files, both given as docs/a.txt: what is listed and cited must lead back to the right one, from anywhere."""
    for place in ("one", "two"):
        (tmp_path / place / "docs").mkdir(parents=True)
        (tmp_path / place / "docs/a.txt").write_text(f"The dog of place {place} reads.")
        monkeypatch.chdir(tmp_path / place)
        sync(library, [Path("docs")])
    for place in ("one", "two", "."):
        monkeypatch.chdir(tmp_path / place)
        records = library.documents()
        assert len({record.path for record in records}) == 2
        assert [library.find(record.path) for record in records] == [record.id for record in records]
        hits = passages(library, Searcher(library).candidates("dog place one two", 5), 1_000)
        assert len(hits) == 2
        for hit in hits:
            assert library.document_text(hit.document)[hit.start : hit.end] == hit.text


def test_a_new_version_that_cannot_be_read_leaves_the_old_one(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The good version.")
    sync(library, [folder])
    (folder / "a.txt").write_bytes(b"")
    report = sync(library, [folder])
    assert counts(report) == (0, 0, 0, 0, 1)
    assert stored(library) == {"docs/a.txt": "The good version."}
    assert counts(sync(library, [folder])) == (0, 0, 0, 0, 1), "and it is said each time"
    (folder / "a.txt").write_text("The mended version.")
    assert counts(sync(library, [folder])) == (0, 1, 0, 0, 0)
    assert library.failures() == []
    check_whole(library)


def test_a_failed_file_that_is_gone_is_forgotten(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"")
    sync(library, [folder])
    (folder / "a.txt").unlink()
    assert counts(sync(library, [folder])) == (0, 0, 0, 0, 0)
    assert library.failures() == []


def test_two_files_of_one_bad_content_have_one_reason(library: Library, folder: Path) -> None:
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    report = sync(library, [folder])
    assert [failure.path for failure in report.failed] == ["docs/a.png", "docs/b.png"]
    assert len({failure.reason for failure in report.failed}) == 1
    assert "image" in report.failed[0].reason


@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_passing_trouble_is_tried_again(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    (folder / "a.txt").write_text("The text.")
    digest = hashlib.file_digest

    def broken(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(hashlib, "file_digest", broken)
    [failure] = sync(library, [folder]).failed
    assert (failure.path == "docs/a.txt" and "may not be read" in failure.reason) or "cannot be read" in failure.reason
    monkeypatch.setattr(hashlib, "file_digest", digest)
    assert counts(sync(library, [folder])) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize("reason", ["changed", "time"])
def test_a_reader_that_ran_out_of_time_is_tried_again(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """A busy machine is no property of the file."""
    (folder / "a.txt").write_text("The text.")
    message = {
        "changed": "The file changed while it was read; add it again when it is complete.",
        "time": "Reading the file took longer than 60 s; split it into smaller files.",
    }[reason]

    def slow(self: DirectReader, path: Path, name: str | None = None) -> None:
        raise UnreadableDocument(message, lasting=False)

    with monkeypatch.context() as patched:
        patched.setattr(DirectReader, "read", slow)
        assert counts(sync(library, [folder])) == (0, 0, 0, 0, 1)
    assert counts(sync(library, [folder])) == (1, 0, 0, 0, 0)


def test_a_file_that_changes_while_it_is_read(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "log.txt").write_text("The beginning.")
    (folder / "other.txt").write_text("The other.")
    read = DirectReader.read

    def writes(self: DirectReader, path: Path, name: str | None = None) -> object:
        document = read(self, path, name)
        if path.name == "log.txt":
            with path.open("a") as file:
                file.write(" More.")
        return document

    with monkeypatch.context() as patched:
        patched.setattr(DirectReader, "read", writes)
        report = sync(library, [folder])
    assert [(failure.path, failure.reason) for failure in report.failed] == [
        ("docs/log.txt", "The file changed while it was read; ingest it again when nothing writes to it.")
    ]
    assert counts(sync(library, [folder])) == (1, 0, 1, 0, 0)
    assert stored(library)["docs/log.txt"] == "The beginning. More."


def test_a_file_removed_between_scan_and_reading(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The text.")
    found = scan([folder])
    (folder / "a.txt").unlink()
    [failure] = sync_scan(library, found).failed
    assert failure.reason == "The file was removed before it could be read."
    assert counts(sync(library, [folder])) == (0, 0, 0, 0, 0)


@pytest.mark.timeout(20)
def test_a_file_that_became_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(UnreadableDocument):
        hash_file(FoundFile(os.fsencode(tmp_path / "a.txt"), "a.txt", FileStamp(1, 1, 1)))


def test_a_folder_that_cannot_be_looked_into_is_not_empty(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No permission, a network mount that hiccups: what was in it stays."""
    (folder / "sub/deep").mkdir(parents=True)
    (folder / "sub/a.txt").write_text("One text.")
    (folder / "sub/deep/b.txt").write_text("Two texts.")
    (folder / "c.txt").write_text("Three texts.")
    sync(library, [folder])
    look = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return look(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refused)
        report = sync(library, [folder])
    assert [failure.path for failure in report.failed] == ["docs/sub"]
    assert report.removed == 0 and library.counts().documents == 3
    assert counts(sync(library, [folder])) == (0, 0, 3, 0, 0)
    assert library.failures() == []


def test_a_read_only_library_says_so_and_changes_nothing(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The text.")
    sync(library, [folder])
    (folder / "b.txt").write_text("Another.")
    with Library.open(library.folder, embedder=HashEmbedder(), read_only=True) as reading:
        with pytest.raises(LibraryReadOnly, match="cannot be written"):
            sync(reading, [folder])
        assert sync(reading, [folder / "a.txt"]).unchanged == 1
        assert reading.counts().documents == 1


def test_progress_ends_where_it_should(library: Library, folder: Path) -> None:
    for number in range(5):
        (folder / f"{number}.txt").write_text(f"Text {number}.")
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    shutil.copy(folder / "0.txt", folder / "copy.txt")
    seen: list[Progress] = []
    sync(library, [folder], seen.append)
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert {progress.total for progress in seen} == {7}
    assert (seen[-1].stage, seen[-1].done) == ("done", 7)
    assert {progress.stage for progress in seen} >= {"read", "embed", "store", "done"}


# -- scanning -------------------------------------------------------------------------------------------------------------

ODD_NAMES = {
    "newline\nand\ttab.txt": "newline\nand\ttab.txt",
    "a∕..∕..∕up.txt": "a∕..∕..∕up.txt",
    unicodedata.normalize("NFD", "한글 이름.txt"): "한글 이름.txt",
    "é" * 125 + "x.txt": normalize("é" * 125 + "x.txt"),
    "-rf.txt": "-rf.txt",
    "%s%n{0}.txt": "%s%n{0}.txt",
    "$(touch pwned).txt": "$(touch pwned).txt",
    "<b>[bold red]x.txt": "<b>[bold red]x.txt",
    "\u202egnp.txt": "\u202egnp.txt",
    " .txt": " .txt",
}


def test_odd_names_are_kept(library: Library, folder: Path) -> None:
    for name in ODD_NAMES:
        assert len(os.fsencode(name)) <= 255
        (folder / name).write_text(f"The text of {ODD_NAMES[name]!r}.")
    (Path(os.fsdecode(b"docs/bytes \xff\xfe.txt"))).write_text("The text of bytes.")
    report = sync(library, [folder])
    assert counts(report) == (len(ODD_NAMES) + 1, 0, 0, 0, 0)
    assert set(stored(library)) == {f"docs/{shown}" for shown in ODD_NAMES.values()} | {"docs/bytes \ufffd\ufffd.txt"}
    for name, shown in ODD_NAMES.items():
        assert library.find(f"docs/{name}") == library.find(f"docs/{shown}") == library.find(shown)
    assert counts(sync(library, [folder])) == (0, 0, len(ODD_NAMES) + 1, 0, 0)
    check_whole(library)
    assert not Path("pwned").exists()


def test_what_is_not_a_file_is_left_out(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The text.")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "circle").symlink_to(".", target_is_directory=True)
    (folder / "broken").symlink_to("nowhere")
    (folder / "linked.txt").symlink_to("a.txt")
    (folder / ".hidden.txt").write_text("hidden")
    (folder / "~$lock.docx").write_text("lock")
    (folder / "library").mkdir()
    (folder / "library/library.sqlite").write_bytes(b"")
    (folder / "library/originals.txt").write_text("another library's")
    report = sync(library, [folder])
    assert set(stored(library)) == {"docs/a.txt", "docs/linked.txt"}
    assert all("permission" not in failure.reason for failure in report.failed), "a loop is no question of permission"
    assert library.counts().documents == 1


def test_a_pipe_or_a_missing_path_that_was_named(library: Library, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for path, words in (
        (folder / "pipe", "neither a file nor a folder"),
        (folder / "none", "There is no file or folder"),
    ):
        with pytest.raises(PathError, match=words):
            sync(library, [path])
    (folder / "loop").symlink_to("loop")
    with pytest.raises(PathError, match="symbolic links"):
        sync(library, [folder / "loop"])
    with pytest.raises(PathError, match="File name too long"):
        sync(library, [folder / ("x" * 300)])


def test_a_folder_that_became_a_library_is_not_forgotten(library: Library, folder: Path) -> None:
    """Somebody puts a library.sqlite into the folder of documents: nothing may be removed for that."""
    (folder / "a.txt").write_text("The text.")
    sync(library, [folder])
    (folder / "library.sqlite").write_bytes(b"")
    with contextlib.suppress(PathError):
        sync(library, [folder])
    assert library.counts().documents == 1


# -- everything at random -------------------------------------------------------------------------------------------------

NAMES = ["a.txt", "b.txt", "c.md", "sub/a.txt", "sub/d.txt", "sub/deep/e.txt", "다.txt"]
SUBJECTS = "dog school verse river brush paper tiger moon salt king road letter".split()
names = st.sampled_from(NAMES)
contents = st.one_of(
    st.tuples(st.sampled_from(SUBJECTS), st.integers(1, 3)).map(lambda c: f"The {c[0]} number {c[1]} reads. " * c[1]),
    st.sampled_from(["", "\x00\x00", "\x89PNG\r\n\x1a\n" + "\0" * 40]),  # cannot be read
)


class FilesAndLibrary(RuleBasedStateMachine):
    """``texts`` is what the library must hold: by path, the last content of the file that could be read when it was
    looked at, of every file that was there at the last run."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="seodang-states-"))
        self.docs = self.place / "docs"
        self.docs.mkdir()
        self.library = Library.open(self.place / "library", create=True, embedder=HashEmbedder())
        self.texts: dict[str, str] = {}
        self.synced = True

    def file(self, name: str) -> Path:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @rule(name=names, content=contents)
    def write(self, name: str, content: str) -> None:
        self.file(name).write_bytes(content.encode("latin-1" if content.startswith("\x89") else "utf-8"))
        self.synced = False

    @rule(source=names, name=names, copy=st.booleans())
    def move_or_copy(self, source: str, name: str, copy: bool) -> None:
        if source == name or not self.file(source).exists():
            return
        if copy:
            shutil.copy(self.file(source), self.file(name))
        else:
            self.file(source).rename(self.file(name))
        self.synced = False

    @rule(name=names)
    def delete(self, name: str) -> None:
        self.file(name).unlink(missing_ok=True)
        self.synced = False

    @rule(name=names, other=names)
    def swap(self, name: str, other: str) -> None:
        if name != other and self.file(name).exists() and self.file(other).exists():
            self.file(name).rename(self.file("swap"))
            self.file(other).rename(self.file(name))
            self.file("swap").rename(self.file(other))
            self.synced = False

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def remove_from_the_library(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.texts)))
        gone = self.texts[name]
        self.library.remove(str(self.docs / name))
        # A document goes with all its paths; its files stay where they are and come back with the next run.
        self.texts = {path: text for path, text in self.texts.items() if text != gone}
        self.synced = False

    @rule()
    def open_again(self) -> None:
        self.library.close()
        self.library = Library.open(self.place / "library", embedder=HashEmbedder())

    @rule()
    def damage_the_cache(self) -> None:
        file = self.place / "library/vectors.faiss"
        if file.exists():
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(bytes(content))

    @rule()
    def sync(self) -> None:
        before, self.texts, failed = self.texts, {}, set()
        for path in sorted(self.docs.rglob("*")):
            if not path.is_file():
                continue
            name = str(path.relative_to(self.docs))
            content = path.read_bytes()
            if content.strip(b"\0") and not content.startswith(b"\x89"):
                self.texts[name] = content.decode().strip()
            else:
                failed.add(name)
                if name in before:
                    self.texts[name] = before[name]
        report = sync(self.library, [self.docs])
        assert {str(Path(failure.path).relative_to(self.docs)) for failure in report.failed} == failed
        assert report.removed <= len(before)
        assert (report.documents, report.chunks) == (self.library.counts().documents, self.library.counts().chunks)
        again = sync(self.library, [self.docs])
        assert (again.added, again.updated, again.removed) == (0, 0, 0)
        assert again.unchanged + len(again.failed) == len(set(self.texts) | failed)
        self.synced = True

    @rule(subject=st.sampled_from(SUBJECTS), mode=st.sampled_from(["lexical", "hybrid"]))
    def search(self, subject: str, mode: str) -> None:
        candidates = Searcher(self.library).candidates(f"the {subject}", 50, mode)  # type: ignore[arg-type]
        found = {hit.document for hit in passages(self.library, candidates, 1_000) if subject in hit.text}
        wanted = {text for text in self.texts.values() if subject in text}
        assert {self.library.document_text(path) for path in found} == wanted

    @invariant()
    def holds_what_it_should(self) -> None:
        prefix = len(str(self.docs)) + 1
        assert {path[prefix:]: text for path, text in stored(self.library).items()} == self.texts
        assert self.library.counts().documents == len(set(self.texts.values()))
        check_whole(self.library)

    def teardown(self) -> None:
        self.library.close()
        shutil.rmtree(self.place)


_MANY = int(os.environ.get("STATE_RUNS", "25"))
TestFilesAndLibrary = FilesAndLibrary.TestCase
TestFilesAndLibrary.settings = settings(
    max_examples=_MANY, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_scan_of_nothing_known_removes_nothing(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The text.")
    sync(library, [folder])
    sync_scan(library, Scan({}, (), ()))
    assert library.counts().documents == 1
