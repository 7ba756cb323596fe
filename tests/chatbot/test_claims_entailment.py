"""A judge moves a verdict by one step, and never against a contradiction."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.claims.checking import check
from chatbot.claims.entailment import CrossEncoder
from chatbot.errors import ModelUnavailable
from ingest.analyzer import Analyzer
from ingest.hit import Hit

TEXT = "The tank holds 1,200 litres of clean water. It was built in 1950 by Ada Stone."


class Fixed:
    """Always of one opinion; keeps what it was asked."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.asked: list[tuple[str, str]] = []

    def entails(self, premise: str, hypothesis: str) -> float:
        self.asked.append((premise, hypothesis))
        return self.probability


@pytest.mark.parametrize(
    ("claim", "probability", "support"),
    [
        ("The container holds 1,200 litres of water.", 0.95, "verified"),
        ("The container holds 1,200 litres of water.", 0.5, "partial"),
        ("The container holds 1,200 litres of water.", 0.02, "unsupported"),
        ("The tank holds 1,200 litres of water.", 0.5, "verified"),
        ("The tank holds 1,200 litres of water.", 0.02, "partial"),
        ("The tank holds 1,300 litres of water.", 0.99, "unsupported"),
        ("Giraffes eat water lilies daily.", 0.99, "partial"),
    ],
)
def test_moves_one_step(claim: str, probability: float, support: str) -> None:
    hit = Hit(1, 1.0, "a.txt", "", None, "", 0, len(TEXT), TEXT, ())
    judge = Fixed(probability)
    assert check(f"{claim} [1]", [hit], Analyzer(), judge).claims[0].support == support
    assert all(premise in TEXT and hypothesis == claim for premise, hypothesis in judge.asked)


def _folder(path: Path, labels: list[str], safe: bool = True) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "tank", "holds"])}
    raw = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=raw, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(path)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label=dict(enumerate(labels)), label2id={label: number for number, label in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    model.save_pretrained(path)
    if not safe:
        (path / "model.safetensors").unlink()
        torch.save(model.state_dict(), path / "pytorch_model.bin")
    return path


@pytest.mark.integration
def test_cross_encoder_gives_the_share_of_its_entailment_label(tmp_path: Path) -> None:
    first = CrossEncoder(_folder(tmp_path / "a", ["contradiction", "neutral", "entailment"]))
    probability = first.entails("the tank holds", "the tank")
    assert 0 < probability < 1
    assert first.entails("the tank holds", "the tank") == probability
    # The same weights with the label at another place give the share of that place.
    second = CrossEncoder(_folder(tmp_path / "b", ["ENTAILMENT", "neutral", "contradiction"]))
    assert second.entails("the tank holds", "the tank") != probability


@pytest.mark.integration
def test_models_that_cannot_judge_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="does not classify entailment"):
        CrossEncoder(_folder(tmp_path / "a", ["good", "bad"]))
    with pytest.raises(ModelUnavailable, match="safetensors"):
        CrossEncoder(_folder(tmp_path / "b", ["entailment", "other"], safe=False))
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        CrossEncoder(tmp_path / "nowhere")
