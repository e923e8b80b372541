"""Nothing of a contract is left out: every operation has its tests, every rule applies wherever it can."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.contract import parameters
from ecsuite.standin import serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def collected():
    """The ids of all tests of the API, by module: as pytest collects them for every edition."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--ec-target", "local"]
    folders = ["tests/endpoints", "tests/rules", "tests/webhooks"]
    done = subprocess.run([*command, *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    found = defaultdict(set)
    for line in done.stdout.splitlines():
        name, _, parameter = line.partition("[")
        found[name.rpartition("::")[2]].add(parameter.rstrip("]"))
    return found


def ids(edition, operations):
    return {f"{edition}-{operation.id}" for operation in operations}


@pytest.mark.parametrize("edition", editions.editions())
def test_every_operation_has_its_endpoint_test(collected, edition):
    """Each operation of a contract is called as it is meant to be, with the smallest and the fullest request."""
    contract = editions.contract(edition)
    own = collected["test_smallest_and_fullest_entity_is_made"] | collected["test_operation_answers"]
    token = collected["test_token_works_again_and_again"]

    assert ids(edition, contract.operations.values()) <= own | token


@pytest.mark.parametrize("edition", editions.editions())
def test_every_rule_applies_to_every_operation_it_fits(collected, edition):
    """A rule that is tested is tested everywhere: the tables are drawn from the contract."""
    operations = [operation for operation in editions.contract(edition).operations.values() if operation.security]
    with_body = ids(edition, (operation for operation in operations if operation.request))
    with_id = ids(edition, (operation for operation in operations if parameters(operation)))

    assert ids(edition, operations) <= collected["test_call_without_good_token_is_refused"]
    assert ids(edition, operations) <= collected["test_unusual_headers_break_nothing"]
    assert with_body <= collected["test_wrong_member_is_refused"]
    assert with_body <= collected["test_what_is_no_json_is_refused"]
    assert with_body <= collected["test_unusual_body_breaks_nothing"]
    assert with_id <= collected["test_unknown_id_is_refused"]
    assert with_id <= collected["test_entities_of_another_partner_are_not_there"]
    assert with_id <= collected["test_unusual_id_in_path_breaks_nothing"]


# Success; no token, or a bad one; nobody's id; bad input.
TESTS_OF_ANSWERS = (
    "tests/endpoints",
    "tests/rules/test_authorization.py",
    "tests/rules/test_bad_input.py",
    "tests/rules/test_token.py",
)


@pytest.mark.parametrize("edition", editions.editions())
def test_every_answer_is_asked_for(edition):
    """Against the stand-in, the tables get a success and each documented refusal from every operation."""
    answers = defaultdict(set)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--ec-target",
        "live",
        "--ec-profile",
        "full",
    ]

    def watching(parts):
        def finish(operation, answer):
            answers[operation.id if operation else ""].add(answer.status)
            return answer

        parts.finish = finish

    with serving(edition, plant=watching) as standin:
        subprocess.run(
            [*command, "--ec-edition", edition, *TESTS_OF_ANSWERS],
            cwd=ROOT,
            env=os.environ | standin.environment(),
            capture_output=True,
            check=True,
        )

    for operation in editions.contract(edition).operations.values():
        listed = {int(status) for status in operation.responses}
        assert answers[operation.id] & {200, 201, 204}, operation
        assert 401 in answers[operation.id] or not operation.security or 401 not in listed, operation
        assert 400 in answers[operation.id] or not operation.request or 400 not in listed, operation
        assert 404 in answers[operation.id] or not parameters(operation) or 404 not in listed, operation
