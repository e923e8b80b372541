"""ecsuite: the Energy Coordination API's quickstart as an executable test and contract suite.

`__all__` lists the public names; each is imported at its first use. PYTEST_DONT_REWRITE, because `ecsuite test` imports
it before pytest starts, and it contains no assertions.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ecsuite.checks import Checker
    from ecsuite.client import Api, checked_of
    from ecsuite.contract import Contract
    from ecsuite.errors import EcsuiteError
    from ecsuite.findings.broken import PromiseBroken
    from ecsuite.findings.finding import Finding
    from ecsuite.messages.exchange import UNSPECIFIED, Exchange, Expectation, Headers, Request, Response
    from ecsuite.session import Run, open_run, replay_run
    from ecsuite.standin import serving
    from ecsuite.target import Credentials, Target
    from ecsuite.version import __version__

__all__ = [
    "UNSPECIFIED",
    "Api",
    "Checker",
    "Contract",
    "Credentials",
    "EcsuiteError",
    "Exchange",
    "Expectation",
    "Finding",
    "Headers",
    "PromiseBroken",
    "Request",
    "Response",
    "Run",
    "Target",
    "__version__",
    "checked_of",
    "open_run",
    "replay_run",
    "serving",
]

_MODULES: Final = {
    "__version__": "version",
    "Api": "client",
    "Checker": "checks",
    "Contract": "contract",
    "Credentials": "target",
    "EcsuiteError": "errors",
    "Exchange": "messages.exchange",
    "Finding": "findings.finding",
    "Headers": "messages.exchange",
    "Expectation": "messages.exchange",
    "PromiseBroken": "findings.broken",
    "Request": "messages.exchange",
    "Response": "messages.exchange",
    "Run": "session",
    "UNSPECIFIED": "messages.exchange",
    "Target": "target",
    "checked_of": "client",
    "open_run": "session",
    "replay_run": "session",
    "serving": "standin",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
