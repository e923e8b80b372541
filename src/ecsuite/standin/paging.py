"""Pages of a list, and the object that says which page it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

SIZE: Final = 100
LARGEST: Final = 1000


def page_of(name: str, records: Sequence[Any], query: Mapping[str, str]) -> dict[str, Any]:
    """The page of the records that a query asks for, under a name, with its `pagination`.

    What nothing published settles: where no size is asked for it is 100, and what is out of bounds is drawn into them.
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
