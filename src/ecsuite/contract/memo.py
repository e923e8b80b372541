"""A thread-safe cache: values are made at the first access, and then kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class Memo(dict[_K, _V]):
    """A dict that makes missing values: once per key, and visible to other threads only when complete.

    Args:
        make: makes the value of a key. It may add further complete values to the dict.
    """

    def __init__(self, make: Callable[[_K], _V]) -> None:
        super().__init__()
        self._make = make
        self._lock = threading.RLock()

    def __missing__(self, key: _K) -> _V:
        with self._lock:
            # Another thread may have made it while this one waited.
            if key not in self:
                self[key] = self._make(key)
            return self[key]
