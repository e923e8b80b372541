"""Records tests with the marker `scenario` by pytest-recording, in memory, if they pass."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import pytest

from ecsuite.cassette.tape import save
from ecsuite.plugin.session import run_of, settings_of
from ecsuite.plugin.tables import leave_out
from ecsuite.session import Run

if TYPE_CHECKING:
    from ecsuite.cassette.record import MemoryPersister

# The plugin name of pytest-recording.
_MAKER: Final = "recording"
_UNRECORDED: Final = "ecsuite_unrecorded"
_HAS_PASSED: Final = pytest.StashKey[bool]()


@dataclass(slots=True)
class Recordings:
    """What a session has recorded, and what it has left out because it is not recorded.

    Attributes:
        persister: receives the recordings of pytest-recording.
        lines: the result of each recording.
        unrecorded: how many tests are not recorded, and so were not replayed.
    """

    persister: MemoryPersister | None = None
    lines: list[str] = field(default_factory=list)
    unrecorded: int = 0


_RECORDINGS: Final = pytest.StashKey[Recordings]()


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load pytest-recording, which blocks the network and records, even if plugin autoloading is off."""
    if pluginmanager.hasplugin(_MAKER) or pluginmanager.is_blocked(_MAKER):
        return
    # A replay works without it, because our client does not use the network then.
    with suppress(ImportError):
        pluginmanager.register(import_module("pytest_recording.plugin"), _MAKER)


def recordings_of(config: pytest.Config) -> Recordings:
    """The recordings of a session."""
    return config.stash.setdefault(_RECORDINGS, Recordings())


def scenario_of(node: Any) -> str | None:
    """The name of a test's cassette; None if it is not recorded.

    This is the only rule for what is recorded: a test with the marker `scenario`, under the name there. Parameters
    other than the edition follow the name.
    """
    marker = node.get_closest_marker("scenario")
    if marker is None:
        return None
    name = str(marker.args[0])
    callspec = getattr(node, "callspec", None)
    if callspec is None:
        return name
    parameters = callspec.id.removeprefix(callspec.params.get("edition", "")).strip("-")
    return f"{name}/{parameters}" if parameters else name


# Last, so that tests excluded by `-k` and `-m` are not counted as unrecorded.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect unrecorded tests in replays and recordings; block the network in replays, and record otherwise."""
    settings = settings_of(config)
    if not settings.uses_cassettes:
        return
    unrecorded = leave_out(config, items, lambda item: _calls_api(item) and not scenario_of(item))
    recordings_of(config).unrecorded = unrecorded
    for item in filter(_calls_api, items) if config.pluginmanager.hasplugin(_MAKER) else ():
        item.add_marker(pytest.mark.vcr() if settings.recording else pytest.mark.block_network())


def _calls_api(item: pytest.Item) -> bool:
    # Not `run`: a test may have a fixture of its own by that name.
    return "ecsuite_session" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    """The folder for pytest-recording's files: none, because our recordings stay in memory.

    Otherwise pytest would create a temporary folder for each run, and look through those of earlier runs.
    """
    return os.devnull


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """The settings of pytest-recording."""
    return {"decode_compressed_response": True}


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Keep recordings in memory until they are ready to be written."""
    from vcr.cassette import CassetteNotFoundError  # noqa: PLC0415  recording only

    from ecsuite.cassette.record import MemoryPersister  # noqa: PLC0415

    persister = MemoryPersister(CassetteNotFoundError)
    recordings_of(config).persister = persister
    vcr.register_persister(persister)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the test passed, because failed tests are not recorded."""
    report = yield
    if call.when == "call":
        item.stash[_HAS_PASSED] = report.passed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Write the recording if the test passed, after pytest-recording has passed it on."""
    yield
    run = run_of(item)
    if run is not None and settings_of(item.config).recording:
        recordings_of(item.config).lines.append(_write(item, run))


def _write(item: pytest.Item, run: Run) -> str:
    """Write the recording of a test; return a line about the result."""
    from ecsuite.cassette.record import Recording, prepare  # noqa: PLC0415  recording only

    scenario, settings = scenario_of(item) or "", settings_of(item.config)
    path, persister = settings.cassette(run.edition, scenario), recordings_of(item.config).persister
    shown = path.relative_to(settings.cassettes.parent)
    if not item.stash.get(_HAS_PASSED, False) or persister is None:
        return f"{shown}: left as it was, because {item.name} failed"
    recording = Recording(
        exchanges=persister.exchanges,
        deliveries=run.receiver.received(),
        checker=run.api.checker,
        target=run.target,
        scenario=scenario,
        seed=run.ids.seed,
        receiver_url=run.receiver.address,
        placeholders=run.placeholders,
        superseded=run.api.log.superseded,
        today=datetime.now(UTC).date(),
    )
    return f"{shown}: {'written' if save(path, prepare(recording)) else 'the same as before'}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker, pass on how many tests are not recorded."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_UNRECORDED] = recordings_of(session.config).unrecorded


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take that number from a worker of pytest-xdist; all workers collect the same tests."""
    recordings = recordings_of(node.config)
    recordings.unrecorded = max(recordings.unrecorded, getattr(node, "workeroutput", {}).get(_UNRECORDED, 0))
