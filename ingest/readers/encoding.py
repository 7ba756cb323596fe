"""Bytes of a text file -> its characters, for files that do not say how they are encoded."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Multi-byte code pages tried on their own merits, Korean first because a tie goes to it.
_EAST_ASIAN = ("cp949", "cp932", "gb18030", "big5hkscs")
# Characters of running text but for Han, which wrong UTF-16 is full of.
_RUNNING_TEXT = re.compile(
    r"[\t\n\r -~\u00a0-\u017f\u0370-\u03ff\u0400-\u045f\u05d0-\u05ea\u0621-\u064a\u0e01-\u0e5b\u2010-\u2027"
    r"\u3000-\u30ff\uac00-\ud7a3\uff00-\uffef]"
)
# Single-byte encodings that office files come in; charset-normalizer otherwise likes those of old Macs.
_SINGLE_BYTE = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp866", "cp874", "koi8_r", "iso8859_2",
]  # fmt: skip
_SAMPLE_BYTES = 256 << 10
# The 400 syllables that make up about 93 % of running Korean would be a better list; the particles, endings and Sino-
# Korean syllables here are what almost every Korean line has at least one of.
_HANGUL_COMMON = frozenset(
    "이다의는에을가를고은로하지사기도서인대리자나시어한정일스전수라보부아그년조상장주해제원국구여세소동면들만있"
    "과성신과되으유해와안무것공선모관학연경중치계위미문생방개비용요던며까때게거했었진입니말안녕습회표"
)
_HAN_COMMON_SIMPLIFIED = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后么"
)
_HAN_COMMON_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後麼"
)


def decode(data: bytes) -> tuple[str, str] | None:
    """The text of a file and the name of its encoding, or None where the bytes are no text.

    Order: a byte order mark, UTF-16 or UTF-32 by their zero bytes, UTF-8, then the East Asian code pages weighed by how
    common their characters are, then single-byte Latin and Cyrillic. A few stray bytes become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff"), encoding.removesuffix("-sig")
    if b"\x00" in data[:_SAMPLE_BYTES]:
        return _decode_wide(data)
    text = _decode_utf8(data)
    if text is not None:
        return text, "utf-8"
    if _control_share(data[:_SAMPLE_BYTES]) > 0.02:
        return None
    encoding = _guess(_whole_lines(data))
    return data.decode(encoding, "replace"), encoding


def _whole_lines(data: bytes) -> bytes:
    """A sample of the file that does not end inside a character; the interesting bytes may come late."""
    first = next((match.start() for match in re.finditer(rb"[\x80-\xff]", data)), 0)
    start = data.rfind(b"\n", 0, first) + 1
    sample = data[start : start + _SAMPLE_BYTES]
    if start + len(sample) < len(data):
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    return sample


