"""Planted faults, with the finding that each must cause, and legal variants, which must cause none.

    fault = find_fault("2023-10", "vehicle-year-is-text")
    with serving("2023-10", plant=fault.plant) as standin: ...

They are data of an edition: rows of tables in its modules, made of the small functions in `planting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import ModuleType
from typing import Protocol, TypeVar

from ecsuite import editions
from ecsuite.contract import Level
from ecsuite.errors import UnknownFault, UnknownVariant
from ecsuite.findings.finding import Finding
from ecsuite.findings.pattern import FindingPattern
from ecsuite.promises import Promise
from ecsuite.standin.app import Plant

__all__ = ["Fault", "Variant", "find_fault", "find_variant", "of_faults", "of_variants"]


class Planted(Protocol):
    """A fault or a variant: it has a name, and can be planted."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def plant(self) -> Plant:
        """The function that changes the parts of a stand-in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a server does wrong.

    Attributes:
        name: its name, in lower case with hyphens.
        category: the group to which it belongs.
        level: how certain the broken promise is.
        description: what the server does, in a few words.
        plant: changes the parts of a stand-in accordingly.
        finding: the finding that it must cause.
    """

    name: str
    category: str
    level: Level
    description: str
    plant: Plant = field(repr=False)
    finding: FindingPattern

    @property
    def promise(self) -> Promise:
        """The broken promise."""
        return self.finding.promise

    @property
    def call(self) -> str:
        """The id of the operation to blame, or its method and path."""
        return self.finding.call

    def is_named_by(self, finding: Finding) -> bool:
        """Whether a finding is the one that it must cause."""
        return self.finding.fits(finding)


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that a server may do: unusual, but correct."""

    name: str
    description: str
    plant: Plant = field(repr=False)


def of_faults(edition: str) -> tuple[Fault, ...]:
    """The planted faults of an edition; none if it has no catalogue."""
    found: tuple[Fault, ...] = getattr(_catalogue(edition), "FAULTS", ())
    return found


def of_variants(edition: str) -> tuple[Variant, ...]:
    """The legal variants of an edition; none if it has no catalogue."""
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
    """The one with a name; if there is none, the nearest name instead."""
    by_name = {each.name: each for each in planted}
    near = get_close_matches(name, by_name, 1, 0.5)
    return by_name.get(name), near[0] if near else None
