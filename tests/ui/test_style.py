"""Contrast of the theme's colours, by the formula of WCAG 2.2."""

from __future__ import annotations

import re

import pytest

from ui.style import DARK, LIGHT, STYLE_SHEET, theme_options


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def variable(name: str, variant: int) -> str:
    found = re.search(rf"--sd-{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", STYLE_SHEET.read_text())
    assert found, name
    return found[variant + 1]


@pytest.mark.parametrize("variant", [0, 1], ids=["light", "dark"])
def test_text_can_be_read(variant: int) -> None:
    theme = (LIGHT, DARK)[variant]
    for background in (theme["backgroundColor"], theme["secondaryBackgroundColor"], variable("card", variant)):
        assert contrast(theme["textColor"], background) >= 7
        assert contrast(variable("accent", variant), background) >= 4.5
        assert contrast(variable("quiet", variant), background) >= 4.5
    assert contrast(theme["textColor"], variable("tint", variant)) >= 7
    assert contrast(theme["textColor"], variable("mark", variant)) >= 7
    assert contrast(variable("accent", variant), variable("tint", variant)) >= 4.5
    assert contrast(variable("warn", variant), variable("warn-tint", variant)) >= 4.5
    assert contrast(variable("quiet", variant), variable("warn-tint", variant)) >= 4.5
    assert contrast(variable("bad", variant), variable("bad-tint", variant)) >= 4.5
    assert contrast(("#ffffff", "#10201c")[variant], theme["primaryColor"]) >= 4.5
    assert contrast(theme["primaryColor"], theme["secondaryBackgroundColor"]) >= 4.5


def test_both_variants_are_complete() -> None:
    """Streamlit follows the system's light or dark only when both are given."""
    options = theme_options()
    assert LIGHT.keys() == DARK.keys()
    assert {f"theme_light_{name}" for name in LIGHT} | {f"theme_dark_{name}" for name in DARK} <= options.keys()


def test_the_style_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|http", STYLE_SHEET.read_text())
