"""Opens the run of a test, and makes it known to the other plugins."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ecsuite.plugin.har import keep_exchanges
from ecsuite.plugin.masking import knowing_run
from ecsuite.plugin.measured import most_cases_of
from ecsuite.plugin.recording import scenario_of
from ecsuite.plugin.seen import watch
from ecsuite.plugin.session import keep_run, session_of
from ecsuite.session import Run


@contextmanager
def opened(item: pytest.Item, edition: str) -> Iterator[Run]:
    """A run of an edition, for a test; every exchange in it is checked."""
    session = session_of(item.config)
    settings, turn = session.settings, zlib.crc32(item.name.encode())
    # A recording has all cases of its scenario.
    most_cases = None if settings.uses_cassettes else most_cases_of(item, settings.profile)
    with session.run(edition, scenario_of(item) or "") as own:
        run = replace(own, most_cases=most_cases, turn=turn)
        with knowing_run(item, run.redactor):
            keep_run(item, run)
            watch(item, run)
            keep_exchanges(item, run)
            yield run
