"""Connections that limit the time and the size of a response (`ecsuite.bounds`).

httpx limits the time of each read, so a server that sends a byte now and then, or one informational response (103)
after the other, would be read forever. Here the time and the bytes of a response are counted from the last byte of its
request. A slow response ends like any timeout; one that is too large ends like a response that cannot be decoded.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from typing import Any, Final, cast

import httpcore

from ecsuite.bounds import BODY_BYTES, HEAD_BYTES, RESPONSE_SECONDS, size
from ecsuite.ending import Ending
from ecsuite.http import httpx

_IS_WRITTEN: Final = "http11.send_request_body.complete"
_HEAD_IS_READ: Final = "http11.receive_response_headers.complete"
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_LONGEST_LINE: Final = 200
# Seconds between checks whether the run goes on, and of the shortest read, because 0 would mean non-blocking.
_SLICE: Final = 1.0
_LEAST: Final = 0.001
_INFORMATIONAL: Final = re.compile(rb"HTTP/1\.\d 1(?!01)\d\d")


class TooLarge(httpx.DecodingError):
    """A response is larger than any of this API can be."""


class BoundedBackend(httpcore.SyncBackend):
    """Opens limited connections.

    Args:
        seconds: the time limit of a whole response.
        ending: of the run; shortens the limit after an interruption.
    """

    def __init__(self, seconds: float = RESPONSE_SECONDS, ending: Ending | None = None) -> None:
        self._seconds = seconds
        self._ending = ending or Ending()
        self._of_thread = threading.local()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection; raises as httpcore's own backend does."""
        try:
            opened = super().connect_tcp(host, port, self._soon(timeout), local_address, socket_options)
        except UnicodeError:
            raise httpcore.ConnectError(f"{host} cannot be the name of a host") from None
        return _BoundedStream(opened, self._seconds, self._of_thread, self._ending)

    def _soon(self, timeout: float | None) -> float | None:
        """A timeout, shortened if the run is ending."""
        if not self._ending.has_begun:
            return timeout
        return max(min(self._ending.left, timeout or _SLICE), _SLICE)

    @property
    def before(self) -> str:
        """The previous request of this thread's connection, before the latest one; empty if there was none."""
        stream = getattr(self._of_thread, "stream", None)
        return cast("_BoundedStream", stream).before if stream is not None else ""

    def trace(self, event: str, _: object) -> None:
        """Learn from httpcore, in the thread of a call, that its request is written, or its response's head read."""
        if event == _IS_WRITTEN:
            cast("_BoundedStream", self._of_thread.stream).is_written()
        elif event == _HEAD_IS_READ:
            cast("_BoundedStream", self._of_thread.stream).head_is_read()


class _BoundedStream(httpcore.NetworkStream):
    """A connection: requests are written and responses read in turn, each pair by one thread."""

    def __init__(
        self, stream: httpcore.NetworkStream, seconds: float, of_thread: threading.local, ending: Ending
    ) -> None:
        self._stream = stream
        self._ending = ending
        self._is_of_ending = False
        self._seconds = seconds
        self._of_thread = of_thread
        self._ends_at = float("inf")
        self._left = HEAD_BYTES
        self._is_head = True
        # Of the current response: its heads with what arrived together with them, and the number of bytes in all.
        self._heads = bytearray()
        self._head_length = 0
        self._received = 0
        self._latest = b""
        self._is_sending = False
        # What was written and is not sent yet, and the timeout for sending it, in seconds.
        self._held = b""
        self._timeout: float | None = None
        self._line = self.before = ""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._of_thread.stream = self
        if not self._is_sending:
            # The head is written first; a body may follow in several pieces.
            self.before, self._line = self._line, " ".join(buffer[:_LONGEST_LINE].decode("latin-1").split()[:2])
            self._is_sending, self._held, self._timeout = True, buffer, timeout
            # The head is sent together with the body, so that a small request is one packet, which wakes the server
            # once.
        elif whole := self._held + buffer:
            self._send(whole, timeout)

    def is_written(self) -> None:
        """Send the head of a request that has no body."""
        if self._held:
            self._send(self._held, self._timeout)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        self._held = b""
        self._is_head, self._left = True, HEAD_BYTES
        self._heads.clear()
        self._received = 0
        try:
            self._stream.write(buffer, timeout)
        finally:
            # A server may respond and close before it has read the whole request, so the limit also applies if sending
            # fails.
            self._is_of_ending = self._ending.has_begun
            self._ends_at = time.monotonic() + self._seconds

    def head_is_read(self) -> None:
        """What is read from now on is the body, except for what arrived together with the head."""
        self._is_head, self._left = False, BODY_BYTES
        self._head_length = _length_of_heads(bytes(self._heads))

    def stray(self, length: int) -> bytes:
        """The bytes after a body of a given length, which would be read as the start of the next response."""
        count = self._received - self._head_length - length
        return self._latest[-count:] if count > 0 else b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # httpcore reports no event for what is not an HTTP request, such as the handshake with a SOCKS proxy.
        self.is_written()
        self._is_sending = False
        now = time.monotonic()
        if now >= self._ends_at:
            raise httpcore.ReadTimeout(self._too_slow)
        silent_until = now + timeout if timeout else self._ends_at
        data = self._read(max_bytes, min(silent_until, self._ends_at))
        self._left -= len(data)
        self._received += len(data)
        self._latest = data
        if self._is_head:
            self._heads += data
        if self._left < 0:
            raise TooLarge(self._too_large)
        return data

    def _read(self, max_bytes: int, until: float) -> bytes:
        """Read in slices of time, so that an interruption of the run is noticed soon."""
        while True:
            left = min(until - time.monotonic(), self._left_of_run)
            try:
                return self._stream.read(max_bytes, max(min(left, _SLICE), _LEAST))
            except httpcore.ReadTimeout as error:
                if self._left_of_run <= 0:
                    raise httpcore.ReadTimeout("the run was interrupted") from error
                if time.monotonic() >= self._ends_at:
                    raise httpcore.ReadTimeout(self._too_slow) from error
                if time.monotonic() >= until:
                    raise

    @property
    def _left_of_run(self) -> float:
        return self._ending.left if self._is_of_ending else self._ending.left_under_way

    @property
    def _too_slow(self) -> str:
        return f"the response took longer than {self._seconds:g} s"

    @property
    def _too_large(self) -> str:
        if self._is_head:
            return f"the heads before its body (1xx, status, headers) are longer than {size(HEAD_BYTES)}"
        return f"its body is longer than {size(BODY_BYTES)}"

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(*args, **options)
        return _BoundedStream(secure, self._seconds, self._of_thread, self._ending)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _length_of_heads(received: bytes) -> int:
    """The length of the informational heads and the final head, in bytes."""
    at = 0
    while (end := _END_OF_HEAD.search(received, at)) is not None:
        is_informational = _INFORMATIONAL.match(received, at) is not None
        at = end.end()
        if not is_informational:
            break
    return at
