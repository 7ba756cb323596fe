"""A reply as HTML: the answer with its marks, its citations as links, and the passages they open.

A citation is a link to the highlighted quote inside a closed ``<details>``: the browser opens it by itself, with the
mouse or the keyboard, without a script and without a round trip to the server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot.reply import Claim, Reply, Support
from ui.inert import inert, name_of
from ui.turn import Passage, Turn
from ui.words import Words
from ui.words.reasons import in_language

_BLANK_LINES = re.compile(r"\n\s*\n")
_CITATION = re.compile(r" ?\[(\d{1,3})\]")


def question_html(question: str) -> str:
    """The user's question."""
    return f'<div class="sd-question" dir="auto">{inert(question)}</div>'


def partial_html(text: str) -> str:
    """An answer that is still being written."""
    return f'<div class="sd-answer sd-writing" dir="auto">{inert(text)}</div>'


def problem_html(sentence: str, words: Words) -> str:
    """An error as one sentence."""
    title = f"<strong>{inert(words.problem)}</strong>"
    return (
        f'<div class="sd-note sd-problem" role="alert">{title}<p>{inert(in_language(sentence, words.code))}</p></div>'
    )


def turn_html(turn: Turn, anchor: str, words: Words) -> str:
    """The answer of one turn. ``anchor`` is unique on the page and makes the targets of its citation links."""
    if turn.reply is None:
        return problem_html(turn.problem, words)
    reply = turn.reply
    passages = _passages_html(turn.passages, anchor, words.nearest if reply.refused else words.sources, words)
    if reply.refused:
        return (
            f'<div class="sd-note sd-refused" role="note" aria-label="{inert(words.refused)}">'
            f'<p dir="auto">{inert(reply.answer)}</p></div>{passages}'
        )
    body = f'<div class="sd-answer" dir="auto">{_answer_html(reply, anchor, words)}</div>'
    if reply.route == "conversation":
        return f'{body}<p class="sd-quiet sd-route">{inert(words.conversation)}</p>'
    return body + _legend_html(reply.claims, words) + passages


def _answer_html(reply: Reply, anchor: str, words: Words) -> str:
    """The answer's text, each claim in it marked by its support; text that is in no claim stays as it is."""
    pieces: list[str] = []
    known = frozenset(citation.n for citation in reply.citations)
    rest = reply.answer
    for claim in reply.claims:
        before, found, after = rest.partition(claim.text)
        if not found:
            continue
        pieces.append(_linked(before, known, anchor, words))
        inside = _linked(claim.text, known, anchor, words)
        if not _CITATION.search(claim.text) and not _CITATION.match(after):
            inside += "".join(_link(n, anchor, words) for n in claim.citations if n in known)
        pieces.append(_marked(inside, claim.support, words))
        rest = after
    pieces.append(_linked(rest, known, anchor, words))
    return "".join(pieces)


def _marked(inside: str, support: Support, words: Words) -> str:
    if support == "verified":
        return f"<span>{inside}</span>"
    label = inert(_support_word(support, words))
    return f'<span class="sd-{support}" title="{label}">{inside}<span class="sd-hidden"> ({label})</span></span>'


def _linked(text: str, known: frozenset[int], anchor: str, words: Words) -> str:
    """``text`` with each ``[n]`` of a known citation as a link; any other bracket is just text."""
    pieces: list[str] = []
    at = 0
    for match in _CITATION.finditer(text):
        if int(match[1]) in known:
            pieces += [inert(text[at : match.start()]), _link(int(match[1]), anchor, words)]
            at = match.end()
    return "".join([*pieces, inert(text[at:])])


def _link(n: int, anchor: str, words: Words) -> str:
    label = inert(words.source_of.format(n=n))
    return f'<a class="sd-cite" href="#{anchor}-{n}" aria-label="{label}" title="{label}">{n}</a>'


def _legend_html(claims: Sequence[Claim], words: Words) -> str:
    """What the marks mean; nothing when every claim is verified."""
    used: list[Support] = [
        support for support in ("partial", "unsupported") if any(claim.support == support for claim in claims)
    ]
    if not used:
        return ""
    items = "".join(f'<li><span class="sd-{s}">{inert(_support_word(s, words))}</span></li>' for s in used)
    return f'<div class="sd-legend"><span>{inert(words.legend)}</span><ul>{items}</ul></div>'


def _support_word(support: Support, words: Words) -> str:
    return {"verified": words.verified, "partial": words.partial, "unsupported": words.unsupported}[support]


def _passages_html(passages: Sequence[Passage], anchor: str, title: str, words: Words) -> str:
    if not passages:
        return ""
    items = "".join(_passage_html(passage, anchor, words) for passage in passages)
    return f'<section class="sd-sources" aria-label="{inert(title)}"><h2>{inert(title)}</h2>{items}</section>'


def _passage_html(passage: Passage, anchor: str, words: Words) -> str:
    citation = passage.citation
    place = [] if citation.page is None else [words.page.format(page=citation.page)]
    if citation.heading:
        place.append(citation.heading)
    summary = (
        f'<span class="sd-n">{citation.n}</span>'
        f'<span class="sd-where"><bdi class="sd-title">{inert(name_of(citation.title, citation.document))}</bdi>'
        f'<bdi class="sd-place">{inert(" · ".join(place))}</bdi>'
        f'<span class="sd-preview" dir="auto">{inert(" ".join(citation.quote.split()))}</span></span>'
    )
    quote = f'<mark id="{anchor}-{citation.n}" tabindex="-1">{inert(citation.quote)}</mark>'
    before = ("… " if passage.cut_before else "") + _context(passage.before)
    after = _context(passage.after) + (" …" if passage.cut_after else "")
    gone = "" if passage.found else f'<p class="sd-quiet">{inert(words.passage_gone)}</p>'
    return (
        f'<details class="sd-source"><summary>{summary}</summary>'
        f'<div class="sd-passage">{gone}<div class="sd-text" dir="auto">{before}{quote}{after}</div></div></details>'
    )


def _context(text: str) -> str:
    """Text around a quote, its blank lines as small gaps."""
    return '<span class="sd-gap"></span>'.join(inert(piece) for piece in _BLANK_LINES.split(text))
