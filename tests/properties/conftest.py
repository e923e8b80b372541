"""Number of generated cases; EC_EXAMPLES increases it, as in `tox run -e properties`."""

import contextlib
import os

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.database import DirectoryBasedExampleDatabase

from ecsuite.client import SLOW
from ecsuite.target import whole_number

FEW = 6
# Fewer cases on a live server, where each call takes time.
VERY_FEW = 3


def pytest_configure(config):
    """Make hypothesis store its examples in the cache folder of pytest, not in the current folder."""
    set_hypothesis_home_dir(kept(config))


def kept(config):
    """The folder for hypothesis' examples; its own default if pytest has no cache, or cannot write to it."""
    cache = getattr(config, "cache", None)
    with contextlib.suppress(OSError):
        if cache:
            return cache.mkdir("hypothesis")
    return config.invocation_params.dir / ".hypothesis"


@pytest.fixture
def deviations(ecsuite_session):
    """The accepted deviations of the server."""
    return ecsuite_session.settings.deviations


@pytest.fixture
def generated(pytestconfig, run):
    """Settings of hypothesis: cases are the same in each run; failed ones are stored, and tried first."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
    return hypothesis.settings(
        max_examples=whole_number(os.environ, "EC_EXAMPLES") or (FEW if run.api.latency.average < SLOW else VERY_FEW),
        database=DirectoryBasedExampleDatabase(kept(pytestconfig) / "examples"),
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
