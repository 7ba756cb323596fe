"""`seodang finetune prepare`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.library import Library
from tests.fakes import HashEmbedder, put
from ui.commands.finetune import finetune

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: str | Path, status: int = 0) -> Result:
    done = CliRunner().invoke(finetune, ["prepare", *map(str, arguments)])
    assert done.exit_code == status, (done.output, done.stderr)
    return done


def one_json(done: Result) -> Any:
    [line] = done.stdout.splitlines()
    return json.loads(line)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.csv"
    file.write_text("Q,A,label\n" + "".join(f"{n}번 질문은 {n * n}인가요?,{n}번 답입니다.,0\n" for n in range(60)))
    return file


def test_a_table_of_pairs(pairs: Path, tmp_path: Path) -> None:
    told = one_json(run(pairs, "--output", tmp_path / "out", "--json"))
    assert told == {"output": str(tmp_path / "out"), **json.loads((tmp_path / "out/dataset.json").read_text())}
    assert {split: told["splits"][split]["rows"] for split in told["splits"]} == {"train": 36, "eval": 12, "test": 12}
    assert "36 rows for train" in run(pairs, "-o", tmp_path / "out", "--overwrite").stdout


def test_columns_classes_and_groups(tmp_path: Path) -> None:
    file = tmp_path / "reviews.tsv"
    file.write_text("id\tbody\tstars\n" + "".join(f"{n}\treview number {n} of {n * 37}\t{n % 2}\n" for n in range(60)))
    told = one_json(
        run(file, "-o", tmp_path / "out", "--task", "classify", "--column", "text=body", "--column", "label=stars",
            "--label", "0=bad", "--label", "1=good", "--language", "en", "--eval-share", "0.2", "--json")
    )  # fmt: skip
    assert told["labels"] == ["bad", "good"] and told["tasks"]["classify"]["metrics"] == ["accuracy", "macro_f1"]
    row = json.loads((tmp_path / "out/train.jsonl").read_text().splitlines()[0])
    assert row["prompt"][0]["content"].endswith("bad, good")


def test_a_library(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library", create=True, embedder=HashEmbedder())
    for n in range(12):
        put(
            library,
            f"{n}.txt",
            f"{n}호 도서관은 {1950 + n}년에 문을 열었다.\n\n{n}호 도서관에는 책 {3000 + 7 * n}권이 있다.",
        )
    told = one_json(
        run(
            "--from-library",
            library.folder,
            "-o",
            tmp_path / "out",
            "--program-share",
            "0",
            "--absent-share",
            "0.3",
            "--json",
        )
    )
    library.close()
    [source] = told["sources"]
    assert source["format"] == "library" and len(source["documents"]) == 12
    assert told["settings"]["library"]["absent"] == 0.3


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        ((), 2, "give files of rows"),
        (("nowhere.jsonl",), 1, "nowhere.jsonl is not there"),
        (("--from-library", "nowhere"), 1, "no library"),
        (("PAIRS", "--task", "sing"), 1, "no task 'sing'"),
        (("PAIRS", "--format", "xml"), 1, "no format 'xml'"),
        (("PAIRS", "--column", "colour=Q"), 1, "no field 'colour'"),
        (("PAIRS", "--column", "question"), 2, "NAME=VALUE"),
        (("PAIRS", "--eval-share", "2"), 1, "--eval-share"),
        (("--from-library", "x", "--task", "title"), 2, "qa or text"),
    ],
)
def test_wrong_usage(
    arguments: tuple[str, ...], status: int, expected: str, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [str(pairs) if one == "PAIRS" else one for one in arguments]
    done = run(*given, "-o", tmp_path / "out", status=status)
    assert expected in " ".join(done.stderr.replace("│", " ").split())
    assert status == 2 or len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_preparing_imports_no_torch(pairs: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom ui.commands.finetune import finetune\n"
        f"finetune(['prepare', {str(pairs)!r}, '-o', {str(tmp_path / 'out')!r}], standalone_mode=False)\n"
        "print(sorted(name for name in ('torch', 'transformers', 'datasets', 'trl') if name in sys.modules))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert (tmp_path / "out/dataset.json").is_file()
