"""Reads the accepted deviations of a configuration file: the entries under `[[accepted]]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, get_args

from ecsuite.config.document import Document, Steps
from ecsuite.config.keys import ACCEPTED, nearest
from ecsuite.errors import ConfigInvalid
from ecsuite.findings.datum import NOTHING, JsonType, type_of
from ecsuite.findings.deviation import Deviation, Mark
from ecsuite.promises import BY_ID

# Required and optional keys of an entry.
REQUIRED: Final = ("promise", "operation", "place", "kind", "reason", "until")
OPTIONAL: Final = ("case", "because", "seen-by")
ACTUAL: Final = ("actual", "actual-type")


def deviations_in(document: Document) -> Iterator[Deviation]:
    """The accepted deviations.

    Raises:
        ConfigInvalid: an entry is incomplete or invalid.
    """
    for steps, entry in document.entries(ACCEPTED):
        document.require_keys(steps, entry, (*REQUIRED, *OPTIONAL, *ACTUAL))
        yield Deviation(
            mark=_mark(document, steps, entry),
            reason=_text(document, steps, entry, "reason"),
            until=_until(document, steps, entry),
            where=document.where(*steps),
        )


def _mark(document: Document, steps: Steps, entry: Mapping[str, Any]) -> Mark:
    promise, operation, place, kind = (_text(document, steps, entry, name) for name in REQUIRED[:4])
    if promise not in BY_ID:
        near = nearest(promise, BY_ID)
        hint = f"did you mean {near!r}?" if near else "expected the id of one"
        raise ConfigInvalid(document.where(*steps, "promise"), f"there is no promise {promise!r}: {hint}")
    case, because, seen_by = (_text(document, steps, entry, name) if name in entry else "" for name in OPTIONAL)
    value = entry.get("actual", NOTHING)
    return Mark(promise, operation, place, kind, _type(document, steps, entry), value, case, because, seen_by)


def _type(document: Document, steps: Steps, entry: Mapping[str, Any]) -> JsonType:
    """The JSON type of the actual value, from the value itself or from the name of its type."""
    names: tuple[JsonType, ...] = get_args(JsonType)
    given = [name for name in ACTUAL if name in entry]
    if len(given) != 1:
        raise ConfigInvalid(document.where(*steps), "an accepted deviation has either actual or actual-type")
    if given == ["actual"]:
        if isinstance(entry["actual"], date):
            raise ConfigInvalid(document.where(*steps, "actual"), "expected a JSON value; a date stands in quotes")
        return type_of(entry["actual"])
    found = next((name for name in names if name == entry["actual-type"]), None)
    if found is None:
        raise ConfigInvalid(document.where(*steps, "actual-type"), f"expected one of {', '.join(names)}")
    return found


def _text(document: Document, steps: Steps, entry: Mapping[str, Any], name: str) -> str:
    if name not in entry:
        raise ConfigInvalid(document.where(*steps), f"an accepted deviation must have {name}")
    value = entry[name]
    if not isinstance(value, str) or not value.strip():
        raise ConfigInvalid(document.where(*steps, name), f"{name} must be a text in quotes")
    return value


def _until(document: Document, steps: Steps, entry: Mapping[str, Any]) -> date:
    value = entry.get("until")
    if isinstance(value, str):
        value = date_or_none(value)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ConfigInvalid(document.where(*steps, "until"), "until must be a day, such as 2027-01-31")
    return value


def date_or_none(text: str) -> date | None:
    """The day that a text names; None if it is not a day."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day, wherever it is
    except ValueError:
        return None
