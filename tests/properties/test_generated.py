"""Cases that schemathesis generates from the contract: bodies, ids, and sequences of calls along its links.

ecsuite's client sends them, so every check of ecsuite judges every case, as well as schemathesis' own checks. If the
response to a case is unspecified, any status below 500 is accepted; what the contract forbids must be rejected.
"""

import json
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from uuid import uuid4

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

from ecsuite import editions
from ecsuite.client import checked_of, fill, is_findable
from ecsuite.contract import parameters
from ecsuite.errors import CouldNotTell, NotPassedOn, OthersOwn, Undeletable
from ecsuite.json_paths import leaves, replaced
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import Promise
from ecsuite.report.findings import findings_text
from ecsuite.results.severity import failing
from ecsuite.rules.entity import path_below
from ecsuite.rules.inputs import BREAKS_CONTRACT, unspecified
from ecsuite.rules.reading import require_json

pytestmark = pytest.mark.spec
SEED = 20231024
# Part of every generated id, after up to `LONGEST` characters of the original.
OWN = str(uuid4())
LONGEST = 20
GENERATED = Promise("generated-cases", "generated cases")
SEQUENCES = Promise("generated-sequences", "generated sequences")
# Findings of ecsuite's checks for each case, by case id, until schemathesis asks for them.
FOUND = {}
ANYTHING = unspecified("a generated request")
REFUSAL = Expectation("generated", frozenset({400, 404}), BREAKS_CONTRACT)
SHAPES = [content_type_conformance, response_schema_conformance, response_headers_conformance]

# Times of recent decades with offsets. How a server handles the year 1 says nothing about the API.
TIMES = strategies.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001  required by the strategy
    max_value=datetime(2089, 12, 31),  # noqa: DTZ001
    timezones=strategies.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))]),
)
schemathesis.openapi.format("date-time", TIMES.map(datetime.isoformat))


@schemathesis.check
def ecsuite_finds_nothing(ctx, response, case) -> None:
    """Report the findings of ecsuite's checks, recorded for the response, as a failure of schemathesis."""
    # Warnings do not stop the test; they are reported at its end.
    findings = failing(FOUND.pop(case.id, ()), strict=False)
    assert not findings, findings_text(findings)


@cache
def schema(edition, mode="all"):
    """The contract as schemathesis loads it; with the mode `positive`, only valid requests are generated."""
    config = schemathesis.Config.from_dict({"generation": {"mode": mode}})
    # A copy, because schemathesis changes the document, and ecsuite's checks use it.
    return schemathesis.openapi.from_dict(deepcopy(editions.contract(edition).source.document), config=config)


def send(world, deviations, operation, case, values):
    """Send a case with ecsuite's client and check the response; accepted deviations are not reported again."""
    known = len(world.api.journal.findings)
    case.body = with_own_ids(world.contract, operation, case.body)
    kwargs = case.as_transport_kwargs(base_url=world.api.target.base_url)
    path = path_below(operation) if values is None else fill(operation, values)
    body = {name: kwargs[name] for name in ("json", "data") if kwargs.get(name) is not None}
    if "data" in body:
        body = {"content": body["data"] if isinstance(body["data"], bytes | str) else str(body["data"]).encode()}
    headers = {"Content-Type": case.media_type} if case.media_type and "content" in body else {}
    answer = world.api.request(
        operation.method, path, expect=expectation(world, operation, case), strict=False, headers=headers, **body
    )
    checked = Response.from_httpx(answer, verify=True)
    if b"\\ud" in answer.content.lower():
        # A lone surrogate from another test can be in a list; schemathesis cannot use it in later calls.
        checked.content = json.dumps(require_json(answer)).encode()
    if any(map(deviations.accepting, checked_of(answer).result.findings)):
        # ecsuite's checks have reported everything else that is wrong with the response.
        new = world.api.journal.findings[known:]
        FOUND[case.id] = [finding for finding in new if not deviations.accepting(finding)]
        case.validate_response(checked, checks=[ecsuite_finds_nothing])
        return checked
    FOUND[case.id] = world.api.journal.findings[known:]
    # Schemathesis would report a missing body as invalid JSON; whether it may be missing is checked by ecsuite.
    documented = str(answer.status_code) in operation.responses and answer.is_success and answer.content
    case.validate_response(checked, checks=[not_a_server_error, ecsuite_finds_nothing, *(SHAPES if documented else [])])
    return checked


@contextmanager
def unanswered_is_not_checked(world):
    """Record a case without a response as not checked; hypothesis would treat it as a failure, and repeat it."""
    try:
        yield
    except (CouldNotTell, NotPassedOn, OthersOwn, Undeletable) as error:
        world.verify.not_checked(GENERATED, str(error))


