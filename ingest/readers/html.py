"""HTML: headings, paragraphs, lists and tables of the main content, without the page's furniture."""

from __future__ import annotations

import re
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.encoding import decode
from ingest.readers.html_table import cells_of, inline_text, is_data
from ingest.readers.listing import add_items
from ingest.readers.source import Source
from ingest.readers.tables import add_table
from ingest.readers.title import metadata_title, text_title

_INVISIBLE = "script, style, noscript, template, svg, iframe, object, canvas, head, select, [hidden]"
_FURNITURE = "nav, footer, aside, button, form[role=search], [role=navigation], [role=banner], [role=contentinfo]"
_FURNITURE_NAME = re.compile(
    r"(^|[\s_-])(nav|navbar|menu|breadcrumbs?|sidebar|footer|cookies?|banner|share|social|toc|pagination|gnb|lnb|snb)"
    r"($|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
        "caption",
        "title",
    ]
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NESTING = re.compile(r"<(/?)(?:div|ul|ol|dl|blockquote|section|article|span|font|center|fieldset)\b", re.IGNORECASE)
_MAX_DEPTH = 5_000
_CHARSET_BYTES = 4096
# Korean pages say euc-kr and mean its superset, and pages that say latin-1 mean windows-1252 (WHATWG encoding labels).
_MEANT = {
    "euc-kr": "cp949", "euc_kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "x-windows-949": "cp949",
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "big5": "big5hkscs",
}  # fmt: skip


def read(source: Source) -> Document:
    """The page's main content; its title is the <title>, else the first heading that can be one."""
    builder = source.builder("html")
    add_html(builder, html_text(source.content()))
    document = builder.build()
    headings = (document.text[block.start : block.end] for block in document.blocks if block.kind == "heading")
    return replace(document, title=document.title or next(filter(None, map(text_title, headings)), ""))


def html_text(data: bytes) -> str:
    """The characters of an HTML file: UTF-8 if it is, else as the file declares, else as it looks."""
    declared = _CHARSET.search(data[:_CHARSET_BYTES])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii").lower()
        name = _MEANT.get(name, name)
        try:
            return data.decode("utf-8" if _is_utf8(data) else name, "strict" if name == "utf-8" else "replace")
        except (LookupError, UnicodeDecodeError):
            pass
    decoded = decode(data)
    return decoded[0] if decoded else data.decode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def add_html(builder: DocumentBuilder, html: str) -> None:
    """Adds the main content of a page to a document, and its title where the document has none yet."""
    # An unclosed <title/> of XHTML would swallow the page in an HTML parser.
    html = re.sub(r"<(title|script|style|iframe|textarea)\s*/>", "", _XML_DECLARATION.sub("", html))
    if _is_too_deep(html):
        raise UnreadableDocument("The page is nested too deeply to be read; it is damaged or made to do harm.")
    tree = LexborHTMLParser(html)
    title = tree.css_first("head > title")
    if not builder.title and title is not None:
        builder.title = metadata_title(title.text())
    for node in tree.css(_INVISIBLE):
        if node.tag != "body":
            node.decompose()
    body = tree.body
    if body is None:
        return
    main = _main(body)
    before = builder.length
    _Walk(builder, main or _without_furniture(body)).run()
    if builder.length == before:
        # Everything was furniture, so none of it was.
        whole = LexborHTMLParser(html)
        for node in whole.css(_INVISIBLE):
            node.decompose()
        if whole.body is not None:
            _Walk(builder, whole.body).run()


def _is_too_deep(html: str) -> bool:
    """Whether elements that are never closed by themselves nest deeper than the parser takes in good time: for each
    it looks at all those around it, 20,000 take 3 s."""
    depth = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        if depth > _MAX_DEPTH:
            return True
    return False


def _main(body: LexborNode) -> LexborNode | None:
    """The element the page itself calls its main content, if that is where most of the text is."""
    candidates = body.css("main, [role=main]") or body.css("article")
    if len(candidates) != 1:
        return _without_furniture(body) if candidates else None
    _without_furniture(candidates[0])
    whole = len(body.text(deep=True))
    return candidates[0] if len(candidates[0].text(deep=True)) * 3 >= whole else None


