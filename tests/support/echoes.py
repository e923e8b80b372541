"""A server that leaks secrets: it puts them into its responses in many places and encodings."""

import base64
import gzip
import html
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

ID = "partner+one/4711-id"
SECRET = 'p+l%us/"se\\cret<å>-0815'
OTHER_ID = "partner-two-4712-id"
OTHER_SECRET = "998877665544332211"
# Has the form of a token; no part of it is a word.
TOKEN = "eyJraWQiOiJ4In0.QmVhcmVyLXRva2Vu+x/y~z.0d9c8b7a"
ALL = (ID, SECRET, OTHER_ID, OTHER_SECRET, TOKEN)
JSON = "application/json"
PROBLEM = "application/problem+json"
RAW = SECRET.encode()
IN_HEADER = SECRET.encode("latin-1")
BASIC = base64.b64encode(f"{ID}:{SECRET}".encode()).decode()


def response(body: bytes | str, status: str = "200 OK", content_type: str | bytes = JSON, *fields: bytes) -> bytes:
    """The bytes of an HTTP/1.1 response; `fields` are complete header lines."""
    content = body if isinstance(body, bytes) else body.encode()
    kind = content_type if isinstance(content_type, bytes) else content_type.encode()
    lines = [f"HTTP/1.1 {status}".encode("latin-1"), b"Content-Type: " + kind, *fields]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(content), b"Connection: close", b"", content])


def said(text: object) -> bytes:
    """A successful response with a value in a member that the API has."""
    return response(json.dumps([{"userId": text}]))


def problem(text: str) -> bytes:
    """An error response with a problem document."""
    return response(json.dumps({"title": "refused", "status": 400, "detail": text}), "400 Bad Request", PROBLEM)


def with_field(*fields: bytes) -> bytes:
    """A successful response with additional header fields."""
    return response("[]", "200 OK", JSON, *fields)


