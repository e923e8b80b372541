"""The pytest plugin: targets, editions, cassettes, and findings as test failures.

The only module that imports pytest. A test asks for the fixture `run` (or `story`, `api`) and calls the API; whether
the calls are replayed, sent to the local stand-in or to a live server is the command line's business.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from ecsuite import editions, hooks
from ecsuite.cassette.tape import load, path_of, save
from ecsuite.client import Api
from ecsuite.contract import Contract, EntityType, Operation
from ecsuite.errors import CassetteError, EcsuiteError, PromiseBroken, RecordingNeedsServer
from ecsuite.findings.finding import Observation
from ecsuite.journal import Journal, Tally
from ecsuite.quickstart import Story
from ecsuite.report.text import findings_text, not_checked_lines, tally_text, unrecorded_text
from ecsuite.run import Connections, Run, open_run, replay_run, require_credentials
from ecsuite.target import MODES, Mode, Target, live
from ecsuite.world import World

if TYPE_CHECKING:
    from ecsuite.cassette.record import MemoryPersister

ALL: Final = "all"
OWN_TESTS: Final = "selftest"
GENERATED: Final = "properties"
FOLDERS: Final = ("quickstart", "endpoints", "rules", "scenarios", "webhooks", "properties")
TALLY: Final = "ecsuite"
UNRECORDED: Final = "ecsuite_unrecorded"
_RUN: Final = pytest.StashKey[Run]()
_PASSED: Final = pytest.StashKey[bool]()
_SETTINGS: Final = pytest.StashKey["Settings"]()


@dataclass
class Settings:
    """What the command line says, and what all tests of a session share."""

    config: pytest.Config
    stack: ExitStack = field(default_factory=ExitStack)
    persister: MemoryPersister | None = None
    recorded: list[str] = field(default_factory=list)
    unrecorded: int = 0
    _targets: dict[str, Target] = field(default_factory=dict)
    _connections: dict[str, Connections] = field(default_factory=dict)

    @cached_property
    def mode(self) -> Mode:
        """The target; where something is to be recorded and none is given, the local stand-in."""
        given: Mode | None = self.config.getoption("--ec-target")
        if self.recording and given == "replay":
            raise RecordingNeedsServer
        return given or ("local" if self.recording else "replay")

    @cached_property
    def recording(self) -> bool:
        """Whether pytest-recording is to record."""
        return self.config.getoption("--record-mode", "none") not in {None, "none"}

    @property
    def uses_cassettes(self) -> bool:
        """Whether tests are replayed or recorded, so that only those with a cassette can run."""
        return self.mode == "replay" or self.recording

    @cached_property
    def editions(self) -> tuple[str, ...]:
        """The editions to be tested."""
        wanted: str = self.config.getoption("--ec-edition") or (
            editions.default("live") if self.mode == "live" else ALL
        )
        return editions.editions() if wanted == ALL else (editions.require(wanted),)

    @property
    def cassettes(self) -> Path:
        """The folder of the cassettes."""
        return self.config.rootpath / "cassettes"

    def target(self, edition: str) -> Target:
        """The target over the network; the local stand-in is started once, and ends with the session."""
        if edition not in self._targets:
            self._targets[edition] = self._live() if self.mode == "live" else self._local(edition)
        return self._targets[edition]

    @contextmanager
    def opened(self, edition: str) -> Iterator[Target]:
        """The target for one test: a stand-in of its own while recording, for a cassette must be whole in itself."""
        if not self.recording or self.mode == "live":
            yield self.target(edition)
            return
        from ecsuite.standin import launched  # noqa: PLC0415  a server is more than a replay needs

        with launched(edition) as standin:
            yield standin.target()

    def connections(self, edition: str) -> Connections | None:
        """What the tests of an edition share; nothing while recording, for a cassette must be whole in itself."""
        if self.recording:
            return None
        if edition not in self._connections:
            self._connections[edition] = self.stack.enter_context(closing(Connections(self.target(edition))))
        return self._connections[edition]

    def _live(self) -> Target:
        hosts = frozenset[str]().union(*(editions.contract(edition).production_hosts() for edition in self.editions))
        return live(os.environ, hosts, allow_production=self.config.getoption("--ec-allow-production"))

    def _local(self, edition: str) -> Target:
        from ecsuite.standin import launched  # noqa: PLC0415  a server is more than a replay needs

        return self.stack.enter_context(launched(edition)).target()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hook that tells other plugins what was found."""
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--ec-target`, `--ec-edition` and `--ec-allow-production`."""
    group = parser.getgroup("ecsuite", "Energy Coordination API")
    group.addoption(
        "--ec-target",
        choices=MODES,
        help="where the exchanges come from: the cassettes (replay, the default), the local stand-in over a socket "
        "(local), or the server that EC_BASE_URL and the other variables name (live)",
    )
    group.addoption(
        "--ec-edition",
        metavar="EDITION",
        help=f"the edition to test, or all (the default; with live, {editions.default('live')})",
    )
    group.addoption("--ec-allow-production", action="store_true", help="let a live run write to a production host")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers, and refuse what cannot be run, before anything is."""
    for marker in (
        "edition(name): the test is about that edition alone",
        "scenario(name): the test is recorded as cassettes/<edition>/<name>.yaml; one without is not replayed",
        "quickstart: the test follows a quickstart guide",
        "operations(select): the test runs once for each operation that select(contract, operation) takes",
        "entity_types(select): the test runs once for each entity type that select(entity_type) takes",
        "guide: what the test asserts is promised by a published guide",
        "spec: what the test asserts is promised by a published document, or by a standard that a guide invokes",
    ):
        config.addinivalue_line("markers", marker)
    settings = Settings(config)
    config.stash[_SETTINGS] = settings
    config.add_cleanup(settings.stack.close)
    with _usage_errors():
        if settings.mode == "live" and settings.editions:
            settings.target(settings.editions[0])
        _ = settings.editions


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests of ecsuite itself are not about a server, so a run against one leaves them out."""
    own = config.rootpath / "tests" / OWN_TESTS
    asked = any(Path(arg.partition("::")[0]).resolve().is_relative_to(own) for arg in config.args)
    settings = config.stash[_SETTINGS]
    if settings.mode != "replay" and collection_path == own and not asked:
        return True
    # Cases that are made up again cannot be recorded, and what makes them up takes its time to be loaded.
    generated = collection_path == config.rootpath / "tests" / GENERATED
    return True if generated and settings.uses_cassettes else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of every edition runs once for each that was asked, or for each of their operations or entity types."""
    chosen = metafunc.config.stash[_SETTINGS].editions
    table: dict[str, tuple[str, Callable[..., Iterator[tuple[str, object]]]]] = {
        "operation": ("operations", _operations),
        "entity_type": ("entity_types", _entity_types),
    }
    for name, (marker, rows_of) in table.items():
        mark = metafunc.definition.get_closest_marker(marker)
        if mark is not None and name in metafunc.fixturenames:
            rows = [(edition, label, value) for edition in chosen for label, value in rows_of(edition, **mark.kwargs)]
            ids = [f"{edition}-{label}" for edition, label, _ in rows]
            values = [(edition, value) for edition, _, value in rows]
            metafunc.parametrize(("edition", name), values, ids=ids)
            return
    own = any("edition" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    named = metafunc.definition.get_closest_marker("edition") is not None
    if "edition" in metafunc.fixturenames and not own and not named:
        metafunc.parametrize("edition", chosen)


def _operations(
    edition: str, select: Callable[[Contract, Operation], object] = lambda *_: True
) -> Iterator[tuple[str, Operation]]:
    contract = editions.contract(edition)
    return ((operation.id, operation) for operation in contract.operations.values() if select(contract, operation))


def _entity_types(
    edition: str, select: Callable[[EntityType], object] = lambda _: True
) -> Iterator[tuple[str, EntityType]]:
    return (
        (entity_type.creator.id, entity_type)
        for entity_type in editions.contract(edition).entity_types
        if select(entity_type)
    )


# Last, so that what `-k` and `-m` leave out is not counted as unrecorded.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out other editions than those asked for, and unrecorded tests of replays, whose network is shut."""
    settings = config.stash[_SETTINGS]
    chosen = [item for item in items if _is_asked_for(item, settings) and not _has_no_row(item)]
    unrecorded = [item for item in chosen if settings.uses_cassettes and _calls_api(item) and not _scenario(item)]
    settings.unrecorded = len(unrecorded)
    left = set(chosen).difference(unrecorded)
    if others := [item for item in items if item not in left]:
        config.hook.pytest_deselected(items=others)
    # A broken server is told the sooner the earlier the cheap and broad tests come.
    items[:] = sorted((item for item in items if item in left), key=lambda item: _place(item, config))
    for item in filter(_calls_api, items):
        _mark(item, settings)


def _is_asked_for(item: pytest.Item, settings: Settings) -> bool:
    marker = item.get_closest_marker("edition")
    return marker is None or marker.args[0] in settings.editions


def _calls_api(item: pytest.Item) -> bool:
    return "run" in getattr(item, "fixturenames", ())


def _has_no_row(item: pytest.Item) -> bool:
    """Whether the test is a table, and no edition that was asked for has a row for it."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and not isinstance(callspec.params.get("edition", ""), str)


def _place(item: pytest.Item, config: pytest.Config) -> int:
    """Where the folder of a test stands in the order in which the folders run."""
    parts = item.path.relative_to(config.rootpath).parts if item.path.is_relative_to(config.rootpath) else ()
    folder = parts[1] if len(parts) > 1 else ""
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)


def _mark(item: pytest.Item, settings: Settings) -> None:
    """Shut the network for a replay; let pytest-recording take down a recording."""
    if settings.recording:
        item.add_marker(pytest.mark.vcr())
    elif settings.mode == "replay":
        item.add_marker(pytest.mark.block_network())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that prints the summary, where it is another one, how many tests are not recorded."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[UNRECORDED] = session.config.stash[_SETTINGS].unrecorded


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take that figure from a process of pytest-xdist; each of them collects the same tests."""
    settings = node.config.stash[_SETTINGS]
    settings.unrecorded = max(settings.unrecorded, getattr(node, "workeroutput", {}).get(UNRECORDED, 0))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Before anything else is tried: are the credentials good?"""
    settings = session.config.stash[_SETTINGS]
    on_worker = hasattr(session.config, "workerinput")
    if settings.mode == "live" and not on_worker and not session.config.option.collectonly:
        with _usage_errors():
            require_credentials(settings.editions[0], settings.target(settings.editions[0]))


@pytest.fixture
def edition(request: pytest.FixtureRequest) -> str:
    """The edition that the test is about."""
    name: str = request.node.get_closest_marker("edition").args[0]
    return name


@pytest.fixture
def run(request: pytest.FixtureRequest, edition: str) -> Iterator[Run]:
    """A run against the target that the command line names; every exchange in it is checked."""
    settings = request.config.stash[_SETTINGS]
    path = path_of(settings.cassettes, edition, _scenario(request.node) or "")
    with ExitStack() as stack:
        with _one_line():
            if settings.mode == "replay":
                opened = stack.enter_context(replay_run(path))
            else:
                target = stack.enter_context(settings.opened(edition))
                shared = settings.connections(edition)
                opened = stack.enter_context(
                    open_run(
                        edition,
                        target,
                        seed=_seed(path, settings),
                        recording=settings.recording,
                        connections=shared,
                    )
                )
        request.node.stash[_RUN] = opened
        yield opened


@pytest.fixture
def api(run: Run) -> Api:
    """A client of the API, with the partner's token."""
    return run.api


@pytest.fixture
def world(run: Run, request: pytest.FixtureRequest) -> World:
    """Entities around the call that a test is about, made by the contract's links with the partner's token."""
    callspec = getattr(request.node, "callspec", None)
    about = (
        [value for value in callspec.params.values() if isinstance(value, EntityType | Operation)] if callspec else []
    )
    operations = [entity.creator if isinstance(entity, EntityType) else entity for entity in about]
    if not run.target.sandbox and any(operation.sandbox_only for operation in operations):
        pytest.skip("simulation belongs to the sandbox, never to production")
    return run.world()


@pytest.fixture
def other(run: Run) -> World:
    """The same with the token of a second partner; without one there is nothing to test."""
    if run.other is None:
        pytest.skip("no second partner: set EC_OTHER_CLIENT_ID and EC_OTHER_CLIENT_SECRET")
    return run.world(run.other)


@pytest.fixture
def story(run: Run) -> Story:
    """A telling of the quickstart, for its steps."""
    return run.story


@pytest.fixture(scope="module")
def vcr_cassette_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where pytest-recording would keep its files; a folder of nothing, for our recordings go through memory."""
    return str(tmp_path_factory.getbasetemp() / "nothing")


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """The settings of pytest-recording."""
    from ecsuite.cassette.record import VCR_CONFIG  # noqa: PLC0415  recording only

    return VCR_CONFIG


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Keep recordings in memory until they are fit to be written."""
    from vcr.cassette import CassetteNotFoundError  # noqa: PLC0415  recording only

    from ecsuite.cassette.record import MemoryPersister  # noqa: PLC0415

    settings = config.stash[_SETTINGS]
    settings.persister = MemoryPersister(CassetteNotFoundError)
    vcr.register_persister(settings.persister)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test on what the checks found, whatever its own assertions say."""
    stopped: BaseException | None = None
    try:
        yield
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:  # noqa: BLE001  raised again below
        stopped = error
    run = item.stash.get(_RUN, None)
    if run is not None:
        stopped = _verdict(run, stopped)
        item.user_properties.append((TALLY, _packed(run.journal.tally)))
        if run.journal.findings:
            item.ihook.pytest_ec_findings(item=item, findings=run.journal.findings)
    if stopped is not None:
        raise stopped


def _verdict(run: Run, stopped: BaseException | None) -> BaseException | None:
    """What a test fails with, in the end; None where all passed."""
    try:
        run.clean_up()
        if stopped is None:
            run.require_complete()
    except EcsuiteError as error:
        stopped = stopped or error
    if run.journal.findings:
        text = findings_text(run.journal.findings)
        if stopped is not None and not isinstance(stopped, PromiseBroken):
            text += f"\n\nand the test stopped with {type(stopped).__name__}: {stopped}"
        return _failure(f"{_broken(run.journal)}\n\n{text}")
    if isinstance(stopped, EcsuiteError):
        return _failure(str(stopped))
    if stopped is None and run.journal.tally.exchanges == 0:
        return _failure("the test did not call the API, so nothing was checked")
    return stopped


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _broken(journal: Journal) -> str:
    count = len(journal.findings)
    return "1 promise broken" if count == 1 else f"{count} promises broken"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Write what was recorded, once pytest-recording has handed it over, if the test passed."""
    yield
    settings = item.config.stash[_SETTINGS]
    run = item.stash.get(_RUN, None)
    if settings.recording and run is not None:
        settings.recorded.append(_write_recording(item, run, settings))


def _write_recording(item: pytest.Item, run: Run, settings: Settings) -> str:
    from ecsuite.cassette.record import Recording, prepare  # noqa: PLC0415  recording only

    scenario = _scenario(item) or ""
    path = path_of(settings.cassettes, run.edition, scenario)
    shown = path.relative_to(item.config.rootpath)
    if not item.stash.get(_PASSED, False) or settings.persister is None:
        return f"{shown}: left as it was, because {item.name} failed"
    recording = Recording(
        exchanges=settings.persister.exchanges,
        deliveries=run.receiver.received(),
        checker=run.api.checker,
        target=run.target,
        scenario=scenario,
        seed=run.ids.seed,
        receiver_url=run.receiver.address,
        secrets=run.redactor.secrets,
        superseded=run.api.log.superseded,
        today=datetime.now(UTC).date(),
    )
    return f"{shown}: {'written' if save(path, prepare(recording)) else 'the same as before'}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the test passed, and mask secrets in what is reported of it."""
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    run = item.stash.get(_RUN, None)
    if run is not None:
        text = str(report.longrepr) if report.longrepr else ""
        masked = run.redactor.text(text)
        if masked != text:
            report.longrepr = masked
        report.sections = [(name, run.redactor.text(content)) for name, content in report.sections]
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was checked, what could not be, and what was recorded."""
    settings = config.stash[_SETTINGS]
    tally = _tally_of(terminalreporter)
    if tally.exchanges or settings.unrecorded:
        names = ", ".join(settings.editions)
        terminalreporter.section(f"Energy Coordination API {names}, {settings.mode}")
    if tally.exchanges:
        terminalreporter.line(tally_text(tally))
        for line in not_checked_lines(tally):
            terminalreporter.line(line)
    if settings.unrecorded:
        terminalreporter.line(unrecorded_text(settings.unrecorded))
    for line in settings.recorded:
        terminalreporter.line(line)


def _tally_of(terminalreporter: Any) -> Tally:
    """The figures of all tests; they travel in the reports, for with xdist the tests ran in other processes."""
    tally = Tally()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, packed in report.user_properties:
                    if name == TALLY:
                        tally.add(_unpacked(packed))
    return tally


def _packed(tally: Tally) -> str:
    return json.dumps([tally.exchanges, [[*seen, times] for seen, times in tally.observations.items()]])


def _unpacked(packed: str) -> Tally:
    exchanges, observations = json.loads(packed)
    return Tally(exchanges, Counter({Observation(*seen): times for *seen, times in observations}))


def _scenario(node: Any) -> str | None:
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


def _seed(path: Path, settings: Settings) -> str | None:
    """The seed of a recording that is made again, so that it sends the same again."""
    if not settings.recording:
        return None
    try:
        return load(path).provenance.seed
    except CassetteError:
        return None


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Our errors as pytest's: one line, exit code 4."""
    try:
        yield
    except EcsuiteError as error:
        raise pytest.UsageError(str(error)) from None


@contextmanager
def _one_line() -> Iterator[None]:
    """Our errors as a failure without a traceback."""
    failure: BaseException | None = None
    try:
        yield
    except EcsuiteError as error:
        failure = _failure(str(error))
    if failure is not None:
        raise failure
