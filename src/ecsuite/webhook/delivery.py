"""Properties of a delivery: its hook, its JSON value, and whether a test is waiting for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import UndecodableError, json_or_none, read_json

Wanted = Callable[[Any], bool]
Subject = Callable[[Any], Hashable]


def any_delivery(value: Any) -> bool:  # noqa: ARG001
    """Match every delivery."""
    return True


def no_subject(value: Any) -> Hashable:  # noqa: ARG001
    """Treat all deliveries as having the same subject."""
    return None


def may_be(wanted: Wanted, delivery: Exchange) -> bool:
    """Whether a delivery matches. An undecodable one does, because it may be the right one; the checks report it."""
    try:
        return wanted(read_json(delivery.request.body).value)
    except UndecodableError:
        return True


def value_of(delivery: Exchange) -> Any:
    """The JSON value of a delivery; None if the body is not JSON."""
    return json_or_none(delivery.request.body)


def url_of(address: str, hook: str) -> str:
    """The URL of a hook, by the hook's name, at the receiver with this address."""
    return f"{address}/hooks/{hook}"


def hook_of(delivery: Exchange) -> str:
    """The name of the hook that a delivery went to."""
    return delivery.request.url.partition("?")[0].rpartition("/")[2]
