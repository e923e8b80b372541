"""The decisive part of a JSON value on one line: the value at a path, with the ids of the objects around it."""

from __future__ import annotations

import json
from typing import Any, Final

from ecsuite import wording
from ecsuite.json_paths import Path

MOST_CHARACTERS: Final = 60
_MORE: Final = "..."


def excerpt(value: Any, path: Path, longest: int) -> str:
    """Render the value at a path, with only the ids of the objects around it; render everything if it is short enough.

    Args:
        value: a JSON value of any size.
        path: may end at a member that is missing.
        longest: maximum number of characters; longer text is cut.
    """
    whole = _text(value)
    if len(whole) <= longest:
        return wording.printable(whole)
    return wording.printable(_cut(_around(value, path) if path else whole, longest))


def _around(value: Any, path: Path) -> str:
    if not path:
        return _short(value)
    if isinstance(value, dict):
        return _of_object(value, path)
    if isinstance(value, list) and isinstance(path[0], int) and path[0] < len(value):
        more = f", {_MORE}" if len(value) > 1 else ""
        return f"[{_around(value[path[0]], path[1:])}{more}]"
    return _short(value)


def _of_object(value: dict[str, Any], path: Path) -> str:
    shown = [
        f"{_text(name)}: {_around(item, path[1:]) if name == path[0] else _short(item)}"
        for name, item in value.items()
        if name == path[0] or (str(name).lower().endswith("id") and isinstance(item, str | int))
    ]
    if path[0] not in value:
        # If the member is missing, the members that are present are decisive.
        return _text(value)
    return f"{{{', '.join(shown)}{f', {_MORE}' if len(shown) < len(value) else ''}}}"


def _short(value: Any) -> str:
    return _cut(_text(value), MOST_CHARACTERS)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - len(_MORE)]}{_MORE}"
