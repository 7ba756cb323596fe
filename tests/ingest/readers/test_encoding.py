"""Text files in the encodings that Korean and other offices really have, short ones too."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.encoding import decode

_TEXTS = {
    "korean line": "서당개는 삼 년 동안 글 읽는 소리를 들었다.",
    "korean word": "안녕하세요",
    "korean name": "홍길동",
    "korean in english": "Meeting with 김철수 at 10:00, room 3.\nPlease bring the report.",
    "korean table": "품목,수량,단가\n붓,12,3500\n먹,7,8000",
    "korean two": "회의",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "utf-32"])
@pytest.mark.parametrize("case", _TEXTS)
def test_korean(case: str, encoding: str, tmp_path: Path) -> None:
    if encoding in ("utf-16-le", "utf-16-be") and not any(map(str.isascii, _TEXTS[case])):
        pytest.skip("without a mark, and without a blank or a line's end to give it away, it could be anything")
    path = tmp_path / "a.txt"
    path.write_bytes(_TEXTS[case].encode(encoding))
    assert read(path).text == _TEXTS[case]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", "cp932"),
        ("会議は十時から始まります。資料をご用意ください。", "cp932"),
        ("我们的学校在北京，学生有四十二个人，他们都很喜欢学习。", "gb18030"),
        ("我們的學校在臺北，學生有四十二個人，他們都很喜歡學習。", "big5"),
        ("Die Größe der Straße ist für Müller schön. Übermäßig viele Bücher.", "latin-1"),
        ("L'élève a mangé à l'école; « très bien », dit-il. Ça coûte 5 €.", "cp1252"),
        ("Señor Muñoz, ¿cómo está usted? Mañana será otro día.", "latin-1"),
        ("Однажды, в студеную зимнюю пору, я из лесу вышел; был сильный мороз.", "cp1251"),
        ("plain ASCII text", "ascii"),
        ("똠방각하 펲시콜라 쀍", "cp949"),
    ],
)
def test_other_languages(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded is not None
    assert decoded[0] == text


def test_a_damaged_byte_does_not_change_the_encoding() -> None:
    data = ("서당개는 삼 년 동안 글 읽는 소리를 들었다. " * 200).encode()
    decoded = decode(data[:1000] + b"\xff" + data[1000:-1])
    assert decoded is not None
    assert decoded[1] == "utf-8"
    assert "소리를 들었다" in decoded[0]


def test_late_korean_in_a_long_english_file() -> None:
    text = "An English line.\n" * 40_000 + "끝에는 한국어로 쓴 문장이 있다."
    decoded = decode(text.encode("cp949"))
    assert decoded is not None
    assert decoded[0] == text


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00\x01\x02\x03" * 1000, b"\x93\x01\x88\x03\x00" * 999])
def test_binary_is_no_text(data: bytes) -> None:
    assert decode(data) is None
