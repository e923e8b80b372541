"""The proxy for a URL, from environment variables that are interpreted as curl does."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ecsuite.errors import BadSetting

SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_EXPECTED: Final = f"the address of a proxy, as host:port or with {', '.join(SCHEMES[:-1])} or {SCHEMES[-1]} before it"


def proxy_for(url: str, env: Mapping[str, str]) -> str:
    """The URL of the proxy for a URL; empty for a direct connection.

    `http_proxy` or `https_proxy`, else `all_proxy`, in lower or upper case, unless `no_proxy` names the host.

    Raises:
        BadSetting: the value of the variable is not the URL of a proxy.
    """
    parts = urlsplit(url)
    if _is_direct(parts.hostname or "", _value(env, "no_proxy")[1]):
        return ""
    for name in (f"{parts.scheme}_proxy", "all_proxy"):
        variable, value = _value(env, name)
        if value:
            return _checked(variable, value)
    return ""


def _value(env: Mapping[str, str], name: str) -> tuple[str, str]:
    """The variable that is set, and its value. Lower case takes precedence, as in curl."""
    for variable in (name, name.upper()):
        if value := env.get(variable, "").strip():
            return variable, value
    return name, ""


def _checked(variable: str, value: str) -> str:
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not value.isprintable():
        # It may hold a password.
        raise BadSetting(variable, value if "@" not in value else "an address with a user in it", _EXPECTED)
    return address


def _is_direct(host: str, no_proxy: str) -> bool:
    entries = [entry for entry in re.split(r"[\s,]+", no_proxy) if entry]
    return entries == ["*"] or any(_covers(entry, host.rstrip(".").lower()) for entry in entries)


def _covers(entry: str, host: str) -> bool:
    """Whether an entry of `no_proxy` is the host, one of its parent domains, or a network that contains it."""
    address = _address(host)
    if address is None:
        name = entry.strip(".").lower()
        return host == name or host.endswith(f".{name}")
    network = re.sub(r"[\[\]]", "", entry)
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
