"""A conversation as a file for people (Markdown) and for programs (JSON)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from chatbot.reply import Citation, Reply

EXPORT_FORMAT = "seodang-conversation-1"
_MARKED = re.compile(r"\[(\d{1,4})\](?!\()")
# What could begin markup, HTML, a link, a footnote or a formula in any of the common dialects.
_ALWAYS = str.maketrans(
    {character: f"\\{character}" for character in "\\`[]#|~$"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)
_EMPHASIS = str.maketrans({"*": "\\*", "_": "\\_"})
_LINE_START = re.compile(r"^(\s*)(?:([-+=:!]+)|(\d+)([.)]))", re.MULTILINE)
_RULE = re.compile(r"^\s*(?:\*[\s*]*|_[\s_]*|-[\s-]*|=+)\s*$", re.MULTILINE)
# Addresses that GitHub and others turn into links without any markup.
_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]{1,20}):(?=//)|\b(mailto|javascript|data|file|tel|xmpp|sms):")
_WWW = re.compile(r"(?i)\b(www)\.")
_AT = re.compile(r"(?<=\S)@(?=\S)")
# Invisible, and no letter of any address.
_BREAK = "<!-- -->"
_WORDS = {
    "ko": {
        "unsupported": "문서에서 확인되지 않은 문장",
        "partial": "일부만 확인된 문장",
        "page": "{}쪽",
        "program": "계산",
    },
    "en": {
        "unsupported": "Not confirmed by the documents",
        "partial": "Confirmed in part only",
        "page": "p. {}",
        "program": "Program",
    },
}


def as_json(identity: str, title: str, created_at: str, changed_at: str, replies: Sequence[Reply]) -> str:
    """One JSON object, UTF-8; ``turns`` are the answer objects."""
    content = {
        "format": EXPORT_FORMAT,
        "id": identity,
        "title": title,
        "created_at": created_at,
        "changed_at": changed_at,
        "turns": [reply.as_json() for reply in replies],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace").decode() + "\n"


def as_markdown(title: str, created_at: str, replies: Sequence[Reply]) -> str:
    """Markdown with a heading a question and footnotes numbered through the whole file."""
    parts = [f"# {_line(title) or '…'}", created_at]
    first = 1
    for reply in replies:
        numbers = {citation.n: first + index for index, citation in enumerate(reply.citations)}
        first += len(numbers)
        parts += _turn(reply, numbers)
    text = "\n\n".join(parts) + "\n"
    return text.encode("utf-8", "replace").decode()


def _turn(reply: Reply, numbers: dict[int, int]) -> list[str]:
    words = _WORDS["ko" if re.search("[가-힣]", reply.question) else "en"]
    parts = [f"## {_line(reply.question)}", _answer(reply.answer, numbers)]
    shown = set(map(int, _MARKED.findall(reply.answer)))
    missing = [numbers[citation.n] for citation in reply.citations if citation.n not in shown]
    if missing:
        parts.append(" ".join(f"[^{number}]" for number in missing))
    for support in ("partial", "unsupported"):
        claims = [claim for claim in reply.claims if claim.support == support]
        if claims:
            parts.append("\n".join([f"{words[support]}:", "", *(f"- {_line(claim.text)}" for claim in claims)]))
    if reply.program:
        source = str(reply.program.get("source", ""))
        value = _line(str(reply.program.get("value", "")))
        parts.append(f"{words['program']}: {value}\n\n{_code(source)}")
    notes = [f"[^{numbers[citation.n]}]: {_source(citation, words['page'])}" for citation in reply.citations]
    if notes:
        parts.append("\n".join(notes))
    return parts


def _source(citation: Citation, page: str) -> str:
    title = citation.title if citation.title != citation.document else ""
    where = [
        title,
        citation.document,
        page.format(citation.page) if citation.page is not None else "",
        citation.heading,
    ]
    return f"{', '.join(_line(part) for part in where if part)}: “{_line(citation.quote)}”"


def _answer(text: str, numbers: dict[int, int]) -> str:
    """The answer with its citations as footnotes; lists and emphasis that a model wrote stay."""
    parts: list[str] = []
    position = 0
    for mark in _MARKED.finditer(text):
        if int(mark.group(1)) in numbers:
            parts += [_escaped(text[position : mark.start()]), f"[^{numbers[int(mark.group(1))]}]"]
            position = mark.end()
    # Joined before lines are looked at: a piece between two marks begins no line.
    joined = "".join([*parts, _escaped(text[position:])])
    return _RULE.sub(lambda rule: "\\" + rule.group().lstrip(), "\n".join(line.strip() for line in joined.splitlines()))


def _line(text: str) -> str:
    """Any text as one line of plain words."""
    line = _escaped(" ".join(text.split())).translate(_EMPHASIS)
    return _LINE_START.sub(
        lambda m: m.group(1) + (f"\\{m.group(2)}" if m.group(2) else f"{m.group(3)}\\{m.group(4)}"), line
    )


def _escaped(text: str) -> str:
    text = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text).translate(_ALWAYS)
    text = _SCHEME.sub(lambda scheme: f"{scheme.group()[:-1]}{_BREAK}:", text)
    text = _WWW.sub(rf"\1{_BREAK}.", text)
    return _AT.sub(f"{_BREAK}@{_BREAK}", text)


def _code(source: str) -> str:
    """A fence longer than any run of backticks in the source."""
    longest = max((len(run) for run in re.findall("`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{source.rstrip()}\n{fence}"
