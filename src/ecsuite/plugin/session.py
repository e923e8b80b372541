"""Markers, and the session that the options describe; rejects unusable options before any test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from ecsuite import editions, hooks
from ecsuite.client import Wait
from ecsuite.config import Configuration, configure
from ecsuite.config.limits import limits_of
from ecsuite.errors import CouldNotTell, EcsuiteError, abridged
from ecsuite.findings.broken import PromiseBroken
from ecsuite.messages.redact import Redactor
from ecsuite.plugin.limits import share_of
from ecsuite.session import Run, Session, Settings
from ecsuite.session.outputs import require_file
from ecsuite.session.profile import Profile, configured_profile, default_profile, profile
from ecsuite.target import secrets_in

if TYPE_CHECKING:
    from ecsuite.webhook.front import Front

MARKERS: Final = (
    "edition(name): the test is about that edition alone",
    "scenario(name): the test is recorded as cassettes/<edition>/<name>.yaml; one without is not replayed",
    "quickstart: the test follows a quickstart guide",
    "operations(select): the test runs once for each operation that select(contract, operation) takes",
    "entity_types(select): the test runs once for each entity type that select(entity_type) takes",
    "waits: the test mostly waits, so it is begun before its turn; it takes no fixtures but run, api, world and other",
    "alone: nothing else of the run may make or delete anything meanwhile",
    "guide: what the test asserts is promised by a published guide",
    "spec: what the test asserts is promised by a published document, or by a standard that a guide invokes",
)
# Options that limit what is sent.
_LIMITS: Final = ("--ec-rate", "--ec-max-requests", "--ec-max-time")
# pytest's options that name an output file.
OUTPUTS: Final = {"xmlpath": "--junitxml", "log_file": "--log-file"}
_SESSION: Final = pytest.StashKey[Session]()
_RUN: Final = pytest.StashKey[Run]()
# The key under which a worker of pytest-xdist gets the address for its deliveries.
_FRONT: Final = "ecsuite_front"
# The key under which a worker gets the id of the run, which its ids begin with.
_RUN_ID: Final = "ecsuite_run_id"
_EXIT_CODE: Final = pytest.StashKey[int]()


def session_of(config: pytest.Config) -> Session:
    """The session of a pytest run."""
    return config.stash[_SESSION]


def settings_of(config: pytest.Config) -> Settings:
    """The settings of a pytest run."""
    return session_of(config).settings


def keep_run(item: pytest.Item, run: Run) -> None:
    """Store a test's run for other hooks."""
    item.stash[_RUN] = run


def run_of(item: pytest.Item) -> Run | None:
    """The run of a test; None if it has none."""
    return item.stash.get(_RUN, None)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hook that notifies other plugins of findings."""
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting `ec_cassettes`."""
    parser.addini("ec_cassettes", "the folder of the cassettes, in place of ecsuite's own", type="paths")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and reject unusable settings before any test."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    with usage_errors():
        configuration = _configuration(config)
        session = Session(
            _settings(config, configuration),
            configuration.env,
            tell=partial(_note_wait, config),
            share=share_of(config),
            front=_front(config),
        )
        config.stash[_SESSION] = session
        config.add_cleanup(session.close)
        # The main process has checked this before it starts workers.
        if not hasattr(config, "workerinput"):
            session.require_environment()
            for name, option in OUTPUTS.items():
                if config.getoption(name, None):
                    require_file(config.invocation_params.dir / config.getoption(name), option)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen for the deliveries of all workers before any is started."""
    if session.config.pluginmanager.hasplugin("dsession"):
        with usage_errors():
            session_of(session.config).open_front()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the address for deliveries and the id of the run to a worker."""
    node.workerinput[_RUN_ID] = settings_of(node.config).run_id
    front = session_of(node.config).front
    if front is not None:
        node.workerinput[_FRONT] = {"address": front.address, "secret": front.secret}


