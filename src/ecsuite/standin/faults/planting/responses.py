"""Changes to responses before they are sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final

from ecsuite.contract import Operation
from ecsuite.standin.app import Plant
from ecsuite.standin.faults.planting.seams import FINISH, wraps
from ecsuite.standin.faults.planting.values import edited, text_of
from ecsuite.standin.parts import Answer, Parts

Change = Callable[[Any], Any]
ToAnswer = Callable[[Answer], Answer]
Finish = Callable[[Operation | None, Answer], Answer]

SUCCESSES: Final = range(200, 300)


def finishes(concerned: Callable[[Operation | None, Answer], bool], change: ToAnswer) -> Plant:
    """Changes the responses for which `concerned` is true."""

    def finish(_: Parts, original: Finish, operation: Operation | None, answer: Answer) -> Answer:
        answer = original(operation, answer)
        return change(answer) if concerned(operation, answer) else answer

    return wraps(FINISH, finish)


def sends(change: ToAnswer, *operations: str, status: Collection[int] = SUCCESSES) -> Plant:
    """Changes the responses of operations with certain statuses; of all operations if none is named."""

    def concerned(operation: Operation | None, answer: Answer) -> bool:
        named = not operations or (operation is not None and operation.id in operations)
        return named and answer.status in status

    return finishes(concerned, change)


def elsewhere(change: ToAnswer, code: int) -> Plant:
    """Changes the responses with a status to calls of no operation: unknown paths, wrong methods."""
    return finishes(lambda operation, answer: operation is None and answer.status == code, change)


def shows(operation: str, pointer: str, change: Any, *more: str) -> Plant:
    """Changes a member in the responses of operations; `change` is a function, a value, or DROP."""
    return sends(value(lambda body: edited(body, pointer, change)), operation, *more)


def value(change: Change) -> ToAnswer:
    """Changes the JSON value of a response, if it has one."""

    def edit(answer: Answer) -> Answer:
        if not answer.content:
            return answer
        return replace(answer, content=text_of(change(json.loads(answer.content))).encode())

    return edit


def status(code: int) -> ToAnswer:
    """Replaces the status."""
    return lambda answer: replace(answer, status=code)


def content(change: Callable[[bytes], bytes]) -> ToAnswer:
    """Changes the bytes of the body."""
    return lambda answer: replace(answer, content=change(answer.content))


def header(name: str, text: str | None) -> ToAnswer:
    """Sets a header to another value, or removes it."""

    def edit(answer: Answer) -> Answer:
        rest = {key: own for key, own in answer.headers.items() if key.lower() != name.lower()}
        return replace(answer, headers=rest if text is None else {**rest, name: text})

    return edit


def refusal(code: int, body: Any = None, media_type: str = "application/json") -> ToAnswer:
    """Sends another response instead; a body of bytes is sent as it is."""
    text = body if isinstance(body, bytes) else b"" if body is None else text_of(body).encode()
    return lambda _: Answer(code, {"Content-Type": media_type} if text else {}, text)


def chain(*changes: ToAnswer) -> ToAnswer:
    """Makes several changes, one after the other."""

    def edit(answer: Answer) -> Answer:
        for change in changes:
            answer = change(answer)
        return answer

    return edit
