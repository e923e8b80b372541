"""What is recorded, and how: the tests with a scenario, by pytest-recording, through memory, if they pass."""

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

# The name of pytest-recording among the plugins.
_MAKER: Final = "recording"
_UNRECORDED: Final = "ecsuite_unrecorded"
_HAS_PASSED: Final = pytest.StashKey[bool]()


@dataclass(slots=True)
class Recordings:
    """What a session has recorded, and what it left out for want of a recording.

    Attributes:
        persister: what pytest-recording hands over.
        lines: what became of each recording.
        unrecorded: how many tests are not recorded, and so were not replayed.
    """

    persister: MemoryPersister | None = None
    lines: list[str] = field(default_factory=list)
    unrecorded: int = 0


_RECORDINGS: Final = pytest.StashKey[Recordings]()


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """See that pytest-recording is there, which shuts the network and records, also where no plugin comes by itself."""
    if pluginmanager.hasplugin(_MAKER) or pluginmanager.is_blocked(_MAKER):
        return
    # Without it there is a replay all the same: our client does not use the network then.
    with suppress(ImportError):
        pluginmanager.register(import_module("pytest_recording.plugin"), _MAKER)


def recordings_of(config: pytest.Config) -> Recordings:
    """The recordings of a session."""
    return config.stash.setdefault(_RECORDINGS, Recordings())


def scenario_of(node: Any) -> str | None:
    """The name of a test's cassette; None where it is not recorded.

    This is the one rule for what is recorded: a test with the marker `scenario`, under the name there. Where the test
    has parameters beside the edition, they follow the name.
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


# Last, so that what `-k` and `-m` leave out is not counted as unrecorded.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out unrecorded tests of replays, whose network is shut, and of recordings, which pytest-recording makes."""
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
    """Where pytest-recording would keep its files: nowhere, for our recordings go through memory.

    A temporary folder would be made for each run, and pytest would look through those of earlier runs.
    """
    return os.devnull


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """The settings of pytest-recording."""
    return {"decode_compressed_response": True}


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Keep recordings in memory until they are fit to be written."""
    from vcr.cassette import CassetteNotFoundError  # noqa: PLC0415  recording only

    from ecsuite.cassette.record import MemoryPersister  # noqa: PLC0415

    persister = MemoryPersister(CassetteNotFoundError)
    recordings_of(config).persister = persister
    vcr.register_persister(persister)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the test passed, for what failed is not recorded."""
    report = yield
    if call.when == "call":
        item.stash[_HAS_PASSED] = report.passed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Write what was recorded, once pytest-recording has handed it over, if the test passed."""
    yield
    run = run_of(item)
    if run is not None and settings_of(item.config).recording:
        recordings_of(item.config).lines.append(_write(item, run))


def _write(item: pytest.Item, run: Run) -> str:
    """Write the recording of a test; what became of it."""
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
    """Tell the process that prints the summary, where it is another one, how many tests are not recorded."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_UNRECORDED] = recordings_of(session.config).unrecorded


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take that figure from a process of pytest-xdist; each of them collects the same tests."""
    recordings = recordings_of(node.config)
    recordings.unrecorded = max(recordings.unrecorded, getattr(node, "workeroutput", {}).get(_UNRECORDED, 0))
