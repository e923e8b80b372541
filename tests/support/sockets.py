"""A server on a plain socket that sends predefined bytes."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

USER = b'{"userId":"42"}'
CLOSE = b""


def answer(body: bytes = USER, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Server:
    """Responds to each request with the next of its replies; an empty reply closes the connection."""

    def __init__(self, replies: list[bytes], wrap: Callable[[socket.socket], socket.socket] = lambda s: s) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._replies = iter(replies)
        self._wrap = wrap
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                connection = self._wrap(connection)
            except ssl.SSLError:
                continue
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        # A client may reset the connection at any time.
        with connection, suppress(ConnectionError):
            while request := self._read(connection):
                self.requests.append(request)
                reply = next(self._replies, CLOSE)
                connection.sendall(reply)
                if reply == CLOSE or b"Connection: close" in reply:
                    return

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return b""
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@contextmanager
def server(*replies: bytes, **options: object) -> Iterator[Server]:
    running = Server(list(replies), **options)
    try:
        yield running
    finally:
        running.close()
