"""The request count that the processes of a run share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.client import Share

_SHARE: Final = pytest.StashKey[Share]()
# The key under which a worker of pytest-xdist gets the share.
_KEY: Final = "ecsuite_share"


def share_of(config: pytest.Config) -> Share:
    """What the processes of a run share; created by the first of them."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        counted, began = worker[_KEY]
        return Share(Path(counted), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), began)
    if _SHARE not in config.stash:
        config.stash[_SHARE] = share = Share.of_one()
        config.add_cleanup(share.close)
    return config.stash[_SHARE]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the share to a worker of pytest-xdist."""
    share = share_of(node.config)
    node.workerinput[_KEY] = (str(share.counted), share.began)
