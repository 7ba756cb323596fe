"""The look: colours for Streamlit's own widgets, and the style sheet for what Streamlit leaves to us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

# Ink on hanji paper with a celadon accent. Contrast with the background, measured by tests/ui/test_style.py: text at
# least 7:1, accent and secondary text at least 4.5:1, in both.
LIGHT: Final = {
    "primaryColor": "#2b6b5e",
    "backgroundColor": "#fdfcfa",
    "secondaryBackgroundColor": "#f4f2ed",
    "textColor": "#25241f",
    "borderColor": "#dfdbd1",
}
DARK: Final = {
    "primaryColor": "#6bb3a1",
    "backgroundColor": "#161817",
    "secondaryBackgroundColor": "#202322",
    "textColor": "#e9e7e1",
    "borderColor": "#373b39",
}
# Streamlit's packaged font has no Hangul; the browser takes those letters from the first of the others it has.
FONT: Final = (
    "'Source Sans', Pretendard, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', "
    "NanumGothic, sans-serif"
)
STYLE_SHEET: Final = Path(__file__).with_name("style.css")

# An open book. As favicon and, with the name beside it, as logo; the colour has contrast on light and on dark.
_BOOK: Final = (
    '<rect width="32" height="32" rx="8" fill="#3a8272"/><path d="M16 10.4c-2.6-1.9-5.6-2.6-9-2.4v13.6c3.4-.2 6.4.5 '
    '9 2.4 2.6-1.9 5.6-2.6 9-2.4V8c-3.4-.2-6.4.5-9 2.4zV24" fill="none" stroke="#fff" stroke-width="2" '
    'stroke-linejoin="round" stroke-linecap="round"/>'
)
SEAL: Final = f'<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32">{_BOOK}</svg>'


def logo(name: str) -> str:
    """The seal with the app's name beside it, as SVG."""
    width = 44 + (13 if name.isascii() else 22) * len(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32" viewBox="0 0 {width} 32">{_BOOK}'
        f'<text x="42" y="23.5" font-size="21" font-weight="700" fill="#3a8272" font-family="{FONT}">{name}</text>'
        "</svg>"
    )


def language_script(language: str) -> str:
    """Tells the browser and screen readers the language of the page, which Streamlit leaves at English."""
    return f"<script>document.documentElement.lang = {language!r}</script>"


def upload_words(drop: str, button: str, limit: str) -> str:
    """The words inside the upload zone, as the variables that the style sheet shows in place of Streamlit's."""
    values = {"drop": drop, "button": button, "limit": limit}
    variables = "".join(f"--sd-upload-{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in values.items())
    return f"<style>:root {{ {variables} }}</style>"


def theme_options() -> dict[str, str | bool]:
    """Streamlit options of the theme. With both variants given, the app follows the system's light or dark."""
    options: dict[str, str | bool] = {
        "theme_font": FONT,
        "theme_baseRadius": "0.6rem",
        "theme_showSidebarBorder": False,
    }
    for variant, colours in (("light", LIGHT), ("dark", DARK)):
        options |= {f"theme_{variant}_{name}": value for name, value in colours.items()}
    return options
