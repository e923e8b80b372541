"""The token endpoint: OAuth2 client credentials (RFC 6749 sections 4.4 and 5)."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from ecsuite.contract import Operation
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import OPERATION, PARTNERS_APART, REQUEST_BODY
from ecsuite.rules.inputs import METHODS, wrong_credentials
from ecsuite.rules.reading import require_member
from ecsuite.rules.token import CLIENT_ERRORS, NO_CLIENT, NO_FORM, REFUSALS, error_fits, errors_for, tokens_differ
from ecsuite.rules.world import World

pytestmark = [
    pytest.mark.guide,
    pytest.mark.operations(select=lambda contract, operation: operation is contract.token_operation),
]
VIOLATES = frozenset({REQUEST_BODY})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def form(world: World) -> dict[str, str]:
    """The correct form; if the run was given an access token instead of credentials, there is nothing to test."""
    credentials = world.api.target.credentials
    if not credentials.client_secret:
        pytest.skip("EC_ACCESS_TOKEN was given, and no credentials to get a token with")
    return {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }


def refused(
    world: World, case: str, form: dict[str, str] | None, errors: frozenset[str] | set[str], **options: Any
) -> None:
    """Request a token in a way that must be refused, with one of the error codes."""
    expect = Expectation(case, REFUSALS, VIOLATES)
    response = world.api.request_token(form, expect=expect, strict=False, **options)
    error_fits(world.verify, world.contract, response, errors, case)


def test_wrong_credentials_are_refused(operation: Operation, world: World, form: dict[str, str]) -> None:
    """Credentials with a wrong client id, a wrong secret, or both are refused."""
    for case, wrong in wrong_credentials(form, world.values.ids.new()).items():
        refused(world, case, wrong, errors_for(wrong))


def test_secret_of_another_partner_is_refused(
    operation: Operation, world: World, other: World, form: dict[str, str]
) -> None:
    """The client id of one partner with the secret of another is refused."""
    theirs = other.api.target.credentials
    refused(world, "another-partner-secret", form | {"client_secret": theirs.client_secret}, CLIENT_ERRORS)
    refused(world, "another-partner-id", form | {"client_id": theirs.client_id}, CLIENT_ERRORS)


def test_incomplete_request_is_refused(operation: Operation, world: World, form: dict[str, str]) -> None:
    """Each of the three members is required, and the grant type must be supported."""
    without = {name: {key: value for key, value in form.items() if key != name} for name in form}
    missing = {"invalid_request", "unsupported_grant_type"}
    refused(world, "missing-grant_type", without["grant_type"], missing)
    refused(world, "empty-grant_type", form | {"grant_type": ""}, missing)
    refused(world, "missing-client_id", without["client_id"], NO_CLIENT)
    refused(world, "missing-client_secret", without["client_secret"], NO_CLIENT)
    refused(world, "unknown-grant_type", form | {"grant_type": "telepathy"}, {"unsupported_grant_type"})
    refused(world, "grant_type-capitals", form | {"grant_type": "CLIENT_CREDENTIALS"}, {"unsupported_grant_type"})
    other_grants = {"unsupported_grant_type", "unauthorized_client", "invalid_request", "invalid_grant"}
    refused(world, "grant-type-password", form | {"grant_type": "password"}, other_grants)
    refused(world, "empty-form", {}, missing | NO_CLIENT)


def test_what_is_no_form_is_refused(operation: Operation, world: World, form: dict[str, str]) -> None:
    """JSON instead of a form, or the form in the query, gets no token."""
    refused(world, "json-place-form", None, NO_FORM, json=form)
    refused(world, "json-called-form", None, NO_FORM, content=json.dumps(form), headers=FORM)


def test_other_methods_give_no_token(operation: Operation, world: World, form: dict[str, str]) -> None:
    """Only POST gets a token."""
    violates = frozenset({OPERATION})
    for method in (method for method in METHODS if method != operation.method):
        expect = Expectation(method, frozenset({400, 401, 404, 405}), violates)
        options: dict[str, Any] = {"content": urlencode(form), "headers": FORM}
        world.api.request_token(method=method, expect=expect, strict=False, **({} if method == "GET" else options))


def test_token_works_again_and_again(operation: Operation, world: World, form: dict[str, str]) -> None:
    """A token is valid at once, more than once, and after the next one was issued."""
    reads = [known for known in world.contract.operations.values() if known.method == "GET" and "{" not in known.path]
    first = require_member(world.api.request_token(form), "access_token")
    second = require_member(world.api.request_token(form), "access_token")
    for token in (first, first, second, first, second):
        for read in reads:
            works = Expectation("token-just-given")
            headers = {"Authorization": f"Bearer {token}"}
            world.api.get(read.path, authorize=False, headers=headers, expect=works, strict=False)


def test_form_may_hold_more(operation: Operation, world: World, form: dict[str, str]) -> None:
    """Neither a charset in the media type nor the order of the members matters."""
    backwards = dict(reversed(list(form.items())))
    world.api.request_token(backwards)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    world.api.request_token(content=urlencode(form), headers=headers)


def test_partners_get_tokens_of_their_own(
    operation: Operation, world: World, other: World, form: dict[str, str]
) -> None:
    """Different partners get different tokens."""
    answer = world.api.request_token(form)
    theirs = other.api.target.credentials
    second = other.api.request_token(form | {"client_id": theirs.client_id, "client_secret": theirs.client_secret})
    tokens_differ(world.verify, PARTNERS_APART, answer, second)
