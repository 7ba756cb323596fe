"""The advice for one machine and one library, as `seodang doctor` gives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.errors import IngestError
from ui.advice.embedders import EMBEDDERS, RERANKERS
from ui.advice.fit import GIB, Advice, advise_models
from ui.advice.language_models import CHECKED
from ui.advice.memory import Memory, found_memory
from ui.advice.offline import offline_steps
from ui.advice.reembedding import Reembedding, estimate_reembedding, measured_token

# Models that are shown to a reader; JSON has all.
_SHOWN = 6


@dataclass(frozen=True)
class AdviceReport:
    """``models`` is empty where the memory could not be told, ``embedding`` where there is no library to measure for."""

    memory: Memory | None
    models: tuple[Advice, ...]
    embedding: tuple[Reembedding, ...]

    def as_json(self) -> dict[str, Any]:
        seconds = {one.embedder.name: one.seconds for one in self.embedding}
        return {
            "checked": CHECKED,
            "memory": asdict(self.memory) if self.memory else None,
            "models": [
                {**asdict(one.model), "download_gb": one.model.download_gb, "fit": one.fit, "slow": one.slow}
                | {"full_bytes": one.full_bytes, "four_bit_bytes": one.four_bit_bytes, "command": one.command}
                for one in self.models
            ],
            "embedders": [{**asdict(one), "reembedding_seconds": seconds.get(one.name)} for one in EMBEDDERS],
            "rerankers": [asdict(one) for one in RERANKERS],
        }

    def lines(self) -> Iterator[str]:
        """The report for a reader."""
        yield from self._model_lines()
        yield ""
        yield "Embedders that find Korean by meaning as well (the packaged one finds it by its words):"
        for embedder in EMBEDDERS:
            estimate = next((one for one in self.embedding if one.embedder == embedder), None)
            plain = f"{embedder.name}: {embedder.download:.2f} GB to download, licence {embedder.licence}"
            yield "  " + (estimate.says if estimate else plain) + (f"; {embedder.note}" if embedder.note else "")
        yield f"  use one: seodang ingest --embedder {EMBEDDERS[0].name} --re-embed"
        yield ""
        yield "Rerankers that read Korean (for programs of your own; Seodang orders passages without one):"
        for reranker in RERANKERS:
            yield f"  {reranker.name}: {reranker.download:.2f} GB to download, licence {reranker.licence}"

    def _model_lines(self) -> Iterator[str]:
        fitting = [one for one in self.models if one.fit != "none"]
        if self.memory is None:
            yield "How much memory this machine has could not be told, so no language model is named."
            return
        place = f"the GPU {self.memory.gpu}" if self.memory.gpu else "main memory, no GPU"
        size = f"{self.memory.size / GIB:.0f} GiB, {place}"
        if not fitting:
            yield f"No open language model of the table fits this machine ({size}); answers by quotation need none."
            return
        yield f"Open language models that fit this machine ({size}; public pages read {CHECKED}):"
        for one in fitting[:_SHOWN]:
            yield f"  {one.says}"
        rest = len(self.models) - len(fitting[:_SHOWN])
        yield f"  use one: {fitting[0].command}"
        yield f"  {rest} more, with their sources: seodang doctor --json"
        yield "On a machine without a network:"
        yield from (f"  {step}" for step in offline_steps(fitting[0].model.name))


def advice_report(folder: Path) -> AdviceReport:
    """For this machine and the library in ``folder``, which may be absent or unusable: then nothing is estimated."""
    memory = found_memory()
    models = advise_models(memory.size, memory.gpu is not None, memory.number_bytes) if memory else []
    return AdviceReport(memory, tuple(models), _embedding(folder))


def _embedding(folder: Path) -> tuple[Reembedding, ...]:
    from ingest import Library

    try:
        with Library.open(folder) as library:
            if library.counts().chunks == 0:
                return ()
            seconds = measured_token()
            return tuple(estimate_reembedding(library, embedder, seconds) for embedder in EMBEDDERS)
    except IngestError:
        return ()  # the examination says what is wrong with it
