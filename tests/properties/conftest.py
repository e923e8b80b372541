"""How many cases are generated; more with EC_EXAMPLES, as `tox run -e properties` has it."""

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
# Where each call takes its time.
VERY_FEW = 3


def pytest_configure(config):
    """Have hypothesis keep what it keeps in the cache of the run, and not in the folder that the run is started in."""
    set_hypothesis_home_dir(kept(config))


def kept(config):
    """Where that is; where pytest has no cache, or cannot write to it, a folder as hypothesis would have it."""
    cache = getattr(config, "cache", None)
    with contextlib.suppress(OSError):
        if cache:
            return cache.mkdir("hypothesis")
    return config.invocation_params.dir / ".hypothesis"


@pytest.fixture
def deviations(ecsuite_session):
    """What is accepted of the server."""
    return ecsuite_session.settings.deviations


@pytest.fixture
def generated(pytestconfig, run):
    """Settings of hypothesis: the same cases each time; one that failed is kept, and comes first."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
    return hypothesis.settings(
        max_examples=whole_number(os.environ, "EC_EXAMPLES") or (FEW if run.api.latency.average < SLOW else VERY_FEW),
        database=DirectoryBasedExampleDatabase(kept(pytestconfig) / "examples"),
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
