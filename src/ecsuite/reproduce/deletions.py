"""What a step made, and how that is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ecsuite.checks.decoded import FIRST_SERVER_ERROR
from ecsuite.client import Step, Transcript, fill, segment
from ecsuite.contract import Link, Operation, Values, parameters, success_links

# An id that is shorter may be somebody else's.
SHORTEST_OWN: Final = 20


def made_by(step: Step, transcript: Transcript) -> Iterator[str]:
    """The ids, and the paths to delete, of what a step made."""
    operation, contract = step.operation, transcript.contract
    rule = operation.response(step.exchange.response.status) if operation and step.is_success else None
    for link in rule.links if rule else ():
        target = contract.operations[link.operation_id]
        own = parameters(target)[-1:]
        is_deletion = target.method == "DELETE"
        is_new = is_deletion or any(link.parameters[name].message == "response" for name in own)
        if not is_new:
            continue
        for values in link.each(step.values):
            if is_deletion:
                yield fill(target, values)
            yield from (values[name] for name in own if link.parameters[name].is_of_body)


@dataclass(frozen=True, slots=True)
class Deletion:
    """How what a step makes is deleted.

    Attributes:
        path: below the base URL.
        chosen: the id in it that the response alone gives; empty where there is none.
        is_own: whether nobody else can have what is deleted, so that trying does no harm.
        member: the member of the response that has the id, where the response that was recorded had none; the path
            then ends before it.
    """

    path: str
    chosen: str = ""
    is_own: bool = False
    member: str = ""


def deletions(step: Step, transcript: Transcript) -> list[Deletion]:
    """How what a step makes is deleted, also where it should have been refused, or is refused no more."""
    operation, contract, path = step.operation, transcript.contract, transcript.path_of(step.exchange.request.url)
    if operation is None or operation.method in {"PUT", "PATCH"}:
        match = contract.find("DELETE", path) if step.exchange.request.method in {"PUT", "PATCH", "POST"} else None
        return [Deletion(path, is_own=_is_own(match.path_parameters))] if match else []
    rule = operation.response(step.exchange.response.status) if step.is_success else None
    # A response mostly gives the id that was sent, if one was.
    sent, found = Values(step.values.path, step.values.request, step.values.request), {}
    for link in rule.links if rule and rule.links else success_links(operation):
        target = contract.operations[link.operation_id]
        if target.method != "DELETE":
            continue
        for values in link.each(sent):
            is_own = _is_own(values) if values else step.exchange.response.status >= FIRST_SERVER_ERROR
            found[fill(target, values)] = Deletion(fill(target, values), is_own=is_own)
        for values in link.each(step.values):
            own = values.get(parameters(target)[-1], "") if values else ""
            found.setdefault(fill(target, values), Deletion(fill(target, values), own))
        if not found and target.path.endswith("}"):
            found |= _unknown(step, target, link)
    return list(found.values())


def _unknown(step: Step, target: Operation, link: Link) -> dict[str, Deletion]:
    """How what a step did not make would be deleted, if it did."""
    name = parameters(target)[-1]
    if link.parameters[name].message != "response" or set(parameters(target)[:-1]) - step.path_values.keys():
        return {}
    path = fill(target, {**step.path_values, name: "*"}).removesuffix(segment("*"))
    return {path: Deletion(path, member=link.parameters[name].member)}


def _is_own(values: Mapping[str, str]) -> bool:
    return any(len(value) >= SHORTEST_OWN for value in values.values())


def made_by_server(step: Step, transcript: Transcript) -> list[str]:
    """The ids that the response alone gives of what is to be deleted."""
    return [each.chosen for each in deletions(step, transcript) if each.chosen]
