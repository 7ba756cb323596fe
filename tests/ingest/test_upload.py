"""Files that came through the app: kept by content, replaced by name, never outside the library."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ingest.synchronization
from ingest import add_upload
from ingest.errors import LibraryReadOnly
from ingest.library import Library
from tests.examination import check_whole
from tests.fakes import DirectReader, HashEmbedder

ROOT = Path(__file__).resolve().parents[2]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(60)


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.synchronization, "IsolatedReader", DirectReader)


def listed(library: Library) -> dict[str, str]:
    return dict(library.rows("SELECT given, text FROM files JOIN documents ON documents.id = document_id"))


def originals(library: Library) -> dict[str, bytes]:
    folder = library.folder / "originals"
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_an_upload_is_a_document_and_a_copy(library: Library) -> None:
    report = add_upload(library, "이름.txt", b"The text.")
    assert (report.added, report.documents, report.failed) == (1, 1, ())
    assert listed(library) == {"이름.txt": "The text."}
    [(name, content)] = originals(library).items()
    assert content == b"The text." and name.startswith(hashlib.sha256(content).hexdigest()[:16])
    assert add_upload(library, "이름.txt", b"The text.").unchanged == 1
    library.remove("이름.txt")
    assert originals(library) == {} and library.counts().documents == 0
    check_whole(library)


def test_a_newer_upload_of_a_name_takes_its_place_once_it_was_read(library: Library) -> None:
    add_upload(library, "a.txt", b"The old text.")
    assert len(add_upload(library, "a.txt", b"").failed) == 1
    assert listed(library) == {"a.txt": "The old text."}
    assert [failure.path for failure in library.failures()] == ["a.txt"]
    add_upload(library, "a.txt", b"The new text.")
    assert listed(library) == {"a.txt": "The new text."}
    assert library.failures() == []
    assert list(originals(library).values()) == [b"The new text."]
    check_whole(library)


def test_one_content_under_two_names(library: Library) -> None:
    add_upload(library, "a.txt", b"The same text.")
    add_upload(library, "b.txt", b"The same text.")
    assert listed(library) == {"a.txt": "The same text.", "b.txt": "The same text."}
    assert library.counts().documents == 1
    add_upload(library, "a.txt", b"Another text.")
    assert listed(library) == {"a.txt": "Another text.", "b.txt": "The same text."}
    check_whole(library)


def test_what_cannot_be_read_is_not_kept(library: Library) -> None:
    for _ in range(2):
        [failure] = add_upload(library, "picture.png", PICTURE).failed
        assert failure.path == "picture.png" and "image" in failure.reason
        assert originals(library) == {}
    assert len(library.failures()) == 1


def test_a_read_only_library(library: Library) -> None:
    add_upload(library, "a.txt", b"The text.")
    with (
        Library.open(library.folder, embedder=HashEmbedder(), read_only=True) as reading,
        pytest.raises(LibraryReadOnly),
    ):
        add_upload(reading, "b.txt", b"Another.")
    assert len(originals(library)) == 1


HOSTILE = [
    "../../up.txt",
    "/etc/passwd",
    "..\\..\\windows.txt",
    "C:\\autoexec.bat",
    "..",
    ".",
    "",
    "/",
    "a/../../b.txt",
    "\x00nul.txt",
    "new\nline.txt",
    "x" * 5_000 + ".txt",
    "한" * 300 + ".txt",
    "\udcff\udcfe.txt",
    "\ud800.txt",
    "library.sqlite",
    "../vectors.faiss",
    "con.txt",
    "a.txt/",
    "~/x.txt",
    "$HOME.txt",
    "file.txt;.exe",
    "a." + "b" * 200,
    "\u202etxt.exe",
    "%2e%2e%2fx",
]

# An audit hook cannot be taken out again, so this runs in a process of its own.
WATCHED = """
import json, os, sys
from pathlib import Path
from ingest import add_upload
from ingest.library import Library
import ingest.synchronization
from tests.fakes import DirectReader, HashEmbedder
ingest.synchronization.IsolatedReader = DirectReader
library = Library.open(sys.argv[1], create=True, embedder=HashEmbedder())
add_upload(library, "first.txt", b"So that everything is loaded.")
inside, written, results = os.path.realpath(sys.argv[1]), [], []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
            written.append(os.fsdecode(arguments[0]))
    elif event in ("os.rename", "os.link", "os.symlink"):
        written.extend(map(os.fsdecode, arguments[:2]))
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate"):
        written.append(os.fsdecode(arguments[0]))
sys.addaudithook(watch)
for number, name in enumerate(json.loads(sys.stdin.read())):
    report = add_upload(library, name, f"The text of upload {number}.".encode())
    results.append([report.added, len(report.failed)])
outside = [path for path in written if not os.path.realpath(path).startswith(inside + os.sep)]
print(json.dumps({"outside": outside, "written": len(written), "results": results,
                  "listed": [record.path for record in library.documents()]}))
"""


def test_hostile_names_never_lead_outside(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path / "library")],
        input=json.dumps(HOSTILE),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["outside"] == []
    assert result["written"] >= len(HOSTILE)
    assert result["results"] == [[1, 0]] * len(HOSTILE) or {tuple(pair) for pair in result["results"]} <= {
        (1, 0),
        (0, 0),
    }
    for name in result["listed"]:
        assert len(name) <= 255 and "/" not in name and "\\" not in name and "\x00" not in name and name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library"]
    with Library.open(tmp_path / "library", embedder=HashEmbedder()) as library:
        check_whole(library)
        for path in (library.folder / "originals").iterdir():
            assert path.name[:64] == hashlib.sha256(path.read_bytes()).hexdigest() or len(path.name) < 120
