"""The one list of what is secret, and the masking of it before anything is written or printed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from ecsuite.messages.spellings import SHORTEST, Finder, Place

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "spark-signature"})
SECRET_MEMBERS = frozenset(
    {"access_token", "refresh_token", "id_token", "client_id", "client_secret", "client_assertion", "webhooksecret"}
)
_SECRET_NAMES = (b"client_", b"_token", b"_assertion", b"webhookSecret")
FORM = "application/x-www-form-urlencoded"
MASK = "***"
# The name of a secret, quoted or not, with the separator between it and its value; and the value, quoted or not.
_NAMES: Final = "|".join(map(re.escape, sorted(SECRET_MEMBERS | SECRET_HEADERS)))
_NAMED: Final = re.compile(
    rf"""(?P<before>\b(?:{_NAMES})\\{{0,8}}["']?\s{{0,8}}[:=,]\s{{0,8}}\[?(?:b(?=\\{{0,8}}["']))?)"""
    r"""(?:(?P<open>\\{0,8}["'])(?:[^"'\\]|\\{1,8}[^"'\\])*|[^"'\s&,;(){}\[\]\\]+)""",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = "REDACTED-"
# Characters after the kept part of a text that are searched, too: more than any secret has in any spelling.
_REACH: Final = 16 * 1024


def is_secret(name: str) -> bool:
    """Whether a member of a body or a header of that name holds a secret."""
    lowered = name.lower()
    return lowered in SECRET_MEMBERS or lowered in SECRET_HEADERS or lowered.endswith("-signature")


def placeholder(name: str) -> str:
    """The replacement for the secret of that name in a cassette: text that is legal in the place of the secret."""
    return f"{_PLACEHOLDER}{name.replace('_', '-')}"


def mask_value(value: Any, mask: str | None = MASK) -> Any:
    """A copy of a JSON value with secret members replaced by `mask`, or by their placeholders if it is None."""
    if isinstance(value, dict):
        return {
            name: (mask or placeholder(name)) if is_secret(name) and isinstance(item, str) else mask_value(item, mask)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [mask_value(item, mask) for item in value]
    return value


def mask_form(text: str, mask: str | None = MASK) -> str:
    """A form-encoded text with the values of secret names replaced, as by `mask_value`."""
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode(
        [(name, (mask or placeholder(name)) if is_secret(name) else value) for name, value in pairs], safe="*$"
    )


def mask_body(body: bytes, essence: str) -> bytes:
    """A body with its secrets replaced by placeholders; unchanged if it has none.

    Args:
        body: the body, of any media type.
        essence: the media type, without parameters.
    """
    if essence == FORM and not body.lstrip().startswith(b"{"):
        return mask_form(body.decode(errors="replace"), mask=None).encode()
    if not any(name in body for name in _SECRET_NAMES):
        return body
    try:
        masked = mask_value(json.loads(body), mask=None)
    except (ValueError, RecursionError):
        return body
    return json.dumps(masked, separators=(",", ":")).encode()


def mask_named(text: str) -> str:
    """A text that shows data, with the values after the names of secrets masked.

    A log may show a secret before the response that contains it has been read.
    """
    return _NAMED.sub(lambda match: f"{match['before']}{match['open'] or ''}{MASK}", text)


class Redactor:
    """Masks the secrets of a run wherever they occur, in any spelling; threads may share it.

    Args:
        secrets: the secrets that are known from the beginning.
        within: the redactor of what the run is a part of; its secrets are masked as well.
    """

    def __init__(self, secrets: Iterable[str] = (), within: Redactor | None = None) -> None:
        self._own: frozenset[str] = frozenset()
        self._within = within
        self._finder = Finder(())
        self._lock = threading.Lock()
        self.add(*secrets)

    def add(self, *secrets: str, everywhere: bool = False) -> None:
        """Learn secrets; with `everywhere`, `within` learns them, too."""
        new = frozenset(secret for secret in secrets if secret and not secret.startswith(_PLACEHOLDER))
        if not new <= self._own:
            with self._lock:
                self._own |= new
        if everywhere and self._within is not None:
            self._within.add(*secrets, everywhere=True)

    def add_wrong(self, *values: str) -> None:
        """Learn values that were sent instead of secrets, if they share a part with one: cut off, reversed, changed."""
        known = self.secrets
        for value in values:
            parts = _parts_of(value) if value not in known else frozenset[str]()
            if any(not parts.isdisjoint(_parts_of(secret)) for secret in known):
                self.add(value)

    def add_sent(self, headers: object, form: object) -> None:
        """Learn the values that a request sends in the places of secrets, which may show most of one; see `add_wrong`.

        Args:
            headers: the headers of the request, if it has any of its own.
            form: the names and values of its form, if it has one.
        """
        if isinstance(headers, Mapping):
            self.add_wrong(*headers.get("Authorization", "").split())
        if isinstance(form, Mapping):
            self.add_wrong(*(value for name, value in form.items() if is_secret(name)))

    @property
    def secrets(self) -> frozenset[str]:
        """Every known secret, in plain text."""
        return self._own | self._within.secrets if self._within is not None else self._own

    def text(self, text: str) -> str:
        """The text with every known secret masked, in any spelling; see `Finder`."""
        # Another thread may add secrets at any time.
        secrets, finder = self.secrets, self._finder
        if finder.secrets != secrets:
            self._finder = finder = Finder.of(secrets)
        return replaced(text, finder.find(text), lambda _: MASK)


def masked_start(text: str, most: int, mask: Callable[[str], str]) -> str:
    """The beginning of a text, masked before it is cut, because half of a secret would not be recognized.

    Args:
        text: a text of any length.
        most: the number of characters to keep.
        mask: removes secrets from a text.
    """
    masked = mask(text[: most + _REACH])
    if len(text) > most + _REACH:
        # This was cut before it was masked, so it may end with half of a secret.
        masked = masked[: -_REACH // 2]
    return masked[:most]


def replaced(text: str, places: Iterable[Place], by: Callable[[str], str]) -> str:
    """A text with each of its secrets replaced.

    Args:
        text: any text.
        places: the places of the secrets, in order, without overlaps.
        by: returns the replacement for a secret.
    """
    pieces, at = [], 0
    for place in places:
        pieces += [text[at : place.start], by(place.secret)]
        at = place.end
    return "".join([*pieces, text[at:]]) if pieces else text


@lru_cache(maxsize=1024)
def _parts_of(value: str) -> frozenset[str]:
    """All substrings of a value with the length of the shortest secret, forwards and backwards, in lower case."""
    texts = (value.lower(), value[::-1].lower())
    return frozenset(text[start : start + SHORTEST] for text in texts for start in range(len(text) - SHORTEST + 1))
