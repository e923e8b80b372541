"""Tests whether the script for a finding reproduces it: on a fresh stand-in with the fault, but not on one without.

    python tests/faults/reproducing.py [--ec-edition EDITION] [--only PATTERN] [--every N] [--all] [--show] [-n WORKERS]

The script runs in a real shell with the real curl, and as PowerShell in the interpreter of tests/support. A recorder
forwards its requests, so that they can be judged again.
The faults of reproduced.json are tried, or with --all those of known.json: a script only repeats the exchanges of its
finding, so it cannot reproduce a finding that something did not arrive in time.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httptools
import pytest
from forks import in_forks
from trial import Trial, Watch, run_tests, warm_up

from ecsuite import asgi, editions
from ecsuite.checks import CHECKS, Checker
from ecsuite.contract import Contract
from ecsuite.findings.breach import Breach
from ecsuite.findings.datum import NOTHING, datum
from ecsuite.findings.finding import Finding
from ecsuite.http import httpx
from ecsuite.json_paths import at_path, leaves, texts_in
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.messages.media import json_or_none
from ecsuite.messages.redact import mask_value
from ecsuite.plugin.session import run_of
from ecsuite.report.text import columns
from ecsuite.reproduce.script import Scripts, scripts_for
from ecsuite.reproduce.slice import Plan, plan
from ecsuite.standin import StandIn, serving
from ecsuite.standin.faults import Fault, find_fault
from ecsuite.webhook.http import receiving
from ecsuite.webhook.signature import is_signed

OF_ONE_EXCHANGE = {check.promise.id for check in CHECKS}
NUMBERS = re.compile(r'(?<="requestDurationMs": )\d+|(?<="responseStatusCode": )\d+|(?<="sparkSignature": )"[^"]*"')
LENGTH_OF_UUID = 36
SECRET = "a-secret-of-the-test-itself"
TIME_LIMIT = 100
HERE = Path(__file__).parent
SECTION = re.compile(rb"^--- ([^\n]*)\n", re.MULTILINE)
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)?")
IDS = re.compile(r"https?://127\.0\.0\.1:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Subject:
    """A fault, the test that finds it, and whether the PowerShell script is run as well."""

    edition: str
    fault: str
    test: str
    has_powershell: bool = True


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The outcome of running a script.

    Attributes:
        script: the script; empty if the test found nothing.
        said: what is wrong; empty if nothing is.
    """

    subject: Subject
    script: str
    said: str
    output: str = ""


