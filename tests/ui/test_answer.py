"""A reply as HTML: marks, links, passages, and nothing of a document alive."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chatbot.reply import Citation, Claim, Reply
from ui.answer import partial_html, problem_html, question_html, turn_html
from ui.inert import inert, name_of
from ui.turn import CONTEXT, Passage, Turn, passages_of
from ui.upload_status import failures_html
from ui.words import words

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> ![p](http://evil.example/p.png) [l](javascript:alert(1)) "
    '$x^2$ :smile: :red[red] "><svg onload=alert(1)> </details></div> {answer} %s &lt;b&gt; \u202egpj.exe'
)
WORDS = words("en")


class Tags(HTMLParser):
    """Collects every element, attribute and piece of text that a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def citation(n: int = 1, **changes: object) -> Citation:
    plain = Citation(n, "a/b.pdf", "Guide", 3, "A > B", 10, 15, "quote")
    return replace(plain, **changes)  # type: ignore[arg-type]


def reply(**changes: object) -> Reply:
    plain = Reply(
        "q", "One. [1] Two. [2]", False, None, "documents", "m",
        (Claim("One.", "verified", (1,)), Claim("Two.", "partial", (2,))), (citation(1), citation(2)),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def drawn(given: Reply) -> Tags:
    turn = Turn("q", given, tuple(Passage(c, "before ", " after", True, True) for c in given.citations))
    return Tags(turn_html(turn, "source-0", WORDS))


def test_citations_link_to_the_marked_quotes() -> None:
    seen = drawn(reply())
    targets = {value for name, value in seen.attributes if name == "id"}
    links = [value for name, value in seen.attributes if name == "href"]
    assert links == ["#source-0-1", "#source-0-2"]
    assert {link.removeprefix("#") for link in links if link} <= targets
    assert seen.tags.count("mark") == seen.tags.count("details") == 2
    assert "page 3 · A > B" in seen.text
    assert "… before quote after …" in seen.text


def test_only_numbers_of_citations_become_links() -> None:
    seen = drawn(reply(answer="a[0] = b[7], see [1] and [12].", claims=()))
    assert [value for name, value in seen.attributes if name == "href"] == ["#source-0-1"]
    assert "a[0] = b[7], see1 and [12]." in seen.text


def test_claims_without_numbers_in_the_text_get_their_links() -> None:
    seen = drawn(reply(answer="One. Two."))
    assert [value for name, value in seen.attributes if name == "href"] == ["#source-0-1", "#source-0-2"]


def test_the_legend_names_the_marks_that_are_there() -> None:
    claims = (Claim("One.", "verified", (1,)), Claim("Two.", "unsupported", ()))
    unsupported = turn_html(Turn("q", reply(claims=claims)), "x", WORDS)
    assert WORDS.unsupported in unsupported and WORDS.partial not in unsupported
    verified = turn_html(Turn("q", reply(claims=claims[:1])), "x", WORDS)
    assert WORDS.legend not in verified


def test_text_outside_the_claims_is_kept() -> None:
    assert (
        "Before. One.1 between Two. (found only in part)2 after."
        in drawn(reply(answer="Before. One. [1] between Two. [2] after.")).text
    )


def test_a_refusal_shows_the_nearest_passages() -> None:
    seen = drawn(reply(refused=True, answer="Not there.", claims=()))
    assert WORDS.nearest in seen.text and WORDS.sources not in seen.text
    assert "a" not in seen.tags and seen.tags.count("details") == 2


def test_a_problem_is_one_sentence() -> None:
    assert Tags(turn_html(Turn("q", problem="It is full."), "x", WORDS)).text == f"{WORDS.problem}It is full."


@pytest.mark.parametrize("refused", [False, True])
def test_nothing_of_a_document_is_alive(refused: bool) -> None:
    cited = citation(document=HOSTILE, title=HOSTILE, heading=HOSTILE, quote=HOSTILE)
    given = reply(answer=HOSTILE, claims=(Claim(HOSTILE, "unsupported", (1,)),), citations=(cited,), refused=refused)
    turn = Turn(HOSTILE, given, (Passage(cited, HOSTILE, HOSTILE),))
    pieces = [
        turn_html(turn, "s", WORDS),
        question_html(HOSTILE),
        partial_html(HOSTILE),
        problem_html(HOSTILE, WORDS),
        failures_html([(HOSTILE, HOSTILE)], WORDS),
    ]
    allowed = {"div", "p", "span", "a", "ul", "li", "section", "h2", "details", "summary", "bdi", "mark", "strong"}
    for piece in pieces:
        seen = Tags(piece)
        assert set(seen.tags) <= allowed
        assert all(not name.startswith("on") for name, _ in seen.attributes)
        assert all(value and value.startswith("#s-") for name, value in seen.attributes if name == "href")
        assert not {"src", "style", "srcset"} & {name for name, _ in seen.attributes}
        assert "\u202e" not in piece
        assert seen.tags.count("div") == piece.count("</div>")
    assert html.unescape(inert(HOSTILE)) == HOSTILE.replace("\u202e", "")


def test_names() -> None:
    assert name_of(" A  title\nin two ", "x.pdf") == "A title in two"
    assert name_of("", "/a/b\\c d.pdf") == "c d.pdf"
    assert name_of("", "/") == "/"


def test_context_is_cut_between_words_and_keeps_the_offsets() -> None:
    text = " ".join(f"word{n:04d}" for n in range(400))
    start = text.index("word0200")
    cited = citation(quote="word0200", start=start, end=start + 8)
    (passage,) = passages_of(reply(citations=(cited,)), lambda document: text)
    assert passage.found and passage.cut_before and passage.cut_after
    assert passage.before + cited.quote + passage.after in text
    assert re.fullmatch(r"(word\d{4} )+", passage.before) and re.fullmatch(r"( word\d{4})+", passage.after)
    assert CONTEXT - 9 <= len(passage.before) <= CONTEXT and CONTEXT - 9 <= len(passage.after) <= CONTEXT


@pytest.mark.parametrize("text", ["quote", "가" * 2000 + "quote" + "나" * 2000, "a quote", "quote b"])
def test_context_at_the_edges(text: str) -> None:
    start = text.index("quote")
    (passage,) = passages_of(reply(citations=(citation(start=start, end=start + 5),)), lambda document: text)
    assert f"{passage.before}quote{passage.after}" in text
    assert passage.cut_before == (start > CONTEXT) and passage.cut_after == (len(text) - start - 5 > CONTEXT)


def test_a_changed_document_shows_the_quote_alone() -> None:
    (passage,) = passages_of(reply(citations=(citation(),)), lambda document: "something else entirely here")
    assert not passage.found
    seen = Tags(turn_html(Turn("q", reply(), (passage,)), "x", WORDS))
    assert WORDS.passage_gone in seen.text and "quote" in seen.text
