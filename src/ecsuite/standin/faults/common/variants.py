"""Legal variants for every edition."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from ecsuite.standin.call import Reply
from ecsuite.standin.faults import Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.changes import backwards, loud, more
from ecsuite.standin.faults.common.gateways import GATEWAY_VARIANTS
from ecsuite.standin.tokens import Form


def missing_client(original: p.Grant, form: Form, authorization: str | None) -> Reply:
    """Respond with another error code to missing credentials."""
    if form.get("grant_type") == "client_credentials" and not ("client_id" in form and "client_secret" in form):
        return Reply(400, {"error": "invalid_client"}, {"Cache-Control": "no-store"})
    return original(form, authorization)


COMMON_VARIANTS: Final = (
    Variant("members-in-another-order", "the members of objects come in another order", p.sends(p.value(backwards))),
    Variant(
        "json-in-ascii",
        "letters beyond ASCII are written as escapes",
        p.sends(p.content(lambda text: json.dumps(json.loads(text)).encode() if text else text)),
    ),
    Variant("bearer-in-small-letters", "the token's type is bearer", p.shows("getToken", "/token_type", "bearer")),
    Variant(
        "token-without-lifetime",
        "the token does not say how long it lives",
        p.shows("getToken", "/expires_in", p.DROP),
    ),
    Variant("token-for-an-hour", "the token lives for an hour", p.shows("getToken", "/expires_in", 3600)),
    Variant(
        "token-with-more",
        "the token's answer has a scope and more",
        p.sends(p.value(lambda body: {**body, "scope": "partner", "id": 7}), "getToken"),
    ),
    Variant(
        "token-errors-are-400",
        "wrong credentials are answered with 400",
        p.sends(p.chain(p.status(400), p.header("WWW-Authenticate", None)), "getToken", status=(401,)),
    ),
    Variant(
        "token-errors-are-short",
        "errors of the token endpoint have no description",
        p.sends(p.value(lambda body: {"error": body["error"]}), "getToken", status=(400, 401)),
    ),
    Variant(
        "unknown-client-is-unauthorized",
        "wrong credentials are called unauthorized_client",
        p.together(
            p.error_code("invalid_client", "unauthorized_client"), p.sends(p.status(400), "getToken", status=(401,))
        ),
    ),
    Variant(
        "missing-credentials-are-invalid-client",
        "missing credentials are called invalid_client",
        p.grants(missing_client),
    ),
    Variant(
        "not-found-is-a-page",
        "a 404 is a page",
        p.sends(p.refusal(404, b"<p>nothing here</p>", "text/html"), status=(404,)),
    ),
    Variant("not-found-is-empty", "a 404 has no body", p.sends(p.refusal(404), status=(404,))),
    Variant("wrong-method-is-404", "a wrong method is answered with 404", p.elsewhere(p.refusal(404), 405)),
    Variant("charset-and-capitals", "media types have capitals and a charset", p.sends(loud)),
    Variant(
        "in-pieces",
        "answers come in pieces, their length untold",
        p.sends(lambda answer: replace(answer, chunked=answer.status != 204)),
    ),
    Variant(
        "one-call-a-connection",
        "every connection is closed after a call",
        p.sends(p.header("Connection", "close"), status=range(200, 500)),
    ),
    Variant(
        "cookies-and-more-headers",
        "answers have cookies and further headers",
        p.sends(
            p.chain(
                p.header("Set-Cookie", "a=b; Path=/"),
                p.header("X-Request-Id", "1"),
                p.header("Vary", "*"),
                p.header("Strict-Transport-Security", "max-age=1"),
            ),
            status=range(200, 500),
        ),
    ),
    Variant(
        "asks-to-wait",
        "now and then a call is answered with 429 and Retry-After",
        p.waits_now_and_then(29, 429, "0"),
    ),
    Variant("is-busy", "now and then a call is answered with 503 and Retry-After", p.waits_now_and_then(199, 503, "1")),
    Variant("is-busy-without-a-time", "now and then a call is answered with 503 alone", p.waits_now_and_then(199, 503)),
    Variant(
        "gateway-fails",
        "now and then what may be repeated is done, and answered with a gateway's 502",
        p.gateway_fails_now_and_then(97, 502),
    ),
    *GATEWAY_VARIANTS,
)


def secured_variants(secured: Collection[str], closed: Collection[str] = ()) -> tuple[Variant, ...]:
    """Legal variants of operations that need a token.

    Args:
        secured: the operations that need a token.
        closed: those of them whose responses have objects without undeclared members.
    """
    return (
        Variant(
            "further-members",
            "answers have further members everywhere",
            p.sends(p.value(more), *(each for each in secured if each not in closed)),
        ),
        Variant(
            "json-in-lines",
            "JSON is laid out in lines",
            p.sends(
                p.content(lambda text: json.dumps(json.loads(text), indent=4).encode() + b"\r\n" if text else text),
                *secured,
            ),
        ),
        Variant(
            "unauthorized-is-a-page",
            "a 401 is a page",
            p.sends(
                p.chain(p.content(lambda _: b"<p>who are you</p>"), p.header("Content-Type", "text/html")),
                *secured,
                status=(401,),
            ),
        ),
        Variant(
            "challenge-is-short",
            "a 401 asks for Bearer, and no more",
            p.sends(p.header("WWW-Authenticate", "bearer"), *secured, status=(401,)),
        ),
        Variant(
            "challenge-is-one-of-two",
            "a 401 asks for Basic or Bearer",
            p.sends(
                p.header("WWW-Authenticate", 'Basic realm="a, b", Bearer error="invalid_token"'),
                *secured,
                status=(401,),
            ),
        ),
    )
