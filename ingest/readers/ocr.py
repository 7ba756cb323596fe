"""Text from the picture of a page, through Tesseract where it is installed with Korean and English."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from typing import Any

import pypdfium2

from ingest.readers.pdf_parts import Line, PageText

_DPI = 216  # the least at which Tesseract got every word of the Korean test page
_MAX_PIXELS = 20_000_000  # an A3 page at 300 dpi is 17 million
_LANGUAGES = ("kor", "eng")
_KILLED_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@cache
def is_available() -> bool:
    """Whether ``tesseract`` runs here and has both languages."""
    if shutil.which("tesseract") is None:
        return False
    try:
        found = subprocess.run(
            ["tesseract", "--list-langs"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return set(_LANGUAGES) <= set((found.stdout + found.stderr).split())


def read_page(pdf: Any, index: int, seconds: float) -> PageText:
    """The recognised lines of a page; without lines where there are none or Tesseract took longer than ``seconds``."""
    try:
        page = pdf[index]
        width, height = page.get_size()
        scale = min(_DPI / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
    except (pypdfium2.PdfiumError, ValueError):
        return PageText((), is_broken=True)
    header = f"P5 {bitmap.width} {bitmap.height} 255\n".encode()
    rows = memoryview(bitmap.buffer).cast("B")
    pixels = b"".join(
        bytes(rows[line * bitmap.stride : line * bitmap.stride + bitmap.width]) for line in range(bitmap.height)
    )
    lines = tuple(Line(line, None) for line in _recognise(header + pixels, round(scale * 72), seconds).split("\n"))
    page.close()
    return PageText(lines if any(line.text.strip() for line in lines) else (), is_picture=True)


def _recognise(picture: bytes, dpi: int, seconds: float) -> str:
    # --psm 3 keeps columns apart; pictures and text travel through pipes, nothing is written to disk.
    command = ["tesseract", "stdin", "stdout", "-l", "+".join(_LANGUAGES), "--psm", "3", "--dpi", str(dpi)]
    try:
        done = subprocess.run(
            command, input=picture, capture_output=True, timeout=seconds, check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # several threads fight over the cores: 1.6 s a page for 0.5
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").replace("\x0c", "") if done.returncode == 0 else ""


def _die_with_parent() -> None:
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(_KILLED_WITH_PARENT, signal.SIGKILL)
