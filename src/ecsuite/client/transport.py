"""What httpx sends by: connections that are bounded and routed as curl would, and bodies whose codings are undone.

httpx reads one member of a gzip body alone, takes a cut-off one for whole, and knows no `x-gzip`; it undoes what a few
bytes stand for without a bound.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from ecsuite.bounds import RESPONSE_SECONDS
from ecsuite.errors import SocksMissing
from ecsuite.http import httpx
from ecsuite.messages.codings import CodingError, codings, undone
from ecsuite.target import Target

_NO_CONTENT: Final = frozenset({204, 304})
PROXY_AUTHENTICATION: Final = 407


class Decoded(httpx.Response):
    """A response whose content codings are undone by `ecsuite.messages.codings`.

    Attributes:
        is_flawed: whether that was not possible, which has been said; what is read after that is empty.
    """

    is_flawed = False

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body, piece by piece.

        Raises:
            DecodingError: it is not in its coding, or too large.
        """
        if self.is_flawed:
            return
        if self.is_stream_consumed:
            yield from super().iter_bytes(chunk_size)
            return
        try:
            yield from undone(self.iter_raw(chunk_size), codings(self.headers.get_list("Content-Encoding")))
            self._require_end()
        except CodingError as error:
            self.is_flawed = True
            raise httpx.DecodingError(str(error), request=self._request) from None

    def _require_end(self) -> None:
        """See that nothing follows the body on its connection, which else is not used again.

        Raises:
            CodingError: something follows the length that was announced.
        """
        length = _length_of(self)
        stream: Any = self.extensions.get("network_stream")
        # A transport of the caller's own has other connections.
        if length is None or not hasattr(stream, "stray"):
            return
        stray: bytes = stream.stray(length)
        # What a 204 announces may come later.
        if stray or _announces_what_it_may_not(self):
            stream.close()
        # Of what a status or a method gives no body, the head says more; and an empty line is nobody's response.
        if length and stray.strip(b"\r\n"):
            raise CodingError(f"something follows the {length} bytes of its Content-Length")


class Decoding(httpx.BaseTransport):
    """Gives the responses of another transport as `Decoded`."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response of the other transport; raises as that does."""
        came = self._transport.handle_request(request)
        parts: dict[str, Any] = {"headers": came.headers, "stream": came.stream, "extensions": came.extensions}
        return Decoded(came.status_code, request=request, **parts)

    def close(self) -> None:
        """Close the other transport."""
        self._transport.close()


class Network(httpx.BaseTransport):
    """The network, by the proxies of the environment where a target is live.

    Args:
        target: where to.
        seconds: for a response in all.
        env: names proxies and certificates.

    Raises:
        BadSetting, SocksMissing, CertificatesUnusable: the environment names what cannot be used.
    """

    def __init__(self, target: Target, seconds: float = RESPONSE_SECONDS, env: Mapping[str, str] | None = None) -> None:
        from ecsuite.client.network import BoundedBackend  # noqa: PLC0415  a replay has none

        env = os.environ if env is None else env
        addresses = [url for url in (target.base_url, target.token_url) if url]
        self._backend: Any = BoundedBackend(seconds)
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
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            by = f" (by the proxy {httpx.URL(proxy).netloc.decode()})" if proxy else ""
            raise type(error)(f"{error}{by}") from error
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


def _announces_what_it_may_not(response: httpx.Response) -> bool:
    is_announced = response.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in response.headers
    return is_announced and response.status_code == 204  # noqa: PLR2004


def _length_of(response: httpx.Response) -> int | None:
    """How many bytes of a response follow its head (RFC 9112 section 6.3); None where only the connection knows."""
    if response.request.method == "HEAD" or response.status_code in _NO_CONTENT:
        return 0
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and "Transfer-Encoding" not in response.headers else None
