# mypy: ignore-errors
# ruff: noqa
"""The module textwrap."""


def wrap(text, width=70):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return lines + [line] if line else lines


def fill(text, width=70):
    return "\n".join(wrap(text, width))


def dedent(text):
    lines = text.split("\n")
    widths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    cut = min(widths, default=0)
    return "\n".join([line[cut:] if line.strip() else "" for line in lines])


def indent(text, prefix):
    return "\n".join([prefix + line if line.strip() else line for line in text.split("\n")])


def shorten(text, width, placeholder=" [...]"):
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    words = text.split()
    while words and len(" ".join(words)) + len(placeholder) > width:
        words.pop()
    return " ".join(words) + placeholder
