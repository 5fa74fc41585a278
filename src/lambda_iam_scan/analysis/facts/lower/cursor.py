"""A place in a module's text that moves on in source order."""

from __future__ import annotations

import re

from lambda_iam_scan.analysis.facts.lower.nesting import COMMENTS


class Cursor:
    """`cursor` is where the text goes on; comments are blanked."""

    def __init__(self, text: str) -> None:
        # The space ends the last word, and the first begins after it: at index -1.
        self.text = (COMMENTS.sub(_blank, text) if "#" in text else text) + " "
        self.cursor = 0

    def word(self, name: str) -> int:
        """Move past an identifier; gives where it begins."""
        text, size = self.text, len(name)
        at = text.find(name, self.cursor)
        while at >= 0:
            before, after = text[at - 1], text[at + size]
            if (before in _NO_WORD and after in _NO_WORD) or not (_in_word(before) or _in_word(after)):
                self.cursor = at + size
                return at
            at = text.find(name, at + 1)
        return self.cursor

    def token(self, token: str) -> int:
        """Move past a token that is no identifier."""
        at = self.text.find(token, self.cursor)
        if at < 0:
            return self.cursor
        self.cursor = at + len(token)
        return at


def _blank(match: re.Match[str]) -> str:
    token = match.group()
    return " " * len(token) if token[0] == "#" else token


def _in_word(char: str) -> bool:
    """Whether an identifier goes on with this character."""
    return char.isalnum() or char == "_"


_NO_WORD = frozenset(char for char in map(chr, range(128)) if not _in_word(char))
