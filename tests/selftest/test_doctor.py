"""`ecsuite init` and `ecsuite doctor`: a file to fill in, and each part of the way to the API with what to do."""

import socket
import ssl
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
import trustme
from projects import Result, run_module

from ecsuite.cli.doctor import _hanging
from ecsuite.doctor.network import _look_at_clock, look_at_network, proxy_of
from ecsuite.standin import serving
from ecsuite.target import Credentials, Target

EDITION = "2023-10"


def command(folder, *arguments: str, **env: str) -> Result:
    """Runs `ecsuite` in a folder."""
    return run_module(folder, "ecsuite", *arguments, **env)


def test_first_minute_of_a_partner(tmp_path):
    """An empty folder, a server in the environment: init and doctor end with 0, and say where each value is from."""
    with serving(EDITION) as standin:
        env = standin.environment()
        written = command(tmp_path, "init")
        ran = command(tmp_path, "doctor", "--edition", EDITION, **env)

    assert (written.ret, ran.ret) == (0, 0)
    ran.has(
        "configuration * ecsuite.toml *",
        "edition * 2023-10 * command line",
        f"EC_BASE_URL * {standin.base_url} * environment",
        "EC_CLIENT_SECRET * (a secret) * environment",
        "not set: EC_WEBHOOK_PUBLIC_URL, EC_WEBHOOK_PORT, *",
        "ok * settings *",
        "ok * API * answers",
        "ok * clock *",
        "ok * token endpoint *",
        "ok * first partner *",
        "ok * second partner *",
        "ok * edition *",
        "ok * webhooks *",
    )
    assert not any(secret in ran.text for secret in (*standin.target().secrets, standin.credentials.client_id))


def test_terminal_shows_all_of_it(monkeypatch):
    """On a terminal, what is long goes on below its own words; what cannot be broken, and a log, stay as they are."""
    head, text = "bad      API             ", "no answer within 10 seconds: check the address, the network and the VPN"
    monkeypatch.setenv("COLUMNS", "60")

    in_log = _hanging(head, text)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    on_terminal = _hanging(head, text)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = _hanging(head, text)

    assert in_log == narrow == head + text
    lines = on_terminal.split("\n")
    assert [line[: len(head)] for line in lines] == [head, *[" " * len(head)] * (len(lines) - 1)]
    assert max(map(len, lines)) <= 60
    assert " ".join(line[len(head) :] for line in lines) == text


def test_file_that_is_there_stays(tmp_path):
    """`ecsuite init` overwrites nothing, and makes no second configuration beside that of pyproject.toml."""
    (tmp_path / "ecsuite.toml").write_text("edition = 'all'\n")
    own = tmp_path / "project"
    own.mkdir()
    (own / "pyproject.toml").write_text("[tool.ecsuite]\nedition = 'all'\n")

    refused = command(tmp_path, "init")

    assert refused.ret == command(own, "init").ret == 4
    assert refused.lines == ["ecsuite: ecsuite.toml already exists, and was not changed: edit it, or move it away"]
    assert (tmp_path / "ecsuite.toml").read_text() == "edition = 'all'\n"


def test_values_of_a_target_are_shown_with_their_places(tmp_path):
    """A target of the file is tried by its name, with secrets out of a file of their own."""
    with serving(EDITION) as standin:
        (tmp_path / "ecsuite.toml").write_text(
            f'[targets.mine]\nbase-url = "{standin.base_url}"\ntoken-url = "{standin.token_url}"\nedition = "{EDITION}"\n'
        )
        lines = [f"{name}={value}" for name, value in standin.environment().items() if "CLIENT" in name]
        (tmp_path / "secrets").write_text("\n".join(lines))
        ran = command(tmp_path, "doctor", "--target", "mine", "--env-file", "secrets")
        token = command(tmp_path, "token", "--target", "mine", "--env-file", "secrets")

    assert ran.ret == 0, ran.text
    ran.has("target * mine * ecsuite.toml:1", "edition * 2023-10 * ecsuite.toml:4", "EC_BASE_URL * ecsuite.toml:2")
    ran.has("EC_CLIENT_ID * (a secret) * secrets")
    assert token.ret == 0
    assert len(token.lines) == 1


