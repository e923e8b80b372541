"""The way to a server: proxies of the environment, as curl reads it, and whose certificates are trusted."""

import datetime as dt
import ssl

import pytest
import trustme
from sockets import answer, server

from ecsuite.client import new_http
from ecsuite.client.proxies import proxy_for
from ecsuite.errors import CouldNotTell, UsageError
from ecsuite.target import Credentials, Target

PROXY = "http://proxy:8080"
API = "https://api.example/v1"
PROXIES = {
    "none": (API, {}, ""),
    "of the scheme": (API, {"https_proxy": PROXY}, PROXY),
    "of the other scheme": (API, {"http_proxy": PROXY}, ""),
    "in capitals": (API, {"HTTPS_PROXY": PROXY}, PROXY),
    "for http, in capitals": ("http://h/", {"HTTP_PROXY": PROXY}, PROXY),
    "small letters first": (API, {"HTTPS_PROXY": "http://other", "https_proxy": PROXY}, PROXY),
    "for all": (API, {"ALL_PROXY": PROXY}, PROXY),
    "of the scheme before that for all": (API, {"ALL_PROXY": "http://other", "HTTPS_PROXY": PROXY}, PROXY),
    "without a scheme": (API, {"https_proxy": "proxy:8080"}, PROXY),
    "with credentials": (API, {"https_proxy": "http://me:pw@proxy:1"}, "http://me:pw@proxy:1"),
    "socks": (API, {"ALL_PROXY": "socks5h://127.0.0.1:1080"}, "socks5h://127.0.0.1:1080"),
    "empty": (API, {"https_proxy": "", "HTTPS_PROXY": " "}, ""),
}
DIRECT = {
    ("api.example", "api.example"): True,
    ("api.example", "API.Example"): True,
    ("api.example", "example"): True,
    ("api.example", ".example"): True,
    ("api.example", "other, example"): True,
    ("api.example", "other example"): True,
    ("api.example", "*"): True,
    ("api.example.", "example."): True,
    ("api.example", "ample"): False,
    ("api.example", "*.example"): False,
    ("api.example", "api.example.com"): False,
    ("localhost", "localhost"): True,
    ("a.localhost", "localhost"): True,
    ("127.0.0.1", "127.0.0.1"): True,
    ("127.0.0.1", "127.0.0.0/8"): True,
    ("10.1.2.3", "10.0.0.0/8"): True,
    ("10.1.2.3", "10.1.2.9/24"): True,
    ("11.1.2.3", "10.0.0.0/8"): False,
    ("127.0.0.1", "localhost"): False,
    ("127.0.0.1", "1"): False,
    ("[::1]", "[::1]"): True,
    ("[::1]", "::1"): True,
    ("[fd00::5]", "fd00::/8"): True,
    ("[fd00::5]", "[fd00::]/8"): True,
    ("[fe00::5]", "fd00::/8"): False,
}


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_is_the_one_that_curl_takes(name):
    """That of the scheme, else that for all; a variable in small letters counts before one in capitals."""
    url, env, proxy = PROXIES[name]

    assert proxy_for(url, env) == proxy


@pytest.mark.parametrize(("host", "no_proxy"), DIRECT)
def test_no_proxy_is_read_as_curl_reads_it(host, no_proxy):
    """Names and all below them, addresses with or without brackets, networks, and a star alone."""
    env = {"ALL_PROXY": PROXY, "NO_PROXY": no_proxy}

    assert (proxy_for(f"https://{host}/v1", env) == "") is DIRECT[host, no_proxy]


@pytest.mark.parametrize("value", ["ftp://h", "socks4://h", "http://", "http://h:99999", "http://[::1", "h:x"])
def test_proxy_that_is_none_is_told(value):
    """With its variable, on one line."""
    with pytest.raises(
        UsageError, match=r"^https_proxy is '.*': expected the address of a proxy, as host:port or with "
    ):
        proxy_for(API, {"https_proxy": value})


def test_password_of_a_proxy_is_not_told():
    """A wrong address may have a right password."""
    with pytest.raises(UsageError) as caught:
        proxy_for(API, {"https_proxy": "ftp://me:pass-word@h"})

    assert "pass-word" not in str(caught.value)


