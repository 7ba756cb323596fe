"""The app as a person uses it: the real server on a real library, in Chromium.

With ``SEODANG_SCREENSHOTS=1`` the pictures in ``docs/images`` are taken anew.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ui.words import words

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("SEODANG_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install chromium or name it in SEODANG_CHROMIUM"),
]

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
# Read before the tests: they run without the user's own SEODANG_ settings.
TAKE_PICTURES = bool(os.environ.get("SEODANG_SCREENSHOTS"))
KO, EN = words("ko"), words("en")
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)

GUIDE = (
    ("청솔도서관 이용 안내", "청솔도서관은 2009년 3월에 문을 열었습니다. 지하 1층과 지상 4층에 책 12만 권을 갖추고 있습니다."),
    ("운영 시간", "평일에는 오전 9시부터 오후 10시까지 문을 엽니다. 토요일과 일요일에는 오전 9시부터 오후 6시까지 엽니다. "
                  "매달 둘째 월요일은 쉽니다."),
    ("대출 규정", "한 사람이 책을 다섯 권까지 두 주 동안 빌릴 수 있습니다. 예약한 사람이 없으면 한 주를 더 늘릴 수 있습니다. "
                  "늦게 돌려주면 늦은 날수만큼 빌릴 수 없습니다."),
)  # fmt: skip
HANDBOOK = (
    ("Field station handbook", "The station stands at 640 metres and is staffed from May to September."),
    ("Water supply", "The tank behind the generator hut holds 1,200 litres. It is filled every Monday morning. "
                     "In winter the pipes are drained before the first night of frost."),
    ("Safety rules", "Nobody walks alone on the glacier. Every party reports to the station by radio at 18:00."),
)  # fmt: skip
HOSTILE = (
    "<script>window.hacked=1</script><img src='http://evil.example/a.png' onerror='window.hacked=1'> "
    "![picture](http://evil.example/b.png) [link](http://evil.example/) $x^2$ :smile: :red[red] **bold**"
)


def korean_pdf() -> bytes:
    """A PDF of one page a section, in a font that every reader of PDF brings along."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("HYGothic-Medium"))
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.setTitle(GUIDE[0][0])
    for heading, text in GUIDE:
        canvas.setFont("HYGothic-Medium", 20)
        canvas.drawString(72, 760, heading)
        canvas.setFont("HYGothic-Medium", 11)
        for row, sentence in enumerate(re.split(r"(?<=\.) ", text)):
            canvas.drawString(72, 720 - 20 * row, sentence)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def english_docx() -> bytes:
    """A Word document with headings."""
    import docx

    document = docx.Document()
    document.core_properties.title = HANDBOOK[0][0]
    for heading, text in HANDBOOK:
        document.add_heading(heading, 1)
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@contextmanager
def served(folder: Path, *flags: str) -> Iterator[str]:
    """The app's address. Afterwards: it ended cleanly on Ctrl-C, and left the home directory alone."""
    home = folder / "home"
    home.mkdir()
    environment = {
        **os.environ, "HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    code = (
        "import sys; from pathlib import Path; from ui.launch import launch; "
        "sys.exit(launch(Path(sys.argv[1]), '127.0.0.1', 0, False))"
    )
    with (folder / "errors.txt").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder / "library"), *flags],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("Seodang is open at http://127.0.0.1:"), (line, (folder / "errors.txt").read_text())
            yield line.split()[-1]
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(30)
            process.stdout.close()
    assert status == 0
    assert "Traceback" not in (folder / "errors.txt").read_text()
    assert not [path for path in home.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """A server whose library holds the guide and the handbook."""
    with served(tmp_path_factory.mktemp("app")) as address:
        with opened(browser, address, "documents") as page:
            add(page, file("이용 안내.pdf", korean_pdf()), file("handbook.docx", english_docx()))
            page.get_by_text(KO.upload_done.format(count=2)).wait_for(timeout=120_000)
        yield address


@contextmanager
def opened(
    browser: Browser, address: str, path: str = "", locale: str = "ko-KR", width: int = 1440, dark: bool = False
) -> Iterator[Page]:
    """A page in a browser context of its own. Afterwards: it asked no other host for anything, and ran nothing hostile."""
    phone = width < 600
    context = browser.new_context(
        locale=locale,
        viewport={"width": width, "height": 844 if phone else 900},
        color_scheme="dark" if dark else "light",
        is_mobile=phone,
        has_touch=phone,
        user_agent=PHONE if phone else None,
    )
    page = context.new_page()
    foreign: list[str] = []
    errors: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else foreign.append(r.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/{path}")
    page.locator(".sd-hero, .sd-heading, .sd-note").first.wait_for()
    yield page
    assert page.evaluate("window.hacked") is None
    assert not page.locator("[data-testid=stException]").count()
    context.close()
    assert not [url for url in foreign if not url.startswith(address.replace("http", "ws", 1))]
    assert not errors


def add(page: Page, *files: dict[str, Any]) -> None:
    page.set_input_files("input[type=file]", list(files))


def settle(page: Page) -> None:
    """Waits until the page is drawn completely: a list that has just grown still holds buttons of the old rows."""
    page.wait_for_timeout(300)
    page.locator("[data-test-script-state=notRunning]").wait_for()


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.wait_for()
    settle(page)
    before = page.locator(".sd-answer:not(.sd-writing), .sd-note").count()
    box.fill(question)
    box.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.sd-answer:not(.sd-writing), .sd-note').length > n", arg=before, timeout=60_000
    )
    page.wait_for_function("() => !document.querySelector('.sd-searching, .sd-writing')")


def picture(page: Page, name: str) -> None:
    """Keeps a picture for the README when asked to; always checks that nothing sticks out at the side."""
    page.wait_for_timeout(600)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide} pixels"
    if TAKE_PICTURES:
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")


