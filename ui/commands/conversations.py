"""seodang conversations"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.edge import DebugOption, JsonOption, echo, emit, fail, reported, visible

if TYPE_CHECKING:
    from chatbot.conversations.store import Conversation, Conversations

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--conversations",
        envvar="SEODANG_CONVERSATIONS",
        metavar="FILE",
        readable=False,
        help="The file of conversations; default: in your data folder.",
    ),
]
_Id = Annotated[str, typer.Argument(metavar="ID", help='As listed, or its beginning; "last" is the newest.')]

conversations = typer.Typer(
    help="Conversations that were kept: list, show, rename, delete, export.", no_args_is_help=True
)


@conversations.command("list")
@reported
def listed(
    search: Annotated[str, typer.Argument(metavar="[WORDS]", help="Only those that have all these words.")] = "",
    file: FileOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Conversations, newest first."""
    with kept(file) as found:
        for one in found.list(search):
            if json:
                emit({"id": one.id, "title": one.title, "turns": one.turns, "created_at": one.created_at,
                      "changed_at": one.changed_at})  # fmt: skip
            else:
                echo(f"{one.id[:8]}  {one.changed_at[:16].replace('T', ' ')}  {one.turns:>3}  {visible(one.title)}")


@conversations.command("show")
@reported
def show(id: _Id, file: FileOption = None, json: JsonOption = False, debug: DebugOption = False) -> None:
    """The turns of a conversation."""
    with kept(file) as found:
        for reply in found.turns(named(found, id).id):
            if json:
                emit(reply.as_json())
            else:
                echo(f"> {reply.question}\n\n{reply.answer}\n")


@conversations.command("rename")
@reported
def rename(
    id: _Id,
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    file: FileOption = None,
    debug: DebugOption = False,
) -> None:
    """Give a conversation another title."""
    with kept(file) as found:
        found.rename(named(found, id).id, title)


@conversations.command("delete")
@reported
def delete(id: _Id, file: FileOption = None, debug: DebugOption = False) -> None:
    """Remove a conversation with all its turns."""
    with kept(file) as found:
        found.delete(named(found, id).id)


@conversations.command("export")
@reported
def export(id: _Id, file: FileOption = None, json: JsonOption = False, debug: DebugOption = False) -> None:
    """A conversation as Markdown, or with --json as JSON, on standard output."""
    with kept(file) as found:
        one = named(found, id).id
        echo(found.export_json(one) if json else found.export_markdown(one))


@contextmanager
def kept(file: Path | None) -> Iterator[Conversations]:
    """The user's conversations, closed at the end."""
    from chatbot.conversations.store import Conversations
    from ui.config import default_conversations

    with Conversations.open(file.expanduser() if file is not None else default_conversations()) as found:
        yield found


def named(found: Conversations, id: str) -> Conversation:
    """The conversation whose id begins with ``id``, or the newest for "last"; else one sentence and exit status 1."""
    listed = found.list()
    if id == "last" and listed:
        return listed[0]
    fitting = [one for one in listed if id and one.id.startswith(id)]
    if len(fitting) == 1:
        return fitting[0]
    count = "more than one conversation" if fitting else "no conversation"
    fail(f"There is {count} whose id begins with {id!r}; see: seodang conversations list")
