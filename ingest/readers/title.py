"""What may stand as the title of a document: a name for it, not its first paragraph."""

from __future__ import annotations

import re

_MAX_CHARS = 120
_SENTENCE = re.compile(r".*\w[.。][\"'”’)\]]*")


def metadata_title(text: str | None) -> str:
    """The title in a file's properties on one line; "" where a whole paragraph stands there."""
    title = " ".join((text or "").split())
    return title if len(title) <= _MAX_CHARS else ""


def text_title(text: str) -> str:
    """A heading of the text as title; "" where it is a paragraph or a sentence."""
    title = metadata_title(text)
    return "" if _SENTENCE.fullmatch(title) else title
