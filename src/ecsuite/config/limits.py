"""The limits on what a run may send, from the command line, the environment or a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ecsuite.client import Limits
from ecsuite.config import keys
from ecsuite.config.configuration import ENVIRONMENT, Configuration, Value
from ecsuite.errors import BadLimit

NOTHING_GIVEN: Final[Mapping[str, str | None]] = MappingProxyType({})
_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
_MOST: Final = re.compile(r"0*[1-9]\d{0,14}", re.ASCII)
_RATE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(?:/([smh]))?", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smh])?", re.ASCII)


def limits_of(configuration: Configuration, given: Mapping[str, str | None] = NOTHING_GIVEN) -> Limits:
    """The limits given on the command line; else those in the environment or the file.

    Args:
        configuration: of the run.
        given: the values on the command line, by option, such as `--ec-rate`; None for an option that is not given.

    Raises:
        BadLimit: a value is invalid.
    """
    rate, most, seconds = (_given(configuration, given, name) for name in (keys.RATE, keys.MAX_REQUESTS, keys.MAX_TIME))
    if most is not None and not _MOST.fullmatch(most.text):
        raise BadLimit(most.origin, most.text, "a number, 1 or more")
    return Limits(
        rate=_rate(rate),
        requests=int(most.text) if most is not None else None,
        seconds=_time(seconds),
    )


def option_of(variable: str) -> str:
    """The option for a variable: `--ec-max-time` for `EC_MAX_TIME`."""
    return f"--ec-{keys.key_of(variable)}"


def _given(configuration: Configuration, given: Mapping[str, str | None], variable: str) -> Value | None:
    """The given value of a limit, with its name for error messages; None if not given."""
    option = option_of(variable)
    text = given.get(option)
    if text is not None:
        return Value(text, option)
    value = configuration.values.get(variable)
    if value is None:
        return None
    in_file = value.origin != ENVIRONMENT
    return Value(value.text, f"{value.origin}: {keys.key_of(variable)}" if in_file else variable)


def _rate(given: Value | None) -> float | None:
    """Requests per second."""
    parts = _parts(given, _RATE, "a number of requests, such as 5/s, 90/m or 1000/h")
    return None if parts is None else parts[0] / parts[1]


def _time(given: Value | None) -> float | None:
    """Seconds."""
    parts = _parts(given, _TIME, "a time, such as 90s, 10m or 1h")
    return None if parts is None else parts[0] * parts[1]


def _parts(given: Value | None, pattern: re.Pattern[str], wanted: str) -> tuple[float, float] | None:
    """The given number, and the seconds of its unit."""
    if given is None:
        return None
    match = pattern.fullmatch(given.text.strip())
    if match is None or not float(match[1]):
        raise BadLimit(given.origin, given.text, wanted)
    return float(match[1]), _SECONDS[match[2] or "s"]
