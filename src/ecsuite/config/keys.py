"""The keys of a configuration file, and the environment variables that correspond to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from ecsuite.conditions import ELIGIBILITY_SECONDS, HTTPS_WEBHOOKS, REPORTS, SIMULATION, TEST_AREA

Kind = Literal["address", "text", "rate", "time", "whole number", "count", "number", "flag", "names", "area"]
PREFIX: Final = "EC_"
PROFILE: Final = "EC_PROFILE"
RATE: Final = "EC_RATE"
MAX_REQUESTS: Final = "EC_MAX_REQUESTS"
MAX_TIME: Final = "EC_MAX_TIME"
# The settings of a target, by variable.
SETTINGS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "EC_BASE_URL": "address",
        "EC_TOKEN_URL": "address",
        "EC_WEBHOOK_PUBLIC_URL": "address",
        "EC_WEBHOOK_PORT": "whole number",
        TEST_AREA: "area",
        ELIGIBILITY_SECONDS: "number",
        REPORTS: "names",
        HTTPS_WEBHOOKS: "flag",
        SIMULATION: "flag",
        PROFILE: "text",
        RATE: "rate",
        MAX_REQUESTS: "count",
        MAX_TIME: "time",
    }
)
# Variables of a live run that must not be in a configuration file.
SECRETS: Final = (
    "EC_CLIENT_ID",
    "EC_CLIENT_SECRET",
    "EC_ACCESS_TOKEN",
    "EC_OTHER_CLIENT_ID",
    "EC_OTHER_CLIENT_SECRET",
    "EC_WEBHOOK_SECRET",
)
OTHERS: Final = ("EC_EXAMPLES",)
VARIABLES: Final = frozenset((*SETTINGS, *SECRETS, *OTHERS))

EDITION: Final = "edition"
TARGET: Final = "target"
TARGETS: Final = "targets"
ACCEPTED: Final = "accepted"
TOP_KEYS: Final = (EDITION, TARGET, TARGETS, ACCEPTED)

EXPECTED: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "address": "an address in quotes",
        "text": "a text in quotes",
        "rate": 'a rate in quotes, such as "5/s"',
        "time": 'a time in quotes, such as "10m"',
        "whole number": "a whole number",
        "count": "a whole number",
        "number": "a number",
        "flag": "true or false",
        "names": 'names in a list, or "all"',
        "area": "[latitude, longitude]",
    }
)
_SECRET_WORDS: Final = (
    "secret",
    "passw",
    "credential",
    "client-id",
    "api-key",
    "private-key",
    "authorization",
    "token",
)
# A JSON Web Token, the value of an Authorization header, a user in a URL, or a long random word.
_SECRET_VALUES: Final = (
    re.compile(r"eyJ[\w-]{8,}\."),
    re.compile(r"\b(?:bearer|basic)\s+\S{8,}", re.IGNORECASE),
    re.compile(r"://[^/\s]*@"),
    re.compile(r"^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=\D*\d)[\w+/=~-]{20,}$", re.ASCII),
)


def nearest(name: str, known: Iterable[str]) -> str:
    """The most similar known name; empty if none is similar."""
    from difflib import get_close_matches  # noqa: PLC0415  only where something is wrong

    return next(iter(get_close_matches(name, list(known), n=1)), "")


def key_of(variable: str) -> str:
    """The key for a variable: `test-area` for `EC_TEST_AREA`."""
    return variable.removeprefix(PREFIX).lower().replace("_", "-")


def variable_of(key: str) -> str:
    """The variable for a key."""
    return PREFIX + key.upper().replace("-", "_")


def is_secret_key(key: str) -> bool:
    """Whether the value of a key is a secret, in any spelling of the key."""
    name = key_of(variable_of(key)).removeprefix("ec-")
    return name != key_of("EC_TOKEN_URL") and any(word in name for word in _SECRET_WORDS)


def looks_secret(value: str) -> bool:
    """Whether a value looks like a secret, whatever its key."""
    return any(pattern.search(value) for pattern in _SECRET_VALUES)


def as_variable(kind: Kind, value: Any) -> str | None:
    """The value of a key as an environment variable; None if it has the wrong type."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "flag":
            return {True: "yes", False: "no"}[value] if isinstance(value, bool) else None
        case "whole number" | "count":
            return str(value) if is_number and isinstance(value, int) else None
        case "number":
            return f"{value}" if is_number else None
        case "names":
            names = [value] if isinstance(value, str) else value
            return ",".join(names) if isinstance(names, list) and all(isinstance(each, str) for each in names) else None
        case "area":
            is_pair = isinstance(value, list) and all(isinstance(each, int | float) for each in value)
            return ",".join(map(str, value)) if is_pair else None
        case _:
            return value if isinstance(value, str) else None
