"""A Korean sentence to items, by Kiwi's morphemes: particles tell the part that a noun plays, endings what is denied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.claims import korean_words as words
from chatbot.claims.item import Item, Reading, measured
from ingest.analyzer import load_kiwi


@dataclass
class _Reader:
    """Walks over the morphemes; ``chunk`` holds the nouns that wait for their particle."""

    items: list[Item] = field(default_factory=list)
    chunk: list[int] = field(default_factory=list)
    deny_next: bool = False
    saved: list[list[int]] = field(default_factory=list)
    either: list[int] = field(default_factory=list)
    cased: bool = False

    def add(self, item: Item) -> None:
        if self.cased:
            self.chunk, self.cased = [], False
        self.items.append(replace(item, aside=bool(self.saved)))

    def open_bracket(self) -> None:
        """What stands in brackets does not part a noun from its particle."""
        self.saved.append([] if self.cased else self.chunk)
        self.chunk, self.cased = [], False

    def close_bracket(self) -> None:
        if self.saved:
            self.chunk, self.cased = self.saved.pop(), False

    def change(self, index: int, **values: Any) -> None:
        self.items[index] = replace(self.items[index], **values)

    def noun(self, item: Item) -> None:
        self.add(replace(item, noun=True))
        self.chunk.append(len(self.items) - 1)

    def predicate(self, item: Item) -> None:
        self.add(replace(item, predicate=True, negated=self.deny_next))
        self.chunk, self.deny_next = [], False

    def make_predicate(self, **values: Any) -> None:
        """The last noun becomes a predicate (지명+하)."""
        index = self.last()
        if index is not None:
            denied = self.deny_next or self.items[index].negated
            self.change(index, predicate=True, negated=denied, **values)
        self.chunk, self.deny_next = [], False

    def last(self) -> int | None:
        """The last item, of those outside brackets when no bracket is open."""
        inside = bool(self.saved)
        return next((n for n in range(len(self.items) - 1, -1, -1) if inside or not self.items[n].aside), None)

    def case(self, name: str) -> None:
        if self.cased:
            return
        for place, index in enumerate(self.chunk):
            self.change(index, case=name, direct=place == len(self.chunk) - 1)
        self.cased = True

    def deny(self) -> None:
        """The last predicate is denied (먹지 않다), or the last noun (학생이 아니다)."""
        for index in range(len(self.items) - 1, -1, -1):
            if self.items[index].aside and not self.saved:
                continue
            if self.items[index].predicate or not self.items[index].light:
                for denied in (index, *self.either):
                    self.change(denied, negated=not self.items[denied].negated)
                self.either = []
                return

    def join_either(self) -> None:
        """나오거나 잡히지 않다: what denies the second denies the first."""
        if self.items and self.items[-1].predicate:
            self.either.append(len(self.items) - 1)

    def hedge(self, start: int, end: int, key: str) -> None:
        self.add(Item(start, end, "word", key, light=True, hedge=True))


def read_korean(text: str) -> Reading:
    """The items of one Korean sentence."""
    reader = _Reader()
    morphemes = load_kiwi().tokenize(text)
    spans = [item for item in measured(text) if _is_number(text, item, morphemes)]
    runs = _noun_runs(text, morphemes)
    done: set[int] = set()
    odd = _odd_words(text, morphemes)
    for number, morpheme in enumerate(morphemes):
        inside = [n for n, item in enumerate(spans) if _stands_in(morpheme, item)]
        if inside:
            # "4/5" is one morpheme and two numbers.
            for n in inside:
                if n not in done:
                    done.add(n)
                    reader.noun(spans[n])
            continue
        if number in odd:
            if word := odd[number]:
                reader.noun(word)
            continue
        _read(reader, morpheme, runs[number])
        if morpheme.tag == "MAG" and morpheme.form == "못" and _is_auxiliary(morphemes, number):
            reader.deny_next = False
            reader.deny()
    return Reading(text, True, tuple(reader.items))


def _stands_in(morpheme: Any, item: Item) -> bool:
    if morpheme.tag == "W_SERIAL":
        return bool(item.start < morpheme.start + morpheme.len and morpheme.start < item.end)
    return bool(item.start <= morpheme.start < item.end)


def _is_number(text: str, item: Item, morphemes: list[Any]) -> bool:
    """Whether number words are such to the analyzer too: 한명숙 is a name, and 한 명절 may come from 하다."""
    if item.date is not None or not "가" <= text[item.start] <= "힣":
        return True
    first = next((m for m in morphemes if m.start <= item.start < m.start + max(m.len, 1)), None)
    return first is None or first.tag in words.NUMBERS


def _odd_words(text: str, morphemes: list[Any]) -> dict[int, Item | None]:
    """Names that the analyzer does not know and cuts into particles of words (이회성 -> 이+회+성): the word at its first
    morpheme, None at its others."""
    groups: dict[int, list[int]] = {}
    for number, morpheme in enumerate(morphemes):
        groups.setdefault(morpheme.word_position, []).append(number)
    odd: dict[int, Item | None] = {}
    for group in groups.values():
        light = [n for n in group if morphemes[n].tag in words.SCRAPS and morphemes[n].form != "들"]
        if len(light) < 2 or any(morphemes[n].tag in words.NOUNS | words.VERBS for n in group) or light[0] != group[0]:
            continue
        start, end = morphemes[light[0]].start, morphemes[light[-1]].start + morphemes[light[-1]].len
        odd |= dict.fromkeys(light)
        odd[light[0]] = Item(start, end, "name", text[start:end].lower(), text[start:end].lower())
    return odd


def _is_auxiliary(morphemes: list[Any], number: int) -> bool:
    """Whether 못 at this place is that of "먹지 못 하다", which the analyzer cuts in two at times."""
    before = number > 0 and morphemes[number - 1].form == "지" and morphemes[number - 1].tag == "EC"
    return before and number + 1 < len(morphemes) and morphemes[number + 1].form == "하"


def _noun_runs(text: str, morphemes: list[Any]) -> list[str]:
    """For each morpheme the nouns that are written together with it, as one string."""
    runs = [""] * len(morphemes)
    first = 0
    for number, morpheme in enumerate(morphemes):
        glued = number and morphemes[number - 1].start + morphemes[number - 1].len == morpheme.start
        if morpheme.tag not in words.NOUNS or not glued or morphemes[number - 1].tag not in words.NOUNS:
            first = number
        if morpheme.tag in words.NOUNS:
            whole = text[morphemes[first].start : morpheme.start + morpheme.len].lower()
            for index in range(first, number + 1):
                runs[index] = whole
    return runs


def _read(reader: _Reader, morpheme: Any, whole: str) -> None:
    tag, form = morpheme.tag, morpheme.form.lower()
    start, end = morpheme.start, morpheme.start + morpheme.len
    if tag in words.NOUNS:
        _read_noun(reader, Item(start, end, "name" if tag in words.NAMES else "word", form, whole))
    elif tag == "IC" and reader.items and reader.items[-1].date is not None and reader.items[-1].end == start:
        # The analyzer takes a particle behind "2017. 5. 19." for a word of its own.
        reader.case(form)
    elif tag in ("NNB", "NP", "MM", "IC", "XPN"):
        _read_bound(reader, Item(start, end, "word", form), tag)
    elif tag in words.VERBS:
        _read_verb(reader, Item(start, end, "word", form))
    elif tag in ("XSV", "XSA"):
        reader.make_predicate()
    elif tag in ("VX", "VCN", "VCP"):
        _read_auxiliary(reader, tag, form)
    else:
        _read_grammar(reader, tag, form, start, end)


def _read_bound(reader: _Reader, item: Item, tag: str) -> None:
    """Bound nouns, pronouns and determiners: mostly light, but the analyzer takes unknown names for them as well."""
    if item.key in words.HEDGES:
        reader.hedge(item.start, item.end, item.key)
    elif tag == "MM" or item.key in words.LIGHT_BOUND or (reader.items and reader.items[-1].kind == "number"):
        if reader.cased:
            reader.chunk, reader.cased = [], False
        if tag == "MM" and item.key not in words.LIGHT_DETERMINERS:
            reader.add(item)
    else:
        reader.noun(item)


def _read_noun(reader: _Reader, item: Item) -> None:
    light = item.key in words.LIGHT_NOUNS and item.kind != "name"
    reader.noun(replace(item, light=light, hedge=item.key in words.HEDGES))


def _read_verb(reader: _Reader, item: Item) -> None:
    if item.key == "없":
        # 없다 is compared with 있다: the same word, denied.
        reader.predicate(replace(item, key="있", light=True))
        reader.deny()
        return
    if item.key in words.DENYING and reader.items:
        reader.deny()
        return
    light = item.key in words.LIGHT_VERBS
    if item.key in words.PASSIVE and reader.items and not reader.cased and reader.chunk:
        # 침략 당하다, 지명수배 되다: the noun in front is what happens.
        reader.make_predicate()
        return
    reader.predicate(replace(item, light=light, hedge=item.key in words.HEDGES))


def _read_auxiliary(reader: _Reader, tag: str, form: str) -> None:
    if tag == "VX" and reader.items and reader.items[-1].coordinate:
        # 먹고 있다 is one predicate.
        reader.change(len(reader.items) - 1, coordinate=False)
    if tag == "VCP":
        # 이/VCP joins a noun to its ending: 학생이다, 학생인.
        if reader.items and not reader.cased:
            reader.case("copula")
            reader.make_predicate()
        return
    if tag == "VCN" or form in words.DENYING:
        if tag == "VCN":
            reader.make_predicate(case="copula")
        reader.deny()


def _read_grammar(reader: _Reader, tag: str, form: str, start: int, end: int) -> None:
    if tag == "MAG":
        _read_adverb(reader, form, start, end)
    elif tag.startswith("J"):
        _read_particle(reader, tag, form, start, end)
    elif tag == "ETM":
        if reader.items and reader.items[-1].predicate:
            reader.change(len(reader.items) - 1, modifier=True)
        reader.chunk = []
    elif tag == "EC":
        _read_ending(reader, form, start, end)
    elif form in ("(", "（", "["):
        reader.open_bracket()
    elif form in (")", "）", "]"):
        reader.close_bracket()
    elif tag == "SP":
        reader.chunk, reader.cased = [], False


def _read_particle(reader: _Reader, tag: str, form: str, start: int, end: int) -> None:
    if tag in words.PARTICLES:
        reader.case(words.PARTICLES[tag])
    elif tag == "JX":
        if form == "만":
            reader.hedge(start, end, "만")
        reader.case("topic" if form in ("은", "는", "ᆫ") else form)
    elif tag in ("JKB", "JC"):
        reader.case(words.SAME_PARTICLE.get(form, form))


def _read_ending(reader: _Reader, form: str, start: int, end: int) -> None:
    if form in words.COORDINATE and reader.items and reader.items[-1].predicate:
        reader.change(len(reader.items) - 1, coordinate=True)
    if form == "거나":
        reader.join_either()
    elif form in words.CONDITIONS and not (reader.items and reader.items[-1].key in words.QUOTING):
        reader.hedge(start, end, "면" if "면" in form else "려고")


def _read_adverb(reader: _Reader, form: str, start: int, end: int) -> None:
    if form in ("안", "못"):
        reader.deny_next = True
        return
    light = form in words.LIGHT_ADVERBS and form not in words.WEIGHTY_ADVERBS
    reader.add(Item(start, end, "word", form, light=light, hedge=form in words.HEDGES))
