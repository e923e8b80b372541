"""Settings of a live run: read from the environment, told at its start, and unknown where they are not given."""

from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.conditions import DEFAULT_WAIT, SETTINGS, Conditions
from ecsuite.config.reports import require_reports
from ecsuite.errors import NothingThere, UsageError
from ecsuite.rules.world import build_world
from ecsuite.samples import MAY_BE_REJECTED, Samples
from ecsuite.session import open_run
from ecsuite.standin import serving
from ecsuite.webhook.receiver import NoReceiver

README = Path(__file__).parents[2] / "README.md"
AREAS = ((78.22094, 15.61947), (60.5, 5.06))


@pytest.fixture
def run():
    with serving("2026-01") as standin, open_run("2026-01", standin.target()) as opened:
        yield opened


def world_with(run, **env):
    return build_world(run.api, run.ids, run.receiver, conditions=Conditions.read(env))


def test_what_is_given():
    """Each variable has its form; names of reports come with commas."""
    env = {
        "EC_TEST_AREA": " 60.5, 5.06 ",
        "EC_ELIGIBILITY_SECONDS": "700",
        "EC_REPORTS": "LocationEnergyUsage, all",
        "EC_HTTPS_WEBHOOKS": "Yes",
        "EC_SIMULATION": "no",
    }

    read = Conditions.read(env | {"PATH": "/bin"})

    assert read == Conditions(
        (60.5, 5.06), 700, frozenset({"LocationEnergyUsage", "all"}), https_webhooks=True, simulation=False
    )
    assert read.lines(AREAS) == [
        "EC_TEST_AREA: 60.5, 5.06",
        "EC_ELIGIBILITY_SECONDS: 700",
        "EC_REPORTS: LocationEnergyUsage, all",
        "EC_HTTPS_WEBHOOKS: yes",
        "EC_SIMULATION: no",
    ]


def test_what_is_not_given_is_unknown():
    """Nothing is assumed but what the table of the README says, and an empty variable is none."""
    read = Conditions.read({"EC_REPORTS": "", "EC_SIMULATION": " "})

    assert read == Conditions(None, DEFAULT_WAIT, frozenset(), None, None)
    assert read.lines(AREAS) == [
        "EC_TEST_AREA: 78.22094, 15.61947 (default)",
        "EC_ELIGIBILITY_SECONDS: 60",
        "EC_REPORTS: unknown",
        "EC_HTTPS_WEBHOOKS: unknown",
        "EC_SIMULATION: yes (default)",
    ]
    assert not any(line.startswith("EC_TEST_AREA") for line in read.lines(()))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("EC_TEST_AREA", "60.5", "latitude,longitude in degrees"),
        ("EC_TEST_AREA", "91,5", "latitude,longitude in degrees"),
        ("EC_TEST_AREA", "5,181", "latitude,longitude in degrees"),
        ("EC_TEST_AREA", "nan,5", "latitude,longitude in degrees"),
        ("EC_TEST_AREA", "north,5", "latitude,longitude in degrees"),
        ("EC_ELIGIBILITY_SECONDS", "ten", "a number of seconds, a day at most"),
        ("EC_ELIGIBILITY_SECONDS", "-1", "a number of seconds, a day at most"),
        ("EC_ELIGIBILITY_SECONDS", "86401", "a number of seconds, a day at most"),
        ("EC_ELIGIBILITY_SECONDS", "٣", "a number of seconds, a day at most"),
        ("EC_ELIGIBILITY_SECONDS", "1_0", "a number of seconds, a day at most"),
        ("EC_ELIGIBILITY_SECONDS", "1e999", "a number of seconds, a day at most"),
        ("EC_TEST_AREA", "٦٠,5", "latitude,longitude in degrees"),
        ("EC_HTTPS_WEBHOOKS", "maybe", "yes or no"),
        ("EC_SIMULATION", "1", "yes or no"),
    ],
)
def test_bad_value_is_one_line(name, value, expected):
    """What cannot be understood is told with what is expected."""
    with pytest.raises(UsageError) as error:
        Conditions.read({name: value})

    assert str(error.value) == f"{name} is {value!r}: expected {expected}"


@pytest.mark.parametrize("text", ["5", "+5", "5.", "0.5e1", "05.0"])
def test_number_has_any_notation_of_ascii(text):
    """A number may be written as a configuration file has it."""
    assert Conditions.read({"EC_ELIGIBILITY_SECONDS": text}).eligibility_seconds == 5


def test_unknown_report_is_told_with_the_known_ones():
    """A report that no contract has as by invitation is told with those that are, and with the nearest."""
    known = sorted(editions.contract("2026-01").invitations)
    expected = f"expected 'all', or reports by invitation out of {', '.join(known)}"

    for given, hint in {"Nonsense": "", "locationEnergyUse": "did you mean 'LocationEnergyUsage'? "}.items():
        with pytest.raises(UsageError) as error:
            require_reports(Conditions.read({"EC_REPORTS": f"all, {given}"}))
        assert str(error.value) == f"EC_REPORTS has {given!r}: {hint}{expected}"
    for given in ("", "all", *known, ", ".join(known)):
        require_reports(Conditions.read({"EC_REPORTS": given}))


def test_every_setting_is_in_the_readme():
    """The table has each variable."""
    text = README.read_text(encoding="utf-8")

    assert [name for name in SETTINGS if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize(
    ("reports", "expected"),
    [("", True), ("LocationEnergyUsagePlan", True), ("LocationEnergyUsage", False), ("all", False)],
)
def test_report_by_invitation(reports, expected):
    """Whether a report by invitation is taken is unknown, until a setting says that it is."""
    contract = editions.contract("2026-01")
    schema = ("components", "schemas", "LocationEnergyUsagePayload")
    conditions = Conditions.read({"EC_REPORTS": reports})

    body = Samples(contract, lambda _: "x", conditions.allows_report).smallest(schema)

    assert bool(body.may_be_rejected) is expected


def test_simulation_can_be_ruled_out(run):
    """Nothing is simulated then, and the reason names the setting."""
    world = world_with(run, EC_SIMULATION="no")
    simulating = [each for each in world.contract.operations.values() if each.sandbox_only]

    for operation in simulating:
        with pytest.raises(NothingThere, match=r"^EC_SIMULATION rules simulation out$"):
            world.calls.valid(operation)

    assert simulating
    assert (world.sandbox, world.simulation) == (True, False)


def test_http_receiver_is_not_offered_where_webhooks_must_be_https(run):
    """The address of the receiver is not even tried."""
    world = world_with(run, EC_HTTPS_WEBHOOKS="yes")

    world.drafts.hook_url()

    assert isinstance(world.values.receiver, NoReceiver)
    assert world.values.receiver.unreachable.startswith("EC_HTTPS_WEBHOOKS wants https")


def test_location_needs_a_place_in_samples():
    """The smallest location has one place or the other, and one without any may be refused."""
    contract = editions.contract("2026-01")
    schema = contract.operations["createLocation"].body_schema
    samples = Samples(contract, lambda kind: kind)

    each = samples.each_smallest(schema)
    placeless = [
        body
        for body in samples.legal(schema)
        if not {"coordinates", "meterPointIds", "meterPointId"} & body.value.keys()
    ]

    assert [sorted(body.value) for body in each] == [["coordinates", "locationId"], ["locationId", "meterPointIds"]]
    assert [body.may_be_rejected for body in each] == ["", ""]
    assert [body.expectation for body in placeless] == [MAY_BE_REJECTED]
