"""Runs a command in a pseudo terminal, and records its screens."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pyte

ROWS = 24
BEFORE_A_KEY = 0.5
# Time limit in seconds; then the terminal is closed, which ends the command.
LONGEST = 60.0
# Variables that describe the terminal, or say that the run is not interactive.
_ABOUT_TERMINALS = ("EC_", "PYTEST_", "TOX_", "COLUMNS", "LINES", "CI", "NO_COLOR", "FORCE_COLOR", "PY_COLORS")


class Watched:
    """The exit code of a command, and each of its screens as lines, without empty ones."""

    def __init__(self, code: int, screens: list[list[str]]) -> None:
        self.code = code
        self.screens = screens

    @property
    def last(self) -> str:
        return "\n".join(self.screens[-1])

    @property
    def all_lines(self) -> set[str]:
        return {line for screen in self.screens for line in screen}


def watched(
    *command: str, cwd: Path, columns: int = 80, keys: Sequence[str] = (), awaits: str = "", **env: str
) -> Watched:
    """Run a command in a terminal until it ends; press the next key each time that the text `awaits` is shown."""
    rest = list(keys)
    own = {name: value for name, value in os.environ.items() if not name.startswith(_ABOUT_TERMINALS)}
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(cwd)
        os.execvpe(command[0], command, own | {"TERM": "xterm-256color"} | env)  # noqa: S606  only our own commands
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    screen = pyte.HistoryScreen(columns, ROWS, history=1000)
    stream, screens = pyte.ByteStream(screen), []
    end = time.monotonic() + LONGEST
    while time.monotonic() < end and (chunk := _read(terminal)):
        stream.feed(chunk)
        if rest and awaits.encode() in chunk:
            # Input that arrives before the program waits for a key is discarded.
            time.sleep(BEFORE_A_KEY)
            os.write(terminal, rest.pop(0).encode())
        screens.append([line.rstrip() for line in screen.display if line.strip()])
    os.close(terminal)
    return Watched(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), screens)


def _read(terminal: int) -> bytes:
    if not select.select([terminal], [], [], LONGEST)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:
        # On Linux, this means that the other side is closed.
        return b""
