"""Faults with calls without a valid token, the same in every edition."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from ecsuite.findings.breach import STATUS, Place
from ecsuite.findings.pattern import Empty, Equal, OfType, found
from ecsuite.promises import RESPONSE_HEADERS, SERVER_ERROR, STATUS_EXPECTED
from ecsuite.standin.faults import Fault
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, not_refused

ACCESS_FAULTS: Final = faults(
    "authorization",
    fault("any-token-is-taken", GUIDE, "any token is taken for the first partner's")
    .plant(p.header_like(lambda sent: bool(sent and re.fullmatch("Bearer [^ ]+", sent))))
    .finding(found(STATUS_EXPECTED, "listUsers", 200, STATUS, "status")),
    fault("cut-off-token-is-taken", GUIDE, "the first half of a token will do")
    .plant(p.token_like(lambda sent, token: len(sent) > 20 and f"Bearer {token}".startswith(sent)))
    .finding(found(STATUS_EXPECTED, "listUsers", 200, STATUS, "status", case="token-cut-off")),
    fault("changed-token-is-taken", GUIDE, "only the ends of a token are looked at")
    .plant(p.token_like(lambda sent, token: len(sent) == 7 + len(token) and sent.endswith(token[-8:])))
    .finding(found(STATUS_EXPECTED, "listUsers", 200, STATUS, "status", case="token-one-character-changed")),
    fault("longer-token-is-taken", GUIDE, "what stands behind a token does not matter")
    .plant(p.token_like(lambda sent, token: sent.startswith(f"Bearer {token}")))
    .finding(found(STATUS_EXPECTED, "listUsers", 200, STATUS, "status", case="token-something-behind")),
    fault("token-without-scheme-is-taken", GUIDE, "a token needs no scheme")
    .plant(p.token_like(lambda sent, token: sent == token))
    .finding(not_refused("listUsers", Place("request-header", "Authorization"), actual=OfType("string"))),
    fault("token-in-another-scheme-is-taken", GUIDE, "a token may be sent in any scheme")
    .plant(p.token_like(lambda sent, token: sent.endswith(f" {token}")))
    .finding(not_refused("listUsers", Place("request-header", "Authorization"), actual=OfType("string"))),
    fault("basic-is-taken", GUIDE, "the client's id and secret in the scheme Basic will do")
    .plant(p.lets_in_also(p.basic_is_taken))
    .finding(not_refused("listUsers", Place("request-header", "Authorization"), actual=OfType("string"))),
    fault("scheme-alone-is-taken", GUIDE, "the word Bearer will do")
    .plant(p.header_like(lambda sent: (sent or "").strip() == "Bearer"))
    .finding(not_refused("listUsers", Place("request-header", "Authorization"), actual=OfType("string"))),
    fault("empty-header-is-taken", GUIDE, "an empty Authorization header will do")
    .plant(p.header_like(lambda sent: sent == ""))
    .finding(not_refused("listUsers", Place("request-header", "Authorization"), actual=Empty())),
)


def unauthorized_faults(secured: Collection[str]) -> tuple[Fault, ...]:
    """Faults in refusing calls without a valid token; `secured` are the operations that need one."""
    return faults(
        "authorization",
        fault("no-token-is-403", GUIDE, "a call without a good token is answered with 403")
        .plant(p.sends(p.status(403), *secured, status=(401,)))
        .finding(found(STATUS_EXPECTED, "listUsers", 403, STATUS, "status")),
        fault("no-token-is-400", GUIDE, "a call without a good token is answered with 400")
        .plant(p.sends(p.status(400), *secured, status=(401,)))
        .finding(found(STATUS_EXPECTED, "createUser", 400, STATUS, "status")),
        fault("no-token-is-a-login-page", GUIDE, "a call without a good token is sent to a page")
        .plant(p.sends(p.chain(p.status(302), p.header("Location", "/login")), *secured, status=(401,)))
        .finding(found(STATUS_EXPECTED, "listUsers", 302, STATUS, "status")),
        fault("no-token-is-500", SPEC, "a call without a good token is a server error")
        .plant(p.sends(p.status(500), *secured, status=(401,)))
        .finding(found(SERVER_ERROR, "listUsers", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
        fault("no-challenge", SPEC, "a 401 has no WWW-Authenticate")
        .plant(p.sends(p.header("WWW-Authenticate", None), *secured, status=(401,)))
        .finding(found(RESPONSE_HEADERS, "listUsers", 401, Place("header", "WWW-Authenticate"), "required")),
        fault("challenge-is-basic", SPEC, "a 401 asks for Basic")
        .plant(p.sends(p.header("WWW-Authenticate", 'Basic realm="api"'), *secured, status=(401,)))
        .finding(
            found(
                RESPONSE_HEADERS,
                "listUsers",
                401,
                Place("header", "WWW-Authenticate"),
                "pattern",
                actual=Equal('Basic realm="api"'),
            )
        ),
    )
