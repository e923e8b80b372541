"""What the token endpoint's refusals must say (RFC 6749 section 5.2)."""

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
    """The error codes for a form whose credentials are wrong."""
    return NO_CLIENT if "" in form.values() else CLIENT_ERRORS


def error_fits(
    verify: Verify, contract: Contract, response: httpx.Response, errors: frozenset[str] | set[str], case: str
) -> bool:
    """Record whether a refusal has one of the error codes; with 401 only `invalid_client` will do.

    Args:
        verify: where it is noted.
        contract: where the rule stands.
        response: of the token endpoint.
        errors: the codes that fit.
        case: what was refused.
    """
    if response.status_code not in REFUSALS:
        # That it was not refused is a finding of the checks already.
        return False
    status, error = response.status_code, member_of(response, "error")
    is_unauthorized = status == httpx.codes.UNAUTHORIZED
    allowed = frozenset({"invalid_client"}) if is_unauthorized else frozenset(errors)
    breach = Breach.of("unlisted", body(("error",)), sorted(allowed), error, rule=_rule(contract, status), case=case)
    return verify.that(ERROR_CODE, response, breach, holds=error in allowed)


def tokens_differ(verify: Verify, promise: Promise, mine: httpx.Response, theirs: httpx.Response) -> bool:
    """Record whether two partners have tokens of their own."""
    first, second = require_member(mine, "access_token"), require_member(theirs, "access_token")
    breach = Breach.of("same", body(("access_token",)), actual=second, note="for each partner has tokens of its own")
    return verify.that(promise, theirs, breach, holds=first != second)


def _rule(contract: Contract, status: int) -> Pointer | None:
    """The contract's rule about error codes."""
    operation = contract.token_operation
    rule = operation.response(status) if operation else None
    schema = next(iter(rule.content.values()), None) if rule else None
    return contract.schemas.shape(schema).members.get("error") if schema else None
