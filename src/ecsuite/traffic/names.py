"""Names from files of others, made safe for printing."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text without characters that could control a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)
