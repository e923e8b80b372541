"""Editions are folders: what a folder holds is what an edition can do, so a new one is added by adding files."""

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
    """The folder that holds `contracts/` and `cassettes/`: the checkout, or the data inside an installed package."""
    checkout = _PACKAGE.parent.parent
    if (checkout / "contracts").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout
    return _PACKAGE / "_data"


def editions() -> tuple[str, ...]:
    """The editions that have a contract here, oldest first."""
    return tuple(sorted(path.parent.name for path in (root() / "contracts").glob("*/openapi.yaml")))


def without_contract() -> tuple[str, ...]:
    """The editions that have something here, and no contract, oldest first: a file is missing."""
    folders = (path for parent in ("contracts", "cassettes") for path in (root() / parent).glob("[0-9]*/"))
    return tuple(sorted({path.name for path in folders} - {*editions()}))


def label_of(edition: str) -> str:
    """How messages name the contract of an edition: its place below the root."""
    return f"contracts/{edition}/openapi.yaml"


def default(mode: str) -> str:
    """The edition of a target where none is named: a live server has the newest, newcomers start with the oldest."""
    return editions()[-1 if mode == "live" else 0]


def require(edition: str) -> str:
    """The edition, if there is one of that name.

    Raises:
        ContractMissing: there is one, without its contract.
        UnknownEdition: there is none.
    """
    if edition in without_contract():
        raise ContractMissing(label_of(edition))
    if edition not in editions():
        raise UnknownEdition(edition, editions())
    return edition


@cache
def contract(edition: str) -> Contract:
    """The contract of an edition, loaded once in a process; raises as `require`, and `ContractError`."""
    label = label_of(require(edition))
    return load(root() / label, label)


def hosts(names: Iterable[str]) -> Hosts:
    """The hosts that the contracts of some editions name."""
    contracts = [contract(name) for name in names]
    production, others = (
        frozenset[str]().union(*(each.hosts(production=is_production) for each in contracts))
        for is_production in (True, False)
    )
    return Hosts(production, others)


def cassette(edition: str, scenario: str) -> Path:
    """Where the cassette of a scenario is."""
    return path_of(root() / "cassettes", require(edition), scenario)


def module(package: str, edition: str) -> ModuleType:
    """The module of an edition in a package of modules by edition, such as `ecsuite.quickstart`."""
    return importlib.import_module(f"{package}.edition_{require(edition).replace('-', '_')}")
