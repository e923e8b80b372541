"""Authorization of a client: the token of its partner on each call, renewed when it has expired."""

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

# So many reads say whether a token is good of which nothing else is known.
READS: Final = 2


class Authorization:
    """Puts the token of one partner on calls.

    Args:
        target: where to send to, and who as.
        contract: knows the reads that show whether a token is good.
        sender: sends the calls.
        watch: judges a call again whose token was good after all.
        token: where the token is kept.
        has_token: told of each token that is used.
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
        """The access token of the partner, fetched if need be."""
        token = self._target.credentials.access_token or self._token.get(self._fetch)
        self._has_token(token)
        return token

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request with the token, once more with a new one where it is refused; raises as `Sender.send`."""
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
        """Ask the token endpoint; see `Api.request_token`."""
        if form is not None:
            options["data"] = form
        response = self._sender.send(self._sender.request(method, self._target.token_url, expect, options))
        if strict:
            require_expected(response, expect)
        return response

    def _send_with_token(self, request: httpx.Request) -> httpx.Response:
        # That it was good at the beginning has been tried.
        may_have_ended = self._token.may_have_ended or bool(self._target.credentials.access_token)
        request.headers.update(_bearer(self.token()))
        if may_have_ended:
            request.extensions[EXPECTATION] = replace(request.extensions[EXPECTATION], token_may_have_ended=True)
        return self._sender.send(request)

    def _with_given_token(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """The response to a call with a token that cannot be renewed.

        Raises:
            TokenEnded: it is refused, and so is now what it was good for before.
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
        """Whether a token still works for a call that it worked for before; if none is known, for any harmless read."""
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
        # One token more does no harm.
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
