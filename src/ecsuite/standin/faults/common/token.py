"""Faults of the token endpoint, the same in every edition."""

from __future__ import annotations

import json
from typing import Final

from ecsuite.findings.breach import STATUS, Place
from ecsuite.findings.pattern import Equal, OfType, found, inside
from ecsuite.promises import (
    ERROR_CODE,
    MEDIA_TYPE,
    PARTNERS_APART,
    RESPONSE_BODY,
    RESPONSE_HEADERS,
    SERVER_ERROR,
    STATUS_EXPECTED,
    STATUS_LISTED,
)
from ecsuite.standin.faults import Fault
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, SPEC, fault, faults, not_refused
from ecsuite.standin.store import Store
from ecsuite.standin.tokens import Form


def _with_secret(store: Store, form: Form) -> Form:
    """The form with the right secret of the client instead of the one that was sent."""
    secrets = {each.client_id: each.client_secret for each in store.credentials()}
    own = form.get("client_id", "")
    return {**form, "client_secret": secrets[own]} if own in secrets else form


def _any_known_secret(store: Store, form: Form) -> Form:
    known = {each.client_secret for each in store.credentials()}
    return _with_secret(store, form) if form.get("client_secret") in known else form


def _unknown_is_first(store: Store, form: Form) -> Form:
    first, *others = store.credentials()
    known = {first.client_id, *(each.client_id for each in others)}
    unknown = form.get("client_id") and form["client_id"] not in known
    return {**form, "client_id": first.client_id, "client_secret": first.client_secret} if unknown else form


