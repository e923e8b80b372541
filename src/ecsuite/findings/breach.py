"""What breaks a promise: the kind of breach, its place, and what was expected and seen there, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ecsuite.contract.document import Pointer
from ecsuite.findings.datum import MISSING, NOTHING, Datum, datum, kept_text
from ecsuite.messages.redact import is_secret
from ecsuite.promises import Severity

Part = Literal[
    "status",
    "header",
    "body",
    "request-line",
    "path",
    "query",
    "request-header",
    "request-body",
    "list",
    "delivery",
    "connection",
]
Path = tuple[str | int, ...]
MOST_TOKENS: Final = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an exchange, or in what several exchanges show together.

    Attributes:
        part: of the exchange: `header`, `body`, `query`, ...; `list` for what all pages of a list hold together.
        name: of a header or a parameter.
        path: the reference tokens that lead to a part of a body (RFC 6901); the name of a parameter of a header.
    """

    part: Part
    name: str = ""
    path: Path = ()

    @property
    def is_secret(self) -> bool:
        """Whether the place holds secrets: its name, or one on the path to it, is that of a secret."""
        return is_secret(self.name) or any(isinstance(token, str) and is_secret(token) for token in self.path)

    def kept(self, mask: Callable[[str], str]) -> Place:
        """The place as a finding keeps it, masked and cut: a server can send any name."""
        path = tuple(kept_text(token, mask) if isinstance(token, str) else token for token in self.path[:MOST_TOKENS])
        return replace(self, name=kept_text(self.name, mask), path=path)

    def to_json(self) -> dict[str, Any]:
        """The place as a JSON value."""
        return {"part": self.part, "name": self.name, "path": list(self.path)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Place:
        """The inverse of `to_json`."""
        return cls(value["part"], value["name"], tuple(value["path"]))


STATUS: Final = Place("status")
DELIVERY: Final = Place("delivery")
# The kinds of breach other than the keywords of JSON Schema.
KINDS: Final = frozenset(
    {
        "absent",
        "changed",
        "count",
        "duplicate",
        "early",
        "extra",
        "length",
        "lost",
        "order",
        "present",
        "same",
        "status",
        "unknown",
        "unlisted",
        "unreadable",
        "unsigned",
    }
)


def body(path: Path = ()) -> Place:
    """A place in the body of a response."""
    return Place("body", path=path)


def listed(member: str = "") -> Place:
    """The items of all pages of a list; `member` names the one that identifies them, if any."""
    return Place("list", member)


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that an exchange breaks.

    Attributes:
        kind: the JSON Schema keyword that is broken, or one of `KINDS`.
        at: the place of the breach.
        expected: depends on the kind: a fragment of a schema for a keyword; a list of statuses and ranges of them
            (`2XX`) for `status`; a list of what is allowed for `unlisted`; a media type for `unreadable`; else the
            value that should be there.
        actual: the value that is there; for `unreadable` the id of the reason.
        rule: the pointer to the rule in the contract; None for the operation itself.
        case: the name of the input, if the test runs a table of inputs: `secret-cut-off`.
        because: why the request had to be refused.
        seen_by: the id of the operation that revealed it later; empty if the exchange shows it itself.
        seen_call: the same operation for people: its method and its path.
        note: an addition in English, for people only: the promise's own words; for `unreadable`, the message of the
            parser or of the connection.
        severity: how severe it is, if whoever found it knows; None if it follows from the promise and the contract.
    """

    kind: str
    at: Place
    expected: Datum = MISSING
    actual: Datum = MISSING
    rule: Pointer | None = None
    case: str = ""
    because: Breach | None = None
    seen_by: str = ""
    seen_call: str = field(default="", compare=False)
    note: str = ""
    severity: Severity | None = None

    @classmethod
    def of(  # noqa: PLR0913  each is a part of a breach
        cls,
        kind: str,
        at: Place,
        expected: Any = NOTHING,
        actual: Any = NOTHING,
        *,
        rule: Pointer | None = None,
        case: str = "",
        seen_by: str = "",
        note: str = "",
    ) -> Breach:
        """A breach from plain JSON values; `NOTHING` stands for the absence of one."""
        wanted, seen = (MISSING if value is NOTHING else datum(value) for value in (expected, actual))
        return cls(kind, at, wanted, seen, rule, case, seen_by=seen_by, note=note)

    def kept(self, mask: Callable[[str], str]) -> Breach:
        """The breach as a finding keeps it: without secrets, values cut; `mask` removes the secrets of the run."""
        return replace(
            self,
            at=self.at.kept(mask),
            # The fragment of a schema is published, so it is no secret.
            expected=self.expected.kept(mask, is_secret_place=self.at.is_secret and self.kind in KINDS),
            actual=self.actual.kept(mask, is_secret_place=self.at.is_secret),
            because=self.because.kept(mask) if self.because else None,
            note=kept_text(self.note, mask),
        )

    def to_json(self) -> dict[str, Any]:
        """The breach as a JSON value."""
        return {
            "kind": self.kind,
            "at": self.at.to_json(),
            "expected": self.expected.to_json(),
            "actual": self.actual.to_json(),
            "rule": None if self.rule is None else list(self.rule),
            "case": self.case,
            "because": self.because.to_json() if self.because else None,
            "seen_by": self.seen_by,
            "seen_call": self.seen_call,
            "note": self.note,
            "severity": self.severity,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Breach:
        """The inverse of `to_json`."""
        return cls(
            kind=value["kind"],
            at=Place.from_json(value["at"]),
            expected=Datum.from_json(value["expected"]),
            actual=Datum.from_json(value["actual"]),
            rule=None if value["rule"] is None else tuple(value["rule"]),
            case=value["case"],
            because=cls.from_json(value["because"]) if value["because"] else None,
            seen_by=value["seen_by"],
            seen_call=value["seen_call"],
            note=value["note"],
            severity=value.get("severity"),
        )
