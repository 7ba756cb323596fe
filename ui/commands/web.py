"""seodang ui"""

from __future__ import annotations

from typing import Annotated

import typer

from ui.commands.ask import AdapterOption, FourBitOption, ModelOption
from ui.edge import DebugOption, LibraryOption, library_folder, reported


@reported
def web(
    library: LibraryOption = None,
    host: Annotated[str, typer.Option(envvar="SEODANG_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="SEODANG_PORT", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8501,
    model: ModelOption = "extractive",
    adapter: AdapterOption = None,
    load_in_4bit: FourBitOption = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the app in the browser.")] = False,
    debug: DebugOption = False,
) -> None:
    """Start the app in the browser."""
    from ingest import Library
    from ui.answerer import Answerer
    from ui.launch import launch

    folder = library_folder(library)
    Library.open(folder, create=True).close()  # what is wrong with the library is told here, not in the browser
    raise typer.Exit(launch(folder, host, port, browser, Answerer(model, adapter, load_in_4bit)))
