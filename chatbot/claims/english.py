"""A sentence in English (or another language with words) to items: capitals tell names, prepositions the part played."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chatbot.claims.irregular import BASE
from chatbot.claims.item import Item, Kind, Reading, measured
from ingest.analyzer import Analyzer

_WORD = re.compile(r"[^\W\d_]+(?:[-'’.](?=[^\W\d_])[^\W\d_]+)*|\w*\d\w*|[,;:()\"“”—–]")
_PREPOSITIONS = frozenset(
    "in on at of by from to into onto for with about as through within among between toward towards upon near across "
    "along around behind beside beyond via per".split()
)
# Prepositions and connectives that say when or whether: compared as words.
_SAYING = frozenset(
    "before after during without against despite except until since above below over under unlike".split()
)
_DENYING = frozenset("not never no neither nor cannot none nobody nothing without".split())
_HEDGES = frozenset(
    "may might could would should allegedly alleged reportedly supposedly supposed suspected claimed claims claim "
    "nearly almost hardly barely scarcely attempted attempt tried failed refused planned if unless only except rumored possibly "
    "perhaps probably believed proposed denied false falsely".split()
)
_LIGHT = frozenset(
    "a an the this that these those it its he she they them him her his their theirs we us our you your i me my who whom "
    "whose which what when where why how there here is are was were be been being am has have had having do does did "
    "doing done will shall can and or but so also then thus therefore however moreover furthermore additionally "
    "addition such very just too well even still both either one ones itself himself herself themselves etc e.g i.e "
    "while although though because whereas if than according document documents passage text mentioned stated states "
    "called known as named namely".split()
)
_COMPARED = frozenset("than because although though while".split())
_ARTICLES = frozenset("a an the his her its their our my your this that these those".split())
_JOINING = frozenset(["and", "or"])
_TITLES = frozenset("mr mrs ms dr prof sir lord".split())


@dataclass
class _Reader:
    items: list[Item] = field(default_factory=list)
    case: str = ""
    direct: bool = True
    deny: bool = False


class EnglishReader:
    """Reads sentences with the analyzer's stems, which are kept."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._stems: dict[str, str] = {}

    def read(self, text: str) -> Reading:
        """The items of one sentence."""
        reader = _Reader()
        spans = measured(text)
        done: set[int] = set()
        for match in _WORD.finditer(text):
            inside = next(
                (n for n, item in enumerate(spans) if item.start < match.end() and match.start() < item.end), None
            )
            if inside is None:
                self._word(reader, text, match)
            elif inside not in done:
                done.add(inside)
                self._add(reader, spans[inside])
        return Reading(text, False, tuple(reader.items))

    def stem(self, word: str) -> str:
        """The form under which a word is compared."""
        known = self._stems.get(word)
        if known is None:
            lower = re.sub(r"['’]s$|['’]$", "", word.lower())
            base = BASE.get(lower, lower)
            tokens = self._analyzer.tokens(base)
            known = self._stems[word] = "".join(tokens) or base
        return known

    def _word(self, reader: _Reader, text: str, match: re.Match[str]) -> None:
        word = match.group()
        lower = re.sub(r"(?<=\w)'(?:s|re|ve|ll|d|m)$", "", word.lower().replace("’", "'"))
        if lower.endswith("n't") or lower in _DENYING:
            reader.deny = not (lower == "not" and text[match.end() :].lstrip().lower().startswith("only"))
            if lower != "without":
                return
        if not word[0].isalnum():
            # "(or not)" denies nothing behind the bracket; "had, not, in the past, been" does.
            reader.case, reader.deny = "", reader.deny and word != ")"
            return
        if lower in _PREPOSITIONS:
            reader.case, reader.direct = lower, True
            return
        if lower in _LIGHT:
            self._function(reader, lower, match)
            return
        kind: Kind = "name" if self._is_name(text, match) else "word"
        for piece in self._pieces(match, kind):
            hedge = lower in _HEDGES
            self._add(reader, Item(*piece.span(), kind, self.stem(piece.group()), hedge=hedge, light=lower in _TITLES))

    def _pieces(self, match: re.Match[str], kind: str) -> list[re.Match[str]]:
        """Both words of a hyphenated one, which others write apart."""
        if "-" not in match.group():
            return [match]
        parts = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
        return list(parts.finditer(match.string, match.start(), match.end()))

    def _function(self, reader: _Reader, lower: str, match: re.Match[str]) -> None:
        if lower in _COMPARED:
            reader.items.append(Item(*match.span(), "word", lower, light=True))
        if lower in ("if",):
            reader.items.append(Item(*match.span(), "word", lower, light=True, hedge=True))
        if lower not in _ARTICLES and lower not in _JOINING:
            reader.case = ""

    def _add(self, reader: _Reader, item: Item) -> None:
        values = {"case": reader.case, "direct": reader.direct, "negated": reader.deny}
        reader.items.append(Item(**{**item.__dict__, **values}))
        reader.direct, reader.deny = False, False

    def _is_name(self, text: str, match: re.Match[str]) -> bool:
        """A capital in mid-sentence, several capitals, or a capital at the start with another capital behind it."""
        word = match.group()
        if any(character.isupper() or character.isdigit() for character in word[1:]):
            return True
        if not word[0].isupper():
            return False
        if re.search(r"[^\W_]", text[: match.start()]):
            return True
        return re.match(r"['’]?s?\s+(?:of\s+|de\s+)?[A-Z]", text[match.end() :]) is not None
