"""A configuration file: finds and reads it, and rejects errors with their line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecsuite.config import keys
from ecsuite.errors import ConfigInvalid, SecretInConfig

NAME: Final = "ecsuite.toml"
_PROJECT: Final = "pyproject.toml"
_IN_PROJECT: Final = ("tool", "ecsuite")
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
# The most dots in a line, in keys and numbers.
_MOST_DOTS: Final = 500
_TOO_DEEP: Final = "it is nested too deep"
_KEY: Final = re.compile(r"\s*([\w.\"'-]+)\s*=")
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration file.

    Attributes:
        path: of the file.
        name: for messages.
        text: of the file, to find the lines of keys.
        prefix: the path of our table; empty if the whole file is ours.
        table: the content of our table.
    """

    path: Path
    name: str
    text: str
    prefix: tuple[str, ...]
    table: Mapping[str, Any]

    def where(self, *steps: str | int) -> str:
        """The file and the line of a key, or of the table that would contain it."""
        for length in range(len(steps), -1, -1):
            line = _line(self.text, (*self.prefix, *steps[:length]))
            if line:
                return f"{self.name}:{line}"
        return f"{self.name}:1"

    def entries(self, *steps: str) -> Iterator[tuple[Steps, Mapping[str, Any]]]:
        """The tables in an array of tables, each with its path."""
        value = self._at(steps, list, "tables, each under [[{}]]")
        for index, entry in enumerate(value):
            if not isinstance(entry, dict):
                raise ConfigInvalid(self.where(*steps), f"expected tables, each under [[{'.'.join(steps)}]]")
            yield (*steps, index), entry

    def tables(self, *steps: str) -> Mapping[str, Mapping[str, Any]]:
        """The tables in a table, by name."""
        value: Mapping[str, Any] = self._at(steps, dict, "tables, each under [{}.NAME]")
        for name, table in value.items():
            if not isinstance(table, dict):
                raise ConfigInvalid(self.where(*steps, name), f"expected a table, under [{'.'.join(steps)}.NAME]")
        return value

    def text_of(self, *steps: str) -> str:
        """The string under a key; empty if the key is missing."""
        return str(self._at(steps, str, "a text in quotes"))

    def _at(self, steps: Sequence[str], kind: type, expected: str) -> Any:
        value: Any = self.table
        for step in steps:
            value = value.get(step, kind())
        if not isinstance(value, kind):
            raise ConfigInvalid(self.where(*steps), f"expected {expected.format('.'.join(steps))}")
        return value

    def require_keys(self, steps: Steps, table: Mapping[str, Any], known: Iterable[str]) -> None:
        """Require that a table has only known keys.

        Raises:
            ConfigInvalid: a key is unknown; the message suggests the nearest name.
        """
        names = sorted(known)
        for key in table:
            if key not in names:
                near = keys.nearest(key, names)
                hint = f"did you mean {near!r}?" if near else f"expected one of {', '.join(names)}"
                if not steps and keys.variable_of(key) in keys.SETTINGS:
                    hint = f"it belongs to a target, below [{keys.TARGETS}.NAME]"
                raise ConfigInvalid(self.where(*steps, key), f"there is no key {key!r}: {hint}")


def find(folder: Path) -> Document | None:
    """The configuration file of a folder, or of the nearest parent folder within the repository.

    Raises:
        ConfigInvalid: the file is not TOML.
        SecretInConfig: it contains a secret.
    """
    for place in (folder, *folder.parents):
        document = _read(place / NAME, ()) or _read(place / _PROJECT, _IN_PROJECT)
        if document is not None:
            return document
        if (place / ".git").exists():
            break
    return None


def _read(path: Path, prefix: tuple[str, ...]) -> Document | None:
    if not path.is_file():
        return None
    import tomllib  # noqa: PLC0415  where there is a file

    try:
        text = path.read_text(encoding="utf-8-sig")
        if ".".join(prefix) not in text:
            return None
        _require_shallow_keys(text)
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigInvalid(path.name, f"cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError) as error:
        if prefix:
            # Other tools report errors in pyproject.toml.
            return None
        reason = _TOO_DEEP if isinstance(error, RecursionError) else str(error)
        if isinstance(error, UnicodeDecodeError):
            reason = f"it is not UTF-8 (byte {error.start + 1})"
        raise ConfigInvalid(path.name, f"is no TOML: {reason}") from None
    for step in prefix:
        table = table.get(step, {})
    if prefix and not table:
        return None
    return _checked(Document(path, path.name, text, prefix, table))


def changed(path: Path, prefix: tuple[str, ...], text: str) -> Document:
    """The document that a text would be in a file; raises as `find`."""
    import tomllib  # noqa: PLC0415  where a file is changed

    table = tomllib.loads(text)
    for step in prefix:
        table = table[step]
    return _checked(Document(path, path.name, text, prefix, table))


def _checked(document: Document) -> Document:
    try:
        _refuse_secrets(document, (), document.table)
    except RecursionError:
        raise ConfigInvalid(document.where(), _TOO_DEEP) from None
    document.require_keys((), document.table, keys.TOP_KEYS)
    return document


def _require_shallow_keys(text: str) -> None:
    """Require that no key has too many parts: the time that tomllib needs grows with the square of their number."""
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise ValueError(_TOO_DEEP)


def _refuse_secrets(document: Document, steps: Steps, value: Any) -> None:
    """Require that no key and no value is a secret; actual values of a server are not the user's secrets."""
    if isinstance(value, dict):
        for key, own in value.items():
            if keys.is_secret_key(key) and steps != (keys.TARGETS,):
                raise SecretInConfig(document.where(*steps, key), key)
            if not (steps[:1] == (keys.ACCEPTED,) and key == "actual"):
                _refuse_secrets(document, (*steps, key), own)
    elif isinstance(value, list):
        for index, own in enumerate(value):
            _refuse_secrets(document, (*steps, index), own)
    elif isinstance(value, str) and keys.looks_secret(value):
        raise SecretInConfig(document.where(*steps), ".".join(map(str, steps)))


def _line(text: str, steps: Steps) -> int:
    """The line where a key or a table begins; 0 if it is not found, as for an inline table."""
    counts: dict[Steps, int] = {}
    table: Steps = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            if table[: len(steps)] == steps:
                return number
        elif key and (*table, *_names(key[1])) == steps:
            return number
    return 0


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))
