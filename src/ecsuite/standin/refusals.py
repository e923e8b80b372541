"""Refusals of bad input in the shape that the contract lists for the operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ecsuite.contract import Operation
from ecsuite.standin.call import RefusalError, Reply

PROBLEM = "application/problem+json"
TEXT = "application/json"


@contextmanager
def refusing_as_listed(operation: Operation) -> Iterator[None]:
    """Let refusals out of the block as problem documents, or as JSON strings where the operation lists only those."""
    try:
        yield
    except RefusalError as refusal:
        rule = operation.response(refusal.reply.status)
        if rule is not None and TEXT in rule.content and PROBLEM not in rule.content:
            refusal.reply = Reply(refusal.reply.status, _text(refusal.reply.body), refusal.reply.headers)
        raise


def _text(problem: dict[str, Any]) -> str:
    """What a problem document says, as one line."""
    errors = [f"{at}: {why}" for at, reasons in problem.get("errors", {}).items() for why in reasons]
    return " ".join([problem["title"], *errors])
