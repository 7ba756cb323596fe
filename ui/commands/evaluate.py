"""seodang eval"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ui.commands.ask import ModelOption
from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, opened, reported


@reported
def evaluate(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.jsonl", readable=False, help='{"question","answer","document"}')
    ],
    model: ModelOption = "extractive",
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Measure retrieval, answers and refusals on your own questions."""
    from chatbot import Chatbot
    from chatbot.evaluation import EvaluationQuestion
    from chatbot.evaluation import evaluate as run
    from ui.batch import read_jsonl
    from ui.progress import LateProgress

    asked = [EvaluationQuestion.of(row) for row in read_jsonl(questions, "question")]
    with opened(library) as found, LateProgress("questions") as bar:
        result = run(Chatbot(found, model), asked, lambda done: bar.update(done, len(asked)))
    emit(result) if json else _show(result)


def _show(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("measure", "value", "95 % interval", "of")
    for name, share in result["shares"].items():
        interval = f"{share['low']:.3f} to {share['high']:.3f}"
        table.add_row(name, f"{share['value']:.3f}", interval, str(share["total"]))
    Console().print(table)
    latency = result["latency_ms"]
    if latency:
        echo(f"an answer takes {latency['p50']:.0f} ms (half of them), {latency['p95']:.0f} ms (19 of 20)")
    worst = [outcome for outcome in result["outcomes"] if not outcome["good"]][:10]
    for outcome in worst:
        said = "refused" if outcome["refused"] else " ".join(outcome["answer"].split())
        echo(f"not right: {outcome['question'][:100]}\n    {said[:160]}")
