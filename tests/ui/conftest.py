"""The app in memory: a library and a chatbot with the parts of the real ones that the app uses, and the app on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from chatbot.reply import Citation, Claim, Reply
from ingest.errors import PathError, QuestionError
from ingest.library import Counts, DocumentRecord, Failure
from ingest.synchronization import Progress, SyncReport
from ui.shared import Shared
from ui.suggestions import example_questions
from ui.uploads import Uploads


@dataclass
class FakeLibrary:
    """Documents by id. A file whose content starts with ``BAD`` cannot be read."""

    texts: dict[int, str] = field(default_factory=dict)
    records: dict[int, DocumentRecord] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)

    def put(
        self, path: str, text: str, title: str = "", pages: int | None = None, warnings: Sequence[str] = ()
    ) -> None:
        number = len(self.texts) + 1
        self.texts[number] = text
        self.records[number] = DocumentRecord(
            id=number,
            path=path,
            title=title,
            format=path.rpartition(".")[2] or "txt",
            pages=pages,
            chars=len(text),
            chunks=1,
            bytes=len(text.encode()),
            added_at=f"2026-01-01T{number // 60:02d}:{number % 60:02d}:00+00:00",
            warnings=tuple(warnings),
        )

    def documents(self) -> list[DocumentRecord]:
        return list(self.records.values())

    def counts(self) -> Counts:
        return Counts(len(self.records), len(self.records))

    def failures(self) -> list[Failure]:
        return self.failed

    def dismiss_failures(self) -> None:
        self.failed = []

    def document_text(self, document: str | int) -> str:
        for record in self.records.values():
            if document in (record.id, str(record.id), record.path, record.title):
                return self.texts[record.id]
        raise PathError(f"There is no document named {document!r}")

    def remove(self, document: str | int) -> None:
        del self.records[int(document)]

    def add(self, name: str, content: bytes, progress: Callable[[Progress], None]) -> SyncReport:
        for stage in ("read", "embed", "store"):
            progress(Progress(stage, name, 0, 1))
        if content.startswith(b"BAD"):
            return SyncReport(0, 0, 0, 0, (Failure(name, "The file is damaged; save it again."),), 0, 0, 0.0)
        if content == b"CRASH":
            raise ValueError("a defect")
        known = content.decode() in self.texts.values()
        if not known:
            self.put(name, content.decode())
        return SyncReport(int(not known), 0, int(known), 0, (), len(self.records), len(self.records), 0.0)


@dataclass
class FakeChatbot:
    """Answers with the first line of a document that holds a word of the question; refuses otherwise."""

    library: FakeLibrary
    change: Callable[[Reply], Reply] = lambda reply: reply
    asked: list[tuple[str, list[object]]] = field(default_factory=list)
    model: str = "extractive"

    def ask(self, question: str, history: Sequence[object] = ()) -> Reply:
        self.asked.append((question, list(history)))
        if "error" in question:
            raise QuestionError("The question is too long; ask in at most 2,000 characters.")
        if "crash" in question:
            raise ValueError("secret document text")
        wanted = [word.strip("?.,은는이가을를") for word in question.split()]
        for record in self.library.documents():
            for line in self.library.texts[record.id].split("\n"):
                if any(word and word in line for word in wanted):
                    return self.change(self._reply(question, record, line))
        nearest = tuple(
            self._citation(record, self.library.texts[record.id][:20]) for record in self.library.documents()
        )
        return Reply(question, "문서에서 찾지 못했습니다.", True, "no_evidence", "documents", "fake", (), nearest[:1])

    def stream(self, question: str, history: Sequence[object] = ()) -> Iterator[str | Reply]:
        reply = self.ask(question, history)
        for word in reply.answer.split(" "):
            yield word + " "
        yield reply

    def _reply(self, question: str, record: DocumentRecord, line: str) -> Reply:
        claims = (Claim(line, "verified", (1,)),)
        citation = replace(self._citation(record, line), heading="안내 > 시간")
        return Reply(question, f"{line} [1]", False, None, "documents", "fake", claims, (citation,))

    def _citation(self, record: DocumentRecord, quote: str) -> Citation:
        start = self.library.texts[record.id].index(quote)
        page = 3 if record.pages else None
        return Citation(1, record.path, record.title, page, "", start, start + len(quote), quote)


def fake_shared(library: FakeLibrary) -> Shared:
    """What the app shares, in memory."""
    return Shared(library, FakeChatbot(library), Uploads(library.add, lambda error: "unexpected: number"))  # type: ignore[arg-type]


class App:
    """The app in Streamlit's test runner; ``html`` is what it drew with ``st.html``, ``rest`` everything else."""

    def __init__(self, shared: Shared, language: str = "en", page: str = "screens/chat.py") -> None:
        self.shared = shared
        self.test = AppTest.from_file(str(APP), default_timeout=30)
        self.test.session_state["language"] = language
        self.test.run()
        if page != "screens/chat.py":
            self.test.switch_page(page).run()

    def ask(self, question: str) -> App:
        self.test.chat_input[0].set_value(question).run()
        return self

    def button(self, key: str) -> Any:
        return self.test.button(key=key)

    @property
    def html(self) -> str:
        return "\n".join(element.proto.body for element in self._elements() if element.type == "html")

    @property
    def rest(self) -> str:
        return "\n".join(str(element.proto) for element in self._elements() if element.type != "html")

    def _elements(self) -> Iterator[Element]:
        def walk(node: Any) -> Iterator[Element]:
            if isinstance(node, Block):
                for child in node.children.values():
                    yield from walk(child)
            else:
                yield node

        yield from walk(self.test._tree)


APP = Path(__file__).parents[2] / "ui" / "app.py"


@pytest.fixture
def library() -> FakeLibrary:
    """A library with a Korean document that has pages and an English one that has none."""
    library = FakeLibrary()
    library.put("문서/도서관.pdf", LIBRARY_GUIDE, "도서관 이용 안내", pages=4)
    library.put(
        "docs/station.docx", "Station handbook\n\nWater supply\n\nThe tank holds 1,200 litres.\n", "Station handbook"
    )
    return library


LIBRARY_GUIDE = (
    "도서관 이용 안내\n\n운영 시간\n\n평일은 오전 9시부터 오후 10시까지 문을 엽니다.\n\n" + "책을 아껴 주세요. " * 80
)


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Callable[..., App]:
    """Opens the app on a library in memory, in a language, at a page."""

    def open(library: FakeLibrary, language: str = "en", page: str = "screens/chat.py") -> App:
        shared = fake_shared(library)
        monkeypatch.setenv("SEODANG_LIBRARY", "in memory")
        monkeypatch.setattr("ui.shared._open", lambda path: shared)
        monkeypatch.setattr("ui.shared.examples", _examples)
        return App(shared, language, page)

    return open


def _examples(shared: Shared, documents: Sequence[tuple[int, str, str]]) -> tuple[str, ...]:
    """Without the cache, which outlives a test."""
    texts = [(title, shared.library.document_text(str(id))) for id, title, _ in documents]
    return example_questions(texts, lambda question: not shared.chatbot.ask(question).refused)
