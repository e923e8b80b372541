"""Runs a function on many subjects, each in its own forked process, several at once.

A fork starts with everything that its parent has imported and compiled, and leaves nothing behind in it. The parent
must not have other threads, because a lock that a thread holds during the fork stays locked in the child.
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
    """A running process."""

    process: ForkProcess
    subject: T
    ends_at: float


def in_forks(
    function: Callable[[T], R], subjects: Iterable[T], *, at_once: int, seconds: float
) -> Iterator[tuple[T, R | None]]:
    """Yield each subject with the function's result, in order of completion; None if the process died or timed out.

    Args:
        function: its results must be picklable; its arguments need not be.
        subjects: in the order in which they are started.
        at_once: number of concurrent processes.
        seconds: time limit for each.
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
    # After this, only the child has the other end of the pipe, so its death closes the pipe.
    theirs.close()
    return ours, Fork(process, subject, time.monotonic() + seconds)


def _work(function: Callable[[T], R], subject: T, results: Connection) -> None:
    results.send(function(subject))
    results.close()
    # Skips the interpreter's shutdown, which would wait for hanging threads.
    os._exit(0)


def _ready(running: dict[Connection, Fork[T]]) -> list[Connection]:
    """Wait until a process has sent a result, ended or timed out; return all such connections."""
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