def _front(config: pytest.Config) -> Front | None:
    """The front that forwards deliveries to a worker; None if there is none, or outside of a worker."""
    given = getattr(config, "workerinput", {}).get(_FRONT)
    if not given:
        return None
    from ecsuite.webhook.front import Front  # noqa: PLC0415  for a live server only

    return Front(**given)


def _configuration(config: pytest.Config) -> Configuration:
    """The configuration from the command line, the environment and the files of the current folder."""
    folder, env_file = config.invocation_params.dir, config.getoption("--ec-env-file")
    target, edition = config.getoption("--ec-target"), config.getoption("--ec-edition")
    return configure(target, edition, env_file=folder / env_file if env_file else None, folder=folder)


def _settings(config: pytest.Config, configuration: Configuration) -> Settings:
    # An option of pytest-recording, which is optional.
    recording = config.getoption("--record-mode", "none") not in {None, "none"}
    settings = Settings.of(
        configuration.mode,
        configuration.edition.text if configuration.edition else None,
        cassettes=next(iter(config.getini("ec_cassettes")), None),
        recording=recording,
        allow_production=config.getoption("--ec-allow-production"),
        keep=config.getoption("--ec-keep"),
        unusual_ids=config.getoption("--ec-unusual-ids"),
        limits=limits_of(configuration, {name: config.getoption(name) for name in _LIMITS}),
        profile=_profile(config, configuration, recording=recording),
        deviations=configuration.deviations(),
    )
    # The id that pytest-xdist gives to its workers.
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return replace(settings, run=given.get("testrunuid", ""), run_id=given.get(_RUN_ID, settings.run_id))


def _profile(config: pytest.Config, configuration: Configuration, *, recording: bool) -> Profile:
    """The selected profile, else the default of the mode."""
    name = config.getoption("--ec-profile")
    chosen = configured_profile(configuration) if name is None else profile(name)
    if chosen is not None:
        return chosen
    in_ci = bool(os.environ.get("CI"))
    # Recorded tests are selected by their marker.
    is_strict = config.getoption("--ec-strict") or recording
    return default_profile(configuration.mode, is_strict=is_strict, in_ci=in_ci)


def end_with(config: pytest.Config, code: int) -> None:
    """Set an exit code of ours; a lower one takes precedence, as does a failure of pytest's own."""
    config.stash[_EXIT_CODE] = min(code, config.stash.get(_EXIT_CODE, code))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with the exit code that was set."""
    session.exitstatus = final_code(session.config, session.exitstatus)


def final_code(config: pytest.Config, exitstatus: int) -> int:
    """The exit code of a session, given pytest's own exit status."""
    code = config.stash.get(_EXIT_CODE, None)
    decides = code is not None and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    return code if decides and code is not None else int(exitstatus)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The settings of a live run, and editions whose contracts are missing."""
    session = session_of(config)
    whose = f"run {session.settings.run_id}: ids of what it makes begin with it, texts end with it"
    lines = [whose, *session.conditions()] if session.settings.mode == "live" else []
    return [f"ecsuite: {line}" for line in (*_missing(session.settings), *lines)]


def _missing(settings: Settings) -> list[str]:
    files = [editions.label_of(each) for each in editions.without_contract()]
    names, are = " and ".join(settings.editions), "are" if len(files) > 1 else "is"
    return [f"this run is of {names}; {' and '.join(files)} {are} missing"] if files else []


def _note_wait(config: pytest.Config, wait: Wait) -> None:
    """Report a wait before the first test, since no test reports it."""
    session_of(config).activity.waits(wait.what, wait.seconds)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn our errors into pytest's usage errors: one line, exit code 4."""
    try:
        yield
    except (PromiseBroken, CouldNotTell):
        # These concern the server, not the input.
        raise
    except EcsuiteError as error:
        from ecsuite.report.text import error_line  # noqa: PLC0415  where there is an error

        raise pytest.UsageError(abridged(Redactor(secrets_in(os.environ)).text(error_line(error)))) from None
