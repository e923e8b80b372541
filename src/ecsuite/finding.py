"""What a check says of an exchange: passed, broken (with findings), or not checked (with the reason)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecsuite.contract import Level, Operation, Pointer
from ecsuite.exchange import Exchange, Request


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that an exchange breaks, as a check sees it.

    Attributes:
        at: where in the exchange: `body /meterId`, `status`, `header WWW-Authenticate`, `request body /year`.
        expected: what the contract says, in words.
        actual: what was seen, in words.
        rule: where in the contract the rule stands; None for the operation itself.
    """

    at: str
    expected: str
    actual: str
    rule: Pointer | None = None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A check that could not tell, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: where, what the contract says, what was seen, and the request to repeat it with.

    Attributes:
        check: the promise, by the name of its check.
        subject: the operation and the status, such as `POST /users -> 201`.
        place: the file and the line of the rule.
        source: where the rule was published.
    """

    check: str
    level: Level
    subject: str
    at: str
    expected: str
    actual: str
    place: str
    source: str
    request: Request | None = field(default=None, repr=False)

    @property
    def key(self) -> tuple[str, ...]:
        """What two findings of the same fault have in common."""
        return (self.check, self.subject, self.at, self.expected)


@dataclass(frozen=True, slots=True)
class Result:
    """All that the checks say of one exchange.

    Attributes:
        operation: what the request names in the contract; None where it names nothing.
        path_parameters: what stands for the parameters in its path, decoded.
        passed: the names of the checks that passed.
        not_checked: the checks that could not tell, each with its reason.
    """

    exchange: Exchange
    operation: Operation | None
    path_parameters: Mapping[str, str]
    passed: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[tuple[str, str], ...]
