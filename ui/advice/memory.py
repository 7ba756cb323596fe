"""How much memory there is for a model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Limits of a container, in bytes: control groups version 2 and 1.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class Memory:
    """``size`` in bytes of the GPU that ``gpu`` names, else of main memory. ``number_bytes`` of a model's numbers there."""

    size: int
    gpu: str | None = None
    number_bytes: int = 2


def found_memory() -> Memory | None:
    """The first GPU's memory, which is where a model goes, else main memory as far as this process may use it; None where
    neither can be told."""
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_properties(0)
        return Memory(int(device.total_memory), str(device.name))
    size = main_memory()
    able = torch.cpu.get_capabilities()
    # As chatbot/models/loading.py chooses: 16 bits only where the processor computes with them.
    quick = any(able.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return Memory(size, None, 2 if quick else 4) if size else None


def main_memory(limits: tuple[str, ...] = _LIMITS) -> int | None:
    """Bytes of main memory, or of the container's share where one is set; None where the system does not tell."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for file in limits:
        try:
            limit = Path(file).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if limit.isdigit():
            size = min(size, int(limit))
    return size
