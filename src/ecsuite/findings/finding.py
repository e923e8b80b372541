"""What a check says of an exchange: passed, broken (with findings), or not checked (with the reason)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ecsuite.contract import Level, Operation, Pointer
from ecsuite.findings.breach import Breach
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import RESPONSE_ARRIVES, Promise, Severity

Outcome = Literal["passed", "broken", "not checked", "unsteady", "repeated"]


class Observation(NamedTuple):
    """What was seen of a promise: that it was kept or broken, or why it could not be told.

    Attributes:
        promise: its id.
        operation: the id of the operation that was called; empty where the call is none of the contract.
        outcome: what was seen.
        reason: why it was not checked, or what came in place of a response of the API's (a status, `lost`); else empty.
    """

    promise: str
    operation: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """The verdict of a check that cannot tell, with the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class ContractPlace:
    """Where in a contract a rule stands.

    Attributes:
        pointer: to the rule.
        file: the document, as messages name it.
        line: of the rule.
        source: where the rule was published.
    """

    pointer: Pointer
    file: str
    line: int
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: which, by what call, and how.

    Attributes:
        promise: its id.
        operation: the id of the operation that was called; None for a call that is none of the contract.
        method: of the call.
        path: of the operation, as a template; of the call where it is no operation.
        status: of the response; None where none came.
        breach: how it is broken.
        level: how certain the promise is.
        severity: whether a client that keeps the contract can be hurt.
        rule: where in the contract the rule stands.
        blamed: the exchange that broke it.
        evidence: the later exchange that shows it; None where the blamed one does.
    """

    promise: str
    operation: str | None
    method: str
    path: str
    status: int | None
    breach: Breach
    level: Level
    severity: Severity
    rule: ContractPlace
    blamed: Exchange | None = field(default=None, repr=False, compare=False)
    evidence: Exchange | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        """What two findings of the same fault have in common."""
        breach = self.breach
        call = (self.promise, self.severity, self.method, self.path, self.status)
        return (*call, breach.kind, breach.at, breach.case, breach.seen_by)

    def to_json(self) -> dict[str, Any]:
        """The finding as a JSON value, without the exchanges."""
        return {
            "promise": self.promise,
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "breach": self.breach.to_json(),
            "level": self.level,
            "severity": self.severity,
            "rule": {
                "pointer": list(self.rule.pointer),
                "file": self.rule.file,
                "line": self.rule.line,
                "source": self.rule.source,
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Finding:
        """The finding that `to_json` gave."""
        rule = value["rule"]
        return cls(
            promise=value["promise"],
            operation=value["operation"],
            method=value["method"],
            path=value["path"],
            status=value["status"],
            breach=Breach.from_json(value["breach"]),
            level=value["level"],
            severity=value["severity"],
            rule=ContractPlace(tuple(rule["pointer"]), rule["file"], rule["line"], rule["source"]),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """All that the checks say of one exchange.

    Attributes:
        operation: what the request names in the contract; None where it names nothing.
        path_parameters: what stands for the parameters in its path, decoded.
        passed: the promises that were kept.
        not_checked: the promises that could not be judged, each with its reason.
        unsteady: the status of a response that is a gateway's, or asks to come back later; else empty.
    """

    exchange: Exchange
    operation: Operation | None
    path_parameters: Mapping[str, str]
    passed: tuple[Promise, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[tuple[Promise, str], ...]
    unsteady: str = ""

    def observations(self) -> tuple[Observation, ...]:
        """What was seen of each promise."""
        called = self.operation.id if self.operation else ""
        return (
            *_passed(called, self.passed),
            *(Observation(finding.promise, called, "broken") for finding in self.findings),
            *(Observation(promise.id, called, "not checked", reason) for promise, reason in self.not_checked),
            *((Observation(RESPONSE_ARRIVES.id, called, "unsteady", self.unsteady),) if self.unsteady else ()),
        )


@lru_cache(maxsize=1024)
def _passed(called: str, passed: tuple[Promise, ...]) -> tuple[Observation, ...]:
    """That promises were kept; most exchanges of an operation keep the same ones."""
    return tuple(Observation(promise.id, called, "passed") for promise in passed)
