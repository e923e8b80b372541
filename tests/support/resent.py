"""Requests for scripts to repeat, and a server that receives one: unusual texts, headers, URLs and bodies."""

import threading
from contextlib import closing, contextmanager

import httptools

from ecsuite import asgi
from ecsuite.messages.exchange import Headers, Request
from ecsuite.reproduce.call import Names, basic
from ecsuite.reproduce.parts import Hole
from ecsuite.reproduce.vault import Secret, Vault
from ecsuite.rules.inputs import bad_credentials

TOKEN = "Zm9v-bAr_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT"
CLIENT_ID = "partner-1-c0ffee"
CLIENT_SECRET = "s3cr3t/with+odd=signs&more%20"
ENVIRONMENT = {"token": TOKEN, "EC_CLIENT_ID": CLIENT_ID, "EC_CLIENT_SECRET": CLIENT_SECRET}
SECRETS = [
    Secret(TOKEN, "token"),
    Secret(CLIENT_SECRET, "EC_CLIENT_SECRET"),
    Secret(CLIENT_ID, "EC_CLIENT_ID", has_parts=False),
]
VAULT = Vault(SECRETS)
NAMES = Names(
    VAULT,
    (("http://h/v1", "EC_BASE_URL"),),
    {},
    "",
    {basic(CLIENT_ID, CLIENT_SECRET): (Hole("EC_CLIENT_ID"), ":", Hole("EC_CLIENT_SECRET"))},
)
TEXTS = {
    "plain": b"abc",
    "empty": b"",
    "quotes": b'it\'s "so" `x` $HOME \\ ! %s %%d',
    "lines": b"a\nb\n\n",
    "no-utf-8": b"\xe5{\xff\xfe}",
    "control": b"a\tb\rc\x1b[0m\x7f",
    "letters": "Å «blåbær» 東京 \U0001f697".encode(),
    "curled": "it\u2018s \u2019so\u201b \u201cand\u201e so\u201d \u2013 \u2026".encode(),
    "percents": b"50 % %41 %zz %",
    "here-strings": b"@'\nx\n'@\n@\"\n$(x)\n\"@\n",
    "lines-of-others": b"a\r\nb\xc2\x85c\xe2\x80\xa8d",
    "ends": b"'\\\"",
}
BAD = {each.case: each.content["headers"] for each in bad_credentials(TOKEN, CLIENT_ID, CLIENT_SECRET, "nobody-42")}
BEARER = ("Authorization", f"Bearer {TOKEN}")
KIND = ("Content-Type", "application/json")
REQUESTS = {
    "get": Request("GET", "/users/a%2Fb?page=1&x=%20+y", Headers.of([BEARER])),
    "brackets": Request("GET", "/users?a[]=1&b={x,y}&c=[1-3]", Headers.of([BEARER])),
    "dots": Request("GET", "/users/../../etc/passwd", Headers.of([BEARER])),
    "no-token": Request("DELETE", "/users/7"),
    "empty-token": Request("GET", "/users", Headers.of([("Authorization", "")])),
    "basic": Request("GET", "/users", Headers.of([("Authorization", basic(CLIENT_ID, CLIENT_SECRET))])),
    "json": Request("POST", "/users", Headers.of([BEARER, KIND]), '{"name":"Å \' $x \\\\"}'.encode()),
    "at-sign": Request("POST", "/users", Headers.of([KIND]), b"@/etc/passwd"),
    "no-media-type": Request("POST", "/users", Headers.of([BEARER]), b"{}"),
    "odd-media-type": Request("POST", "/users", Headers.of([("Content-Type", 'text/x; charset="utf-8"')]), b"{}"),
    "no-body": Request("POST", "/users", Headers.of([("Content-Length", "0")])),
    "empty-json": Request("POST", "/users", Headers.of([KIND, ("Content-Length", "0")])),
    "chunked": Request("POST", "/users", Headers.of([KIND, ("Transfer-Encoding", "chunked")]), b'{"a":1}'),
    "no-utf-8": Request("PUT", "/users/7", Headers.of([KIND]), b'{"a":"\xe5\x00"}'),
    "large": Request("POST", "/users", Headers.of([KIND]), b'{"a":"' + b"x" * 150_000 + b'"}'),
    "accept": Request("GET", "/users", Headers.of([("Accept", "text/xml"), ("X-Odd", "Å".encode().decode("latin-1"))])),
    "quotes-in-a-header": Request("GET", "/users", Headers.of([("X-Odd", 'a "b" \\ c\' $d `e` %f')])),
    "odd-method": Request("PROPFIND", "/users", Headers.of([BEARER])),
    **{f"body-of-{name}": Request("PUT", "/users/7", Headers.of([KIND]), text) for name, text in TEXTS.items() if text},
    "get-with-body": Request("GET", "/users", Headers.of([KIND]), b"{}"),
}
IMPLIED = {"host", "content-length", "accept", "user-agent"}


class Kept:
    """A parsed request."""

    def __init__(self):
        self.url, self.headers, self.body, self.is_complete = b"", [], b"", False

    def on_url(self, url):
        self.url += url

    def on_header(self, name, value):
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        self.is_complete = True


@contextmanager
def taking():
    """Receive one request; yields the base URL, and a list that gets the method and the parsed request."""
    found = []
    with closing(asgi.listen(asgi.LOOPBACK, 0)) as listener:
        listener.settimeout(30)
        thread = threading.Thread(target=_take, args=(listener, found), daemon=True)
        thread.start()
        yield f"{asgi.origin(listener)}/v1", found
        thread.join(30)


def _take(listener, found):
    connection, _ = listener.accept()
    with connection:
        kept = Kept()
        parser = httptools.HttpRequestParser(kept)
        while not kept.is_complete:
            parser.feed_data(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    found.append((parser.get_method().decode(), kept))


def require_same(request, found):
    """Assert that the received request equals the sent one, to the byte; curl may only add implied headers."""
    ((method, kept),) = found
    assert (method, kept.url.decode()) == (request.method, f"/v1{request.url}")
    assert kept.body == request.body
    sent = {name.lower(): value for name, value in request.headers if name.lower() != "content-length"}
    assert {name.lower(): value for name, value in kept.headers if name.lower() in sent} == sent
    assert {name.lower() for name, _ in kept.headers} <= sent.keys() | IMPLIED
    assert ("accept" in dict(kept.headers)) <= ("accept" in sent)
