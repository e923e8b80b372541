"""A client sends no members that the contract does not declare.

What a server does with them is unspecified, so tests of servers may send some. A client means what it sends.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.undeclared_members import first_of_each
from ecsuite.contract import Undeclared, schema_for
from ecsuite.findings.breach import Breach, Path, Place
from ecsuite.findings.datum import datum
from ecsuite.json_paths import at_path
from ecsuite.messages.media import UndecodableError

# The least similarity, from 0 to 1, of two names that count as spellings of one name.
_ALIKE: Final = 0.85


def check(decoded: DecodedExchange) -> list[Breach] | None:
    rule = decoded.operation.request if decoded.operation else None
    schema = schema_for(rule.content, decoded.request_media_type.essence) if rule else None
    if schema is None or not decoded.exchange.request.body:
        return None
    try:
        value = decoded.request_body
    except UndecodableError:
        return None
    if decoded.operation is decoded.contract.token_operation:
        # Further parameters of a token request are ignored (RFC 6749 section 3.2).
        return None
    missing = {each.at.path for each in decoded.schema_breaches(_at(()), schema, value) if each.kind == "required"}
    found = first_of_each(decoded.contract.schemas.undeclared(schema, value))
    return list(_breaches(decoded, value, found, missing))


def _breaches(
    decoded: DecodedExchange, value: object, found: Iterable[Undeclared], missing: set[Path]
) -> Iterator[Breach]:
    """The undeclared members; not of an object that lacks a required member, which is a finding already."""
    for each in found:
        own = at_path(value, each.at)
        if any(path[:-1] == each.at for path in missing):
            continue
        if each.is_foreign:
            declared = datum({"properties": list(each.declared)})
            yield Breach("properties", _at(each.at), declared, datum(own), severity="error")
            continue
        meant = {name: meant_by(name, [one for one in each.declared if one not in own]) for name in each.names}
        for name in filter(meant.get, each.names):
            note = f"perhaps {meant[name]} is meant"
            yield Breach("extra", _at((*each.at, name)), actual=datum(own[name]), note=note, severity="error")
        others = [name for name in each.names if not meant[name]]
        for name in others[:1]:
            # The others most likely have the same cause.
            note, severity = also_undeclared(others[1:]), decoded.contract.severity_of_undeclared
            yield Breach("extra", _at((*each.at, name)), actual=datum(own[name]), note=note, severity=severity)


def also_undeclared(names: Sequence[str]) -> str:
    """A note that names further undeclared members; empty if there are none."""
    return f"also undeclared: {', '.join(names)}" if names else ""


def meant_by(name: str, declared: Iterable[str]) -> str:
    """The declared member of which a name is a misspelling; empty if there is none."""
    own = plain(name)
    ratios = {each: difflib.SequenceMatcher(None, own, plain(each)).ratio() for each in declared}
    nearest = max(ratios, key=ratios.__getitem__, default="")
    return nearest if ratios.get(nearest, 0.0) >= _ALIKE else ""


def plain(name: str) -> str:
    """A name reduced to its lower-case letters and digits, to compare spellings."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _at(path: Path) -> Place:
    return Place("request-body", path=path)
