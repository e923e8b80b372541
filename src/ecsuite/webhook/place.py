"""Where a receiver listens: on loopback, or, where a public address is this machine's own, there."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

from ecsuite.target import TUNNEL_PORT

LOOPBACK: Final = "127.0.0.1"


def listening_place(public_url: str, port: int) -> tuple[str, int]:
    """The host and the port to listen on.

    What leads here by other means (a tunnel, a proxy of this machine) leads to loopback, and to a port of its own.

    Args:
        public_url: how the API reaches the receiver; empty where that is its own address.
        port: where it is to listen; 0 for any.
    """
    parts = urlsplit(public_url)
    if parts.scheme == "http" and parts.port:
        own = _own_address(parts.hostname or "", parts.port if port == parts.port else 0)
        is_open = port in {0, TUNNEL_PORT} and own and _can_listen(own, parts.port)
        if own and (port == parts.port or is_open):
            return own, parts.port
    return LOOPBACK, port


def _own_address(host: str, port: int) -> str:
    """The address of this machine that a host name or an address stands for; empty where it is another machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ""
    # Whoever tries several tries all of them; not every sender has IPv6.
    addresses = sorted({str(address[0]) for *_, address in found}, key=lambda address: ":" in address)
    return next((address for address in addresses if _can_listen(address, 0)), "")


def _can_listen(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError:
        return False
    return True
