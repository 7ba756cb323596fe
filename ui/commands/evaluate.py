"""seodang eval"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.ask import AdapterOption, FourBitOption, ModelOption, answering
from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, opened, reported

if TYPE_CHECKING:
    from rich.table import Table

    from chatbot.evaluation import Evaluation, Outcome


@reported
def evaluate(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.jsonl", readable=False, help='{"question","answer","document"}')
    ],
    model: ModelOption = "extractive",
    adapter: AdapterOption = None,
    load_in_4bit: FourBitOption = False,
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Measure retrieval, answers and refusals on your own questions."""
    from chatbot.evaluation import evaluate as run
    from chatbot.evaluation import read_questions
    from ui.progress import LateProgress

    asked = read_questions(questions)
    with (
        opened(library) as found,
        answering(found, model, adapter, load_in_4bit) as chatbot,
        LateProgress("questions") as bar,
    ):
        result = run(chatbot, asked, lambda done: bar.update(done, len(asked)))
    emit(result.as_json()) if json else _show(result)
    if result.failed:
        raise typer.Exit(1)


def _show(result: Evaluation) -> None:
    from rich.console import Console

    Console().print(_table(result))
    if result.latency_ms:
        echo(_speed("an answer takes", result.latency_ms))
    if result.first_token_ms:
        echo(_speed("its first token comes after", result.first_token_ms))
    for outcome in [outcome for outcome in result.outcomes if not outcome.good][:10]:
        echo(f"not right: {outcome.question[:100]}\n    {_said(outcome)[:160]}")


def _table(result: Evaluation) -> Table:
    from rich.table import Table

    table = Table("measure", "value", "95 % interval", "of")
    for name, share in result.shares.items():
        values = share.as_json()
        table.add_row(name, f"{values['value']:.3f}", f"{values['low']:.3f} to {values['high']:.3f}", str(share.total))
    for name, mean in result.means.items():
        interval = "" if mean.low is None else f"{mean.low:.3f} to {mean.high:.3f}"
        table.add_row(name, f"{mean.value:.3f}", interval, str(mean.total))
    return table


def _speed(what: str, times: dict[str, float]) -> str:
    return f"{what} {times['p50']:.0f} ms (half of them), {times['p95']:.0f} ms (19 of 20)"


def _said(outcome: Outcome) -> str:
    if outcome.error is not None:
        return outcome.error
    return "refused" if outcome.refused else " ".join(outcome.answer.split())
