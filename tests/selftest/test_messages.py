"""Every message that a user can meet, whole: one line that says what is wrong, what was expected and what to do."""

import ast
import inspect
from pathlib import Path

import pytest

from ecsuite import errors
from ecsuite.findings.broken import PromiseBroken

MESSAGES = [
    (
        errors.UnknownEdition("x", ["a", "b"]),
        "there is no edition 'x' here: expected one of a, b (--edition; for pytest --ec-edition)",
    ),
    (
        errors.VariablesMissing(["EC_BASE_URL", "EC_CLIENT_ID"]),
        "a live run needs EC_BASE_URL and EC_CLIENT_ID: set them in the environment (addresses may be in ecsuite.toml, "
        "secrets in a file for --env-file); `ecsuite serve` prints a set for the local stand-in",
    ),
    (
        errors.VariablesMissing(["EC_CLIENT_SECRET"], "an access token"),
        "an access token needs EC_CLIENT_SECRET: set it in the environment (addresses may be in ecsuite.toml, "
        "secrets in a file for --env-file); `ecsuite serve` prints a set for the local stand-in",
    ),
    (
        errors.BadUrl("EC_BASE_URL", "h"),
        "EC_BASE_URL is 'h': expected an address such as https://host/path, without query",
    ),
    (errors.BadSetting("EC_SIMULATION", "1", "yes or no"), "EC_SIMULATION is '1': expected yes or no"),
    (
        errors.BadCredential("EC_CLIENT_SECRET"),
        "EC_CLIENT_SECRET contains bytes that are no UTF-8: expected it as it was issued, in UTF-8",
    ),
    (errors.BadLimit("EC_RATE", "x" * 99, "a number"), f"EC_RATE '{'x' * 60}': give a number"),
    (
        errors.UnknownReport("EC_REPORTS", "Ab", ["A", "B"], "A"),
        "EC_REPORTS has 'Ab': did you mean 'A'? expected 'all', or reports by invitation out of A, B",
    ),
    (errors.BadPort("EC_WEBHOOK_PORT", "x"), "EC_WEBHOOK_PORT is 'x': expected a port number from 0 to 65535"),
    (
        errors.BadToken("EC_ACCESS_TOKEN"),
        "EC_ACCESS_TOKEN contains characters that a header cannot carry: expected the token as it was issued",
    ),
    (
        errors.CredentialsRefused("http://h/t", 400, "invalid_client"),
        "http://h/t refused the credentials (400 invalid_client): check EC_CLIENT_ID and EC_CLIENT_SECRET; "
        "nothing else was tried",
    ),
    (
        errors.AccessTokenRefused("http://h/users"),
        "http://h/users refused EC_ACCESS_TOKEN (401): get a new token; nothing else was tried",
    ),
    (
        errors.ServerUnreachable("http://h", "Connection refused"),
        "cannot reach http://h (Connection refused): expected a running server; check the address, the network and the VPN",
    ),
    (
        errors.ServerUnreachable("http://h", "why", though="http://t"),
        "cannot reach http://h (why), though http://t answers: expected a running server; check the address, the network "
        "and the VPN",
    ),
    (
        errors.ServerUnreachable("https://h", "the certificate of h has expired: its owner must renew it"),
        "cannot reach https://h: the certificate of h has expired: its owner must renew it",
    ),
    (
        errors.TokenNotTaken("http://h", "http://t", 401),
        "http://h refuses the token that http://t gave (401): do EC_BASE_URL and EC_TOKEN_URL belong together, "
        "and may these credentials use the API?",
    ),
    (
        errors.SamePartner(),
        "EC_OTHER_CLIENT_ID is the first partner's, but tests across partners need two: give the second one's, or none",
    ),
    (errors.NoSuchApi("http://h", "404", "why"), "no such API answers at http://h (404): why"),
    (
        errors.WrongEdition("http://h", "1", "2"),
        "what answers at http://h is edition 2, not 1: give --edition 2 (for pytest --ec-edition 2)",
    ),
    (
        errors.ProductionRefused("h"),
        "h is production, and this run would write there: use the sandbox, or give --ec-allow-production if you mean it",
    ),
    (
        errors.RecordingNeedsServer(),
        "a replay cannot be recorded: give --ec-target local or live with --record-mode, "
        "or run python3 -m tox run -e record",
    ),
    (
        errors.PortTaken("127.0.0.1", 80, "Permission denied"),
        "cannot listen on 127.0.0.1:80 (Permission denied): give another --port; 0 takes any free one",
    ),
    (
        errors.WebhookPortTaken(80, "why"),
        "cannot listen on port 80 for webhooks (why): set another EC_WEBHOOK_PORT, or stop the process that uses it",
    ),
    (errors.OutputUnwritable("--junitxml", "x", "why"), "cannot write x (why): give another --junitxml"),
    (errors.BadNumber("EC_X", "many"), "EC_X is 'many': expected a whole number from 1"),
    (
        errors.ReportUnwritable(Path("x"), "why"),
        "cannot write the result of the run to x (why): give another --ec-report",
    ),
    (
        errors.ReportUnusable(Path("x"), "why"),
        "cannot read the result of a run from x: why",
    ),
    (
        errors.NoSuchCause(3, 2),
        "there is no cause 3: expected 1 to 2",
    ),
    (errors.ConfigInvalid("c.toml:3", "what"), "c.toml:3: what"),
    (errors.RowUnusable("d.csv:3", "what"), "d.csv:3: what; nothing was sent"),
    (errors.RowUnusable("d.csv:3", "what", 2), "d.csv:3: what (and 2 more like that); nothing was sent"),
    (errors.DataNotReplayed(), "--data cannot be used with a recording: give --target local or live"),
    (
        errors.SecretInConfig("c.toml:3", "password"),
        "c.toml:3: password is a secret, or looks like one, and must not be in this file: move it to "
        "the environment, or to a file for --env-file",
    ),
    (
        errors.UnknownTarget("sandbx", ["live", "sandbox"], "sandbox"),
        "there is no target 'sandbx': did you mean 'sandbox'? expected one of live, sandbox "
        "(--target; for pytest --ec-target)",
    ),
    (
        errors.UnknownTarget("sandbox", ["live"], None, has_file=False),
        "there is no target 'sandbox': expected one of live, or a target of ecsuite.toml, which is neither in this folder "
        "nor above it (--target; for pytest --ec-target)",
    ),
    (
        errors.TargetNotNamed("c.toml", ["a", "b"]),
        "c.toml has several targets (a, b), so `live` is ambiguous: name one of them instead, or set `target` there",
    ),
    (
        errors.ConfigExists("c.toml"),
        "c.toml already exists, and was not changed: edit it, or move it away",
    ),
    (
        errors.EnvFileUnusable("x:1", "why"),
        "cannot use x:1: why (--env-file wants lines such as EC_CLIENT_ID=...)",
    ),
    (errors.BadDate("--until", "x", "why"), "--until is 'x': why"),
    (
        errors.DataFileUnusable("x.db", "why"),
        "cannot keep the stand-in's data in x.db (why): give --data a file that does not exist yet, "
        "or one that the stand-in made for this edition",
    ),
    (
        errors.UnknownFault("user-opn", "user-open"),
        "there is no fault 'user-opn': did you mean 'user-open'? `ecsuite faults` lists them",
    ),
    (
        errors.UnknownVariant("x", None),
        "there is no variant 'x': no name is similar; `ecsuite variants` lists them",
    ),
    (errors.StandInDidNotStart("why"), "the local stand-in did not start: why"),
    (
        errors.ContractMissing("contracts/2026-01/openapi.yaml"),
        "the contract contracts/2026-01/openapi.yaml is missing: restore the file, or install ecsuite again",
    ),
    (
        errors.ContractUnreadable("c.yaml", "it is no map"),
        "cannot read the contract c.yaml: it is no map; expected an OpenAPI 3.1 document in YAML",
    ),
    (
        errors.ContractKeywordUnknown("c.yaml:3", "typ", "Schema", "type"),
        "c.yaml:3: the Schema keyword 'typ' is not supported by the checks: did you mean 'type'",
    ),
    (errors.ContractInvalid("c.yaml:3", "what"), "c.yaml:3: what"),
    (
        errors.CassetteMissing("c.yaml"),
        "cassette c.yaml does not exist; record it again with: python3 -m tox run -e record",
    ),
    (
        errors.CassetteUnreadable("c.yaml", "why"),
        "cassette c.yaml cannot be read (why); record it again with: python3 -m tox run -e record",
    ),
    (
        errors.CassetteStale("c.yaml", "how"),
        "cassette c.yaml is out of date (how); record it again with: python3 -m tox run -e record",
    ),
    (errors.NothingThere("the list is empty"), "the list is empty"),
    (
        errors.Undeletable("POST /x"),
        "POST /x: not every server finds such an id in a path, so it could not be deleted (--ec-unusual-ids sends it)",
    ),
    (
        errors.Undeletable("POST /x", "400, text/html"),
        "POST /x: a gateway refuses such an id in a path (400, text/html), so it could not be deleted "
        "(--ec-unusual-ids sends it)",
    ),
    (
        errors.OthersAtStake("POST /x", 3),
        "POST /x: what it makes is deleted with all of its kind, and 3 there are not this run's",
    ),
    (errors.OthersOwn("DELETE /x"), "DELETE /x: what it is about is there, and this run has not made it"),
    (
        errors.LedgerUnwritable(Path("x"), "why"),
        "cannot record in x what the run creates (why): make it writable, or set XDG_STATE_HOME",
    ),
    (errors.BehindFirewall("POST /x"), "POST /x: a firewall refuses it with an answer of its own (403)"),
    (errors.TooLarge("POST /x", 413), "POST /x: the service accepts no request of this size (413)"),
    (
        errors.TokenEnded(),
        "EC_ACCESS_TOKEN expired during the run, so the rest could not be told: get a new one "
        "(export EC_ACCESS_TOKEN=$(ecsuite token), with client credentials) and run again",
    ),
    (
        errors.UnknownChoice("operation", "getUsr", ["2023-10"], "getUser", ["getUser"]),
        "there is no operation 'getUsr' in 2023-10: did you mean 'getUser'? (--ec-operation)",
    ),
    (
        errors.UnknownChoice("tag", "x", ["2023-10", "2026-01"], None, ["Token", "Users"]),
        "there is no tag 'x' in 2023-10 or 2026-01: expected one of Token, Users (--ec-tag)",
    ),
    (
        errors.UnknownProfile("x", ["smoke", "full"], "--ec-profile"),
        "there is no profile 'x': expected one of smoke, full (--ec-profile)",
    ),
    (
        errors.ServiceGone("GET /users", "ReadTimeout: timed out"),
        "the service does not answer any more (GET /users: ReadTimeout: timed out)",
    ),
    (
        errors.LimitReached("--ec-max-requests 5 are used up"),
        "--ec-max-requests 5 are used up, so the rest could not be told",
    ),
    (
        errors.SocksMissing(),
        "the environment names a SOCKS proxy, and the package for it is missing: python3 -m pip install socksio, "
        "or name the host of the API in NO_PROXY",
    ),
    (
        errors.CertificatesUnusable("SSL_CERT_FILE", "a.pem", "No such file or directory"),
        "cannot read certificates from a.pem, which SSL_CERT_FILE names (No such file or directory): expected PEM; "
        "unset it to use the system's own",
    ),
    (
        errors.NoRequestOfApi(Path("c.json"), ["api.example"]),
        "nothing in c.json calls the API (api.example): expected its address, or a variable in its place",
    ),
    (
        errors.EnvironmentOfArchive(Path("c.har")),
        "c.har is an HTTP archive, which has no variables: --environment is for Postman collections",
    ),
    (
        errors.EnvironmentFileUnreadable(Path("e.json"), "it is not JSON"),
        "cannot read the environment e.json: it is not JSON; expected one that Postman exported",
    ),
    (
        errors.ArchiveUnreadable(Path("c.har"), "it has no log"),
        "cannot read the archive c.har: it has no log; expected an HTTP archive (HAR 1.1 or 1.2)",
    ),
    (
        errors.ReceiverUnreachable("https://h", "the certificate of h is for another host"),
        "cannot reach the receiver https://h: the certificate of h is for another host; --insecure delivers nevertheless",
    ),
    (
        errors.ReceiverUnreachable("http://h", "no answer"),
        "cannot reach the receiver http://h: no answer; expected the address of one that is running",
    ),
    (errors.NoSuchDelivery("x", ["a", "b"]), "no delivery is called 'x': expected one of a, b (--only)"),
    (errors.NoWebhookSecret(), "EC_WEBHOOK_SECRET is not set: expected the secret of the receiver's webhook"),
    (
        errors.DeliveryNotSigned("a", ["b", "c"]),
        "nothing published says how deliveries of a are signed: expected b or c (--edition)",
    ),
    (
        errors.CollectionUnreadable(Path("c.json"), "it is not JSON"),
        "cannot read the collection c.json: it is not JSON; expected a Postman collection, exported as version 2.1, or an HTTP archive (.har)",
    ),
    (
        errors.UnknownScenario("x", ["a", "b"]),
        "there is no recorded scenario 'x': expected one of a, b",
    ),
    (errors.CouldNotTell("POST /x", "502"), "could not tell: POST /x had no answer of the API's (502)"),
]