def _decode_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # A UTF-8 file cut off or damaged in a few places is still UTF-8.
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(re.findall("[\x80-\ufffc\U00010000-\U0010ffff]", text))
    return text if broken <= max(3, len(text) // 500) and whole > 20 * broken else None


def _decode_wide(data: bytes) -> tuple[str, str] | None:
    """Zero bytes: UTF-16 or UTF-32 without a mark, or a file that is not text."""
    sample = data[: _SAMPLE_BYTES // 4 * 4]
    sample = sample[: len(sample) // 4 * 4] or sample
    best: tuple[float, str] = (0.8, "")
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        try:
            text = sample.decode(encoding, "strict" if len(sample) < len(data) else "replace")
        except UnicodeDecodeError:
            text = sample[: len(sample) - 2].decode(encoding, "replace")
        score = _readable_share(text)
        if score > best[0]:
            best = (score, encoding)
    if best[1]:
        return data.decode(best[1], "replace").removeprefix("\ufeff"), best[1]
    stripped = data.rstrip(b"\x00")
    # Text padded with zeros to the end of a block, as old systems write it.
    if stripped and b"\x00" not in stripped:
        return decode(stripped)
    return None


def _readable_share(text: str) -> float:
    """How much of the text is in scripts that running text uses; wrong UTF-16 lands all over the planes."""
    if not text:
        return 0.0
    good = len(_RUNNING_TEXT.findall(text))
    han = sum(1 for char in text if "\u4e00" <= char <= "\u9fff")
    common = sum(1 for char in text if char in _HAN_COMMON_SIMPLIFIED or char in _HAN_COMMON_TRADITIONAL)
    # Latin text read in the wrong byte order is all rare Han; real Chinese has common characters.
    return (good + (han if common * 20 >= han else 0)) / len(text)


def _control_share(data: bytes) -> float:
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", data))
    return controls / max(1, len(data))


def _guess(sample: bytes) -> str:
    """The legacy encoding under which the sample reads most like language."""
    scored = [(score, encoding) for encoding in _EAST_ASIAN if (score := _east_asian_score(sample, encoding)) > 0]
    best = max(scored, default=(0.0, ""), key=lambda item: item[0])
    latin = _single_byte_score(sample)
    if best[0] > latin:
        return best[1]
    return _single_byte(sample)


def _east_asian_score(sample: bytes, encoding: str) -> float:
    """0 to about 2: share of the non-ASCII characters that this language uses, common ones twice."""
    text = sample.decode(encoding, "replace")
    wide = [char for char in text if char >= "\x80"]
    if not wide or wide.count("\ufffd") * 50 > len(wide):
        return 0.0
    likely = sum(_likelihood(char, encoding) for char in wide)
    return likely / len(wide)


def _likelihood(char: str, encoding: str) -> float:
    if encoding == "cp949":
        # Rare CP949-only syllables (outside KS X 1001) are where misread Shift-JIS or Latin lands.
        if "\uac00" <= char <= "\ud7a3":
            return 2.0 if char in _HANGUL_COMMON else 1.0 if _in_ks_x_1001(char) else -0.5
        return _symbol_likelihood(char, han=0.2)
    if encoding == "cp932":
        if "\u3041" <= char <= "\u30fc":
            return 1.7
        return -0.3 if "\uff61" <= char <= "\uff9f" else _symbol_likelihood(char, han=0.6)
    common = _HAN_COMMON_SIMPLIFIED if encoding == "gb18030" else _HAN_COMMON_TRADITIONAL
    if char in common:
        return 2.2
    if encoding == "gb18030" and not _in_gb2312(char):
        return -0.5
    return _symbol_likelihood(char, han=0.8 if encoding == "gb18030" else 0.75)


def _symbol_likelihood(char: str, han: float) -> float:
    if "\u4e00" <= char <= "\u9fff":
        return han
    return 0.5 if "\u2010" <= char <= "\u33ff" or "\uff01" <= char <= "\uff5e" or "\u00a0" <= char <= "\u00ff" else -1.0


def _in_ks_x_1001(char: str) -> bool:
    return _encodable(char, "euc-kr")


def _in_gb2312(char: str) -> bool:
    return _encodable(char, "gb2312")


def _encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _single_byte_score(sample: bytes) -> float:
    """High when bytes over 0x7f stand alone between ASCII letters, as accents do, and not in pairs."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if not runs:
        return 1.0
    single = sum(1 for run in runs if len(run) == 1)
    accents = sum(
        1
        for run in runs
        for byte in run
        if byte >= 0xC0 or byte in b"\x91\x92\x93\x94\x95\x96\x97\xa9\xab\xbb\xb0\xa0\x85"
    )
    total = sum(len(run) for run in runs)
    return 1.4 * (single / len(runs)) * (accents / total)


def _single_byte(sample: bytes) -> str:
    """Western by default; anything else is left to charset-normalizer, which knows the rest of the alphabets."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if sum(len(run) for run in runs) <= 2 * len(runs):
        return "cp1252" if not _undefined_in_cp1252(sample) else "latin-1"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[: 32 << 10], cp_isolation=_SINGLE_BYTE).best()
    return best.encoding if best else "cp1252"


def _undefined_in_cp1252(sample: bytes) -> bool:
    return any(byte in sample for byte in b"\x81\x8d\x8f\x90\x9d")
