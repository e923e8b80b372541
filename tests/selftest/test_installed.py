"""ecsuite as a package: its tests from any folder, and what a pytest that does not use it has of it."""

import tomllib
from pathlib import Path

import click
import pytest
from projects import Project
from projects import run_module as run

from ecsuite.cli import test as test_command
from ecsuite.plugin import options

ROOT = Path(__file__).parents[2]
# Folders of tests that are not about an API; a wheel has none of them.
OF_ECSUITE = {"exports", "faults", "mutants", "pages", "published", "selftest", "support"}
# As the entry point has it; what an installed ecsuite has already comes once.
ENTRY = ("-p", "ecsuite.plugin.options")


@pytest.fixture
def empty(tmp_path) -> Path:
    return tmp_path


def test_suite_runs_from_any_folder(empty):
    """`ecsuite test` replays the tests of the API in an empty folder, by their names, and writes into .ecsuite alone."""
    ran = run(empty, "ecsuite", "test", "-v", "tests/quickstart", "-k", "quickstart")

    assert ran.ret == 0
    ran.has("tests/quickstart/test_2023_10.py::test_quickstart PASSED*", "tests/quickstart/test_2026_01.py::*")
    ran.ended(passed=2)
    assert sorted(path.name for path in empty.iterdir()) == [".ecsuite"]
    assert (empty / ".ecsuite" / "cache" / "CACHEDIR.TAG").is_file()
    assert (empty / ".ecsuite" / "last" / "results.json").is_file()


def test_option_that_nobody_knows_names_the_command_that_was_given(empty):
    """A person who typed `ecsuite test` need not know what runs below it."""
    ran = run(empty, "ecsuite", "test", "--reprot", "x")

    assert ran.ret == 4
    ran.has("ecsuite test: error: unrecognized arguments: --reprot")
    assert "pytest.main" not in ran.text


def test_suite_runs_without_the_cache_of_pytest(empty):
    """Who rules it out, as where little is to be written, has the same run."""
    ran = run(empty, "ecsuite", "test", "-p", "no:cacheprovider", "tests/quickstart")

    ran.ended(passed=2)
    assert ran.ret == 0
    assert not (empty / ".ecsuite" / "cache").exists()


def test_all_tests_of_the_api_run_where_none_is_named(empty):
    """Without a name all of them are collected, and none of ecsuite's own."""
    ran = run(empty, "ecsuite", "test", "--collect-only", "-q", "--target", "local")

    folders = {line.split("/")[1] for line in ran.lines if "::" in line}
    assert folders == {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - OF_ECSUITE - {"__pycache__"}


def test_folder_that_cannot_be_written_to(empty):
    """Where the cache has no place, all tests are collected all the same; the result has the place that is given."""
    (empty / ".ecsuite").write_text("in the way")

    ran = run(empty, "ecsuite", "test", "--target", "local", "--report", "there", "tests/properties", "-k", "nothing")

    assert ran.ret == pytest.ExitCode.NO_TESTS_COLLECTED, ran.lines


def test_command_has_every_option_of_the_plugin():
    """What pytest knows as `--ec-NAME`, the command knows as `--NAME`, and as pytest does."""
    parser = pytest.Parser(_ispytest=True)
    options.pytest_addoption(parser)
    added = {name for option in parser.getgroup("ecsuite").options for name in option.names()}
    known = [option for own in test_command.test.params if isinstance(own, click.Option) for option in own.opts]

    assert added == {option for option in known if option.startswith("--ec-")}
    assert {f"--ec-{option.removeprefix('--')}" for option in known if not option.startswith("--ec-")} <= set(known)


def test_id_of_a_test_names_it(empty):
    """A node id that a run prints runs that test; workers have it from the process that has started them."""
    ran = run(empty, "ecsuite", "test", "-n", "1", "tests/quickstart/test_2023_10.py::test_quickstart")

    assert ran.ret == 0
    ran.ended(passed=1)


@pytest.mark.parametrize("options", [["--strict"], ["--ec-strict"], ["--report", "there"], ["--ec-report=there"]])
def test_commands_take_both_spellings(empty, options):
    """What has a prefix in pytest has none in commands, and may have it."""
    (empty / "there").mkdir()

    ran = run(empty, "ecsuite", "test", "tests/quickstart", *options)

    assert ran.ret == 0
    assert (empty / "there" / "results.json").is_file() == any("report" in option for option in options)


def test_pytest_without_it_has_options_alone(empty):
    """Where the plugin is installed and not used, there is no fixture, no marker, no setting and no import of it."""
    (empty / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    assert [name for name in sys.modules if name.startswith('ecsuite')] == [\n"
        "        'ecsuite', 'ecsuite.plugin', 'ecsuite.plugin.options']\n"
    )

    ran = run(empty, "pytest", *ENTRY)
    listed = run(empty, "pytest", *ENTRY, "--fixtures", "--markers")
    told = run(empty, "pytest", *ENTRY, "--help")

    ran.ended(passed=1)
    assert "ecsuite" not in listed.text
    assert "Energy Coordination" not in listed.text
    own = told.text.partition("Energy Coordination API:")[2].partition("\n\n")[0]
    assert [word for word in own.split() if word.startswith("--") and not word.startswith("--ec-")] == []
    assert "ec_cassettes" not in told.text


def test_option_brings_in_the_plugin(empty):
    """A project that names no plugin has it with one of its options."""
    (empty / "test_it.py").write_text(
        "def test_it(pytestconfig):\n    assert pytestconfig.pluginmanager.has_plugin('ecsuite.plugin')\n"
    )

    run(empty, "pytest", *ENTRY, "--ec-edition", "2023-10").ended(passed=1)
    run(empty, "pytest", *ENTRY).ended(failed=1)


def test_plugin_comes_once(tmp_path):
    """A conftest.py that names the plugin, as the clone's does, has it once, with its options from the start."""
    project = Project(tmp_path)
    (tmp_path / "there").mkdir()
    project.test((ROOT / "tests" / "quickstart" / "test_2023_10.py").read_text(encoding="utf-8"))

    ran = project.run(*ENTRY, "--ec-report", "there")

    ran.ended(passed=1)
    assert (tmp_path / "there" / "results.json").is_file()


def test_wheel_has_all_tests_of_the_api():
    """Every folder of tests of the API, its contracts and its recordings are in the wheel, and no other tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - OF_ECSUITE - {"__pycache__"}
    wanted = {"contracts", "cassettes", "conftest.py", "pytest.ini", "tests/conftest.py", "tests/profiles.json"}
    assert set(included) == wanted | {f"tests/{name}" for name in folders}
    assert all(place == f"ecsuite/_data/{name}" for name, place in included.items())


def test_every_folder_has_its_place_in_a_run():
    """The tests of the API are ordered by folders, and none is forgotten there."""
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")

    for path in (ROOT / "tests").iterdir():
        if path.is_dir() and path.name not in OF_ECSUITE | {"__pycache__"}:
            assert f'"{path.name}"' in conftest
