"""What was used and what was not, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from finetune.data.row import SPLITS, LeftOut


def report(manifest: Mapping[str, Any], examples: Mapping[str, LeftOut]) -> str:
    """The report of a dataset, Markdown; ``examples`` has one record for each reason."""
    return "\n".join(_lines(manifest, examples)) + "\n"


def _lines(manifest: Mapping[str, Any], examples: Mapping[str, LeftOut]) -> Iterator[str]:
    yield from (f"# Dataset of {manifest['created']}", "", "| split | rows |", "| --- | ---: |")
    for split in SPLITS:
        yield f"| {split} | {manifest['splits'][split]['rows']:,} |"
    yield from ("", "| task | rows | metrics |", "| --- | ---: | --- |")
    for name, task in manifest["tasks"].items():
        yield f"| {name} | {task['rows']:,} | {', '.join(task['metrics'])} |"
    if manifest["labels"]:
        yield from ("", f"Classes: {', '.join(manifest['labels'])}")
    yield from ("", "## Sources", "")
    for source in manifest["sources"]:
        counts = ", ".join(f"{count:,} {name}" for name, count in source["counts"].items())
        yield f"- `{source['name']}` ({source['format']}, {source['task']}): {counts}"
        yield from (f"  - {count:,} {note}" for note, count in source["notes"].items())
    yield from _not_used(manifest, examples)


def _not_used(manifest: Mapping[str, Any], examples: Mapping[str, LeftOut]) -> Iterator[str]:
    left = manifest["left_out"]
    yield from ("", "## Not used", "")
    yield f"- {left['refused']:,} refused, each in left_out.jsonl with its file, line and reason"
    for reason, count in manifest["reasons"].items():
        one = examples[reason]
        place = f"{one.file}, line {one.line}" if one.line is not None else one.file
        yield f"  - {count:,} x {one.reason} (first: {place})"
    yield f"- {left['duplicate']:,} exact duplicates of an earlier row"
    yield f"- {left['leak']:,} nearly the same as a row that is held out"
    yield from ("", "## Worth knowing", "")
    near = manifest["settings"]["shares"]["near"]
    yield (
        f"- {manifest['near_duplicates']:,} rows ask nearly what an earlier row asks (trigrams alike by {near:g} or more); "
        "they are used, and never in another split than that row"
    )
    changed = sum(manifest["neutralised"].values())
    yield f"- control tokens were made harmless in {changed:,} texts"
