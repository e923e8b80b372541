"""The options that limit what a run sends, and the count that its processes share."""

from __future__ import annotations

import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.client import Limits, Share
from ecsuite.config import Configuration, keys
from ecsuite.config.configuration import ENVIRONMENT, Value

_SHARE: Final = pytest.StashKey[Share]()
# Under this name a worker of pytest-xdist is told what it shares.
_KEY: Final = "ecsuite_share"
_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
_MOST: Final = re.compile(r"0*[1-9]\d{0,14}", re.ASCII)
_RATE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(?:/([smh]))?", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smh])?", re.ASCII)
# Characters of what is wrong that are told.
_SHOWN: Final = 60


def limits_of(config: pytest.Config, configuration: Configuration) -> Limits:
    """The limits that the command line names; else those that the environment or the file does.

    Raises:
        pytest.UsageError: one cannot be understood.
    """
    rate, most, seconds = (_said(config, configuration, name) for name in (keys.RATE, keys.MAX_REQUESTS, keys.MAX_TIME))
    if most is not None and not _MOST.fullmatch(most.text):
        raise pytest.UsageError(f"{most.origin} {most.text[:_SHOWN]!r}: give a number, 1 or more")
    return Limits(
        rate=_rate(rate),
        requests=int(most.text) if most is not None else None,
        seconds=_time(seconds),
    )


def _said(config: pytest.Config, configuration: Configuration, variable: str) -> Value | None:
    """What was said of a limit, with what an error calls it; None where nothing was."""
    option = f"--ec-{keys.key_of(variable)}"
    given = config.getoption(option)
    if given is not None:
        return Value(given, option)
    value = configuration.values.get(variable)
    if value is None:
        return None
    in_file = value.origin != ENVIRONMENT
    return Value(value.text, f"{value.origin}: {keys.key_of(variable)}" if in_file else variable)


def _rate(given: Value | None) -> float | None:
    """Requests a second."""
    parts = _parts(given, _RATE, "a number of requests, such as 5/s, 90/m or 1000/h")
    return None if parts is None else parts[0] / parts[1]


def _time(given: Value | None) -> float | None:
    """Seconds."""
    parts = _parts(given, _TIME, "a time, such as 90s, 10m or 1h")
    return None if parts is None else parts[0] * parts[1]


def _parts(given: Value | None, pattern: re.Pattern[str], wanted: str) -> tuple[float, float] | None:
    """The number that was given, and the seconds of its unit."""
    if given is None:
        return None
    match = pattern.fullmatch(given.text.strip())
    if match is None or not float(match[1]):
        raise pytest.UsageError(f"{given.origin} {given.text[:_SHOWN]!r}: give {wanted}")
    return float(match[1]), _SECONDS[match[2] or "s"]


def share_of(config: pytest.Config) -> Share:
    """What the processes of a run have in common; made by the first of them."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        counted, began = worker[_KEY]
        return Share(Path(counted), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), began)
    if _SHARE not in config.stash:
        file, name = tempfile.mkstemp(prefix="ecsuite-requests-")
        os.close(file)
        config.stash[_SHARE] = Share(Path(name), 1, time.time())
        config.add_cleanup(lambda: _delete(Path(name)))
    return config.stash[_SHARE]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist what it shares."""
    share = share_of(node.config)
    node.workerinput[_KEY] = (str(share.counted), share.began)


def _delete(counted: Path) -> None:
    with suppress(OSError):
        counted.unlink()
