"""Checks the connection to a URL: proxy, name resolution, connection, certificate, and clock."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ecsuite.client import new_http
from ecsuite.client.connection import extensions
from ecsuite.client.proxies import proxy_for
from ecsuite.doctor.diagnosis import Diagnosis
from ecsuite.errors import EcsuiteError
from ecsuite.http import httpx
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.target import Target

TIMEOUT: Final = 10.0
# The largest difference of clocks in seconds; many servers refuse a token or a signature that is minutes off.
MOST_SECONDS: Final = 60
_PROXY_WANTS_CREDENTIALS: Final = 407


class _NullWatcher:
    """A watcher that does nothing, for requests that belong to no run."""

    def sending(self, request: httpx.Request) -> None:
        """Do nothing."""

    def received(self, response: httpx.Response) -> None:
        """Do nothing."""

    def lost(self, request: httpx.Request) -> None:
        """Do nothing."""

    def repeating(self, request: httpx.Request) -> None:
        """Do nothing."""

    def name(self, request: httpx.Request) -> str:
        """The method and the path."""
        return f"{request.method} {request.url.path}"


def look_at_network(target: Target, topic: str, url: str) -> Iterator[Diagnosis]:
    """Check the connection to a URL of a target: whether it responds at all."""
    asked, proxy = datetime.now(UTC), ""
    try:
        proxy = proxy_of(url)
        if proxy:
            yield Diagnosis("proxy", "ok", f"requests to {urlsplit(url).netloc} go through {proxy}")
        with closing(new_http(target, seconds=TIMEOUT)) as http:
            response = http.get(url, extensions=extensions(UNSPECIFIED, _NullWatcher()))
    except EcsuiteError as error:
        yield Diagnosis(topic, "bad", str(error))
        return
    # For unusable proxies or certificates, httpx raises errors of many types.
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        yield Diagnosis(topic, "bad", f"{url}: {_trouble(error, url, proxy)}")
        return
    if response.status_code == _PROXY_WANTS_CREDENTIALS:
        yield Diagnosis(topic, "bad", f"{url}: {_PROXY_TROUBLE.format(proxy)}")
        return
    # No operation is at such an address, so most statuses say no more than that something responds.
    failed = f" ({response.status_code})" if response.is_server_error else ""
    secure = "; its certificate is trusted" if urlsplit(url).scheme == "https" else ""
    yield Diagnosis(topic, "ok", f"{url} answers{failed}{secure}")
    yield from _look_at_clock(response, asked)


_PROXY_TROUBLE: Final = "the proxy {} requires credentials (407): set them in HTTPS_PROXY, or add the host to NO_PROXY"


def _look_at_clock(response: httpx.Response, asked: datetime) -> Iterator[Diagnosis]:
    """Whether the clock of this machine agrees with the server's, or the proxy's."""
    try:
        theirs = parsedate_to_datetime(response.headers.get("Date", ""))
    except (TypeError, ValueError):
        yield Diagnosis("clock", "unknown", f"{response.url.host} sends no Date header")
        return
    off = (asked - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
    if abs(off) <= MOST_SECONDS:
        yield Diagnosis("clock", "ok", f"the clock of this machine agrees with that of {response.url.host}")
    else:
        which = "ahead of" if off > 0 else "behind"
        yield Diagnosis(
            "clock", "bad", f"it is {abs(off):.0f} s {which} that of {response.url.host}: set this machine's clock"
        )


def proxy_of(url: str) -> str:
    """The proxy of the environment for a URL, without its credentials; empty if none."""
    return proxy_for(url, os.environ).rpartition("@")[2]


def _trouble(error: Exception, url: str, proxy: str) -> str:
    """Why a connection failed, and what to do."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate_trouble(cause)
        if isinstance(cause, ssl.SSLError):
            return "the server does not speak TLS there: check the port, and whether it is http or https"
        if isinstance(cause, socket.gaierror):
            return f"the host {urlsplit(url).hostname} cannot be resolved: check the name, the network and the VPN"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ProxyError):
        refused = str(_PROXY_WANTS_CREDENTIALS) in str(error)
        return _PROXY_TROUBLE.format(proxy) if refused else f"the proxy {proxy} refuses the connection ({error})"
    if isinstance(error, FileNotFoundError):
        return "SSL_CERT_FILE or SSL_CERT_DIR names a file or folder that does not exist"
    if isinstance(error, ImportError | ValueError) and proxy:
        return f"the proxy {proxy} cannot be used ({str(error).partition('. ')[0]})"
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {TIMEOUT:.0f} seconds: check the address, the network and the VPN"
    of_proxy = f"is the proxy {proxy} running, and HTTP_PROXY or HTTPS_PROXY right?"
    return f"no answer ({error}): {of_proxy if proxy else 'check the address and whether it is running'}"


def _certificate_trouble(error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message or "certificate verify failed"
    if "expired" in said:
        return f"its certificate is not trusted ({said}): its owner must renew it; is this machine's clock right?"
    return (
        f"its certificate is not trusted ({said}): if a corporate proxy inspects TLS traffic, name the "
        "certificate of its authority in SSL_CERT_FILE"
    )
