"""The token endpoint: OAuth2 client credentials (RFC 6749 sections 4.4 and 5)."""

import json
from urllib.parse import urlencode

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.rules import ERROR_FITS, KEPT_APART, json_of, member

pytestmark = [
    pytest.mark.guide,
    pytest.mark.operations(select=lambda contract, operation: operation is contract.token_operation),
]
VIOLATES = frozenset({"request body matches contract"})
CLIENT_ERRORS = frozenset({"invalid_client", "unauthorized_client"})
NO_CLIENT = CLIENT_ERRORS | {"invalid_request"}


@pytest.fixture
def form(world):
    """The right form; where a token was given in its place, there is nothing to ask for."""
    credentials = world.api.target.credentials
    if not credentials.client_secret:
        pytest.skip("EC_ACCESS_TOKEN was given, and no credentials to get a token with")
    return {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }


def refused(world, what, form, errors, **options):
    """Asks for a token in a way that must be refused, with one of the error codes."""
    expect = Expectation(f"a refusal of {what}", frozenset({400, 401}), VIOLATES)
    response = world.api.request_token(form, expect=expect, strict=False, **options)
    if response.status_code not in {400, 401}:
        return
    answer = json_of(response)
    error = answer.get("error") if isinstance(answer, dict) else None
    allowed = errors if response.status_code == 400 else errors & {"invalid_client"}
    rule = ("components", "schemas", "TokenError", "properties", "error")
    world.rules.require(
        ERROR_FITS,
        response,
        holds=error in allowed or (response.status_code == 401 and error == "invalid_client"),
        at="body /error",
        expected=f"{' or '.join(sorted(allowed or {'invalid_client'}))}, for {what}",
        actual=str(error),
        rule=rule,
    )


def test_wrong_credentials_are_refused(operation, world, form):
    """Neither half of the credentials opens anything without the other half."""
    secret = form["client_secret"]
    wrong = {
        "a wrong secret": {"client_secret": "a-wrong-secret"},
        "a secret that is cut off": {"client_secret": secret[:-1]},
        "a secret with something behind it": {"client_secret": f"{secret}x"},
        "a secret in another case": {"client_secret": secret.swapcase()},
        "an empty secret": {"client_secret": ""},
        "a client_id in another case": {"client_id": form["client_id"].swapcase()},
        "an unknown client": {"client_id": world.ids.new()},
        "the id as the secret": {"client_secret": form["client_id"]},
        "a wildcard": {"client_id": "*", "client_secret": "*"},
        "SQL": {"client_secret": "' OR '1'='1"},
    }
    for what, change in wrong.items():
        if form | change != form:
            refused(world, what, form | change, NO_CLIENT if "" in change.values() else CLIENT_ERRORS)


def test_secret_of_another_partner_is_refused(operation, world, other, form):
    """The secret of one partner does not go with the id of another."""
    theirs = other.api.target.credentials
    refused(world, "another partner's secret", form | {"client_secret": theirs.client_secret}, CLIENT_ERRORS)
    refused(world, "another partner's id", form | {"client_id": theirs.client_id}, CLIENT_ERRORS)


def test_incomplete_request_is_refused(operation, world, form):
    """Each of the three members is required, and the grant type must be one that there is."""
    without = {name: {key: value for key, value in form.items() if key != name} for name in form}
    missing = {"invalid_request", "unsupported_grant_type"}
    refused(world, "a missing grant_type", without["grant_type"], missing)
    refused(world, "an empty grant_type", form | {"grant_type": ""}, missing)
    refused(world, "a missing client_id", without["client_id"], NO_CLIENT)
    refused(world, "a missing client_secret", without["client_secret"], NO_CLIENT)
    refused(world, "an unknown grant_type", form | {"grant_type": "telepathy"}, {"unsupported_grant_type"})
    refused(world, "a grant_type in capitals", form | {"grant_type": "CLIENT_CREDENTIALS"}, {"unsupported_grant_type"})
    other_grants = {"unsupported_grant_type", "unauthorized_client", "invalid_request", "invalid_grant"}
    refused(world, "the grant type password", form | {"grant_type": "password"}, other_grants)
    refused(world, "an empty form", {}, missing | NO_CLIENT)


def test_what_is_no_form_is_refused(operation, world, form):
    """JSON in the place of a form, or the form in the query: no token."""
    refused(world, "JSON in the place of a form", None, missing_of_form(), json=form)
    no_form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(world, "JSON that is called a form", None, missing_of_form(), content=json.dumps(form), headers=no_form)


def missing_of_form():
    return NO_CLIENT | {"unsupported_grant_type"}


def test_other_methods_give_no_token(operation, world, form):
    """A token is had by POST alone."""
    violates = frozenset({"operation is in the contract"})
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        expect = Expectation(f"a refusal of {method}", frozenset({400, 401, 404, 405}), violates)
        options = {"content": urlencode(form), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        world.api.request_token(method=method, expect=expect, strict=False, **({} if method == "GET" else options))


def test_token_works_again_and_again(operation, world, form):
    """A token is good at once, more than once, and after the next one was given."""
    reads = [known for known in world.contract.operations.values() if known.method == "GET" and "{" not in known.path]
    first = member(world.api.request_token(form), "access_token")
    second = member(world.api.request_token(form), "access_token")
    for token in (first, first, second, first, second):
        for read in reads:
            works = Expectation("a response to a token that was just given")
            headers = {"Authorization": f"Bearer {token}"}
            world.api.get(read.path, authorize=False, headers=headers, expect=works, strict=False)


def test_form_may_hold_more(operation, world, form):
    """The charset of a form, an order of its own: neither matters."""
    backwards = dict(reversed(list(form.items())))
    world.api.request_token(backwards)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    world.api.request_token(content=urlencode(form), headers=headers)


def test_partners_get_tokens_of_their_own(operation, world, other, form):
    """No two partners have the same token."""
    answer = world.api.request_token(form)
    theirs = other.api.target.credentials
    second = other.api.request_token(form | {"client_id": theirs.client_id, "client_secret": theirs.client_secret})
    world.rules.require(
        KEPT_APART,
        second,
        holds=member(answer, "access_token") != member(second, "access_token"),
        at="body /access_token",
        expected="a token of this partner's own",
        actual="the token of another partner",
    )
