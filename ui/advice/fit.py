"""Memory -> the models that fit in it, the most suitable first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.advice.language_models import LANGUAGE_MODELS, LanguageModel

Fit = Literal["full", "4-bit", "none"]

GIB = 2**30
# Bytes a weight in NF4 with double quantization: 0.5, and 8.5 bits for each 64 weights (Dettmers et al., 2023,
# arXiv:2305.14314, section 3); chatbot/models/memory.py counts alike when it loads a model.
_FOUR_BIT = 0.517
# The embedding table and the output layer are not packed. Where no source tells their share, the largest of small models.
_NON_EMBEDDING = 0.78
# Numbers in the key-value cache for 8,192 tokens of a model of 48 layers with 8 key-value heads of 128, and bytes for
# activations and CUDA.
_CACHE = 8_192 * 2 * 48 * 8 * 128
_WORK = 1_000_000_000
# What the system, Python and a library take of main memory.
_SYSTEM = 4 * GIB
# Billions of parameters. On a processor every token of an answer reads all weights from memory: 10 GB at 16 bits, which
# takes a fifth of a second and more at the 50 GB/s of two memory channels.
_LARGEST_ON_PROCESSOR = 5.0
_KOREAN = {"made for": 0, "among its languages": 1, "not named": 2}
_COMMERCIAL = {True: 0, None: 1, False: 2}
_LANGUAGE = {"made for": "made for Korean", "among its languages": "reads Korean", "not named": "Korean not named"}
_GATED = {
    True: "gated: the hub asks for an account and your consent first",
    False: "",
    None: "the hub may ask for your consent first",
}


@dataclass(frozen=True)
class Advice:
    """One model and how it fits: ``full``, ``4-bit`` only with --load-in-4bit, or ``none``. The two needs are bytes with
    room for 8,192 tokens; ``number_bytes`` is the size of a number unpacked: 2, or 4 on a processor that is slow at 2.
    ``slow`` says that it fits but answers too slowly on a processor. ``command`` asks a question with it."""

    model: LanguageModel
    fit: Fit
    full_bytes: int
    four_bit_bytes: int
    number_bytes: int
    slow: bool
    command: str

    @property
    def says(self) -> str:
        """One line: what it is, whether it fits, what it needs, under which licence."""
        model = self.model
        numbers = "bf16" if self.number_bytes == 2 else "fp32"
        parts = [
            f"{model.parameters:g} billion parameters",
            f"{model.download_gb:.1f} GB to download",
            f"{self.full_bytes / GIB:.1f} GiB in {numbers} or {self.four_bit_bytes / GIB:.1f} GiB in 4-bit",
            f"context {model.context:,} tokens" if model.context else "",
            f"licence {model.licence}{_terms(model)}",
            _LANGUAGE[model.korean],
            _GATED[model.gated],
        ]
        return f"{model.name}: {self._fits}; " + ", ".join(part for part in parts if part)

    @property
    def _fits(self) -> str:
        fits = {"full": "fits", "4-bit": "fits with --load-in-4bit", "none": "does not fit"}[self.fit]
        return fits + (", but answers slowly on a processor" if self.slow else "")


def advise_models(memory_bytes: int, gpu: bool, number_bytes: int = 2) -> list[Advice]:
    """Every model of the table for so much GPU memory, or main memory where ``gpu`` is False: those that fit before those
    that do not, then what everybody may use, the ones made for Korean, the freest licence, the larger."""
    free = memory_bytes if gpu else memory_bytes - _SYSTEM
    return sorted((_advice(model, free, gpu, number_bytes) for model in LANGUAGE_MODELS), key=_order)


def needed_bytes(model: LanguageModel, number_bytes: int = 2, four_bit: bool = False) -> int:
    """Bytes of the weights and of 8,192 tokens."""
    packed = 0.0
    if four_bit:
        packed = model.non_embedding if model.non_embedding is not None else _NON_EMBEDDING * model.parameters
    weights = (packed * _FOUR_BIT + (model.parameters - packed) * number_bytes) * 1e9
    return round(weights) + _CACHE * number_bytes + _WORK


def _advice(model: LanguageModel, free: int, gpu: bool, number_bytes: int) -> Advice:
    full, packed = needed_bytes(model, number_bytes), needed_bytes(model, number_bytes, four_bit=True)
    fit: Fit = "full" if full <= free else "4-bit" if packed <= free else "none"
    slow = fit != "none" and not gpu and model.parameters > _LARGEST_ON_PROCESSOR
    command = f"seodang ask QUESTION --model {model.name}" + (" --load-in-4bit" if fit == "4-bit" else "")
    return Advice(model, fit, full, packed, number_bytes, slow, command)


def _order(advice: Advice) -> tuple[bool, bool, bool, int, int, float]:
    model = advice.model
    size = model.parameters if advice.fit == "none" else -model.parameters
    refused = model.commercial is False
    return advice.fit == "none", advice.slow, refused, _KOREAN[model.korean], _COMMERCIAL[model.commercial], size


def _terms(model: LanguageModel) -> str:
    if model.commercial is None:
        return " (with conditions: read it)"
    return "" if model.commercial else f" (not for commercial use{': ' + model.note if model.note else ''})"
