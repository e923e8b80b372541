"""What a step created, and how to delete it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ecsuite.client import Step, Transcript, fill, segment
from ecsuite.contract import Link, Operation, Values, parameters, success_links
from ecsuite.messages.exchange import FIRST_SERVER_ERROR

# A shorter id could belong to another user of the server.
SHORTEST_OWN: Final = 20


def made_by(step: Step, transcript: Transcript) -> Iterator[str]:
    """Ids of what a step created, and the paths to delete it."""
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
    """How to delete what a step creates.

    Attributes:
        path: the path below the base URL.
        chosen: the id in the path, if only the response gives it; otherwise empty.
        is_own: whether only this run can have created the entity, so that an attempt to delete it does no harm.
        member: the response member with the id, if the recorded response had none; the path then ends before the id.
    """

    path: str
    chosen: str = ""
    is_own: bool = False
    member: str = ""


def deletions(step: Step, transcript: Transcript) -> list[Deletion]:
    """Return how to delete what a step creates.

    This includes requests that should have been rejected, and rejected requests that may succeed when repeated.
    """
    operation, contract, path = step.operation, transcript.contract, transcript.path_of(step.exchange.request.url)
    if operation is None or operation.method in {"PUT", "PATCH"}:
        match = contract.find("DELETE", path) if step.exchange.request.method in {"PUT", "PATCH", "POST"} else None
        return [Deletion(path, is_own=_is_own(match.path_parameters))] if match else []
    rule = operation.response(step.exchange.response.status) if step.is_success else None
    # The response usually repeats the id that was sent.
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
    """Deletion of an entity that the recorded step did not create, but may create when it is repeated."""
    name = parameters(target)[-1]
    if link.parameters[name].message != "response" or set(parameters(target)[:-1]) - step.path_values.keys():
        return {}
    path = fill(target, {**step.path_values, name: "*"}).removesuffix(segment("*"))
    return {path: Deletion(path, member=link.parameters[name].member)}


def _is_own(values: Mapping[str, str]) -> bool:
    return any(len(value) >= SHORTEST_OWN for value in values.values())


def made_by_server(step: Step, transcript: Transcript) -> list[str]:
    """Ids of entities to delete that only the response gives."""
    return [each.chosen for each in deletions(step, transcript) if each.chosen]
