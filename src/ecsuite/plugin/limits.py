"""The count of what is sent that the processes of a run share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite.client import Share

_SHARE: Final = pytest.StashKey[Share]()
# Under this name a worker of pytest-xdist is told what it shares.
_KEY: Final = "ecsuite_share"


def share_of(config: pytest.Config) -> Share:
    """What the processes of a run have in common; made by the first of them."""
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
    """Tell a worker of pytest-xdist what it shares."""
    share = share_of(node.config)
    node.workerinput[_KEY] = (str(share.counted), share.began)
