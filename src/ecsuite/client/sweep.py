"""Deletes what one client has created and not deleted, and keeps the reasons for what is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from ecsuite.client.checked import checked_of
from ecsuite.client.cleanup import Cleanup
from ecsuite.errors import BehindFirewall, CouldNotTell, NothingThere, OthersAtStake
from ecsuite.findings.broken import PromiseBroken
from ecsuite.http import httpx
from ecsuite.ledger import Sought
from ecsuite.left import Left, Reason

PAUSE: Final = 0.5
GARBLED: Final = "an answer that is none of HTTP's"
_Why = tuple[Reason, str]


class ForEach(Protocol):
    """Calls a function with each of several independent items."""

    def __call__(self, function: Callable[[str], object], items: Sequence[str]) -> object:
        """Call it with each item."""


class Sweep:
    """Deletes what a client has created.

    Args:
        cleanup: knows what the client has created.
        request: sends a method to a path.
        for_each: calls a function with each of several paths.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        cleanup: Cleanup,
        request: Callable[[str, str], httpx.Response],
        for_each: ForEach,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._cleanup = cleanup
        self._request = request
        self._for_each = for_each
        self._sleep = sleep
        self._why: dict[str, _Why] = {}
        self._given_up: set[str] = set()
        self._unread: list[Left] = []

    def run(self) -> None:
        """Delete everything, the latest first; never raises because of the API."""
        for sought in self._cleanup.sought():
            self._look_for(sought)
        todo = self._todo()
        self._delete_each(todo)
        again = self._todo()
        is_late = any(path not in self._why for level in again for path in level)
        if is_late:
            # A call whose response was lost may still be creating something.
            self._sleep(PAUSE)
        # What cannot be deleted while something depends on it can be deleted after that is gone.
        if is_late or sum(map(len, again)) < sum(map(len, todo)):
            self._delete_each(again)
        # What is reported as left must stay left: a later sweep does not try it again.
        self._given_up.update(*self._todo())

    @property
    def left(self) -> tuple[Left, ...]:
        """What is left, in the order of deletion."""
        paths = [path for level in self._cleanup.left() for path in level]
        return (
            *(Left(path, *self._why.get(path, ("kept", ""))) for path in paths),
            *self._unread,
            *(Left(path, "unfindable") for path in self._cleanup.unfindable),
            *(Left(path, "untraceable") for path in self._cleanup.untraceable),
        )

    def _todo(self) -> list[list[str]]:
        """The paths to delete, as in `Cleanup.left`, without those that have been given up."""
        return [[path for path in level if path not in self._given_up] for level in self._cleanup.left()]

    def _delete_each(self, levels: list[list[str]]) -> None:
        for paths in levels:
            self._for_each(self._delete, paths)

    def _delete(self, path: str) -> None:
        why = self._call("DELETE", path)
        if isinstance(why, tuple):
            self._why[path] = why

    def _look_for(self, sought: Sought) -> None:
        answer = self._call("GET", sought.lister)
        if isinstance(answer, tuple):
            self._unread.append(Left(sought.lister, "untraceable", answer[1]))
            return
        body: Any = checked_of(answer).decoded.values.response
        self._cleanup.found(sought, body)

    def _call(self, method: str, path: str) -> httpx.Response | _Why:
        """The response to a call, or why there is none that is a success or a 404."""
        try:
            response = self._request(method, path)
        except PromiseBroken:
            return "refused", GARBLED
        except BehindFirewall:
            return "unreached", "a firewall refuses it"
        except OthersAtStake as error:
            return "shared", error.others
        except NothingThere as error:
            return "unreached", str(error)
        except CouldNotTell:
            return "unreached", ""
        if response.is_success or response.status_code == httpx.codes.NOT_FOUND:
            return response
        refused: Reason = "unreached" if response.status_code == httpx.codes.UNAUTHORIZED else "refused"
        return refused, str(response.status_code)
