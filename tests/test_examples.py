"""The sample documents are what their script writes, small, and hold what the sample questions say."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from ingest.document import Document
from ingest.readers import read

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DOCUMENTS = sorted((EXAMPLES / "documents").iterdir())
FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {unicodedata.normalize("NFC", path.name): read(path) for path in DOCUMENTS}


def test_the_samples_are_small_and_of_many_formats(documents: dict[str, Document]) -> None:
    assert len(DOCUMENTS) == 9
    assert sum(path.stat().st_size for path in DOCUMENTS) < 1 << 20
    formats = {document.format for document in documents.values()}
    assert formats == {"csv", "docx", "html", "hwpx", "md", "pdf", "pptx", "txt", "xlsx"}
    assert [document.warnings for document in documents.values() if document.warnings] == []
    assert len(documents["2025-연차보고서.pdf"].pages) >= 3


@pytest.mark.skipif(not FONT.exists(), reason="the Nanum fonts are not installed (fonts-nanum)")
def test_the_script_writes_the_samples_again(tmp_path: Path, documents: dict[str, Document]) -> None:
    subprocess.run([sys.executable, EXAMPLES / "make_documents.py", tmp_path], check=True, capture_output=True)
    made = sorted(tmp_path.iterdir())
    assert len(made) == 5
    for path in made:
        # The texts, not the bytes: those differ between versions of the libraries that write the files.
        assert read(path).text == documents[path.name].text


def test_every_answer_stands_in_its_document(documents: dict[str, Document]) -> None:
    lines = (EXAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) >= 30
    assert len({row["question"] for row in rows}) == len(rows)
    absent = [row for row in rows if not row.get("answerable", True)]
    assert len(absent) >= 10
    for row in rows:
        if row in absent:
            assert row.keys() == {"question", "answerable"}
            continue
        text = " ".join(documents[row["document"]].text.split())
        answers = row.get("answers") or [row["answer"]]
        assert [answer for answer in answers if answer not in text] == [], row["question"]
