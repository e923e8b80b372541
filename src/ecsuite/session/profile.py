"""How much of the suite a run is: a profile, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ecsuite.errors import UnknownProfile


@dataclass(frozen=True, slots=True)
class Profile:
    """A size of runs.

    Attributes:
        name: what it is called.
        what: what it has, for people.
        most_cases: of the cases that one test tries, such as wrong bodies, so many are sent; all where it is None.
    """

    name: str
    what: str
    most_cases: int | None = None


SMOKE: Final = Profile("smoke", "the quickstart, and one call of each operation", 4)
STANDARD: Final = Profile("standard", "each operation, and each promise once for each type of entity", 4)
FULL: Final = Profile("full", "all there is")
PROFILES: Final = (SMOKE, STANDARD, FULL)


def profile(name: str | None) -> Profile:
    """The profile of a name; all there is, where no name is given.

    Raises:
        UnknownProfile: there is none.
    """
    if name is None:
        return FULL
    for known in PROFILES:
        if known.name == name:
            return known
    raise UnknownProfile(name, [known.name for known in PROFILES])