def test_the_first_start_leads_from_nothing_to_a_cited_answer(tmp_path: Path, browser: Browser) -> None:
    with served(tmp_path) as address, opened(browser, address) as page:
        page.get_by_text(KO.empty_title).wait_for()
        picture(page, "first-start-ko")
        page.get_by_text(KO.to_documents).click()
        page.get_by_text(KO.no_documents).wait_for()
        add(page, file("이용 안내.pdf", korean_pdf()))
        page.locator(".sd-progress").wait_for()
        page.get_by_text(KO.upload_done.format(count=1)).wait_for(timeout=120_000)
        assert "청솔도서관 이용 안내" in page.locator(".sd-document").inner_text()
        page.get_by_role("link", name=KO.page_chat).click()
        ask(page, "평일에는 몇 시까지 문을 여나요?")
        assert "오후 10시까지" in page.locator(".sd-answer").inner_text()


def test_a_korean_question_and_its_citation(address: str, browser: Browser) -> None:
    with opened(browser, address) as page:
        page.locator(".st-key-examples").wait_for(timeout=60_000)
        picture(page, "chat-start-ko")
        ask(page, "평일에는 몇 시까지 문을 여나요?")
        answer = page.locator(".sd-answer").first
        assert "평일에는 오전 9시부터 오후 10시까지 문을 엽니다." in answer.inner_text()
        source = page.locator(".sd-source").first
        assert KO.page.format(page=2) in source.inner_text()
        mark = source.locator("mark")
        assert not mark.is_visible()
        answer.locator(".sd-cite").first.click()
        mark.wait_for()
        assert mark.inner_text() == "평일에는 오전 9시부터 오후 10시까지 문을 엽니다."
        assert "토요일과 일요일에는" in source.inner_text(), "the context is shown around the quote"
        page.reload()
        page.get_by_text(KO.greeting).wait_for()


def test_citations_open_with_the_keyboard(address: str, browser: Browser) -> None:
    with opened(browser, address, locale="en-US") as page:
        ask(page, "How many litres does the tank hold?")
        page.locator(".sd-cite").first.focus()
        page.keyboard.press("Enter")
        page.locator(".sd-source mark").first.wait_for()
        summary = page.locator(".sd-source summary").first
        summary.focus()
        page.keyboard.press("Enter")
        page.locator(".sd-source mark").first.wait_for(state="hidden")


