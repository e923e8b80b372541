"""A response has no members that the contract does not declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecsuite.checks.decoded import CLOSING, DecodedExchange
from ecsuite.contract import Undeclared, schema_for
from ecsuite.findings.breach import Breach, body
from ecsuite.findings.datum import datum
from ecsuite.json_paths import Path, at_path, names_in
from ecsuite.messages.media import UndecodableError


def check(decoded: DecodedExchange) -> list[Breach] | None:
    schema = schema_for(decoded.rule.content, decoded.media_type.essence) if decoded.rule else None
    if schema is None or not decoded.is_success or isinstance(decoded.body, UndecodableError):
        return None
    schemas, read = decoded.contract.schemas, decoded.body
    found = read.derived(
        (schemas, "undeclared", schema), lambda: list(first_of_each(schemas.undeclared(schema, read.value)))
    )
    # An undeclared member beside a missing required one is most likely that one misspelt, and a closed schema forbids
    # undeclared members itself: the check of the body reports both.
    breaches = decoded.schema_breaches(body(), schema, read.value) if found else []
    reported = {each.at.path[:-1] for each in breaches if each.kind == "required"}
    reported |= {each.at.path for each in breaches if each.kind in CLOSING}
    return list(_breaches(decoded, [each for each in found if each.at not in reported]))


def first_of_each(found: Iterable[Undeclared]) -> Iterator[Undeclared]:
    """The first of several list items with the same undeclared members, which stands for all of them."""
    seen: set[tuple[Path, frozenset[str]]] = set()
    for each in found:
        alike = tuple(token for token in each.at if isinstance(token, str)), frozenset(each.names)
        if alike not in seen:
            seen.add(alike)
            yield each


def _sent(decoded: DecodedExchange) -> frozenset[str]:
    """The names of all members of the request's body."""
    sent = decoded.values.request
    return frozenset(names_in(sent)) if isinstance(sent, dict | list) else frozenset()


def _was_sent_empty(decoded: DecodedExchange, found: Undeclared) -> bool:
    """Whether the request had an object without declared members there, too: the response then shows it as sent."""
    sent = at_path(decoded.values.request, found.at)
    return isinstance(sent, dict) and not sent.keys() & set(found.declared)


def _breaches(decoded: DecodedExchange, found: Iterable[Undeclared]) -> Iterator[Breach]:
    assert decoded.operation is not None
    assert not isinstance(decoded.body, UndecodableError)
    for each in found:
        value = at_path(decoded.body.value, each.at)
        if set(each.names) & _sent(decoded):
            # Whether a server keeps undeclared members of requests is unspecified.
            continue
        if each.is_foreign and not _was_sent_empty(decoded, each):
            # A client finds none of the members that it reads.
            declared = datum({"properties": list(each.declared)})
            yield Breach("properties", body(each.at), declared, datum(value), severity="error")
            continue
        severity = decoded.contract.severity_of_undeclared
        for name in each.names:
            yield Breach("extra", body((*each.at, name)), actual=datum(value[name]), severity=severity)
