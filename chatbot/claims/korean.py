"""A Korean sentence to items, by Kiwi's morphemes: particles tell the part that a noun plays, endings what is denied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.claims.item import Item, Reading, measured
from ingest.analyzer import load_kiwi

_NAMES = frozenset(["NNP", "SL", "SH", "W_SERIAL", "W_URL", "W_EMAIL"])
_NOUNS = _NAMES | {"NNG", "XR", "NR", "SN"}
_VERBS = frozenset(["VV", "VA", "VV-R", "VV-I", "VA-R", "VA-I"])
_PARTICLES = {"JKS": "subject", "JKC": "complement", "JKO": "object", "JKG": "genitive"}
_SAME_PARTICLE = {"으로": "로", "와": "와", "과": "와", "이랑": "와", "랑": "와", "하고": "와", "께": "에게", "한테": "에게",
                  "로써": "로", "으로써": "로", "로서": "로서", "으로서": "로서", "이나": "나", "이며": "와",
                  "이고": "와"}  # fmt: skip
_SCRAPS = frozenset(["NNB", "NP", "XSN", "XPN", "MM", "IC"])
_LIGHT_NOUNS = frozenset(
    "것 수 때 등 점 중 경우 바 데 뿐 채 대로 따름 정도 이 그 저 우리 자신 자기 당시 현재 관련 대상 내용 사실 사람 인물 "
    "이름 날 해 연도 년도 곳 장소 이유 원인 결과 방법 무엇 누구 언제 어디 여기 거기 위 바로 문서 자료 본문 질문 답 답변 "
    "다음 통 따름 의 덕분 씨 분 명칭 숫자 날짜 시기".split()
)
_LIGHT_BOUND = _LIGHT_NOUNS | frozenset(
    "그녀 그것 이것 저것 그들 이들 이곳 그곳 저희 나 너 본인 스스로 거 줄 만큼 듯 채 김 차 번 번째 측 간 년 월 일 시 초 명 개 "
    "때문 탓 등등 및 이래 가량 남짓 쪽 편 식 만 리 터 탓 즈음 무렵 이상 이하 미만 대로 나름 노릇 양 척 체 지 적 데서 바람 뻔 나위 겸 "
    "마련 순 무엇 어느 뭐 원 회 대 권 위 호 살 세 분 초 주 달 해".split()
)
_LIGHT_DETERMINERS = frozenset(
    "이 그 저 이런 그런 저런 어떤 어느 무슨 한 약 여러 각 각각 그러한 이러한 다른 첫 본 해당 동 "
    "전 총 단 온 몇 온갖 별".split()
)
_LIGHT_VERBS = frozenset(
    "하 되 있 이 같 대하 위하 통하 의하 따르 관하 인하 비하 그러 이러 그렇 이렇 어떻 말하 보 가지 갖 두 주 불리 알 나오 "
    "나타나 지니 오 가 들 맞 밝히 일컫 부르 의미 설명 확인 언급".split()
)
_LIGHT_ADVERBS = frozenset(
    "즉 또 또한 및 매우 아주 더욱 특히 주로 역시 다시 이미 바로 약 대략 이후로 그리고 그래서 따라서 하지만 그러나 한편 "
    "결국 먼저 우선 이어 이어서 실제로 당시 함께 잘 더 많이 가장 곧".split()
)
_WEIGHTY_ADVERBS = frozenset("가장 더 다시 이미 함께 먼저".split())
_HEDGES = frozenset(
    "만약 만일 아마 거의 예정 계획 시도 실패 거부 거절 부인 의혹 추정 추측 주장 소문 가능 가능성 취소 무산 중단 포기 금지 "
    "제외 뻔하 듯 듯하 싶 루머 가정 반박 예상 전망 요구 제안 권유 오해 착각 만 뿐".split()
)
_CONDITIONS = ("면", "으면", "다면", "라면", "는다면", "ᆫ다면", "려고", "으려고", "려", "려다", "으려다")
# 따르면 and 의하면 say where it stands, and set no condition.
_QUOTING = frozenset(["따르", "의하", "들", "보"])
_DENYING = frozenset(["않", "못하", "말"])
_PASSIVE = frozenset(["되", "당하", "받", "시키"])


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
    spans = measured(text)
    runs = _noun_runs(text, morphemes := load_kiwi().tokenize(text))
    done: set[int] = set()
    odd = _odd_words(text, morphemes)
    for number, morpheme in enumerate(morphemes):
        inside = next((n for n, item in enumerate(spans) if item.start <= morpheme.start < item.end), None)
        if inside is not None:
            if inside not in done:
                done.add(inside)
                reader.noun(spans[inside])
            continue
        if number in odd:
            if odd[number] is not None:
                reader.noun(odd[number])
            continue
        _read(reader, morpheme, runs[number])
        if morpheme.tag == "MAG" and morpheme.form == "못" and _is_auxiliary(morphemes, number):
            reader.deny_next = False
            reader.deny()
    return Reading(text, True, tuple(reader.items))


def _odd_words(text: str, morphemes: list[Any]) -> dict[int, Item | None]:
    """Names that the analyzer does not know and cuts into particles of words (이회성 -> 이+회+성): the word at its first
    morpheme, None at its others."""
    groups: dict[int, list[int]] = {}
    for number, morpheme in enumerate(morphemes):
        groups.setdefault(morpheme.word_position, []).append(number)
    odd: dict[int, Item | None] = {}
    for group in groups.values():
        light = [n for n in group if morphemes[n].tag in _SCRAPS and morphemes[n].form != "들"]
        if len(light) < 2 or any(morphemes[n].tag in _NOUNS | _VERBS for n in group) or light[0] != group[0]:
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
        if morpheme.tag not in _NOUNS or not glued or morphemes[number - 1].tag not in _NOUNS:
            first = number
        if morpheme.tag in _NOUNS:
            whole = text[morphemes[first].start : morpheme.start + morpheme.len].lower()
            for index in range(first, number + 1):
                runs[index] = whole
    return runs


def _read(reader: _Reader, morpheme: Any, whole: str) -> None:
    tag, form = morpheme.tag, morpheme.form.lower()
    start, end = morpheme.start, morpheme.start + morpheme.len
    if tag in _NOUNS:
        _read_noun(reader, Item(start, end, "name" if tag in _NAMES else "word", form, whole))
    elif tag in ("NNB", "NP", "MM", "IC"):
        _read_bound(reader, Item(start, end, "word", form), tag)
    elif tag in _VERBS:
        _read_verb(reader, Item(start, end, "word", form))
    elif tag in ("XSV", "XSA"):
        reader.make_predicate(passive=form in _PASSIVE)
    elif tag in ("VX", "VCN", "VCP"):
        _read_auxiliary(reader, tag, form)
    else:
        _read_grammar(reader, tag, form, start, end)


def _read_bound(reader: _Reader, item: Item, tag: str) -> None:
    """Bound nouns, pronouns and determiners: mostly light, but the analyzer takes unknown names for them as well."""
    if item.key in _HEDGES:
        reader.hedge(item.start, item.end, item.key)
    elif tag == "MM" or item.key in _LIGHT_BOUND or (reader.items and reader.items[-1].kind == "number"):
        if reader.cased:
            reader.chunk, reader.cased = [], False
        if tag == "MM" and item.key not in _LIGHT_DETERMINERS:
            reader.add(item)
    else:
        reader.noun(item)


def _read_noun(reader: _Reader, item: Item) -> None:
    light = item.key in _LIGHT_NOUNS and item.kind != "name"
    reader.noun(replace(item, light=light, hedge=item.key in _HEDGES))


def _read_verb(reader: _Reader, item: Item) -> None:
    if item.key == "없":
        # 없다 is compared with 있다: the same word, denied.
        reader.predicate(replace(item, key="있", light=True))
        reader.deny()
        return
    if item.key in _DENYING and reader.items:
        reader.deny()
        return
    light = item.key in _LIGHT_VERBS
    if item.key in _PASSIVE and reader.items and not reader.cased and reader.chunk:
        # 침략 당하다, 지명수배 되다: the noun in front is what happens.
        reader.make_predicate(passive=True)
        return
    reader.predicate(replace(item, light=light, hedge=item.key in _HEDGES))


def _read_auxiliary(reader: _Reader, tag: str, form: str) -> None:
    if tag == "VCP":
        # 이/VCP joins a noun to its ending: 학생이다, 학생인.
        if reader.items and not reader.cased:
            reader.case("copula")
            reader.make_predicate()
        return
    if tag == "VCN" or form in _DENYING:
        if tag == "VCN":
            reader.make_predicate(case="copula")
        reader.deny()


def _read_grammar(reader: _Reader, tag: str, form: str, start: int, end: int) -> None:
    if tag == "MAG":
        _read_adverb(reader, form, start, end)
    elif tag in _PARTICLES:
        reader.case(_PARTICLES[tag])
    elif tag == "JX":
        if form == "만":
            reader.hedge(start, end, "만")
        reader.case("topic" if form in ("은", "는", "ᆫ") else form)
    elif tag in ("JKB", "JC"):
        reader.case(_SAME_PARTICLE.get(form, form))
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


def _read_ending(reader: _Reader, form: str, start: int, end: int) -> None:
    if form == "거나":
        reader.join_either()
    elif form in _CONDITIONS and not (reader.items and reader.items[-1].key in _QUOTING):
        reader.hedge(start, end, "면" if "면" in form else "려고")


def _read_adverb(reader: _Reader, form: str, start: int, end: int) -> None:
    if form in ("안", "못"):
        reader.deny_next = True
        return
    light = form in _LIGHT_ADVERBS and form not in _WEIGHTY_ADVERBS
    reader.add(Item(start, end, "word", form, light=light, hedge=form in _HEDGES))
