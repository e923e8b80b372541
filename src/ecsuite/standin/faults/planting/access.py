"""Changes to which calls are authorized, and to what refused calls do."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from ecsuite.standin.app import Plant
from ecsuite.standin.call import RefusalError, Reply
from ecsuite.standin.faults.planting.seams import ANSWER, BEARER, GRANT, together, wraps
from ecsuite.standin.faults.planting.tokens import Grant
from ecsuite.standin.faults.planting.trouble import TROUBLE
from ecsuite.standin.parts import Asked, Parts
from ecsuite.standin.store import Store
from ecsuite.standin.tokens import Form

Bearer = Callable[[Asked], int | None]
# Returns the partner for a call without a valid token, or None; it gets all issued tokens with their partners.
Whose = Callable[[Asked, Mapping[str, int], Store], int | None]

FIRST_PARTNER: Final = 1


def lets_in_also(whose: Whose) -> Plant:
    """Accepts some calls without a valid token."""

    def plant(parts: Parts) -> None:
        given: dict[str, int] = {}

        def remember(_: Parts, original: Grant, form: Form, authorization: str | None) -> Reply:
            reply = original(form, authorization)
            token = reply.body.get("access_token") if isinstance(reply.body, dict) else None
            partner = parts.store.partner_of_token(token) if token else None
            if token and partner is not None:
                given[token] = partner
            return reply

        def lenient(_: Parts, original: Bearer, asked: Asked) -> int | None:
            partner = original(asked)
            return whose(asked, given, parts.store) if partner is None else partner

        together(wraps(GRANT, remember), wraps(BEARER, lenient))(parts)

    return plant


def open_to_all(operation: str) -> Plant:
    """Accepts calls of an operation without a token."""
    return lets_in_also(lambda asked, _, __: FIRST_PARTNER if asked.operation.id == operation else None)


def token_like(alike: Callable[[str, str], bool]) -> Plant:
    """Accepts what resembles a token; `alike` compares the Authorization header with an issued token."""

    def whose(asked: Asked, given: Mapping[str, int], _: Store) -> int | None:
        header = asked.authorization or ""
        return next((partner for token, partner in given.items() if alike(header, token)), None)

    return lets_in_also(whose)


def header_like(alike: Callable[[str | None], bool]) -> Plant:
    """Accepts any Authorization header for which `alike` is true, as the first partner's."""
    return lets_in_also(lambda asked, _, __: FIRST_PARTNER if alike(asked.authorization) else None)


def basic_is_taken(asked: Asked, _given: Mapping[str, int], store: Store) -> int | None:
    """The partner whose credentials are in an Authorization header of the scheme Basic."""
    scheme, _, encoded = (asked.authorization or "").partition(" ")
    if scheme != "Basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return store.partner_of_client(client_id, secret)


def acts_in_spite(operation: str, of: int) -> Plant:
    """Refuses a call with a status, but performs it nevertheless."""

    def answer(parts: Parts, original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        try:
            return original(asked)
        except RefusalError as refused:
            if asked.operation.id == operation and refused.reply.status == of:
                with suppress(RefusalError, *TROUBLE):
                    parts.act(parts.bearer(asked) or FIRST_PARTNER, asked)
            raise

    return wraps(ANSWER, answer)
