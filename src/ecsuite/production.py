"""Whether an address leads to production: by its host as the client will read it, and by what that resolves to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass
from typing import Final
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
    executor = ThreadPoolExecutor(1)
    try:
        found = executor.submit(socket.getaddrinfo, host, None).result(PATIENCE)
    except (OSError, UnicodeError, TooLong):
        return frozenset()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    return frozenset(str(address[0]) for *_, address in found)


@dataclass(frozen=True, slots=True)
class Hosts:
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
