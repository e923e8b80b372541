"""The files of the project, as tracked by git, so that other files in a clone do not affect the tests.

An unpacked sdist has no git. There, all files count, except those that `.gitignore` names, or whose folder it names.
"""

import subprocess
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files(*suffixes: str, below: str = "", root: Path = ROOT) -> list[Path]:
    """Return the files of the project with one of the suffixes, sorted.

    Args:
        suffixes: each with its dot: `.py`.
        below: their folder, relative to the root.
        root: the folder of the project.
    """
    known = _tracked(root) or _not_ignored(root)
    return sorted(path for path in known if path.suffix in suffixes and path.is_relative_to(root / below))


def _tracked(root: Path) -> list[Path]:
    """Files that git tracks, including newly added ones; empty without git, or outside a clone."""
    if not (root / ".git").exists():
        return []
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    # A deleted file is listed until its deletion is staged.
    return [path for name in listed.stdout.split("\0") if name and (path := root / name).is_file()]


def _not_ignored(root: Path) -> list[Path]:
    names = (root / ".gitignore").read_text(encoding="utf-8").split()
    ignored = [".git", *(name.strip("/") for name in names)]
    return [
        path
        for path in root.rglob("*")
        if path.is_file() and not any(fnmatch(part, name) for part in path.relative_to(root).parts for name in ignored)
    ]
