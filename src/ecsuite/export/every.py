"""Chapters that call every operation of a contract, including calls that must be rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ecsuite.contract import Contract, EntityType, Operation
from ecsuite.export.calls import Book, Call, Chapter, Example, Variable
from ecsuite.export.operations import Caller
from ecsuite.export.templates import entity_name, made_by
from ecsuite.messages.exchange import Exchange, Expectation, Headers, Response

_UNAUTHORIZED: Final = 401
_ANONYMOUS: Final = "What a partner may do, nobody else may: without a token every call is refused with 401."
# The contract promises nothing about the body (RFC 6750 section 3).
_REFUSAL: Final = Example(Response(_UNAUTHORIZED, Headers.of([("www-authenticate", "Bearer")])), is_recorded=False)
_DELETIONS: Final = "The parts before the whole. What is deleted can neither be read nor is it listed any more."


def with_every_operation(book: Book, recorded: Mapping[str, Sequence[Exchange]]) -> Book:
    """Append a chapter for each tag of the contract, and a final chapter that deletes what was created.

    Args:
        book: the book to extend.
        recorded: recorded exchanges, by operation id.
    """
    return replace(book, chapters=(*book.chapters, *_Chapters(book.contract, recorded).all()))


class _Chapters:
    """Orders calls so that each finds what it needs."""

    def __init__(self, contract: Contract, recorded: Mapping[str, Sequence[Exchange]]) -> None:
        self._contract = contract
        self._caller = Caller(contract, recorded)
        deleters = {each.deleter.id for each in contract.entity_types if each.deleter}
        known = [each for each in contract.operations.values() if each.security]
        self._operations = [each for each in known if each.id not in deleters]
        self._secured = known

    def all(self) -> Iterator[Chapter]:
        """Yield the chapters."""
        for tag in self._contract.source.document.get("tags", ()):
            own = [each for each in self._operations if tag["name"] in self._tags(each)]
            calls = [call for each in self._in_order(own) for call in self._calls(each)]
            if calls:
                text = tag.get("description", f"Every operation of {tag['name']}.")
                yield Chapter(f"Every operation: {tag['name']}", text, tuple(calls))
        yield Chapter("Every operation: without a token", _ANONYMOUS, tuple(self._refused()))
        yield Chapter("Every operation: delete what was made", _DELETIONS, tuple(self._deletions()))

    def _tags(self, operation: Operation) -> Sequence[str]:
        tags: Sequence[str] = self._contract.source.at(operation.pointer).get("tags", ())
        return tags

    def _in_order(self, operations: Iterable[Operation]) -> list[Operation]:
        """Operations that create entities first, otherwise in the order of the contract."""
        return sorted(operations, key=lambda each: made_by(self._contract, each) is None)

    def _calls(self, operation: Operation) -> Iterator[Call]:
        """The call of an operation; a replacement is followed by a read."""
        call = self._caller.call(operation)
        replaced = next((each for each in self._contract.entity_types if each.replacer is operation), None)
        if replaced is None:
            yield call
            return
        yield replace(call, keeps=entity_name(replaced))
        again = self._caller.call(replaced.reader)
        yield replace(again, title=f"{again.title}: it was replaced")

    def _refused(self) -> Iterator[Call]:
        """Every operation without a token, except calls that would delete other users' data if they were accepted."""
        for operation in self._secured:
            call = self._caller.call(operation)
            if not call.is_sweeping:
                yield replace(
                    call,
                    title=f"{call.title}: without a token",
                    is_anonymous=True,
                    expectation=Expectation(statuses=frozenset({_UNAUTHORIZED})),
                    draws=(),
                    captures=(),
                    keeps="",
                    reads=None,
                    lists=(),
                    examples=(_REFUSAL,),
                )

    def _deletions(self) -> Iterator[Call]:
        for entity_type in reversed(self._contract.entity_types):
            if entity_type.deleter is None:
                continue
            names = [entity_name(entity_type)]
            names += [name for name, made in self._caller.batch_ids.items() if made is entity_type]
            for name in names:
                yield self._named(self._caller.call(entity_type.deleter), entity_type, name)
                gone = self._caller.call(entity_type.reader)
                statuses = entity_type.reader.unknown(entity_type.parameter)
                refused = tuple(each for each in gone.examples if each.response.status in statuses)
                gone = replace(gone, reads=None, expectation=Expectation(statuses=statuses), examples=refused)
                yield self._named(replace(gone, title=f"{gone.title}: it is gone"), entity_type, name)
            lister = entity_type.lister
            if lister and not lister.paged_by("page"):
                call = self._caller.call(lister)
                lists = tuple(replace(each, times=0) for each in call.lists if each.variable in names)
                yield replace(call, title=f"{call.title}: without {entity_name(entity_type)}", lists=lists)

    def _named(self, call: Call, entity_type: EntityType, name: str) -> Call:
        """The call for another entity of the same type."""
        path: dict[str, Any] = {**call.path, entity_type.parameter: Variable(name)}
        call = replace(call, title=f"{call.title} ({name})", path=path, captures=())
        return replace(call, needs=self._caller.needs(call))
