"""Checks one part of the connection after the other; parts that depend on a broken one are not checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ecsuite import editions
from ecsuite.client import Wait
from ecsuite.config import Configuration
from ecsuite.config.limits import limits_of
from ecsuite.config.reports import require_reports
from ecsuite.doctor.diagnosis import Diagnosis
from ecsuite.doctor.network import look_at_network
from ecsuite.errors import EcsuiteError
from ecsuite.session.preflight import VARIABLES, access_token, require_server
from ecsuite.session.profile import configured_profile
from ecsuite.target import Target, live
from ecsuite.webhook.http import DOUBT, DoubtfulReceiver, receiving

_PARTNERS = ("first partner", "second partner")


def examine(
    configuration: Configuration, tell: Callable[[Wait], object] = lambda _: None, *, allow_production: bool = False
) -> Iterator[Diagnosis]:
    """Check the connection of a live run, part by part; nothing is created on the server.

    Args:
        configuration: of the target.
        tell: called with each long wait.
        allow_production: whether requests to production are allowed.
    """
    edition = configuration.one_edition("live")
    hosts = editions.hosts([edition])
    try:
        configuration.deviations()
        target = live(configuration.env, hosts, allow_production=allow_production)
        require_reports(target.conditions)
        limits_of(configuration), configured_profile(configuration)
    except EcsuiteError as error:
        yield Diagnosis("settings", "bad", str(error))
        return
    yield Diagnosis("settings", "ok", f"everything a live run needs is set; edition {edition}")
    way = [*_look_at_way(target)]
    yield from way
    if any(each.state == "bad" and each.topic != "clock" for each in way):
        return
    credentials = [*_look_at_credentials(edition, target, tell)]
    yield from credentials
    if all(each.state == "ok" for each in credentials):
        yield _look_at_api(edition, target, tell)
    yield _look_at_webhooks(target)


def _look_at_way(target: Target) -> Iterator[Diagnosis]:
    """Check the URLs of a target; a result that is the same for both is given once."""
    seen: set[Diagnosis] = set()
    for topic, url in (("API", target.base_url), ("token endpoint", target.token_url)):
        for each in look_at_network(target, topic, url) if url else ():
            if each not in seen:
                yield each
            seen.add(each)


def _look_at_credentials(edition: str, target: Target, tell: Callable[[Wait], object]) -> Iterator[Diagnosis]:
    partners = [target] + ([replace(target, credentials=target.other)] if target.other else [])
    for topic, names, partner in zip(_PARTNERS, VARIABLES, partners, strict=False):
        if partner.credentials.access_token:
            yield Diagnosis(topic, "ok", "EC_ACCESS_TOKEN is used; it cannot be renewed when it expires")
            continue
        try:
            access_token(edition, partner, tell, names)
        except EcsuiteError as error:
            yield Diagnosis(topic, "bad", str(error))
        else:
            yield Diagnosis(topic, "ok", f"{names[0]} and {names[1]} are accepted: they get a token")
    if not target.other:
        yield Diagnosis(
            _PARTNERS[1], "ok", f"none: tests across partners are skipped unless {' and '.join(VARIABLES[1])} are set"
        )


def _look_at_api(edition: str, target: Target, tell: Callable[[Wait], object]) -> Diagnosis:
    try:
        require_server(edition, target, tell)
    except EcsuiteError as error:
        return Diagnosis("edition", "bad", str(error))
    return Diagnosis("edition", "ok", f"the server fits edition {edition} and accepts the token")


def _look_at_webhooks(target: Target) -> Diagnosis:
    if not target.receiver_url:
        if target.on_loopback:
            return Diagnosis("webhooks", "ok", "the API is on this machine and delivers over loopback")
        said = "deliveries are not checked: set EC_WEBHOOK_PUBLIC_URL to a public URL that forwards to this machine"
        return Diagnosis("webhooks", "unknown", said)
    try:
        with receiving(public_url=target.receiver_url, port=target.receiver_port) as receiver:
            if isinstance(receiver, DoubtfulReceiver):
                return Diagnosis("webhooks", "unknown", DOUBT.replace("no delivery came", "nothing was sent", 1))
    except EcsuiteError as error:
        return Diagnosis("webhooks", "bad", str(error))
    return Diagnosis("webhooks", "ok", f"{target.receiver_url} forwards to port {receiver.port} of this machine")
