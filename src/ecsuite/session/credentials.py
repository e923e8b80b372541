"""Tries the credentials of a live server once, before anything else is tried."""

from __future__ import annotations

from typing import Any, Final

from ecsuite import editions
from ecsuite.contract import Contract
from ecsuite.errors import AccessTokenRefused, CredentialsRefused, ServerUnreachable
from ecsuite.http import httpx
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.target import Target

# Errors of RFC 6749 section 5.2 that are about the credentials themselves.
REFUSALS: Final = frozenset({"invalid_client", "unauthorized_client"})


def require_credentials(edition: str, target: Target) -> None:
    """Try the credentials once, before anything else is tried.

    What else may be wrong with the response is for the run itself to find.

    Raises:
        CredentialsRefused, AccessTokenRefused: the server says that they are not good.
        ServerUnreachable: there is no server.
    """
    contract = editions.contract(edition)
    with httpx.Client(trust_env=target.mode == "live") as http:
        try:
            if target.credentials.access_token:
                _require_access_token(http, contract, target)
            else:
                _require_client(http, target)
        except httpx.ConnectError as error:
            raise ServerUnreachable(target.token_url or target.base_url, str(error)) from None
        except httpx.TransportError:
            return


def _require_client(http: httpx.Client, target: Target) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": target.credentials.client_id,
        "client_secret": target.credentials.client_secret,
    }
    response = http.post(target.token_url, data=form)
    error = _oauth_error(response)
    if response.status_code == httpx.codes.UNAUTHORIZED or error in REFUSALS:
        raise CredentialsRefused(target.token_url, response.status_code, error)


def _require_access_token(http: httpx.Client, contract: Contract, target: Target) -> None:
    readable = (o for o in contract.operations.values() if o.method == "GET" and "{" not in o.path and o.security)
    url = target.base_url + next(readable).path
    response = http.get(url, headers={"Authorization": f"Bearer {target.credentials.access_token}"})
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise AccessTokenRefused(url)


def _oauth_error(response: httpx.Response) -> str:
    try:
        answer: Any = read_json(response.content).value
    except UndecodableError:
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, str) and error.isidentifier() else ""
