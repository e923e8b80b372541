"""`ecsuite deliver`: receivers that do one thing wrong, and others that are unusual and right."""

import base64
import contextlib
import hmac
import json
import re
import shlex
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ecsuite import editions
from ecsuite.cli import main
from ecsuite.receivers import cases
from ecsuite.receivers.cases import Cases
from ecsuite.receivers.notifications import Notifications
from ecsuite.receivers.trial import signed_delivery
from ecsuite.results import store
from ecsuite.webhook.signature import is_signed, sign

SECRET = "s3cr3t-of-the-hook"
HEADER = "X-Payload-Signature"
LIMITS = {"LocationLPCRequested", "ResourceLPCRequested", "LPCReservationCreated"}
TYPES = {"PriceCurveCreated", "UserEligibilityUpdated", *LIMITS}
MEMBERS = {"notificationId", "eventId", "eventCreatedAtUtc", "notificationSentUtc", "notificationType", "payload"}


@dataclass
class Delivery:
    """What came to a receiver, and what it remembers of others."""

    body: bytes
    headers: list[tuple[str, str]]
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def signature(self) -> str | None:
        values = [value for name, value in self.headers if name.lower() == HEADER.lower()]
        return values[0] if values else None

    @property
    def value(self) -> dict:
        return json.loads(self.body)

    @property
    def created(self) -> str:
        return self.value["eventCreatedAtUtc"]

    @property
    def is_signed(self) -> bool:
        return self.signature is not None and is_signed(SECRET, self.body, self.signature)

    def count(self, name: str) -> int:
        """How often that has been seen, with this time."""
        self.seen[name] = self.seen.get(name, 0) + 1
        return self.seen[name]


Answer = Callable[[Delivery], int]


def verifying(then: Answer = lambda _: 200, refusal: int = 401) -> Answer:
    """A receiver that refuses what is not signed, and answers the rest in its own way."""
    return lambda delivery: then(delivery) if delivery.is_signed else refusal


def by(accepts: Callable[[str | None, str, Delivery], bool]) -> Answer:
    """A receiver that compares the signature that came with the right one in its own way."""
    return lambda came: 200 if accepts(came.signature, sign(SECRET, came.body), came) else 401


def written_anew(**style: object) -> Answer:
    """A receiver that verifies what it has read and written anew."""
    return by(lambda sent, _, came: sent == sign(SECRET, json.dumps(came.value, **style).encode()))


def is_late(came: Delivery) -> bool:
    at = int(datetime.fromisoformat(came.created).timestamp())
    latest = came.seen.setdefault("latest", at)
    came.seen["latest"] = max(at, latest)
    return at < latest - 2


def refusing(condition: Callable[[Delivery], object], status: int = 400) -> Answer:
    return verifying(lambda came: status if condition(came) else 200)


def until_forged(came: Delivery) -> int:
    """A receiver that takes nothing any more once somebody has sent a wrong signature."""
    if not came.is_signed:
        came.count("forged")
        return 401
    return 403 if came.seen.get("forged") else 200


def as_javascript_writes(body: bytes) -> bytes:
    """A body parsed and written again: 2.0 is 2."""

    def shorter(value: object) -> object:
        if isinstance(value, dict):
            return {name: shorter(own) for name, own in value.items()}
        if isinstance(value, list):
            return [shorter(own) for own in value]
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return json.dumps(shorter(json.loads(body)), ensure_ascii=False, separators=(",", ":")).encode()


