"""seodang docs list|show|remove"""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, opened, reported, visible

docs = typer.Typer(help="The documents of a library: list, show, remove.", no_args_is_help=True)


@docs.command("list")
@reported
def list_documents(library: LibraryOption = None, json: JsonOption = False, debug: DebugOption = False) -> None:
    """List the documents."""
    with opened(library) as found:
        records = found.documents()
        if json:
            for record in records:
                emit(asdict(record))
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table("id", box=None)
        table.add_column("document", overflow="fold", ratio=3)
        table.add_column("title", overflow="fold", ratio=2)
        for name in ("format", "pages", "chunks", "added"):
            table.add_column(name, no_wrap=True)
        for record in records:
            cells = (record.id, visible(record.path), record.title, record.format, record.pages or "", record.chunks)
            table.add_row(*(Text(str(cell)) for cell in (*cells, record.added_at[:10])))
        Console().print(table)


@docs.command("show")
@reported
def show(
    document: Annotated[str, typer.Argument(metavar="DOC", help="Path, file name, title or id.")],
    text: Annotated[bool, typer.Option("--text", help="Print the normalized text that offsets index.")] = False,
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Show one document."""
    with opened(library) as found:
        if text:
            content = found.document_text(document)
            if json:
                emit({"document": document, "text": content})
            else:
                # Through the buffer: print would add a character that no offset counts.
                sys.stdout.buffer.write(content.encode())
                sys.stdout.buffer.flush()
            return
        document_id = found.find(document)
        record = next(record for record in found.documents() if record.id == document_id)
        if json:
            emit(asdict(record))
            return
        for key, value in asdict(record).items():
            if value not in (None, (), ""):
                shown = "; ".join(value) if isinstance(value, tuple) else value
                echo(f"{key}: {visible(str(shown))}")


@docs.command("remove")
@reported
def remove(
    documents: Annotated[list[str], typer.Argument(metavar="DOC...", help="Paths, file names, titles or ids.")],
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Remove documents from the library; the files they came from stay."""
    with opened(library) as found:
        ids = [found.find(document) for document in documents]  # all of them exist, or nothing is removed
        for document_id in ids:
            found.remove(document_id)
        emit({"removed": len(ids)}) if json else echo(f"{len(ids)} removed")