CHANGES = {
    "nothing": ({"EC_CLIENT_ID": ""}, "bad * settings * needs EC_CLIENT_ID: set it in the environment *"),
    "rate": ({"EC_RATE": "fast"}, "bad * settings * EC_RATE 'fast': give a number of requests, *"),
    "profile": ({"EC_PROFILE": "big"}, "bad * settings * there is no profile 'big': expected one of smoke, *"),
    "secret": ({"EC_CLIENT_SECRET": "wrong-one"}, "bad * first partner * refused the credentials *EC_CLIENT_SECRET*"),
    "other": ({"EC_OTHER_CLIENT_SECRET": "wrong"}, "bad * second partner * check EC_OTHER_CLIENT_ID and *"),
    "path": ({"EC_BASE_URL": "{origin}/nothing"}, "bad * edition * check the path of EC_BASE_URL*"),
    "closed": ({"EC_BASE_URL": "http://127.0.0.1:9/v1"}, "bad * API * no answer (*"),
    "name": (
        {"EC_BASE_URL": "http://nowhere.invalid/v1"},
        "bad * API * the host nowhere.invalid cannot be resolved: *",
    ),
    "tls": ({"EC_BASE_URL": "https://{host}/v1"}, "bad * API * the server does not speak TLS there: check the port*"),
    "socks": (
        {"ALL_PROXY": "socks5://me:hunter2@127.0.0.1:9"},
        "bad * API * the environment names a SOCKS proxy, and the package for it is missing: *",
    ),
    "odd proxy": (
        {"HTTP_PROXY": "gopher://127.0.0.1:9"},
        "bad * API * HTTP_PROXY is 'gopher:*': expected the address of a proxy, *",
    ),
    "dead proxy": (
        {"HTTP_PROXY": "http://127.0.0.1:9"},
        "bad * API * no answer (*): is the proxy *127.0.0.1:9 running, and HTTP_PROXY *",
    ),
    "certificates": (
        {"SSL_CERT_FILE": "/no/such/file", "EC_BASE_URL": "https://{host}/energy-coordination/v1"},
        "bad * API * cannot read certificates from /no/such/file, which SSL_CERT_FILE names *",
    ),
    "typo": ({"EC_CLIENT_SECERT": "x"}, "EC_CLIENT_SECERT * did you mean EC_CLIENT_SECRET?*"),
    "tunnel": ({"EC_WEBHOOK_PUBLIC_URL": "http://no-such-host.invalid"}, "unknown * webhooks * cannot reach itself *"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_wrong_is_told_with_what_to_do(tmp_path, change):
    """One line names the part of the way that is broken; the exit code is 4 where a run would not get far."""
    changes, line = CHANGES[change]
    with serving(EDITION) as standin:
        url = httpx.URL(standin.base_url)
        host = f"{url.host}:{url.port}"
        given = {name: value.format(origin=f"http://{host}", host=host) for name, value in changes.items()}
        ran = command(tmp_path, "doctor", "--edition", EDITION, **standin.environment() | given)

    ran.has(line)
    assert ran.ret == (4 if line.startswith("bad") else 0)
    assert "Traceback" not in ran.text
    assert standin.credentials.client_secret not in ran.text
    assert "hunter2" not in ran.text


def test_edition_that_does_not_fit_is_told(tmp_path):
    """A server of another edition is named as that."""
    with serving(EDITION) as standin:
        ran = command(tmp_path, "doctor", **standin.environment())

    assert ran.ret == 4
    ran.has(f"bad * edition * is edition {EDITION}, not *")


def test_address_for_webhooks_that_leads_here(tmp_path):
    """A public address that leads to the port of this machine is tried from here."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"EC_WEBHOOK_PUBLIC_URL": f"http://127.0.0.1:{port}", "EC_WEBHOOK_PORT": str(port)}
    with serving(EDITION) as standin:
        ran = command(tmp_path, "doctor", "--edition", EDITION, **standin.environment() | own)

    assert ran.ret == 0
    ran.has(f"ok * webhooks * http://127.0.0.1:{port} forwards to port {port} of this machine")


def target(url: str) -> Target:
    return Target("live", url, "", Credentials("id", "secret"))


def test_certificate_that_is_not_trusted_is_named(tmp_path):
    """A certificate of nobody's that this machine knows is told apart from a port at which nobody is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True)

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://localhost:{listener.getsockname()[1]}/v1"
        found = list(look_at_network(target(url), "API", url))

    assert [(each.topic, each.state) for each in found] == [("API", "bad")]
    assert "its certificate is not trusted" in found[0].said
    assert "SSL_CERT_FILE" in found[0].said


@pytest.mark.parametrize(("hours", "state"), [(0, "ok"), (2, "bad"), (-2, "bad")])
def test_clock_that_is_wrong_is_told(hours, state):
    """A clock that is minutes off the server's is told, with the way that it is off."""
    now = datetime.now(UTC)
    headers = {"Date": format_datetime(now + timedelta(hours=hours), usegmt=True)}
    response = httpx.Response(200, headers=headers, request=httpx.Request("GET", "http://h/"))

    (found,) = _look_at_clock(response, now)

    assert found.state == state
    assert ("behind" in found.said, "ahead of" in found.said) == (hours > 0, hours < 0)


@pytest.mark.parametrize("date", [None, "", "soon", "0"])
def test_clock_that_says_nothing(date):
    """A server without a date, or with none, says nothing of the clock."""
    headers = {} if date is None else {"Date": date}
    response = httpx.Response(200, headers=headers, request=httpx.Request("GET", "http://h/"))

    (found,) = _look_at_clock(response, datetime.now(UTC))

    assert found.state == "unknown"


def test_proxy_is_named_without_its_credentials(monkeypatch):
    """The proxy of an address is what the environment names; what NO_PROXY has goes without."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example")

    assert proxy_of("https://api.example/v1") == "proxy.example:3128"
    assert proxy_of("https://inside.example/v1") == ""
    assert proxy_of("http://api.example/v1") == ""
