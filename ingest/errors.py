"""What can go wrong below the faces. Every message is one sentence for the user: what, where, what to do.

IngestError
├── UnreadableDocument      one file could not be read; the run goes on
├── LibraryError            the library cannot be opened or changed
│   ├── LibraryNotFound
│   ├── LibraryTooNew
│   └── LibraryReadOnly
├── EmbedderMismatch        the library was embedded by another model
├── EmbedderUnavailable     the embedding model that was named cannot be loaded
├── PathError               a path the user gave is absent or may not be read
└── QuestionError           an empty or oversized question
"""

from __future__ import annotations


class IngestError(Exception):
    """Base of every error that is shown to the user as its one sentence."""


class UnreadableDocument(IngestError):
    """One file could not be read; ``reason`` is a sentence in plain words without the path.

    ``lasting`` says that the reason lies in the content: the file is not tried again until it changes.
    """

    def __init__(self, reason: str, lasting: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting


class LibraryError(IngestError):
    """The library cannot be opened or changed."""


class LibraryNotFound(LibraryError):
    """There is no library at the path."""


class LibraryTooNew(LibraryError):
    """A newer Seodang wrote the library."""


class LibraryReadOnly(LibraryError):
    """The library may be read but not written, or its disk is full."""


class EmbedderMismatch(IngestError):
    """The library was embedded by another model than the one at hand."""


class EmbedderUnavailable(IngestError):
    """The embedding model that was named cannot be loaded."""


class PathError(IngestError):
    """A path that the user gave is absent or may not be read."""


class QuestionError(IngestError):
    """The question is empty or too long."""
