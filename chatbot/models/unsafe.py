"""Why a model or adapter folder is refused, before anyone knows whether it was to be a model or an adapter."""

from __future__ import annotations


class Unsafe(ValueError):
    """One sentence for the user: which file, what is wrong with it, what to do."""
