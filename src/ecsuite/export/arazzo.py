"""Books as Arazzo 1.0.1 workflows, with two OpenAPI descriptions: one of the API, one of the identity service."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ecsuite.contract import Contract, Pointer
from ecsuite.export.calls import Book, Call, Capture, Variable, filled, holes, ids_of, schema_of
from ecsuite.export.openapi import document as openapi_document
from ecsuite.json_paths import leaves

_API: Final = "api"
_IDENTITY: Final = "identity"
_NAMESPACE: Final = uuid.UUID("7d3d1c52-6f0a-5e0c-8b1c-2f4c1d1a9b55")
_TOKEN: Final = "token"  # noqa: S105  an output's name
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_AT_THE_END: Final = frozenset({"DELETE", "GET"})
_WHOLE: Final = "body"
_UNAUTHORIZED: Final = 401
_NUMBER: Final = re.compile(r"\d+$")


def descriptions(contract: Contract) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a description of the API without the token endpoint, and one of the identity service with nothing else.

    Two documents are needed because a runner has one base URL for each description, and the hosts differ.
    """
    whole, token = openapi_document(contract), contract.token_operation
    own = token.path if token else ""
    paths = whole["paths"]
    api = whole | {"paths": {path: node for path, node in paths.items() if path != own}}
    identity = {
        **{name: part for name, part in whole.items() if name not in {"webhooks", "security"}},
        "servers": paths.get(own, {}).get("servers", whole["servers"]),
        "paths": {path: node for path, node in paths.items() if path == own},
    }
    return api, identity


def workflows(books: Mapping[str, Book], urls: tuple[str, str]) -> dict[str, Any]:
    """Return an Arazzo document with one workflow for each book.

    Args:
        books: by workflow id; all of one edition.
        urls: URLs of the two descriptions, relative to the document.
    """
    book = next(iter(books.values()))
    title = book.contract.source.document["info"]["title"]
    return {
        "arazzo": "1.0.1",
        "info": {
            "title": f"{title} {book.edition}: {' '.join(books) if len(books) == 1 else 'scenarios'}",
            "version": book.edition,
            "description": "Ids are inputs: give others where those are taken. What is made is deleted in the end.",
        },
        "sourceDescriptions": [
            {"name": _API, "url": urls[0], "type": "openapi"},
            {"name": _IDENTITY, "url": urls[1], "type": "openapi"},
        ],
        "workflows": [_Workflow(name, each).made() for name, each in books.items()],
    }


