"""The program of a computed answer: its source, its inputs with their places, what came out, and another try."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import streamlit as st

from ui.inert import inert
from ui.words import Words

# Characters of a program that may be edited, and of an input's value that are shown.
_LONGEST = 20_000
_SHOWN = 200


def show_program(program: dict[str, Any], anchor: str, words: Words) -> None:
    """An expander under the answer. ``program`` is that of the answer object; ``anchor`` makes the links to sources."""
    with st.expander(words.program, icon=":material/calculate:", key=f"program-{anchor}"):
        st.code(program["source"], language="python")
        st.html(
            _came_out(program["value"], program["stdout"], program["error"], words) + _inputs(program, anchor, words)
        )
        edited = st.text_area(
            words.program_edit, program["source"], max_chars=_LONGEST, height=180, key=f"program-source-{anchor}"
        )
        if st.button(words.program_run, icon=":material/play_arrow:", key=f"program-run-{anchor}"):
            st.html(_run_again(edited, program["inputs"], words))


def _run_again(source: str, inputs: list[dict[str, Any]], words: Words) -> str:
    from chatbot.errors import ChatbotError
    from chatbot.programs.sandbox import shared
    from chatbot.programs.variables import run_with

    try:
        result = run_with(shared(), source, {one["name"]: _value(one["value"]) for one in inputs})
    except ChatbotError as error:
        return _line(words.program_failed, str(error))
    spent = words.program_time.format(ms=f"{result.ms:,.1f}")
    return _came_out(result.value, result.stdout, result.error, words) + f'<p class="sd-quiet">{inert(spent)}</p>'


def _came_out(value: Any, stdout: str, error: str | None, words: Words) -> str:
    if error:
        return _line(words.program_failed, error)
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    printed = _line(words.program_printed, stdout) if stdout.strip() else ""
    return _line(words.program_value, shown) + printed


def _line(label: str, text: str) -> str:
    return f'<p class="sd-label">{inert(label)}</p><pre class="sd-output">{inert(text)}</pre>'


def _inputs(program: dict[str, Any], anchor: str, words: Words) -> str:
    if not program["inputs"]:
        return ""
    rows = "".join(_input_row(one, anchor, words) for one in program["inputs"])
    return f'<p class="sd-label">{inert(words.program_inputs)}</p><table class="sd-inputs">{rows}</table>'


def _input_row(one: dict[str, Any], anchor: str, words: Words) -> str:
    link = ""
    if one["citation"] is not None:
        label = inert(words.source_of.format(n=one["citation"]))
        link = f'<a class="sd-cite" href="#{anchor}-{one["citation"]}" aria-label="{label}">{one["citation"]}</a>'
    return f"<tr><th>{inert(one['name'])}</th><td>{inert(_short(one['value']))}</td><td>{link}</td></tr>"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"


def _value(value: Any) -> Any:
    """A date or time stands in the answer object as ISO text, in the rows of a table too."""
    if isinstance(value, list):
        return [{key: _value(one) for key, one in row.items()} for row in value]
    if not isinstance(value, str):
        return value
    for kind in (date, time):
        try:
            return kind.fromisoformat(value)
        except ValueError:
            continue
    return value