def _without_furniture(root: LexborNode) -> LexborNode:
    for node in root.css(_FURNITURE):
        if node.css_first("main, article, h1") is None:
            node.decompose()
    for node in root.css("ul[class], ol[class], div[class], div[id], ul[id]"):
        name = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if _FURNITURE_NAME.search(name) and _is_links(node):
            node.decompose()
    return root


def _is_links(node: LexborNode) -> bool:
    links = sum(len(link.text(deep=True).strip()) for link in node.css("a"))
    return links * 2 > len("".join(node.text(deep=True).split()))


class _Walk:
    """The elements in order, without recursion: a page may nest deeper than a stack."""

    def __init__(self, builder: DocumentBuilder, root: LexborNode) -> None:
        self._builder = builder
        self._root = root
        self._text: list[str] = []
        self._lists = 0
        self._pre = 0

    def run(self) -> None:
        node: LexborNode | None = self._root.child
        while node is not None:
            entered = self._enter(node)
            if entered and node.child is not None:
                node = node.child
                continue
            if entered:
                self._leave(node)
            node = self._following(node)
        self._flush()

    def _following(self, node: LexborNode) -> LexborNode | None:
        while node.next is None:
            parent = node.parent
            # By identity: "==" compares the HTML of both, which takes as long as the page is large.
            if parent is None or parent.mem_id == self._root.mem_id:
                return None
            self._leave(parent)
            node = parent
        return node.next

    def _enter(self, node: LexborNode) -> bool:
        """Takes in the beginning of an element or a whole text; False for an element that is done with."""
        tag = node.tag or ""
        if tag == "-text":
            self._add_text(node.text(deep=False) or "")
            return False
        if tag.startswith(("-", "!", "_")):
            return False
        if tag in _HEADINGS:
            self._flush()
            self._builder.add(inline_text(node), "heading", _HEADINGS[tag])
            return False
        if tag == "table" and is_data(node):
            self._flush()
            self._add_table(node)
            return False
        self._begin(tag, node)
        return True

    def _begin(self, tag: str, node: LexborNode) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag == "img":
            self._add_text(f" {node.attributes.get('alt') or ''} ")
        elif tag in _LISTS:
            self._flush()
            self._lists += 1
        elif tag == "li" and self._lists:
            self._flush()
            self._text.append("- ")
        elif tag == "pre":
            self._flush()
            self._pre += 1
        elif tag in _BLOCKS or tag in ("tr", "td", "th"):
            self._break()

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _LISTS:
            self._flush()
            self._lists = max(0, self._lists - 1)
        elif tag in ("pre", "li"):
            self._flush()
            self._pre = max(0, self._pre - (tag == "pre"))
        elif tag in _BLOCKS or tag in ("tr", "td", "th"):
            self._break()

    def _break(self) -> None:
        """The end of a paragraph; inside a list only of a line, so that an item stays one block."""
        if self._lists:
            if self._text and not self._text[-1].endswith(("\n", "- ")):
                self._text.append("\n")
        else:
            self._flush()

    def _add_text(self, text: str) -> None:
        if self._pre:
            self._text.append(text)
        else:
            self._text.append(re.sub(r"[ \t\r\n\f]+", " ", text))

    def _flush(self) -> None:
        if not self._text:
            return
        text = "".join(self._text).replace("\u00ad", "")
        self._text.clear()
        if not self._pre:
            text = re.sub(r" *\n\s*", "\n", re.sub(r"[ \u00a0]+", " ", text)).strip()
        if self._pre:
            self._builder.add(text)
        elif text != "-":  # an empty item
            add_items(self._builder, text)

    def _add_table(self, table: LexborNode) -> None:
        caption = table.css_first("caption")
        if caption is not None:
            self._builder.add(inline_text(caption))
        rows, header_rows = cells_of(table)
        if max(map(len, rows), default=0) == 1:
            for row in rows:
                self._builder.add(row[0])
        else:
            add_table(self._builder, rows, header_rows or None)
