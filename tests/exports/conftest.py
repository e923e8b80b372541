"""What the proofs of the exports share: the tools, what is exported, and stand-ins, right and with a fault."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.cli import main
from ecsuite.session import open_run
from ecsuite.standin import StandIn, serving
from ecsuite.standin.faults import find_fault

HERE = Path(__file__).parent
EXPORTS = ("postman", "arazzo", "openapi", "http", "har")
# Seconds for one run of a tool, on a busy machine.
LONGEST = 300


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the tools' commands; they are installed once, into a cache.

    They are not a part of ecsuite, so nothing is told of a machine without npm but that.
    """
    npm = shutil.which("npm")
    if npm is None:
        pytest.exit("the proofs of the exports need npm, which is not here", 4)
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ecsuite-exports"
    folder.mkdir(parents=True, exist_ok=True)
    wanted, installed = HERE / "package.json", folder / "package.json"
    if not installed.exists() or installed.read_text() != wanted.read_text() or not (folder / "node_modules").is_dir():
        shutil.copy(wanted, installed)
        subprocess.run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder)], check=True, cwd=folder)
    return folder / "node_modules" / ".bin"


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    """A folder with a folder for each edition, in which is all that can be exported."""
    folder = tmp_path_factory.mktemp("exported")
    for edition in editions.editions():
        for kind in EXPORTS:
            with pytest.raises(SystemExit) as ended:
                main(["export", kind, "--edition", edition, "-o", str(folder / edition)])
            assert ended.value.code == 0
    return folder


@contextmanager
def standing(edition: str, fault: str = "") -> Iterator[StandIn]:
    """A stand-in, with a fault where one is named."""
    plant = find_fault(edition, fault).plant if fault else None
    with serving(edition, **({"plant": plant} if plant else {})) as running:
        yield running


def run(tools: Path, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of the tools."""
    environment = {**os.environ, "NO_COLOR": "1", "NODE_PATH": str(tools.parent)}
    arguments = [str(tools / command[0]) if (tools / command[0]).exists() else command[0], *command[1:]]
    return subprocess.run(
        arguments, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment, cwd=cwd
    )


def kept(standin: StandIn, edition: str) -> list[str]:
    """What the lists show that need no id: users and webhooks. Events cannot be deleted, and are left out."""
    listers = {each.lister for each in editions.contract(edition).entity_types if each.lister and each.deleter}
    with open_run(edition, standin.target()) as opened:
        return [opened.api.get(each.path).text for each in listers if "{" not in each.path]
