"""Pages of a list, with the object that describes the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

SIZE: Final = 100
LARGEST: Final = 1000


def page_of(name: str, records: Sequence[Any], query: Mapping[str, str]) -> dict[str, Any]:
    """The page of the records that a query selects, in a member with this name, with its `pagination`.

    Two choices are unspecified by the API: the default page size is 100, and values out of range are clamped.
    """
    number = max(1, int(query.get("page", "1")))
    size = min(max(1, int(query.get("pageSize", SIZE))), LARGEST)
    pages = -(-len(records) // size)
    start = (number - 1) * size
    pagination = {
        "totalRecords": len(records),
        "pageSize": size,
        "currentPage": number,
        "totalPages": pages,
        "nextPage": number + 1 if number < pages else None,
        "previousPage": min(number - 1, pages) if number > 1 and pages else None,
    }
    return {name: list(records[start : start + size]), "pagination": pagination}
