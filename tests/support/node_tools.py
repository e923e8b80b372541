"""Runs the tools that people use with what ecsuite exports, against stand-ins, right and with a fault."""

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

# Seconds for one run of a tool, on a busy machine.
LONGEST = 300


def install(wanted: Path) -> Path:
    """The folder of the commands of what a `package.json` names, installed once, into a cache; they are none of ours.

    Raises:
        FileNotFoundError: npm is not here.
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
    """Run one of the tools, or node with their packages at hand, in a folder."""
    program = tools / command[0]
    arguments = [str(program) if program.exists() else command[0], *command[1:]]
    environment = {**os.environ, "NO_COLOR": "1", "NODE_PATH": str(tools.parent)}
    return subprocess.run(
        arguments, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment, cwd=folder
    )


@contextmanager
def standing(edition: str, fault: str = "", variant: str = "") -> Iterator[StandIn]:
    """A stand-in, with a fault or a legal variant where one is named."""
    planted = find_fault(edition, fault) if fault else find_variant(edition, variant) if variant else None
    with serving(edition, plant=planted.plant if planted else None) as running:
        yield running


def kept(standin: StandIn, edition: str) -> list[str]:
    """What the lists show that need no id: users and webhooks. Events cannot be deleted, and are left out."""
    listers = [each.lister for each in editions.contract(edition).entity_types if each.lister and each.deleter]
    paths = dict.fromkeys(each.path for each in listers if "{" not in each.path)
    with open_run(edition, standin.target()) as opened:
        return [opened.api.get(path).text for path in paths]
