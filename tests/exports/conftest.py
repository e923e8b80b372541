"""Fixtures for the tests of exports: the tools, and all exported files."""

from pathlib import Path

import node_tools
import pytest

from ecsuite import editions
from ecsuite.cli import main

EXPORTS = ("postman", "arazzo", "openapi", "http", "har")


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the tools' commands."""
    try:
        return node_tools.install(Path(__file__).with_name("package.json"))
    except FileNotFoundError as error:
        pytest.exit(f"the proofs of the exports need {error}, which is not here", 4)


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    """A folder with all exports, in one folder for each edition."""
    folder = tmp_path_factory.mktemp("exported")
    for edition in editions.editions():
        for kind in EXPORTS:
            with pytest.raises(SystemExit) as ended:
                main(["export", kind, "--edition", edition, "-o", str(folder / edition)])
            assert ended.value.code == 0
    return folder