def test_refusal_and_a_new_conversation(address: str, browser: Browser) -> None:
    with opened(browser, address) as page:
        ask(page, "도서관 관장의 이름은 무엇인가요?")
        page.locator(".sd-refused").wait_for()
        picture(page, "refusal-ko")
        page.get_by_role("button", name=KO.new_conversation).click()
        page.get_by_text(KO.greeting).wait_for()
        page.locator(".sd-refused").wait_for(state="detached")


def test_an_empty_or_strange_question_is_no_error_page(address: str, browser: Browser) -> None:
    with opened(browser, address) as page:
        box = page.get_by_test_id("stChatInputTextArea")
        box.fill("   ")
        box.press("Enter")
        for question in ("?!", HOSTILE, "\u202egpj.exe " * 50):
            ask(page, question)
        assert page.locator(".sd-question").count() == 3
        assert HOSTILE in page.locator(".sd-question").nth(1).inner_text()
        assert not page.locator(".sd-question img, .sd-question a, .sd-question strong").count()


def test_switching_the_language_keeps_the_conversation_and_the_choice(address: str, browser: Browser) -> None:
    with opened(browser, address, locale="en-US") as page:
        page.get_by_text(EN.greeting).wait_for()
        assert page.evaluate("document.documentElement.lang") == "en"
        ask(page, "How many litres does the tank hold?")
        page.get_by_test_id("stSidebar").get_by_text("한국어").click()
        page.get_by_role("heading", name=KO.sources).first.wait_for()
        assert "1,200 litres" in page.locator(".sd-answer").inner_text()
        assert page.evaluate("document.documentElement.lang") == "ko"
        page.get_by_role("link", name=KO.page_documents).click()
        page.get_by_role("heading", name=KO.documents_title).first.wait_for()
        page.reload()
        page.get_by_role("heading", name=KO.documents_title).first.wait_for()


def test_a_bad_file_shows_its_reason(address: str, browser: Browser) -> None:
    with opened(browser, address, "documents", locale="en-US") as page:
        add(page, file("broken <b>.pdf", b"%PDF-1.7 and nothing else"), file("empty.txt", b""))
        failed = page.locator(".sd-failed")
        failed.wait_for(timeout=60_000)
        page.wait_for_function("() => document.querySelectorAll('.sd-failed li').length === 2")
        assert "broken <b>.pdf" in failed.inner_text() and "damaged" in failed.inner_text()
        assert "empty.txt" in failed.inner_text() and "The file is empty." in failed.inner_text()
        picture(page, "failures-en")
        page.get_by_role("button", name=EN.dismiss).click()
        failed.wait_for(state="detached")


def test_hostile_documents_stay_characters(address: str, browser: Browser) -> None:
    text = f"# {HOSTILE[:60]}\n\nThe zebrafish password is {HOSTILE} and nothing else.\n"
    with opened(browser, address, "documents", locale="en-US") as page:
        add(page, file("![x](y) :red[z] <i>q.md", text.encode()))
        page.locator(".sd-document", has_text="<script>").first.wait_for(timeout=60_000)
        settle(page)
        row = page.locator("[class*=st-key-document-]", has_text="<script>").last
        row.get_by_role("button", name=EN.read).click()
        reader = page.locator(".sd-reader .sd-text")
        reader.wait_for()
        assert HOSTILE in reader.inner_text()
        page.keyboard.press("Escape")
        reader.wait_for(state="detached")
        page.get_by_role("link", name=EN.page_chat).click()
        ask(page, "What is the zebrafish password?")
        for summary in page.locator(".sd-source summary").all():
            summary.click()
        assert HOSTILE in page.locator(".sd-sources").inner_text()
        assert not page.locator(".stApp .stHtml :is(img, a:not(.sd-cite), strong, em)").count()
        assert page.locator(".stApp .stHtml script").all_inner_texts() == ["document.documentElement.lang = 'en'"]
        page.get_by_role("link", name=EN.page_documents).click()
        row.get_by_role("button", name=EN.remove).click()
        dialog = page.get_by_role("dialog")
        dialog.filter(has_text="<script>").wait_for()
        dialog.get_by_role("button", name=EN.cancel).click()
        dialog.wait_for(state="detached")
        assert row.count() == 1
        row.get_by_role("button", name=EN.remove).click()
        dialog.get_by_role("button", name=EN.remove).click()
        row.wait_for(state="detached")
        settle(page)
        assert not row.count()