ACKNOWLEDGED, REFUSED = "error delivery-acknowledged", "error forgery-refused"
WRONG = {
    "an error": (lambda _: 500, f"{ACKNOWLEDGED} {cases.PLAIN.name}"),
    "a redirect": (lambda _: 307, f"{ACKNOWLEDGED} {cases.PLAIN.name}"),
    "no response": (lambda _: 0, f"{ACKNOWLEDGED} {cases.PLAIN.name}"),
    "another secret": (
        by(lambda sent, _, came: sent == sign("another", came.body)),
        f"{ACKNOWLEDGED} {cases.PLAIN.name}",
    ),
    "hexadecimal digits": (
        by(lambda sent, _, came: sent == hmac.digest(SECRET.encode(), came.body, "sha256").hex()),
        f"{ACKNOWLEDGED} {cases.PLAIN.name}",
    ),
    "one kind alone": (
        refusing(lambda came: "PriceCurve" not in came.value["notificationType"]),
        f"{ACKNOWLEDGED} {cases.PLAIN.name}",
    ),
    "all but one kind": (
        refusing(lambda came: "Eligib" in came.value["notificationType"]),
        f"{ACKNOWLEDGED} {cases.PLAIN.name}",
    ),
    "JSON written anew": (written_anew(), f"{ACKNOWLEDGED} {cases.SPELT.name}"),
    "compact JSON written anew": (
        written_anew(separators=(",", ":"), ensure_ascii=False),
        f"{ACKNOWLEDGED} {cases.SPELT.name}",
    ),
    "a stripped body": (
        by(lambda sent, _, came: sent == sign(SECRET, came.body.strip())),
        f"{ACKNOWLEDGED} {cases.SPELT.name}",
    ),
    "no Z": (refusing(lambda came: came.created.endswith("Z")), f"{ACKNOWLEDGED} {cases.TIMED.name}"),
    "UTC alone": (refusing(lambda came: came.created.endswith("+02:00")), f"{ACKNOWLEDGED} {cases.TIMED.name}"),
    "nothing twice": (
        refusing(lambda came: came.count(came.value["notificationId"]) > 1, 409),
        f"{ACKNOWLEDGED} {cases.AGAIN.name}",
    ),
    "nothing late": (refusing(is_late), f"{ACKNOWLEDGED} {cases.LATE.name}"),
    "nothing large": (refusing(lambda came: len(came.body) > 10_000, 413), f"{ACKNOWLEDGED} {cases.LARGE.name}"),
    "a header in one spelling": (
        refusing(lambda came: HEADER not in dict(came.headers), 401),
        f"{ACKNOWLEDGED} {cases.FRAMED.name}",
    ),
    "one media type": (
        refusing(lambda came: ("Content-Type", cases.JSON) not in [(n.title(), v) for n, v in came.headers], 415),
        f"{ACKNOWLEDGED} {cases.FRAMED.name}",
    ),
    "an unknown kind": (
        refusing(lambda came: came.value["notificationType"] not in TYPES),
        f"warning delivery-acknowledged {cases.LATER.name}",
    ),
    "an unknown member": (
        refusing(lambda came: set(came.value) - MEMBERS),
        f"warning delivery-acknowledged {cases.LATER.name}",
    ),
    "three deliveries": (
        refusing(lambda came: came.count("all") > 3, 500),
        f"{ACKNOWLEDGED} {cases.STOPPED.name}",
    ),
    "twenty deliveries": (
        refusing(lambda came: came.count("all") > 20, 429),
        f"{ACKNOWLEDGED} {cases.STOPPED.name}",
    ),
    "fifty deliveries": (
        lambda came: 500 if came.count("all") > 45 else verifying()(came),
        f"{ACKNOWLEDGED} {cases.STOPPED.name}",
    ),
    "Base64 for addresses": (
        by(lambda sent, right, _: sent == right.replace("+", "-").replace("/", "_")),
        f"{ACKNOWLEDGED} {cases.UNLIKE_SIGNED.name}",
    ),
    "nothing after a forged one": (until_forged, f"{ACKNOWLEDGED} {cases.LOCKED.name}"),
    "a signature that came before": (
        by(lambda sent, right, came: (sent == right and came.count(right)) or came.seen.get(sent or "")),
        f"{REFUSED} {cases.TAMPERED.name}",
    ),
    "a connection that is cut": (
        verifying(lambda came: 0 if came.count("all") % 7 == 0 else 200),
        f"warning delivery-acknowledged {cases.UNSTEADY.name}",
    ),
    "JSON written anew in ASCII": (
        written_anew(separators=(",", ":")),
        f"{ACKNOWLEDGED} {cases.SPELT.name}",
    ),
    "JSON written anew by JavaScript": (
        by(lambda sent, _, came: sent == sign(SECRET, as_javascript_writes(came.body))),
        f"{ACKNOWLEDGED} {cases.SPELT.name}",
    ),
    "whole numbers without fractions": (
        refusing(lambda came: re.search(rb"\d\.\d*0[,}\]]", came.body)),
        f"{ACKNOWLEDGED} {cases.SPELT.name}",
    ),
    "three digits of a second": (
        refusing(lambda came: not re.search(r"T\d\d:\d\d:\d\d(\.\d{1,3})?(Z|\+00:00)$", came.created)),
        f"{ACKNOWLEDGED} {cases.TIMED.name}",
    ),
    "JSON without a charset": (
        refusing(lambda came: ("content-type", "application/json") not in [(n.lower(), v) for n, v in came.headers]),
        f"{ACKNOWLEDGED} {cases.FRAMED.name}",
    ),
    "every third": (
        refusing(lambda came: came.count("all") % 3 == 0, 503),
        f"warning delivery-acknowledged {cases.UNSTEADY.name}",
    ),
    "no signature needed": (lambda _: 200, f"{REFUSED} {cases.UNVERIFIED.name}"),
    "any signature": (by(lambda sent, *_: bool(sent)), f"{REFUSED} {cases.UNVERIFIED.name}"),
    "any 32 bytes": (
        by(lambda sent, *_: len(base64.b64decode(sent or "")) == 32),
        f"{REFUSED} {cases.UNVERIFIED.name}",
    ),
    "a missing signature": (by(lambda sent, right, _: sent in {None, right}), f"{REFUSED} {cases.UNSIGNED.name}"),
    "an empty signature": (by(lambda sent, right, _: sent in {"", right}), f"{REFUSED} {cases.UNSIGNED.name}"),
    "an empty secret": (
        by(lambda sent, right, came: sent in {sign("", came.body), right}),
        f"{REFUSED} {cases.FOREIGN.name}",
    ),
    "letters of either case": (
        by(lambda sent, right, _: (sent or "").lower() == right.lower()),
        f"{REFUSED} {cases.BENT.name}",
    ),
    "a beginning": (by(lambda sent, right, _: bool(sent) and right.startswith(sent)), f"{REFUSED} {cases.BENT.name}"),
    "a beginning, or nothing": (
        by(lambda sent, right, _: right.startswith(sent or "")),
        f"{REFUSED} {cases.BENT.name}",
    ),
    "no signature for one kind": (
        by(lambda sent, right, came: sent == right or "PriceCurve" in came.value["notificationType"]),
        f"{REFUSED} {cases.FOREIGN.name}",
    ),
    "a body read as Latin-1": (
        by(lambda sent, _, came: sent == sign(SECRET, came.body.decode("latin-1").encode())),
        f"error delivery-acknowledged {cases.LETTERS.name}",
    ),
    "a known sender": (
        refusing(lambda came: not {"User-Agent", "Accept"} <= {name.title() for name, _ in came.headers}, 403),
        f"warning delivery-acknowledged {cases.BARE.name}",
    ),
    "ten letters": (by(lambda sent, right, _: (sent or "")[:10] == right[:10]), f"{REFUSED} {cases.BENT.name}"),
}
RIGHT = {
    "200": verifying(),
    "204": verifying(lambda _: 204),
    "299": verifying(lambda _: 299),
    "an error for what is forged": verifying(refusal=500),
    "no response to what is forged": verifying(refusal=0),
    "a redirect for what is forged": verifying(refusal=302),
    "who sends ten forged ones is shut out": lambda came: (
        (403 if came.seen.get("forged", 0) > 9 else 200) if came.is_signed else 401 + 0 * came.count("forged")
    ),
    "hexadecimal digits, too": by(
        lambda sent, right, came: sent in {right, hmac.digest(SECRET.encode(), came.body, "sha256").hex()}
    ),
    "nothing that is a day old": refusing(
        lambda came: datetime.now().astimezone().timestamp() - datetime.fromisoformat(came.created).timestamp() > 86_400
    ),
}


