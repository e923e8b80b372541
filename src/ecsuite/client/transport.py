"""The transport of httpx: bounded connections, the proxies that curl would use, and the system's certificates."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from ecsuite.bounds import RESPONSE_SECONDS
from ecsuite.ending import Ending
from ecsuite.errors import SocksMissing
from ecsuite.http import httpx
from ecsuite.target import Target

PROXY_AUTHENTICATION: Final = 407
# As httpcore says that a connection ended before a response.
NOTHING_CAME: Final = "Server disconnected"
# Characters of an error that shows what came.
_LONGEST: Final = 120


class Network(httpx.BaseTransport):
    """The network, through the proxies of the environment if the target is live.

    Args:
        target: where to.
        seconds: for a response in all.
        env: names proxies and certificates.
        ending: of the run, by which a response may take less; without one it never ends.

    Raises:
        BadSetting, SocksMissing, CertificatesUnusable: the environment names what cannot be used.
    """

    def __init__(
        self,
        target: Target,
        seconds: float = RESPONSE_SECONDS,
        env: Mapping[str, str] | None = None,
        ending: Ending | None = None,
    ) -> None:
        from ecsuite.client.network import BoundedBackend  # noqa: PLC0415  a replay has none

        env = os.environ if env is None else env
        addresses = [url for url in (target.base_url, target.token_url) if url]
        self._backend: Any = BoundedBackend(seconds, ending or Ending())
        proxies = {_origin(httpx.URL(url)): _proxy(url, target, env) for url in addresses}
        is_encrypted = any(urlsplit(url).scheme == "https" for url in (*addresses, *proxies.values()))
        context = _context(env) if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._routes = {proxy: self._opened(proxy, context) for proxy in {"", *proxies.values()}}
        self._proxies = proxies

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.ProxyError: the proxy wants credentials.
            httpx.RequestError: as httpx has it.
        """
        proxy = self._proxies.get(_origin(request.url), "")
        request.extensions["trace"] = self._backend.trace
        try:
            response = self._routes[proxy].handle_request(request)
        except httpx.RemoteProtocolError as error:
            before = self._backend.before
            if not before or str(error).startswith(NOTHING_CAME):
                raise
            longer = f"the response to {before} came before on this connection, and may be longer than it said"
            raise httpx.RemoteProtocolError(f"{cut(str(error), _LONGEST)}; {longer}") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            if not proxy:
                raise
            raise type(error)(f"{error} (by the proxy {httpx.URL(proxy).netloc.decode()})") from error
        if proxy and response.status_code == PROXY_AUTHENTICATION:
            response.close()
            raise httpx.ProxyError("407 Proxy Authentication Required")
        return response

    def close(self) -> None:
        """Close all connections."""
        for transport in self._routes.values():
            transport.close()

    def _opened(self, proxy: str, context: ssl.SSLContext) -> httpx.HTTPTransport:
        by = httpx.Proxy(proxy, ssl_context=context if proxy.startswith("https:") else None) if proxy else None
        transport = httpx.HTTPTransport(verify=context, trust_env=False, proxy=by)
        # httpx has no parameter for it. Its own class, for that is what vcrpy records.
        transport._pool._network_backend = self._backend  # noqa: SLF001
        return transport


def cut(text: str, most: int) -> str:
    """The beginning of a text that is too long to read."""
    return text if len(text) <= most else f"{text[:most]}..."


def _proxy(url: str, target: Target, env: Mapping[str, str]) -> str:
    if target.mode != "live":
        return ""
    from ecsuite.client.proxies import proxy_for  # noqa: PLC0415  a replay has none

    proxy = proxy_for(url, env)
    # What httpx needs for it.
    if proxy.startswith("socks") and find_spec("socksio") is None:
        raise SocksMissing
    return proxy


def _context(env: Mapping[str, str]) -> ssl.SSLContext:
    from ecsuite.client.certificates import trusted  # noqa: PLC0415  only where something is encrypted

    return trusted(env)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
