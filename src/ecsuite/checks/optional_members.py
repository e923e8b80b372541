"""What an answer may leave out, and what then stays open."""

from __future__ import annotations

from ecsuite.checks.seen import Seen
from ecsuite.contract import schema_for
from ecsuite.finding import NotChecked
from ecsuite.media import UndecodableError

NAME = "optional members are there to be checked"


def check(seen: Seen) -> NotChecked | None:
    """Never broken: it only tells what could not be looked at, for want of an optional member (`x-absent`)."""
    schema = schema_for(seen.rule.content, seen.media_type.essence) if seen.rule else None
    if schema is None or isinstance(seen.body, UndecodableError) or not isinstance(seen.body.value, dict):
        return None
    for name, what in seen.contract.schemas.absences(schema).items():
        if name not in seen.body.value:
            return NotChecked(f"{name} is left out, so {what} cannot be checked")
    return None
