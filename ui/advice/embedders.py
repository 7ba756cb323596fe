"""Open embedders and rerankers that read Korean and load without code from the hub, from safetensors."""

from __future__ import annotations

from dataclasses import dataclass

from ui.advice.language_models import Korean

_HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Embedder:
    """``parameters`` and ``computing`` (without the embedding table, which costs memory and no time) in millions;
    ``dimension`` of a vector, ``tokens`` of the longest text, ``download`` in GB (10^9 bytes). ``note`` says what its card
    asks for and Seodang does not do: texts are embedded as they are.
    """

    name: str
    parameters: float
    computing: float
    dimension: int
    tokens: int
    download: float
    licence: str
    korean: Korean
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Reranker:
    """A cross-encoder; ``parameters`` in millions, ``download`` in GB (10^9 bytes)."""

    name: str
    parameters: float
    download: float
    licence: str
    korean: Korean
    sources: tuple[str, ...]


# 303 million: the encoder of XLM-RoBERTa large (24 layers, 1024 wide), as the card of Snowflake's model counts it; 21.4
# million: 12 layers, 384 wide, counted from the configuration.
EMBEDDERS: tuple[Embedder, ...] = (
    Embedder(
        "nlpai-lab/KURE-v1", 568, 303, 1024, 8192, 2.27, "MIT", "made for",
        (
            _HUB + "nlpai-lab/KURE-v1/tree/main",
            _HUB + "zhyun/search_x4",  # a copy of the card: dimension, length, languages
            "https://docs.api.nvidia.com/nim/reference/baai-bge-m3",  # its base
        ),
    ),
    Embedder(
        "dragonkue/snowflake-arctic-embed-l-v2.0-ko", 568, 303, 1024, 8192, 2.27, "Apache-2.0", "made for",
        (
            _HUB + "dragonkue/snowflake-arctic-embed-l-v2.0-ko",
            _HUB + "Snowflake/snowflake-arctic-embed-l-v2.0",  # its base: sizes
        ),
    ),
    Embedder(
        "Qwen/Qwen3-Embedding-0.6B", 596, 440, 1024, 32_768, 1.19, "Apache-2.0", "among its languages",
        (
            _HUB + "Qwen/Qwen3-Embedding-0.6B",
            "https://github.com/keras-team/keras-hub/pull/2455",  # parameters
        ),
        note="its card asks for an instruction before the question",
    ),
    Embedder(
        "intfloat/multilingual-e5-small", 118, 21.4, 384, 512, 0.47, "MIT", "among its languages",
        (
            _HUB + "intfloat/multilingual-e5-small",
            _HUB + "Xenova/multilingual-e5-small/blob/main/config.json",
            _HUB + "exp-models/dragonkue-KoEn-E5-Tiny-ONNX",  # Korean
        ),
        note='its card asks for "query: " and "passage: " before the texts',
    ),
)  # fmt: skip

RERANKERS: tuple[Reranker, ...] = (
    Reranker(
        "dragonkue/bge-reranker-v2-m3-ko", 568, 2.27, "Apache-2.0", "made for",
        (_HUB + "dragonkue/bge-reranker-v2-m3-ko", _HUB + "dragonkue/bge-reranker-v2-m3-ko/tree/main"),
    ),
    Reranker(
        "BAAI/bge-reranker-v2-m3", 568, 2.27, "Apache-2.0", "among its languages",
        (
            _HUB + "BAAI/bge-reranker-v2-m3",
            "https://docs.twcloud.ai/en/docs/user-guides/twcc/afs/models/baai-bge-reranker-v2-m3",
        ),
    ),
)  # fmt: skip
