"""Sessions, without pytest: what was asked for, as data, and the runs that it gives."""

from contextlib import closing

import pytest

from ecsuite import editions
from ecsuite.errors import CassetteMissing, RecordingNeedsServer, UnknownEdition, VariablesMissing
from ecsuite.findings.breach import Breach, Place
from ecsuite.promises import ROUND_TRIP
from ecsuite.session import Session, Settings

EDITION = editions.editions()[0]
NEWEST = editions.editions()[-1]

FILLED_IN = {
    "nothing": ({}, ("replay", editions.editions())),
    "a recording": ({"recording": True}, ("local", editions.editions())),
    "a recording of a live server": ({"mode": "live", "recording": True}, ("live", (NEWEST,))),
    "a live server": ({"mode": "live"}, ("live", (NEWEST,))),
    "a live server of all editions": ({"mode": "live", "edition": "all"}, ("live", editions.editions())),
    "an edition": ({"edition": EDITION}, ("replay", (EDITION,))),
}


@pytest.mark.parametrize("what", FILLED_IN)
def test_settings_are_filled_in(what):
    """What was not given follows from what was: a replay of all editions, unless it is recorded or live."""
    given, expected = FILLED_IN[what]

    settings = Settings.of(**given)

    assert (settings.mode, settings.editions) == expected


def test_replay_cannot_be_recorded():
    """A recording needs a server, and says so."""
    with pytest.raises(RecordingNeedsServer):
        Settings.of("replay", recording=True)


def test_unknown_edition_is_refused():
    """An edition without a contract is no setting."""
    with pytest.raises(UnknownEdition):
        Settings.of(edition="1999-12")


def test_cassettes_are_beside_contracts(tmp_path):
    """Recordings are where the contracts are, in a checkout as in an installed package, unless another folder is given."""
    own, others = Settings.of(), Settings.of(cassettes=tmp_path)

    assert own.cassette(EDITION, "quickstart") == editions.root() / "cassettes" / EDITION / "quickstart.yaml"
    assert others.cassette(EDITION, "quickstart") == tmp_path / EDITION / "quickstart.yaml"


def test_replay_plays_its_cassette():
    """A run of a replay has the edition and the recording that were asked for, and uses no network."""
    with closing(Session(Settings.of())) as session, session.run(EDITION, "quickstart") as run:
        token = run.api.token()

    assert (run.edition, run.target.mode, bool(token)) == (EDITION, "replay", True)


def test_missing_cassette_is_told_at_once(tmp_path):
    """A scenario that is not recorded is told when its run is opened."""
    session = Session(Settings.of(cassettes=tmp_path))

    with pytest.raises(CassetteMissing), session.run(EDITION, "quickstart"):
        pass


def test_local_runs_share_a_stand_in():
    """One stand-in serves all runs of an edition, and ends with the session."""
    with closing(Session(Settings.of("local", EDITION))) as session:
        with session.run(EDITION) as first:
            user = first.api.post("/users", json={"userId": first.ids.new()}).json()
        with session.run(EDITION) as second:
            listed = second.api.get("/users").json()

    assert first.target == second.target
    assert user not in listed


def test_live_session_needs_its_environment():
    """A live server is described by the environment, which is looked at before anything is sent."""
    session = Session(Settings.of("live"), env={"EC_BASE_URL": "https://api.example"})

    with pytest.raises(VariablesMissing):
        session.require_environment()


def test_other_sessions_need_no_environment():
    """Nothing in the environment concerns a replay."""
    session = Session(Settings.of("replay"), env={})

    session.require_environment()
    session.require_server()


def test_findings_of_a_run_hold_no_secret():
    """What a finding keeps of an exchange is without the secrets that the run has drawn, from the moment it is made."""
    with closing(Session(Settings.of("local", EDITION))) as session, session.run(EDITION) as run:
        secret = run.ids.secret("webhookSecret")
        response = run.api.get("/users")
        run.api.add_finding(ROUND_TRIP, Breach("absent", Place("body"), note=f"it says {secret}"), response)
        (finding,) = run.journal.findings

    assert finding.breach.note == "it says ***"
