"""The Streamlit app: the frame around the pages. Started by ``ui.launch``, which sets what the server may do."""

from __future__ import annotations

import streamlit as st

from ui import language, problem
from ui.inert import inert
from ui.shared import Shared, shared
from ui.style import SEAL, STYLE_SHEET, language_script, logo
from ui.words import Words


def main() -> None:
    """Draws the frame, then the page that was chosen."""
    words = language.current_words()
    st.set_page_config(page_title=words.app, page_icon=SEAL, layout="centered", initial_sidebar_state=272)
    st.html(STYLE_SHEET)
    st.html(language_script(language.current()), unsafe_allow_javascript=True)
    st.logo(logo(words.app), icon_image=SEAL, size="large")
    # Not in a folder "pages": Streamlit would run those files by themselves, without this frame.
    pages = [
        st.Page("screens/chat.py", title=words.page_chat, icon=":material/forum:", url_path="chat", default=True),
        st.Page(
            "screens/documents.py", title=words.page_documents, icon=":material/folder_open:", url_path="documents"
        ),
    ]
    page = st.navigation(pages)
    with problem.shown():
        _sidebar(shared(), words)
        page.run()


def _sidebar(shared: Shared, words: Words) -> None:
    counts = shared.library.counts()
    line = words.library_line.format(documents=f"{counts.documents:,}", chunks=f"{counts.chunks:,}")
    with st.sidebar:
        language.choose()
        st.html(
            f'<div class="sd-library"><p>{line if counts.documents else words.library_empty_line}</p>'
            f"{_model_line(shared, words)}<p>{_where_line(shared, words)}</p></div>"
        )


def _model_line(shared: Shared, words: Words) -> str:
    """Names the language model, where there is one."""
    model = shared.chatbot.model
    return "" if model == "extractive" else f"<p>{inert(words.model_line.format(model=model))}</p>"


def _where_line(shared: Shared, words: Words) -> str:
    host = shared.answerer.sends_to()
    return inert(words.sent_note.format(host=host)) if host else inert(words.local_note)


main()
