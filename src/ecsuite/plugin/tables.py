"""Tests that run once per edition, operation or entity type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from ecsuite import editions
from ecsuite.contract import Contract, EntityType, Operation
from ecsuite.plugin.session import settings_of

Rows = Callable[..., Iterator[tuple[str, object]]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each selected edition, or for each of their operations or entity types."""
    chosen = settings_of(metafunc.config).editions
    for name, (marker, rows_of) in TABLES.items():
        mark = metafunc.definition.get_closest_marker(marker)
        if mark is not None and name in metafunc.fixturenames:
            rows = [(edition, label, value) for edition in chosen for label, value in rows_of(edition, **mark.kwargs)]
            ids = [f"{edition}-{label}" for edition, label, _ in rows]
            values = [(edition, value) for edition, _, value in rows]
            metafunc.parametrize(("edition", name), values, ids=ids)
            return
    has_own = any("edition" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    is_named = metafunc.definition.get_closest_marker("edition") is not None
    if "edition" in metafunc.fixturenames and not has_own and not is_named:
        metafunc.parametrize("edition", chosen)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of other editions, and tables without a row for the selected ones."""
    chosen = settings_of(config).editions
    leave_out(config, items, lambda item: not _is_about(item, chosen) or _has_no_row(item))


def leave_out(config: pytest.Config, items: list[pytest.Item], when: Callable[[pytest.Item], bool]) -> int:
    """Deselect some of the tests; return their number."""
    others = [item for item in items if when(item)]
    if others:
        left = set(others)
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in left]
    return len(others)


def _operations(
    edition: str, select: Callable[[Contract, Operation], object] = lambda *_: True
) -> Iterator[tuple[str, Operation]]:
    contract = editions.contract(edition)
    return ((operation.id, operation) for operation in contract.operations.values() if select(contract, operation))


def _entity_types(
    edition: str, select: Callable[[EntityType], object] = lambda _: True
) -> Iterator[tuple[str, EntityType]]:
    known = editions.contract(edition).entity_types
    return ((entity_type.creator.id, entity_type) for entity_type in known if select(entity_type))


# The parameter that takes a row, with the marker of the table and the function that makes its rows.
TABLES: Final[dict[str, tuple[str, Rows]]] = {
    "operation": ("operations", _operations),
    "entity_type": ("entity_types", _entity_types),
}


def parameters_of(item: pytest.Item) -> Mapping[str, object]:
    """The parameters of a test, by name."""
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec else {}


def edition_of(item: pytest.Item) -> str:
    """The edition of a test that calls the API."""
    given = parameters_of(item).get("edition")
    return str(given or item.get_closest_marker("edition").args[0])  # type: ignore[union-attr]


def operations_of(item: pytest.Item) -> Iterator[Operation]:
    """The operations that the row of a table is about."""
    for value in parameters_of(item).values():
        if isinstance(value, EntityType):
            yield value.creator
        elif isinstance(value, Operation):
            yield value


def _is_about(item: pytest.Item, chosen: tuple[str, ...]) -> bool:
    marker = item.get_closest_marker("edition")
    return marker is None or marker.args[0] in chosen


def _has_no_row(item: pytest.Item) -> bool:
    """Whether the test is a table without a row for any selected edition."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and not isinstance(callspec.params.get("edition", ""), str)
