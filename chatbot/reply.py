"""The answer object that every face carries (docs: the contract in design.md section 4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Support = Literal["verified", "partial", "unsupported"]
Route = Literal["documents", "program", "conversation"]


@dataclass(frozen=True)
class Citation:
    """``quote == text[start:end]`` of the document's normalized text; ``n`` is the number shown in the answer."""

    n: int
    document: str
    title: str
    page: int | None
    heading: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Claim:
    """One sentence of the answer, how far the documents support it, and the citations it points to."""

    text: str
    support: Support
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Reply:
    """What came of one question.

    When ``refused``, ``answer`` says so in the question's language, ``reason`` is a short code (``no_documents``,
    ``no_evidence``), ``claims`` is empty and ``citations`` are the nearest passages. ``timings_ms`` are wall
    milliseconds by stage. ``prompt_tokens`` and ``completion_tokens`` are those of the model's answer, None where there
    is no model or it does not tell; the answer object leaves them out.
    """

    question: str
    answer: str
    refused: bool
    reason: str | None
    route: Route
    model: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    program: dict[str, Any] | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    id: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer object, keys in the order of the contract."""
        values = asdict(self)
        order = ("id", "question", "answer", "refused", "reason", "route", "model", "claims", "citations", "program")
        return {key: values[key] for key in (*order, "timings_ms")}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Reply:
        """The reply of an answer object; keys that it does not know are left out.

        Raises KeyError or TypeError for an object that is none.
        """
        known = {key: values[key] for key in cls.__dataclass_fields__ if key in values}
        claims = tuple(Claim(c["text"], c["support"], tuple(c["citations"])) for c in values.get("claims", ()))
        citations = tuple(Citation(**citation) for citation in values.get("citations", ()))
        return cls(**{**known, "claims": claims, "citations": citations})
