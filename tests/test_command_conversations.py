"""`seodang chat` keeps its conversations; `seodang conversations` shows and changes them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import QUICK, json_lines, sentence, seodang

FILE = "talks.sqlite"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("talked") / "made"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs/school.txt").write_text("The village school opened in 1897. It has 42 pupils and one dog.\n")
    (folder / "docs/ko.txt").write_text("서당개는 삼 년이면 풍월을 읊는다. 글방은 경주에 있다.\n")
    seodang("ingest", "docs", "--library", "library", cwd=folder)
    chat(folder, "When did the village school open?\nHow many pupils does the school have?\n")
    chat(folder, "서당개는 삼 년이면 무엇을 읊습니까?\n")
    return folder


@pytest.fixture
def talked(made: Path, tmp_path: Path) -> Path:
    """A folder with a library and a file of two conversations, of two turns and of one."""
    return Path(shutil.copytree(made, tmp_path / "talked"))


def chat(folder: Path, said: str, *options: str) -> str:
    done = subprocess.run(
        [*QUICK, "chat", "--library", "library", "--conversations", FILE, *options],
        cwd=folder, input=said.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def conversations(folder: Path, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[bytes]:
    return seodang("conversations", *arguments, "--conversations", FILE, cwd=folder, status=status)


def printed(folder: Path, *arguments: str) -> str:
    return conversations(folder, *arguments).stdout.decode()


def test_what_was_said_is_kept(talked: Path) -> None:
    newest, oldest = json_lines(conversations(talked, "list", "--json"))
    assert (newest["turns"], oldest["turns"]) == (1, 2)
    assert "village school" in oldest["title"]
    shown = json_lines(conversations(talked, "show", oldest["id"][:8], "--json"))
    assert len(shown) == 2 and shown[0]["question"] == "When did the village school open?"
    assert [line["id"] for line in json_lines(conversations(talked, "list", "풍월", "--json"))] == [newest["id"]]


def test_a_conversation_goes_on(talked: Path) -> None:
    chat(talked, "글방은 어디에 있습니까?\n", "--resume", "last")
    assert [line["turns"] for line in json_lines(conversations(talked, "list", "--json"))] == [2, 2]


def test_rename_export_delete(talked: Path) -> None:
    conversations(talked, "rename", "last", "풍월")
    assert "풍월" in printed(talked, "list")
    assert "서당개는 삼 년이면" in printed(talked, "export", "last")
    assert json.loads(printed(talked, "export", "last", "--json"))["title"] == "풍월"
    conversations(talked, "delete", "last")
    assert len(printed(talked, "list").splitlines()) == 1


@pytest.mark.parametrize("arguments", [["show", "zzzz"], ["delete", ""], ["rename", "nothing", "x"], ["export", "zz"]])
def test_a_conversation_that_is_not_there_is_one_sentence(talked: Path, arguments: list[str]) -> None:
    assert "seodang conversations list" in sentence(conversations(talked, *arguments, status=1))
    assert len(printed(talked, "list").splitlines()) == 2


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, but long enough to be looked at as one. " * 20)
    assert "move it away" in sentence(conversations(tmp_path, "list", status=1))
