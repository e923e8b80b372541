"""Ids that nobody has: if a server finds even these, that it finds a deleted entity is no fault of its own."""

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
FOR_UNKNOWN_ID: Final = "for an id that nobody has created"


def finds_any_id(api: Api, path: str) -> bool:
    """Whether reading succeeds also with an id that nobody has created, instead of the one in a path.

    If so, it is recorded: the server finds any id, which is not the fault of the call that should have deleted or
    refused something.

    Args:
        api: the client; its journal gets the finding.
        path: the path of something that was read, but must not exist.
    """
    match = api.checker.contract.find("GET", path)
    names = parameters(match.operation) if match else ()
    if not match or not names:
        return False
    unknown = fill(match.operation, {**match.path_parameters, names[-1]: str(uuid4())})
    if is_unknown_found(api, api.get(unknown, expect=_PROBE), match.operation.unknown(names[-1])):
        return True
    # The latest response is the evidence of the next finding, so it must be that for the original path.
    api.get(path, expect=_PROBE)
    return False


def is_unknown_found(api: Api, unknown: httpx.Response, allowed: frozenset[int]) -> bool:
    """Whether a call with an id that nobody has created succeeded, though it must not; if so, it is recorded.

    Args:
        api: the client; its journal gets the finding.
        unknown: the response to that call.
        allowed: the allowed statuses.
    """
    if not unknown.is_success or unknown.status_code in allowed:
        return False
    breach = Breach.of("status", STATUS, sorted(allowed), unknown.status_code, note=FOR_UNKNOWN_ID)
    api.add_finding(STATUS_EXPECTED, breach, unknown)
    return True
