"""What the two pages do, in Streamlit's own test runner, over a library in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chatbot.reply import Claim, Reply
from ui.words import words

Open = Callable[..., Any]
KO, EN = words("ko"), words("en")
DOCUMENTS = "screens/documents.py"
HOSTILE = "<script>alert(1)</script> ![p](http://evil.example/p.png) :red[boo] $x^2$ :smile:"


def finished(app: Any) -> Any:
    """The app after its uploads were worked off."""
    end = time.monotonic() + 10
    while app.shared.uploads.overview().active and time.monotonic() < end:
        time.sleep(0.01)
    app.test.run()
    return app


def upload(app: Any, *files: tuple[str, bytes]) -> Any:
    app.test.file_uploader[0].set_value([(name, content, "application/octet-stream") for name, content in files]).run()
    return finished(app)


def test_an_empty_library_leads_to_the_documents_page(library: Any, open_app: Open) -> None:
    library.records.clear()
    app = open_app(library, "ko")
    assert KO.empty_title in app.html and KO.library_empty_line in app.html
    assert KO.to_documents in app.rest
    assert app.test.chat_input[0].disabled


def test_a_question_is_answered_with_its_source(library: Any, open_app: Open) -> None:
    app = open_app(library, "ko").ask("평일은 언제 열어요?")
    assert "평일은 오전 9시부터 오후 10시까지 문을 엽니다." in app.html
    assert 'href="#source-0-1"' in app.html and 'id="source-0-1"' in app.html
    assert "3쪽 · 안내 &gt; 시간" in app.html
    assert "책을 아껴 주세요." in app.html
    assert not app.test.exception


def test_turns_are_kept_and_handed_on(library: Any, open_app: Open) -> None:
    app = open_app(library).ask("tank").ask("handbook")
    assert 'href="#source-1-1"' in app.html and 'href="#source-0-1"' in app.html
    question, history = app.shared.chatbot.asked[-1]
    assert question == "handbook" and len(history) == 1


def test_a_new_conversation_forgets(library: Any, open_app: Open) -> None:
    app = open_app(library).ask("tank")
    app.button("new-conversation").click().run()
    assert "source-0-1" not in app.html and EN.greeting in app.html


def test_refusal(library: Any, open_app: Open) -> None:
    app = open_app(library, "ko").ask("zzz")
    assert KO.nearest in app.html and "문서에서 찾지 못했습니다." in app.html


def test_support_is_explained(library: Any, open_app: Open) -> None:
    app = open_app(library)
    app.shared.chatbot.change = lambda r: replace(r, claims=(Claim(r.claims[0].text, "partial", (1,)),))
    assert EN.partial in app.ask("tank").html


def computed(reply: Reply) -> Reply:
    program = {
        "source": "def solution():\n    return litres * 3  # <b>no markup</b>",
        "inputs": [{"name": "litres", "value": 1200, "citation": 1}],
        "value": 3600,
        "stdout": "",
        "error": None,
    }
    return replace(reply, route="program", program=program)


def test_a_computed_answer_shows_its_program_and_runs_it_again(library: Any, open_app: Open) -> None:
    app = open_app(library)
    app.shared.chatbot.change = computed
    app.ask("How many litres do three tanks hold?")
    assert "return litres * 3" in app.rest
    assert "3600" in app.html and "<th>litres</th>" in app.html and 'href="#source-0-1"' in app.html
    app.test.text_area(key="program-source-source-0").set_value("ans = litres + <").run()
    app.button("program-run-source-0").click().run()
    assert "SyntaxError" in app.html
    app.test.text_area(key="program-source-source-0").set_value("ans = litres * 4").run()
    app.button("program-run-source-0").click().run()
    assert "4800" in app.html


def test_errors_are_one_sentence_and_the_conversation_goes_on(library: Any, open_app: Open, caplog: Any) -> None:
    app = open_app(library).ask("error please")
    assert "The question is too long; ask in at most 2,000 characters." in app.html
    app.ask("crash please")
    assert "unexpected happened inside Seodang" in app.html
    assert "secret document text" not in app.html + app.rest + caplog.text
    assert "ValueError" in caplog.text
    assert not app.test.exception
    assert "1,200 litres" in app.ask("tank").html


def test_an_unreadable_library_is_one_sentence(library: Any, open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.errors import LibraryTooNew

    def refuse(path: str) -> None:
        raise LibraryTooNew("The library was written by a newer Seodang; update it.")

    app = open_app(library)
    monkeypatch.setattr("ui.shared._open", refuse)
    app.test.run()
    assert "written by a newer Seodang" in app.html and not app.test.exception


def test_examples_are_asked_with_a_click(library: Any, open_app: Open) -> None:
    app = open_app(library)
    examples = [button.label for button in app.test.button if button.key and button.key.startswith("example-")]
    assert "운영 시간을 알려 주세요" in examples
    assert EN.example_question.format(topic="Water supply") in examples
    app.button("example-0").click().run()
    assert "sd-question" in app.html and "source-0-1" in app.html


def test_the_language_can_be_switched(library: Any, open_app: Open) -> None:
    app = open_app(library, "ko")
    assert KO.greeting in app.html
    app.test.segmented_control(key="language").set_value("en").run()
    assert EN.greeting in app.html and KO.greeting not in app.html
    assert "documentElement.lang = 'en'" in app.html


@pytest.mark.parametrize("page", ["screens/chat.py", DOCUMENTS])
def test_hostile_text_reaches_the_page_only_escaped(library: Any, open_app: Open, page: str) -> None:
    library.put(f"{HOSTILE}.md", f"{HOSTILE}\n\nneedle {HOSTILE}", HOSTILE, warnings=(HOSTILE,))
    app = open_app(library, page=page)
    if page == DOCUMENTS:
        upload(app, (f"BAD {HOSTILE}.pdf", b"BAD"))
        app.button("read-3").click().run()
        app.button("remove-3").click().run()
    else:
        app.ask(f"needle {HOSTILE}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in app.html
    assert "<script>alert" not in app.html and "evil.example" not in app.rest and ":red[" not in app.rest


def test_documents_are_listed(library: Any, open_app: Open) -> None:
    library.put("scan.pdf", "x", warnings=("Page 2 has no text layer.",))
    app = open_app(library, "ko", DOCUMENTS)
    assert "도서관 이용 안내" in app.html and "도서관.pdf" in app.html
    assert KO.pages.format(pages=4) in app.html
    assert KO.warned in app.html and "Page 2 has no text layer." in app.html
    assert app.html.index("scan.pdf") < app.html.index("도서관 이용 안내"), "newest first"


def test_uploads(library: Any, open_app: Open) -> None:
    app = upload(open_app(library, "en", DOCUMENTS), ("새 글.txt", "새 글입니다".encode()), ("b.pdf", b"BAD"))
    assert EN.upload_done.format(count=1) in app.html
    assert EN.failed_title.format(count=1) in app.html and "The file is damaged; save it again." in app.html
    assert "새 글.txt" in app.html
    upload(app, ("again.txt", "새 글입니다".encode()), ("c.txt", b"CRASH"))
    assert EN.upload_unchanged.format(count=1) in app.html and "unexpected: number" in app.html
    app.button("dismiss").click().run()
    assert EN.upload_unchanged.format(count=1) not in app.html


def test_failures_of_the_command_are_shown(library: Any, open_app: Open) -> None:
    from ingest.library import Failure

    library.failed.append(Failure("/a/secret.hwp", "The file is encrypted; save it without a password."))
    assert "secret.hwp" in open_app(library, page=DOCUMENTS).html


def test_removing_asks_first(library: Any, open_app: Open) -> None:
    """What the answer does is tested in the browser: the test runner does not rerun dialogs."""
    app = open_app(library, "en", DOCUMENTS)
    app.button("remove-1").click().run()
    assert EN.remove_question in app.html and 1 in library.records
    assert {button.key for button in app.test.button} >= {"keep", "confirm-remove"}


def test_a_long_document_is_read_in_parts(library: Any, open_app: Open) -> None:
    library.put("long.txt", "".join(f"{n:06d}\n" for n in range(3000)))
    app = open_app(library, "en", DOCUMENTS)
    app.button("read-3").click().run()
    assert "000001" in app.html and "002999" not in app.html


def test_many_documents_come_in_pages_and_can_be_found(library: Any, open_app: Open) -> None:
    for n in range(60):
        library.put(f"file {n:02d}.txt", f"text {n}")
    app = open_app(library, "en", DOCUMENTS)
    assert app.html.count('class="sd-document"') == 20
    app.test.text_input[0].set_value("FILE 07").run()
    assert app.html.count('class="sd-document"') == 1 and "file 07.txt" in app.html
    app.test.text_input[0].set_value("nothing like it").run()
    assert EN.filter_none in app.html
