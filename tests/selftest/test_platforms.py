"""What not every platform has is not needed to begin: nothing of POSIX alone is imported."""

import subprocess
import sys

MISSING = """
import importlib, pkgutil, signal, sys
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "readline", "curses"):
    sys.modules[name] = None
for name in ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGALRM", "SIGPIPE", "SIGQUIT"):
    delattr(signal, name)
"""
IMPORT_ALL = """
import ecsuite
names = [each.name for each in pkgutil.walk_packages(ecsuite.__path__, "ecsuite.")]
print(len([importlib.import_module(name) for name in names if name != "ecsuite.__main__"]))
"""
COMMAND = """
from ecsuite.cli import main
main(sys.argv[1:])
"""


def run(code, *arguments):
    """A process without what is POSIX's alone, as far as one can be had here."""
    return subprocess.run(
        [sys.executable, "-c", MISSING + code, *arguments], capture_output=True, text=True, check=False, timeout=100
    )


def test_every_module_is_imported():
    """No module needs one of POSIX alone, nor a signal that others do not have."""
    ran = run(IMPORT_ALL)

    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 100


def test_walkthrough_is_told():
    """Nor does a run against a server, which keeps locks, signals and processes."""
    ran = run(COMMAND, "walkthrough", "--target", "local")

    assert ran.returncode == 0, ran.stderr
    assert "Every promise was kept." in ran.stdout
