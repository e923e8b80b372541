"""The path and the query of a client's request match the contract, and follow the rules for clients alone.

What a server does with parameters that break the latter is unspecified, so tests of servers may send some. A client
means what it sends: its ids must be ids, its parameters must be declared, its pages must exist. Secrets do not belong
in an address.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ecsuite.checks import request_parameters
from ecsuite.checks.decoded import DecodedExchange
from ecsuite.checks.placeholders import breach_at, is_placeholder, is_template
from ecsuite.checks.request_members import also_undeclared, meant_by, plain
from ecsuite.contract import Parameter
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import datum
from ecsuite.findings.finding import NotChecked
from ecsuite.messages.media import UndecodableError
from ecsuite.messages.redact import MASK

_NOT_IN_ADDRESS: Final = "because secrets do not belong in a URL (RFC 6750 section 2.3)"
_SECRETS: Final = frozenset(
    {
        "accesstoken",
        "apikey",
        "bearertoken",
        "clientassertion",
        "clientsecret",
        "idtoken",
        "password",
        "refreshtoken",
        "token",
    }
)
_IN_BODY: Final = "but it is in the body"
# The value of a parameter that a library appends to bypass caches: a time, or a random number.
_CACHE_BUSTER: Final = re.compile(r"[0-9]{10,}(\.[0-9]+)?")


def check(decoded: DecodedExchange) -> list[Breach] | NotChecked | None:
    outcome = request_parameters.check(decoded)
    if decoded.operation is None or decoded.operation is decoded.contract.token_operation:
        return outcome
    breaches = _empty_as_one(_with_reasons(decoded, outcome)) if isinstance(outcome, list) else []
    wrong = {each.at for each in outcome} if isinstance(outcome, list) else set()
    of_values = [each for each in _of_values(decoded, decoded.operation.parameters) if each.at not in wrong]
    # Several placeholders in one path have one cause.
    breaches += [each for each in of_values if each.at.part == "path"][:1]
    breaches += [each for each in of_values if each.at.part != "path"]
    undeclared = list(_undeclared(decoded, decoded.operation.parameters))
    lacking = [each for each in breaches if each.kind == "required" and each.at.part == "query"]
    if any(each.severity == "error" for each in undeclared):
        # The missing parameter was most likely sent under this other name.
        breaches = [each for each in breaches if each not in lacking]
    elif lacking:
        undeclared = []
    return [*breaches, *undeclared] or outcome


def is_credential(name: str) -> bool:
    """Whether a query parameter of that name, in any spelling, is a credential."""
    return plain(name) in _SECRETS


def has_secret_in_query(decoded: DecodedExchange) -> bool:
    """Whether the query of a call contains a token or another credential."""
    return decoded.operation is not None and any(is_credential(name) for name, _ in decoded.query)


def is_sent_as_body(decoded: DecodedExchange) -> bool:
    """Whether a required query parameter is missing, and the body has a member of its name."""
    sent = _names_in_body(decoded)
    breaches = decoded.once(request_parameters.breaches_of)
    return any(each.kind == "required" and each.at.part == "query" and each.at.name in sent for each in breaches)


def _with_reasons(decoded: DecodedExchange, breaches: Iterable[Breach]) -> Iterator[Breach]:
    """The breaches; a missing query parameter that is in the body instead gets a note."""
    sent = _names_in_body(decoded)
    for each in breaches:
        is_elsewhere = each.kind == "required" and each.at.part == "query" and each.at.name in sent
        yield replace(each, note=_IN_BODY) if is_elsewhere else each


def _empty_as_one(breaches: Iterable[Breach]) -> list[Breach]:
    """The breaches; of query parameters without a value only the first, which names the others.

    A client that sends what was not given as an empty text does so for each parameter.
    """
    found = list(breaches)
    empty = [each for each in found if each.at.part == "query" and each.actual.value == ""]
    if not empty[1:]:
        return found
    first = replace(empty[0], note=f"also empty: {', '.join(each.at.name for each in empty[1:])}")
    return [first if each is empty[0] else each for each in found if each not in empty[1:]]


def _names_in_body(decoded: DecodedExchange) -> frozenset[str]:
    try:
        sent = decoded.request_body if decoded.exchange.request.body else None
    except UndecodableError:
        sent = None
    return frozenset(sent) if isinstance(sent, dict) else frozenset()


def _of_values(decoded: DecodedExchange, parameters: Iterable[Parameter]) -> Iterator[Breach]:
    """Parameters that match the contract, but are placeholders, repeated, or not as the guides ask of clients."""
    query = dict(decoded.query)
    counts = Counter(name for name, _ in decoded.query)
    for each in parameters:
        values = decoded.path_values if each.place == "path" else query if each.place == "query" else {}
        text = values.get(each.name)
        if text is None:
            continue
        at = Place("path" if each.place == "path" else "query", each.name)
        wanted = decoded.contract.schemas.shape(each.schema).asked_of_clients
        if each.place == "query" and each.type != "array" and counts[each.name] > 1:
            yield Breach("duplicate", at, datum(1), datum(counts[each.name]), each.schema)
        elif each.type == "string" and is_placeholder(text, each.name):
            # A template that was sent unfilled is one mistake, whatever the names of its parameters.
            yield breach_at(replace(at, name="") if is_template(text) else at, text)
        elif wanted and not re.search(wanted["pattern"], text):
            yield Breach("pattern", at, datum(dict(wanted)), datum(text), each.schema)


def _undeclared(decoded: DecodedExchange, parameters: Iterable[Parameter]) -> Iterator[Breach]:
    """The query parameters that the contract does not have, each once."""
    declared = [each.name for each in parameters if each.place == "query"]
    sent = dict(decoded.query)
    others: list[str] = []
    for name, value in sent.items():
        if name in declared:
            continue
        at = Place("query", name)
        if is_credential(name):
            yield Breach("extra", at, actual=datum(MASK), note=_NOT_IN_ADDRESS, severity="error")
        elif meant := meant_by(name, [each for each in declared if each not in sent]):
            note = f"perhaps {meant} is meant"
            yield Breach("extra", at, actual=datum(value), note=note, severity="error")
        elif name != "_" and not _CACHE_BUSTER.fullmatch(value):
            others.append(name)
    if others:
        # The others most likely have the same cause.
        first, note, severity = others[0], also_undeclared(others[1:]), decoded.contract.severity_of_undeclared
        yield Breach("extra", Place("query", first), actual=datum(sent[first]), note=note, severity=severity)