class Scripted(Watch):
    """A pytest plugin that keeps the first finding that names the fault, with its scripts."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial)
        self.finding: Finding | None = None
        self.scripts = Scripts()
        self.plan = Plan((), None, None, 0, (), {})
        self.secrets: frozenset[str] = frozenset()

    @pytest.hookimpl(optionalhook=True)
    def pytest_ec_findings(self, item: pytest.Item, findings: tuple[Finding, ...]) -> None:
        """Keep the finding unchanged, with its exchanges."""
        run = run_of(item)
        for finding in findings:
            if run and self.finding is None and self._fits(finding):
                self.finding, self.scripts = finding, scripts_for(finding, run.transcript)
                self.plan = plan(finding, run.transcript)
                self.secrets = run.redactor.secrets
        super().pytest_ec_findings(item, findings)


def reproduce(subject: Subject) -> Reproduction:
    """Find a fault, and run the scripts of the finding."""
    fault = find_fault(subject.edition, subject.fault)
    trial = Trial(subject.edition, fault, tests=(subject.test,))
    watch = Scripted(trial)
    code, said = run_tests(trial, trial.tests, watch)
    if watch.finding is None:
        return Reproduction(subject, "", f"not found: exit code {code}: {said}")
    output = ""
    for language, script in watch.scripts._asdict().items():
        if language != "sh" and not subject.has_powershell:
            continue
        if leaked := [secret for secret in watch.secrets if secret in script]:
            return Reproduction(subject, script, f"{language}: {len(leaked)} secrets in the script")
        for plant in (fault.plant, None):
            with serving(subject.edition, plant=plant) as standin:
                ran = run_script(script, standin, subject.edition, language)
            output += ran.output
            if said := ran.wrong(watch.finding, watch.plan, subject.edition, has_fault=plant is not None, fault=fault):
                return Reproduction(subject, script, f"{language}: {said}", output)
    return Reproduction(subject, watch.scripts.sh, "", output)


@dataclass(frozen=True, slots=True)
class Ran:
    """A script that has run.

    Attributes:
        exchanges: its exchanges, in order.
        shown: the responses that it printed, each with its heading.
        deliveries: deliveries to the webhooks during the run.
        left: entities that lists show after the run, but did not show before.
    """

    script: str
    code: int
    output: str
    base_url: str
    token_url: str
    exchanges: Sequence[Exchange]
    shown: Sequence[tuple[str, Response]]
    deliveries: Sequence[Exchange]
    left: Sequence[str] = field(default=())

    def wrong(self, finding: Finding, plan: Plan, edition: str, *, has_fault: bool, fault: Fault) -> str:
        """What is wrong with the run; empty if nothing is."""
        if self.code != 0 and has_fault:
            return f"exit code {self.code}"
        if self.left and must_leave_nothing(fault, has_fault=has_fault):
            return f"left behind: {', '.join(self.left)}"
        shows = self.shows(finding, plan, editions.contract(edition))
        if shows != has_fault:
            return "does not show it" if has_fault else "shows it without the fault, too"
        return ""

    def shows(self, finding: Finding, plan: Plan, contract: Contract) -> bool:
        """Whether the run reproduces the finding."""
        checker = Checker(contract, self.base_url, self.token_url)
        assert finding.blamed
        is_call = urlsplit(finding.blamed.request.url).path.startswith(contract.base_path())
        if (
            not (is_call or finding.operation)
            or finding.operation in contract.deliveries
            or finding.breach.at.part == "delivery"
        ):
            return self._delivers(finding, checker)
        blamed = self._shown("")
        if finding.promise in OF_ONE_EXCHANGE and not finding.breach.seen_by:
            assert finding.blamed
            request = replace(blamed.request, expectation=finding.blamed.request.expectation)
            again = checker.check(replace(blamed, request=request)).findings
            return any(_alike(each, finding) for each in again)
        seen = self._shown("afterwards: ") if finding.evidence else blamed
        recorded = (plan.evidence or plan.blamed).exchange if plan.blamed else finding.blamed
        sent = "\n".join(line for line in self.script.splitlines() if not line.startswith("#"))
        known = Known(sent, ids_now(plan, self.exchanges), ordered=finding.promise == "list-order")
        pages = [response for head, response in self.shown if head.startswith("next page: ")]
        return sees(
            finding.breach,
            _whole_list(recorded.response, [step.exchange.response for step in plan.pages]),
            _whole_list(seen.response, pages),
            known,
        )

    def _shown(self, prefix: str) -> Exchange:
        """The exchange whose response was printed last under a heading with this prefix."""
        headings = [(head.removeprefix(prefix), response) for head, response in self.shown if head.startswith(prefix)]
        if not prefix:
            headings = [
                each for each in headings if not each[0].startswith(("before: ", "afterwards: ", "next page: "))
            ]
        head, response = headings[-1]
        method, _, path = head.partition(" ")
        alike = [each for each in self.exchanges if each.response.headers == response.headers]
        same = [each.request for each in alike if _kind(each.request.method, each.request.url) == _kind(method, path)]
        return Exchange((same or [Request("", self.base_url)])[0], response)

    def _delivers(self, finding: Finding, checker: Checker) -> bool:
        breach = finding.breach
        if breach.kind in {"absent", "count"} and breach.at.part == "delivery":
            count, wanted = len(self.deliveries), breach.expected.value if breach.kind == "count" else 1
            return count != wanted
        (operation,) = checker.contract.deliveries.values()
        for delivery in self.deliveries:
            again = checker.check_delivery(operation, delivery).findings
            if any(_alike(each, finding) for each in again):
                return True
            if breach.kind == "unsigned":
                given = delivery.request.headers.get(breach.at.name)
                if given and not is_signed(SECRET, delivery.request.body, given):
                    return True
            elif breach.at.part == "request-body":
                value = at_path(json_or_none(delivery.request.body), breach.at.path, NOTHING)
                if datum(value) == breach.actual if value is not NOTHING else breach.actual.type == "missing":
                    return True
        return False


def _alike(one: Finding, two: Finding) -> bool:
    """Whether two findings are equal apart from the actual values."""

    def key(finding: Finding) -> tuple[Any, ...]:
        breach = finding.breach
        return (finding.promise, finding.operation, finding.method, finding.status, breach.kind, breach.at, breach.case)

    return key(one) == key(two)


@dataclass(frozen=True, slots=True)
class Known:
    """How values of the original run correspond to values of the script's run.

    Attributes:
        script: the script that sent the requests.
        now: maps ids that the server chose in the original run to those that it chose for the script.
        ordered: whether the order of lists matters.
    """

    script: str
    now: Mapping[str, str]
    ordered: bool

    def normal(self, value: Any) -> str:
        """A JSON value as text, with times and unknown ids masked."""
        text = "nothing" if value is NOTHING else json.dumps(self._sorted(mask_value(value)), sort_keys=True)
        return NUMBERS.sub("*", IDS.sub(self._hidden, text))

    def then(self, value: Any) -> str:
        """The same for a value of the original run, with its ids replaced by the new ones."""
        text = self.normal(value)
        for old, new in self.now.items():
            text = text.replace(json.dumps(old), json.dumps(new))
        return text

    def _hidden(self, match: re.Match[str]) -> str:
        known = match[0] in self.script or match[0] in self.now or match[0] in self.now.values()
        return match[0] if known and len(match[0]) == LENGTH_OF_UUID else "*"

    def _sorted(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._sorted(item) for name, item in value.items()}
        if not isinstance(value, list):
            return value
        items = [self._sorted(item) for item in value]
        return items if self.ordered else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def sees(breach: Breach, recorded: Response, now: Response, known: Known) -> bool:
    """Whether a response reveals the same breach as a recorded one."""
    at, was, value = breach.at, json_or_none(recorded.body), json_or_none(now.body)
    if now.status != recorded.status:
        return False
    if at.part == "header":
        return now.headers.get(at.name) == recorded.headers.get(at.name)
    if at.part == "body" and at.path:
        return _sees_member(breach, was, value, known)
    named = breach.expected if breach.kind in {"absent", "duplicate", "lost"} else breach.actual
    if at.part == "list" and named.type == "string":
        wanted = json.dumps(known.now.get(named.value, named.value))
        return known.normal(value).count(wanted) == known.then(was).count(wanted)
    if at.part == "list" and breach.kind == "extra":
        return all(text.encode() in now.body for _, text in texts_in(breach.actual.value) if text in known.script)
    return at.part == "status" or known.normal(value) == known.then(was)


def _sees_member(breach: Breach, was: Any, value: Any, known: Known) -> bool:
    earlier, seen = (at_path(each, breach.at.path, NOTHING) for each in (was, value))
    if breach.actual.type == "missing":
        return seen is NOTHING
    if breach.actual.type == "string" and TIME.fullmatch(breach.actual.value):
        return seen == breach.actual.value
    # A path that exists in the recorded response leads to the member; otherwise compare the whole values.
    return known.normal(value if earlier is NOTHING else seen) == known.then(was if earlier is NOTHING else earlier)


def _whole_list(first: Response, pages: Sequence[Response]) -> Response:
    """The first page of a list, combined with the bodies of the following pages."""
    bodies = [json_or_none(each.body) for each in (first, *pages)]
    return replace(first, body=json.dumps(bodies).encode()) if pages else first


def ids_now(plan: Plan, exchanges: Sequence[Exchange]) -> dict[str, str]:
    """Map ids that a server chose in the original run to those that it chose for the script."""
    found: dict[str, str] = {}
    for value, step in plan.chosen.items():
        own = _kind_of(step.exchange)
        rank = [each for each in plan.steps if _kind_of(each.exchange) == own].index(step)
        same = [each for each in exchanges if _kind_of(each) == own]
        path = next((path for path, leaf in leaves(step.values.response) if leaf == value), ())
        if rank < len(same) and isinstance(new := at_path(json_or_none(same[rank].response.body), path), str):
            found[value] = new
    return found


def _kind(method: str, url: str) -> tuple[str, str]:
    """Method and path of a call, with ids replaced."""
    path = urlsplit(url).path
    return method, re.sub(r"/[^/]*\d[^/]*(?=/|$)", "/*", path.rpartition("/v1/")[2] or path).strip("/")


def _kind_of(exchange: Exchange) -> tuple[str, str]:
    return _kind(exchange.request.method, exchange.request.url)


def must_leave_nothing(fault: Fault, *, has_fault: bool) -> bool:
    """Whether a leftover is an error; a server that does not delete, or creates what it rejects, has leftovers."""
    return not has_fault or fault.promise.id not in {"deleted-is-gone", "refused-changes-nothing"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ec-edition", metavar="EDITION", help="of the faults (default: all)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="the names of the faults")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one in N of the faults (default: each)")
    parser.add_argument("--all", action="store_true", help="all faults of known.json")
    parser.add_argument("--show", action="store_true", help="print each script, and what it printed")
    parser.add_argument("--powershell", type=int, default=1, metavar="N", help="as PowerShell, too: one in N of them")
    parser.add_argument("-n", type=int, default=os.cpu_count() or 1, help="how many at once (default: one a core)")
    options = parser.parse_args()

    table = json.loads((HERE / ("known.json" if options.all else "reproduced.json")).read_text(encoding="utf-8"))
    subjects = [
        Subject(edition, fault, test, has_powershell=number % options.powershell == 0)
        for edition, tests in table.items()
        for number, (fault, test) in enumerate([*tests.items()][:: options.every])
        if options.ec_edition in {None, edition} and fnmatchcase(fault, options.only)
    ]
    for edition in dict.fromkeys(subject.edition for subject in subjects):
        warm_up(edition)
    rows, bad = [], 0
    for subject, result in in_forks(reproduce, subjects, at_once=options.n, seconds=TIME_LIMIT):
        said = result.said if result else "it died, or had no end"
        bad += bool(said)
        rows.append((subject.edition, subject.fault, said or "shown again"))
        if options.show and result:
            print(result.script, result.output, sep="\n")
    print(columns(("edition", "fault", "script"), sorted(rows)), f"\n\n{len(rows) - bad} of {len(rows)} shown again")
    return 1 if bad else 0


# Running


def command_for(script: str, language: str, folder: Path) -> list[str | Path]:
    """The command that runs a script of a language."""
    if language == "sh":
        return ["sh", "-c", script, "1.sh"]
    file = folder / "1.ps1"
    file.write_text(script, encoding="ascii")
    return [sys.executable, HERE.parent / "support" / "powershell.py", file]


def run_script(script: str, standin: StandIn, edition: str, language: str) -> Ran:
    """Run a script against a new stand-in."""
    with recording(standin) as recorder, receiving() as receiver, tempfile.TemporaryDirectory() as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EC_")},
            **standin.environment(),
            "EC_BASE_URL": recorder.there(standin.base_url),
            "EC_TOKEN_URL": recorder.there(standin.token_url),
            "EC_WEBHOOK_PUBLIC_URL": receiver.address,
            "EC_WEBHOOK_SECRET": SECRET,
            "no_proxy": "*",
        }
        before = listed(standin, edition)
        ran = subprocess.run(
            command_for(script, language, Path(folder)),
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=TIME_LIMIT,
        )
        left = [name for name, items in listed(standin, edition).items() if items != before.get(name)]
        output = (ran.stdout + ran.stderr).decode(errors="replace")
        return Ran(
            script,
            ran.returncode,
            output,
            environment["EC_BASE_URL"],
            environment["EC_TOKEN_URL"],
            recorder.exchanges(),
            list(shown_in(ran.stdout)),
            receiver.received(),
            left,
        )


def listed(standin: StandIn, edition: str) -> dict[str, Any]:
    """Deletable entities in all lists, for each partner."""
    contract, found = editions.contract(edition), {}
    listers = {
        each.lister.path
        for each in contract.entity_types
        if each.lister and each.deleter and "{" not in each.lister.path
    }
    for index, partner in enumerate((standin.credentials, standin.other)):
        form = {"grant_type": "client_credentials", "client_id": partner.client_id}
        with httpx.Client(trust_env=False) as http:
            answer = json_or_none(
                http.post(standin.token_url, data={**form, "client_secret": partner.client_secret}).content
            )
            token = answer.get("access_token") if isinstance(answer, dict) else None
            for path in sorted(listers):
                with suppress(httpx.HTTPError):
                    response = http.get(standin.base_url + path, headers={"Authorization": f"Bearer {token}"})
                    found[f"{path} of partner {index + 1}"] = normal_list(json_or_none(response.content))
    return found


def normal_list(value: Any) -> Any:
    """Lengths of the lists in a response."""
    lists = [value] if isinstance(value, list) else [item for item in (value or {}).values() if isinstance(item, list)]
    return [len(each) for each in lists]


def shown_in(output: bytes) -> Iterator[tuple[str, Response]]:
    """Yield the responses that a script printed, each with its heading."""
    pieces = SECTION.split(output)[1:]
    for head, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield head.decode(), response_of(text)


def response_of(text: bytes) -> Response:
    """Parse the text of a response."""
    # A shell strips line ends from the output of a command, and the script's printf adds one.
    head, _, body = text.partition(b"\r\n\r\n") if b"\r\n\r\n" in text else (text.rstrip(b"\r\n"), b"", b"")
    body = body.rstrip(b"\n")
    lines = head.decode("latin-1").split("\r\n")
    status = lines[0].split(" ")[1] if lines[0].startswith("HTTP/") else "0"
    fields = [line.partition(": ")[::2] for line in lines[1:]]
    return Response(int(status), Headers.of(fields), body)


class Recorder:
    """A proxy that forwards bytes, and records each connection; curl uses a connection for a single call."""

    def __init__(self, listener: socket.socket, upstream: tuple[str, int]) -> None:
        self._listener = listener
        self._upstream = upstream
        self._kept: list[tuple[bytearray, bytearray]] = []
        self._threads: list[threading.Thread] = []

    def there(self, url: str) -> str:
        """The URL at which a URL of the server is reached through the recorder."""
        return asgi.origin(self._listener) + urlsplit(url).path

    def accept(self) -> None:
        """Accept connections until the socket is closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            sent, answered = bytearray(), bytearray()
            self._kept.append((sent, answered))
            server = socket.create_connection(self._upstream)
            for source, sink, kept in ((client, server, sent), (server, client, answered)):
                thread = threading.Thread(target=_pump, args=(source, sink, kept), daemon=True)
                thread.start()
                self._threads.append(thread)

    def exchanges(self) -> list[Exchange]:
        """All exchanges so far."""
        for thread in self._threads:
            thread.join(TIME_LIMIT)
        origin = asgi.origin(self._listener)
        return [Exchange(_request(bytes(sent), origin), response_of(_whole(bytes(got)))) for sent, got in self._kept]


