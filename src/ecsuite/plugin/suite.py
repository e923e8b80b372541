"""Runs the tests of the API from any folder, in an installed ecsuite or a clone, with the settings that belong to them.

PYTEST_DONT_REWRITE, because it is imported before pytest starts.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite import editions
from ecsuite.results import store

_TESTS: Final = "tests"
# In a clone: ecsuite's own tests, which do not test an API.
_OWN: Final = "selftest"
# Packages that every run needs. Of an installed distribution with a plugin, pytest reads all modules by an import hook
# in Python that rewrites assertions, which takes longer; it leaves alone what is loaded before it starts.
_NEEDED: Final = (
    "ecsuite.cassette.replay",
    "ecsuite.checks",
    "ecsuite.client",
    "ecsuite.results.coverage",
    "ecsuite.results.result",
    "ecsuite.rules.verify",
    "ecsuite.session",
)
_CACHE: Final = store.FOLDER / "cache"


def run_suite(options: Sequence[str]) -> int:
    """Run the tests of the API, and return the exit code.

    pytest's cache goes to `.ecsuite` in the current folder, and nothing is written beside the tests.

    Args:
        options: of pytest; with paths and node ids as a run prints them, such as `tests/rules/test_token.py`.
    """
    root = editions.root()
    for name in _NEEDED:
        importlib.import_module(name)
    return int(
        pytest.main(
            [
                f"--config-file={root / 'pytest.ini'}",
                f"--rootdir={root}",
                f"--ignore={root / _TESTS / _OWN}",
                *_cache(options),
                # Warnings of other plugins or of newer libraries do not concern the user of the suite.
                "--override-ini=filterwarnings=",
                "--disable-warnings",
                # Load our plugin even if plugin autoloading is off.
                "-p",
                "ecsuite.plugin.options",
                "-p",
                __name__,
                *options,
            ]
        )
    )


def _cache(options: Sequence[str]) -> list[str]:
    """The option for pytest's cache folder; empty if the cache is disabled, since pytest then rejects the setting."""
    given = (*options, os.environ.get("PYTEST_ADDOPTS", ""))
    has_none = any("no:cacheprovider" in each for each in given)
    return [] if has_none else [f"--override-ini=cache_dir={Path.cwd() / _CACHE}"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let messages about options name the command that was given."""
    parser.prog = "ecsuite test"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Run the whole suite if no test is named, and find named tests from any folder."""
    root, known = editions.root(), early_config.known_args_namespace
    named: list[str] = known.file_or_dir
    places = {name: _place(root, name) for name in named} or {_TESTS: str(root / _TESTS)}
    # pytest has parsed its options once, and will do so again after this hook.
    args[:] = [places.get(each, each) for each in args] + ([] if named else [*places.values()])
    known.file_or_dir = [places[name] for name in named or places]


# Last, when the terminal reporter exists.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Print test names as `ecsuite test` accepts them, rather than relative to the current folder."""
    # All tests belong to the suite, so names are relative to its root.
    config.cwd_relative_nodeid = str  # type: ignore[method-assign, assignment]
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.startpath = config.rootpath


def _place(root: Path, name: str) -> str:
    """The path of a test of the suite; the name itself if it is none."""
    path, colons, rest = name.partition("::")
    is_own = Path(path).parts[:1] == (_TESTS,) and (root / path).exists()
    return f"{root / path}{colons}{rest}" if is_own else name
