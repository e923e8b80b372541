"""Makes calls of operations from the contract's examples, with variables for ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from ecsuite.contract import Contract, EntityType, Operation, Parameter, links_to, success_links
from ecsuite.export.calls import Call, Capture, Listed, Variable, holes
from ecsuite.export.examples import request_example, response_examples
from ecsuite.export.templates import (
    Marks,
    entity_name,
    is_sweeping,
    list_in,
    made_by,
    marks,
    new_ids,
    round_trip,
    setting_of,
    template,
)
from ecsuite.json_paths import Path, leaves
from ecsuite.messages.exchange import SUCCESS, Exchange, Expectation

_PAGE: Final = {"page": "1", "size": "10"}
_PLAIN: Final = {"boolean": "true", "integer": "1", "number": "1"}


class Caller:
    """Makes calls that share variables: a later call uses what an earlier one sets.

    Args:
        contract: the contract of the operations.
        recorded: recorded exchanges, by operation id.

    Attributes:
        batch_ids: variables of entities that are created in batches, with their types.
    """

    def __init__(self, contract: Contract, recorded: Mapping[str, Sequence[Exchange]]) -> None:
        self._contract = contract
        self._recorded = recorded
        self.batch_ids: dict[str, EntityType] = {}

    def call(self, operation: Operation) -> Call:
        """Make the call of an operation."""
        body = request_example(self._contract, operation)
        marked = marks(self._contract, operation, body) if operation.request else {}
        drawn = self._drawn(operation, body, marked)
        entity_type = made_by(self._contract, operation)
        call = Call(
            title=operation.summary or operation.id,
            text=str(self._contract.source.at(operation.pointer).get("description", "")),
            operation=operation,
            path={
                each.name: self._path_value(operation, each) for each in operation.parameters if each.place == "path"
            },
            query=tuple(self._query(operation)),
            body=template(body, drawn | self._known(operation, body, marked, drawn)) if operation.request else None,
            media_type=next(iter(operation.request.content)) if operation.request else "",
            draws=tuple(drawn.values()),
            captures=tuple(self._captures(operation)),
            keeps=entity_name(entity_type) if entity_type and not operation.sandbox_only else "",
            examples=tuple(response_examples(self._contract, operation, self._recorded.get(operation.id, ()))),
            is_sweeping=is_sweeping(self._contract, operation),
        )
        call = replace(call, needs=self.needs(call), expectation=self._expectation(call), lists=self._listed(operation))
        return self._reading(call)

    def _reading(self, call: Call) -> Call:
        read = [each for each in self._contract.entity_types if each.reader is call.operation]
        own = next((each for each in read if Variable(entity_name(each)) in call.path.values()), None)
        return replace(call, reads=round_trip(self._contract, own)) if own and not own.creator.sandbox_only else call

    def _listed(self, operation: Operation) -> tuple[Listed, ...]:
        """Entities that the list must contain; none for a paged list, because they may be on another page."""
        made = [each for each in self._contract.entity_types if operation in each.listers]
        if operation.paged_by("page"):
            return ()
        at = list_in(self._contract, operation)
        return tuple(Listed(entity_name(each), at, each.member) for each in made if not each.creator.sandbox_only)

    def _drawn(self, operation: Operation, body: Any, marked: Marks) -> dict[Path, str]:
        """Places and names of the new ids in a body."""
        entity_type, batch = made_by(self._contract, operation), self._contract.batch_of(operation)
        found: dict[Path, str] = {}
        for path, _ in new_ids(marked, body):
            if entity_type is not None:
                found[path] = entity_name(entity_type)
            elif batch is not None:
                own = entity_name(batch.entity_type)
                name = f"batch{own[0].upper()}{own[1:]}{len(found) + 1}"
                found[path] = name
                self.batch_ids[name] = batch.entity_type
        return found

    def _known(self, operation: Operation, body: Any, marked: Marks, drawn: Mapping[Path, str]) -> dict[Path, str]:
        """Places and names of all other variables in a body."""
        kept = [each for each in self._contract.entity_types if operation in (each.replacer, each.changer)]
        # A replaced entity keeps its id.
        found = {path: entity_name(kept[0]) for path, _ in new_ids(marked, body)} if kept else {}
        for path, _ in leaves(body):
            reference = marked.get(path, {}).get("x-references", "")
            named = self._variable(*reference.split(".")) if reference and path not in drawn else ""
            if name := setting_of(marked, path) or named:
                found[path] = name
        return found

    def _variable(self, operation_id: str, parameter: str) -> str:
        """The variable for a path parameter: the id of the created entity; empty if nothing provides one."""
        operation = self._contract.operations[operation_id]
        made = [each for each in self._contract.entity_types if each.parameter == parameter]
        own = [each for each in made if each.creator is operation] or made
        if own:
            return entity_name(own[-1])
        links = [link for _, link in links_to(operation, self._contract.operations.values())]
        found = [link.parameters[parameter] for link in links if parameter in link.parameters]
        return parameter if any(each.message == "response" and each.is_in_list for each in found) else ""

    def _path_value(self, operation: Operation, parameter: Parameter) -> str | Variable:
        name = self._variable(operation.id, parameter.name)
        return Variable(name) if name else self._literals.get(f"{operation.id}.{parameter.name}", parameter.name)

    @cached_property
    def _literals(self) -> dict[str, str]:
        """Example values of references to entities that no call creates, by the reference."""
        found: dict[str, str] = {}
        for operation in self._contract.operations.values():
            body = request_example(self._contract, operation)
            for path, keywords in marks(self._contract, operation, body).items():
                value = dict(leaves(body)).get(path)
                if "x-references" in keywords and isinstance(value, str):
                    found.setdefault(keywords["x-references"], value)
        return found

    def _query(self, operation: Operation) -> Iterator[tuple[str, str]]:
        for parameter in operation.parameters:
            if parameter.place == "query" and parameter.paging:
                yield parameter.name, _PAGE[parameter.paging]
            elif parameter.place == "query" and parameter.required:
                yield parameter.name, _PLAIN.get(parameter.type, "text")

    def _captures(self, operation: Operation) -> Iterator[Capture]:
        entity_type = made_by(self._contract, operation)
        if entity_type is not None and not entity_type.is_named_by_client:
            yield Capture(entity_name(entity_type), entity_type.identity.tokens)
            return
        for link in success_links(operation):
            for parameter, expression in link.parameters.items():
                name = self._variable(link.operation_id, parameter)
                if expression.is_in_list and expression.message == "response" and self._is_only_listed(parameter):
                    yield Capture(name, expression.tokens, is_of_list=True)
                    return

    def _is_only_listed(self, parameter: str) -> bool:
        """Whether an id can only be found in a list, because only the sandbox can create such an entity."""
        return all(each.creator.sandbox_only for each in self._contract.entity_types if each.parameter == parameter)

    def needs(self, call: Call) -> tuple[str, ...]:
        """Variables of a call that may have no value, because the server provides it."""
        drawn = {entity_name(each) for each in self._contract.entity_types if each.is_named_by_client}
        others = drawn | self._settings | set(call.draws) | set(self.batch_ids)
        used = dict.fromkeys(each.name for each in holes([*call.path.values(), call.body]))
        return tuple(name for name in used if name not in others)

    @cached_property
    def _settings(self) -> frozenset[str]:
        names: set[str] = set()
        for operation in self._contract.operations.values():
            body = request_example(self._contract, operation)
            marked = marks(self._contract, operation, body)
            names |= {setting_of(marked, path) for path, _ in leaves(body)}
        return frozenset(names - {""})

    def _expectation(self, call: Call) -> Expectation:
        operation = call.operation
        if operation.request and any(self._is_only_listed_name(each.name) for each in holes(call.body)):
            # The listed entity is unknown, so whether this call is valid for it is unspecified.
            return Expectation(unspecified=True)
        literal = [name for name, value in call.path.items() if isinstance(value, str)]
        if not literal:
            return SUCCESS
        good = {int(status) for status in operation.responses if status.startswith("2") and status.isdigit()}
        return Expectation(statuses=frozenset(good | operation.unknown(literal[-1])))

    def _is_only_listed_name(self, name: str) -> bool:
        own = [each for each in self._contract.entity_types if entity_name(each) == name]
        return (
            all(each.creator.sandbox_only for each in own) and name not in self._settings and name not in self.batch_ids
        )
