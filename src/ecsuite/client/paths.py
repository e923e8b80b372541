"""Paths of entities: ids in path segments, and the ids that cannot be one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from ecsuite.contract import Operation

# As segments, they change the path (RFC 3986 section 5.2.4) or are empty.
_OTHER_PATHS: Final = frozenset({"", ".", ".."})
# Percent-encoded, some servers decode them too early, and others reject them.
_FRAGILE: Final = frozenset("/\\")
# Control characters and lone surrogates.
_NO_TEXT: Final = frozenset({"Cc", "Cs"})


# Ids that every server and intermediary passes through in a path unchanged (RFC 3986 section 2.3).
_PLAIN: Final = re.compile(r"(?!.*(\.\.|\.$))[A-Za-z0-9._~-]{1,200}")


def fill(operation: Operation, values: Mapping[str, str]) -> str:
    """The path of an operation with its parameters filled in."""
    return re.sub(r"\{(\w+)\}", lambda match: segment(values[match[1]]), operation.path)


def segment(text: str) -> str:
    """An id as one path segment; every reserved character is percent-encoded."""
    return quote(text, safe="", errors="surrogatepass")


def is_findable(own: str) -> bool:
    """Whether every server finds an entity by this id in a path; a correct server might not find unusual ids."""
    return is_segment(own) and not any(char in _FRAGILE or unicodedata.category(char) in _NO_TEXT for char in own)


def is_plain(written: str) -> bool:
    """Whether a path segment is so plain that no intermediary rejects it."""
    return bool(_PLAIN.fullmatch(written))


def is_segment(own: str) -> bool:
    """Whether an id can be a path segment without changing the rest of the path."""
    return own not in _OTHER_PATHS
