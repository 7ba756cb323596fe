"""Questions that lean on the conversation -> questions that stand alone; all others stay exactly as they are."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

from chatbot.errors import ChatbotError
from chatbot.followup import english, korean
from chatbot.followup.english_pronouns import EnglishEarlier
from chatbot.followup.korean_phrases import Phrase
from chatbot.followup.korean_pronouns import KoreanEarlier
from chatbot.message import Message
from chatbot.models.model import Model, Sampling
from chatbot.prompt import inert, language_of
from chatbot.reply import Reply
from ingest.analyzer import Analyzer, has_korean

# What a model is told; the examples show the pronoun, the swapped part and the bare "why".
REWRITE_SYSTEM = {
    "ko": (
        "대화의 마지막 질문을 대화 없이도 뜻이 통하는 한 문장의 질문으로 고쳐 쓰세요. "
        "대명사와 빠진 말을 앞의 대화에 나온 말로 채우고, 숫자와 이름은 그대로 두세요. "
        "대답하거나 설명하지 말고 고친 질문만 쓰세요.\n\n"
        "앞 질문: 도서관은 언제 열어?\n앞 대답: 오전 9시에 엽니다.\n"
        "마지막 질문: 그건 어디에 있어?\n고친 질문: 도서관은 어디에 있어?\n\n"
        "앞 질문: 2022년 매출은 얼마였어?\n앞 대답: 3억 원입니다.\n"
        "마지막 질문: 그럼 2023년은?\n고친 질문: 2023년 매출은 얼마였어?"
    ),
    "en": (
        "Rewrite the last question of the conversation as one question that is understood without it. Replace pronouns and "
        "add what is missing with words of the conversation; keep numbers and names. Do not answer and do not explain: "
        "write the rewritten question only.\n\n"
        "Earlier question: When does the library open?\nEarlier answer: At nine.\nLast question: Where is it?\n"
        "Rewritten question: Where is the library?\n\n"
        "Earlier question: What was the revenue in 2022?\nEarlier answer: 3 million.\nLast question: And in 2023?\n"
        "Rewritten question: What was the revenue in 2023?"
    ),
}  # fmt: skip
REWRITE_TURN = {
    "ko": ("앞 질문: {question}\n앞 대답: {answer}\n", "마지막 질문: {question}\n고친 질문:"),
    "en": (
        "Earlier question: {question}\nEarlier answer: {answer}\n",
        "Last question: {question}\nRewritten question:",
    ),
}
# Earlier replies that are looked at, and those that a model is shown; characters of an answer that it is shown.
_REMEMBERED, _SHOWN = 6, 2
_ANSWER = 300
_REWRITING = Sampling(max_new_tokens=128)
# A rewritten question may be this many characters longer than the question and the one before together.
_LONGER = 40
# Share of its tokens that must come from the conversation: others are invented.
_KNOWN = 0.7
_CITATION = re.compile(r"\s*\[\d+\]")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_LABEL = re.compile(r"^\s*(?:고친 질문|질문|Rewritten question|Question)\s*:\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w-]+")

Earlier = KoreanEarlier | EnglishEarlier


def stand_alone(
    question: str,
    history: Sequence[Reply],
    analyzer: Analyzer,
    model: Model | None = None,
    cancel: threading.Event | None = None,
) -> str:
    """The question as it must be asked without its conversation (``history``, oldest first).

    Whether it leans on the conversation is decided by rules, so that a question of its own is returned unchanged, byte for
    byte, and costs no generation. One that does is rewritten by ``model``; without one, or when what it writes drops a
    number or a name, invents words or answers, by the rules.
    """
    past = [reply for reply in history if reply.route != "conversation" and reply.question.strip()][-_REMEMBERED:]
    before: Earlier | None = None
    for reply in past:
        asked = (_completed(reply.question, before) if before else None) or reply.question
        before = _earlier(asked, "" if reply.refused else reply.answer)
    completed = _completed(question, before) if before and question.strip() else None
    if completed is None or before is None:
        return question
    if model is not None:
        said = _generated(_messages(question, before, past, model), model, cancel)
        if _acceptable(said, question, before, past, analyzer):
            return said
    return completed


def _earlier(question: str, answer: str) -> Earlier:
    answer = _CITATION.sub("", answer)
    if has_korean(question):
        return korean.earlier(question, answer)
    return english.earlier(question, answer)


def _completed(question: str, before: Earlier) -> str | None:
    if has_korean(question):
        return korean.rewrite(question, _in_korean(before))
    return english.rewrite(question, _in_english(before))


def _in_korean(before: Earlier) -> KoreanEarlier:
    """What an English question left behind, for a Korean one."""
    if isinstance(before, KoreanEarlier):
        return before
    topic = re.sub(r"^(?:the|a|an)\s+", "", before.topic, flags=re.IGNORECASE)
    entity = re.sub(r"^(?:the|a|an)\s+", "", before.entity, flags=re.IGNORECASE)
    known = (Phrase(topic, 0, 0, "은", "" if entity == topic else entity, 0, True, False),) if topic else ()
    return KoreanEarlier(before.question, known, before.person, before.date)


def _in_english(before: Earlier) -> EnglishEarlier:
    """What a Korean question left behind, for an English one."""
    if isinstance(before, EnglishEarlier):
        return before
    names = (before.entity,) if before.entity else ()
    return EnglishEarlier(before.question, before.topic, before.entity, names, before.person, before.date)


# -- by a model -------------------------------------------------------------------------------------------------------


def _messages(question: str, before: Earlier, past: Sequence[Reply], model: Model) -> list[Message]:
    language = language_of(question)
    turn, last = REWRITE_TURN[language]
    shown = past[-_SHOWN:]
    asked = [reply.question for reply in shown[:-1]] + [before.question]
    answers = [_CITATION.sub("", reply.answer)[:_ANSWER] for reply in shown]
    turns = [
        turn.format(question=_line(question, model), answer=_line(answer, model))
        for question, answer in zip(asked, answers, strict=True)
    ]
    return [
        Message("system", REWRITE_SYSTEM[language]),
        Message("user", "".join(turns) + last.format(question=_line(question, model))),
    ]


def _line(text: str, model: Model) -> str:
    return inert(" ".join(text.split()), model.control_tokens)


def _generated(messages: list[Message], model: Model, cancel: threading.Event | None) -> str:
    """What the model writes as one line; empty when it cannot: its errors show when it is asked to answer."""
    pieces: list[str] = []
    try:
        for piece in model.stream(messages, _REWRITING, cancel):
            if isinstance(piece, str):
                pieces.append(piece)
            elif piece.finish != "stop":
                return ""
    except ChatbotError:
        return ""
    lines = [line for line in _THOUGHT.sub("", "".join(pieces)).splitlines() if line.strip()]
    return _LABEL.sub("", lines[0]).strip().strip("\"'“”‘’ ") if len(lines) == 1 else ""


def _acceptable(said: str, question: str, before: Earlier, past: Sequence[Reply], analyzer: Analyzer) -> bool:
    """Whether a model's question may be asked: it keeps what the question holds and adds only what was said."""
    if not said or len(said) > len(question) + len(before.question) + _LONGER:
        return False
    conversation = " ".join([question, before.question, *(f"{reply.question} {reply.answer}" for reply in past)])
    numbers = set(_NUMBER.findall(said))
    if not set(_NUMBER.findall(question)) <= numbers <= set(_NUMBER.findall(conversation)):
        return False
    if not set(_names(question)) <= set(_names(f". {said}")) | set(said.split()):
        return False
    tokens = analyzer.tokens(said)
    known = set(analyzer.tokens(conversation))
    return bool(tokens) and sum(token in known for token in tokens) >= _KNOWN * len(tokens)


def _names(text: str) -> list[str]:
    if not has_korean(text):
        return _NAME.findall(text)
    from ingest.analyzer import load_kiwi

    return [morpheme.form for morpheme in load_kiwi().tokenize(text) if morpheme.tag in ("NNP", "SL")]
