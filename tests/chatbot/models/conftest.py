"""The tiny model, built once a test session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny import adapter_folder, tiny_folder


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """Folder of a trained tiny Llama."""
    return tiny_folder()


@pytest.fixture(scope="session")
def tiny_adapter() -> Path:
    """Folder of a LoRA adapter that visibly changes the answers of ``tiny_model``."""
    return adapter_folder()