class _Workflow:
    """Builds the workflow of one book."""

    def __init__(self, name: str, book: Book) -> None:
        self._name = name
        self._book = book
        # Source of each variable's value: an output of a step; an input if it is not listed here.
        self._sources: dict[str, str] = {}
        self._token = ""
        self._sent: dict[str, Call] = {}
        self._calls = [(chapter, call) for chapter in book.chapters for call in chapter.calls]
        self._ids = ids_of(call for _, call in self._calls)
        changes = [number for number, (_, call) in enumerate(self._calls) if call.operation.method not in _AT_THE_END]
        # From this step on, the workflow only deletes, and reads what was deleted.
        self._cleanup = max(changes, default=0) + 1

    def made(self) -> dict[str, Any]:
        """Return the workflow."""
        first = self._book.chapters[0]
        text = first.text if len(self._book.chapters) == 1 else "The steps of the guide, in its order."
        return {
            "workflowId": self._name,
            "summary": first.title if len(self._book.chapters) == 1 else f"The {self._name}",
            "description": text,
            "inputs": {"type": "object", "properties": self._inputs()},
            "steps": [self._step(number, call) for number, (_, call) in enumerate(self._calls)],
        }

    def _inputs(self) -> dict[str, Any]:
        named = {each.name for each in self._book.settings}
        used = {each.name for _, call in self._calls for each in holes(call.body)} & named
        inputs: dict[str, Any] = {}
        for each in self._book.settings:
            if each.name in used:
                own = {"type": "string", "description": each.text}
                inputs[each.name] = own | ({"format": "password"} if each.is_secret else {"default": each.value})
        for name in dict.fromkeys(name for _, call in self._calls for name in call.draws):
            value = str(uuid.uuid5(_NAMESPACE, f"{self._book.edition} {self._name} {name}"))
            inputs[name] = {"type": "string", "default": value}
        return inputs

    def _step(self, number: int, call: Call) -> dict[str, Any]:
        chapter, step_id = self._calls[number][0], self._ids[number]
        is_token = call.operation is self._book.contract.token_operation
        is_first = chapter.calls[0] is call and len(self._book.chapters) > 1
        step: dict[str, Any] = {
            "stepId": step_id,
            "description": f"{chapter.title}. {chapter.text}" if is_first else f"{call.title}. {call.text}".strip(),
            "operationId": f"$sourceDescriptions.{_IDENTITY if is_token else _API}.{call.operation.id}",
        }
        if parameters := self._parameters(call):
            step["parameters"] = parameters
        if call.body is not None:
            own = filled(call.body, lambda each: self._own(call, each))
            step["requestBody"] = {"contentType": call.media_type, "payload": own}
        step["successCriteria"] = self._criteria(call)
        after = self._where_nothing_is(number, call)
        if after:
            step["onSuccess"] = after
        if (target := max(self._cleanup, number + 1)) < len(self._ids) and number:
            # After any failure the cleanup steps still run; the workflow fails nevertheless.
            step["onFailure"] = [{"name": "cleanUp", "type": "goto", "stepId": self._ids[target]}]
        if outputs := self._outputs(step_id, call, is_token=is_token, may_be_absent=bool(after)):
            step["outputs"] = outputs
        if call.keeps:
            self._sent[call.keeps] = call
        return step

    def _parameters(self, call: Call) -> list[dict[str, Any]]:
        made = [{"name": name, "in": "path", "value": self._spelt(value)} for name, value in call.path.items()]
        made += [{"name": name, "in": "query", "value": self._spelt(value)} for name, value in call.query]
        if call.operation.security:
            made.append({"name": "Authorization", "in": "header", "value": f"Bearer {{{self._token}}}"})
        return made

    def _outputs(self, step_id: str, call: Call, *, is_token: bool, may_be_absent: bool) -> dict[str, str]:
        outputs: dict[str, str] = {}
        for each in call.captures:
            # A linter confuses steps of the same name in different workflows, so equal outputs get equal names.
            output = _NUMBER.sub("", each.variable)
            output = each.variable if output in outputs else output
            if may_be_absent:
                # A pointer to a missing value fails a step, so the whole body is stored; later steps point into it.
                outputs[_WHOLE] = "$response.body"
                self._sources[each.variable] = f"$steps.{step_id}.outputs.{_WHOLE}#{_pointer(each)}"
            else:
                outputs[output] = f"$response.body#{_pointer(each)}"
                self._sources[each.variable] = f"$steps.{step_id}.outputs.{output}"
        if is_token:
            self._token = f"$steps.{step_id}.outputs.{_TOKEN}"
            return {_TOKEN: "$response.body#/access_token"}
        return outputs

    def _criteria(self, call: Call) -> list[dict[str, str]]:
        rules = call.promised()
        statuses = " || ".join(f"$statusCode == {rule.status}" for rule in rules) or "$statusCode < 500"
        return [{"condition": statuses}, *({"condition": each} for each in self._round_trip(call))]

    def _round_trip(self, call: Call) -> Iterator[str]:
        """Conditions that compare the response with what was sent, for members that the response must have."""
        made = self._sent.get(call.reads.variable) if call.reads else None
        schema = next((found for rule in call.promised() if (found := schema_of(rule))), None)
        if call.reads is None or made is None or schema is None:
            return
        yield f"$response.body#/{call.reads.member} == {self._spelt(Variable(call.reads.variable))}"
        closed = (*call.reads.open, *call.reads.unordered, f"/{call.reads.member}")
        for path, value in leaves(made.body):
            pointer = "".join(f"/{token}" for token in path)
            if pointer.startswith(closed) or not _is_required(self._book.contract, schema, path):
                continue
            if isinstance(value, Variable):
                yield f"$response.body#{pointer} == {self._spelt(value)}"
            elif (literal := _literal(value)) is not None:
                yield f"$response.body#{pointer} == {literal}"

    def _where_nothing_is(self, number: int, call: Call) -> list[dict[str, Any]]:
        """Skip to the next step that needs no missing value, if a list may be empty or the call may be rejected."""
        wanted = {each.variable for each in call.captures} - set(call.draws)
        later = [
            index for index, (_, each) in enumerate(self._calls) if index > number and not wanted & set(each.needs)
        ]
        if not wanted or not _may_be_absent(call) or not later or later[0] == number + 1:
            return []
        conditions = [f"$response.body#{_pointer(each)} != null" for each in call.captures if each.variable in wanted]
        some = {"name": "found", "type": "goto", "stepId": self._ids[number + 1]}
        return [
            {**some, "criteria": [{"condition": each} for each in conditions]},
            {"name": "nothing", "type": "goto", "stepId": self._ids[later[0]]},
        ]

    def _own(self, call: Call, variable: Variable) -> str:
        """What the call sends for a variable: a new id is an input, even if later calls use the id in the response."""
        return f"$inputs.{variable.name}" if variable.name in call.draws else self._spelt(variable)

    def _spelt(self, value: str | Variable) -> str:
        if not isinstance(value, Variable):
            return value
        return self._sources.get(value.name, f"$inputs.{value.name}")


