"""What a sentence says, item by item: words, names, numbers and dates, with the part each plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chatbot.claims.dates import Date, dates
from chatbot.claims.quantity import Quantity, quantities

Kind = Literal["word", "name", "number", "date"]


@dataclass(frozen=True)
class Item:
    """``text[start:end]`` of its sentence.

    ``key``: stem or morpheme, lower case. ``whole``: the run of nouns that it is written together with. ``case``: the
    particle class (Korean) or preposition (English) that it stands with, "" for none; ``direct`` when nothing stands
    between the two. ``negated``: what is said of it is denied. ``predicate``: verb, adjective, or noun that is made one;
    ``modifier``: one in front of the noun that it describes; ``coordinate``: one that ends a clause (-고, -며, -지만).
    ``light``: too common to prove or disprove anything. ``hedge``: what changes the meaning of its sentence when it is
    left out (만약, 주장, only, alleged). ``aside``: stands in brackets. ``noun``: a Korean noun, which belongs to
    something.
    """

    start: int
    end: int
    kind: Kind
    key: str
    whole: str = ""
    case: str = ""
    direct: bool = True
    negated: bool = False
    predicate: bool = False
    light: bool = False
    hedge: bool = False
    modifier: bool = False
    coordinate: bool = False
    aside: bool = False
    noun: bool = False
    quantity: Quantity | None = None
    date: Date | None = None


@dataclass(frozen=True)
class Reading:
    """A sentence and its items in the order of the text."""

    text: str
    korean: bool
    items: tuple[Item, ...]


def measured(text: str) -> list[Item]:
    """Dates and numbers of a text as items, in order."""
    found = [Item(date.start, date.end, "date", "", date=date) for date in dates(text)]
    rest = list(text)
    for item in found:
        rest[item.start : item.end] = " " * (item.end - item.start)
    found += [Item(number.start, number.end, "number", "", quantity=number) for number in quantities("".join(rest))]
    return sorted(found, key=lambda item: item.start)
