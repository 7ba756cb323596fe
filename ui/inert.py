"""The only way for a document's text, a title, a file name or a question to reach the page: as characters.

Whatever a document says, it must not become markup, a link, a picture or a Streamlit directive. So such text is never
given to Markdown (``st.markdown``, widget labels, ``st.progress`` texts, tooltips); it is escaped here and shown with
``st.html``, which in addition is sanitized in the browser.
"""

from __future__ import annotations

import html
import re

# Embeddings, overrides and isolates let a name show "exe.pdf" for "fdp.exe"; the text around is isolated by style.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def inert(text: str) -> str:
    """``text`` as HTML that shows exactly its characters."""
    return html.escape(_BIDI_CONTROLS.sub("", text), quote=True)


def name_of(title: str, path: str) -> str:
    """What a document is called on the page: its title, or the last part of its path; one line, unescaped."""
    name = title.strip() or path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path
    return " ".join(name.split())
