"""Temporary: samples that ask for ids while they are drawn, for `world` as it is. It goes when `rules/` is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ecsuite.contract import Contract, Pointer
from ecsuite.samples import NOTHING, Body, Draw, Given, Reference, Samples, Wrong

Named = Callable[[str], str | None]


class AskingSamples:
    """`Samples` with the ids of `named`, which gives one by `operationId.parameter`, or None where there is none."""

    def __init__(self, contract: Contract, draw: Draw, named: Named) -> None:
        self._samples = Samples(contract, draw)
        self._ids = _Asked(named)

    def smallest(self, schema: Pointer, given: Given = NOTHING) -> Body:
        """See `Samples.smallest`."""
        return self._samples.smallest(schema, self._ids, given)

    def fullest(self, schema: Pointer, given: Given = NOTHING, turn: int = 1) -> Body:
        """See `Samples.fullest`."""
        return self._samples.fullest(schema, self._ids, given, turn)

    def legal(self, schema: Pointer, given: Given = NOTHING) -> Iterator[Body]:
        """See `Samples.legal`."""
        return self._samples.legal(schema, self._ids, given)

    def wrong(self, schema: Pointer, given: Given = NOTHING) -> Iterator[Wrong]:
        """See `Samples.wrong`."""
        return self._samples.wrong(schema, self._ids, given)

    def unspecified(self, schema: Pointer, given: Given = NOTHING) -> Iterator[Wrong]:
        """See `Samples.unspecified`."""
        return self._samples.unspecified(schema, self._ids, given)


class _Asked(Mapping[Reference, str]):
    def __init__(self, named: Named) -> None:
        self._named = named

    def __getitem__(self, reference: Reference) -> str:
        found = self._named(f"{reference.operation}.{reference.parameter}")
        if found is None:
            raise KeyError(reference)
        return found

    def __iter__(self) -> Iterator[Reference]:
        return iter(())

    def __len__(self) -> int:
        return 0
