"""Runs the command in forked processes and ends each at another moment: `python interruption.py KIND FOLDER [COUNT]`.

KIND is ``moments`` (SIGKILL from outside, by the clock, documents read in the real child process), ``kill`` (SIGKILL at
every write step in turn) or ``error`` (every write step in turn fails as on a full disk), the last two with the scenario
appended: ``kill-create``, ``kill-update``, ``kill-upload``. After each: the library is whole, what was acknowledged is
there, and running again completes. Prints one JSON object: what was done, and what was wrong.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[2])

import faiss  # noqa: E402

# All of it is imported before the forks, so that a fork costs milliseconds.
import numpy.testing  # noqa: E402, F401
import Stemmer  # noqa: E402, F401

import chatbot.retriever  # noqa: E402, F401
import ingest.synchronization  # noqa: E402
import ingest.vectors  # noqa: E402
from ingest import add_upload  # noqa: E402
from ingest.library import Library  # noqa: E402
from ingest.passages import passages  # noqa: E402
from ingest.search import Searcher  # noqa: E402
from tests.examination import check_whole  # noqa: E402
from tests.fakes import DirectReader, HashEmbedder  # noqa: E402
from tests.quick_command import use_hash_embedder  # noqa: E402
from ui.command import main  # noqa: E402

Texts = dict[str, str]


def text_of(number: int, version: int) -> str:
    """A document of a few chunks with a word that no other has."""
    word = f"{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}mark{'abc'[version]}"
    return "\n\n".join(
        f"{word} is paragraph {part} of it. " + "The dog reads one verse. " * 30 for part in range(3)
    ).strip()


class Scene:
    """Documents and a library: ``before`` is acknowledged when the run starts, ``after`` when it has ended."""

    def __init__(self, folder: Path, kept: int, new: int) -> None:
        self.docs, self.library, self.base = folder / "docs", folder / "library", folder / "base"
        self.docs.mkdir(parents=True)
        os.chdir(folder)
        self.before = {f"docs/{number}.txt": text_of(number, 0) for number in range(kept)}
        self.write(self.before)
        self.after = dict(self.before)
        if kept:
            self.run_quietly(self.ingest)
            shutil.copytree(self.library, self.base)
            self.after["docs/0.txt"] = text_of(0, 1)  # changed
            self.after["docs/moved.txt"] = self.after.pop("docs/1.txt")
            del self.after["docs/2.txt"]
            self.after["docs/copy.txt"] = self.after[f"docs/{kept - 1}.txt"]
        self.after |= {f"docs/{number}.txt": text_of(number, 0) for number in range(kept, kept + new)}

    def write(self, texts: Texts) -> None:
        for path in self.docs.iterdir():
            path.unlink()
        for path, text in texts.items():
            Path(path).write_text(text)

    def reset(self) -> None:
        """The state before the run: the old library, the new files."""
        shutil.rmtree(self.library, ignore_errors=True)
        if self.base.exists():
            shutil.copytree(self.base, self.library)

    def ingest(self) -> None:
        sys.argv = ["seodang", "ingest", "docs", "--library", "library", "--json"]
        main()

    def run_quietly(self, body: Callable[[], None], reader: Any = DirectReader) -> int:
        pid = fork(body, reader, -1, "errors.txt")
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def check(self, acknowledged: list[str], complete: bool) -> str:
        """What is wrong with the library now, looked at by a process of its own; empty where nothing is."""

        def look() -> None:
            started = time.perf_counter()
            try:
                library = Library.open(self.library, embedder=HashEmbedder())
            except Exception:
                if self.base.exists() or acknowledged or complete:
                    raise
                return  # killed before there was a library
            with library:
                library.counts()
                assert time.perf_counter() - started < 5, "slow to open"
                check_whole(library)
                rows = library.rows("SELECT given, text FROM files JOIN documents ON documents.id = document_id")
                self.compare(dict(rows), acknowledged, complete)
                self.ask(library, dict(rows))

        status = self.run_quietly(look)
        return "" if status == 0 else Path("errors.txt").read_text()[-3_000:]

    def compare(self, texts: Texts, acknowledged: list[str], complete: bool) -> None:
        if complete:
            assert texts == self.after
        for path, text in texts.items():
            assert text in (self.before.get(path), self.after.get(path)), f"{path} is half of something"
        for path in acknowledged:
            assert texts.get(path) == self.after.get(path), f"{path} was acknowledged"
        for path, text in self.before.items():
            assert path in texts or self.after.get(path) != text, f"{path} was lost"

    def ask(self, library: Library, texts: Texts) -> None:
        """Every document that is there answers, by its words and by its vector."""
        for path, text in texts.items():
            word = text.split()[0]
            for mode in ("lexical", "dense"):
                found = passages(library, Searcher(library).candidates(f"{word} is paragraph", 40, mode), 1_000)
                assert any(word in hit.text for hit in found), f"{path} does not answer ({mode})"


class UploadScene(Scene):
    """The same with files that come through the app; a new version of 0.txt, then a new file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 0, 0)
        self.before = {"0.txt": text_of(0, 0), "1.txt": text_of(1, 0)}
        self.after = {"0.txt": text_of(0, 1), "1.txt": text_of(1, 0), "2.txt": text_of(2, 0)}
        self.run_quietly(lambda: self.upload(self.before))
        shutil.copytree(self.library, self.base)

    def upload(self, texts: Texts) -> None:
        with Library.open(self.library, create=True, embedder=HashEmbedder()) as library:
            for name, text in texts.items():
                report = add_upload(library, name, text.encode())
                assert not report.failed
                acknowledge(os.fsencode(name))

    def ingest(self) -> None:
        try:
            self.upload(self.after)
        except ingest.synchronization.UnreadableDocument:
            raise
        except Exception as error:
            print(f"seodang: {error}", file=sys.stderr)
            os._exit(1)


