"""Responses whose content codings are undone, and that end where they say.

httpx reads one member of a gzip body alone, takes a cut-off one for whole, and knows no `x-gzip`; it undoes what a few
bytes stand for without a bound. What follows a response on its connection it takes for the next one.
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
        is_flawed: whether that was not possible, which has been said; what is read after that is empty.
        body: it as it travels, where its length was announced.
    """

    is_flawed = False
    body: _Body | None = None

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
        """See that nothing follows the body on its connection.

        Raises:
            CodingError: something follows the length that was announced.
        """
        body = self.body
        # Of what a status or a method gives no body, the head says more; and an empty line is nobody's response.
        if body is not None and body.length and body.stray.strip(b"\r\n"):
            raise CodingError(f"something follows the {body.length} bytes of its Content-Length")


class _Body(httpx.SyncByteStream):
    """The body of a response as it travels, and what follows it, which is looked at before its connection is free.

    As soon as that is free, another thread may have the next response on it.

    Args:
        stream: the body, which frees the connection when it is closed.
        network: the connection.
        length: of the body, in bytes.
        is_doubtful: whether something may follow later, so that the connection is not to be used again.

    Attributes:
        stray: what has followed the body when it had come in whole.
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
        """Free the connection."""
        self._stream.close()


class Decoding(httpx.BaseTransport):
    """Gives the responses of another transport as `Decoded`."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response of the other transport; raises as that does."""
        came = self._transport.handle_request(request)
        parts: dict[str, Any] = {"headers": came.headers, "stream": came.stream, "extensions": came.extensions}
        network, length = came.extensions.get("network_stream"), _length_of(came, request.method)
        # A transport of the caller's own has other connections.
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
    # What a 204 announces may come later.
    is_announced = response.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in response.headers
    return is_announced and response.status_code == 204  # noqa: PLR2004


def _length_of(response: httpx.Response, method: str) -> int | None:
    """How many bytes of a response follow its head (RFC 9112 section 6.3); None where only the connection knows."""
    if method == "HEAD" or response.status_code in _NO_CONTENT:
        return 0
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and "Transfer-Encoding" not in response.headers else None
