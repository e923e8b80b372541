"""Several results as one, and what is new beside an older one."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import jsonschema_rs
import pytest
from outcomes import a_found, a_result

from ecsuite.errors import ReportUnusable
from ecsuite.left import Left, Reason
from ecsuite.promises import RESPONSE_BODY
from ecsuite.results import store
from ecsuite.results.entries import Entry
from ecsuite.results.figures import Figures
from ecsuite.results.merge import difference, exit_code, merge
from ecsuite.results.result import Problem, RunResult

GOLDEN = Path(__file__).parent / "golden" / "results-2.json"


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ecsuite", "report", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_cause_of_several_results_is_told_once():
    """Each cause once, with the responses, operations and tests of all; figures and coverage are added."""
    one = a_result(a_found(), name="test_a", calls=2)
    other = a_result(a_found(), a_found("capacity"), name="test_b")

    whole = merge([one, other])

    assert [(cause.responses, cause.tests) for cause in whole.causes] == [(2, ("test_a", "test_b")), (1, ("test_b",))]
    assert [finding.cause for finding in whole.findings] == [1, 1, 2]
    assert (whole.figures.calls, whole.figures.tests) == (3, {"failed": 2})
    assert whole.coverage.share == one.coverage.share
    assert [test.name for test in whole.tests] == ["test_a", "test_b"]
    assert set(whole.files) == {"1.sh", "2.sh"}
    assert merge([one]) is one


def test_tracebacks_of_several_results_keep_apart():
    """Two results have a crash-1.txt each, of another problem."""
    problems = [Problem("crash", name, ("t",), "crash-1.txt") for name in ("KeyError", "OSError")]
    results = [replace(a_result(), problems=(each,), files={"crash-1.txt": each.text}) for each in problems]

    whole = merge(results)

    assert {whole.files[problem.file]: problem.text for problem in whole.problems} == {
        "KeyError": "KeyError",
        "OSError": "OSError",
    }


@pytest.mark.parametrize(
    ("codes", "one"), [((0, 0), 0), ((0, 6), 6), ((6, 1), 1), ((1, 3), 3), ((3, 2), 2), ((5, 0), 0), ((0, 4, 6), 4)]
)
def test_exit_code_is_the_worst(codes, one):
    """Interrupted counts for more than a fault of ecsuite's, that for more than a broken promise, and so on."""
    assert exit_code(codes) == one


def test_what_the_stand_in_alone_has_shown_is_told():
    """Of a run against the stand-in and a live one together, it is known what no live server has shown."""
    live, local = a_result(calls=0), a_result()
    local = replace(local, run=replace(local.run, settings={**local.run.settings, "target": "local"}))

    assert merge([live, local]).coverage.stand_in_only == local.coverage.seen()
    assert "2023-10 getUser: statuses 200" in local.coverage.seen()
    assert merge([a_result(), local]).coverage.stand_in_only == ()
    assert merge([local, local]).coverage.stand_in_only == ()


def test_what_is_left_and_could_not_be_told_is_added():
    """What several results have left stands there once; why tests could not tell is counted over all."""
    one = replace(a_result(), left=(Left("https://x/1", "refused"),), inconclusive={"no answer": 1})
    other = replace(one, left=(Left("https://x/2", "unreached"), *one.left), inconclusive={"no answer": 2, "late": 1})

    whole = merge([one, other])

    assert [each.address for each in whole.left] == ["https://x/1", "https://x/2"]
    assert whole.inconclusive == {"no answer": 3, "late": 1}


def with_least(result: RunResult, percent: float) -> RunResult:
    """A result that failed, for it had seen less than so many percent."""
    settings = {**result.run.settings, "coverage_min": percent}
    return replace(result, run=replace(result.run, settings=settings, exit_code=1))


def test_coverage_of_a_part_does_not_fail_the_whole():
    """What each of several runs has not seen, all of them may have; a broken promise fails them all the same."""
    part, share = a_result(), a_result().coverage.share.percent

    assert merge([with_least(part, share), with_least(part, share)]).run.exit_code == 0
    assert merge([with_least(part, share), with_least(part, share + 1)]).run.exit_code == 1
    assert merge([with_least(part, share), with_least(a_result(a_found()), share)]).run.exit_code == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"left": (Left("https://x/1", "refused"),)}, 1),
        ({"left": (Left("https://x/1", "unreached"),)}, 6),
        ({"left": (Left("https://x/1", "kept"),)}, 0),
        ({"figures": Figures(tests={"inconclusive": 1})}, 6),
        ({"figures": Figures(tests={"failed": 1})}, 1),
        # Found before the first test.
        ({"causes": a_result(a_found()).causes}, 1),
    ],
)
def test_what_fails_beside_coverage_fails_the_whole(changes, code):
    """Where coverage is enough for all together, the code is that of whatever else was wrong with a part."""
    part, share = a_result(), a_result().coverage.share.percent

    assert merge([part, with_least(replace(part, **changes), share)]).run.exit_code == code


