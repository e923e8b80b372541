"""The ids in a list of the API, on all of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from ecsuite.client.checked import checked_of
from ecsuite.client.paths import fill
from ecsuite.contract import Contract, Operation
from ecsuite.http import httpx
from ecsuite.json_paths import objects_in_list

# The largest page size, and more pages than any tenant of a sandbox fills.
SIZE: Final = 1000
MOST_PAGES: Final = 1000


def listed(contract: Contract, lister: Operation, read: Callable[[str], httpx.Response]) -> dict[str, str] | None:
    """The ids in a list, by the paths of their entities; None if the list cannot be read to its end.

    Args:
        contract: defines the listed entities.
        lister: the operation that lists; its path has no parameters.
        read: reads a path with its query.
    """
    found: dict[str, str] = {}
    for page in range(1, MOST_PAGES + 1):
        response = read(_path_of(lister, page))
        if not response.is_success:
            return None
        before = len(found)
        found |= _ids(contract, lister, checked_of(response).decoded.values.response)
        # A server may return fewer items than requested. A page after the last one is empty, or repeats the last one.
        if len(found) == before or not lister.paged_by("page"):
            return found
    return None


def _path_of(lister: Operation, page: int) -> str:
    wanted = {lister.paged_by("page"): page, lister.paged_by("size"): SIZE}
    query = urlencode({name: value for name, value in wanted.items() if name})
    return f"{lister.path}?{query}" if query else lister.path


def _ids(contract: Contract, lister: Operation, shown: Any) -> dict[str, str]:
    types = [each for each in contract.entity_types if lister in each.listers]
    ids = [(each, item.get(each.member)) for each in types for item in objects_in_list(shown)]
    return {fill(each.reader, {each.parameter: own}): own for each, own in ids if isinstance(own, str)}
