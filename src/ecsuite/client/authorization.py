"""Authorization of a client: adds its partner's token to each call, and renews an expired one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ecsuite.client.checked import checked_of, require_expected
from ecsuite.client.connection import EXPECTATION, mark_repeatable
from ecsuite.client.harmless import readable
from ecsuite.client.sender import Sender
from ecsuite.client.token import Grant, Token
from ecsuite.client.watch import Watch
from ecsuite.contract import Contract
from ecsuite.errors import TokenEnded
from ecsuite.findings.breach import Breach, body
from ecsuite.http import httpx
from ecsuite.messages.exchange import SUCCESS, UNSPECIFIED, Expectation
from ecsuite.promises import RESPONSE_BODY
from ecsuite.target import Target

# How many reads to try with a token that no earlier read has proven valid.
READS: Final = 2


class Authorization:
    """Adds the token of one partner to calls.

    Args:
        target: the server, and the credentials.
        contract: names the reads that show whether a token is valid.
        sender: sends the calls.
        watch: judges a call again if its token turns out to be valid.
        token: holds the token.
        has_token: called with each token that is used.
    """

    def __init__(
        self,
        target: Target,
        contract: Contract,
        sender: Sender,
        watch: Watch,
        token: Token,
        has_token: Callable[[str], None],
    ) -> None:
        self._target = target
        self._contract = contract
        self._sender = sender
        self._watch = watch
        self._token = token
        self._has_token = has_token

    def token(self) -> str:
        """The access token of the partner, fetched if necessary."""
        token = self._target.credentials.access_token or self._token.get(self._fetch)
        self._has_token(token)
        return token

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request with the token, and once more with a new token if it is refused; raises as `Sender.send`."""
        response = self._send_with_token(request)
        if self._target.credentials.access_token:
            return self._with_given_token(request, response)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return response
        self._token.drop(request.headers["Authorization"])
        return self._send_with_token(request)

    def request_token(
        self,
        form: Mapping[str, str] | None,
        *,
        expect: Expectation = SUCCESS,
        method: str = "POST",
        strict: bool = True,
        **options: Any,
    ) -> httpx.Response:
        """Send a request to the token endpoint; see `Api.request_token`."""
        if form is not None:
            options["data"] = form
        response = self._sender.send(self._sender.request(method, self._target.token_url, expect, options))
        if strict:
            require_expected(response, expect)
        return response

    def _send_with_token(self, request: httpx.Request) -> httpx.Response:
        # The run has checked at its start that the token was valid then.
        may_have_ended = self._token.may_have_ended or bool(self._target.credentials.access_token)
        request.headers.update(_bearer(self.token()))
        if may_have_ended:
            request.extensions[EXPECTATION] = replace(request.extensions[EXPECTATION], token_may_have_ended=True)
        return self._sender.send(request)

    def _with_given_token(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """The response to a call with a token that cannot be renewed.

        Raises:
            TokenEnded: the token is refused, also for a call that it was valid for before.
        """
        if response.is_success and request.method == "GET":
            self._token.proven = str(request.url)
        expect: Expectation = request.extensions[EXPECTATION]
        is_asked_for = expect.unspecified or response.status_code in (expect.statuses or ())
        if response.status_code != httpx.codes.UNAUTHORIZED or is_asked_for:
            return response
        if not self._is_good(self.token()):
            raise TokenEnded
        self._watch.judge_again(response)
        return response

    def _is_good(self, token: str) -> bool:
        """Whether a read that accepted the token before still does; if none is known, any harmless read."""
        paths = [operation.path for operation in readable(self._contract)[:READS]]
        urls = [self._token.proven] if self._token.proven else [self._target.base_url + path for path in paths]
        probes = (self._sender.request("GET", url, UNSPECIFIED, {"headers": _bearer(token)}) for url in urls)
        return any(self._sender.send(probe).status_code != httpx.codes.UNAUTHORIZED for probe in probes)

    def _fetch(self) -> Grant:
        credentials = self._target.credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        request = self._sender.request("POST", self._target.token_url, SUCCESS, {"data": form})
        # An additional token does no harm.
        mark_repeatable(request)
        response = self._sender.send(request)
        require_expected(response, SUCCESS)
        checked = checked_of(response)
        try:
            return Grant.of(checked.json())
        except ValueError as error:
            raise checked.broken(RESPONSE_BODY, Breach("absent", body(("access_token",))), str(error)) from None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
