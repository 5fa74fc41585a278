"""Text of the analyzed project made harmless for where it goes.

Names, paths, strings and source lines are the project's: they may hold escape sequences, line breaks, markup, mentions or
links. Every reporter passes them through here; nothing else decides what is safe.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote


def plain(text: str) -> str:
    """One line without control characters: anything that is not printable shows as its escape (`\\x1b`, `\\u202e`)."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def lines(text: str) -> tuple[str, ...]:
    """The lines of a longer text, each as `plain` gives it, tabs as four spaces."""
    return tuple(plain(line) for line in text.expandtabs(4).splitlines())


_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|[0-9]{1,4}")
_LIKE_A_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_LEAD, _TRAIL = "(", ".,;:)!?"


def markdown(text: str) -> str:
    """A sentence as inline Markdown: plain words stay, everything else becomes a code span.

    A code span is the one place where GitHub resolves no mention, link, reference, emoji or HTML.
    """
    return " ".join(_markdown_word(word) for word in plain(text).split())


def _markdown_word(word: str) -> str:
    lead = word[: len(word) - len(word.lstrip(_LEAD))]
    body = word[len(lead) :].rstrip(_TRAIL)
    trail = word[len(lead) + len(body) :]
    if not body:
        return code(word) if word.strip(_LEAD + _TRAIL) or "![" in word else word
    if _WORD.fullmatch(body) and not _LIKE_A_COMMIT.fullmatch(body.lower()):
        return word
    return f"{lead}{code(body)}{trail}"


def code(text: str) -> str:
    """A Markdown code span of any text. Not for table cells: there a pipe ends it, and escaping differs between renderers."""
    text = plain(text) or " "
    run = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * (run + 1)
    pad = " " if run and (text[0] == "`" or text[-1] == "`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def html_code(text: str) -> str:
    """An HTML code element of any text, for where Markdown is not read (`<summary>`)."""
    return f"<code>{escape(plain(text))}</code>"


def fenced(text: str, language: str = "") -> str:
    """A Markdown code block of any text."""
    body = lines(text)
    run = max((len(ticks) for line in body for ticks in re.findall("`{3,}", line)), default=2)
    fence = "`" * (run + 1)
    return "\n".join((fence + language, *body, fence))


def command_text(text: str) -> str:
    """The message of a GitHub workflow command; line breaks are kept, encoded."""
    return "%0A".join(line.replace("%", "%25") for line in lines(text))


def command_property(text: str) -> str:
    """A property's value in a GitHub workflow command."""
    return plain(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def uri(path: str) -> str:
    """A path as a relative URI reference: percent-encoded, and never taken for one with a scheme."""
    return quote(path, safe="/", errors="surrogatepass")


def mermaid(text: str) -> str:
    """The text of a quoted Mermaid label: all but plain characters as entity codes."""
    return "".join(char if char.isalnum() or char in " _.,:/*-()$" else f"#{ord(char)};" for char in plain(text))


def dot(text: str) -> str:
    """The text of a quoted DOT string."""
    return plain(text).replace("\\", "\\\\").replace('"', '\\"')
