"""Connections that bound the time and the size of a response (`ecsuite.bounds`).

httpx bounds each read, so a server that sends a byte now and then, or a hint (103) after the other, is read for ever.
Here the time and the bytes of a response are counted from the last byte of its request. What is slow ends as any
timeout does; what is too large ends as a response that cannot be decoded.
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
# Seconds after which it is looked whether the run still goes on; and of the shortest read, for 0 would not block.
_SLICE: Final = 1.0
_LEAST: Final = 0.001
_INFORMATIONAL: Final = re.compile(rb"HTTP/1\.\d 1(?!01)\d\d")


class TooLarge(httpx.DecodingError):
    """A response is larger than any of this API can be."""


class BoundedBackend(httpcore.SyncBackend):
    """Opens bounded connections.

    Args:
        seconds: for a response in all.
        ending: of the run, once it was interrupted.
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
        """A connection; raises as httpcore's own does."""
        try:
            opened = super().connect_tcp(host, port, self._soon(timeout), local_address, socket_options)
        except UnicodeError:
            raise httpcore.ConnectError(f"{host} cannot be the name of a host") from None
        return _BoundedStream(opened, self._seconds, self._of_thread, self._ending)

    def _soon(self, timeout: float | None) -> float | None:
        """A timeout, or that of a run which is ending."""
        if not self._ending.has_begun:
            return timeout
        return max(min(self._ending.left, timeout or _SLICE), _SLICE)

    @property
    def before(self) -> str:
        """The request before the latest of this thread on the same connection; empty where that was its first."""
        stream = getattr(self._of_thread, "stream", None)
        return cast("_BoundedStream", stream).before if stream is not None else ""

    def trace(self, event: str, _: object) -> None:
        """Learn from httpcore, in the thread of a call, that its request is written, or its response's head read."""
        if event == _IS_WRITTEN:
            cast("_BoundedStream", self._of_thread.stream).is_written()
        elif event == _HEAD_IS_READ:
            cast("_BoundedStream", self._of_thread.stream).head_is_read()


class _BoundedStream(httpcore.NetworkStream):
    """One connection: requests are written and responses read in turn, each pair by one thread."""

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
        # Of the response that is read: its heads, with what came along, and how many bytes came in all.
        self._heads = bytearray()
        self._head_length = 0
        self._received = 0
        self._latest = b""
        self._is_sending = False
        # What was written, and not sent yet; and the seconds that sending it may take.
        self._held = b""
        self._timeout: float | None = None
        self._line = self.before = ""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._of_thread.stream = self
        if not self._is_sending:
            # The head comes first, and a body may be written piece by piece.
            self.before, self._line = self._line, " ".join(buffer[:_LONGEST_LINE].decode("latin-1").split()[:2])
            self._is_sending, self._held, self._timeout = True, buffer, timeout
            # It waits for the body, so that a small request is one packet, which wakes the server once.
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
            # A server may close the connection and answer all the same, so this is set where the rest cannot be sent.
            self._is_of_ending = self._ending.has_begun
            self._ends_at = time.monotonic() + self._seconds

    def head_is_read(self) -> None:
        """What is read from now on is body, but for what came along with the head."""
        self._is_head, self._left = False, BODY_BYTES
        self._head_length = _length_of_heads(bytes(self._heads))

    def stray(self, length: int) -> bytes:
        """What came after a body of a given length, and would be read as the start of the next response."""
        count = self._received - self._head_length - length
        return self._latest[-count:] if count > 0 else b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # What is no call of HTTP, as a proxy's greeting, is not said to be written.
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
        """What comes, in slices of time, so that it is seen soon where the run is interrupted meanwhile."""
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
