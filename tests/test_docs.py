"""What README, README.ko and docs say is true: their commands run and print that, their paths and links exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.ko.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
# How many ```console blocks and commands each page has, so that a test that finds none does not pass.
CONSOLE = {"README.md": (6, 12)}
BINARIES = Path(sys.executable).parent

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<(?:img|a)\s[^>]*?(?:src|href)=\"([^\"]+)\"")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language, without their fences."""
    return [body for name, body in _BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Each command of a console block with the lines shown under it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            assert found, f"a console block begins with output: {line!r}"
            found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> str:
    """Matches these lines exactly; ``...`` alone stands for any lines, inside a line for any part of it."""
    parts = [
        r"(?:[^\n]*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.rstrip().split("..."))) + r"[ ]*\n"
        for line in lines
    ]
    return "".join(parts)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the samples, and an environment like a new user's without a network."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "examples" / "documents", folder / "examples" / "documents")
    shutil.copy(ROOT / "examples" / "questions.jsonl", folder / "examples")
    home = folder / "home"
    home.mkdir()
    environment = {
        "PATH": os.pathsep.join((str(BINARIES), os.environ.get("PATH", os.defpath))),
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "http_proxy": "http://127.0.0.1:9",  # nobody listens there: what goes out fails
        "https_proxy": "http://127.0.0.1:9",
    }
    return folder, environment


def run(command: list[str], desk: tuple[Path, dict[str, str]]) -> subprocess.CompletedProcess[str]:
    folder, environment = desk
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=240, check=False
    )


@pytest.mark.integration
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "README.ko.md"], ids=lambda page: page.name)
def test_the_commands_print_what_the_page_shows(page: Path, desk: tuple[Path, dict[str, str]]) -> None:
    # README.ko.md shows the same blocks, as the next test makes sure.
    found = [step for block in blocks(page, "console") for step in commands(block)]
    assert (len(blocks(page, "console")), len(found)) == CONSOLE.get(page.name, (0, 0))
    for command, shown in found:
        done = run(["bash", "-o", "pipefail", "-c", command], desk)
        printed = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        assert re.fullmatch(pattern(shown), printed if printed.endswith("\n") or not printed else printed + "\n"), (
            f"{page.name} shows for `{command}` (status {done.returncode}):\n"
            + "\n".join(shown)
            + f"\nbut it printed:\n{printed}\n{done.stderr}"
        )


def test_both_readmes_show_the_same() -> None:
    english, korean = ROOT / "README.md", ROOT / "README.ko.md"
    for language, count in {"console": CONSOLE["README.md"][0], "python": 1}.items():
        assert len(blocks(english, language)) == count
        assert blocks(english, language) == blocks(korean, language)
    headings = [
        [
            line.partition(" ")[0]
            for line in _BLOCK.sub("", page.read_text(encoding="utf-8")).splitlines()
            if line[:1] == "#"
        ]
        for page in (english, korean)
    ]
    assert len(headings[0]) >= 9
    assert headings[0] == headings[1]
    for page in (english, korean):
        text = page.read_text(encoding="utf-8")
        assert text.count("<!-- figures -->") == text.count("<!-- /figures -->") == 1


@pytest.mark.integration
def test_the_python_example_runs(desk: tuple[Path, dict[str, str]]) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    done = run([sys.executable, "-c", example + "    print(reply.refused, len(reply.citations))\n"], desk)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"(True|False) [1-3]\n", done.stdout)


def seodang_lines(page: Path) -> list[list[str]]:
    """The words of each seodang command in the shell blocks of a page."""
    lines = [line for block in blocks(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("seodang ")]


def test_commands_of_shell_blocks_exist_with_their_options() -> None:
    from typer.main import get_command

    from ui.command import app

    lines = [line for page in PAGES for line in seodang_lines(page)]
    assert len(lines) >= 30
    for line in lines:
        command: Any = get_command(app)
        for word in line[1:]:
            if word.startswith("-"):
                known = {
                    option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
                }
                assert word in known, f"{' '.join(line)}: there is no {word}"
            elif getattr(command, "commands", None):
                assert word in command.commands, f"{' '.join(line)}: there is no {word}"
                command = command.commands[word]


@pytest.mark.integration
@pytest.mark.parametrize("name", ["server.md", "server.ko.md"])
def test_the_server_answers_as_the_page_shows(name: str, desk: tuple[Path, dict[str, str]]) -> None:
    folder, environment = desk
    here = (folder, environment | {"no_proxy": "127.0.0.1"})
    run(["seodang", "ingest", "examples/documents"], desk)
    command = ["seodang", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8") as serving:
        try:
            assert serving.stdout is not None
            address = serving.stdout.readline().split()[-1].removesuffix("/v1")
            (example,) = blocks(ROOT / "docs" / name, "python")
            done = run([sys.executable, "-c", example.replace("http://127.0.0.1:8600", address)], here)
            assert done.returncode == 0, done.stderr
            assert re.search(r"^\S+ \d+ \d+$", done.stdout, re.MULTILINE), done.stdout
            readme = ROOT / ("README.ko.md" if ".ko" in name else "README.md")
            (curl,) = [block for block in blocks(readme, "sh") if "curl " in block]
            asked = "curl" + curl.split("curl", 1)[1].replace("http://127.0.0.1:8600", address)
            answered = run(["bash", "-c", asked], here)
            assert json.loads(answered.stdout)["seodang"]["citations"], answered.stderr
        finally:
            serving.terminate()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [first or second for first, second in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8")))]
    inside = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    missing = [target for target in inside if not (page.parent / target).exists()]
    assert not missing, f"{page.relative_to(ROOT)} links to {missing}"
    if page.name.startswith("README"):
        assert len(inside) >= 7


def test_paths_in_the_docs_exist() -> None:
    named = {
        path
        for page in PAGES
        for path in re.findall(
            r"`((?:ingest|chatbot|finetune|ui|tests|benchmarks|examples)/[\w/.-]+\.\w+)`", page.read_text("utf-8")
        )
    }
    assert len(named) >= 20
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_table_of_defaults_names_their_homes() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| `(\w+)` \| `([\w/.]+)` \|$", text, re.MULTILINE)
    assert len(rows) >= 10
    assert [(name, home) for name, home in rows if name not in (ROOT / home).read_text(encoding="utf-8")] == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`|cpu )make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"chat", "test"} <= named <= targets


def test_every_command_is_told_of() -> None:
    import typer.main

    from ui.command import app

    group = typer.main.get_command(app)
    names = set(group.commands)  # type: ignore[attr-defined]
    assert len(names) >= 8
    for page in (ROOT / "README.md", ROOT / "README.ko.md"):
        text = page.read_text(encoding="utf-8")
        assert [name for name in sorted(names) if f"seodang {name}" not in text] == []
        told = set(re.findall(r"(?:`|\$ |nowhere )seodang ([a-z]+)", text))
        assert told <= names
