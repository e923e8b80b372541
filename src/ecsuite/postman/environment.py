"""Reads an exported Postman environment as variables of a live run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ecsuite.errors import EnvironmentFileUnreadable
from ecsuite.json_files import read_object

# Usual names of variables, in lower case without punctuation, and the names for a live run.
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "baseurl": "EC_BASE_URL",
        "tokenurl": "EC_TOKEN_URL",
        "accesstokenurl": "EC_TOKEN_URL",
        "authurl": "EC_TOKEN_URL",
        "clientid": "EC_CLIENT_ID",
        "clientsecret": "EC_CLIENT_SECRET",
        "accesstoken": "EC_ACCESS_TOKEN",
        "otherclientid": "EC_OTHER_CLIENT_ID",
        "otherclientsecret": "EC_OTHER_CLIENT_SECRET",
    }
)
_PREFIX: Final = "EC_"
_HOLE: Final = re.compile(r"\{\{([^{}]+)\}\}")
# Limits for variables that contain variables: levels of nesting, and characters in total.
_DEEPEST: Final = 10
_MOST: Final = 200_000


def read_postman_environment(path: Path) -> dict[str, str]:
    """Read the variables of a live run (`EC_BASE_URL`, `EC_CLIENT_ID`, ...) from a Postman environment.

    `baseUrl`, `base_url` and `BASE-URL` are the same name; a name that starts with `EC_` is used unchanged. Disabled,
    empty and unknown variables are ignored.

    Raises:
        EnvironmentFileUnreadable: the file is not a Postman environment, or its variables are too long; the message
            contains none of its values.
    """
    values = variables_of(path)
    found: dict[str, str] = {}
    for name, value in values.items():
        known = name if name.startswith(_PREFIX) else _NAMES.get(re.sub(r"[^a-z]", "", name.lower()), "")
        try:
            filled = resolved(value, values).strip() if known else ""
        except TooLongError as error:
            raise EnvironmentFileUnreadable(path, str(error)) from None
        if filled:
            found.setdefault(known, filled)
    return found


def variables_of(path: Path) -> dict[str, str]:
    """Read the enabled variables of an environment, by their own names.

    Raises:
        EnvironmentFileUnreadable: the file is not a Postman environment.
    """
    document = read_object(path, EnvironmentFileUnreadable)
    if not isinstance(document.get("values"), list):
        raise EnvironmentFileUnreadable(path, "it has no list of values")
    return enabled(document["values"])


def enabled(entries: Any) -> dict[str, str]:
    """Names and values of the enabled variables in a list."""
    listed = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    return {
        str(each.get("key") or each.get("id")): str(value)
        for each in listed
        if each.get("enabled", True) is not False and not each.get("disabled")
        if isinstance(value := each.get("value"), str | int | float)
    }


class TooLongError(ValueError):
    """Nested variables expand to more text than can be handled."""

    def __init__(self) -> None:
        super().__init__(f"its variables stand for more than {_MOST:,} characters")


def resolved(text: str, values: Mapping[str, str]) -> str:
    """Replace known variables in a text; unknown ones remain.

    Raises:
        TooLongError: the values are too long.
    """
    left = _MOST

    def value_of(hole: re.Match[str]) -> str:
        nonlocal left
        value = values.get(hole[1].strip())
        if not value:
            return hole[0]
        left -= len(value)
        if left < 0:
            raise TooLongError
        return value

    for _ in range(_DEEPEST):
        filled = _HOLE.sub(value_of, text)
        if filled == text:
            break
        text = filled
    return text
