"""The files of the project: what git tracks, so that whatever else lies in a clone is no business of the tests.

An unpacked sdist has no git. There the files are all but those that `.gitignore` names, by their own name or by that of a
folder above them.
"""

import subprocess
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files(*suffixes: str, below: str = "", root: Path = ROOT) -> list[Path]:
    """The files of the project whose names have one of the suffixes, sorted.

    Args:
        suffixes: each with its dot: `.py`.
        below: the folder that they are in, as seen from the root.
        root: the folder of the project.
    """
    known = _tracked(root) or _not_ignored(root)
    return sorted(path for path in known if path.suffix in suffixes and path.is_relative_to(root / below))


def _tracked(root: Path) -> list[Path]:
    """What git tracks, new files that are only added too; nothing where the folder is no clone, or git is missing."""
    if not (root / ".git").exists():
        return []
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    # A file that was deleted is listed until its deletion is added.
    return [path for name in listed.stdout.split("\0") if name and (path := root / name).is_file()]


def _not_ignored(root: Path) -> list[Path]:
    names = (root / ".gitignore").read_text(encoding="utf-8").split()
    ignored = [".git", *(name.strip("/") for name in names)]
    return [
        path
        for path in root.rglob("*")
        if path.is_file() and not any(fnmatch(part, name) for part in path.relative_to(root).parts for name in ignored)
    ]
