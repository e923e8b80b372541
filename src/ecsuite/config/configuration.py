"""The configuration of a run: the values of its target, each with its source."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from ecsuite import editions
from ecsuite.conditions import ALL, Conditions
from ecsuite.config import keys
from ecsuite.config.document import Document, find
from ecsuite.config.keys import nearest
from ecsuite.config.reports import require_reports
from ecsuite.errors import BadValue, ConfigInvalid, TargetNotNamed, UnknownTarget
from ecsuite.findings.deviation import NO_DEVIATIONS, Deviations
from ecsuite.target import MODES, Mode, checked_port, checked_url

ENVIRONMENT: Final = "environment"
COMMAND_LINE: Final = "command line"
LIVE: Final[Mode] = "live"


@dataclass(frozen=True, slots=True)
class Value:
    """A value, and its source for messages."""

    text: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration of a run.

    Attributes:
        mode: where its exchanges come from; None if not given.
        target: the name of the target in the file; empty if none is used.
        edition: the given edition; None if not given.
        values: by variable, such as `EC_BASE_URL`.
        document: the file; None if there is none.
    """

    mode: Mode | None
    target: str
    edition: Value | None
    values: Mapping[str, Value]
    document: Document | None

    def one_edition(self, mode: Mode) -> str:
        """The given edition if it is a single one, else the default of the mode; raises `UnknownEdition`."""
        if self.edition is None or (self.edition.text == ALL and self.edition.origin != COMMAND_LINE):
            return editions.default(mode)
        return editions.require(self.edition.text)

    def deviations(self, today: date | None = None) -> Deviations:
        """The accepted deviations of a live server; none for recordings and the stand-in.

        Raises:
            ConfigInvalid: an entry is incomplete or invalid.
        """
        if self.document is None:
            return NO_DEVIATIONS
        from ecsuite.config.accepted import deviations_in  # noqa: PLC0415  where there is a file

        entries = tuple(deviations_in(self.document))
        return Deviations(entries, today or date.today()) if self.mode == LIVE else NO_DEVIATIONS  # noqa: DTZ011  the user's day

    @property
    def env(self) -> dict[str, str]:
        """The values as environment variables."""
        return {name: value.text for name, value in self.values.items()}


def configure(
    target: str | None = None,
    edition: str | None = None,
    *,
    env_file: Path | None = None,
    folder: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Configuration:
    """The configuration of a run.

    Args:
        target: from the command line: a mode, or the name of a target in the file.
        edition: from the command line.
        env_file: a file of secrets.
        folder: where to look for the file; defaults to the current one.
        environ: the environment.

    Raises:
        UnknownTarget, TargetNotNamed: there is no such target, or it is ambiguous.
        ConfigInvalid, SecretInConfig, EnvFileUnusable: a file is invalid.
        ContractMissing: the contract of the configured edition is missing.
    """
    document = find(folder or Path.cwd())
    tables = _checked(document) if document else {}
    mode, name = _chosen(target, document, tables)
    in_file = {
        keys.variable_of(key): Value(str(text), _where(document, keys.TARGETS, name, key))
        for key, text in tables.get(name, {}).items()
    }
    said = in_file.pop(keys.variable_of(keys.EDITION), None) or _edition(document)
    if said:
        _require_edition(said)
    given = {key: Value(text, ENVIRONMENT) for key, text in environ.items() if key.startswith(keys.PREFIX)}
    # An empty variable counts as not set.
    given = {key: value for key, value in given.items() if value.text.strip()}
    secrets = _of_env_file(env_file)
    # If the command line names a target, its values take precedence over the environment.
    values = secrets | given | in_file if name and target == name else in_file | secrets | given
    return Configuration(
        mode=mode,
        target=name,
        edition=Value(edition, COMMAND_LINE) if edition else said,
        values=values,
        document=document,
    )


def _require_edition(said: Value) -> None:
    known = (ALL, *editions.editions())
    if said.text in editions.without_contract():
        editions.require(said.text)
    if said.text not in known:
        raise ConfigInvalid(said.origin, f"there is no edition {said.text!r}: expected one of {', '.join(known)}")


def _of_env_file(path: Path | None) -> dict[str, Value]:
    if path is None:
        return {}
    from ecsuite.config.secrets_file import read_env_file  # noqa: PLC0415  where one is given

    return {name: Value(text, str(path)) for name, text in read_env_file(path).items()}


def _edition(document: Document | None) -> Value | None:
    text = document.text_of(keys.EDITION) if document else ""
    return Value(text, _where(document, keys.EDITION)) if text else None


def _where(document: Document | None, *steps: str) -> str:
    return document.where(*steps) if document else ""


def _chosen(
    target: str | None, document: Document | None, tables: Mapping[str, Mapping[str, str]]
) -> tuple[Mode | None, str]:
    """The mode, and the name of the target in the file."""
    mode = next((mode for mode in MODES if mode == target), None)
    if target is None or mode not in {None, LIVE}:
        return mode, ""
    if mode is None:
        if target not in tables:
            known = (*MODES, *tables)
            raise UnknownTarget(target, known, nearest(target, known) or None, has_file=document is not None)
        return LIVE, target
    default = document.text_of(keys.TARGET) if document else ""
    if default and document and default not in tables:
        raise ConfigInvalid(document.where(keys.TARGET), f"there is no [targets.{default}] here")
    if not default and document and len(tables) > 1:
        raise TargetNotNamed(document.name, tables)
    return LIVE, default or next(iter(tables), "")


def _checked(document: Document) -> Mapping[str, Mapping[str, str]]:
    """The targets of a file, with their values as environment variables.

    Raises:
        ConfigInvalid: a key is unknown, or a value is invalid.
    """
    document.text_of(keys.EDITION), document.text_of(keys.TARGET)
    return {name: _checked_target(document, name, table) for name, table in document.tables(keys.TARGETS).items()}


def _checked_target(document: Document, name: str, table: Mapping[str, Any]) -> Mapping[str, str]:
    steps = (keys.TARGETS, name)
    if name in MODES:
        raise ConfigInvalid(
            document.where(*steps), f"no target can be called {name!r}: that is a mode; give another name"
        )
    kinds = {keys.key_of(variable): kind for variable, kind in keys.SETTINGS.items()}
    document.require_keys(steps, table, (*kinds, keys.EDITION))
    texts: dict[str, str] = {}
    for key, value in table.items():
        kind = kinds.get(key, "text")
        text = keys.as_variable(kind, value)
        if text is None:
            raise ConfigInvalid(document.where(*steps, key), f"{key} is {value!r}: expected {keys.EXPECTED[kind]}")
        try:
            _require_usable(key, kind, text)
        except BadValue as error:
            raise ConfigInvalid(document.where(*steps, key), f"{key} {error.said}") from None
        texts[key] = text
    return texts


def _require_usable(key: str, kind: keys.Kind, text: str) -> None:
    """Require that a value is valid; raises the same errors as for the environment."""
    if kind == "address":
        checked_url(key, text)
    elif kind == "whole number":
        checked_port(key, text)
    else:
        require_reports(Conditions.read({keys.variable_of(key): text}))
