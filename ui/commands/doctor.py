"""seodang doctor"""

from __future__ import annotations

from dataclasses import asdict

import typer

from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, library_folder, reported


@reported
def doctor(library: LibraryOption = None, json: JsonOption = False, debug: DebugOption = False) -> None:
    """Tell what this machine can do."""
    from ui.examination import examine

    findings = examine(library_folder(library))
    if json:
        emit({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {"good": "ok  ", "note": "note", "bad": "BAD "}
        for finding in findings:
            echo(f"{marks[finding.state]}  {finding.what}: {finding.says}")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
