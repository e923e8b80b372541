"""The one list of what is secret, and the masks that go over it before anything is written or printed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "spark-signature"})
SECRET_MEMBERS = frozenset(
    {"access_token", "refresh_token", "id_token", "client_id", "client_secret", "client_assertion", "webhooksecret"}
)
_SECRET_NAMES = (b"client_", b"_token", b"_assertion", b"webhookSecret")
FORM = "application/x-www-form-urlencoded"
MASK = "***"
# Shorter values would be found inside words that are no secret at all.
SHORTEST_SECRET = 6


def is_secret(name: str) -> bool:
    """Whether a member of a body, or a header, of that name holds a secret."""
    lowered = name.lower()
    return lowered in SECRET_MEMBERS or lowered in SECRET_HEADERS or lowered.endswith("-signature")


def placeholder(name: str) -> str:
    """What stands for the secret of that name in a cassette: text that is legal where the secret was."""
    return f"REDACTED-{name.replace('_', '-')}"


def mask_value(value: Any, mask: str | None = MASK) -> Any:
    """A copy of a JSON value with the members that are secret replaced; `mask` None puts in their placeholders."""
    if isinstance(value, dict):
        return {
            name: (mask or placeholder(name)) if is_secret(name) and isinstance(item, str) else mask_value(item, mask)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [mask_value(item, mask) for item in value]
    return value


def mask_form(text: str, mask: str | None = MASK) -> str:
    """A form-encoded text with the values of secret names replaced."""
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode(
        [(name, (mask or placeholder(name)) if is_secret(name) else value) for name, value in pairs], safe="*$"
    )


def mask_body(body: bytes, essence: str) -> bytes:
    """A body with what it holds in places of secrets replaced by placeholders; as it is where it has none.

    Args:
        body: of any kind.
        essence: its media type, without parameters.
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


class Redactor:
    """Masks the secrets of a run wherever they turn up in a text, whatever the text is; threads may share it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Learn secrets: their plain, JSON-escaped and percent-encoded spellings are masked from now on."""
        long_enough = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        with self._lock:
            for secret in long_enough:
                self._spellings |= {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}
            # Secrets come with every story of a run, texts seldom: the pattern is made when there is a text.
            self._pattern = None

    @property
    def secrets(self) -> frozenset[str]:
        """Every known secret, in all its spellings."""
        with self._lock:
            return frozenset(self._spellings)

    def text(self, text: str) -> str:
        """The text with every known secret masked."""
        # A pattern of the secrets of a moment ago must not take the place of the one that knows the latest.
        with self._lock:
            if self._pattern is None and self._spellings:
                longest_first = sorted(self._spellings, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            pattern = self._pattern
        return pattern.sub(MASK, text) if pattern else text
