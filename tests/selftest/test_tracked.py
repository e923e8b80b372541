"""The tests of the tree look at the files of the project, whatever else lies beside them."""

import os
import subprocess
from pathlib import Path

import pytest
from tracked import files


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder with two files of a project, and beside them an environment and a file that nobody added."""
    # A hook of git that runs the tests would lead its commands to another folder.
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("a.py", "docs/b.md", "venv/lib/c.py", "local/new.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / ".gitignore").write_text("venv/\n*.egg-info/\n")
    return tmp_path


def git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)


def names(project: Path, *suffixes: str, below: str = "") -> list[str]:
    return [path.relative_to(project).as_posix() for path in files(*suffixes, below=below, root=project)]


def test_tracked_files_alone_count(project):
    """In a clone the files are those that git tracks, added or committed."""
    git(project, "init", "-q")
    git(project, "add", "a.py", "docs")

    assert names(project, ".py", ".md") == ["a.py", "docs/b.md"]
    assert names(project, ".py", ".md", below="docs") == ["docs/b.md"]


def test_deleted_file_is_none(project):
    """A file that is gone is no file of the project, though its deletion is not committed."""
    git(project, "init", "-q")
    git(project, "add", "a.py", "docs")
    (project / "a.py").unlink()

    assert names(project, ".py", ".md") == ["docs/b.md"]


def test_without_git_ignored_files_are_left_out(project):
    """In an unpacked sdist the files are all but those that .gitignore names."""
    (project / "x.egg-info").mkdir()
    (project / "x.egg-info" / "d.py").touch()

    assert names(project, ".py", ".md") == ["a.py", "docs/b.md", "local/new.py"]


def test_without_a_git_command_nothing_stops(project, monkeypatch):
    """Where git is not installed, a clone is read like an sdist."""
    git(project, "init", "-q")
    git(project, "add", "a.py")
    monkeypatch.setenv("PATH", "")

    assert names(project, ".py") == ["a.py", "local/new.py"]
