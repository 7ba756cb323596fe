"""seodang doctor"""

from __future__ import annotations

from dataclasses import asdict

import typer

from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, library_folder, reported


@reported
def doctor(library: LibraryOption = None, json: JsonOption = False, debug: DebugOption = False) -> None:
    """Tell what this machine can do, and which open models suit it."""
    from ui.advice import advice_report
    from ui.examination import examine

    folder = library_folder(library)
    findings = examine(folder)
    advice = advice_report(folder)
    if json:
        emit({"findings": [asdict(finding) for finding in findings], "advice": advice.as_json()})
    else:
        marks = {"good": "ok  ", "note": "note", "bad": "BAD "}
        for finding in findings:
            echo(f"{marks[finding.state]}  {finding.what}: {finding.says}")
        echo()
        for line in advice.lines():
            echo(line)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
