"""A second opinion on what comparing items leaves open."""

from __future__ import annotations

from typing import Protocol

from chatbot.reply import Support

# An opinion moves a verdict by one step, and only when it is this certain.
CERTAIN = 0.9


class Judge(Protocol):
    """Tells whether a text follows from another."""

    def entails(self, premise: str, hypothesis: str) -> float:
        """The probability in [0, 1] that ``hypothesis`` is true where ``premise`` is."""
        ...


def revise(judge: Judge, premise: str, hypothesis: str, support: Support, contradicted: bool) -> Support:
    """Moves between ``partial`` and its neighbours. What a number, date, name or negation contradicts stays as it is."""
    if contradicted:
        return support
    probability = judge.entails(premise, hypothesis)
    if probability >= CERTAIN:
        return "partial" if support == "unsupported" else "verified"
    if probability <= 1 - CERTAIN:
        return "partial" if support == "verified" else "unsupported"
    return support
