"""Runs other tools with ecsuite's exports, against stand-ins with and without a fault."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecsuite import editions
from ecsuite.session import open_run
from ecsuite.standin import StandIn, serving
from ecsuite.standin.faults import find_fault, find_variant

# Time limit of a tool in seconds, on a busy machine.
LONGEST = 300


def install(wanted: Path) -> Path:
    """Install the packages of a `package.json` once, into a cache, and return the folder of their commands.

    Raises:
        FileNotFoundError: npm is not installed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm")
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ecsuite-exports"
    installed, commands = folder / "package.json", folder / "node_modules" / ".bin"
    if not commands.is_dir() or installed.read_text() != wanted.read_text():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(wanted, installed)
        subprocess.run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder)], check=True, cwd=folder)
    return commands


def run(tools: Path, *command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool, or node with the tools' packages available, in a folder."""
    program = tools / command[0]
    arguments = [str(program) if program.exists() else command[0], *command[1:]]
    environment = {**os.environ, "NO_COLOR": "1", "NODE_PATH": str(tools.parent)}
    return subprocess.run(
        arguments, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment, cwd=folder
    )


@contextmanager
def standing(edition: str, fault: str = "", variant: str = "") -> Iterator[StandIn]:
    """Run a stand-in, with a fault or a legal variant if one is named."""
    planted = find_fault(edition, fault) if fault else find_variant(edition, variant) if variant else None
    with serving(edition, plant=planted.plant if planted else None) as running:
        yield running


def kept(standin: StandIn, edition: str) -> list[str]:
    """What lists without an id in their path contain: users and webhooks, but not events, which cannot be deleted."""
    listers = [each.lister for each in editions.contract(edition).entity_types if each.lister and each.deleter]
    paths = dict.fromkeys(each.path for each in listers if "{" not in each.path)
    with open_run(edition, standin.target()) as opened:
        return [opened.api.get(path).text for path in paths]
