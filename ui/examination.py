"""What `seodang doctor` looks at: each finding is one sentence that says what to do where something lacks."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from ingest.errors import IngestError


@dataclass(frozen=True)
class Finding:
    """``note`` is something that works less than it could, ``bad`` something that must be mended."""

    what: str
    state: Literal["good", "note", "bad"]
    says: str


def examine(folder: Path) -> list[Finding]:
    """Looks at everything; a look that fails is itself a finding."""
    findings: list[Finding] = []
    looks: dict[str, Callable[[], Iterator[Finding]]] = {
        "machine": _system,
        "packages": _packages,
        "Korean": _korean,
        "embedder": _embedder,
        "GPU": _accelerator,
        "language models": _language_models,
        "scanned pages": _recognition,
        "isolation": _confinement,
        "programs": _programs,
        "library": lambda: _library(folder),
    }
    for what, look in looks.items():
        try:
            findings.extend(look())
        except IngestError as error:
            findings.append(Finding(what, "bad", str(error)))
        except Exception as error:  # a broken installation must not stop the report on the rest
            findings.append(Finding(what, "bad", f"{type(error).__name__}: {str(error)[:200]}"))
    return findings


def _system() -> Iterator[Finding]:
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB memory"
    yield Finding(
        "machine",
        "good",
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores{memory}",
    )


def _packages() -> Iterator[Finding]:
    names = ("seodang", "torch", "sentence-transformers", "faiss-cpu", "kiwipiepy", "streamlit")
    versions = {}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            yield Finding(name, "bad", "not installed; run: pip install -c constraints.txt seodang")
    yield Finding("packages", "good", ", ".join(f"{name} {number}" for name, number in versions.items()))


def _korean() -> Iterator[Finding]:
    from ingest.analyzer import Analyzer

    tokens = Analyzer().tokens("서당개가 풍월을 읊는다")
    good = "풍월" in tokens
    yield Finding("Korean", "good" if good else "bad", "Kiwi splits Korean words" if good else f"unexpected: {tokens}")


def _embedder() -> Iterator[Finding]:
    from ingest.embedder import PACKAGED, packaged_folder

    folder = packaged_folder()
    yield Finding(
        "embedder", "good", f"{PACKAGED} in {folder}; it reads English, Korean is found by its words (lexical search)"
    )


def _accelerator() -> Iterator[Finding]:
    import torch

    if torch.cuda.is_available():
        total = torch.cuda.get_device_properties(0).total_memory / 2**30
        yield Finding("GPU", "good", f"{torch.cuda.get_device_name(0)}, {total:.0f} GiB")
    else:
        yield Finding("GPU", "note", "none found; everything here runs on the processor")


def _language_models() -> Iterator[Finding]:
    local = ("transformers", "accelerate", "peft", "bitsandbytes")
    missing = [name for name in local if importlib.util.find_spec(name) is None]
    if missing:
        lacking = f"local models need {', '.join(missing)}; run: pip install -c constraints.txt 'seodang[models]'"
        yield Finding("language models", "note", f"answers by quotation need none; {lacking}")
    else:
        yield Finding("language models", "good", "local models and adapters can be loaded, in 4-bit as well")


def _recognition() -> Iterator[Finding]:
    program = shutil.which("tesseract")
    if program is None:
        yield Finding("scanned pages", "note", "Tesseract is not installed: pages without text are named, not read")
        return
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False).stdout
    missing = [language for language in ("kor", "eng") if language not in listed.split()]
    if missing:
        yield Finding("scanned pages", "note", f"Tesseract lacks {' and '.join(missing)}: install its language data")
    else:
        yield Finding("scanned pages", "good", "Tesseract reads Korean and English")


def _confinement() -> Iterator[Finding]:
    limited = importlib.util.find_spec("resource") is not None
    says = "documents are read in a child process with limits on time and memory"
    yield Finding(
        "isolation",
        "good" if limited and platform.system() == "Linux" else "note",
        says if limited and platform.system() == "Linux" else says + " (memory is not limited on this system)",
    )


def _programs() -> Iterator[Finding]:
    from chatbot.programs.errors import ProgramsUnavailable
    from chatbot.programs.sandbox import layers

    try:
        found = layers()
    except ProgramsUnavailable as error:
        yield Finding("programs", "note", str(error))
        return
    missing = [layer for layer in found if not layer.active]
    yield Finding(
        "programs",
        "good",
        "run in the sandbox of pydantic-monty: " + ", ".join(one.name for one in found if one.active),
    )
    for layer in missing:
        yield Finding("programs", "note", f"the sandbox's layer {layer.name} is off: {layer.says}")


def _library(folder: Path) -> Iterator[Finding]:
    from ingest import Library
    from ingest.errors import LibraryNotFound

    try:
        with Library.open(folder) as library:
            counts = library.counts()
            failures = len(library.failures())
            writable = "" if not library.read_only else ", read-only"
            says = f"{folder}: {counts.documents} documents in {counts.chunks} chunks{writable}"
            yield Finding("library", "good", says)
            if failures:
                yield Finding("library", "note", f"{failures} files could not be read; see the app's Documents page")
    except LibraryNotFound:
        yield Finding("library", "note", f"none yet in {folder}; make one with: seodang ingest FOLDER")
