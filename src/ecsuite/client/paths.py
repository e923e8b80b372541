"""Paths of entities: ids put in, and the ids that no path carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from ecsuite.contract import Operation

# As a segment they mean another path (RFC 3986 section 5.2.4), or none.
_OTHER_PATHS: Final = frozenset({"", ".", ".."})
# Percent-encoded, they are decoded too early by one server, and refused by the next.
_FRAGILE: Final = frozenset("/\\")
# Control characters and halves of a surrogate pair.
_NO_TEXT: Final = frozenset({"Cc", "Cs"})


# What every server and everything before it passes on in a path as it is (RFC 3986 section 2.3).
_PLAIN: Final = re.compile(r"(?!.*(\.\.|\.$))[A-Za-z0-9._~-]{1,200}")


def fill(operation: Operation, values: Mapping[str, str]) -> str:
    """The path of an operation with its parameters put in."""
    return re.sub(r"\{(\w+)\}", lambda match: segment(values[match[1]]), operation.path)


def segment(text: str) -> str:
    """An id as one segment of a path: everything that could end it is percent-encoded."""
    return quote(text, safe="", errors="surrogatepass")


def is_findable(own: str) -> bool:
    """Whether every server finds an entity of an id by its path; a legal server may not find unusual ids."""
    return is_segment(own) and not any(char in _FRAGILE or unicodedata.category(char) in _NO_TEXT for char in own)


def is_plain(written: str) -> bool:
    """Whether a segment of a path is so plain that no intermediary rejects it."""
    return bool(_PLAIN.fullmatch(written))


def is_segment(own: str) -> bool:
    """Whether an id, as a segment of a path, leaves the path what it is."""
    return own not in _OTHER_PATHS
