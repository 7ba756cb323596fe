"""Errors at the edge of the app: one sentence for the user, the details in the server's log under a number."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from chatbot.errors import ChatbotError
from ingest.errors import IngestError
from ui.answer import problem_html
from ui.language import current_words

# Errors whose text is a sentence for the user.
WORDED = (ChatbotError, IngestError)

_LOG = logging.getLogger("seodang.ui")


def unexpected(error: Exception) -> str:
    """The sentence for an error that nobody foresaw. Its text may quote documents: only its kind and place are logged."""
    number = secrets.token_hex(4)
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at is not None else "unknown"
    _LOG.error("%s: %s at %s", number, type(error).__name__, place)
    return current_words().unexpected.format(id=number)


def show(sentence: str) -> None:
    """Shows an error on the page."""
    st.html(problem_html(sentence, current_words()))


@contextmanager
def shown() -> Iterator[None]:
    """Shows what goes wrong inside as a sentence. Needed once around each piece that Streamlit runs by itself: the
    script, a fragment, a dialog. Streamlit's own signals to stop or rerun are not ``Exception`` and pass."""
    try:
        yield
    except WORDED as error:
        show(str(error))
    except Exception as error:
        show(unexpected(error))
