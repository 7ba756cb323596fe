"""seodang serve"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.ask import AdapterOption, FourBitOption, GeneralOption, ModelOption, ProgramOption, answering
from ui.edge import DebugOption, LibraryOption, opened, reported

if TYPE_CHECKING:
    import socket


@reported
def serve(
    host: Annotated[str, typer.Option(envvar="SEODANG_SERVER_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="SEODANG_SERVER_PORT", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8600,
    model: ModelOption = "extractive",
    adapter: AdapterOption = None,
    load_in_4bit: FourBitOption = False,
    general: GeneralOption = False,
    program: ProgramOption = "auto",
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="F",
            readable=False,
            help="A file that holds the API key; without it SEODANG_SERVER_KEY is read. "
            "Beyond this machine there always is a key: one is made and shown when none is given.",
        ),
    ] = None,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Serve the OpenAI API: chat completions, models, embeddings."""
    from ui.server.key import given_key
    from ui.server.running import listening_socket

    key = given_key(api_key_file)
    with listening_socket(host, port) as bound, opened(library) as found:
        key = key or _made_key(bound)
        with answering(found, model, adapter, load_in_4bit, general, program) as chatbot:
            from chatbot.retriever import Retriever
            from ui.server.application import Server
            from ui.server.limits import ServerLimits
            from ui.server.running import address, run

            Retriever(found).search("seodang", 1)  # loads what the first question would wait for
            limits = ServerLimits()
            server = Server(chatbot, lambda: found.embedder, found.embedder_identity.name, key, limits)
            url = address(bound, host)
            if not run(server, bound, limits, lambda: typer.echo(f"Seodang serves {chatbot.model} at {url}")):
                typer.echo("seodang: The model did not stop in time; the server ended without it.", err=True)
                os._exit(1)  # the interpreter would wait for the model's thread


def _made_key(bound: socket.socket) -> str | None:
    """A new key where others can reach the server."""
    from ui.server.key import new_key
    from ui.server.running import is_local

    if is_local(bound):
        return None
    key = new_key()
    typer.echo(f"API key, made for this run and shown only here: {key}", err=True)
    return key
