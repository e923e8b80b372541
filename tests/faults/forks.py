"""Runs a function on many things, each in a forked process of its own, some at once.

A fork starts with all that its parent has imported and compiled, and leaves nothing behind in it. The parent has no
thread, for what a thread of it holds at that moment would be passed in the fork for ever.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Fork(Generic[T]):
    """A process at work."""

    process: ForkProcess
    subject: T
    ends_at: float


def in_forks(
    function: Callable[[T], R], subjects: Iterable[T], *, at_once: int, seconds: float
) -> Iterator[tuple[T, R | None]]:
    """The subjects with what the function gave, as they come; None of one that died, or took too long.

    Args:
        function: what it gives must be picklable; what it is given need not.
        subjects: in the order in which they are begun.
        at_once: how many processes.
        seconds: how long each may take.
    """
    waiting = iter(subjects)
    running: dict[Connection, Fork[T]] = {}
    try:
        while True:
            while len(running) < at_once and (subject := next(waiting, None)) is not None:
                connection, fork = _start(function, subject, seconds)
                running[connection] = fork
            if not running:
                return
            for connection in _ready(running):
                fork = running.pop(connection)
                yield fork.subject, _end(connection, fork)
    finally:
        for fork in running.values():
            fork.process.kill()
            fork.process.join()


def _start(function: Callable[[T], R], subject: T, seconds: float) -> tuple[Connection, Fork[T]]:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(function, subject, theirs))
    process.start()
    # The fork alone has the other end now, so that its death is the end of the pipe.
    theirs.close()
    return ours, Fork(process, subject, time.monotonic() + seconds)


def _work(function: Callable[[T], R], subject: T, results: Connection) -> None:
    results.send(function(subject))
    results.close()
    # Without the tidying up of an interpreter, which would wait for a thread that hangs.
    os._exit(0)


def _ready(running: dict[Connection, Fork[T]]) -> list[Connection]:
    """Who has said something, or ended, or has no time left; waits for the first."""
    soonest = min(fork.ends_at for fork in running.values())
    ready = wait(running, max(0.0, soonest - time.monotonic()))
    now = time.monotonic()
    return [connection for connection, fork in running.items() if connection in ready or fork.ends_at <= now]


def _end(connection: Connection, fork: Fork[T]) -> R | None:
    try:
        return connection.recv() if connection.poll() else None
    except EOFError:
        return None
    finally:
        fork.process.kill()
        fork.process.join()
        connection.close()
