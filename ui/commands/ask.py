"""seodang ask, seodang chat"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ui.commands.conversations import FileOption, kept, named
from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, opened, reported, visible

if TYPE_CHECKING:
    from chatbot import Chatbot
    from chatbot.reply import Citation, Reply
    from ingest import Library

ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        envvar="SEODANG_MODEL",
        metavar="SPEC",
        help="extractive (quotes, no model needed), a hub name or folder, or http://host:port/v1#model.",
    ),
]
AdapterOption = Annotated[
    Path | None,
    typer.Option(
        "--adapter", envvar="SEODANG_ADAPTER", metavar="DIR", readable=False, help="A LoRA adapter on a local model."
    ),
]
FourBitOption = Annotated[
    bool,
    typer.Option("--load-in-4bit", envvar="SEODANG_LOAD_IN_4BIT", help="A local model in a quarter of its memory."),
]
GeneralOption = Annotated[
    bool,
    typer.Option(
        "--general", help="Let a language model answer from memory what the documents do not contain; marked so."
    ),
]


ProgramUse = Literal["auto", "always", "never"]
_SUPPORT = {"partial": "only partly confirmed by the documents", "unsupported": "not confirmed by the documents"}

ProgramOption = Annotated[
    ProgramUse,
    typer.Option("--program", help="Whether a language model may compute with a program, has to, or may not."),
]


@reported
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="In Korean or English.")] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="IN.jsonl", readable=False, help='Lines {"id","question"}.')
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", readable=False, help="One answer object a line.")
    ] = None,
    model: ModelOption = "extractive",
    adapter: AdapterOption = None,
    load_in_4bit: FourBitOption = False,
    general: GeneralOption = False,
    program: ProgramOption = "auto",
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Answer a question from the documents, with citations, or say that they do not contain it."""
    if (question is None) == (batch is None) or (batch is None) != (output is None):
        raise typer.BadParameter("give a QUESTION, or --batch IN.jsonl with --output OUT.jsonl.", param_hint="QUESTION")
    from ui.batch import read_jsonl, report_problems, run_batch

    rows = read_jsonl(batch, "question") if batch else []
    with opened(library) as found, answering(found, model, adapter, load_in_4bit, general, program) as chatbot:
        if question is not None:
            reply = chatbot.ask(question)
            emit(reply.as_json()) if json else _show(reply)
            return
        problems: list[str] = []
        assert output is not None
        run_batch(rows, output, lambda row: _answered(chatbot, row, problems), "questions")
    report_problems(problems, len(rows))


@reported
def chat(
    model: ModelOption = "extractive",
    adapter: AdapterOption = None,
    load_in_4bit: FourBitOption = False,
    general: GeneralOption = False,
    program: ProgramOption = "auto",
    resume: Annotated[
        str | None, typer.Option(metavar="ID", help='Go on with a conversation that was kept; "last" is the newest.')
    ] = None,
    conversations: FileOption = None,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Ask in a conversation, which is kept; Ctrl-C stops an answer, an empty line or Ctrl-D ends."""
    from chatbot.errors import ChatbotError
    from ingest.errors import IngestError

    with (
        opened(library) as found,
        kept(conversations) as store,
        answering(found, model, adapter, load_in_4bit, general, program) as chatbot,
    ):
        conversation = named(store, resume) if resume else None
        history = list(store.turns(conversation.id)) if conversation else []
        while question := _prompt():
            try:
                reply = _streamed(chatbot, question, history)
            except (IngestError, ChatbotError) as error:
                typer.echo(f"\nseodang: {error}", err=True)
                continue
            history.append(reply)
            conversation = conversation or store.create()
            store.add(conversation.id, reply)
            _sources(reply)


@contextmanager
def answering(
    library: Library,
    model: str,
    adapter: Path | None,
    load_in_4bit: bool,
    general: bool = False,
    program: ProgramUse = "auto",
) -> Iterator[Chatbot]:
    """A chatbot over ``library``, whose model is freed at the end."""
    from chatbot import Chatbot
    from chatbot.chatbot import ChatConfig

    chatbot = Chatbot(
        library, model, adapter=adapter, load_in_4bit=load_in_4bit, config=ChatConfig(general=general, program=program)
    )  # fmt: skip
    try:
        yield chatbot
    finally:
        chatbot.close()


def _streamed(chatbot: Chatbot, question: str, history: list[Reply]) -> Reply:
    """Shows the answer as it comes; Ctrl-C stops the model and keeps what was said."""
    from chatbot.reply import Reply

    cancel, shown = threading.Event(), ""
    before = signal.signal(signal.SIGINT, lambda *_: cancel.set())
    try:
        for piece in chatbot.stream(question, history, cancel=cancel):
            if isinstance(piece, Reply):
                if piece.answer.split() != shown.split():  # what was said found no support in the documents
                    typer.echo(f"\n{piece.answer}", nl=False)
                typer.echo()
                return piece
            shown += piece
            typer.echo(piece, nl=False)
    finally:
        signal.signal(signal.SIGINT, before)
    raise AssertionError("a stream ends with its reply")


def _prompt() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _answered(chatbot: Chatbot, row: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The answer object with the row's extra keys; a question that cannot be asked is refused with the reason."""
    from chatbot.errors import ContextExceeded, GenerationFailed
    from chatbot.reply import Reply
    from ingest.errors import QuestionError

    try:
        reply = chatbot.ask(row["question"])
    except (QuestionError, ContextExceeded, GenerationFailed) as error:
        problems.append(str(error))
        reason = "question" if isinstance(error, QuestionError) else "model"
        reply = Reply(row["question"], str(error), True, reason, "documents", chatbot.model)
    return {**row, **reply.as_json(), "id": row["id"]}


def _show(reply: Reply) -> None:
    echo(reply.answer)
    doubtful = [claim for claim in reply.claims if claim.support != "verified"]
    if doubtful:
        echo()
    for claim in doubtful:
        echo(f"{_SUPPORT[claim.support]}: {' '.join(claim.text.split())}")
    _sources(reply)


def _sources(reply: Reply) -> None:
    if reply.citations:
        echo()
    for citation in reply.citations:
        echo(f"[{citation.n}] {_place(citation)}")
        if reply.refused:
            echo("    " + " ".join(citation.quote.split()))


def _place(citation: Citation) -> str:
    page = f", p. {citation.page}" if citation.page else ""
    heading = f", {citation.heading}" if citation.heading else ""
    return f"{visible(citation.document)}{page}{heading}  [{citation.start}:{citation.end}]"
