"""The transport of httpx: limited connections, the proxies of the environment, and the system's certificates."""

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
# httpcore's message when a connection ended before a response.
NOTHING_CAME: Final = "Server disconnected"
# At most so many characters of an error, which may quote the response.
_LONGEST: Final = 120


class Network(httpx.BaseTransport):
    """The network, through the proxies of the environment if the target is live.

    Args:
        target: the server.
        seconds: the time limit of a whole response.
        env: environment variables with proxies and certificates.
        ending: of the run; an interruption shortens the time limit.

    Raises:
        BadSetting, SocksMissing, CertificatesUnusable: an environment variable has an unusable value.
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
            httpx.ProxyError: the proxy asks for credentials.
            httpx.RequestError: as in httpx.
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
        # httpx has no parameter for the backend. Its own transport class is kept because vcrpy records that.
        transport._pool._network_backend = self._backend  # noqa: SLF001
        return transport


def cut(text: str, most: int) -> str:
    """A text, shortened with "..." if it is too long."""
    return text if len(text) <= most else f"{text[:most]}..."


def _proxy(url: str, target: Target, env: Mapping[str, str]) -> str:
    if target.mode != "live":
        return ""
    from ecsuite.client.proxies import proxy_for  # noqa: PLC0415  a replay has none

    proxy = proxy_for(url, env)
    # httpx needs this package for SOCKS proxies.
    if proxy.startswith("socks") and find_spec("socksio") is None:
        raise SocksMissing
    return proxy


def _context(env: Mapping[str, str]) -> ssl.SSLContext:
    from ecsuite.client.certificates import trusted  # noqa: PLC0415  only where something is encrypted

    return trusted(env)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