def fit(book: Book) -> Book | None:
    """Reduce a recorded scenario to what workflow runners can execute; None if they cannot execute it.

    A workflow has one partner, whose valid token every call has, and deletes nothing of others. A runner (`redocly
    respect`) does not send a body that is an empty object. Left out are rejected changes, because the recording does
    not say whether a rejection is required, and a GET that repeats the previous one.
    """
    calls = [call for chapter in book.chapters for call in chapter.calls]
    tokens = sum(call.operation is book.contract.token_operation for call in calls)
    # A valid token never causes this status, so the call had another token or none.
    has_other_token = any(call.expectation.statuses == frozenset({_UNAUTHORIZED}) for call in calls)
    if tokens != 1 or has_other_token or any(call.is_sweeping or call.body == {} for call in calls):
        return None
    kept: list[Call] = []
    for call in calls:
        is_refused = call.expectation.statuses is not None
        is_read = call.operation.method == "GET"
        is_repeated = is_read and kept and (kept[-1].operation, kept[-1].path) == (call.operation, call.path)
        if not (is_refused and not is_read) and not is_repeated:
            kept.append(call)
    return replace(book, chapters=(replace(book.chapters[0], calls=tuple(kept)),))


def _pointer(capture: Capture) -> str:
    return "".join(f"/{token}" for token in capture.at)


def _may_be_absent(call: Call) -> bool:
    """Whether a correct response may lack values for later calls: a list may be empty, or the call may be rejected."""
    return any(each.is_of_list for each in call.captures) or any(rule.status[0] != "2" for rule in call.promised())


def _literal(value: Any) -> str | None:
    """A value in the syntax of conditions; None if it has no exact equivalent, or more than one spelling."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str) and not _INSTANT.match(value) and not set(value) & set("'\\{}"):
        return f"'{value}'"
    return None


def _is_required(contract: Contract, schema: Pointer, path: Sequence[str | int]) -> bool:
    """Whether the schema requires a value, at each level of its path."""
    for token in path:
        shape = contract.schemas.shape(schema)
        found = shape.items if isinstance(token, int) else shape.members.get(token)
        if found is None or (isinstance(token, str) and token not in shape.required):
            return False
        schema = found
    return True
