"""Targets: what the environment says, what is missing, and the guard before production."""

import socket
import threading

import pytest

from ecsuite import editions, production
from ecsuite.errors import BadCredential, UsageError
from ecsuite.production import Hosts, is_loopback
from ecsuite.target import Credentials, Target, live, token_endpoint

ENV = {
    "EC_BASE_URL": "https://api.example/v1/",
    "EC_TOKEN_URL": "https://auth.example/connect/token",
    "EC_CLIENT_ID": "me",
    "EC_CLIENT_SECRET": "my-secret",
}
PRODUCTION = Hosts(frozenset({"api.voluespark.com"}), frozenset({"api.sandbox.voluespark.com"}))
ADDRESSES = {
    "api.voluespark.com": {"10.9.8.7", "10.9.8.6"},
    "api.sandbox.voluespark.com": {"10.9.8.7"},
    "another-name.example": {"10.9.8.6"},
    "10.9.8.7": {"10.9.8.7"},
}


def resolved(host: str) -> frozenset[str]:
    return frozenset(ADDRESSES.get(host, ()))


def described(env: dict[str, str], *, allow_production: bool = False) -> Target:
    return live(env, PRODUCTION, allow_production=allow_production, resolve=resolved)


def test_environment_is_a_target():
    """Addresses and credentials come from the variables of the README; a slash at the end does not matter."""
    target = described(ENV)

    assert (target.mode, target.base_url, target.token_url) == ("live", "https://api.example/v1", ENV["EC_TOKEN_URL"])
    assert target.credentials == Credentials("me", "my-secret")
    assert (target.other, target.receiver_url, target.receiver_port, target.sandbox) == (None, "", 0, True)


def test_second_partner_is_taken():
    """The credentials of a second partner are optional, and come in a pair."""
    other = {"EC_OTHER_CLIENT_ID": "you", "EC_OTHER_CLIENT_SECRET": "your-secret"}

    assert described(ENV | other).other == Credentials("you", "your-secret")
    with pytest.raises(UsageError, match="needs EC_OTHER_CLIENT_SECRET: set it in the environment"):
        described(ENV | {"EC_OTHER_CLIENT_ID": "you"})


def test_access_token_stands_for_the_credentials():
    """With a token nothing but the base URL is needed; with credentials beside it, they count."""
    by_token = described({"EC_BASE_URL": "http://h", "EC_ACCESS_TOKEN": "given"})

    assert (by_token.token_url, by_token.credentials) == ("", Credentials(access_token="given"))
    assert described(ENV | {"EC_ACCESS_TOKEN": "given"}).credentials == Credentials("me", "my-secret")


@pytest.mark.parametrize("name", ENV)
def test_missing_variable_is_named(name):
    """What is missing, or empty, is named in one line."""
    for env in ({k: v for k, v in ENV.items() if k != name}, ENV | {name: ""}):
        with pytest.raises(UsageError, match=rf"^a live run needs {name}: set it in the environment "):
            described(env)


@pytest.mark.parametrize(
    "address",
    [
        "h",
        "ftp://h",
        "http://",
        "http:///x",
        "http://h?x=1",
        "http://h/#x",
        "http://h:99999",
        "http://h /x",
        "http://[::1",
    ],
)
def test_address_that_is_none_is_told(address):
    """An address that cannot be called is told with its variable."""
    with pytest.raises(UsageError, match=r"EC_BASE_URL is '.*': expected an address such as https://host/path"):
        described(ENV | {"EC_BASE_URL": address})


@pytest.mark.parametrize("address", ["https://h/token/", "https://h/token?tenant=a&x=%2F", "https://h", "https://h/"])
def test_token_address_is_used_as_given(address):
    """A slash at its end, or a query, is part of it."""
    assert live(ENV | {"EC_TOKEN_URL": address}, PRODUCTION).token_url == address


@pytest.mark.parametrize("address", ["h/token", "https://h/token#x", "https://h/to ken", "https://h:99999/?secret=1"])
def test_token_address_that_is_none_is_told(address):
    """Without its query, which may hold a secret."""
    with pytest.raises(
        UsageError, match=r"^EC_TOKEN_URL is '.*': expected an address such as https://host/path$"
    ) as caught:
        live(ENV | {"EC_TOKEN_URL": address}, PRODUCTION)

    assert "secret" not in str(caught.value)


def test_blanks_around_a_value_do_not_matter():
    """What was pasted with a line break is taken without it."""
    target = described({"EC_BASE_URL": " https://h/v1 \n", "EC_ACCESS_TOKEN": "given\n"})

    assert (target.base_url, target.credentials.access_token) == ("https://h/v1", "given")


