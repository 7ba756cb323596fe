"""Every kind of file that cannot be read has its own true reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnreadableDocument
from ingest.readers import read
from tests import documents


def reason(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read(path)
    assert caught.value.reason.endswith(".")
    assert "\n" not in caught.value.reason
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "only blanks"),
        (b"\x00" * 5000, "only blanks"),
        ("\u200b\ufeff ".encode(), "no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "image"),
        (b"ID3\x04" + bytes(100), "audio or video"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "audio or video"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), "program"),
        (b"MZ\x90\x00" + bytes(100), "program"),
        (b"\x1f\x8b\x08" + bytes(100), "archive"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "archive"),
        (b"Rar!\x1a\x07\x00" + bytes(100), "archive"),
        (b"SQLite format 3\x00" + bytes(100), "database"),
        (bytes(range(256)) * 40, "neither text nor"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"%PDF-1.7\nnothing more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "damaged"),
        (b"<html><head><title>Only a title</title></head><body></body></html>", "no text"),
    ],
)
def test_by_content(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    assert expected in reason(path)


def test_protected_by_a_password(tmp_path: Path) -> None:
    paths = [
        documents.pdf(tmp_path / "a.pdf", password="secret"),
        documents.odt(tmp_path / "a.odt", encrypted=True),
        documents.compound(tmp_path / "a.docx", ["EncryptionInfo", "EncryptedPackage"]),
    ]
    for path in paths:
        assert "password" in reason(path)


def test_other_packages(tmp_path: Path) -> None:
    assert "archive; unpack it" in reason(documents.archive(tmp_path / "a.zip", {"readme.txt": "hello"}))
    assert "empty archive" in reason(documents.archive(tmp_path / "b.zip", {}))
    assert "Java" in reason(documents.archive(tmp_path / "c.jar", {"META-INF/MANIFEST.MF": "x"}))
    assert "OLE file" in reason(documents.compound(tmp_path / "a.bin", ["Something"]))


def test_hwp_that_is_no_hwp(tmp_path: Path) -> None:
    assert "HWP" in reason(documents.compound(tmp_path / "a.hwp", ["FileHeader"]))


def test_hwp_distribution_notice(tmp_path: Path) -> None:
    notice = "이 문서는 상위 버전의 배포용 문서입니다. 문서를 읽으려면 최신 버전의 한글이나 뷰어가 필요합니다."
    from hwpx.document import HwpxDocument

    document = HwpxDocument.new()
    document.add_paragraph(notice)
    document.save_to_path(str(tmp_path / "a.hwpx"))
    assert "배포용" in reason(tmp_path / "a.hwpx")


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in reason(tmp_path / "pipe")
    assert "folder" in reason(tmp_path)
    assert "no longer exists" in reason(tmp_path / "absent")


def test_damaged_office_file(tmp_path: Path) -> None:
    whole = documents.docx(tmp_path / "a.docx").read_bytes()
    for cut in (100, len(whole) // 2, len(whole) - 30):
        (tmp_path / "b.docx").write_bytes(whole[:cut])
        assert "damaged" in reason(tmp_path / "b.docx")


def test_picture_pages_without_ocr_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.ocr.is_available", lambda: False)
    assert "Page 1 is only a picture" in reason(documents.scanned_pdf(tmp_path / "a.pdf"))