@contextmanager
def flaky_is_not_checked(world):
    """Record inconsistent results as not checked, because they come from lost responses or concurrent users.

    Findings of ecsuite's checks are in the journal in any case.
    """
    try:
        yield
    except hypothesis.errors.Flaky:
        why = "the service was unsteady" if world.api.journal.tally.unsteady else "the same call had another response"
        world.verify.not_checked(GENERATED, f"hypothesis gave up, for {why}")


def expectation(world, operation, case):
    """Expect the rejection of a body that the contract forbids; the response to any other case is unspecified."""
    if operation.request is None or case.media_type != "application/json":
        return ANYTHING
    wrong = world.contract.schemas.violations(operation.body_schema, without_nulls(case.body))
    return REFUSAL if wrong else ANYTHING


def without_nulls(value):
    """A body without nulls, as a server reads it that treats null as missing; required members may then be missing."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def sendable(case):
    """Whether a case can be encoded as UTF-8."""
    try:
        str(case.body).encode()
    except UnicodeEncodeError:
        return False
    return True


def with_own_ids(contract, operation, body):
    """Replace ids that could belong to others or could never be deleted, which is true of almost every generated id.

    Workers generate the same cases, and take ids from lists and examples, so each worker needs its own ids. A body that
    matches the contract still matches it afterwards.
    """
    schema = operation.body_schema if operation.request else None
    for at, leaf in list(leaves(body)):
        if isinstance(leaf, str) and is_id(at) and OWN not in leaf:
            kept = "".join(char for char in leaf if is_findable(char))
            findable = replaced(body, at, kept if is_findable(kept) else "x")
            own = replaced(body, at, f"{kept[:LONGEST]}{'-' * bool(kept)}{OWN}")
            is_spoilt = schema and contract.schemas.fits(schema, findable) and not contract.schemas.fits(schema, own)
            body = findable if is_spoilt else own
    return body


def is_id(at):
    """Whether a path in a body leads to an id."""
    return bool(at) and str(at[-1]).endswith("Id")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["positive", "negative"])
@pytest.mark.operations(select=lambda _, operation: operation.security and operation.request)
def test_generated_body(operation, mode, world, edition, generated, deviations):
    """For any body: no 5xx, no 2xx for what the contract forbids, and every response matches the contract."""
    own = schema(edition)[operation.path][operation.method]
    values = world.drafts.ids_at(operation)

    @hypothesis.seed(SEED)
    @generated
    @hypothesis.given(case=own.as_strategy(generation_mode=mode).filter(sendable))
    def sends(case):
        with unanswered_is_not_checked(world):
            send(world, deviations, operation, case, values)

    with flaky_is_not_checked(world):
        sends()


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_generated_id(operation, world, edition, generated, deviations):
    """For any ids in the path: no 5xx, and every response matches the contract."""
    own = schema(edition)[operation.path][operation.method]

    @hypothesis.seed(SEED)
    @generated
    @hypothesis.given(case=own.as_strategy(generation_mode=GenerationMode.POSITIVE).filter(sendable))
    def sends(case):
        ids = {name: str(value) or "x" for name, value in case.path_parameters.items()}
        with unanswered_is_not_checked(world):
            send(world, deviations, operation, case, ids)

    with flaky_is_not_checked(world):
        sends()


def around(entity_type):
    """The operations of an entity type, and those that create its parents."""
    own = [
        each
        for each in (
            entity_type.creator,
            entity_type.reader,
            entity_type.lister,
            entity_type.deleter,
            entity_type.replacer,
        )
        if each
    ]
    parent = entity_type.parent
    while parent:
        own.append(parent.creator)
        parent = parent.parent
    return {(operation.method, operation.path): operation for operation in own}


@pytest.mark.entity_types
def test_generated_sequences(entity_type, edition, world, generated, deviations):
    """Sequences of calls along the contract's links create, use, change and delete entities, and use them again."""
    operations = around(entity_type)
    own = schema(edition, "positive").include(
        lambda ctx: (ctx.operation.method.upper(), ctx.operation.path) in operations
    )

    class Sequences(own.as_state_machine()):
        def call(self, case, **_):
            hypothesis.assume(sendable(case))
            values = {name: str(value) or "x" for name, value in case.path_parameters.items()}
            with unanswered_is_not_checked(world):
                return send(world, deviations, operations[case.method.upper(), case.operation.path], case, values)
            # A sequence cannot go on without a response.
            return hypothesis.reject()

        def validate_response(self, response, case, additional_checks=None, **_):
            """Do nothing; `send` has already checked the response."""

        def teardown(self):
            world.api.clean_up()

    hypothesis.seed(SEED)(Sequences.TestCase)
    Sequences.TestCase.settings = hypothesis.settings(generated, stateful_step_count=10)
    with flaky_is_not_checked(world):
        try:
            Sequences.TestCase().runTest()
        except hypothesis.errors.FlakyStrategyDefinition:
            # Sequences use ids that the server chooses anew in each run; findings are in the journal.
            world.verify.not_checked(SEQUENCES, "hypothesis gave up, for a live server answers with fresh ids")
