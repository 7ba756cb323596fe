"""Uploads as HTML: the progress, the result and the failures. File names and reasons are shown as characters only."""

from __future__ import annotations

from collections.abc import Sequence

from ui.inert import inert, name_of
from ui.uploads import Overview
from ui.words import Words
from ui.words.reasons import in_language


def overview_html(overview: Overview, words: Words) -> str:
    """The file at hand with its stage, the whole with rate and time left, and a bar that counts finished files."""
    current = overview.current
    total = len(overview.uploads)
    done = overview.count("added", "unchanged", "failed")
    part = (done + (current.part if current else 0.0)) / total
    facts = [words.progress_files.format(done=done, total=total)]
    if overview.rate is not None and overview.seconds_left is not None:
        facts.append(words.progress_rate.format(rate=f"{overview.rate:.1f}"))
        facts.append(words.progress_left.format(time=_duration(overview.seconds_left, words)))
    name = inert(name_of("", current.name)) if current else "&nbsp;"
    stage = inert(words.stages.get(current.stage, "")) if current else ""
    waiting = overview.count("waiting")
    queue = f"<p>{inert(words.waiting.format(count=waiting))}</p>" if waiting else ""
    return (
        f'<div class="sd-progress"><div class="sd-current"><bdi class="sd-title">{name}</bdi><span>{stage}</span></div>'
        f'<progress max="100" value="{100 * part:.0f}" aria-label="{inert(facts[0])}"></progress>'
        f"<p>{inert(' · '.join(facts))}</p>{queue}</div>"
    )


def result_html(overview: Overview, words: Words) -> str:
    """What was added; empty when nothing was."""
    lines = [
        text.format(count=count)
        for text, count in (
            (words.upload_done, overview.count("added")),
            (words.upload_unchanged, overview.count("unchanged")),
        )
        if count
    ]
    return f'<div class="sd-note sd-done" role="status"><p>{inert(" ".join(lines))}</p></div>' if lines else ""


def failures_html(failures: Sequence[tuple[str, str]], words: Words) -> str:
    """The files that could not be read, each with its reason."""
    items = "".join(
        f'<li><bdi class="sd-title">{inert(name_of("", path))}</bdi><span>{inert(in_language(reason, words.code))}</span></li>'
        for path, reason in failures
    )
    title = inert(words.failed_title.format(count=len(failures)))
    return (
        f'<div class="sd-note sd-failed" role="status"><strong>{title}</strong><ul>{items}</ul>'
        f"<p>{inert(words.failed_lead)}</p></div>"
    )


def _duration(seconds: float, words: Words) -> str:
    if seconds < 100:
        return words.seconds.format(seconds=max(1, round(seconds)))
    return words.minutes.format(minutes=round(seconds / 60))
