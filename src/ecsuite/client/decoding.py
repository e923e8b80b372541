"""Undoes content codings, and requires that responses end where they say.

httpx reads only the first member of a gzip body, accepts a truncated one, does not know `x-gzip`, and decompresses
without a size limit. Bytes after a response it takes for the start of the next response on that connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ecsuite.http import httpx
from ecsuite.messages.codings import CodingError, codings, undone

_NO_CONTENT: Final = frozenset({204, 304})


class Decoded(httpx.Response):
    """A response whose content codings are undone by `ecsuite.messages.codings`.

    Attributes:
        is_flawed: whether decoding has failed, which was raised once; later reads give an empty body.
        body: the body before decoding, if its length was announced.
    """

    is_flawed = False
    body: _Body | None = None

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body, piece by piece.

        Raises:
            DecodingError: the body is not in its coding, or too large.
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
        """Require that nothing follows the body on its connection.

        Raises:
            CodingError: there are bytes after the announced length.
        """
        body = self.body
        # If a status or a method allows no body, the check of the headers reports this better. Empty lines are
        # tolerated.
        if body is not None and body.length and body.stray.strip(b"\r\n"):
            raise CodingError(f"something follows the {body.length} bytes of its Content-Length")


class _Body(httpx.SyncByteStream):
    """The body of a response as transferred. What follows it is read before its connection is released.

    Once released, another thread may receive the next response on the connection.

    Args:
        stream: the body; closing it releases the connection.
        network: the connection.
        length: of the body, in bytes.
        is_doubtful: whether more bytes may arrive later, so that the connection must not be reused.

    Attributes:
        stray: the bytes after the complete body.
    """

    def __init__(self, stream: httpx.SyncByteStream, network: Any, length: int, *, is_doubtful: bool) -> None:
        self._stream = stream
        self._network = network
        self.length = length
        self._is_doubtful = is_doubtful
        self.stray = b""

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream
        self.stray = self._network.stray(self.length)
        if self.stray or self._is_doubtful:
            self._network.close()

    def close(self) -> None:
        """Release the connection."""
        self._stream.close()


class Decoding(httpx.BaseTransport):
    """A transport that returns the responses of another transport as `Decoded`."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response of the other transport; raises as it does."""
        came = self._transport.handle_request(request)
        parts: dict[str, Any] = {"headers": came.headers, "stream": came.stream, "extensions": came.extensions}
        network, length = came.extensions.get("network_stream"), _length_of(came, request.method)
        # A transport that the caller provides has other connections.
        if length is None or not hasattr(network, "stray"):
            return Decoded(came.status_code, request=request, **parts)
        parts["stream"] = _Body(parts["stream"], network, length, is_doubtful=_announces_what_it_may_not(came))
        response = Decoded(came.status_code, request=request, **parts)
        response.body = parts["stream"]
        return response

    def close(self) -> None:
        """Close the other transport."""
        self._transport.close()


def _announces_what_it_may_not(response: httpx.Response) -> bool:
    # The body that a 204 announces may arrive later.
    is_announced = response.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in response.headers
    return is_announced and response.status_code == 204  # noqa: PLR2004


def _length_of(response: httpx.Response, method: str) -> int | None:
    """The length of a response's body in bytes (RFC 9112 section 6.3); None if the header does not give it."""
    if method == "HEAD" or response.status_code in _NO_CONTENT:
        return 0
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and "Transfer-Encoding" not in response.headers else None
