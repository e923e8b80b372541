"""Made-up results of runs, for tests of reports."""

import json
from dataclasses import replace

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.contract import Pointer
from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import datum
from ecsuite.findings.deviation import mark_of
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.journal import Tally
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.promises import RESPONSE_BODY, Promise
from ecsuite.results.collect import Collector
from ecsuite.results.own import Privacy
from ecsuite.results.record import Found, Record
from ecsuite.results.result import RunResult
from ecsuite.results.sample import sample_of
from ecsuite.results.seen import Watch

BASE_URL = "https://api.example/v1"
RULE = ContractPlace(("x",), "contracts/2023-10/openapi.yaml", 1158, "Postman collection 2023-10, Vehicles")


def a_found(member: str = "year", value: object = "2009", **changes: object) -> Found:
    """A finding about a member of a vehicle that should be an integer."""
    vehicle = {"userId": "42", "vehicleId": "7", "metadata": {"brand": "Think", member: value}}
    path = ("metadata", member)
    breach = Breach("type", body(path), datum({"type": "integer"}), datum(value))
    finding = Finding(
        promise=RESPONSE_BODY.id,
        operation="getVehicle",
        method="GET",
        path="/users/{userId}/vehicles/{vehicleId}",
        status=200,
        breach=breach,
        level="spec",
        severity="error",
        rule=RULE,
    )
    request = Request("GET", f"{BASE_URL}/users/42/vehicles/7", Headers.of([("Authorization", "Bearer abc")]))
    headers = Headers.of([("Content-Type", "application/json"), ("Date", "Sun, 29 Nov 2026 08:30:44 GMT")])
    exchange = Exchange(request, Response(200, headers, json.dumps(vehicle).encode()), 0.006)
    sample = sample_of(exchange, path, Privacy(frozenset({"42", "7"})), str, None)
    anchor = ("components", "schemas", "VehicleMetadata", "properties", member)
    return Found(
        replace(finding, **changes), anchor, 1, (f"{member}:", "  type: integer"), sample, script="#!/bin/sh\n"
    )


def found_by(
    promise: Promise, call: str, breach: Breach, anchor: Pointer = (), times: int = 1, **changes: object
) -> Found:
    """A finding about a call, such as `GET /users/{userId}`, that came several times; an error unless changed."""
    method, _, path = call.partition(" ")
    finding = Finding(
        promise=promise.id,
        operation=call,
        method=method,
        path=path,
        status=changes.pop("status", 200),
        breach=breach,
        level="spec",
        severity=changes.pop("severity", "error"),
        rule=RULE,
    )
    return Found(finding, anchor, times, marks=(mark_of(finding),), **changes)


def a_result(
    *found: Found, calls: int = 1, strict: bool = False, name: str = "test_it.py::test_vehicle", **test: object
) -> RunResult:
    """A result with one test, which reads a user `calls` times and has the given findings."""
    collector = Collector({"target": "live", "editions": ["2023-10"], "strict": strict}, strict=strict)
    contract = editions.contract("2023-10")
    checker, watch = (
        Checker(contract, BASE_URL, "https://auth.example/connect/token"),
        Watch(contract, now=lambda: 1000),
    )
    headers = Headers.of([("Authorization", "Bearer abc.DEF-123")])
    answer = Response(200, Headers.of([("Content-Type", "application/json")]), b'{"userId":"42"}')
    tally = Tally()
    for _ in range(calls):
        checked = checker.check(Exchange(Request("GET", f"{BASE_URL}/users/42", headers), answer, 0.004))
        watch(checked)
        tally.exchanges += 1
        tally.observations.update(checked.observations())
    record = Record(tally, found, base_url=BASE_URL, edition="2023-10", scenario="quickstart", seen=watch.seen)
    outcome = "failed" if any(each.finding.severity == "error" for each in found) else "passed"
    collector.add(name, replace(record, **test))
    collector.add_outcome(name, outcome, 0.25)
    collector.tests[outcome] += 1
    collector.exit_code = int(outcome == "failed")
    made = collector.result()
    times = {"started": "2026-11-29T08:30:00Z", "ended": "2026-11-29T08:31:00Z"}
    return replace(made, run=replace(made.run, **times))
