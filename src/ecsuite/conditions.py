"""Settings that describe a live server beyond its contract: the variables `EC_*` of a run.

A missing setting is unknown: rejections that are unspecified are then reported as not checked, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ecsuite.errors import BadSetting

ALL: Final = "all"
# Seconds to wait for results that the API computes asynchronously; the default, and the highest setting.
DEFAULT_WAIT: Final = 60.0
LONGEST_WAIT: Final = 24 * 3600.0
Area = tuple[float, float]
# A number as in a file; ASCII only, because Python accepts digits of any script.
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The settings.

    Attributes:
        test_area: latitude and longitude where a location makes its user eligible; None if unknown.
        eligibility_seconds: how long that may take.
        reports: names of the reports by invitation that are allowed, or `all`; empty if unknown.
        https_webhooks: whether webhooks must be https; None if unknown.
        simulation: whether simulation may be used; None if not set, which allows it.
        in_vain: what was waited for without success; shared by the runs of a session, so that each does not wait again.
    """

    test_area: Area | None = None
    eligibility_seconds: float = DEFAULT_WAIT
    reports: frozenset[str] = frozenset()
    https_webhooks: bool | None = None
    simulation: bool | None = None
    in_vain: set[str] = field(default_factory=set, repr=False, compare=False)

    @property
    def may_simulate(self) -> bool:
        """Whether simulation may be used."""
        return self.simulation is not False

    @property
    def why_no_simulation(self) -> str:
        """The reason why simulation is not used, if so."""
        if self.simulation is False:
            return f"{SIMULATION} rules simulation out"
        return "simulation belongs to the sandbox, never to production"

    def allows_report(self, name: str) -> bool:
        """Whether a report by invitation is known to be allowed."""
        return bool(self.reports & {name, ALL})

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Conditions:
        """The settings of an environment.

        Raises:
            BadSetting: a value is invalid.
        """
        given = {name: value.strip() for name, value in env.items() if name in SETTINGS and value.strip()}
        return cls(
            test_area=_area(given),
            eligibility_seconds=_seconds(given),
            reports=frozenset(filter(None, (name.strip() for name in given.get(REPORTS, "").split(",")))),
            https_webhooks=_flag(given, HTTPS_WEBHOOKS),
            simulation=_flag(given, SIMULATION),
        )

    def lines(self, areas: tuple[Area, ...]) -> list[str]:
        """The settings as lines for the start of a run; `areas` are those of the contract, the newest first."""
        area = self.test_area or next(iter(areas), None)
        said = {
            TEST_AREA: f"{area[0]}, {area[1]}{'' if self.test_area else ' (default)'}" if area else "",
            ELIGIBILITY_SECONDS: f"{self.eligibility_seconds:g}" if area else "",
            REPORTS: ", ".join(sorted(self.reports)) or "unknown",
            HTTPS_WEBHOOKS: _said(self.https_webhooks, "unknown"),
            SIMULATION: _said(self.simulation, "yes (default)"),
        }
        return [f"{name}: {value}" for name, value in said.items() if value]


TEST_AREA: Final = "EC_TEST_AREA"
ELIGIBILITY_SECONDS: Final = "EC_ELIGIBILITY_SECONDS"
REPORTS: Final = "EC_REPORTS"
HTTPS_WEBHOOKS: Final = "EC_HTTPS_WEBHOOKS"
SIMULATION: Final = "EC_SIMULATION"
SETTINGS: Final = (TEST_AREA, ELIGIBILITY_SECONDS, REPORTS, HTTPS_WEBHOOKS, SIMULATION)
_FLAGS: Final = {"yes": True, "no": False}


def _said(flag: bool | None, unknown: str) -> str:  # noqa: FBT001  a setting
    return {True: "yes", False: "no", None: unknown}[flag]


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    if name not in given:
        return None
    if given[name].lower() not in _FLAGS:
        raise BadSetting(name, given[name], "yes or no")
    return _FLAGS[given[name].lower()]


def _seconds(given: Mapping[str, str]) -> float:
    text = given.get(ELIGIBILITY_SECONDS, f"{DEFAULT_WAIT:g}")
    seconds = _number(text)
    if seconds is None or not 0 <= seconds <= LONGEST_WAIT:
        raise BadSetting(ELIGIBILITY_SECONDS, text, "a number of seconds, a day at most")
    return seconds


def _area(given: Mapping[str, str]) -> Area | None:
    if TEST_AREA not in given:
        return None
    numbers = [_number(part) for part in given[TEST_AREA].split(",")]
    match numbers:
        case [float() as latitude, float() as longitude] if abs(latitude) <= 90 and abs(longitude) <= 180:  # noqa: PLR2004
            return latitude, longitude
    raise BadSetting(TEST_AREA, given[TEST_AREA], "latitude,longitude in degrees")


def _number(text: str) -> float | None:
    number = float(text) if _NUMBER.fullmatch(text.strip()) else None
    return number if number is not None and abs(number) != float("inf") else None
