"""Text to sentences and lexical tokens: Korean by Kiwi's morphemes, other scripts by words, stems or bigrams."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

# Raise the number when tokens or sentence borders change: a library records it and is analyzed again.
IDENTITY = "seodang-analyzer-2"

# Content morphemes (Sejong tags): nouns, numerals, pronouns, verb and adjective stems, roots, adverbs, foreign words,
# Hanja, digits, and what Kiwi marks as web addresses. Particles and endings carry grammar, not content.
_CONTENT_TAGS = frozenset(
    ("NNG NNP NNB NR NP VV VV-R VV-I VA VA-R VA-I XR MAG SL SH SN W_URL W_EMAIL W_HASHTAG W_MENTION W_SERIAL").split()
)
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
# Scripts written without spaces: Han, kana, Thai, Lao, Khmer, Burmese. Bigrams find their words without a dictionary.
_UNSPACED = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f]+")

_ABBREVIATIONS = frozenset(
    (
        "mr mrs ms dr prof sr jr st mt vs etc e.g i.e cf no vol fig figs eq eqs al inc ltd co corp dept gen gov "
        "sen rep lt col capt sgt rev hon pres approx ca jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k "
        "a.m p.m"
    ).split()
)
_SENTENCE_END = re.compile(r"(?:[.!?]+[\"'”’)\]]*|[。！？]+[」』”’）]*)(?=\s|$)|\n\s*\n|(?<=[。！？])")


@dataclass(frozen=True)
class Sentence:
    """``text[start:end]`` of whatever was analyzed (offset by the caller), and its lexical tokens in order.

    ``heading`` is set for the text of a heading: it names what follows and answers nothing itself.
    """

    start: int
    end: int
    tokens: tuple[str, ...]
    heading: bool = False


def has_korean(text: str) -> bool:
    """Whether any Hangul stands in the text."""
    return _HANGUL.search(text) is not None


def hangul_share(text: str) -> float:
    """Share of Hangul among the letters, 0 to 1."""
    letters = sum(character.isalpha() for character in text)
    return len(_HANGUL.findall(text)) / letters if letters else 0.0


class Analyzer:
    """Kiwi is loaded (about 2 s) when the first Korean text comes, never for other languages."""

    identity = IDENTITY

    def tokens(self, text: str) -> list[str]:
        """Lexical tokens of a question or a text, in order, repeats kept."""
        if has_korean(text):
            return list(_korean_tokens(load_kiwi().tokenize(text)))
        return list(_other_tokens(text))

    def sentences(self, texts: Iterable[str]) -> Iterator[list[Sentence]]:
        """Sentences with their tokens for each text, in the order of the texts; no sentence crosses a line break pair."""
        for text in texts:
            yield self._korean_sentences(text) if has_korean(text) else self._other_sentences(text)

    def _korean_sentences(self, text: str) -> list[Sentence]:
        return [
            Sentence(sentence.start, sentence.end, tuple(_korean_tokens(sentence.tokens)))
            for sentence in load_kiwi().split_into_sents(text, return_tokens=True)
        ]

    def _other_sentences(self, text: str) -> list[Sentence]:
        return [Sentence(start, end, tuple(_other_tokens(text[start:end]))) for start, end in split_sentences(text)]


_loading = threading.Lock()


def load_kiwi() -> Kiwi:
    """The process's one Kiwi; safe to call from several threads."""
    with _loading:
        return _kiwi()


@functools.cache
def _kiwi() -> Kiwi:
    from kiwipiepy import Kiwi

    # One worker: texts come one at a time. Without the dictionary of multi-word names (195 MB, half of the start): the
    # words of a name find it as well, and memory is what users lack.
    return Kiwi(num_workers=1, load_multi_dict=False)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Sentence spans of a text in a language with Latin-style or CJK full stops; white space around is left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group().startswith(".") and _is_abbreviation(text, match.start(), match.end()):
            continue
        _append_span(spans, text, start, match.end())
        start = match.end()
    _append_span(spans, text, start, len(text))
    return spans


def _append_span(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _is_abbreviation(text: str, stop: int, after: int) -> bool:
    """Whether the full stop at ``stop`` belongs to an abbreviation or initial rather than ending a sentence."""
    word = re.search(r"[\w.]*$", text[max(0, stop - 12) : stop])
    before = word.group().lower() if word else ""
    following = text[after : after + 3].lstrip()
    if following[:1].islower():
        return True
    return before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha() and before != "i")


def _korean_tokens(morphemes: Iterable[Any]) -> Iterator[str]:
    for morpheme in morphemes:
        tag = morpheme.tag
        if tag not in _CONTENT_TAGS:
            continue
        form = morpheme.form
        # Addresses and serial numbers as in any other text: a question may name one without a word of Korean.
        if tag == "SL" or tag.startswith("W_"):
            yield from _other_tokens(form)
        elif tag == "SN":
            yield form.replace(",", "")
        else:
            yield form.lower()


def _other_tokens(text: str) -> Iterator[str]:
    position = 0
    for run in _UNSPACED.finditer(text):
        yield from _words(text[position : run.start()])
        yield from _bigrams(run.group())
        position = run.end()
    yield from _words(text[position:])


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        if word[0].isdigit():
            yield word.replace(",", "")
        else:
            yield _stem(word.lower().replace("’", "'"))


def _bigrams(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for index in range(len(run) - 1):
        yield run[index : index + 2]


@functools.lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
