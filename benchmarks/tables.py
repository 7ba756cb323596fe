"""Writes the figures of results/*.json between the markers of both READMEs, so that the two cannot differ.

usage: tables.py
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
START, END = "<!-- figures -->", "<!-- /figures -->"

# (label in English, label in Korean, goal)
_LABELS = {
    "ko_hits": ("passages, KorQuAD: hit@1 / hit@5", "문단 찾기, KorQuAD: hit@1 / hit@5", "0.96 / 0.995"),
    "en_hits": ("passages, XQuAD: hit@1 / hit@5", "문단 찾기, XQuAD: hit@1 / hit@5", "0.97 / 0.995"),
    "ko_answers": ("answers, KorQuAD: first / first three", "답, KorQuAD: 첫 문장 / 첫 세 문장", "0.87 / 0.95"),
    "en_answers": ("answers, XQuAD: first / first three", "답, XQuAD: 첫 문장 / 첫 세 문장", "0.92 / 0.98"),
    "ko_refused": ("refused, Korean: absent / present", "거절, 한국어: 답이 없을 때 / 있을 때", "0.87 / 0.08"),
    "en_refused": ("refused, English: absent / present", "거절, 영어: 답이 없을 때 / 있을 때", "0.87 / 0.08"),
    "false_claims": (
        "false claims called verified, Korean / English",
        "거짓 문장을 확인했다고 한 비율, 한국어 / 영어",
        "2 % / 2 %",
    ),
    "true_claims": (
        "true claims called not supported, Korean / English",
        "참인 문장을 확인하지 못했다고 한 비율, 한국어 / 영어",
        "8 % / 8 %",
    ),
    "programs": (
        "recorded programs, GSM8K / SVAMP: right as recorded, and through the whole chain",
        "기록된 프로그램, GSM8K / SVAMP: 기록의 정답률과 전체 과정의 정답률",
        "within 0.005",
    ),
    "evidence": (
        "values and units read from Korean and English expressions, held out",
        "한국어와 영어 표현에서 읽은 값과 단위, 따로 둔 것",
        "0.98",
    ),
    "offsets": ("citations with wrong offsets", "자리가 틀린 인용", "0"),
    "speed": ("ingest speed against LangChain / LlamaIndex", "넣는 속도, LangChain / LlamaIndex 대비", "1.8 / 1.8"),
    "overhead": ("ingest over the bare encode", "순수 encode에 더해지는 시간", "10 %"),
    "unchanged": ("10,000 unchanged files again", "바뀌지 않은 파일 10,000개 다시 넣기", "3 s"),
    "search": ("search among 200,000 chunks, p95", "조각 200,000개에서 찾기, p95", "50 ms"),
    "memory": ("resident memory then", "그때 메모리", "1,024 MB"),
    "replace": ("replace a document among them", "그 가운데 문서 하나 바꾸기", "2 s"),
    "help": ("seodang --help", "seodang --help", "0.5 s"),
    "first_answer": (
        "first answer in a new process, Korean / English",
        "새 프로세스의 첫 답, 한국어 / 영어",
        "6 s / 6 s",
    ),
}


def main() -> None:
    for name, language in (("README.md", 0), ("README.ko.md", 1)):
        file = ROOT / name
        text = file.read_text(encoding="utf-8")
        before, rest = text.split(START)
        after = rest.split(END)[1]
        file.write_text(f"{before}{START}\n\n{table(language)}\n{END}{after}", encoding="utf-8")


def table(language: int) -> str:
    """The Markdown table in English (0) or Korean (1)."""
    head = (("what", "measured", "goal"), ("무엇", "잰 값", "목표"))[language]
    lines = [f"| {' | '.join(head)} |", "| --- | --- | --- |"]
    for key, value in figures().items():
        lines.append(f"| {_LABELS[key][language]} | {value} | {_LABELS[key][2]} |")
    return "\n".join(lines) + "\n"


def figures() -> dict[str, str]:
    """The measured values, as far as their result files are there. Those of the scorer are cross-validated: on articles it
    was not fitted on. A refused question counts as one without a right answer."""
    shown: dict[str, str] = {}
    for name, show in _SHOWN.items():
        if (RESULTS / f"{name}.json").exists():
            shown |= show(json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")))
    return {key: shown[key] for key in _LABELS if key in shown}


def _scorer(language: str) -> Callable[[dict[str, Any]], dict[str, str]]:
    def show(result: dict[str, Any]) -> dict[str, str]:
        found = result["cross_validated"]
        return {
            f"{language}_hits": f"{found['reranked_hit1']:.3f} / {found['reranked_hit5']:.3f}",
            f"{language}_answers": f"{found['full_first_and_not_refused']:.3f} / {found['full_three_and_not_refused']:.3f}",
            f"{language}_refused": f"{found['half_refused_when_absent']:.3f} / {found['half_refused_when_present']:.3f}",
        }

    return show


def _claims(result: dict[str, Any]) -> dict[str, str]:
    found = [result["figures"][corpus] for corpus in ("korquad", "xquad")]
    return {
        "false_claims": " / ".join(f"{corpus['false_verified']['all']['value'] * 100:.1f} %" for corpus in found),
        "true_claims": " / ".join(f"{corpus['true_unsupported']['all']['value'] * 100:.1f} %" for corpus in found),
    }


def _programs(result: dict[str, Any]) -> dict[str, str]:
    found = result["figures"]
    shares = ", ".join(
        f"{found[name]['recorded_right']:.4f} and {found[name]['right']:.4f}" for name in ("gsm8k", "svamp")
    )
    return {"programs": shares}


def _evidence(result: dict[str, Any]) -> dict[str, str]:
    found = result.get("figures", result)
    held_out = found["expressions"]["held_out"]
    return {"evidence": f"{held_out['share']:.3f} ({held_out['of']} expressions)"}


def _answers(result: dict[str, Any]) -> dict[str, str]:
    wrong = sum(corpus["wrong_offsets"] for corpus in result["figures"].values())
    questions = sum(corpus["questions"] for corpus in result["figures"].values())
    return {"offsets": f"{wrong} ({questions:,} questions)"}


def _speed(result: dict[str, Any]) -> dict[str, str]:
    times = result["times_as_fast_as"]
    return {
        "speed": f"{times['langchain']} / {times['llamaindex']}",
        "overhead": f"{round(result['overhead_over_encode'] * 100)} %",
    }


def _scale(result: dict[str, Any]) -> dict[str, str]:
    found = result["figures"]
    return {
        "search": f"{found['hybrid']['p95_ms']} ms",
        "memory": f"{found['rss_mb']:,} MB",
        "replace": f"{found['replace_searchable_s']} s",
    }


def _command(result: dict[str, Any]) -> dict[str, str]:
    found = result["figures"]
    return {
        "unchanged": f"{found['ingest_unchanged_s']} s",
        "help": f"{found['help_s']} s",
        "first_answer": f"{found['first_answer_ko_s']} s / {found['first_answer_en_s']} s",
    }


_SHOWN = {
    "scorer_ko": _scorer("ko"),
    "scorer_en": _scorer("en"),
    "claims": _claims,
    "program_answers": _programs,
    "evidence": _evidence,
    "answers": _answers,
    "ingest_speed": _speed,
    "search_scale": _scale,
    "command": _command,
}


if __name__ == "__main__":
    main()
