"""The options that select tests by operation, tag of the contract, or promise.

A test that is a row of a table is about the operation or the entity type of that row; another test is about all
operations that it calls by the measurements. Tests of others are not measured, so these options never select them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import pytest

from ecsuite import editions
from ecsuite.config.keys import nearest
from ecsuite.contract import Contract, EntityType, Operation
from ecsuite.errors import UnknownChoice
from ecsuite.plugin.measured import looks_of
from ecsuite.plugin.session import settings_of, usage_errors
from ecsuite.plugin.tables import leave_out
from ecsuite.promises import BY_ID

_SELECTION: Final = pytest.StashKey["Selection"]()


class Selection(NamedTuple):
    """The tests to select; None and empty for no restriction.

    Attributes:
        groups: sets of operation ids: a test must be about one of each set.
        promises: a test must look at one of these, for operations of the groups if there are any.
    """

    groups: tuple[frozenset[str], ...] = ()
    promises: frozenset[str] | None = None

    def takes(self, about: frozenset[str], looks: Mapping[str, Iterable[str]]) -> bool:
        """Whether to select a test that is about some operations, and looks at promises of operations."""
        common = [about & group for group in self.groups]
        if not all(common):
            return False
        if self.promises is None:
            return True
        wanted = frozenset.intersection(*common) if common else None
        return any(
            self.promises.intersection(own) for operation, own in looks.items() if wanted is None or operation in wanted
        )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Reject unknown names before any test."""
    with usage_errors():
        config.stash[_SELECTION] = _selection(config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that are about something else."""
    selection = config.stash[_SELECTION]
    if selection != Selection():
        leave_out(config, items, lambda item: not selection.takes(_about(item), looks_of(item)))


def _selection(config: pytest.Config) -> Selection:
    operations, tags, promises = (config.getoption(f"--ec-{name}") for name in ("operation", "tag", "promise"))
    chosen = settings_of(config).editions
    groups = []
    if operations:
        contracts = [editions.contract(edition) for edition in chosen]
        ids = {each for contract in contracts for each in contract.operations}
        groups.append(frozenset(_known("operation", each, ids, chosen) for each in operations))
    if tags:
        tagged = _tagged(editions.contract(edition) for edition in chosen)
        groups.append(frozenset().union(*(tagged[_known("tag", each, tagged, chosen)] for each in tags)))
    own = frozenset(_known("promise", each, BY_ID) for each in promises) if promises else None
    return Selection(tuple(groups), own)


def _known(what: str, given: str, known: Iterable[str], chosen: Iterable[str] = ()) -> str:
    """The name in its exact spelling; raises `UnknownChoice` if it does not exist."""
    by_letters = {each.lower(): each for each in sorted(known)}
    found = by_letters.get(given.strip().lower())
    if found is None:
        near = by_letters.get(nearest(given.strip().lower(), by_letters))
        raise UnknownChoice(what, given, list(chosen), near, sorted(by_letters.values()))
    return found


def _tagged(contracts: Iterable[Contract]) -> dict[str, frozenset[str]]:
    """The ids of the operations of each tag."""
    tagged: dict[str, frozenset[str]] = {}
    for contract in contracts:
        for operation in contract.operations.values():
            for tag in contract.source.at(operation.pointer).get("tags", ()):
                tagged[tag] = tagged.get(tag, frozenset()) | {operation.id}
    return tagged


def _about(item: pytest.Item) -> frozenset[str]:
    """The ids of the operations that a test is about."""
    callspec = getattr(item, "callspec", None)
    for value in callspec.params.values() if callspec else ():
        if isinstance(value, Operation):
            return frozenset({value.id})
        if isinstance(value, EntityType):
            own = {each.id for each in value.operations}
            return frozenset(own.intersection(looks_of(item)) or own)
    return frozenset(filter(None, looks_of(item)))
