"""Which open models suit a machine: language models, embedders and rerankers, from a table checked in public pages."""

from ui.advice.embedders import EMBEDDERS, RERANKERS, Embedder, Reranker
from ui.advice.fit import Advice, advise_models
from ui.advice.language_models import CHECKED, LANGUAGE_MODELS, LanguageModel
from ui.advice.memory import Memory, found_memory
from ui.advice.offline import offline_steps
from ui.advice.reembedding import Reembedding, estimate_reembedding
from ui.advice.report import AdviceReport, advice_report

__all__ = [
    "CHECKED",
    "EMBEDDERS",
    "LANGUAGE_MODELS",
    "RERANKERS",
    "Advice",
    "AdviceReport",
    "Embedder",
    "LanguageModel",
    "Memory",
    "Reembedding",
    "Reranker",
    "advice_report",
    "advise_models",
    "estimate_reembedding",
    "found_memory",
    "offline_steps",
]
