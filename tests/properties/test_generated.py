"""Cases that schemathesis makes up from the contract: bodies, ids, and sequences of calls along its links.

They are sent by ecsuite's own client, so every check of ecsuite runs on every case, and schemathesis' own checks beside
them. Where nothing is published about a case, anything below 500 will do; what the contract refuses must be refused.
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
# Stands in every id that this process makes up, behind so many characters of it.
OWN = str(uuid4())
LONGEST = 20
GENERATED = Promise("generated-cases", "generated cases")
SEQUENCES = Promise("generated-sequences", "generated sequences")
# What ecsuite's checks found in the response to a case, by the id of the case, until schemathesis asks for it.
FOUND = {}
ANYTHING = unspecified("a generated request")
REFUSAL = Expectation("generated", frozenset({400, 404}), BREAKS_CONTRACT)
SHAPES = [content_type_conformance, response_schema_conformance, response_headers_conformance]

# Times of a generation or two, with their offsets: what a server makes of the year 1 tells nothing of the API.
TIMES = strategies.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001  the strategy wants it so
    max_value=datetime(2089, 12, 31),  # noqa: DTZ001
    timezones=strategies.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))]),
)
schemathesis.openapi.format("date-time", TIMES.map(datetime.isoformat))


@schemathesis.check
def ecsuite_finds_nothing(ctx, response, case) -> None:
    """The findings of ecsuite's checks as a failure of schemathesis; they came with the response."""
    # What is no error is no reason to stop; it is told at the end of the test.
    findings = failing(FOUND.pop(case.id, ()), strict=False)
    assert not findings, findings_text(findings)


@cache
def schema(edition, mode="all"):
    """The contract as schemathesis reads it; `positive` for legal requests alone."""
    config = schemathesis.Config.from_dict({"generation": {"mode": mode}})
    # It writes into the document, which is the one that judges.
    return schemathesis.openapi.from_dict(deepcopy(editions.contract(edition).source.document), config=config)


def send(world, deviations, operation, case, values):
    """Sends a case by ecsuite's client, and checks the response in both ways, unless it has what is accepted."""
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
        # a lone surrogate can be in a list, by a test that sent one; schemathesis would go on with it, and cannot.
        checked.content = json.dumps(require_json(answer)).encode()
    if any(map(deviations.accepting, checked_of(answer).result.findings)):
        # What else is wrong with it ecsuite's checks have said.
        new = world.api.journal.findings[known:]
        FOUND[case.id] = [finding for finding in new if not deviations.accepting(finding)]
        case.validate_response(checked, checks=[ecsuite_finds_nothing])
        return checked
    FOUND[case.id] = world.api.journal.findings[known:]
    # No body where one may be missing is ecsuite's to judge: schemathesis takes it for JSON that is cut off.
    documented = str(answer.status_code) in operation.responses and answer.is_success and answer.content
    case.validate_response(checked, checks=[not_a_server_error, ecsuite_finds_nothing, *(SHAPES if documented else [])])
    return checked


@contextmanager
def unanswered_is_not_checked(world):
    """A case that had no answer of the API's says nothing; hypothesis would take it for a failure, and try it again."""
    try:
        yield
    except (CouldNotTell, NotPassedOn, OthersOwn, Undeletable) as error:
        world.verify.not_checked(GENERATED, str(error))


@contextmanager
def flaky_is_not_checked(world):
    """What hypothesis takes for unreliable results says that responses were lost, or others were at work meanwhile.

    What ecsuite's checks have found is in the journal all the same.
    """
    try:
        yield
    except hypothesis.errors.Flaky:
        why = "the service was unsteady" if world.api.journal.tally.unsteady else "the same call had another response"
        world.verify.not_checked(GENERATED, f"hypothesis gave up, for {why}")


def expectation(world, operation, case):
    """A body that the contract refuses must be refused; about anything else there is nothing to expect."""
    if operation.request is None or case.media_type != "application/json":
        return ANYTHING
    wrong = world.contract.schemas.violations(operation.body_schema, without_nulls(case.body))
    return REFUSAL if wrong else ANYTHING


def without_nulls(value):
    """A body as a server reads it that takes null for what is left out: what is required is missing then."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def sendable(case):
    """Whether a case is one that JSON can carry."""
    try:
        str(case.body).encode()
    except UnicodeEncodeError:
        return False
    return True


def with_own_ids(contract, operation, body):
    """A body with other ids where its own may be somebody else's, or could never be deleted: hardly a generated id is not.

    Workers make up the same cases, and take ids out of lists and examples, so each has ids of its own. What fits the
    contract fits it afterwards, too.
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
    """Whether an id stands at a place of a body."""
    return bool(at) and str(at[-1]).endswith("Id")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["positive", "negative"])
@pytest.mark.operations(select=lambda _, operation: operation.security and operation.request)
def test_generated_body(operation, mode, world, edition, generated, deviations):
    """Whatever the body: no server error, no 2xx for what the contract refuses, and answers of the right shape."""
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
    """Whatever the ids in the path: no server error, and answers of the right shape."""
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
    """The operations on a entity type, and what makes its parents."""
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
    """Sequences of calls along the links of the contract: what was made is used, changed, deleted and used again."""
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
            # There is nothing to go on from.
            return hypothesis.reject()

        def validate_response(self, response, case, additional_checks=None, **_):
            """Checked when it was sent."""

        def teardown(self):
            world.api.clean_up()

    hypothesis.seed(SEED)(Sequences.TestCase)
    Sequences.TestCase.settings = hypothesis.settings(generated, stateful_step_count=10)
    with flaky_is_not_checked(world):
        try:
            Sequences.TestCase().runTest()
        except hypothesis.errors.FlakyStrategyDefinition:
            # Sequences go on from ids that the server chooses, again each time; what was found is in the journal.
            world.verify.not_checked(SEQUENCES, "hypothesis gave up, for a live server answers with fresh ids")
