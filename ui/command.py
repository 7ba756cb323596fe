"""The `seodang` command."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from ui.commands.ask import ask, chat
from ui.commands.conversations import conversations
from ui.commands.docs import docs
from ui.commands.doctor import doctor
from ui.commands.evaluate import evaluate
from ui.commands.finetune import finetune
from ui.commands.ingest import ingest
from ui.commands.program import program
from ui.commands.search import search
from ui.commands.serve import serve
from ui.commands.web import web

# No library may report to anyone or ask at the first run (docs/architecture.md).
for _name, _value in {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
    # OpenMP threads that spin while they wait make a busy machine 3 to 60 times slower.
    "OMP_WAIT_POLICY": "PASSIVE",
}.items():
    os.environ.setdefault(_name, _value)

# It tells at every import, also of an embedder, that it found no kernels to download.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)

app = typer.Typer(
    name="seodang",
    help="A chatbot that learns your documents. 문서를 배우는 챗봇.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ingest")(ingest)
app.add_typer(docs, name="docs")
app.command("search")(search)
app.command("ask")(ask)
app.command("chat")(chat)
app.add_typer(conversations, name="conversations")
app.add_typer(program, name="program")
app.command("ui")(web)
app.command("serve")(serve)
app.command("eval")(evaluate)
app.add_typer(finetune, name="finetune")
app.command("doctor")(doctor)


@app.callback(invoke_without_command=True)
def settings(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """A chatbot that learns your documents. 문서를 배우는 챗봇."""
    from ui.config import ConfigError, default_map, read_config
    from ui.edge import echo, fail

    if version:
        from importlib.metadata import version as installed

        echo(f"seodang {installed('seodang')}")
        raise typer.Exit
    try:
        context.default_map = default_map(read_config(), getattr(context.command, "commands", {}))
    except ConfigError as error:
        fail(str(error))


def main() -> None:
    """Entry point: text is UTF-8 whatever the locale says, so that Korean survives LANG=C."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()
