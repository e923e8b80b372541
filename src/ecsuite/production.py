"""Whether a URL is production, by its host as the client reads it, and by the addresses that the host resolves to."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import unquote

from ecsuite.http import httpx

# Seconds for resolving names; if it takes longer, their addresses count as unknown.
TIMEOUT: Final = 2.0

Resolve = Callable[[str], frozenset[str]]


def host_of(url: str) -> str:
    """The host of a URL as the client reads it: lower case, ASCII, without a trailing dot.

    Raises:
        ValueError: the client cannot read the URL.
    """
    try:
        host = httpx.URL(url).raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError(str(error)) from None
    return unquote(host).lower().rstrip(".")


def addresses_of(host: str) -> frozenset[str]:
    """The addresses of a host; empty if they are not known in time."""
    found: list[str] = []

    def look_up() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(str(address[0]) for *_, address in socket.getaddrinfo(host, None))

    # A daemon, so that a resolver that hangs cannot delay the end of the process.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    return frozenset(found)


class Hosts(NamedTuple):
    """The hosts in contracts.

    Attributes:
        production: the production hosts.
        others: other hosts, even if they share an address with production.
    """

    production: frozenset[str]
    others: frozenset[str] = frozenset()

    def is_production(self, host: str, resolve: Resolve = addresses_of) -> bool:
        """Whether a host, as returned by `host_of`, is production, or shares an address with it.

        Args:
            host: of the server to test.
            resolve: returns the addresses of a host.
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
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