@contextmanager
def receiving(answer: Answer) -> Iterator[str]:
    """The address of a receiver that answers so."""
    seen: dict[str, int] = {}
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self._chunks() if self.headers.get("Transfer-Encoding") else self._whole()
            with lock:
                status = answer(Delivery(body, self.headers.items(), seen))
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def _whole(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _chunks(self) -> bytes:
            found = b""
            while size := int(self.rfile.readline(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv("EC_WEBHOOK_SECRET", SECRET)
    # Where lines end is not what is tested.
    monkeypatch.setenv("COLUMNS", "120")


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["deliver", *map(str, arguments)])
    return int(ended.value.code or 0)


def found(answer: Answer, tmp_path, *options: str) -> tuple[int, list[str]]:
    """The exit code of a trial, and its causes."""
    with receiving(answer) as url:
        code = run(url, "--report", tmp_path, *options)
    causes = store.read(tmp_path).causes
    return code, [f"{each.severity} {each.finding.promise} {each.finding.breach.at.name}" for each in causes]


@pytest.mark.parametrize("name", WRONG)
def test_fault_of_a_receiver_is_found_once(name, tmp_path):
    """What a receiver does wrong is one cause, by the deliveries that show it; what is only a loss is a warning."""
    answer, expected = WRONG[name]

    assert found(answer, tmp_path) == (
        0 if expected.startswith("warning") else 1,
        [expected],
    )


MISTAKEN = {
    "hexadecimal digits": lambda body: hmac.digest(SECRET.encode(), body, "sha256").hex(),
    "without its padding": lambda body: sign(SECRET, body).rstrip("="),
    "with a prefix": lambda body: f"sha256={sign(SECRET, body)}",
    "of HMAC-SHA1": lambda body: base64.b64encode(hmac.digest(SECRET.encode(), body, "sha1")).decode(),
    "of HMAC-SHA512": lambda body: base64.b64encode(hmac.digest(SECRET.encode(), body, "sha512")).decode(),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_receiver_that_wants_another_signature_is_told_which(name, tmp_path):
    """What it would acknowledge says what is wrong; the cause is still one."""
    wanted = MISTAKEN[name]

    assert found(by(lambda sent, _, came: sent == wanted(came.body)), tmp_path)[1] == [
        f"{ACKNOWLEDGED} {cases.PLAIN.name}"
    ]
    (cause,) = store.read(tmp_path).causes
    assert cause.finding.breach.note == f"for its signature is Base64 of HMAC-SHA256, not {name}"


def test_receiver_that_looks_at_another_header_is_told_which(tmp_path):
    """The header of 2023-10 had another name."""

    def reads_another(came: Delivery) -> int:
        sent = {name.lower(): value for name, value in came.headers}.get("spark-signature")
        return 200 if sent == sign(SECRET, came.body) else 401

    found(reads_another, tmp_path)

    (cause,) = store.read(tmp_path).causes
    assert cause.finding.breach.note == f"for its signature is in {HEADER}, not in Spark-Signature"


@pytest.mark.parametrize("name", RIGHT)
def test_unusual_receiver_is_right(name, tmp_path):
    """Any 2xx acknowledges, and how a forged delivery is refused is nobody's business."""
    assert found(RIGHT[name], tmp_path, "--strict") == (0, [])


def test_verdict_names_the_deliveries(tmp_path, capsys):
    """A cause has its rule, the reason, and the deliveries that show it; a warning fails a strict trial."""
    answer, _ = WRONG["an unknown kind"]

    code, _ = found(answer, tmp_path, "--strict")

    said = capsys.readouterr().out
    assert code == 1
    assert "delivery of a later version: 400, expected 2XX" in said
    assert re.search(
        r"contracts/2026-01/openapi.yaml:\d+  \(Public guides, webhooks\)\n +shown by: a new value of", said
    )
    assert re.search(r"\n\d+ deliveries sent: 1 warning\n$", said)


def test_nothing_is_tried_where_nothing_is_acknowledged(tmp_path, capsys):
    """A receiver that refuses every delivery is asked for its secret, and told no more."""
    found(lambda _: 403, tmp_path)

    assert (
        "nothing else was tried: has the receiver the secret that EC_WEBHOOK_SECRET has?\n20 deliveries"
        in capsys.readouterr().out
    )


def test_secret_is_in_no_output(tmp_path, capsys):
    """Neither what is printed nor what is stored has the secret, or a right signature."""
    signatures: list[str] = []

    def answer(came: Delivery) -> int:
        signatures.append(came.signature or "")
        return 500 if came.is_signed else 401

    found(answer, tmp_path)

    kept = capsys.readouterr().out + "".join(
        path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file()
    )
    assert [secret for secret in (SECRET, *filter(None, signatures)) if secret in kept] == []


@pytest.mark.parametrize("name", ["no response", "no signature needed", "any signature"])
def test_cause_is_told_whole_and_can_be_repeated(name, tmp_path, capsys):
    """What we sent is ours, so nothing of it is masked but the signature; one command sends it again, and no more."""
    answer, expected = WRONG[name]
    found(answer, tmp_path)
    said = capsys.readouterr().out
    (cause,) = store.read(tmp_path).causes
    sample = cause.first.sample
    words = shlex.split(re.search(r"repeat: ecsuite deliver (.*)", said)[1])

    with receiving(answer) as url:
        code = run(url, *words[1:])

    again = capsys.readouterr().out
    assert "***" not in said + sample.request_body
    assert ("X-Payload-Signature", "***") in sample.request_headers or cause.first.sample.status == 200
    assert code == 1
    assert expected.partition(" ")[2].partition(" ")[2] in again
    assert int(re.search(r"(\d+) deliver", again)[1]) <= int(re.search(r"(\d+) deliver", said)[1])


def test_one_group_is_sent_alone(capsys):
    """`--only` sends what it names beside the plain deliveries; a name that nothing has is one line."""
    with receiving(verifying()) as url:
        assert run(url, "--only", "in chunks") == 0
        assert "\n6 deliveries sent: all promises kept" in capsys.readouterr().out
        assert run(url, "--only", "nonsense") == 4
    assert "no delivery is called 'nonsense': expected one of as the API sends it, " in capsys.readouterr().err


def test_keys_in_an_address_are_in_no_output(tmp_path, capsys):
    """A password and what stands in a query may let somebody in."""
    with receiving(lambda _: 500) as url:
        run(f"{url.replace('://', '://me:pa55@')}?code=AbCdEfGh12", "--report", tmp_path)
    run("http://me:pa55@127.0.0.1:1/?code=AbCdEfGh12")

    told = "".join(capsys.readouterr())
    kept = told + "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file())
    assert "?code=***" in told
    assert [each for each in ("pa55", "AbCdEfGh12") if each in kept] == []


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
        b"Content-Length: 9\r\n\r\nok",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\r\n" + b"x" * 1_000_000,
    ],
    ids=["no gzip", "cut off", "no chunks", "without an end"],
)
def test_status_counts_whatever_the_body(rest, tmp_path):
    """An answer with a 2xx acknowledges, also where its body cannot be read."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + rest)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run(f"http://127.0.0.1:{server.server_port}/", "--only", "with many entries", "--report", tmp_path)
        server.shutdown()

    assert store.read(tmp_path).causes == ()


def test_unusable_setting_is_one_line(monkeypatch, capsys):
    """Without a secret, a receiver or a published signature nothing is sent, and one line says so."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        assert run(address) == 4
        assert "cannot reach the receiver" in capsys.readouterr().err
    assert run("not-an-address") == 4
    assert run(address, "--edition", "2023-10") == 4
    monkeypatch.delenv("EC_WEBHOOK_SECRET")
    assert run(address) == 4

    said = capsys.readouterr().err
    assert said.count("\n") == 3
    assert "nothing published says how deliveries of 2023-10 are signed" in said
    assert "EC_WEBHOOK_SECRET is not set" in said


@pytest.fixture(scope="module")
def made() -> tuple[Cases, Notifications]:
    contract = editions.contract("2026-01")
    operation, header = signed_delivery(contract)
    notifications = Notifications(contract, operation)
    return Cases(notifications, header, SECRET), notifications


def test_legal_deliveries_keep_the_contract(made):
    """What must be acknowledged is by the contract, signed, and different from anything before."""
    own, notifications = made
    contract = editions.contract("2026-01")
    (operation,) = contract.deliveries.values()
    sent = [*own.plain(), *own.legal(notifications.names)]

    wrong = [case for case in sent if contract.schemas.violations(operation.request.schema, json.loads(case.body))]

    assert wrong == []
    assert all(is_signed(SECRET, case.body, {n.lower(): v for n, v in case.headers}[HEADER.lower()]) for case in sent)
    assert len({json.loads(case.body)["notificationId"] for case in sent}) == len(sent)


@pytest.mark.parametrize("name", ["limit", "resourceLimit", "reservation", "eligibility", "priceCurve"])
def test_forged_deliveries_are_not_signed(made, name):
    """What must be refused is not signed by the webhook's secret, and says something else than what was."""
    own, notifications = made

    sent = list(own.forged([name]))

    assert not any(is_signed(SECRET, case.body, dict(case.headers).get(HEADER, "")) for case in sent)
    assert len({case.group for case in sent}) == 4
    original, changed = notifications.tampered(name)
    assert {**original, "payload": None} == {**changed, "payload": None}
    assert original != changed


@pytest.mark.parametrize("name", ["limit", "resourceLimit", "reservation", "eligibility", "priceCurve"])
def test_later_versions_change_one_thing(made, name):
    """Members and values of a later version are new; all else is as it was."""
    _, notifications = made
    contract = editions.contract("2026-01")
    (operation,) = contract.deliveries.values()

    later = dict(notifications.later_versions(name))

    assert {
        "a new value of notificationType",
        "a further member of the whole",
        "a further member of payload",
    } <= later.keys()
    assert not [
        how
        for how, value in later.items()
        if json.dumps(value).count("ofALaterVersion") + json.dumps(value).count("OfALaterVersion") != 1
    ]
    plain = [
        how
        for how, value in later.items()
        if how.startswith("a new") and contract.schemas.fits(operation.request.schema, value)
    ]
    assert plain == []
