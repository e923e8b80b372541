"""Where a receiver listens: at the public address if that belongs to this machine, otherwise on loopback."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

from ecsuite.target import TUNNEL_PORT

LOOPBACK: Final = "127.0.0.1"


def listening_place(public_url: str, port: int) -> tuple[str, int]:
    """Choose the host and the port to listen on.

    A tunnel or a local proxy forwards requests to loopback, and to a port that may differ from the public one.

    Args:
        public_url: the URL at which the API reaches the receiver; empty for the receiver's own address.
        port: the local port to listen on; 0 for any.
    """
    parts = urlsplit(public_url)
    if parts.scheme == "http" and parts.port:
        own = _own_address(parts.hostname or "", parts.port if port == parts.port else 0)
        is_open = port in {0, TUNNEL_PORT} and own and _can_listen(own, parts.port)
        if own and (port == parts.port or is_open):
            return own, parts.port
    return LOOPBACK, port


def _own_address(host: str, port: int) -> str:
    """The address of this machine that a host name or an address resolves to; empty if it is another machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ""
    # IPv4 is preferred: a sender that tries several addresses tries all of them, and not every sender has IPv6.
    addresses = sorted({str(address[0]) for *_, address in found}, key=lambda address: ":" in address)
    return next((address for address in addresses if _can_listen(address, 0)), "")


def _can_listen(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError:
        return False
    return True