_answers = -1


def acknowledge(path: bytes) -> None:
    """Tells the parent that a document is stored; a write to a pipe that the kill cannot take back."""
    if _answers >= 0:
        os.write(_answers, path + b"\n")


def fork(body: Callable[[], None], reader: Any, answers: int, errors: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        global _answers
        _answers = answers
        for descriptor, name in ((1, "output.txt"), (2, errors)):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        ingest.synchronization.IsolatedReader = reader
        body()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_to_its_end(body: Callable[[], None], reader: Any, seconds: float | None = None) -> tuple[int, list[str]]:
    """Status of a run, killed after ``seconds`` if it still runs, and the paths that it acknowledged."""
    receiving, sending = os.pipe()
    pid = fork(body, reader, sending, "run-errors.txt")
    os.close(sending)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(receiving, "rb") as pipe:
        told = pipe.read().split(b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, [os.fsdecode(path) for path in told if path]


def report_acknowledgements() -> None:
    """``store`` and ``link`` tell what they have done once it is done."""
    for name in ("store", "link"):
        original = getattr(Library, name)

        def told(self: Library, path: bytes, given: str, *rest: Any, _original: Any = original) -> Any:
            result = _original(self, path, given, *rest)
            if result is not False and not given.startswith("originals"):
                acknowledge(os.fsencode(given))
            return result

        setattr(Library, name, told)


# -- write steps ----------------------------------------------------------------------------------------------------------


class Steps:
    """Counts write steps; at number ``fatal`` the process is killed, or the step fails as on a full disk."""

    def __init__(self, fatal: int, error: bool) -> None:
        self.fatal, self.error, self.count = fatal, error, 0

    def take(self, failure: Exception, half: Callable[[], None] = lambda: None) -> None:
        self.count += 1
        if self.count == self.fatal:
            half()
            if self.error:
                raise failure
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        steps = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
                if not sql.lstrip().startswith(("SELECT", "PRAGMA", "CREATE VIRTUAL TABLE temp", "ROLLBACK")):
                    steps.take(sqlite3.OperationalError("database or disk is full"))
                return super().execute(sql, *rest)

            def executemany(self, *arguments: Any) -> sqlite3.Cursor:
                steps.take(sqlite3.OperationalError("database or disk is full"))
                return super().executemany(*arguments)

            def executescript(self, script: str) -> sqlite3.Cursor:
                steps.take(sqlite3.OperationalError("disk I/O error"))
                return super().executescript(script)

            def commit(self) -> None:
                steps.take(sqlite3.OperationalError("database or disk is full"))
                super().commit()

        connect = sqlite3.connect
        sqlite3.connect = lambda *a, **k: connect(*a, factory=Connection, **k)  # type: ignore[assignment]
        for name in ("replace", "rename", "fsync", "link", "mkdir", *(() if self.error else ("unlink",))):
            setattr(os, name, self.counted(getattr(os, name)))
        write = faiss.write_index

        def write_index(index: Any, path: str) -> None:
            def half() -> None:
                write(index, path)
                os.truncate(path, Path(path).stat().st_size // 2)

            self.take(RuntimeError("could not write: No space left on device"), half)
            write(index, path)

        ingest.vectors.faiss.write_index = write_index

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            self.take(OSError(errno.ENOSPC, "No space left on device"))
            return function(*arguments, **options)

        return step


def at_every_step(scene: Scene, error: bool) -> dict[str, Any]:
    problems: list[str] = []
    sentences: set[str] = set()
    steps = steps_of(scene, error)
    for fatal in range(1, steps + 1):
        scene.reset()

        def body(fatal: int = fatal) -> None:
            Steps(fatal, error).install()
            scene.ingest()

        status, acknowledged = run_to_its_end(body, DirectReader)
        told = Path("run-errors.txt").read_text()
        if error:
            one_line = told.count("\n") == 1 and told.startswith("seodang: ") and "unexpected" not in told
            if status not in (0, 1) or (status == 1 and not one_line):
                problems.append(f"step {fatal}: status {status}: {told[-1_500:]}")
            sentences.update(told.splitlines())
        elif status != -signal.SIGKILL:
            problems.append(f"step {fatal}: status {status}: {told[-1_500:]}")
        if wrong := scene.check(acknowledged, complete=status == 0):
            problems.append(f"step {fatal}, after the kill: {wrong}")
        again = scene.run_quietly(scene.ingest)
        if again or (wrong := scene.check([], complete=True)):
            problems.append(f"step {fatal}, after running again: status {again} {wrong}")
        if len(problems) > 3:
            break
    return {"steps": steps, "problems": problems, "sentences": sorted(sentences)}


def steps_of(scene: Scene, error: bool) -> int:
    """Write steps of an undisturbed run."""
    scene.reset()

    def body() -> None:
        steps = Steps(-1, error)
        steps.install()
        try:
            scene.ingest()
        finally:
            Path("steps.txt").write_text(str(steps.count))

    run_to_its_end(body, DirectReader)
    return int(Path("steps.txt").read_text())


def at_moments(scene: Scene, count: int) -> dict[str, Any]:
    """Kills by the clock, spread evenly over the time that a run takes; runs that had ended before do not count."""
    from ingest.isolation import IsolatedReader

    ingest.synchronization._BATCH_DOCUMENTS = 3  # several batches, so that a run writes from early on
    problems: list[str] = []
    scene.reset()
    started = time.perf_counter()
    run_to_its_end(scene.ingest, IsolatedReader)
    length = time.perf_counter() - started
    killed = tried = partly = 0
    while killed < count and tried < 3 * count and len(problems) < 3:
        scene.reset()
        moment = length * ((killed * 37) % count + 0.5) / count  # no order, so that a change of load spreads too
        status, acknowledged = run_to_its_end(scene.ingest, IsolatedReader, moment)
        tried += 1
        if status == -signal.SIGKILL:
            killed += 1
            partly += len(acknowledged) > 0
        else:
            length *= 0.97
        if wrong := scene.check(acknowledged, complete=status == 0):
            problems.append(f"after {moment:.3f} s: {wrong}")
        again = scene.run_quietly(scene.ingest)
        if again or (wrong := scene.check([], complete=True)):
            problems.append(f"after {moment:.3f} s, running again: status {again} {wrong}")
    return {"killed": killed, "tried": tried, "in_the_middle": partly, "problems": problems}


def warm_up(folder: Path) -> None:
    """Whatever the command imports when it is first used."""
    sys.argv = ["seodang", "docs", "list", "--library", str(folder / "none")]
    with open(os.devnull, "w") as nowhere, contextlib.suppress(SystemExit), contextlib.redirect_stderr(nowhere):
        main()


def run(kind: str, folder: Path, count: int) -> dict[str, Any]:
    use_hash_embedder()
    warm_up(folder)
    what, _, scenario = kind.partition("-")
    if what == "moments":
        scene = Scene(folder, 6, 12)
    else:
        scene = {
            "create": lambda: Scene(folder, 0, 2),
            "update": lambda: Scene(folder, 4, 2),
            "upload": lambda: UploadScene(folder),
        }[scenario]()
    if scenario != "upload":
        scene.write(scene.after)
        report_acknowledgements()
    return at_moments(scene, count) if what == "moments" else at_every_step(scene, what == "error")


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 100)))
