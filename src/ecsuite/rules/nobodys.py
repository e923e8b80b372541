"""Ids that are nobody's: where one of them is found, that something is found that should not be there tells no more."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from ecsuite.client import Api, fill
from ecsuite.contract import parameters
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.http import httpx
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import STATUS_EXPECTED

_PROBE: Final = Expectation("probe", unspecified=True)
NOBODYS: Final = "for an id that nobody has made"


def is_nobodys_found(api: Api, path: str) -> bool:
    """Whether reading an id that nobody has made succeeds, too, in the place of the one in a path.

    It is recorded then: the server finds whatever it is asked for, which is another fault than one of the call that
    should have deleted or refused something.

    Args:
        api: the client; its journal takes the finding.
        path: where something was read that should not be there.
    """
    match = api.checker.contract.find("GET", path)
    names = parameters(match.operation) if match else ()
    if not match or not names:
        return False
    nobodys = fill(match.operation, {**match.path_parameters, names[-1]: str(uuid4())})
    if is_found(api, api.get(nobodys, expect=_PROBE), match.operation.unknown(names[-1])):
        return True
    # The latest reading is the evidence of what is told next.
    api.get(path, expect=_PROBE)
    return False


def is_found(api: Api, unknown: httpx.Response, allowed: frozenset[int]) -> bool:
    """Whether a call with an id that nobody has made succeeded, though it may not: it is recorded then.

    Args:
        api: the client; its journal takes the finding.
        unknown: the response to that call.
        allowed: the statuses that it may have.
    """
    if not unknown.is_success or unknown.status_code in allowed:
        return False
    breach = Breach.of("status", STATUS, sorted(allowed), unknown.status_code, note=NOBODYS)
    api.add_finding(STATUS_EXPECTED, breach, unknown)
    return True
