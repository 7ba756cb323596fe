"""The documents page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import problem
from ui.document_list import show_documents
from ui.language import current_words
from ui.shared import Shared, shared
from ui.style import upload_words
from ui.upload_status import failures_html, overview_html, result_html
from ui.uploads import LARGEST_MB
from ui.words import Words

# Seconds between two looks at the progress.
_LOOK = 0.7


def main() -> None:
    """The upload, its progress, what failed, and the list."""
    words = current_words()
    here = shared()
    st.html(f'<div class="sd-heading"><h1>{words.documents_title}</h1><p>{words.documents_lead}</p></div>')
    _upload(here, words)
    active = here.uploads.overview().active
    st.fragment(run_every=_LOOK if active else None)(_status_shown)(here, words, active)
    show_documents(here.library, words)


def _upload(here: Shared, words: Words) -> None:
    """The drop zone. Files that arrived go to the queue and the zone is emptied for the next ones."""
    limit = words.upload_limit.format(size=LARGEST_MB)
    st.html(upload_words(words.upload_drop, words.upload_button, limit))
    round = st.session_state.setdefault("upload-round", 0)
    files = st.file_uploader(words.upload_label, accept_multiple_files=True, key=f"upload-{round}")
    if files:
        here.uploads.submit([(file.name, file.getvalue()) for file in files])
        st.session_state["upload-round"] = round + 1
        st.rerun()


def _status_shown(here: Shared, words: Words, was_active: bool) -> None:
    with problem.shown():
        _status(here, words, was_active)


def _status(here: Shared, words: Words, was_active: bool) -> None:
    """Progress while files are worked off, then what came of them; the end redraws the list below."""
    overview = here.uploads.overview()
    if overview.active:
        st.html(overview_html(overview, words))
        return
    if was_active:
        st.rerun()
    done = result_html(overview, words)
    failures = _failures(here)
    if not done and not failures:
        return
    with st.container(key="upload-result"):
        if done:
            st.html(done)
        if failures:
            st.html(failures_html(failures, words))
        st.button(
            words.dismiss, type="tertiary", icon=":material/close:", on_click=_dismiss, args=(here,), key="dismiss"
        )


def _dismiss(here: Shared) -> None:
    """Forgets the results. A file that still fails in a folder comes back with the next ``seodang ingest``."""
    here.uploads.clear()
    here.library.dismiss_failures()


def _failures(here: Shared) -> Sequence[tuple[str, str]]:
    """(name, reason) of the uploads that failed, then of the files of the last ``seodang ingest``, each once."""
    uploaded = [(upload.name, upload.reason) for upload in here.uploads.overview().uploads if upload.state == "failed"]
    last_run = [(failure.path, failure.reason) for failure in here.library.failures()]
    return list(dict.fromkeys([*uploaded, *last_run]))


main()