def test_settings_that_differ_are_both_told():
    """A merged result says of which runs it is."""
    other = a_result()
    other = replace(other, run=replace(other.run, settings={"target": "local", "editions": ["2026-01"]}))

    assert merge([a_result(), other]).run.settings == {
        "target": "live, local",
        "editions": ["2023-10", "2026-01"],
        "strict": False,
    }


def test_new_gone_and_as_before():
    """Causes are the same by promise, operation, kind and place; how often they were seen does not matter."""
    old = a_result(a_found("year"), a_found("capacity"))
    new = a_result(a_found("year"), replace(a_found("year"), responses=5), a_found("model"))

    found = difference(new, old)

    assert str(found) == "1 new, 1 gone, 1 as before"
    assert [cause.first.anchor[-1] for cause in (*found.new, *found.gone, *found.same)] == ["model", "capacity", "year"]


@pytest.mark.parametrize("change", [{"operation": "listVehicles"}, {"promise": "round-trip"}])
def test_other_operation_or_promise_is_new(change):
    """What another operation shows, or another promise says, was not there before."""
    assert str(difference(a_result(a_found(**change)), a_result(a_found()))) == "1 new, 1 gone, 0 as before"


def test_command_renders_merges_and_compares(tmp_path):
    """The same bytes again, one verdict of several, what is new, and the exit code of the worst run."""
    store.write(tmp_path / "old", a_result())
    store.write(tmp_path / "new", a_result(a_found()))

    once, first = command(tmp_path / "new"), (tmp_path / "new" / "report.html").read_bytes()
    again, second = (
        command(tmp_path / "new", "--against", tmp_path / "old"),
        (tmp_path / "new" / "report.html").read_bytes(),
    )
    merged = command(tmp_path / "old", tmp_path / "new", "--to", tmp_path / "both")

    assert (once.returncode, first) == (1, second)
    assert again.stdout.splitlines()[1:3] == [
        "1 new, 0 gone, 0 as before",
        f"  new  error    {RESPONSE_BODY.title}: VehicleMetadata /year is a string where an integer is required",
    ]
    assert merged.stdout.splitlines()[0] == "A promise is broken; 1 of 2 tests failed."
    assert {path.name for path in (tmp_path / "both").iterdir()} == {
        "1.sh",
        "junit.xml",
        "report.html",
        "results.json",
        "summary.md",
    }


def test_bad_result_is_one_line(tmp_path):
    """What is missing, of another version, or leads elsewhere is told in a line, with exit code 4."""
    store.write(tmp_path, a_result())
    value = json.loads((tmp_path / store.FILE).read_text())

    for change in ({"schema": 1}, {"format": "x"}, {"tests": 7}, {"files": {"../x.sh": ""}}, {"files": {"a.html": ""}}):
        (tmp_path / store.FILE).write_text(json.dumps(value | change))
        with pytest.raises(ReportUnusable, match=r"^cannot read the result of a run from .*results.json: [^\n]+$"):
            store.read(tmp_path)
    ended = command(tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (4, "", 1)


def strict(schema: object) -> object:
    """A JSON Schema that allows no member that it does not name."""
    if isinstance(schema, dict):
        inner = {name: strict(value) for name, value in schema.items()}
        is_closed = "properties" in schema and schema.get("type") == "object"
        return {"additionalProperties": False} | inner if is_closed else inner
    return [strict(each) for each in schema] if isinstance(schema, list) else schema


def test_schema_describes_what_is_written():
    """Every member that a result has stands in the schema, and every one that the schema requires is there."""
    schema = strict(json.loads(store.schema()))
    schema["properties"]["run"]["properties"]["settings"] = {"type": "object"}
    result = replace(
        a_result(a_found()),
        problems=(Problem("stopped", "why", ("t",)),),
        skipped={"why": 1},
        inconclusive={"why": 1},
        left=(Left("https://api.example/v1/users/1", "refused", "409"),),
        entries=(Entry("expired", "round-trip", "getUser", "2026-01-31", "ecsuite.toml:7"),),
    )

    assert schema["properties"]["left"]["items"]["properties"]["reason"]["enum"] == [*get_args(Reason)]
    assert [*jsonschema_rs.Draft202012Validator(schema).iter_errors(result.to_json())] == []


def test_version_2_stays_as_it_is():
    """A result that was written when version 2 came is read, is written as it was, and fits the schema.

    Where this fails, the version is another one: `SCHEMA` in `ecsuite.results.result`, and a golden file of its own.
    """
    value = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert contains(store.read(GOLDEN).to_json(), value)
    assert [*jsonschema_rs.Draft202012Validator(json.loads(store.schema())).iter_errors(value)] == []


def contains(new: object, old: object) -> bool:
    """Whether a value has all that an older one has; members may have been added."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and contains(new[name], item) for name, item in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(contains, new, old))
    return new == old
