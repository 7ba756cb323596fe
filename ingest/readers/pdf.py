"""PDF: the text of each page with its real number, ruled tables as rows, pictures of pages through OCR."""

from __future__ import annotations

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers import ocr
from ingest.readers.pdf_layout import Outline
from ingest.readers.pdf_page import bookmarks, open_pdf, page_text, page_title
from ingest.readers.pdf_parts import PageText
from ingest.readers.source import Source
from ingest.readers.zipped import damaged

_MAX_PAGES = 20_000


def read(source: Source) -> Document:
    """Every page; a page without text layer goes to OCR where it is installed, and a warning names it where not."""
    pdf = open_pdf(source.path)
    builder = source.builder("pdf", page_title(pdf))
    count = len(pdf)
    if count > _MAX_PAGES:
        raise UnreadableDocument(f"The file has {count:,} pages, more than the limit of {_MAX_PAGES:,}; split it.")
    if not count:
        raise damaged("it has no pages")
    pages: list[PageText] = []
    unread: list[int] = []
    recognised: list[int] = []
    pictures = 0
    room = source.limits.text_bytes
    headings = bookmarks(pdf)
    for index in range(count):
        page = page_text(pdf, index, headings.get(index))
        if page.is_picture:
            pictures += 1
            page = _recognised(source, pdf, index, page, pictures)
            (recognised if page.lines else unread).append(index + 1)
        pages.append(page)
        room -= sum(len(line.text) for line in page.lines)
        if room < 0:
            break  # the builder refuses it, with the reason
    _compose(builder, pages)
    _warn(builder, unread, recognised, pages)
    return builder.build()


def _recognised(source: Source, pdf: object, index: int, page: PageText, pictures: int) -> PageText:
    if pictures > source.limits.ocr_pages or not ocr.is_available():
        return page
    source.on_ocr_page()
    return ocr.read_page(pdf, index, source.limits.ocr_page_seconds)


def _compose(builder: DocumentBuilder, pages: list[PageText]) -> None:
    for number, blocks in enumerate(Outline(pages).pages(), start=1):
        builder.page(number)
        for kind, text, level in blocks:
            builder.add(text, kind, level)


def _warn(builder: DocumentBuilder, unread: list[int], recognised: list[int], pages: list[PageText]) -> None:
    broken = [number for number, page in enumerate(pages, start=1) if page.is_broken]
    if broken:
        builder.warnings.append(f"{_pages(broken)} damaged and could not be read.")
    if unread:
        advice = (
            "no text could be recognised there" if ocr.is_available()
            else "install Tesseract with Korean and English (tesseract-ocr, tesseract-ocr-kor) to have it read"
        )  # fmt: skip
        builder.warnings.append(f"{_pages(unread)} only a picture without text: {advice}.")
    if recognised:
        builder.warnings.append(f"The text of {_pages(recognised, verb=False)} was recognised from a picture (OCR).")


def _pages(numbers: list[int], verb: bool = True) -> str:
    """``Page 3 is`` or ``Pages 3, 5-8 are``."""
    runs: list[str] = []
    start = previous = numbers[0]
    for number in [*numbers[1:], -1]:
        if number != previous + 1:
            runs.append(str(start) if start == previous else f"{start}-{previous}")
            start = number
        previous = number
    word = "page" if len(numbers) == 1 else "pages"
    if not verb:
        return f"{word} {', '.join(runs)}"
    return f"{word.capitalize()} {', '.join(runs)} {'is' if len(numbers) == 1 else 'are'}"
