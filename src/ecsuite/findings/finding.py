"""The verdict of a check on an exchange: passed, broken (with findings), or not checked (with the reason)."""

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
    """The outcome for one promise in one call.

    Attributes:
        promise: the id of the promise.
        operation: the id of the called operation; empty if the contract has no such operation.
        outcome: whether the promise was kept, broken, or could not be judged.
        reason: why it was not checked, or what came instead of a response of the API (a status, `lost`); else empty.
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
    """The place of a rule in a contract.

    Attributes:
        pointer: the pointer to the rule.
        file: the name of the document in messages.
        line: the line of the rule.
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
    """A broken promise: which one, by what call, and how.

    Attributes:
        promise: the id of the promise.
        operation: the id of the called operation; None if the contract has no such operation.
        method: the method of the call.
        path: the path template of the operation; the path of the call if there is no operation.
        status: the status of the response; None if none came.
        breach: how the promise is broken.
        level: how certain the promise is.
        severity: whether a client that keeps the contract can be hurt.
        rule: the place of the rule in the contract.
        blamed: the exchange that broke the promise.
        evidence: the later exchange that revealed it; None if the blamed one shows it itself.
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
        """The key by which findings of the same fault in the same call are equal."""
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
        """The inverse of `to_json`; the exchanges are None."""
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
    """The verdicts of all checks on one exchange.

    Attributes:
        operation: the called operation; None if the contract has no such operation.
        path_parameters: the values of the parameters in the path, decoded.
        passed: the promises that were kept.
        not_checked: the promises that could not be judged, each with its reason.
        unsteady: the status of a response that a gateway gave, or that asks to try again later; else empty.
    """

    exchange: Exchange
    operation: Operation | None
    path_parameters: Mapping[str, str]
    passed: tuple[Promise, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[tuple[Promise, str], ...]
    unsteady: str = ""

    def observations(self) -> tuple[Observation, ...]:
        """The outcome for each promise."""
        called = self.operation.id if self.operation else ""
        return (
            *_passed(called, self.passed),
            *(Observation(finding.promise, called, "broken") for finding in self.findings),
            *(Observation(promise.id, called, "not checked", reason) for promise, reason in self.not_checked),
            *((Observation(RESPONSE_ARRIVES.id, called, "unsteady", self.unsteady),) if self.unsteady else ()),
        )


@lru_cache(maxsize=1024)
def _passed(called: str, passed: tuple[Promise, ...]) -> tuple[Observation, ...]:
    """Observations that promises were kept; cached because most exchanges of an operation keep the same ones."""
    return tuple(Observation(promise.id, called, "passed") for promise in passed)