TOKEN_FAULTS: Final = faults(
    "token",
    fault("token-type-is-mac", GUIDE, "the token is of the type mac")
    .plant(p.shows("getToken", "/token_type", "mac"))
    .finding(found(RESPONSE_BODY, "getToken", 200, inside("/token_type"), "pattern", actual=Equal("mac"))),
    fault("token-type-is-missing", GUIDE, "the response has no token_type")
    .plant(p.shows("getToken", "/token_type", p.DROP))
    .finding(found(RESPONSE_BODY, "getToken", 200, inside("/token_type"), "required")),
    fault("token-is-missing", GUIDE, "the response has no access_token")
    .plant(p.shows("getToken", "/access_token", p.DROP))
    .finding(found(RESPONSE_BODY, "getToken", 200, inside("/access_token"), "required")),
    fault("token-is-under-another-name", GUIDE, "the token is called accessToken")
    .plant(p.sends(p.value(lambda body: {"accessToken": body.pop("access_token"), **body}), "getToken"))
    .finding(found(RESPONSE_BODY, "getToken", 200, inside("/access_token"), "required")),
    fault("token-is-null", GUIDE, "access_token is null")
    .plant(p.shows("getToken", "/access_token", None))
    .finding(found(RESPONSE_BODY, "getToken", 200, inside("/access_token"), "type", actual=OfType("null"))),
    fault("token-is-empty", GUIDE, "access_token is an empty text")
    .plant(p.shows("getToken", "/access_token", ""))
    .finding(found(RESPONSE_BODY, "getToken", 200, inside("/access_token"), "pattern")),
    fault("token-may-be-cached", SPEC, "the token's answer has Cache-Control: max-age=60")
    .plant(p.sends(p.header("Cache-Control", "max-age=60"), "getToken"))
    .finding(
        found(
            RESPONSE_HEADERS, "getToken", 200, Place("header", "Cache-Control"), "pattern", actual=Equal("max-age=60")
        )
    ),
    fault("token-without-cache-control", SPEC, "the token's answer has no Cache-Control")
    .plant(p.sends(p.header("Cache-Control", None), "getToken"))
    .finding(found(RESPONSE_HEADERS, "getToken", 200, Place("header", "Cache-Control"), "required")),
    fault("token-answer-is-a-form", GUIDE, "the token's answer is said to be a form")
    .plant(p.sends(p.header("Content-Type", "application/x-www-form-urlencoded"), "getToken"))
    .finding(
        found(
            MEDIA_TYPE,
            "getToken",
            200,
            Place("header", "Content-Type"),
            "unlisted",
            actual=Equal("application/x-www-form-urlencoded"),
        )
    ),
    fault("token-answer-is-201", GUIDE, "a token is answered with 201")
    .plant(p.sends(p.status(201), "getToken"))
    .finding(found(STATUS_LISTED, "getToken", 201, STATUS, "unlisted")),
    fault("token-of-the-first-for-all", GUIDE, "all partners get the token of the first one")
    .plant(p.one_token_for_all)
    .finding(found(PARTNERS_APART, "getToken", 200, inside("/access_token"), "same")),
    fault("token-ends-with-the-next", GUIDE, "a new token ends the one before")
    .plant(p.only_the_latest_token)
    .finding(found(STATUS_EXPECTED, "listUsers", 401, STATUS, "status", case="token-just-given")),
    fault("token-for-any-secret", GUIDE, "any secret will do")
    .plant(p.takes_form_as(p.secret_like(lambda sent, _: bool(sent))))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status")),
    fault("token-for-an-empty-secret", GUIDE, "an empty secret will do")
    .plant(p.takes_form_as(p.secret_like(lambda sent, _: not sent)))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status", case="empty-secret")),
    fault("token-for-half-a-secret", GUIDE, "the start of a secret will do")
    .plant(p.takes_form_as(p.secret_like(lambda sent, right: bool(sent) and right.startswith(sent))))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status", case="secret-cut-off")),
    fault("token-for-a-longer-secret", GUIDE, "what stands behind a secret does not matter")
    .plant(p.takes_form_as(p.secret_like(lambda sent, right: sent.startswith(right))))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status", case="secret-something-behind")),
    fault("token-for-a-secret-in-other-letters", GUIDE, "a secret's letters are compared without regard to case")
    .plant(p.takes_form_as(p.secret_like(lambda sent, right: sent.lower() == right.lower())))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status", case="secret-another-case")),
    fault("token-for-the-secret-of-another", GUIDE, "the secret of any partner will do")
    .plant(p.takes_form_as(_any_known_secret))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status")),
    fault("token-for-an-unknown-client", GUIDE, "an unknown client gets the first partner's token")
    .plant(p.takes_form_as(_unknown_is_first))
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status")),
    fault("token-for-the-id-as-the-secret", GUIDE, "the client's id will do as its secret")
    .plant(
        p.takes_form_as(
            lambda store, form: (
                _with_secret(store, form) if form.get("client_id") == form.get("client_secret") else form
            )
        )
    )
    .finding(found(STATUS_EXPECTED, "getToken", 200, STATUS, "status", case="id-as-secret")),
    fault("token-without-grant-type", GUIDE, "grant_type may be left out")
    .plant(p.takes_form_as(lambda _, form: {"grant_type": "client_credentials", **form}))
    .finding(not_refused("getToken", Place("request-body", path=("grant_type",)), "required")),
    fault("token-for-any-grant-type", GUIDE, "any grant_type will do")
    .plant(
        p.takes_form_as(
            lambda _, form: {**form, "grant_type": "client_credentials"} if form.get("grant_type") else form
        )
    )
    .finding(not_refused("getToken", Place("request-body", path=("grant_type",)), "const")),
    fault("token-for-grant-type-in-capitals", GUIDE, "grant_type may be in capitals")
    .plant(p.takes_form_as(lambda _, form: {**form, "grant_type": form.get("grant_type", "").lower()}))
    .finding(not_refused("getToken", Place("request-body", path=("grant_type",)), "const")),
    fault("token-for-json", GUIDE, "the request for a token may be JSON")
    .plant(p.reads_form(lambda body: dict(json.loads(body))))
    .finding(not_refused("getToken", Place("request-body"), actual=OfType("string"))),
    fault("token-by-put", GUIDE, "a token is given by PUT, too")
    .plant(p.also_by("PUT", "/connect/token", "getToken"))
    .finding(found(STATUS_EXPECTED, "", 200, STATUS, "status", case="PUT")),
    fault("token-error-is-not-listed", SPEC, "the error of a wrong secret is called wrong_password")
    .plant(p.error_code("invalid_client", "wrong_password"))
    .finding(found(RESPONSE_BODY, "getToken", 401, inside("/error"), "enum", actual=Equal("wrong_password"))),
    fault("token-error-is-a-number", SPEC, "an error of the token endpoint is a number")
    .plant(p.sends(p.value(lambda body: p.edited(body, "/error", 17)), "getToken", status=(400,)))
    .finding(found(RESPONSE_BODY, "getToken", 400, inside("/error"), "enum")),
    fault("token-error-is-called-otherwise", SPEC, "an error of the token endpoint is called message")
    .plant(p.sends(p.value(lambda body: {"message": body["error"]}), "getToken", status=(400,)))
    .finding(found(RESPONSE_BODY, "getToken", 400, inside("/error"), "required")),
    fault("token-error-is-a-page", SPEC, "an error of the token endpoint is a page")
    .plant(p.sends(p.refusal(400, b"<html>", "text/html"), "getToken", status=(400,)))
    .finding(
        found(MEDIA_TYPE, "getToken", 400, Place("header", "Content-Type"), "unlisted", actual=Equal("text/html"))
    ),
    fault("token-wrong-secret-is-403", GUIDE, "a wrong secret is answered with 403")
    .plant(p.sends(p.status(403), "getToken", status=(401,)))
    .finding(found(STATUS_EXPECTED, "getToken", 403, STATUS, "status")),
    fault("token-wrong-secret-is-500", GUIDE, "a wrong secret is a server error")
    .plant(p.sends(p.status(500), "getToken", status=(401,)))
    .finding(found(SERVER_ERROR, "getToken", 500, STATUS, "exclusiveMaximum", actual=Equal(500))),
    fault("token-wrong-secret-is-invalid-request", SPEC, "a wrong secret is called invalid_request")
    .plant(p.error_code("invalid_client", "invalid_request"))
    .finding(found(ERROR_CODE, "getToken", {400, 401}, inside("/error"), "unlisted", actual=Equal("invalid_request"))),
    fault("token-unknown-grant-is-invalid-grant", SPEC, "an unknown grant_type is called invalid_grant")
    .plant(p.error_code("unsupported_grant_type", "invalid_grant"))
    .finding(found(ERROR_CODE, "getToken", 400, inside("/error"), "unlisted", actual=Equal("invalid_grant"))),
    fault("token-incomplete-request-is-invalid-scope", SPEC, "a missing member is called invalid_scope")
    .plant(p.error_code("invalid_request", "invalid_scope"))
    .finding(found(ERROR_CODE, "getToken", 400, inside("/error"), "unlisted", actual=Equal("invalid_scope"))),
)


