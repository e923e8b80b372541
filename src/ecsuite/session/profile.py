"""Profiles: how much of the suite to run, by name."""

from __future__ import annotations

from typing import Final, NamedTuple

from ecsuite.config import Configuration
from ecsuite.config.configuration import ENVIRONMENT
from ecsuite.config.keys import PROFILE
from ecsuite.errors import UnknownProfile
from ecsuite.target import Mode


class Profile(NamedTuple):
    """A size of runs.

    Attributes:
        name: its name.
        what: its contents, for people.
        most_cases: how many cases, such as invalid bodies, a test tries at most; None for all.
    """

    name: str
    what: str
    most_cases: int | None = None


SMOKE: Final = Profile("smoke", "the quickstart, and one call of each operation", 4)
STANDARD: Final = Profile("standard", "each operation, and each promise once for each type of entity", 4)
FULL: Final = Profile("full", "all there is")
PROFILES: Final = (SMOKE, STANDARD, FULL)


def profile(name: str, said: str = "--ec-profile") -> Profile:
    """The profile of a name; `said` names the source of the name in messages.

    Raises:
        UnknownProfile: there is no such profile.
    """
    for known in PROFILES:
        if known.name == name.strip():
            return known
    raise UnknownProfile(name, [known.name for known in PROFILES], said)


def configured_profile(configuration: Configuration) -> Profile | None:
    """The profile that the environment or a file names; None if neither does; raises as `profile`."""
    said = configuration.values.get(PROFILE)
    if said is None:
        return None
    return profile(said.text, f"{PROFILE} of the {said.origin}" if said.origin == ENVIRONMENT else said.origin)


def default_profile(mode: Mode | None, *, is_strict: bool = False, in_ci: bool = False) -> Profile:
    """The default profile: a smaller one for live servers, unless the API's owner or CI runs the tests.

    Args:
        mode: where the exchanges come from.
        is_strict: whether warnings fail the run, as the API's owner would choose.
        in_ci: whether nobody waits for the run.
    """
    return STANDARD if mode == "live" and not is_strict and not in_ci else FULL
