"""Targets of runs: addresses, credentials, and the protection of production."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from ecsuite.conditions import Conditions
from ecsuite.errors import (
    BadCredential,
    BadNumber,
    BadPort,
    BadToken,
    BadUrl,
    ProductionRefused,
    SamePartner,
    VariablesMissing,
)
from ecsuite.production import Hosts, Resolve, addresses_of, host_of, is_loopback

Mode = Literal["replay", "local", "live"]
MODES: tuple[Mode, ...] = ("replay", "local", "live")
HIGHEST_PORT = 65535
# The default port for deliveries to a public URL.
TUNNEL_PORT = 8787
# ASCII digits only, and a limited number of them.
_PORT = re.compile(r"0*\d{1,5}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"0*[1-9]\d{0,8}", re.ASCII)
_SECRETS = (
    "EC_CLIENT_ID",
    "EC_CLIENT_SECRET",
    "EC_ACCESS_TOKEN",
    "EC_OTHER_CLIENT_ID",
    "EC_OTHER_CLIENT_SECRET",
    "EC_WEBHOOK_SECRET",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a partner: a client id and a secret, or an access token."""

    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be printed."""
        return tuple(value for value in (self.client_id, self.client_secret, self.access_token) if value)

    @property
    def identity(self) -> str:
        """The identity of the partner: its client id, else the client that a token names (RFC 9068), else the token."""
        return self.client_id or _holder(self.access_token) or self.access_token


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a run.

    Attributes:
        base_url: of the API, without a trailing slash.
        token_url: of its token endpoint; empty if there is an access token.
        other: the credentials of a second partner, for tests across partners.
        receiver_url: the public URL of this machine's webhook receiver; empty to use its loopback address.
        receiver_port: the port that the receiver listens on; 0 for any.
        name: its name in reports.
        sandbox: whether webhooks and simulations may be tested.
        conditions: further settings.
    """

    mode: Mode
    base_url: str
    token_url: str
    credentials: Credentials
    other: Credentials | None = None
    receiver_url: str = ""
    receiver_port: int = 0
    name: str = ""
    sandbox: bool = True
    conditions: Conditions = field(default_factory=Conditions, compare=False)

    @property
    def on_loopback(self) -> bool:
        """Whether the API runs on this machine, and so can reach a receiver here."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be printed."""
        return self.credentials.secrets + (self.other.secrets if self.other else ())


def live(
    env: Mapping[str, str], hosts: Hosts, *, allow_production: bool = False, resolve: Resolve = addresses_of
) -> Target:
    """The target that the environment describes.

    Args:
        env: the environment, with `EC_BASE_URL` and the other variables in the README.
        hosts: the hosts in the contracts.
        allow_production: whether the user has allowed requests to production.
        resolve: returns the addresses of a host.

    Raises:
        VariablesMissing, BadUrl, BadToken, BadCredential, BadPort, BadSetting, SamePartner: the environment is
            incomplete, or invalid.
        ProductionRefused: the host is production, and that was not allowed.
    """
    env = {name: value.strip() for name, value in env.items() if name.startswith("EC_")}
    credentials = _credentials(env)
    base_url = checked_url("EC_BASE_URL", env["EC_BASE_URL"])
    host = host_of(base_url)
    production = hosts.is_production(host, resolve)
    if production and not allow_production:
        raise ProductionRefused(host)
    # A tunnel must know the port in advance.
    default_port = TUNNEL_PORT if env.get("EC_WEBHOOK_PUBLIC_URL") else 0
    return Target(
        mode="live",
        base_url=base_url,
        token_url=checked_url("EC_TOKEN_URL", env.get("EC_TOKEN_URL", ""), as_given=True),
        credentials=credentials,
        other=_other(env),
        receiver_url=checked_url("EC_WEBHOOK_PUBLIC_URL", env.get("EC_WEBHOOK_PUBLIC_URL", "")),
        receiver_port=checked_port("EC_WEBHOOK_PORT", env.get("EC_WEBHOOK_PORT") or str(default_port)),
        name=urlsplit(base_url).netloc,
        sandbox=not production,
        conditions=Conditions.read(env),
    )


def secrets_in(env: Mapping[str, str]) -> frozenset[str]:
    """The values in an environment that must never be printed, even if other values are invalid."""
    values = (env.get(name, "") for name in _SECRETS)
    return frozenset(text for value in values for text in (value, value.strip()) if text)


