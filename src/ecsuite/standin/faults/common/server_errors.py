"""Calls on which a careless server crashes, for the catalogues of all editions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecsuite.contract import Level
from ecsuite.findings.breach import STATUS
from ecsuite.findings.pattern import Equal, found
from ecsuite.promises import SERVER_ERROR
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import Row, fault
from ecsuite.standin.parts import Asked


@dataclass(frozen=True, slots=True)
class _Crash:
    """A fault that crashes on a call, of which the condition is still missing."""

    name: str
    level: Level
    description: str
    operation: str

    def when(self, when: Callable[[Asked], bool]) -> Row:
        """Add the condition on which it crashes."""
        return (
            fault(self.name, self.level, f"{self.description} is a server error")
            .plant(p.crashes(when, self.operation))
            .finding(found(SERVER_ERROR, self.operation, 500, STATUS, "exclusiveMaximum", actual=Equal(500)))
        )


def crash(name: str, level: Level, description: str, operation: str) -> _Crash:
    """Begin the row of a server that crashes on some calls of an operation; `description` is of such a call."""
    return _Crash(name, level, description, operation)
