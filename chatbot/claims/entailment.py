"""A cross-encoder for natural language inference as a judge; needs transformers and a model that the user names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatbot.errors import ModelUnavailable

# Pairs longer than this many tokens are cut at the premise; a span of one or two sentences is far shorter.
_LONGEST = 512


class CrossEncoder:
    """A sequence classifier with a label that begins with "entail"; runs on the processor."""

    def __init__(self, name: str | Path) -> None:
        """``name``: a folder or a hub name. Only safetensors are read and no code of the model's is run.

        Raises ModelUnavailable when it is not there or does not classify entailment.
        """
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(name), trust_remote_code=False)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(
                str(name), use_safetensors=True, trust_remote_code=False
            ).eval()
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"The entailment model {str(name)!r} cannot be loaded: {str(error).splitlines()[0]} Name a folder or a hub "
                "model with safetensors weights and a tokenizer."
            ) from error
        labels = {number: str(label).lower() for number, label in self._model.config.id2label.items()}
        self._entailment = next((number for number, label in labels.items() if label.startswith("entail")), None)
        if self._entailment is None:
            raise ModelUnavailable(
                f"The model {str(name)!r} does not classify entailment: its labels are {sorted(labels.values())}; name one "
                "whose labels include 'entailment'."
            )

    def entails(self, premise: str, hypothesis: str) -> float:
        """The probability of the label "entailment"."""
        import torch

        encoded = self._tokenizer(
            premise, hypothesis, truncation="only_first", max_length=_LONGEST, return_tensors="pt"
        )
        with torch.inference_mode():
            logits = self._model(**encoded).logits[0]
        return float(logits.softmax(-1)[self._entailment])
