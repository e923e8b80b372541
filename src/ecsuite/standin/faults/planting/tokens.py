"""Changes to the token endpoint."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ecsuite.standin.app import Plant
from ecsuite.standin.call import RefusalError, Reply
from ecsuite.standin.faults.planting.responses import SUCCESSES, sends, value
from ecsuite.standin.faults.planting.seams import BEARER, GRANT, READ_FORM, together, wraps
from ecsuite.standin.faults.planting.trouble import TROUBLE
from ecsuite.standin.parts import Asked, Parts
from ecsuite.standin.store import Store
from ecsuite.standin.tokens import Form

Grant = Callable[[Form, str | None], Reply]


def grants(act: Callable[[Grant, Form, str | None], Reply]) -> Plant:
    """Replaces what the token endpoint does; `act` gets the original function and its arguments."""
    return wraps(GRANT, lambda _, original, form, authorization: act(original, form, authorization))


def takes_form_as(change: Callable[[Store, Form], Form]) -> Plant:
    """Makes the token endpoint change the form that it has read."""
    return wraps(GRANT, lambda parts, original, form, authorization: original(change(parts.store, form), authorization))


def secret_like(alike: Callable[[str, str], bool]) -> Callable[[Store, Form], Form]:
    """Accepts a client secret that resembles the right one; `alike` compares what was sent with the right one."""

    def change(store: Store, form: Form) -> Form:
        for known in store.credentials():
            if known.client_id == form.get("client_id") and alike(form.get("client_secret", ""), known.client_secret):
                return {**form, "client_secret": known.client_secret}
        return form

    return change


def error_code(old: str, new: str) -> Plant:
    """Replaces an error code of the token endpoint."""

    def change(body: Any) -> Any:
        return {**body, "error": new} if body.get("error") == old else body

    return sends(value(change), "getToken", status=(400, 401))


def only_the_latest_token(parts: Parts) -> None:
    """Invalidates the earlier tokens of a partner when it gets another one."""
    latest: dict[int, str] = {}

    def remember(_: Parts, original: Grant, form: Form, authorization: str | None) -> Reply:
        reply = original(form, authorization)
        if reply.status in SUCCESSES:
            token = reply.body["access_token"]
            latest[parts.store.partner_of_token(token) or 0] = token
        return reply

    def strict(_: Parts, original: Callable[[Asked], int | None], asked: Asked) -> int | None:
        partner = original(asked)
        return partner if partner and (asked.authorization or "").endswith(latest.get(partner, "")) else None

    together(wraps(GRANT, remember), wraps(BEARER, strict))(parts)


def one_token_for_all(parts: Parts) -> None:
    """Gives everybody the token that was issued first."""
    given: list[Reply] = []

    def grant(original: Grant, form: Form, authorization: str | None) -> Reply:
        reply = original(form, authorization)
        if reply.status not in SUCCESSES:
            return reply
        given.append(reply)
        return given[0]

    grants(grant)(parts)


def reads_form(read: Callable[[bytes], Form]) -> Plant:
    """Makes the token endpoint parse bodies that it would refuse, in its own way."""

    def read_form(
        _: Parts, original: Callable[[str | None, bytes], Form], content_type: str | None, body: bytes
    ) -> Form:
        try:
            return original(content_type, body)
        except RefusalError:
            with suppress(*TROUBLE):
                return read(body)
            raise

    return wraps(READ_FORM, read_form)