@pytest.mark.parametrize("token", ["tökèn", "a\nb", "a\x00"])
def test_token_that_no_header_can_carry_is_told(token):
    """A token with letters that HTTP does not know is refused without showing it."""
    with pytest.raises(UsageError) as caught:
        described({"EC_BASE_URL": "https://h", "EC_ACCESS_TOKEN": token})

    assert token not in str(caught.value)


@pytest.mark.parametrize("name", ["EC_CLIENT_ID", "EC_CLIENT_SECRET", "EC_OTHER_CLIENT_ID", "EC_OTHER_CLIENT_SECRET"])
def test_credential_that_is_no_text_is_told(name):
    """A credential with a byte that is no UTF-8 is refused by the name of its variable, without showing it."""
    env = ENV | {"EC_OTHER_CLIENT_ID": "you", "EC_OTHER_CLIENT_SECRET": "your-secret"} | {name: "gl\udcfcck-auf"}

    with pytest.raises(BadCredential, match=f"^{name} contains bytes") as caught:
        described(env)

    assert "ck-auf" not in str(caught.value)


@pytest.mark.parametrize("name", ["EC_CLIENT_ID", "EC_CLIENT_SECRET"])
def test_credential_of_a_token_that_is_no_text_is_told(name):
    """So is one that a token alone is to be had for."""
    with pytest.raises(BadCredential, match=f"^{name} contains bytes"):
        token_endpoint(ENV | {name: "gl\udcfcck-auf"})


def test_password_in_an_address_is_not_told():
    """An address with a password in it is refused without showing it."""
    with pytest.raises(UsageError) as caught:
        described(ENV | {"EC_TOKEN_URL": "https://me:pass-word@h/t"})

    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize("port", ["٣", "8_0", "x", "-1", "65536", "1.5"])
def test_port_that_is_none_is_told(port):
    """A port that cannot be listened on is told."""
    with pytest.raises(UsageError, match=rf"^EC_WEBHOOK_PORT is '{port}': expected a port number from 0 to 65535$"):
        described(ENV | {"EC_WEBHOOK_PORT": port})


def test_tunnel_leads_to_a_known_port():
    """With a public address for webhooks the receiver has a port that is known beforehand."""
    tunnel = {"EC_WEBHOOK_PUBLIC_URL": "https://tunnel.example/x"}

    assert described(ENV | tunnel).receiver_port == 8787
    assert described(ENV | tunnel | {"EC_WEBHOOK_PORT": "9000"}).receiver_port == 9000
    assert described(ENV | tunnel).receiver_url == "https://tunnel.example/x"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.voluespark.com/energy-coordination/v1",
        "https://API.VolueSpark.com:443/x",
        "http://api.voluespark.com.",
        "http://api\u3002voluespark\u3002com/x",
        "http://api\uff0evoluespark\uff0ecom",
        "http://api\uff61voluespark\uff61com.",
        "http://api%2evoluespark%2Ecom",
        "http://10.9.8.7",
        "http://another-name.example",
    ],
)
def test_production_is_refused(address):
    """However a production host is spelt, nothing is written there without leave, and no webhook with it."""
    with pytest.raises(UsageError, match=r"^\S+ is production, and this run would write there: "):
        described(ENV | {"EC_BASE_URL": address})

    allowed = described(ENV | {"EC_BASE_URL": address}, allow_production=True)
    assert allowed.sandbox is False


@pytest.mark.parametrize("host", ["api.sandbox.voluespark.com", "unknown.example", "127.0.0.1", "localhost", "[::1]"])
def test_other_host_is_no_production(host):
    """Not the sandbox, which may share an address with production, nor what has no address that is known."""
    assert described(ENV | {"EC_BASE_URL": f"http://{host}/v1"}).sandbox is True


def test_slow_resolver_is_not_waited_for(monkeypatch):
    """Where names are not resolved soon, nothing is known of them."""
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: released.wait(10) and [])
    monkeypatch.setattr(production, "TIMEOUT", 0.01)

    assert production.addresses_of("a.example") == frozenset()
    released.set()


def test_contract_knows_its_production():
    """Which hosts are production, and which are not, is told by the contracts."""
    assert editions.hosts(editions.editions()) == PRODUCTION


@pytest.mark.parametrize(
    ("host", "own"),
    [("localhost", True), ("a.localhost", True), ("127.8.0.1", True), ("::1", True), ("h", False), ("10.0.0.1", False)],
)
def test_own_machine_is_known(host, own):
    """A loopback base URL needs no public address for webhooks."""
    assert is_loopback(host) is own


def test_secrets_are_not_shown():
    """Neither credentials nor a target show a secret when they are printed."""
    target = Target("live", "http://h", "", Credentials("me", "my-secret", "my-token"))

    assert "my-" not in repr(target)
    assert target.secrets == ("me", "my-secret", "my-token")
