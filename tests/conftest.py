"""What holds for every test: no network but loopback, no home directory but a temporary one, one thread a library."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Before anything imports torch, FAISS or a hub client; child processes inherit it.
os.environ.update(
    OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", DO_NOT_TRACK="1"
)
# Browsers are installed once for the machine; the home directory changes below.
os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(Path.home() / ".cache/ms-playwright"))
ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # so that `from tests import ...` works whatever started pytest
    sys.path.insert(0, str(ROOT))

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from ingest.library import Library  # noqa: E402
from tests.fakes import HashEmbedder  # noqa: E402

_QUIET = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
# The same examples in every run; `HYPOTHESIS_PROFILE=thorough pytest` looks for new ones.
settings.register_profile("seodang", deadline=None, derandomize=True, max_examples=100, suppress_health_check=_QUIET)
settings.register_profile("thorough", deadline=None, max_examples=2_000, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "seodang"))

_HOME_VARIABLES = {
    "XDG_DATA_HOME": ".local/share",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
    "HF_HOME": ".cache/huggingface",
}


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, and no settings of the person who runs the tests."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name, inside in _HOME_VARIABLES.items():
        monkeypatch.setenv(name, str(folder / inside))
    for name in [name for name in os.environ if name.startswith("SEODANG_")]:
        monkeypatch.delenv(name)
    return folder


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection from this process to another machine fails the test."""

    class LocalSocket(socket.socket):
        def connect(self, address: Any) -> None:
            _check(self, address)
            super().connect(address)

        def connect_ex(self, address: Any) -> int:
            _check(self, address)
            return super().connect_ex(address)

        def sendto(self, data: Any, *rest: Any) -> int:
            _check(self, rest[-1])
            return super().sendto(data, *rest)

    monkeypatch.setattr(socket, "socket", LocalSocket)


def _check(connection: socket.socket, address: Any) -> None:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    try:
        local = ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        local = host in ("localhost", "")
    if not local:
        pytest.fail(f"the test reaches out to {host}", pytrace=True)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: HashEmbedder) -> Iterator[Library]:
    """An empty library whose embedder needs no torch."""
    with Library.open(tmp_path / "library", create=True, embedder=embedder) as library:
        yield library
