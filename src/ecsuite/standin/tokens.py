"""The token endpoint: OAuth2 client credentials (RFC 6749 sections 4.4, 5.1 and 5.2)."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_plus

from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_form
from ecsuite.standin.call import RefusalError, Reply
from ecsuite.standin.store import Store

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


Form = Mapping[str, str]


class TokenEndpoint:
    """Issues tokens with a lifetime, in seconds, to the partners of a store."""

    def __init__(self, store: Store, lifetime: int) -> None:
        self._store = store
        self._lifetime = lifetime

    def grant(self, form: Form, authorization: str | None) -> Reply:
        """Return the reply to a token request, given its form and its Authorization header."""
        grant_type = form.get("grant_type")
        if not grant_type:
            return _error("invalid_request", "grant_type is missing")
        if grant_type != "client_credentials":
            return _error("unsupported_grant_type", "only client_credentials is supported")
        client_id, client_secret = _basic(authorization) or (form.get("client_id"), form.get("client_secret"))
        if client_id is None or client_secret is None:
            return _error("invalid_request", "client_id and client_secret are missing")
        partner = self._store.partner_of_client(client_id, client_secret)
        if partner is None:
            return Reply(401, {"error": "invalid_client"}, {**NO_STORE, "WWW-Authenticate": 'Basic realm="token"'})
        token = self._store.new_token(partner, self._lifetime)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self._lifetime}
        return Reply(200, answer, NO_STORE)


def read_token_form(content_type: str | None, body: bytes) -> Form:
    """Parse the form of a token request.

    Raises:
        RefusalError: the body is not a form, or a member is repeated.
    """
    if MediaType.of(content_type).essence != FORM:
        raise _refusal(f"the body must be of the type {FORM}")
    try:
        pairs = read_form(body)
    except UndecodableError:
        raise _refusal("the body is not a form") from None
    names = Counter(name for name, _ in pairs)
    if repeated := [name for name, count in names.items() if count > 1]:
        raise _refusal(f"{repeated[0]} is given twice")
    return dict(pairs)


def _refusal(description: str) -> RefusalError:
    refusal = RefusalError(400, description)
    refusal.reply = _error("invalid_request", description)
    return refusal


def _error(code: str, description: str) -> Reply:
    return Reply(400, {"error": code, "error_description": description}, NO_STORE)


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """Client id and secret from HTTP Basic (RFC 6749 section 2.3.1); None if the header is not used."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(client_id), unquote_plus(client_secret)
