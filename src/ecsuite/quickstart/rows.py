"""Reads rows of a partner's own test data, and checks them against the contract before anything is sent."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ecsuite.contract import Contract, Pointer
from ecsuite.errors import RowUnusable

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        where: the file with the line, or with the number of the row.
        values: by kind (`vehicle`) and by path in the body (`metadata`, `year`).
    """

    where: str
    values: Mapping[str, Mapping[Names, Any]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value of a row, with its kind and path; a CSV text may stand for any JSON value."""

    where: str
    names: Names
    value: Any
    is_text: bool


def read_rows(path: Path, contract: Contract, made_by: Mapping[str, str]) -> tuple[Row, ...]:
    """Read the rows of a CSV or JSON file; the suffix decides.

    Args:
        path: a CSV column has a heading such as `vehicle.metadata.year`, and empty cells are ignored; a JSON file has a
            list of nested objects.
        contract: each value must match its schema in the request.
        made_by: maps kinds to the operations that create them.

    Raises:
        RowUnusable: the file cannot be read, or has a value that the request does not allow.
    """
    try:
        read = _json_rows if path.suffix.lower() == ".json" else _csv_rows
        rows = list(read(path))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError, RecursionError) as error:
        raise RowUnusable(path.name, f"cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if not rows:
        raise RowUnusable(path.name, "there is no row: expected one for each user")
    troubles: list[tuple[str, str]] = []
    checked = [_checked(row, contract, made_by, troubles) for row in rows]
    if troubles:
        raise RowUnusable(*troubles[0], more=len(troubles) - 1)
    return tuple(checked)


def _csv_rows(path: Path) -> Iterator[list[_Cell]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=";" if ";" in head and "," not in head else ",", strict=True)
        columns = [tuple(name.strip().split(".")) for name in next(reader, [])]
        for cells in reader:
            where = f"{path.name}:{reader.line_num}"
            if len(cells) > len(columns):
                raise ValueError(f"line {reader.line_num} has {len(cells)} cells, and there are {len(columns)} columns")
            found = [
                _Cell(where, names, cell, is_text=True) for names, cell in zip(columns, cells, strict=False) if cell
            ]
            if found:
                yield found


def _json_rows(path: Path) -> Iterator[list[_Cell]]:
    rows = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("expected a list of objects")
    for number, row in enumerate(rows, 1):
        yield [_Cell(f"{path.name}, row {number}", names, value, is_text=False) for names, value in _leaves((), row)]


def _leaves(names: Names, value: Mapping[str, Any]) -> Iterator[tuple[Names, Any]]:
    for name, own in value.items():
        if isinstance(own, dict) and own:
            yield from _leaves((*names, *name.split(".")), own)
        else:
            yield (*names, *name.split(".")), own


def _checked(
    cells: Iterable[_Cell], contract: Contract, made_by: Mapping[str, str], troubles: list[tuple[str, str]]
) -> Row:
    """Build a row from cells; values that cannot be sent are added to `troubles`."""
    values: dict[str, dict[Names, Any]] = {}
    where = ""
    for cell in cells:
        where = cell.where
        try:
            schema = _schema_of(cell, contract, made_by)
            values.setdefault(cell.names[0], {})[cell.names[1:]] = _value(cell, contract, schema)
        except _Refused as refused:
            troubles.append((where, str(refused)))
    return Row(where, values)


class _Refused(Exception):
    """A cell cannot be used; the message says why."""


def _schema_of(cell: _Cell, contract: Contract, made_by: Mapping[str, str]) -> Pointer:
    """The schema for a cell."""
    kind, *names = cell.names
    if kind not in made_by:
        raise _Refused(_unknown_kind(cell.names, contract, made_by))
    schema = contract.operations[made_by[kind]].body_schema
    for name in names:
        found = contract.schemas.step(schema, name)
        if found is None:
            raise _Refused(_unknown(".".join(cell.names), name, contract.schemas.shape(schema).members))
        schema = found
    if not names:
        raise _Refused(f"{kind} is no value: expected a member of it, such as {kind}.{kind}Id")
    return schema


def _unknown_kind(names: Names, contract: Contract, made_by: Mapping[str, str]) -> str:
    """Message for a name that starts with no known kind; suggests a kind if one has a member of that name."""
    schemas = {kind: contract.operations[operation].body_schema for kind, operation in made_by.items()}
    kinds = [kind for kind, schema in schemas.items() if schema and names[0] in contract.schemas.shape(schema).members]
    whole = ".".join(names)
    if kinds:
        # If several kinds have the member, prefer the one whose own id it is.
        kind = max(kinds, key=lambda kind: names[0] == f"{kind}Id")
        return f"nothing is called {whole}: did you mean {kind}.{whole}?"
    return _unknown(whole, names[0], made_by)


def _unknown(whole: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    return f"nothing is called {whole}: " + (
        f"did you mean {near[0]}?" if near else f"expected one of {', '.join(names)}"
    )


def _value(cell: _Cell, contract: Contract, schema: Pointer) -> Any:
    """The JSON value of a cell: its text if that matches the schema, otherwise the text parsed as JSON."""
    fits = contract.schemas.fits
    if fits(schema, cell.value):
        return cell.value
    if cell.is_text:
        try:
            value = json.loads(cell.value)
        except (ValueError, RecursionError):
            value = cell.value
        if fits(schema, value):
            return value
    wanted = json.dumps(contract.schemas.fragment(schema), ensure_ascii=False)
    line = contract.source.line(schema)
    raise _Refused(
        f"{'.'.join(cell.names)} is {json.dumps(cell.value, ensure_ascii=False)}: the contract has {wanted} "
        f"({contract.label}:{line})"
    )