def lifetime_faults(lifetime: int) -> tuple[Fault, ...]:
    """Faults in the lifetime of tokens; `lifetime` is that of the stand-in's tokens, in seconds."""
    return faults(
        "token",
        fault("token-lifetime-in-minutes", GUIDE, "expires_in is in minutes")
        .plant(p.shows("getToken", "/expires_in", 30))
        .finding(found(RESPONSE_BODY, "getToken", 200, inside("/expires_in"), "minimum", actual=Equal(30))),
        fault("token-lifetime-in-milliseconds", GUIDE, "expires_in is in milliseconds")
        .plant(p.shows("getToken", "/expires_in", lifetime * 1000))
        .finding(found(RESPONSE_BODY, "getToken", 200, inside("/expires_in"), "maximum", actual=OfType("integer"))),
        fault("token-lifetime-is-text", GUIDE, "expires_in is text")
        .plant(p.shows("getToken", "/expires_in", str))
        .finding(found(RESPONSE_BODY, "getToken", 200, inside("/expires_in"), "type", actual=OfType("string"))),
        fault("token-lifetime-has-a-point", GUIDE, "expires_in is written with a point")
        .plant(p.shows("getToken", "/expires_in", float))
        .finding(found(RESPONSE_BODY, "getToken", 200, inside("/expires_in"), "type", actual=OfType("number"))),
        fault("token-lifetime-is-zero", GUIDE, "expires_in is 0")
        .plant(p.shows("getToken", "/expires_in", 0))
        .finding(found(RESPONSE_BODY, "getToken", 200, inside("/expires_in"), "minimum", actual=Equal(0))),
        fault("token-lifetime-is-a-day", GUIDE, "expires_in is a day, longer than was ever documented")
        .plant(p.shows("getToken", "/expires_in", 86400))
        .finding(found(RESPONSE_BODY, "getToken", 200, inside("/expires_in"), "maximum", actual=Equal(86400))),
    )
