"""Adds accepted deviations to the configuration file, and keeps its comments and its order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecsuite.config.accepted import deviations_in
from ecsuite.config.document import NAME, Document, changed
from ecsuite.config.keys import ACCEPTED
from ecsuite.errors import ConfigInvalid, OutputUnwritable
from ecsuite.findings.datum import NOTHING
from ecsuite.findings.deviation import Mark

if TYPE_CHECKING:
    from tomlkit.items import Table


def add_entries(
    document: Document | None, marks: Iterable[Mark], reason: str, until: date, folder: Path
) -> tuple[Path, int]:
    """Add an entry for each mark that is not accepted until that day; return the file, and the number of new entries.

    Args:
        document: the file; None to create `ecsuite.toml`.
        marks: of the deviations to accept.
        reason: why.
        until: the last day.
        folder: of a new file.

    Raises:
        ConfigInvalid, SecretInConfig: an existing entry is invalid, or a new one would be.
        OutputUnwritable: the file cannot be written.
    """
    import tomlkit  # noqa: PLC0415  where a file is changed

    known = [each.mark for each in deviations_in(document) if each.until >= until] if document else []
    new = [mark for mark in dict.fromkeys(marks) if not any(each.fits(mark) for each in known)]
    path = document.path if document else folder / NAME
    content = tomlkit.parse(document.text if document else "")
    table: Any = content
    for step in document.prefix if document else ():
        table = table[step]
    if not new:
        return path, 0
    if ACCEPTED not in table:
        if document:
            table.add(tomlkit.nl())
        table.add(ACCEPTED, tomlkit.aot())
    for mark in new:
        table[ACCEPTED].append(_entry(tomlkit.table(), mark, reason, until).add(tomlkit.nl()))
    text = _spaced(tomlkit.dumps(content), ".".join((*(document.prefix if document else ()), ACCEPTED)))
    if not _is_writable(text):
        raise ConfigInvalid(
            path.name, "no file can hold half a character, and what is to be accepted has one in its place"
        )
    # Check the new text, so that the file stays valid.
    tuple(deviations_in(changed(path, document.prefix if document else (), text)))
    _write_whole(path, text)
    return path, len(new)


def _spaced(text: str, name: str) -> str:
    """The text with a blank line before each entry, for tomlkit writes none or two; a comment stays with its entry."""
    spaced = re.sub(rf"(?m)^([^#\n].*\n)\n*(?=\[\[{re.escape(name)}\]\])", r"\1\n", text)
    return spaced.rstrip("\n") + "\n"


def _entry(table: Table, mark: Mark, reason: str, until: date) -> Table:
    for name, value in _items(mark):
        table.add(name, value)
    table.add("reason", reason)
    table.add("until", until)
    return table


def _items(mark: Mark) -> Iterator[tuple[str, Any]]:
    yield from (("promise", mark.promise), ("operation", mark.operation), ("place", mark.place), ("kind", mark.kind))
    # TOML has no null, and a file cannot contain a lone surrogate.
    is_told_by_type = mark.value is NOTHING or mark.value is None or not _is_writable(mark.value)
    yield ("actual-type", mark.type) if is_told_by_type else ("actual", mark.value)
    optional = (("case", mark.case), ("because", mark.because), ("seen-by", mark.seen_by))
    yield from ((name, value) for name, value in optional if value)


def _is_writable(value: Any) -> bool:
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _write_whole(path: Path, text: str) -> None:
    """Write a file atomically."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise OutputUnwritable("folder", path, error.strerror or str(error)) from None
    finally:
        draft.unlink(missing_ok=True)
