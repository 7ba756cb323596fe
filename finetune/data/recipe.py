"""The tasks that rows are made for: what each says to the model in Korean and English, and how it is measured.

The words of chat and qa rows are the chat's own (chatbot/prompt.py); what is said here is said nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from chatbot import prompt
from finetune.data.errors import DataError


@dataclass(frozen=True)
class Recipe:
    """``instruction`` by language ("ko", "en"), "" where the chat's own prompt is used; ``metrics`` are names that the
    evaluation knows. ``fields`` are what a row of columns needs, ``optional`` what it may have besides."""

    name: str
    metrics: tuple[str, ...]
    fields: tuple[str, ...]
    instruction: dict[str, str]
    optional: tuple[str, ...] = ()


_NONE = {"ko": "", "en": ""}
# Replaced by the classes of the dataset when all rows are known.
LABELS = "{labels}"

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("chat", ("chrf",), ("question", "answer"), _NONE),
        Recipe(
            "qa",
            ("exact_match", "f1"),
            ("question", "answer"),
            {
                "ko": "질문에 짧고 정확하게 답하세요. 답만 쓰세요.",
                "en": "Answer the question briefly and exactly. Write the answer only.",
            },
            ("context",),
        ),
        Recipe(
            "classify",
            ("accuracy", "macro_f1"),
            ("text", "label"),
            {
                "ko": f"글을 다음 가운데 하나로 분류하고 그 이름만 쓰세요: {LABELS}",
                "en": f"Classify the text as one of the following and write only its name: {LABELS}",
            },
        ),
        Recipe(
            "title",
            ("rouge_l", "chrf"),
            ("text", "title"),
            {"ko": "기사의 제목을 한 줄로 쓰세요.", "en": "Write a headline for the article, on one line."},
        ),
        Recipe(
            "summarize",
            ("rouge_l", "chrf"),
            ("text", "summary"),
            {
                "ko": "글을 짧게 요약하세요. 글에 없는 내용은 쓰지 마세요.",
                "en": "Summarize the text briefly. Add nothing that it does not say.",
            },
        ),
        Recipe(
            "translate",
            ("chrf", "bleu"),
            ("source", "target"),
            {
                "ko": "글을 한국어로 번역하세요. 번역만 쓰세요.",
                "en": "Translate the text into English. Write the translation only.",
            },
        ),
        Recipe(
            "extract",
            ("entity_f1",),
            ("text", "entities"),
            {
                "ko": "글에 나오는 개체를 순서대로 JSON 목록으로 쓰세요. 형식: "
                '[{"text": "글에 쓰인 그대로", "type": "종류"}]. 없으면 []라고 쓰세요.',
                "en": "List the entities of the text in order as JSON, in the form "
                '[{"text": "as the text writes it", "type": "its kind"}]. Write [] if there are none.',
            },
        ),
        Recipe("program", ("executed_accuracy",), ("question", "program"), _NONE, ("context", "answer")),
        Recipe("text", ("perplexity",), ("text",), _NONE),
    )
}

# What a model is told that writes questions about a passage.
ASKING = {
    "ko": (
        "발췌문 하나를 읽고, 그 발췌문만으로 답할 수 있는 서로 다른 질문을 {count}개 만드세요. 발췌문을 보지 않은 사람도 무엇을 "
        "묻는지 알 수 있게 쓰고, '이 글', '발췌문' 같은 말은 쓰지 마세요. 한 줄에 하나씩 다음 JSON만 쓰세요: "
        '{{"question": "질문", "answer": "완전한 한 문장의 답", "quote": "답의 근거가 되는 문장을 발췌문에서 그대로"}}'
    ),
    "en": (
        "Read one passage and write {count} different questions that this passage alone answers. A person who does not "
        "see the passage must understand what is asked; never write 'the passage' or 'this text'. Write one JSON object "
        'a line and nothing else: {{"question": "...", "answer": "one whole sentence", "quote": "the sentence of the '
        'passage that says so, copied exactly"}}'
    ),
}
ASKING_PASSAGE = {"ko": "발췌문:\n{text}", "en": "Passage:\n{text}"}

# What the chat's system prompt asks for where the passages have no answer: the sentence that it quotes.
REFUSAL = {language: re.findall(r'"([^"]+)"', told)[-1] for language, told in prompt.SYSTEM.items()}


def recipe(name: str) -> Recipe:
    """Raises DataError for a task that there is not."""
    if name not in RECIPES:
        raise DataError(f"There is no task {name!r}; choose one of: {', '.join(RECIPES)}.")
    return RECIPES[name]


def fingerprint() -> str:
    """Changes when any instruction changes: 16 hexadecimal digits."""
    told = [{name: one.instruction for name, one in RECIPES.items()}, ASKING, ASKING_PASSAGE, REFUSAL]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
