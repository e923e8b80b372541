"""Error responses to invalid input: fixed texts, in the format that the contract lists for the operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from ecsuite.contract import Operation
from ecsuite.findings.breach import Place
from ecsuite.standin.call import RefusalError, Reply

PROBLEM = "application/problem+json"
TEXT = "application/json"
UNREADABLE: Final = "The request cannot be read."
INVALID: Final = "One or more validation errors occurred."
INVALID_VALUE: Final = "The value is not valid."


def invalid(places: Iterable[Place]) -> RefusalError:
    """The error response to input that breaks the contract at these places; the checks' texts are not repeated."""
    return RefusalError(400, INVALID, errors={_member(at): [INVALID_VALUE] for at in places})


def _member(at: Place) -> str:
    """A JSON pointer to a member of the body (`/metadata/year`), the name of a parameter, or `body`."""
    return "".join(f"/{token}" for token in at.path) or at.name or "body"


@contextmanager
def refusing_as_listed(operation: Operation) -> Iterator[None]:
    """Convert errors raised in the block to JSON strings if the operation lists no problem document."""
    try:
        yield
    except RefusalError as refusal:
        rule = operation.response(refusal.reply.status)
        if rule is not None and TEXT in rule.content and PROBLEM not in rule.content:
            refusal.reply = Reply(refusal.reply.status, _text(refusal.reply.body), refusal.reply.headers)
        raise


def _text(problem: dict[str, Any]) -> str:
    """A problem document as a one-line text."""
    errors = [f"{at}: {why}" for at, reasons in problem.get("errors", {}).items() for why in reasons]
    return " ".join([problem["title"], *errors])
