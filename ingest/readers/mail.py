"""Messages (EML): who, when and about what as a table of fields, then the text; attachments are named in a warning."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import Message

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.encoding import decode
from ingest.readers.html import add_html, html_text
from ingest.readers.source import Source
from ingest.readers.text import add_paragraphs

_FIELDS = ("From", "To", "Cc", "Date", "Subject")
_MAX_PARTS = 1_000
# Names that Korean and old mail programs use and Python does not know.
_CHARSETS = {
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "ks_c_5601": "cp949",
    "x-windows-949": "cp949",
    "gb2312": "gb18030",
}


def read(source: Source) -> Document:
    """The message's fields and its text; of alternatives the plain one, else the HTML one."""
    data = source.content()
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
    except (ValueError, IndexError, TypeError) as error:
        raise UnreadableDocument("The message is damaged; export it again from the mail program.") from error
    builder = source.builder("eml", _field(message, "Subject"))
    builder.add(builder.title, "heading", 1)
    for name in _FIELDS:
        value = _field(message, name)
        builder.add(f"{name}: {value}" if value else "", "row")
    before = builder.length
    _add_body(builder, message)
    if builder.length == before:
        builder.warnings.append("The message has no text of its own.")
    return builder.build()


def _field(message: Message, name: str) -> str:
    from email.header import decode_header

    value = message.get(name)
    if value is None:
        return ""
    try:
        pieces = decode_header(str(value))
    except (ValueError, UnicodeError, email.errors.HeaderParseError):
        return str(value)
    return " ".join("".join(_characters(piece, charset) for piece, charset in pieces).split())


def _characters(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        # Undeclared bytes in a header come as surrogates.
        piece = piece.encode("utf-8", "surrogateescape")
    if charset:
        try:
            return piece.decode(_CHARSETS.get(charset.lower(), charset), "replace")
        except LookupError:
            pass
    found = decode(piece)
    return found[0] if found else piece.decode("latin-1")


def _add_body(builder: DocumentBuilder, message: Message) -> None:
    attachments = []
    for part in _chosen_parts(message):
        name = part.get_filename()
        if name or part.get_content_maintype() not in ("text",):
            attachments.append(name or part.get_content_type())
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        if part.get_content_subtype() == "html":
            _add_html_part(builder, payload, part.get_content_charset())
        else:
            add_paragraphs(builder, _characters(payload, part.get_content_charset()))
    if attachments:
        names = ", ".join(str(name) for name in attachments[:20])
        builder.warnings.append(f"Attachments are not read ({names}); save them as files to add them.")


def _add_html_part(builder: DocumentBuilder, payload: bytes, charset: str | None) -> None:
    title = builder.title
    builder.title = title or " "  # a <title> in the body does not name the message
    add_html(builder, _characters(payload, charset) if charset else html_text(payload))
    builder.title = title


def _chosen_parts(message: Message) -> Iterator[Message]:
    """The leaves of the message in order; of alternatives only one."""
    stack: list[Message] = [message]
    count = 0
    while stack and count < _MAX_PARTS:
        part = stack.pop()
        count += 1
        inner = part.get_payload()
        if not isinstance(inner, list):
            yield part
        elif part.get_content_subtype() == "alternative" and inner:
            plain = [one for one in inner if isinstance(one, Message) and _has_plain_text(one)]
            stack.append(plain[0] if plain else inner[-1])  # type: ignore[arg-type]
        else:
            stack.extend(one for one in reversed(inner) if isinstance(one, Message))


def _has_plain_text(part: Message) -> bool:
    payload = part.get_payload(decode=True) if part.get_content_type() == "text/plain" else None
    return isinstance(payload, bytes) and bool(payload.strip())
