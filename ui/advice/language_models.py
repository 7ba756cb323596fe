"""Open chat models that transformers loads without code from the hub, as their public pages describe them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# The day on which the sources of this table and of embedders.py were read.
CHECKED = "2026-11-20"

Korean = Literal["made for", "among its languages", "not named"]

_HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class LanguageModel:
    """``parameters`` and ``non_embedding`` in billions, the latter None where no source gives it; ``download`` in GB
    (10^9 bytes), None where it follows from two bytes a parameter; ``context`` in tokens, None where no source gives it.
    ``commercial`` None: the licence sets conditions, read it. ``gated``: the hub asks for an account and a consent first,
    None where no source tells. ``korean``: what its makers say of the language.
    """

    name: str
    maker: str
    parameters: float
    context: int | None
    licence: str
    commercial: bool | None
    gated: bool | None
    korean: Korean
    sources: tuple[str, ...]
    non_embedding: float | None = None
    download: float | None = None
    note: str = ""

    @property
    def download_gb(self) -> float:
        """GB (10^9 bytes) to fetch."""
        return self.download if self.download is not None else 2 * self.parameters


# Left out: EXAONE 3.5 and older (code from the hub: https://huggingface.co/LGAI-EXAONE/EXAONE-3.5-2.4B-Instruct/tree/main
# lists modeling_exaone.py); mixtures of experts; models that reason at length before each answer (Qwen3 without 2507,
# HyperCLOVA X SEED Think); and whatever could not be confirmed in a public page (Gemma 3, SOLAR, Trillion).
LANGUAGE_MODELS: tuple[LanguageModel, ...] = (
    LanguageModel(
        "K-intelligence/Midm-2.0-Base-Instruct", "KT", 11.5, None, "MIT", True, False, "made for",
        (
            "https://arxiv.org/abs/2601.09066",
            "https://github.com/K-intelligence-Midm/Midm-2.0",
            _HUB + "K-intelligence/Midm-2.0-Base-Instruct",
        ),
    ),
    LanguageModel(
        "kakaocorp/kanana-1.5-8b-instruct-2505", "Kakao", 8.0, 32_768, "Apache-2.0", True, False, "made for",
        (
            "https://github.com/kakao/kanana",
            _HUB + "kakaocorp/kanana-1.5-8b-instruct-2505",
            _HUB + "collections/kakaocorp/kanana-15",
        ),
    ),
    LanguageModel(
        "skt/A.X-4.0-Light", "SK Telecom", 7.26, 16_384, "Apache-2.0", True, False, "made for",
        (
            _HUB + "skt/A.X-4.0-Light",
            _HUB + "meetLog/A.X-4.0-Light-mlx-4bit",  # names the original's licence
            _HUB + "kkh27/healthcareLLM_v4_A.X",  # parameters
        ),
    ),
    LanguageModel(
        "Bllossom/llama-3.2-Korean-Bllossom-3B", "Bllossom", 3.21, 131_072, "Llama 3.2 Community", None, False, "made for",
        (
            _HUB + "Bllossom/llama-3.2-Korean-Bllossom-3B/tree/main",
            _HUB + "duyntnet/Llama-3.2-3B-imatrix-GGUF/blob/main/README.md",  # the base's card: parameters, context
        ),
        download=6.43,
    ),
    LanguageModel(
        "K-intelligence/Midm-2.0-Mini-Instruct", "KT", 2.3, None, "MIT", True, False, "made for",
        (
            "https://arxiv.org/abs/2601.09066",
            "https://github.com/K-intelligence-Midm/Midm-2.0",
            _HUB + "K-intelligence/Midm-2.0-Mini-Instruct/tree/main",
        ),
        download=4.62,
    ),
    LanguageModel(
        "kakaocorp/kanana-1.5-2.1b-instruct-2505", "Kakao", 2.1, 32_768, "Apache-2.0", True, False, "made for",
        ("https://github.com/kakao/kanana", _HUB + "collections/kakaocorp/kanana-15"),
    ),
    LanguageModel(
        "naver-hyperclovax/HyperCLOVAX-SEED-Text-Instruct-1.5B", "NAVER", 1.5, 16_384, "HyperCLOVA X SEED", None, None,
        "made for",
        (
            _HUB + "naver-hyperclovax/HyperCLOVAX-SEED-Text-Instruct-1.5B",
            _HUB + "minpeter/HyperCLOVAX-SEED-Text-Instruct-1.5B-hf/blob/main/README.md",  # a copy of the card
            _HUB + "naver-hyperclovax/HyperCLOVAX-SEED-Text-Instruct-0.5B/blob/main/LICENSE",
        ),
    ),
    LanguageModel(
        "LGAI-EXAONE/EXAONE-4.0-32B", "LG AI Research", 32.0, 131_072, "EXAONE 1.2 - NC", False, False, "made for",
        ("https://github.com/LG-AI-EXAONE/EXAONE-4.0", _HUB + "LGAI-EXAONE/EXAONE-4.0-32B/blob/main/LICENSE"),
        note="research and education only",
    ),
    LanguageModel(
        "LGAI-EXAONE/EXAONE-4.0-1.2B", "LG AI Research", 1.2, 65_536, "EXAONE 1.2 - NC", False, False, "made for",
        (
            "https://github.com/LG-AI-EXAONE/EXAONE-4.0",
            "https://crafiq.ai/models/language/lg-exaone-4-0-1-2b-reasoning",  # context
        ),
        note="research and education only",
    ),
    LanguageModel(
        "Qwen/Qwen3-4B-Instruct-2507", "Alibaba", 4.0, 262_144, "Apache-2.0", True, False, "among its languages",
        (
            _HUB + "Qwen/Qwen3-4B-Instruct-2507",
            _HUB + "Qwen/Qwen3-4B-Thinking-2507",  # the same sizes, spelled out
            "https://github.com/K-intelligence-Midm/Midm-2.0",  # Qwen3-4B measured in Korean
        ),
        non_embedding=3.6,
    ),
    LanguageModel(
        "meta-llama/Llama-3.1-8B-Instruct", "Meta", 8.0, 131_072, "Llama 3.1 Community", None, True, "not named",
        (
            _HUB + "meta-llama/Llama-3.1-8B/blob/main/README.md",  # languages, licence, the consent asked for
            _HUB + "3Simplex/Meta-Llama-3.1-8B-Instruct-gguf",  # context
        ),
    ),
)  # fmt: skip
