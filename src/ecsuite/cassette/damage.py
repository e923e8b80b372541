"""Typed access to a cassette's data; errors name the place of the damage."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ecsuite.http import httpx
from ecsuite.messages.exchange import Headers

# The name of a header field, and characters that its value must not contain (RFC 9110 sections 5.1 and 5.5).
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_VALUE: Final = re.compile(r"[\r\n\0]")
_SHORT: Final = reprlib.Repr()
_SHORT.maxlevel = 1
LOWEST_STATUS: Final = 100
HIGHEST_STATUS: Final = 599


class DamagedError(Exception):
    """A part is missing or has another type; the message says which, and what was expected."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the data.

    Attributes:
        value: the value.
        place: the path to it, such as `interactions[3].response.status`.
    """

    value: Any
    place: str = ""

    def __getitem__(self, name: str) -> Part:
        """The member of a map; raises DamagedError if there is none."""
        place = f"{self.place}.{name}" if self.place else name
        if not isinstance(self.value, dict):
            raise self.wrong("a map")
        if name not in self.value:
            raise DamagedError(f"{place} is missing")
        return Part(self.value[name], place)

    def items(self) -> Iterator[Part]:
        """The items of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return (Part(item, f"{self.place}[{index}]") for index, item in enumerate(self.value))

    def text(self) -> str:
        """The value, which must be a string."""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def body(self) -> bytes:
        """The body of a message: a string, bytes, or nothing."""
        if self.value is not None and not isinstance(self.value, str | bytes):
            raise self.wrong("a text, bytes or nothing")
        return self.value.encode("utf-8", "surrogatepass") if isinstance(self.value, str) else self.value or b""

    def status(self) -> int:
        """The status of a response."""
        is_number = isinstance(self.value, int) and not isinstance(self.value, bool)
        if not is_number or not LOWEST_STATUS <= self.value <= HIGHEST_STATUS:
            raise self.wrong(f"a whole number from {LOWEST_STATUS} to {HIGHEST_STATUS}")
        return int(self.value)

    def address(self) -> str:
        """A valid http or https URL."""
        text = self.text()
        try:
            url = httpx.URL(text)
            is_address = url.scheme in {"http", "https"} and bool(url.host)
        except httpx.InvalidURL:
            is_address = False
        if not is_address:
            raise self.wrong("an address")
        return text

    def headers(self) -> Headers:
        """Header fields: a list of strings for each name."""
        if not isinstance(self.value, dict):
            raise self.wrong("a map")
        fields: list[tuple[str, str]] = []
        for name, values in self.value.items():
            if not isinstance(name, str) or not _TOKEN.fullmatch(name):
                raise self.wrong(f"no name such as {name!r}")
            for part in Part(values, f"{self.place}.{name}").items():
                if _NO_VALUE.search(part.text()):
                    raise part.wrong("one line")
                fields.append((name, part.text()))
        return Headers(tuple(fields))

    def wrong(self, expected: str) -> DamagedError:
        """The error to raise if the part is not as expected."""
        # A recursive structure is only formatted to a limited depth.
        return DamagedError(f"{self.place or 'it'} is {_SHORT.repr(self.value)}: expected {expected}")
