"""What a finding is about, wherever it was made: a place in a schema of the contract, a status, a header."""

from __future__ import annotations

import re
from typing import Final

from ecsuite.contract import Contract, Operation, Pointer, schema_for
from ecsuite.findings.breach import Breach, Path, Place
from ecsuite.findings.finding import Finding

# Keywords of JSON Schema whose pointer leads to a list of names, not to one of them.
_NAMES_MEMBER: Final = "required"
_COMPONENTS: Final = ("components", "schemas")
_NAME: Final = re.compile(r"[A-Za-z_$@][\w.$@:-]+", re.ASCII)
# The ends of a range, which is one rule: who does not check it takes what lies beyond either.
_ENDS: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
SUCCESSES: Final = range(200, 300)
_REFUSALS: Final = 400
_UNAUTHORIZED: Final = 401


def anchor_of(finding: Finding, contract: Contract) -> Pointer:
    """What a finding has in common with others of the same promise and kind that come from the same cause.

    Of a body that is the place in its schema, so that an item of a list counts as the entity itself; else it is the
    status, or the name of the header or the parameter. Why a request had to be refused is a part of it.
    """
    own = _anchor(finding, finding.breach, contract)
    because = finding.breach.because
    if because is None:
        return own
    kind = "range" if because.kind in _ENDS else because.kind
    return (*own, "because", kind, *_anchor(finding, because, contract))


def _anchor(finding: Finding, breach: Breach, contract: Contract) -> Pointer:
    at = breach.at
    if at.part in {"body", "request-body"}:
        return _body(finding, breach, contract)
    if at.part == "status":
        return ("status", *_of_status(finding, breach))
    if at.part in {"header", "request-header"}:
        return (at.part, at.name.lower(), *at.path)
    return (at.part, at.name, *starred(at.path))


def _of_status(finding: Finding, breach: Breach) -> Pointer:
    """The status that came; every success counts as one if the call had to be refused, for its token or otherwise."""
    if finding.status not in SUCCESSES:
        return (finding.status or 0,)
    if breach.because:
        return ("2XX",)
    wanted = breach.expected.value if breach.kind == "status" and isinstance(breach.expected.value, list) else []
    if not wanted or not all(isinstance(each, int) and each >= _REFUSALS for each in wanted):
        return (finding.status or 0,)
    return ("2XX", _UNAUTHORIZED) if _UNAUTHORIZED in wanted else ("2XX",)


def _body(finding: Finding, breach: Breach, contract: Contract) -> Pointer:
    if breach.kind == "unreadable":
        return ("unreadable", str(breach.actual.value))
    if breach.kind == "absent" and not breach.at.path and not breach.seen_by:
        # A body that is not there is of no schema; an entity that is not there any more is of its own.
        return ("status", finding.status or 0)
    if breach.at.part == "request-body" and not breach.at.path and breach.actual.type == "string":
        # JSON in a string: whoever does that does it everywhere.
        return (breach.at.part, "a string")
    place = _of_keyword(breach, contract) or _of_path(finding, breach, contract)
    return place or (breach.at.part, *(_named(str(token)) for token in _within_item(breach.at.path)))


def _of_keyword(breach: Breach, contract: Contract) -> Pointer:
    """The schema that has the broken keyword; empty where the breach is of none."""
    rule = breach.rule
    if not rule or breach.kind not in {rule[-1], _NAMES_MEMBER}:
        return ()
    if breach.kind != _NAMES_MEMBER:
        return rule[:-1]
    member = breach.at.path[-1:]
    holder = contract.schemas.shape(rule[:-1]) if rule[-1] == _NAMES_MEMBER else None
    own = holder.members.get(str(member[0])) if holder and member else None
    return own or (*rule, *member)


def _of_path(finding: Finding, breach: Breach, contract: Contract) -> Pointer:
    """The schema of what stands at a path of a body; empty where the contract has none for it."""
    operations = {**contract.operations, **contract.deliveries}
    operation = operations.get(breach.seen_by or finding.operation or "")
    schema = _schema_of(operation, finding, breach.at) if operation else None
    if schema is None:
        return ()
    place, is_item = schema, True
    for token in breach.at.path:
        found = contract.schemas.step(place, token)
        if found is None:
            return ()
        place, is_item = found, isinstance(token, int)
    return contract.source.resolve(place)[0] if is_item else place


def _schema_of(operation: Operation, finding: Finding, at: Place) -> Pointer | None:
    if at.part == "request-body":
        return operation.request.schema if operation.request else None
    # A later call that shows it succeeded.
    is_own = operation.id == finding.operation and finding.status
    status = finding.status if is_own and finding.status else 200
    rule = operation.response(status)
    return schema_for(rule.content, next(iter(rule.content), "")) if rule else None


def _within_item(path: Path) -> Path:
    """A path from the innermost item of a list on."""
    indexes = [number for number, token in enumerate(path) if isinstance(token, int) and number < len(path) - 1]
    return starred(path[indexes[-1] + 1 :] if indexes else path)


def _named(token: str) -> str:
    """A token of a path; `*` for a made-up member name, which a request sent and the server kept."""
    return token if _NAME.fullmatch(token) else "*"


def starred(path: Path) -> tuple[str, ...]:
    """A path with its indexes as `*`."""
    return tuple("*" if isinstance(token, int) else token for token in path)


def place_in_schema(anchor: Pointer) -> tuple[str, str]:
    """The name of a schema, and a place in its values as a JSON pointer; empty where the anchor is no such place."""
    if anchor[:2] == _COMPONENTS:
        name, rest = str(anchor[2]), anchor[3:]
    elif "schema" in anchor and anchor[0] == "paths":
        name, rest = "", anchor[anchor.index("schema") + 1 :]
    else:
        return "", ""
    tokens: list[str] = []
    steps = iter(rest)
    for step in steps:
        if step == "properties":
            tokens.append(str(next(steps, "")))
        elif step == "items":
            tokens.append("*")
        elif step in {"allOf", "anyOf", "oneOf"}:
            next(steps, "")
        elif step == "because":
            break
    return name, "".join(f"/{token}" for token in tokens)
