"""An accepted deviation: a finding that is known, and does not fail a run until a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, NamedTuple

from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import NOTHING, Datum, JsonType
from ecsuite.findings.finding import Finding

# Kinds of breach whose actual value is a word from the server's vocabulary, and so the same in every run.
_WORDS: Final = frozenset({"const", "enum", "status", "unlisted"})
# Longer values are not taken for words.
_LONGEST_WORD: Final = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """What identifies a deviation: everything in a finding that is the same in every run.

    Attributes:
        promise: the id of the promise.
        operation: the id of the operation to blame; the method and the path if the contract has no such operation.
        place: the place as `place_text` writes it.
        kind: the kind of the breach.
        type: the type of the actual value.
        value: the actual value if it is the same in every run, such as a status; `NOTHING` for any.
        case: the name of the input, if the test runs a table of inputs.
        because: why the request had to be refused: the place and the kind of its breach.
        seen_by: the id of the operation that revealed it later.
    """

    promise: str
    operation: str
    place: str
    kind: str
    type: JsonType
    value: Any = NOTHING
    case: str = ""
    because: str = ""
    seen_by: str = ""

    def fits(self, other: Mark) -> bool:
        """Whether a finding with the other mark is this deviation."""
        is_same = (self.value is NOTHING or self.value == other.value) and self.type == other.type
        return is_same and self._rest == other._rest

    @property
    def _rest(self) -> tuple[str, ...]:
        return (self.promise, self.operation, self.place, self.kind, self.case, self.because, self.seen_by)

    def to_json(self) -> dict[str, Any]:
        """The mark as a JSON value; without `value` if any value fits."""
        names = ("promise", "operation", "place", "kind", "type", "case", "because", "seen_by")
        value = {} if self.value is NOTHING else {"value": self.value}
        return {name: getattr(self, name) for name in names} | value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Mark:
        """The inverse of `to_json`; members that a later version may have added are ignored."""
        return cls(**{each.name: value[each.name] for each in fields(cls) if each.name in value})


class Acceptance(NamedTuple):
    """Why a finding does not fail a run: the entry that accepts it, as in `Deviation`; the day as `2027-01-31`."""

    reason: str
    until: str
    where: str

    def to_json(self) -> dict[str, str]:
        """The acceptance as a JSON value."""
        return {"reason": self.reason, "until": self.until, "where": self.where}

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Acceptance:
        """The inverse of `to_json`."""
        return cls(value["reason"], value["until"], value["where"])


def mark_of(finding: Finding) -> Mark:
    """The mark of a finding."""
    breach = finding.breach
    because = breach.because
    return Mark(
        promise=finding.promise,
        operation=finding.operation or f"{finding.method} {finding.path}",
        place=place_text(breach.at),
        kind=breach.kind,
        type=breach.actual.type,
        value=_constant(breach),
        case=breach.case,
        because=f"{place_text(because.at)} {because.kind}" if because else "",
        seen_by=breach.seen_by,
    )


def _constant(breach: Breach) -> Any:
    """The actual value of a breach if it is the same in every run; else `NOTHING`."""
    actual = breach.actual
    if actual.type == "boolean":
        return actual.value
    # A value in a list may belong to somebody else.
    is_listed = any(isinstance(token, int) for token in breach.at.path)
    is_word = breach.at.part == "status" or (breach.kind in _WORDS and not is_listed)
    return actual.value if is_word and _is_short(actual) else NOTHING


def _is_short(actual: Datum) -> bool:
    return actual.type == "integer" or (actual.type == "string" and actual.size <= _LONGEST_WORD)


def place_text(at: Place) -> str:
    """A place on one line, with items of lists as `*`: `body /data/*/year`."""
    tokens = ("*" if isinstance(token, int) else token.replace("~", "~0").replace("/", "~1") for token in at.path)
    pointer = "".join(f"/{token}" for token in tokens)
    return " ".join(filter(None, (at.part, at.name, pointer)))


@dataclass(frozen=True, slots=True)
class Deviation:
    """An accepted deviation: an entry of the configuration.

    Attributes:
        mark: which findings it accepts.
        reason: why it accepts them.
        until: the last day on which it does.
        where: the file and the line of the entry.
    """

    mark: Mark
    reason: str
    until: date
    where: str

    @property
    def acceptance(self) -> Acceptance:
        """The acceptance of the findings that it accepts."""
        return Acceptance(self.reason, self.until.isoformat(), self.where)

    def has_expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.until


class Deviations:
    """The accepted deviations of a run.

    Args:
        entries: the entries of the configuration.
        today: the current day; entries whose last day has passed accept nothing.
    """

    def __init__(self, entries: Iterable[Deviation] = (), today: date = date.min) -> None:
        known = tuple(entries)
        self.expired = tuple(each for each in known if each.has_expired(today))
        self.valid = tuple(each for each in known if not each.has_expired(today))

    def accepting(self, finding: Finding) -> Acceptance | None:
        """The acceptance of a finding; None if no entry accepts it."""
        if not self.valid:
            return None
        mark = mark_of(finding)
        return next((each.acceptance for each in self.valid if each.mark.fits(mark)), None)

    def where_fitting(self, marks: Sequence[Mark]) -> set[str]:
        """The places of the entries that any of the marks fits: of a finding, and of what follows from it."""
        return {each.where for each in self.valid for mark in marks if each.mark.fits(mark)}


NO_DEVIATIONS: Final = Deviations()
