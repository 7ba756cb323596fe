"""The chat page."""

from __future__ import annotations

import time
from collections.abc import Iterator

import streamlit as st

from chatbot.reply import Reply
from ui import problem
from ui.answer import partial_html, question_html, turn_html
from ui.language import current_words
from ui.program_panel import show_program
from ui.shared import Shared, examples, shared
from ui.turn import Turn, passages_of
from ui.words import Words

# Characters of a question that the input takes; the chatbot has its own, larger limit for other faces.
_LONGEST_QUESTION = 4_000
# Seconds between two pictures of an answer that is being written; faster only makes the browser work.
_REDRAW = 0.06


def main() -> None:
    """The conversation so far, the question that waits for its answer, and the input."""
    words = current_words()
    here = shared()
    turns: list[Turn] = st.session_state.setdefault("turns", [])
    empty = here.library.counts().documents == 0
    asked = st.chat_input(
        words.ask_placeholder, max_chars=_LONGEST_QUESTION, submit_mode="disable", disabled=empty, key="question"
    )
    if asked and asked.strip():
        st.session_state["asked"] = asked
    waiting: str | None = st.session_state.get("asked")
    if not turns and waiting is None:
        _nothing_to_read(words) if empty else _greeting(here, words)
        return
    _new_conversation(words)
    for index, turn in enumerate(turns):
        _show(turn, index, words)
    if waiting is not None:
        _answer(here, waiting, turns, words)


def _nothing_to_read(words: Words) -> None:
    with st.container(key="empty"):
        st.html(f'<div class="sd-hero"><h1>{words.empty_title}</h1><p>{words.empty_lead}</p></div>')
        st.page_link("screens/documents.py", label=words.to_documents, icon=":material/upload_file:")


def _greeting(here: Shared, words: Words) -> None:
    """What can be asked, with examples that are known to have an answer."""
    documents = here.library.documents()
    lead = words.greeting_lead.format(documents=f"{len(documents):,}")
    st.html(f'<div class="sd-hero"><h1>{words.greeting}</h1><p>{lead}</p></div>')
    questions = examples(here, tuple((document.id, document.title, document.added_at) for document in documents))
    if not questions:
        return
    with st.container(key="examples", gap="small"):
        st.html(f'<p class="sd-label">{words.examples}</p>')
        for index, question in enumerate(questions):
            st.button(
                question, key=f"example-{index}", on_click=_ask, args=(question,), icon=":material/arrow_outward:"
            )


def _ask(question: str) -> None:
    st.session_state["asked"] = question


def _new_conversation(words: Words) -> None:
    with st.container(key="conversation-bar", horizontal=True, horizontal_alignment="right"):
        st.button(
            words.new_conversation,
            icon=":material/add_comment:",
            type="tertiary",
            on_click=_forget,
            key="new-conversation",
        )


def _forget() -> None:
    st.session_state["turns"] = []
    st.session_state.pop("asked", None)


def _show(turn: Turn, index: int, words: Words) -> None:
    with st.chat_message(words.you, avatar="user"):
        st.html(question_html(turn.question))
    with st.chat_message(words.seodang, avatar="assistant"):
        st.html(turn_html(turn, f"source-{index}", words))
        _program(turn, f"source-{index}", words)


def _program(turn: Turn, anchor: str, words: Words) -> None:
    if turn.reply is not None and turn.reply.program is not None:
        show_program(turn.reply.program, anchor, words)


def _answer(here: Shared, question: str, turns: list[Turn], words: Words) -> None:
    """Answers the waiting question. It waits in the session's state until then: a rerun meanwhile starts it again."""
    with st.chat_message(words.you, avatar="user"):
        st.html(question_html(question))
    with st.chat_message(words.seodang, avatar="assistant"):
        place = st.empty()
        place.html(f'<div class="sd-searching" role="status">{words.searching}</div>')
        turn = _turn(here, question, turns, place)
        place.html(turn_html(turn, f"source-{len(turns)}", words))
        _program(turn, f"source-{len(turns)}", words)
    turns.append(turn)
    del st.session_state["asked"]


def _turn(here: Shared, question: str, turns: list[Turn], place: st.delta_generator.DeltaGenerator) -> Turn:
    try:
        history = [turn.reply for turn in turns if turn.reply is not None]
        reply = _write(here.chatbot.stream(question, history=history), place)
        return Turn(question, reply, passages_of(reply, here.library.document_text))
    except problem.WORDED as error:
        return Turn(question, problem=str(error))
    except Exception as error:  # the conversation goes on after an error of ours
        return Turn(question, problem=problem.unexpected(error))


def _write(stream: Iterator[str | Reply], place: st.delta_generator.DeltaGenerator) -> Reply:
    """Shows the answer as it is written; the stream ends with the reply."""
    text = ""
    drawn = 0.0
    for piece in stream:
        if isinstance(piece, Reply):
            return piece
        text += piece
        if time.monotonic() - drawn >= _REDRAW:
            place.html(partial_html(text))
            drawn = time.monotonic()
    raise RuntimeError("the stream ended without a reply")


main()
