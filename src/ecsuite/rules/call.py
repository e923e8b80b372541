"""A call that is ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ecsuite.client import fill
from ecsuite.contract import Operation, parameters
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.samples import UNSPECIFIED_TARGET, Body


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an operation.

    Attributes:
        ids: the path parameters.
        query: the required query parameters.
        targets_exist: whether all that it refers to exists; otherwise its response is unspecified.
    """

    operation: Operation
    ids: Mapping[str, str]
    body: Body | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    targets_exist: bool = True

    @property
    def path(self) -> str:
        """The path relative to the base URL."""
        return fill(self.operation, self.ids)

    @property
    def content(self) -> dict[str, Any]:
        """The body and the query, as `Api.request` takes them."""
        query = {"params": dict(self.query)} if self.query else {}
        return query if self.body is None else {**query, "json": self.body.value}

    @property
    def expectation(self) -> Expectation:
        """The expected response.

        Some ids come from outside the API, such as those of meters. If an operation may succeed for unknown ids,
        whether the API knows an invented one is unspecified.
        """
        if not self.targets_exist:
            return UNSPECIFIED_TARGET
        unknown = [parameter.unknown for parameter in self.operation.parameters]
        elsewhere = frozenset[int]().union(*(each for each in unknown if each & {200, 204}))
        return Expectation(UNSPECIFIED_TARGET.case, elsewhere) if elsewhere else SUCCESS

    def replacing(self, **ids: str) -> Call:
        """The call with other path parameters."""
        return replace(self, ids={**self.ids, **ids})

    def switching_off(self) -> Call:
        """The call with all booleans false: new entities have true, so that a change to true would not show."""
        return replace(self, query={name: "false" if own == "true" else own for name, own in self.query.items()})

    def with_own_id(self, own: str) -> Call:
        """The call with another last path parameter."""
        return self.replacing(**{parameters(self.operation)[-1]: own})
