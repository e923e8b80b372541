"""Editions are folders: their files define what an edition supports, so a new edition is added by adding files."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from ecsuite.cassette.tape import path_of
from ecsuite.contract import Contract, load
from ecsuite.errors import ContractMissing, UnknownEdition
from ecsuite.production import Hosts

_PACKAGE: Final = Path(__file__).resolve().parent


def root() -> Path:
    """The folder of `contracts/` and `cassettes/`: the checkout, or the data inside an installed package."""
    checkout = _PACKAGE.parent.parent
    if (checkout / "contracts").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout
    return _PACKAGE / "_data"


def editions() -> tuple[str, ...]:
    """The editions that have a contract, oldest first."""
    return tuple(sorted(path.parent.name for path in (root() / "contracts").glob("*/openapi.yaml")))


def without_contract() -> tuple[str, ...]:
    """The editions that have files, but no contract, oldest first: its file is missing."""
    folders = (path for parent in ("contracts", "cassettes") for path in (root() / parent).glob("[0-9]*/"))
    return tuple(sorted({path.name for path in folders} - {*editions()}))


def label_of(edition: str) -> str:
    """The name of an edition's contract in messages: its path relative to the root."""
    return f"contracts/{edition}/openapi.yaml"


def default(mode: str) -> str:
    """The default edition of a mode: the newest for live, and the oldest otherwise, which is easier for newcomers."""
    return editions()[-1 if mode == "live" else 0]


def require(edition: str) -> str:
    """The edition, if it exists.

    Raises:
        ContractMissing: it exists, but its contract is missing.
        UnknownEdition: it does not exist.
    """
    if edition in without_contract():
        raise ContractMissing(label_of(edition))
    if edition not in editions():
        raise UnknownEdition(edition, editions())
    return edition


@cache
def contract(edition: str) -> Contract:
    """The contract of an edition, loaded once per process; raises as `require`, and `ContractError`."""
    label = label_of(require(edition))
    return load(root() / label, label)


def hosts(names: Iterable[str]) -> Hosts:
    """The hosts in the contracts of some editions."""
    contracts = [contract(name) for name in names]
    production, others = (
        frozenset[str]().union(*(each.hosts(production=is_production) for each in contracts))
        for is_production in (True, False)
    )
    return Hosts(production, others)


def cassette(edition: str, scenario: str) -> Path:
    """The path of a scenario's cassette."""
    return path_of(root() / "cassettes", require(edition), scenario)


def module(package: str, edition: str) -> ModuleType:
    """The module of an edition in a package of modules by edition, such as `ecsuite.quickstart`."""
    return importlib.import_module(f"{package}.edition_{require(edition).replace('-', '_')}")
