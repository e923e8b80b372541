"""The error codes of the token endpoint (RFC 6749 section 5.2), and tokens of different partners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecsuite.contract import Contract, Pointer
from ecsuite.findings.breach import Breach, body
from ecsuite.http import httpx
from ecsuite.promises import ERROR_CODE, Promise
from ecsuite.rules.reading import member_of, require_member
from ecsuite.rules.verify import Verify

CLIENT_ERRORS: Final = frozenset({"invalid_client", "unauthorized_client"})
NO_CLIENT: Final = CLIENT_ERRORS | {"invalid_request"}
NO_FORM: Final = NO_CLIENT | {"unsupported_grant_type"}
REFUSALS: Final = frozenset({400, 401})


def errors_for(form: Mapping[str, str]) -> frozenset[str]:
    """The allowed error codes for a form with wrong credentials."""
    return NO_CLIENT if "" in form.values() else CLIENT_ERRORS


def error_fits(
    verify: Verify, contract: Contract, response: httpx.Response, errors: frozenset[str] | set[str], case: str
) -> bool:
    """Record whether a refusal has one of the error codes; with 401 only `invalid_client` is allowed.

    Args:
        verify: records the verdicts.
        contract: the contract with the rule.
        response: the response of the token endpoint.
        errors: the allowed codes.
        case: the name of the refused input.
    """
    if response.status_code not in REFUSALS:
        # An accepted request is a finding of the checks.
        return False
    status, error = response.status_code, member_of(response, "error")
    is_unauthorized = status == httpx.codes.UNAUTHORIZED
    allowed = frozenset({"invalid_client"}) if is_unauthorized else frozenset(errors)
    breach = Breach.of("unlisted", body(("error",)), sorted(allowed), error, rule=_rule(contract, status), case=case)
    return verify.that(ERROR_CODE, response, breach, holds=error in allowed)


def tokens_differ(verify: Verify, promise: Promise, mine: httpx.Response, theirs: httpx.Response) -> bool:
    """Record whether two partners have different tokens."""
    first, second = require_member(mine, "access_token"), require_member(theirs, "access_token")
    breach = Breach.of("same", body(("access_token",)), actual=second, note="for each partner has tokens of its own")
    return verify.that(promise, theirs, breach, holds=first != second)


def _rule(contract: Contract, status: int) -> Pointer | None:
    """The contract's rule about error codes."""
    operation = contract.token_operation
    rule = operation.response(status) if operation else None
    schema = next(iter(rule.content.values()), None) if rule else None
    return contract.schemas.shape(schema).members.get("error") if schema else None
