"""Why a file could not be read, and what a user may be told about a question or the library, in Korean.

``ingest`` words its sentences once, in English. Here each kind of them has its Korean; a sentence that is not known stays
as it is. ``tests/ui/test_reasons.py`` looks for sentences in the readers that have no Korean.
"""

from __future__ import annotations

import re
from typing import Final

from ui.words import Language

_KOREAN: Final[tuple[tuple[str, str], ...]] = (
    (
        r"Something unexpected happened inside Seodang.* number (\w+)\.",
        "서당 안에서 예상하지 못한 일이 생겼습니다. 다시 해 보시고, 되풀이되면 기록 번호 {0}를 알려 주세요.",
    ),
    # what the file is
    (r"The file is empty\.", "빈 파일입니다."),
    (r"The file holds no text(?:, only blanks)?\.", "글자가 없는 파일입니다."),
    (r"The file holds no text that could be read: (.+)", r"읽을 수 있는 글자가 없습니다. {0}"),
    (r"The file is an image.*", "그림 파일이라 글자가 없습니다. PDF나 문서로 바꾸어 넣어 주세요."),
    (r"The file is an audio or video recording.*", "소리나 영상 파일입니다. 글로 옮긴 문서를 넣어 주세요."),
    (r"The file is a database.*", "데이터베이스 파일입니다. 문서나 CSV로 내보내어 넣어 주세요."),
    (r"The file is a (?:Java )?program, not a document\.", "문서가 아니라 프로그램 파일입니다."),
    (r"The file is a font, not a document\.", "문서가 아니라 글꼴 파일입니다."),
    (r"The file is an empty archive\.", "빈 압축 파일입니다."),
    (r"The file is an archive; .*", "압축 파일입니다. 압축을 풀어 안의 문서를 넣어 주세요."),
    (
        r"The file holds another archive \((.+)\); .*",
        "파일 안에 다른 압축 파일({0})이 있습니다. 꺼내어 따로 넣어 주세요.",
    ),
    (r"The file is an Apple iWork document; .*", "애플 iWork 문서입니다. PDF나 오피스 파일로 내보내어 넣어 주세요."),
    (r"The file is an Office package without .*", "글, 시트, 슬라이드가 하나도 없는 오피스 파일입니다."),
    (r"The file is an OLE file of a program .*", "읽을 수 없는 프로그램의 문서입니다. PDF로 내보내어 넣어 주세요."),
    (r"The file is neither text nor .*", "글도 아니고 읽을 수 있는 문서 형식도 아닙니다."),
    (r"The file is of a version of HWP .*", "읽을 수 없는 옛 한글 문서입니다. HWP 5나 HWPX로 저장해 주세요."),
    (
        r"The file is a distribution document .*",
        "배포용 한글 문서라 본문을 읽을 수 없습니다. 한글에서 일반 문서로 저장해 주세요.",
    ),
    (r"The file is protected by a password; .*", "암호가 걸린 파일입니다. 암호를 푼 사본을 넣어 주세요."),
    (r"The file is encrypted in a way .*", "읽을 수 없는 방식으로 암호화된 파일입니다. PDF로 다시 저장해 주세요."),
    (r"It is a folder, not a file\.", "파일이 아니라 폴더입니다."),
    (r"It is not a regular file; .*", "보통 파일이 아니어서 읽을 수 없습니다."),
    # damage and limits
    (r"The file is damaged or of an unknown variety .*", "손상되었거나 알 수 없는 종류의 파일입니다."),
    (
        r"The file is damaged or of a variety of (\S+) .*",
        "손상되었거나 읽을 수 없는 종류의 {0} 파일입니다. 새 형식이나 PDF로 저장해 주세요.",
    ),
    (r"The file is damaged: its directory .*", "내려받거나 복사하다 끊긴 것처럼 손상된 파일입니다. 다시 받아 주세요."),
    (r"The file is damaged: .*", "손상된 파일입니다. 만든 프로그램에서 열어 다시 저장해 주세요."),
    (r"The message is damaged; .*", "손상된 전자우편입니다. 메일 프로그램에서 다시 내보내 주세요."),
    (r"The rows of the file cannot be told apart .*", "표의 행을 구별할 수 없는 파일입니다."),
    (
        r"The file is nested too deeply .*",
        "너무 깊이 겹친 파일입니다. 손상되었거나 해를 끼치려고 만든 파일일 수 있습니다.",
    ),
    (r"The file is not safe to read: .*", "안전하지 않은 XML이 들어 있어 읽지 않았습니다."),
    (r"The file looks like a zip bomb.*", "풀면 터무니없이 커지는 압축 파일(압축 폭탄)로 보여 읽지 않았습니다."),
    (r"The file would unpack to (.+), more than the limit of (.+)\.", "풀면 {0}로, 한도 {1}를 넘습니다."),
    (r"The file is an archive with about ([\d,]+) parts.*", "파일 안에 {0}개의 부분이 있어 한도를 넘습니다."),
    (
        r"The file is (.+) large, more than the limit of (.+); .*",
        "파일 크기가 {0}로 한도 {1}를 넘습니다. 나누어 넣어 주세요.",
    ),
    (
        r"The file has ([\d,]+) pages, more than the limit of ([\d,]+); .*",
        "{0}쪽으로 한도 {1}쪽을 넘습니다. 나누어 넣어 주세요.",
    ),
    (r"The file holds more than (.+) of text; .*", "글이 {0}를 넘습니다. 나누어 넣어 주세요."),
    (r"The file needs more than (.+) of memory .*", "읽는 데 메모리가 {0}보다 많이 듭니다. 나누어 넣어 주세요."),
    (r"Reading the file took longer than (\S+) s; .*", "{0}초 안에 읽지 못했습니다. 나누어 넣어 주세요."),
    (r"The reader's answer for this file is too large; .*", "읽은 결과가 너무 큽니다. 나누어 넣어 주세요."),
    (
        r"The reader broke down on this file.*",
        "읽는 도중에 멈추었습니다. 손상되었거나 해를 끼치려고 만든 파일일 수 있습니다.",
    ),
    (r"The reader gave no sensible answer .*", "제대로 읽지 못했습니다. 해를 끼치려고 만든 파일일 수 있습니다."),
    # the disk
    (r"The file changed while it was read; .*", "읽는 동안 파일이 바뀌었습니다. 저장이 끝난 뒤에 다시 넣어 주세요."),
    (r"The file (?:no longer exists|was removed before it could be read)\.", "파일이 없어졌습니다."),
    (r"The file may not be (?:opened|read); .*", "파일을 읽을 권한이 없습니다."),
    (r"The file cannot be (?:opened|read) \((.+)\).*", "파일을 열 수 없습니다({0}). 디스크를 확인해 주세요."),
    # what was left out
    (
        r"Pages? (.+) (?:is|are) only a picture without text: install .*",
        "글자 없이 그림뿐인 쪽: {0}. Tesseract(한국어, 영어)를 설치하면 읽습니다.",
    ),
    (r"Pages? (.+) (?:is|are) only a picture without text: .*", "글자 없이 그림뿐이고 글자도 알아보지 못한 쪽: {0}."),
    (r"Pages? (.+) (?:is|are) damaged and could not be read\.", "손상되어 읽지 못한 쪽: {0}."),
    (r"The text of (?:pages? )?(.+) was recognised .*", "그림에서 글자를 알아본(OCR) 쪽: {0}."),
    (r"Slide (\d+) is damaged and could not be read\.", "손상되어 읽지 못한 슬라이드: {0}."),
    (r"Sheet (.+) is damaged and could not be read\.", "손상되어 읽지 못한 시트: {0}."),
    (
        r"([\d,]+) formulas on sheet (.+) have no stored result; .*",
        "시트 {1}의 수식 {0}개에 저장된 값이 없습니다. 표 계산 프로그램에서 열어 저장해 주세요.",
    ),
    (r"Attachments are not read \((.+)\); .*", "첨부 파일은 읽지 않았습니다({0}). 따로 저장해 넣어 주세요."),
    (r"The message has no text of its own\.", "본문이 없는 전자우편입니다."),
    (r"A part of the document is another file .*", "문서 안에 든 다른 파일은 읽지 않았습니다."),
    # questions and the library
    (r"The question is empty; .*", "질문이 비어 있습니다. 알고 싶은 것을 적어 주세요."),
    (
        r"The question has ([\d,]+) characters, more than the ([\d,]+) .*",
        "질문이 {0}자로, 한 번에 물을 수 있는 {1}자를 넘습니다. 줄여 주세요.",
    ),
    (
        r"The library (.+) cannot be written; .*",
        "서재 {0}에 쓸 수 없습니다. 폴더를 쓸 수 있게 하거나 --library로 다른 곳을 주세요.",
    ),
    (
        r"The library (.+) was written by a newer Seodang .*",
        "서재 {0}은(는) 더 새로운 서당이 만든 것입니다. 서당을 새로 설치해 주세요.",
    ),
)
_PATTERNS: Final = tuple((re.compile(pattern, re.DOTALL | re.IGNORECASE), korean) for pattern, korean in _KOREAN)


def in_language(sentence: str, language: Language) -> str:
    """A sentence of ``ingest`` for a user of ``language``."""
    if language == "ko":
        for pattern, korean in _PATTERNS:
            found = pattern.fullmatch(sentence)
            if found:
                return korean.format(*(in_language(part, language) for part in found.groups()))
    return sentence
