"""The file of a result: written completely or not at all; one clear line says why it cannot be read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from ecsuite.errors import ReportUnusable, ReportUnwritable
from ecsuite.results.result import FORMAT, SCHEMA, RunResult

# Of the folder that a run was started in.
FOLDER: Final = Path(".ecsuite")
LAST: Final = FOLDER / "last"
FILE: Final = "results.json"
# Holds the folder of the last run if that is another one than `LAST`.
_ELSEWHERE: Final = FOLDER / "last-run"
_CRASHES: Final = "crash-*.txt"
_SCRIPTS: Final = ("[0-9]*.sh", "[0-9]*.ps1")
_OWNER_ONLY: Final = 0o700


def schema() -> str:
    """The JSON Schema of the file, as a text."""
    return (Path(__file__).parent / "results.schema.json").read_text(encoding="utf-8")


def require_writable(folder: Path) -> None:
    """See that a result can be written, before the run; leaves nothing behind.

    pytest takes the value of an option for the path of a test where it exists, so the folder must not be there before
    the workers of a run have read their options.

    Raises:
        ReportUnwritable: it cannot.
    """
    try:
        new = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".results-"):
            pass
        for path in new:
            path.rmdir()
    except OSError as error:
        raise ReportUnwritable(folder, error.strerror or str(error)) from None


def write(folder: Path, result: RunResult, option: str = "--ec-report") -> None:
    """Write a result into its folder, in the place of what is there of an earlier one.

    Args:
        folder: made where it is not there.
        result: of a run; it holds no secret. Its files are written beside it; only their owner may run scripts.
        option: that names the folder.

    Raises:
        ReportUnwritable: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.name == LAST.name and folder.parent.name == FOLDER.name:
            _ignore(folder.parent)
        for path in (each for pattern in (_CRASHES, *_SCRIPTS) for each in folder.glob(pattern)):
            path.unlink()
        for name, text in result.files.items():
            _write_whole(folder / name, text)
            if _is_script(name):
                (folder / name).chmod(_OWNER_ONLY)
        # On one line: with indents it takes ten times as long, and half as much room again.
        _write_whole(folder / FILE, json.dumps(result.to_json(), ensure_ascii=False) + "\n")
    except OSError as error:
        raise ReportUnwritable(folder, error.strerror or str(error), option) from None


def _ignore(folder: Path) -> None:
    """Keep what stands in our own folder from being committed."""
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def note_last(folder: Path, start: Path) -> None:
    """Note where the last run that was started in a folder has stored its result, for `last`.

    A place that cannot be written is none of the run's concern: the result itself is stored.
    """
    note = start / _ELSEWHERE
    with suppress(OSError):
        if folder == start / LAST:
            note.unlink(missing_ok=True)
        else:
            note.parent.mkdir(exist_ok=True)
            _ignore(note.parent)
            _write_whole(note, str(folder))


def last() -> Path:
    """The folder of the last run that was started in this folder; relative if it is inside."""
    try:
        folder = Path(_ELSEWHERE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return LAST
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def write_texts(folder: Path, texts: Mapping[str, str], option: str = "--ec-report") -> None:
    """Write what was rendered from a result, by the names of its files; raises as `write`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _write_whole(folder / name, text)
    except OSError as error:
        raise ReportUnwritable(folder, error.strerror or str(error), option) from None


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        # What a server sent may hold what no encoding can write.
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _is_ours(name: str) -> bool:
    """Whether a name is that of a file beside a result, and does not lead elsewhere."""
    return Path(name).name == name and (_is_script(name) or fnmatch(name, _CRASHES))


def _is_script(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _SCRIPTS)


def read(folder: Path) -> RunResult:
    """Read a result.

    Args:
        folder: where it is, or the file itself.

    Raises:
        ReportUnusable: there is none, or it is none of ours.
    """
    path = folder / FILE
    try:
        path = folder if folder.is_file() else path
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReportUnusable(
            path,
            "there is none: run the tests first (ecsuite test), or name the folder of a run with --report",
        ) from None
    except OSError as error:
        raise ReportUnusable(path, error.strerror or str(error)) from None
    except (ValueError, RecursionError):
        raise ReportUnusable(path, "it is not JSON") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ReportUnusable(path, "it is none of ecsuite's")
    if value.get("schema") != SCHEMA:
        raise ReportUnusable(path, f"it is of version {value.get('schema')!r}, and this ecsuite reads {SCHEMA}")
    try:
        damage = _damage(value)
    except ValueError:
        # What checks it goes no deeper.
        damage = "and nested too deep"
    if damage:
        raise ReportUnusable(path, f"it is damaged, {damage}")
    if not all(map(_is_ours, value["files"])):
        raise ReportUnusable(path, "it names files that are none of a result's")
    return RunResult.from_json(value)


def _damage(value: dict[str, Any]) -> str:
    """Where a result breaks its schema, or names what is missing; empty if it does neither."""
    error = next(jsonschema_rs.Draft202012Validator(json.loads(schema())).iter_errors(value), None)
    if error is not None:
        return f"at /{'/'.join(map(str, error.instance_path))}"
    causes = range(1, len(value["causes"]) + 1)
    strays = (number for number, each in enumerate(value["findings"]) if each["cause"] not in causes)
    return "".join(f"at /findings/{number}" for number in (next(strays, None),) if number is not None)
