"""The language of the interface: the browser's, until the user chooses one."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.words import Language, Words, preferred, words

NAMES: dict[Language, str] = {"ko": "한국어", "en": "English"}
_KEY = "language"


def current() -> Language:
    """The language of this session; the server's own threads, which have no session, speak English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen: Language | None = st.session_state.get(_KEY)
    return chosen or preferred(st.context.locale)


def current_words() -> Words:
    """The words of this session."""
    return words(current())


def choose() -> None:
    """The switch. The choice stands in the address, so that a refreshed page or a bookmark keeps it."""
    if _KEY not in st.session_state and _KEY not in st.query_params:
        st.session_state[_KEY] = current()
    st.segmented_control(
        current_words().language,
        list(NAMES),
        format_func=NAMES.__getitem__,
        key=_KEY,
        required=True,
        bind="query-params",
        label_visibility="collapsed",
        width="stretch",
    )