def _pump(source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
    try:
        while data := source.recv(65536):
            kept += data
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _request(sent: bytes, origin: str) -> Request:
    """Parse the bytes of a request."""

    class Kept:
        def __init__(self) -> None:
            self.url, self.headers, self.body = b"", [], bytearray()

        def on_url(self, url: bytes) -> None:
            self.url += url

        def on_header(self, name: bytes, value: bytes) -> None:
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

        def on_body(self, body: bytes) -> None:
            self.body += body

    kept = Kept()
    parser = httptools.HttpRequestParser(kept)
    parser.feed_data(sent)
    return Request(
        parser.get_method().decode(), origin + kept.url.decode("latin-1"), Headers.of(kept.headers), bytes(kept.body)
    )


def _whole(answered: bytes) -> bytes:
    """Decode a chunked response."""
    head, mark, body = answered.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return answered
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        count = int(size or b"0", 16)
        whole, body = whole + rest[:count], rest[count + 2 :] if count else b""
    return head + mark + whole


@contextmanager
def recording(standin: StandIn) -> Iterator[Recorder]:
    """Run a recorder in front of a stand-in."""
    address = urlsplit(standin.base_url)
    with closing(asgi.listen(asgi.LOOPBACK, 0)) as listener:
        recorder = Recorder(listener, (address.hostname or "", address.port or 0))
        thread = threading.Thread(target=recorder.accept, daemon=True)
        thread.start()
        try:
            yield recorder
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(TIME_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