def test_a_long_document_is_read_in_parts(address: str, browser: Browser) -> None:
    text = "\n\n".join(f"Paragraph {n} of the long report speaks of item {n}." for n in range(300))
    with opened(browser, address, "documents", locale="en-US") as page:
        add(page, file("long.txt", text.encode()))
        row = page.locator("[class*=st-key-document-]", has_text="long.txt").last
        row.wait_for(timeout=60_000)
        settle(page)
        row.get_by_role("button", name=EN.read).click()
        page.get_by_text("Paragraph 0 of").wait_for()
        page.get_by_role("dialog").get_by_text("2", exact=True).click()
        page.get_by_text("Paragraph 299 of").wait_for()
        page.keyboard.press("Escape")
        page.locator(".sd-reader").wait_for(state="detached")
        row.get_by_role("button", name=EN.remove).click()
        page.get_by_role("dialog").get_by_role("button", name=EN.remove).click()
        row.wait_for(state="detached")
        settle(page)
        assert not row.count()


def test_two_people_do_not_see_each_others_questions(address: str, browser: Browser) -> None:
    with opened(browser, address) as one, opened(browser, address) as two:
        ask(one, "한 번에 책을 몇 권까지 빌릴 수 있나요?")
        ask(two, "매달 언제 쉬나요?")
        assert one.locator(".sd-question").count() == two.locator(".sd-question").count() == 1
        assert "매달 언제" not in one.content() and "몇 권까지" not in two.content()


def test_the_documents_page_opens_by_its_own_address(address: str, browser: Browser) -> None:
    with opened(browser, address, "documents") as page:
        page.get_by_role("heading", name=KO.documents_title).first.wait_for()
        page.get_by_role("link", name=KO.page_chat).wait_for()


LOOKS = [("ko-KR", 1440, False), ("en-US", 1440, False), ("ko-KR", 390, False), ("en-US", 390, False),
         ("ko-KR", 768, False), ("ko-KR", 1440, True), ("en-US", 390, True)]  # fmt: skip


@pytest.mark.parametrize(("locale", "width", "dark"), LOOKS)
def test_both_pages_fit_every_width(address: str, browser: Browser, locale: str, width: int, dark: bool) -> None:
    language = "ko" if locale == "ko-KR" else "en"
    suffix = f"{language}-{width}{'-dark' if dark else ''}"
    with opened(browser, address, locale=locale, width=width, dark=dark) as page:
        ask(page, "한 사람이 책을 몇 권까지 빌릴 수 있나요?" if language == "ko" else "When is the tank filled?")
        page.locator(".sd-cite").first.click()
        page.locator(".sd-source mark").first.wait_for()
        page.wait_for_timeout(500)
        page.evaluate("document.querySelector('.sd-question').scrollIntoView({block: 'center'})")
        picture(page, f"chat-{suffix}")
    with opened(browser, address, "documents", locale=locale, width=width, dark=dark) as page:
        page.locator(".sd-document").first.wait_for()
        picture(page, f"documents-{suffix}")


def test_a_foreign_page_cannot_open_the_connection(address: str, browser: Browser) -> None:
    """Cross-site WebSocket: the server answers only its own origin, and only its own name."""
    import http.client

    host = address.removeprefix("http://")

    def handshake(**headers: str) -> int:
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", "/_stcore/stream", headers={
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **headers,
        })  # fmt: skip
        status = connection.getresponse().status
        connection.close()
        return status

    assert handshake(Origin=address) == 101
    assert handshake(Origin="http://evil.example") in (400, 403)
    assert handshake(Host="evil.example", Origin="http://evil.example") in (400, 403)