def token_endpoint(env: Mapping[str, str]) -> Target:
    """The token endpoint that the environment describes, with the first partner's credentials, and without an API.

    Raises:
        VariablesMissing, BadUrl, BadCredential: the environment is incomplete, or invalid.
    """
    env = {name: value.strip() for name, value in env.items() if name.startswith("EC_")}
    names = ("EC_TOKEN_URL", "EC_CLIENT_ID", "EC_CLIENT_SECRET")
    missing = [name for name in names if not env.get(name)]
    if missing:
        raise VariablesMissing(missing, "an access token")
    credentials = _issued(env, *names[1:])
    return Target("live", "", checked_url("EC_TOKEN_URL", env["EC_TOKEN_URL"], as_given=True), credentials)


def _credentials(env: Mapping[str, str]) -> Credentials:
    by_secret = ["EC_BASE_URL", "EC_TOKEN_URL", "EC_CLIENT_ID", "EC_CLIENT_SECRET"]
    has_token = bool(env.get("EC_ACCESS_TOKEN")) and not (env.get("EC_CLIENT_ID") or env.get("EC_CLIENT_SECRET"))
    missing = [name for name in (["EC_BASE_URL"] if has_token else by_secret) if not env.get(name)]
    if missing:
        raise VariablesMissing(missing)
    if has_token:
        if not env["EC_ACCESS_TOKEN"].isascii() or not env["EC_ACCESS_TOKEN"].isprintable():
            raise BadToken("EC_ACCESS_TOKEN")
        return Credentials(access_token=env["EC_ACCESS_TOKEN"])
    return _issued(env, "EC_CLIENT_ID", "EC_CLIENT_SECRET")


def _issued(env: Mapping[str, str], *names: str) -> Credentials:
    """A client id and a secret, by their variables; raises `BadCredential` if a value cannot be sent in a form."""
    for name in names:
        # Python reads a byte of the environment that is not UTF-8 as a lone surrogate.
        if any(unicodedata.category(char) == "Cs" for char in env[name]):
            raise BadCredential(name)
    return Credentials(*(env[name] for name in names))


def _other(env: Mapping[str, str]) -> Credentials | None:
    names = ("EC_OTHER_CLIENT_ID", "EC_OTHER_CLIENT_SECRET")
    given = [name for name in names if env.get(name)]
    if not given:
        return None
    missing = [name for name in (*names, "EC_TOKEN_URL") if not env.get(name)]
    if missing:
        raise VariablesMissing(missing, "a second partner")
    if env[names[0]] == env.get("EC_CLIENT_ID"):
        raise SamePartner
    return _issued(env, *names)


def checked_url(variable: str, value: str, *, as_given: bool = False) -> str:
    """The URL in a variable; empty if not set. Unless `as_given`, it is a base for paths.

    Raises:
        BadUrl: the value is not a suitable URL.
    """
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.port != 0 and host_of(value)
    except ValueError:
        usable = False
    is_whole = bool(usable and not parts.fragment and not parts.username and (as_given or not parts.query))
    if not is_whole or not value.isprintable() or " " in value:
        raise BadUrl(variable, _without_secrets(value), may_have_query=as_given)
    return value if as_given else value.rstrip("/")


def _without_secrets(value: str) -> str:
    """A URL for messages, without its user, query and fragment, which may be secret."""
    if "@" in value:
        return "an address with a user in it"
    shown = value.partition("#")[0].partition("?")[0]
    return shown if shown == value else f"{shown}?..."


def checked_port(variable: str, value: str) -> int:
    """The number of a port; raises `BadPort`."""
    if not _PORT.fullmatch(value) or int(value) > HIGHEST_PORT:
        raise BadPort(variable, value)
    return int(value)


def _holder(token: str) -> str:
    """The client id in a token that is a JSON Web Token; empty if there is none."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, RecursionError):
        return ""
    claims = claims if isinstance(claims, dict) else {}
    holder = claims.get("client_id") or claims.get("azp") or claims.get("sub")
    return holder if isinstance(holder, str) else ""


def whole_number(env: Mapping[str, str], variable: str) -> int | None:
    """The number in a variable; None if it is not set.

    Raises:
        BadNumber: the value is not a whole number, or zero.
    """
    value = env.get(variable, "").strip()
    if value and not _WHOLE_NUMBER.fullmatch(value):
        raise BadNumber(variable, value)
    return int(value) if value else None