def chunked(extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """A successful response in chunks."""
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    return head + b"2" + extension + b"\r\n[]\r\n0\r\n" + trailer + b"\r\n"


def each_in_its_own_manner(text: str) -> str:
    """Alternate between plain characters, JSON escapes and percent-encoding."""
    manners: list[Callable[[str], str]] = [str, lambda char: f"\\u{ord(char):04x}", lambda char: quote(char, safe="")]
    return "".join(manners[index % 3](char) for index, char in enumerate(text))


MODES: dict[str, bytes] = {
    "member": said(SECRET),
    "client-id": said(ID),
    "token": said(TOKEN),
    "other-id": said(OTHER_ID),
    "other-secret": said(OTHER_SECRET),
    "number": said(int(OTHER_SECRET)),
    "member-name": response(json.dumps([{SECRET: 1}])),
    "nested": response(json.dumps([[[{"a": [SECRET]}]]])),
    "deep": response("[" * 600 + json.dumps(SECRET) + "]" * 600),
    "twice": response(f'[{{"userId": {json.dumps(SECRET)}, "userId": {json.dumps(ID)}}}]'),
    "problem": problem(f"the secret {SECRET} of {ID} is wrong"),
    "problem-member": response(json.dumps({"title": 7, SECRET: SECRET}), "400 Bad Request", PROBLEM),
    "trace-id": response(json.dumps({"traceId": SECRET, "title": 7}), "500 Oh", PROBLEM),
    "json-escaped": said("".join(f"\\u{ord(char):04X}" for char in SECRET)),
    "json-in-json": said(json.dumps({"secret": SECRET})),
    "json-in-json-in-json": said(json.dumps(json.dumps(SECRET))),
    "percent": said(quote(SECRET, safe="")),
    "percent-small": said(quote(SECRET, safe="").lower()),
    "percent-twice": said(quote(quote(SECRET, safe=""), safe="")),
    "form": said(quote_plus(f"client_secret={SECRET}")),
    "capitals": said(SECRET.upper()),
    "swapped-case": said(SECRET.swapcase()),
    "html": said(html.escape(SECRET)),
    "html-numbers": said("".join(f"&#{ord(char)};" for char in SECRET)),
    "mixed": said(each_in_its_own_manner(SECRET)),
    "base64": said(base64.b64encode(RAW).decode()),
    "base64-one-on": said(base64.b64encode(b"x" + RAW).decode()),
    "base64-url": said(base64.urlsafe_b64encode(b"xy" + RAW).decode()),
    "base64-basic": said(BASIC),
    "base64-basic-percent": said(quote(BASIC, safe="")),
    "base64-twice": said(base64.b64encode(BASIC.encode()).decode()),
    "base64-of-json": said(base64.b64encode(json.dumps({"secret": SECRET}).encode()).decode()),
    "hexadecimal": said(RAW.hex()),
    "cut": said(f"{SECRET[:14]}..."),
    "long": said("x" * 190 + SECRET + "y" * 500),
    "long-text": response("x" * 390 + SECRET + "y" * 4000, content_type="text/plain"),
    "many": response(f"{SECRET} {ID} " * 300, content_type="text/plain"),
    "text": response(SECRET, content_type="text/plain"),
    "page": response(f"<p>{html.escape(SECRET)}</p>", content_type="text/html"),
    "firewall": response(f"<p>{html.escape(SECRET)}</p>", "403 Forbidden", "text/html"),
    "broken-json": response(f'[{{"userId": {json.dumps(SECRET)[:-1]}'),
    "no-utf-8": response(b"\xff\xfe" + IN_HEADER + b"\xff"),
    "gzip": response(gzip.compress(json.dumps([SECRET]).encode()), "200 OK", JSON, b"Content-Encoding: gzip"),
    "gzip-cut": response(gzip.compress(RAW * 9)[:-9], "200 OK", JSON, b"Content-Encoding: gzip"),
    "header": with_field(b"X-Echo: " + IN_HEADER),
    "header-utf-8": with_field(b"X-Echo: " + RAW),
    "header-name": with_field(OTHER_ID.encode() + b": 1"),
    "request-id": response("{}", "500 Oh", JSON, b"X-Request-Id: " + TOKEN.encode()),
    "realm": response("", "401 Unauthorized", JSON, b'WWW-Authenticate: Bearer realm="' + IN_HEADER + b'"'),
    "location": response("", "302 Found", JSON, b"Location: /users?secret=" + quote(SECRET, safe="").encode()),
    "location-host": response("", "302 Found", JSON, b"Location: http://" + OTHER_ID.encode() + b".invalid/"),
    "cookie": with_field(b"Set-Cookie: session=" + quote(SECRET).encode()),
    "cache-control": with_field(b"Cache-Control: " + TOKEN.encode()),
    "date": with_field(b"Date: " + IN_HEADER),
    "allow": response("", "405 No", JSON, b"Allow: " + OTHER_ID.encode()),
    "media-type": response("[]", content_type=b"text/" + IN_HEADER),
    "charset": response("[]", content_type=b"application/json; charset=" + OTHER_ID.encode()),
    "coding": with_field(b"Content-Encoding: " + OTHER_ID.encode()),
    "status-reason": response("[]", f"500 {SECRET}"),
    "status-line": b"HTTP/1.1 abc " + IN_HEADER + b"\r\n\r\n",
    "no-http": IN_HEADER + b"\r\n\r\n",
    "illegal-field": with_field(IN_HEADER + b" has no colon"),
    "illegal-name": with_field(b"X " + OTHER_ID.encode() + b": 1"),
    "illegal-value": with_field(b"X-Echo: " + RAW + b"\x00"),
    "illegal-length": b"HTTP/1.1 200 OK\r\nContent-Length: " + OTHER_ID.encode() + b"\r\n\r\n",
    "illegal-transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + OTHER_ID.encode() + b"\r\n\r\n",
    "chunk-extension": chunked(b";x=" + OTHER_ID.encode()),
    "chunk-size": chunked()[:-7] + IN_HEADER,
    "trailer": chunked(trailer=b"X-Echo: " + IN_HEADER + b"\r\n"),
    "early-hint": b"HTTP/1.1 103 Early\r\nLink: </" + OTHER_ID.encode() + b">\r\n\r\n" + response("[]"),
}  # fmt: skip
# Responses of the token endpoint; those with `error` have status 400.
TOKEN_MODES = {
    "error": {"error": SECRET},
    "error-description": {"error": "invalid_client", "error_description": f"{ID} has not {SECRET}"},
    "error-uri": {"error": "invalid_client", "error_uri": f"https://h/?{quote(SECRET)}"},
    "token-type": {"access_token": TOKEN, "token_type": SECRET, "expires_in": 1800},
    "scope": {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 1800, "scope": SECRET},
    "lifetime": {"access_token": TOKEN, "token_type": "Bearer", "expires_in": SECRET},
}


class Echo:
    """Responds to each connection in the mode that the request's query names, by default in `mode`."""

    def __init__(self) -> None:
        self.mode = ""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        """Accept connections until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def environment(self) -> dict[str, str]:
        """Environment variables for a live run against this server."""
        return {
            "EC_BASE_URL": f"{self.origin}/v1",
            "EC_TOKEN_URL": f"{self.origin}/connect/token",
            "EC_CLIENT_ID": ID,
            "EC_CLIENT_SECRET": SECRET,
            "EC_OTHER_CLIENT_ID": OTHER_ID,
            "EC_OTHER_CLIENT_SECRET": OTHER_SECRET,
        }

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            line = stream.readline().decode("latin-1").split()
            size = 0
            while field := stream.readline().strip():
                name, _, value = field.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            stream.read(size)
            if len(line) > 1:
                connection.sendall(self._response(line[1]))

    def _response(self, target: str) -> bytes:
        url = urlsplit(target)
        mode = parse_qs(url.query).get("mode", [self.mode])[0]
        if url.path == "/connect/token":
            good = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 1800}
            answer = TOKEN_MODES.get(mode, good)
            status = "400 Bad Request" if "error" in answer else "200 OK"
            return response(json.dumps(answer), status, JSON, b"Cache-Control: no-store")
        return MODES.get(mode, response("[]"))


@contextmanager
def echoing() -> Iterator[Echo]:
    """Run the server while the block is active."""
    echo = Echo()
    threading.Thread(target=echo.serve, daemon=True).start()
    try:
        yield echo
    finally:
        echo.listener.close()


def spellings(secret: str) -> set[str]:
    """Forms of a secret that must not appear, in lower case: all of it, longer parts of it, and encodings."""
    content = secret.encode()
    encoded = [json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[3:-3], repr(secret)[1:-1], repr(content)[2:-1]]
    encoded += [quote(secret, safe=""), quote(quote(secret, safe=""), safe=""), quote_plus(secret), html.escape(secret)]
    encoded += [content.hex(), content.decode("latin-1"), secret[::-1]]
    encoded += [secret[start : start + 12] for start in range(len(secret) - 11)]
    for before in range(3):
        # The first and last characters depend on the adjacent bytes.
        run = base64.b64encode(b"\0" * before + content).decode().rstrip("=")[(before * 8 + 5) // 6 : -1]
        encoded += [run, run.replace("+", "-").replace("/", "_"), base64.b64encode(run.encode()).decode()[4:-6]]
    return {each.lower() for each in encoded}


def leaked(text: str) -> set[str]:
    """The forms of secrets that a text contains."""
    folded = text.lower()
    return {each for secret in ALL for each in spellings(secret) if each in folded}
