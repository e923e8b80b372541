"""Whether an address leads to production: by its host as the client will read it, and by what that resolves to."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import unquote

from ecsuite.http import httpx

# Seconds for names to be resolved; where that takes longer, nothing is known of them.
PATIENCE: Final = 2.0

Resolve = Callable[[str], frozenset[str]]


def host_of(url: str) -> str:
    """The host of an address as the client will read it: in small letters and ASCII, without a dot at its end.

    Raises:
        ValueError: the client cannot read it.
    """
    try:
        host = httpx.URL(url).raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError(str(error)) from None
    return unquote(host).lower().rstrip(".")


def addresses_of(host: str) -> frozenset[str]:
    """The addresses that a host has; none where that is not known soon."""
    found: list[str] = []

    def look_up() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(str(address[0]) for *_, address in socket.getaddrinfo(host, None))

    # A daemon: a resolver that hangs must not hold up the end of the process either.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return frozenset(found)


class Hosts(NamedTuple):
    """The hosts that contracts name.

    Attributes:
        production: those that are production.
        others: those that are not, whatever they share with it.
    """

    production: frozenset[str]
    others: frozenset[str] = frozenset()

    def is_production(self, host: str, resolve: Resolve = addresses_of) -> bool:
        """Whether a host, as `host_of` gives it, is production, or has an address of it.

        Args:
            host: of a server that is to be written to.
            resolve: gives the addresses of a host.
        """
        if host in self.production:
            return True
        if host in self.others or not self.production or is_loopback(host):
            return False
        own = resolve(host)
        if not own or all(map(is_loopback, own)):
            return False
        return any(own & resolve(each) for each in self.production)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
