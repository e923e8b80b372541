"""Planted faults, with the finding that each must cause, and legal variants, which must cause none.

    fault = find_fault("2023-10", "vehicle-year-is-text")
    with serving("2023-10", plant=fault.plant) as standin: ...

They are data of an edition: lines of a table in its module, made of the small functions in `planting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import ModuleType
from typing import Protocol, TypeVar

from ecsuite import editions, wording
from ecsuite.contract import Level, Operation
from ecsuite.errors import UnknownFault, UnknownVariant
from ecsuite.findings.finding import Finding
from ecsuite.findings.pattern import FindingPattern
from ecsuite.promises import Promise
from ecsuite.standin.app import Plant

__all__ = ["Expected", "Fault", "Variant", "find_fault", "find_variant", "of_faults", "of_variants"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a finding must say for it to name a fault, in words; its successor is `FindingPattern`, on data.

    Attributes:
        check: the name of the check or rule.
        subject: the whole subject, with the operation by its id: `createMeter -> 201`.
        at: something that occurs in the place, and so on.
    """

    check: Promise
    subject: str
    at: str = ""
    expected: str = ""
    actual: str = ""

    def fits(self, finding: Finding, operations: Mapping[str, Operation]) -> bool:
        """Whether the finding is the expected one; `operations` are those of the contract by id."""
        name, arrow, status = self.subject.partition(" -> ")
        subject = f"{re.escape(str(operations[name]))}{arrow}{status}" if name in operations else self.subject
        return finding.promise == self.check.id and re.fullmatch(subject, wording.subject(finding)) is not None

    def __str__(self) -> str:
        parts = (("at", self.at), ("expected", self.expected), ("actual", self.actual))
        return ", ".join([f"{self.check.id}: {self.subject}", *(f"{name} {text}" for name, text in parts if text)])


class Planted(Protocol):
    """What has a name and can be planted."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def plant(self) -> Plant:
        """What changes the parts of a stand-in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a server does wrong.

    Attributes:
        name: in small letters and hyphens.
        category: the group it belongs to.
        level: how certain the promise is that it breaks.
        description: what the server does, in a few words.
        plant: changes the parts of a stand-in so that it does.
        finding: what must be found.
    """

    name: str
    category: str
    level: Level
    description: str
    plant: Plant = field(repr=False)
    finding: Expected | FindingPattern

    @property
    def promise(self) -> Promise:
        """The promise that it breaks."""
        return self.finding.promise if isinstance(self.finding, FindingPattern) else self.finding.check

    @property
    def call(self) -> str:
        """The id of the operation that is to blame, or its method and path."""
        if isinstance(self.finding, FindingPattern):
            return self.finding.call
        return self.finding.subject.partition(" -> ")[0]

    def is_named_by(self, finding: Finding, operations: Mapping[str, Operation]) -> bool:
        """Whether a finding is the one that it must cause; `operations` are those of the contract by id."""
        if isinstance(self.finding, FindingPattern):
            return self.finding.fits(finding)
        return self.finding.fits(finding, operations)


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that a server may do: unusual, and right all the same."""

    name: str
    description: str
    plant: Plant = field(repr=False)


def of_faults(edition: str) -> tuple[Fault, ...]:
    """The planted faults of an edition; none where it has no catalogue yet."""
    found: tuple[Fault, ...] = getattr(_catalogue(edition), "FAULTS", ())
    return found


def of_variants(edition: str) -> tuple[Variant, ...]:
    """The legal variants of an edition; none where it has no catalogue yet."""
    found: tuple[Variant, ...] = getattr(_catalogue(edition), "VARIANTS", ())
    return found


def _catalogue(edition: str) -> ModuleType | None:
    try:
        return editions.module(__name__, edition)
    except ModuleNotFoundError as error:
        if not str(error.name).startswith(f"{__name__}.edition_"):
            raise
        return None


def find_fault(edition: str, name: str) -> Fault:
    """The fault of that name.

    Raises:
        UnknownFault: there is none.
    """
    found, near = _find(name, of_faults(edition))
    if found is None:
        raise UnknownFault(name, near)
    return found


def find_variant(edition: str, name: str) -> Variant:
    """The variant of that name.

    Raises:
        UnknownVariant: there is none.
    """
    found, near = _find(name, of_variants(edition))
    if found is None:
        raise UnknownVariant(name, near)
    return found


_P = TypeVar("_P", bound=Planted)


def _find(name: str, planted: Iterable[_P]) -> tuple[_P | None, str | None]:
    """What has the name; and if nothing does, the name that is nearest to it."""
    by_name = {each.name: each for each in planted}
    near = get_close_matches(name, by_name, 1, 0.5)
    return by_name.get(name), near[0] if near else None
