"""What one file may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadLimits:
    """The price one file may have. Times are seconds, sizes bytes.

    ``seconds`` is for a whole file; each page that goes to OCR adds up to ``ocr_page_seconds``, for at most ``ocr_pages``
    pages a file, so a scanned book is not refused for being long. ``text_bytes`` counts the text as UTF-8. Zip limits
    are checked against the archive's directory before anything is unpacked: ``zip_ratio`` is unpacked to packed size
    of one member and of the whole file, and does not matter below ``zip_ratio_free_bytes`` (an empty form compresses
    very well and harms nobody).
    """

    seconds: float = 60.0
    memory_bytes: int = 1 << 30
    text_bytes: int = 50 << 20
    file_bytes: int = 1 << 30
    zip_entries: int = 10_000
    zip_ratio: float = 200.0
    zip_ratio_free_bytes: int = 16 << 20
    zip_total_bytes: int = 1 << 30
    ocr_page_seconds: float = 20.0
    ocr_pages: int = 500


def size_text(size: float) -> str:
    """Bytes as a person says them: ``'50 MiB'``."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}" if size != int(size) else f"{int(size)} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
