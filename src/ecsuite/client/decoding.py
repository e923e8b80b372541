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


def _announces_what_it_may_not(response: httpx.Response) -> bool:
    is_announced = response.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in response.headers
    return is_announced and response.status_code == 204  # noqa: PLR2004


def _length_of(response: httpx.Response) -> int | None:
    """How many bytes of a response follow its head (RFC 9112 section 6.3); None where only the connection knows."""
    if response.request.method == "HEAD" or response.status_code in _NO_CONTENT:
        return 0
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and "Transfer-Encoding" not in response.headers else None
