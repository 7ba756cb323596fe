"""The packaged embedder: the published weights, the vectors of sentence-transformers, the languages it reads."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ingest.embedder import PACKAGED_SHA256, SentenceEmbedder, file_sha256, packaged_folder
from ingest.minilm import MiniLM

TEXTS = [
    "The treaty was signed in 1648.",
    "Hi",
    "Naïve cafés, 東京, 서울 and numbers: 1,234.5!",
    "A longer passage about the water supply of the station. " * 12,
    "word " * 400,
]


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


def test_the_weights_are_the_published_ones() -> None:
    assert file_sha256(packaged_folder() / "model.safetensors") == PACKAGED_SHA256


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_vectors_are_those_of_sentence_transformers(embedder: SentenceEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(packaged_folder()), device="cpu").encode(TEXTS, normalize_embeddings=True)
    ours = MiniLM(packaged_folder(), embedder._fast_tokenizer(), torch.float32, "cpu").embed(TEXTS)
    assert np.abs(ours - theirs).max() < 1e-5
    assert (embedder.embed(TEXTS) * theirs).sum(axis=1).min() > 0.999


def test_a_batch_gives_what_each_text_gives_alone(embedder: SentenceEmbedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert together.shape == (len(TEXTS), 384)
    assert (together * alone).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("How many points did the defense surrender?", True),
        ("Quel est le nom du président?", True),
        ("GDP?", True),
        ("1989", True),
        ("대한민국의 수도는 어디인가?", False),
        ("中华人民共和国的首都是北京", False),
        ("Столица России", False),
    ],
)
def test_reads_the_languages_its_tokenizer_has_words_for(embedder: SentenceEmbedder, text: str, reads: bool) -> None:
    assert embedder.reads(text) is reads
