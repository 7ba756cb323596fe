"""seodang ingest"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, fail, library_folder, reported, visible

if TYPE_CHECKING:
    from ingest import Library
    from ingest.synchronization import SyncReport


@reported
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Files and folders.", readable=False)
    ] = None,
    library: LibraryOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay and follow changes until Ctrl-C.")] = False,
    embedder: Annotated[
        str | None,
        typer.Option(
            envvar="SEODANG_EMBEDDER", metavar="NAME", help="Embedding model of a new library: hub name or folder."
        ),
    ] = None,
    re_embed: Annotated[bool, typer.Option("--re-embed", help="Embed the library again with --embedder.")] = False,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Add or update files and folders; unchanged files cost nothing; files gone from a folder are removed."""
    if not paths and not re_embed:
        raise typer.BadParameter("name at least one file or folder.", param_hint="PATH...")
    from ingest import Library
    from ingest.embedder import SentenceEmbedder
    from ingest.scan import scan

    scan(paths or [])  # a wrong path is told before a library is made
    chosen = SentenceEmbedder(embedder) if embedder else None
    with Library.open(library_folder(library), create=True, embedder=chosen) as opened:
        if chosen is not None and opened.embedder_identity != chosen.identity:
            if not re_embed:
                fail(
                    f"The library {opened.folder} is embedded by {opened.embedder_identity.name}, not by {embedder}; "
                    f"embed it again by adding --re-embed, or leave out --embedder."
                )
            opened.set_embedder(chosen)
        report = _sync(opened, paths or [], json)
        if watch:
            _watch(opened, paths or [], json)
        elif report.failed:
            raise typer.Exit(1)


def _sync(library: Library, paths: list[Path], json: bool, quiet: bool = False) -> SyncReport:
    """``quiet`` says nothing when nothing changed."""
    from ingest import sync
    from ui.progress import LateProgress

    with LateProgress("files") as bar:
        report = sync(library, paths, lambda at: bar.update(at.done, at.total or None, at.path, at.rate))
    if quiet and not (report.added or report.updated or report.removed):
        return report
    if json:
        emit(_as_json(report))
    else:
        _show(report)
    return report


def _watch(library: Library, paths: list[Path], json: bool) -> None:
    from watchfiles import watch

    typer.echo("Watching for changes; stop with Ctrl-C.", err=True)
    # watchfiles swallows Ctrl-C and ends the loop. Its first word comes when the watch has begun, with or without changes:
    # what happened between the first look and then is caught up with.
    begun = False
    own = str(library.folder)

    def outside(_: object, path: str) -> bool:
        return not path.startswith(own)  # a library inside a watched folder must not wake the watch by being written

    changes_seen = watch(*paths, watch_filter=outside, raise_interrupt=False, yield_on_timeout=True, rust_timeout=500)
    for changes in changes_seen:
        if changes or not begun:
            begun = True
            _sync(library, [path for path in paths if path.exists()], json, quiet=not changes)


def _as_json(report: SyncReport) -> dict[str, Any]:
    failed = [{"path": failure.path, "reason": failure.reason} for failure in report.failed]
    return {**report.__dict__, "failed": failed}


def _show(report: SyncReport) -> None:
    for failure in report.failed:
        typer.echo(f"not read: {visible(failure.path)}: {failure.reason}", err=True)
    echo(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.removed} removed, "
        f"{len(report.failed)} not read; the library has {report.documents} documents in {report.chunks} chunks "
        f"({report.seconds:.1f} s)"
    )