@pytest.mark.parametrize(("error", "text"), MESSAGES, ids=lambda value: type(value).__name__)
def test_message_is_one_line(error, text):
    """The text is as it should be, and has no line break in it."""
    assert str(error) == text
    assert "\n" not in text


def test_every_error_has_its_message_here():
    """No error of the tree is without a test of its text, but those that only gather others."""
    gathering = {errors.EcsuiteError, errors.UsageError, errors.BadValue, errors.ContractError, errors.CassetteError}
    gathering |= {errors.RunEnded, errors.NotPassedOn}
    classes = {c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.EcsuiteError)}

    assert {type(error) for error, _ in MESSAGES} == classes - gathering


def test_every_error_is_raised_somewhere():
    """No message is one that nobody can meet."""
    source = Path(errors.__file__).parent
    raised = {
        node.func.id
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    } | {
        node.exc.id
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name)
    }

    assert {type(error).__name__ for error, _ in MESSAGES} <= raised


def test_error_tree_is_drawn():
    """The docstring of the module draws every error."""
    for error, _ in MESSAGES:
        assert f" {type(error).__name__}\n" in errors.__doc__ or f" {type(error).__name__} " in errors.__doc__


def test_exit_codes_are_as_promised():
    """A broken promise is 1, what could not be told is 6, and everything else that a user can mend is 4."""
    assert PromiseBroken.exit_code == 1
    others = {type(error).__name__: error.exit_code for error, _ in MESSAGES if error.exit_code != 4}

    assert others == {
        "NothingThere": 6,
        "BehindFirewall": 6,
        "TooLarge": 6,
        "Undeletable": 6,
        "OthersAtStake": 6,
        "OthersOwn": 6,
        "CouldNotTell": 6,
        "TokenEnded": 6,
        "ServiceGone": 6,
        "LimitReached": 6,
        "NoRequestOfApi": 5,
    }
