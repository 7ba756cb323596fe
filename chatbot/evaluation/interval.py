"""How sure a figure is: 95 % confidence intervals of shares and of means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# 2,000 samples put the ends of a 95 % interval within about a tenth of its width (Efron and Tibshirani, 1993, chapter 13).
_SAMPLES = 2_000
_SEED = 0


@dataclass(frozen=True)
class Share:
    """``right`` of ``total`` with the 95 % Wilson interval, all shares 0 to 1."""

    right: int
    total: int

    def as_json(self) -> dict[str, float | int | None]:
        low, high = wilson(self.right, self.total)
        value = self.right / self.total if self.total else None
        return {"value": value, "right": self.right, "total": self.total, "low": low, "high": high}


@dataclass(frozen=True)
class Mean:
    """The mean of ``total`` values with a 95 % bootstrap interval; ``low`` and ``high`` are None for fewer than two."""

    value: float
    total: int
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        """Percentile bootstrap (B. Efron, 1979) with a fixed seed: the same values give the same interval."""
        sample = np.asarray(values, dtype=np.float64)
        if len(sample) < 2:
            return cls(float(sample.mean()), len(sample), None, None)
        drawn = np.random.default_rng(_SEED).integers(0, len(sample), size=(_SAMPLES, len(sample)))
        low, high = np.quantile(sample[drawn].mean(axis=1), (0.025, 0.975))
        return cls(float(sample.mean()), len(sample), float(low), float(high))

    def as_json(self) -> dict[str, float | int | None]:
        return {"value": self.value, "total": self.total, "low": self.low, "high": self.high}


def wilson(right: int, total: int) -> tuple[float, float]:
    """95 % confidence interval of a share (E. B. Wilson, 1927)."""
    if total == 0:
        return 0.0, 1.0
    z, p = 1.959964, right / total
    centre = p + z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed (nearest rank); ``share`` in (0, 1]."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
