"""Which promises cannot be checked because a response omits an optional member."""

from __future__ import annotations

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.contract import schema_for
from ecsuite.findings.finding import NotChecked
from ecsuite.messages.media import UndecodableError


def check(decoded: DecodedExchange) -> NotChecked | None:
    """This promise is never broken; the check only reports what could not be checked without an optional member."""
    schema = schema_for(decoded.rule.content, decoded.media_type.essence) if decoded.rule else None
    if schema is None or isinstance(decoded.body, UndecodableError) or not isinstance(decoded.body.value, dict):
        return None
    for name, what in decoded.contract.schemas.absences(schema).items():
        if name not in decoded.body.value:
            return NotChecked(f"{name} is left out, so {what} cannot be checked")
    return None
