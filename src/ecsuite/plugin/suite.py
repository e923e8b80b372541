"""The tests of the API from any folder: those of an installed ecsuite or of a clone, with the settings they have there.

PYTEST_DONT_REWRITE, for it is imported before pytest begins.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from ecsuite import editions
from ecsuite.results import store

_TESTS: Final = "tests"
# Of a clone: the tests of ecsuite itself are not about an API.
_OWN: Final = "selftest"
_CACHE: Final = store.FOLDER / "cache"


def run_suite(options: Sequence[str]) -> int:
    """Run the tests of the API, and give the exit code.

    What pytest writes goes into `.ecsuite` in the current folder, and nothing beside the tests themselves.

    Args:
        options: of pytest; the paths and node ids among them are those that a run prints, `tests/rules/test_token.py`.
    """
    root = editions.root()
    return int(
        pytest.main(
            [
                f"--config-file={root / 'pytest.ini'}",
                f"--rootdir={root}",
                f"--ignore={root / _TESTS / _OWN}",
                *_cache(options),
                # What other plugins of this Python, or a newer library, warn of is nothing to whoever runs the tests.
                "--override-ini=filterwarnings=",
                "--disable-warnings",
                # Where plugins are not loaded by themselves, ours is.
                "-p",
                "ecsuite.plugin.options",
                "-p",
                __name__,
                *options,
            ]
        )
    )


def _cache(options: Sequence[str]) -> list[str]:
    """Where pytest's cache is; nothing where it has none, for then pytest knows no such setting."""
    given = (*options, os.environ.get("PYTEST_ADDOPTS", ""))
    has_none = any("no:cacheprovider" in each for each in given)
    return [] if has_none else [f"--override-ini=cache_dir={Path.cwd() / _CACHE}"]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Have the tests of the suite run where none is named, and those that are be found from any folder."""
    root, known = editions.root(), early_config.known_args_namespace
    named: list[str] = known.file_or_dir
    places = {name: _place(root, name) for name in named} or {_TESTS: str(root / _TESTS)}
    # pytest has read its options once, and reads them again after this.
    args[:] = [places.get(each, each) for each in args] + ([] if named else [*places.values()])
    known.file_or_dir = [places[name] for name in named or places]


# When there is a terminal to tell it.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have tests called by the names that `ecsuite test` takes, and not by where they lie, seen from here."""
    # As every test is one of the suite's, the root is what names begin with.
    config.cwd_relative_nodeid = str  # type: ignore[method-assign, assignment]
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.startpath = config.rootpath


def _place(root: Path, name: str) -> str:
    """Where a test is that a run of the suite calls by that name; the name itself where it is none of these."""
    path, colons, rest = name.partition("::")
    is_own = Path(path).parts[:1] == (_TESTS,) and (root / path).exists()
    return f"{root / path}{colons}{rest}" if is_own else name
