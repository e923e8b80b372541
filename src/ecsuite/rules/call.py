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
        query: the query parameters that it must have.
        targets_exist: whether it names only what is there; what a call about anything else gets is unspecified.
    """

    operation: Operation
    ids: Mapping[str, str]
    body: Body | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    targets_exist: bool = True

    @property
    def path(self) -> str:
        """Below the base URL."""
        return fill(self.operation, self.ids)

    @property
    def content(self) -> dict[str, Any]:
        """The body and the query, as `Api.request` takes them."""
        query = {"params": dict(self.query)} if self.query else {}
        return query if self.body is None else {**query, "json": self.body.value}

    @property
    def expectation(self) -> Expectation:
        """What response it must get.

        Some ids come from elsewhere, such as those of meters: where even one that is nobody's may succeed, whether the
        API knows one that was made up is unspecified.
        """
        if not self.targets_exist:
            return UNSPECIFIED_TARGET
        unknown = [self.operation.unknown(parameter) for parameter in parameters(self.operation)]
        elsewhere = frozenset[int]().union(*(each for each in unknown if each & {200, 204}))
        return Expectation(UNSPECIFIED_TARGET.case, elsewhere) if elsewhere else SUCCESS

    def replacing(self, **ids: str) -> Call:
        """The call with other path parameters."""
        return replace(self, ids={**self.ids, **ids})

    def switching_off(self) -> Call:
        """The call with its switches off: what is new is on, so that switching it on would not show."""
        return replace(self, query={name: "false" if own == "true" else own for name, own in self.query.items()})

    def with_own_id(self, own: str) -> Call:
        """The call with another last path parameter."""
        return self.replacing(**{parameters(self.operation)[-1]: own})
