"""Operations of any contract that are safe to call without knowing any data."""

from __future__ import annotations

from ecsuite.contract import Contract, Operation


def readable(contract: Contract) -> list[Operation]:
    """The reads that need a token and no parameters."""
    return [
        operation
        for operation in contract.operations.values()
        if operation.method == "GET"
        and operation.security
        and "{" not in operation.path
        and not any(parameter.required for parameter in operation.parameters)
    ]
