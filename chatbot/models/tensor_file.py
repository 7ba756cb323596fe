"""The safetensors format, read without torch: what a file holds, and whether its numbers are numbers.

Layout (https://github.com/huggingface/safetensors, "Format"): 8 bytes little endian N, N bytes of JSON header, tensors.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.models.unsafe import Unsafe

MAX_HEADER = 100_000_000  # bytes; the limit of the safetensors library itself
CHUNK = 1 << 18  # bytes; the fastest of 256 KiB, 1 MiB and 4 MiB: it stays in the second-level cache

_WIDTH = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 1),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 2),
    **dict.fromkeys(("I32", "U32", "F32"), 4),
    **dict.fromkeys(("I64", "U64", "F64"), 8),
}
# dtype: (integer type of the same width, mask without the sign, smallest masked value that is not a finite number)
_NOT_FINITE: dict[str, tuple[type[np.unsignedinteger[Any]], int, int]] = {
    "F16": (np.uint16, 0x7FFF, 0x7C00),
    "BF16": (np.uint16, 0x7FFF, 0x7F80),
    "F32": (np.uint32, 0x7FFF_FFFF, 0x7F80_0000),
    "F64": (np.uint64, 0x7FFF_FFFF_FFFF_FFFF, 0x7FF0_0000_0000_0000),
    "F8_E5M2": (np.uint8, 0x7F, 0x7C),
    "F8_E4M3": (np.uint8, 0x7F, 0x7F),
    "F8_E8M0": (np.uint8, 0xFF, 0xFF),
}
_DOWNLOAD = "download the file again, or ask its author for safetensors weights"


@dataclass(frozen=True)
class Tensor:
    """``start`` and ``end`` are bytes counted from the beginning of the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors that the safetensors file holds, by name; every byte of the file is accounted for.

    Raises Unsafe when the content is not safetensors (whatever the file is called) or contradicts itself.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        _check_kind(path, start)
        length = int.from_bytes(start, "little")
        if length > MAX_HEADER or length + 8 > size:
            raise Unsafe(
                f"{path}: its header claims {length} bytes (the file has {size}, {MAX_HEADER} are allowed), so it is "
                f"damaged or made to exhaust memory; {_DOWNLOAD}."
            )
        header = _header(path, file.read(length))
    tensors = {name: _tensor(path, name, entry, 8 + length) for name, entry in header.items()}
    _check_cover(path, tensors, 8 + length, size)
    return tensors


def check_finite_file(path: Path, tensors: dict[str, Tensor]) -> None:
    """Raises Unsafe when a tensor holds NaN or infinity. Reads the file once, in pieces of ``CHUNK`` bytes."""
    buffer = bytearray(CHUNK)
    with path.open("rb") as file:
        for name, tensor in tensors.items():
            if tensor.dtype not in _NOT_FINITE:
                continue
            kind, mask, limit = _NOT_FINITE[tensor.dtype]
            file.seek(tensor.start)
            left = tensor.end - tensor.start
            while left:
                # CHUNK is a multiple of every width, so that no number is cut in two.
                read = file.readinto(memoryview(buffer)[: min(CHUNK, left)])
                values = np.frombuffer(buffer, dtype=kind, count=read // np.dtype(kind).itemsize)
                if not read or (values & kind(mask)).max() >= limit:
                    raise Unsafe(
                        f"{path}: the weights {name} hold NaN or infinite numbers, so its training failed or the file "
                        f"was altered; use an earlier checkpoint or download it again."
                    )
                left -= read


def _check_kind(path: Path, start: bytes) -> None:
    kinds = {
        b"PK\x03\x04": "a zip archive (PyTorch's pickle format)",
        b"PK\x05\x06": "a zip archive (PyTorch's pickle format)",
        b"GGUF": "GGUF (for llama.cpp)",
        b"\x89HDF": "HDF5",
        b"vers": "a Git LFS pointer instead of the file itself",
    }
    found = kinds.get(start[:4])
    if start[:1] == b"\x80" and len(start) > 1 and start[1] <= 5:
        # A safetensors header of 0x80 + 256 * (2..5) bytes starts alike; a pickle goes on with an opcode, never zeros.
        found = None if start[2:] == bytes(6) else "a Python pickle, which can run code when it is loaded"
    if len(start) < 8:
        found = "too short"
    if found:
        raise Unsafe(f"{path}: by its content this is not safetensors but {found}; {_DOWNLOAD}.")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _header(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError) as error:
        raise Unsafe(
            f"{path}: its header is not valid JSON ({type(error).__name__}: {error}), so it is no safetensors file; "
            f"{_DOWNLOAD}."
        ) from None
    if not isinstance(header, dict):
        raise Unsafe(f"{path}: its header is not a table of tensors, so it is no safetensors file; {_DOWNLOAD}.")
    header.pop("__metadata__", None)
    return header


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _tensor(path: Path, name: str, entry: Any, base: int) -> Tensor:
    entry = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    well_formed = (
        isinstance(dtype, str)
        and dtype in _WIDTH
        and isinstance(shape, list)
        and all(map(_is_count, shape))
        and isinstance(offsets, list)
        and len(offsets) == 2
        and all(map(_is_count, offsets))
    )
    if not well_formed or offsets[1] - offsets[0] != math.prod(shape) * _WIDTH[dtype]:
        raise Unsafe(f"{path}: the header's entry for {name!r} contradicts itself; {_DOWNLOAD}.")
    return Tensor(dtype, tuple(shape), base + offsets[0], base + offsets[1])


def _check_cover(path: Path, tensors: dict[str, Tensor], start: int, size: int) -> None:
    position = start
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)):
        if tensor.start != position:
            fault = "overlaps another tensor" if tensor.start < position else "leaves a gap before it"
            raise Unsafe(f"{path}: the tensor {name!r} {fault}; {_DOWNLOAD}.")
        position = tensor.end
    if position != size:
        fault = "cut short" if position > size else "followed by bytes that no tensor owns"
        raise Unsafe(f"{path}: the tensors need {position} bytes and the file has {size}: it is {fault}; {_DOWNLOAD}.")
