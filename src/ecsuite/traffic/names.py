"""What files of others call things, fit to be printed."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text without what could steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)