def target(url: str, mode: str = "live") -> Target:
    return Target(mode, url, "", Credentials(access_token="t"))


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_local_run_goes_by_no_proxy(monkeypatch, variable):
    """The stand-in is on this machine, whatever the environment says of other hosts; SSL_CERT_FILE does not matter either."""
    monkeypatch.setenv(variable, "socks5://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")

    with server(answer()) as running, new_http(target("", "local")) as http:
        http.event_hooks = {}
        assert http.get(f"http://127.0.0.1:{running.port}/").status_code == 200


def test_socks_without_its_package_is_told(monkeypatch):
    """What httpx raises as an ImportError is one line that says what to install."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setattr("ecsuite.client.transport.find_spec", lambda _: None)

    with pytest.raises(UsageError, match="the environment names a SOCKS proxy, and the package for it is missing"):
        new_http(target("http://api.invalid/v1"))


@pytest.mark.parametrize(
    ("variable", "content"), [("SSL_CERT_FILE", ""), ("SSL_CERT_FILE", "no PEM"), ("SSL_CERT_DIR", "")]
)
def test_certificates_that_cannot_be_read_are_told(monkeypatch, tmp_path, variable, content):
    """A file that is missing, or holds none, is one line with its variable."""
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv(variable, str(path))

    with pytest.raises(UsageError, match=rf"^cannot read certificates from {path}, which {variable} names \("):
        new_http(target(API))


def test_certificates_are_not_looked_for_where_nothing_is_encrypted(monkeypatch):
    """A wrong SSL_CERT_FILE is no trouble of a server on plain HTTP."""
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")

    new_http(target("http://127.0.0.1:1/v1")).close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_asks_for_credentials_is_told(connect, monkeypatch, scheme):
    """407 is the proxy's, whether it tunnels or not; it is not tried again, and no finding."""
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
    with server(refusal) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        api = connect(443, scheme, "api.invalid")
        with pytest.raises(CouldNotTell, match=r"the proxy of the environment asks for credentials \(407\)"):
            api.get("/users/42")

    assert (len(proxy.requests), api.journal.findings) == (1, ())


def issued(authority: trustme.CA, name: str = "localhost", days: int = 10):
    now = dt.datetime.now(dt.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    began, ends = now - dt.timedelta(days=20), now + dt.timedelta(days=days)
    authority.issue_cert(name, not_before=began, not_after=ends).configure_cert(context)
    return lambda connection: context.wrap_socket(connection, server_side=True)


CERTIFICATES = {
    "expired": ({"days": -5}, True, "the certificate of localhost has expired"),
    "of another host": ({"name": "other.example"}, True, "the certificate of localhost is for another host"),
    "of an unknown authority": ({}, False, "the certificate of localhost is of an authority that is not trusted here"),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificate_that_is_not_trusted_is_told(connect, monkeypatch, tmp_path, name):
    """The server gets no request, it is tried once, and the error says which of the usual reasons it is."""
    how, is_known, said = CERTIFICATES[name]
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    (authority if is_known else trustme.CA()).cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))

    with server(answer(), wrap=issued(authority, **how)) as running:
        api = connect(running.port, "https", "localhost")
        with pytest.raises(CouldNotTell, match=said):
            api.get("/users/42")

    assert (running.requests, api.journal.findings) == ([], ())


def test_system_decides_where_the_environment_does_not(connect, monkeypatch):
    """Without SSL_CERT_FILE and SSL_CERT_DIR it is the system's store that knows, or does not know, an authority."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)

    with (
        server(answer(), wrap=issued(trustme.CA())) as running,
        pytest.raises(CouldNotTell, match="is of an authority that is not trusted here"),
    ):
        connect(running.port, "https", "localhost").get("/users/42")


def test_proxy_of_the_environment_is_used(connect, monkeypatch):
    """A live run goes through the proxy that HTTP_PROXY names, as httpx users expect."""
    with server(answer()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        api = connect(80, host="api.invalid")

        assert api.get("/users/42").status_code == 200

    assert proxy.requests[0].startswith(b"GET http://api.invalid/v1/users/42 HTTP/1.1\r\n")


def test_no_proxy_is_honoured(connect, monkeypatch):
    """A host that NO_PROXY names is called directly."""
    with server(answer()) as running:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

        assert connect(running.port).get("/users/42").status_code == 200


def test_certificate_of_the_environment_is_trusted(connect, monkeypatch, tmp_path):
    """A server whose certificate is of the authority in SSL_CERT_FILE is trusted."""
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))

    with server(answer(), wrap=issued(authority)) as running:
        assert connect(running.port, "https", "localhost").get("/users/42").status_code == 200
