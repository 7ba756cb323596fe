"""The process in which files are read: started by ``ingest.isolation``, limited, and killed when a file breaks it.

It answers frames on the pipe that was its standard output. Everything that a library prints goes to standard error,
which the parent drops.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import IO, Any

from ingest.confinement import confine
from ingest.document import Document
from ingest.errors import UnreadableDocument
from ingest.frames import HEADER, packed, unpacked
from ingest.readers import read
from ingest.readers.limits import ReadLimits, size_text

_KINDS = {"heading": "h", "paragraph": "p", "row": "r"}


def main() -> None:
    """Reads requests until the parent closes the pipe. The first frame holds the limits and the parent's process id."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, prints to standard error
    requests = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    first = _received(requests)
    if first is None:
        return
    limits = ReadLimits(**first["limits"])
    confine(limits.memory_bytes, int(first["parent"]))
    _send(answers, {"ready": True})
    while (request := _received(requests)) is not None:
        _send(answers, _answer(request, limits, answers))


def _answer(request: dict[str, Any], limits: ReadLimits, answers: IO[bytes]) -> dict[str, Any]:
    def on_ocr_page() -> None:
        _send(answers, {"ocr": True})

    try:
        document = read(Path(request["path"]), request["name"], limits, on_ocr_page)
        return packed_document(document)
    except UnreadableDocument as error:
        return {"reason": error.reason, "lasting": error.lasting}
    except MemoryError:
        return {
            "reason": f"The file needs more than {size_text(limits.memory_bytes)} of memory to be read.",
            "leave": True,
        }
    except Exception as error:  # the last line of defence: a reader's library may raise anything at all
        import traceback

        traceback.print_exc()
        return {"reason": f"The file is damaged or of an unknown variety ({type(error).__name__} while it was read)."}


def packed_document(document: Document) -> dict[str, Any]:
    """A document as a message; ``document_of`` in ``ingest.isolation`` is its inverse."""
    return {
        "title": document.title,
        "format": document.format,
        "text": document.text,
        "pages": [dataclasses.astuple(page) for page in document.pages],
        "blocks": [
            (_KINDS[block.kind], block.start, block.end, block.level, block.header) for block in document.blocks
        ],
        "warnings": document.warnings,
    }


def _received(requests: IO[bytes]) -> dict[str, Any] | None:
    header = requests.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    return unpacked(requests.read(HEADER.unpack(header)[0]))


def _send(answers: IO[bytes], message: dict[str, Any]) -> None:
    answers.write(packed(message))
    answers.flush()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
