"""The reading process: fast, replaced when a file breaks it, without network, gone with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.errors import UnreadableDocument
from ingest.isolation import IsolatedReader, ReadLimits
from ingest.readers import read
from tests import documents

linux = pytest.mark.skipif(sys.platform != "linux", reason="memory and orphans are only limited on Linux")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    for _ in range(200):
        if not is_running(pid):
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} is still there")


def test_gives_the_same_document_as_reading_here(tmp_path: Path) -> None:
    paths = [documents.docx(tmp_path / "a"), documents.pdf(tmp_path / "b"), documents.xlsx(tmp_path / "c")]
    paths.append(
        documents.text(tmp_path / "\n가나 ../\udc80.txt".replace("/", "_"), "surrogates and newlines in names")
    )
    with IsolatedReader() as reader:
        for path in paths:
            assert reader.read(path) == read(path)


def test_a_child_is_kept_between_files_and_reasons_come_through(tmp_path: Path) -> None:
    path = documents.text(tmp_path / "a.txt", "text")
    with IsolatedReader() as reader:
        reader.read(path)
        first = reader.child_pid
        with pytest.raises(UnreadableDocument, match="no longer exists"):
            reader.read(tmp_path / "absent")
        reader.read(path)
        assert reader.child_pid == first
    assert first is not None
    assert not is_running(first)
    with pytest.raises(ValueError, match="closed"):
        reader.read(path)


def test_relative_paths_and_names_for_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents.text(tmp_path / "0af3", "# Heading\n\ntext")
    monkeypatch.chdir(tmp_path)
    with IsolatedReader() as reader:
        assert reader.read(Path("0af3"), "notes.md").format == "md"
        assert reader.read(Path("0af3")).format == "txt"


@linux
def test_a_child_that_died_between_files_is_replaced_in_silence(tmp_path: Path) -> None:
    path = documents.text(tmp_path / "a.txt", "text")
    with IsolatedReader() as reader:
        reader.read(path)
        pid = reader.child_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
        assert reader.read(path).text == "text"


def _slow(path: Path) -> Path:
    """A file that takes seconds to read: one sheet with very many rows."""
    row = "".join(f"<c><v>{number}</v></c>" for number in range(40))
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',  # noqa: E501
        "xl/workbook.xml": f'<workbook xmlns:r="{relation}"><sheets><sheet name="a" r:id="1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="1" Type="{relation}/worksheet" Target="s.xml"/></Relationships>',  # noqa: E501
        "xl/s.xml": f"<worksheet><sheetData>{f'<row>{row}</row>' * 50_000}</sheetData></worksheet>",
    }
    return documents.archive(path, dict(parts))


@linux
def test_a_crash_costs_one_child_and_one_file(tmp_path: Path) -> None:
    slow, path = _slow(tmp_path / "slow.xlsx"), documents.text(tmp_path / "a.txt", "text")
    with IsolatedReader(ReadLimits(zip_ratio=1e9)) as reader:
        reader.read(path)
        pid = reader.child_pid
        assert pid is not None
        killer = threading.Timer(0.3, os.kill, (pid, signal.SIGSEGV))
        killer.start()
        with pytest.raises(UnreadableDocument, match="SIGSEGV"):
            reader.read(slow)
        killer.join()
        assert reader.read(path).text == "text"
        assert reader.child_pid != pid


def test_time(tmp_path: Path) -> None:
    slow, path = _slow(tmp_path / "slow.xlsx"), documents.text(tmp_path / "a.txt", "text")
    with IsolatedReader(ReadLimits(seconds=0.5, zip_ratio=1e9)) as reader:
        reader.read(path)
        pid = reader.child_pid
        with pytest.raises(UnreadableDocument, match=r"longer than 0\.5 s"):
            reader.read(slow)
        assert pid is not None
        assert not is_running(pid)
        assert reader.read(path).text == "text"


@linux
def test_memory(tmp_path: Path) -> None:
    huge = documents.text(tmp_path / "huge.txt", "word " * 20_000_000)
    path = documents.text(tmp_path / "a.txt", "text")
    with IsolatedReader(ReadLimits(memory_bytes=128 << 20, text_bytes=200 << 20)) as reader:
        with pytest.raises(UnreadableDocument, match="128 MiB of memory"):
            reader.read(huge)
        assert reader.read(path).text == "text"


@linux
def test_leaves_no_orphan_when_the_parent_is_killed(tmp_path: Path) -> None:
    path = documents.text(tmp_path / "a.txt", "text")
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom ingest.isolation import IsolatedReader\n"
        f"reader = IsolatedReader()\nreader.read(Path({str(path)!r}))\nprint(reader.child_pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
        wait_until_gone(pid)


@linux
def test_a_reader_made_in_a_thread_outlives_the_thread(tmp_path: Path) -> None:
    path = documents.text(tmp_path / "a.txt", "text")
    with IsolatedReader() as reader:
        worker = threading.Thread(target=reader.read, args=(path,))
        worker.start()
        worker.join()
        pid = reader.child_pid
        time.sleep(0.1)
        assert reader.read(path).text == "text"
        assert reader.child_pid == pid


def test_many_threads_share_one_reader(tmp_path: Path) -> None:
    paths = [documents.text(tmp_path / f"{number}.txt", f"text {number}") for number in range(40)]
    found: dict[int, str] = {}
    with IsolatedReader() as reader:

        def work(first: int) -> None:
            for number in range(first, 40, 4):
                found[number] = reader.read(paths[number]).text

        threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: f"text {number}" for number in range(40)}


_CONFINED = """
import os, socket, subprocess, sys
from ingest.confinement import confine
confine(1 << 30, os.getppid())
def refused(action):
    try:
        action()
    except (PermissionError, OSError):
        return
    sys.exit(f"not refused: {action}")
refused(lambda: socket.socket())
refused(lambda: socket.getaddrinfo("localhost", 80))
refused(lambda: open("written", "w"))
refused(lambda: os.open("written", os.O_CREAT | os.O_WRONLY))
refused(lambda: subprocess.run(["true"]))
refused(lambda: os.system("true"))
refused(lambda: os.remove(__file__) if "__file__" in globals() else os.remove("x"))
refused(lambda: os.fork())
bytearray(500 << 20)
try:
    bytearray(1100 << 20)
except MemoryError:
    print("confined")
"""


@linux
def test_confinement(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == ("confined\n", 0), done.stderr
    assert list(tmp_path.iterdir()) == []


@linux
def test_the_child_sees_no_network(tmp_path: Path) -> None:
    """Where the system lets it, the child has a network namespace of its own."""
    with IsolatedReader() as reader:
        reader.read(documents.text(tmp_path / "a.txt", "text"))
        ours, its = Path("/proc/self/ns/net").readlink(), Path(f"/proc/{reader.child_pid}/ns/net").readlink()
    allowed = subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0
    assert (ours != its) or not allowed


def test_nothing_reaches_the_users_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Broken")
    with IsolatedReader() as reader, pytest.raises(UnreadableDocument):
        reader.read(tmp_path / "a.pdf")
    assert capfd.readouterr() == ("", "")
