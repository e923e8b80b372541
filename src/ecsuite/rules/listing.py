"""Lists with all their pages, as received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ecsuite.client import Api, checked_of, fill
from ecsuite.contract import EntityType, Operation
from ecsuite.http import httpx
from ecsuite.json_paths import Path
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.rules.reading import require_json

# Far more pages than any list that a test could read.
MOST_PAGES: Final = 500


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its value, its page, and its place in the body of that page."""

    value: Any
    page: httpx.Response
    place: Path


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it was read.

    Attributes:
        pages: the responses, in order; only one if the list is not paged, or was refused.
        items: the items of all pages, in order.
    """

    pages: tuple[httpx.Response, ...]
    items: tuple[Item, ...] = ()

    @property
    def first(self) -> httpx.Response:
        """The response with the first page; it is blamed for findings about the list as a whole."""
        return self.pages[0]

    @property
    def is_success(self) -> bool:
        """Whether the list could be read."""
        return self.first.is_success

    @property
    def values(self) -> list[Any]:
        """The values of the items."""
        return [item.value for item in self.items]

    def having(self, member: str, value: Any) -> list[Item]:
        """The items whose member has a value."""
        return [item for item in self.items if isinstance(item.value, dict) and item.value.get(member) == value]

    def of(self, entity_type: EntityType, entity_id: str) -> list[Item]:
        """The items with the id of an entity."""
        return self.having(entity_type.member, entity_id)

    def count(self, member: str) -> Counter[Any]:
        """How often each value of a member occurs in the items."""
        return Counter(value[member] for value in self.values if isinstance(value, dict) and member in value)


class Lists:
    """Reads lists.

    Args:
        api: the client.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(
        self, path: str, expect: Expectation = SUCCESS, *, strict: bool = True, query: Mapping[str, str] | None = None
    ) -> Listing:
        """Read a list, with all its pages.

        Args:
            path: the path relative to the base URL.
            expect: as for `Api.request`.
            strict: as for `Api.request`.
            query: query parameters other than those of the page.

        Raises:
            PromiseBroken: a page could not be read, or is not JSON; the finding is in the journal.
        """
        listing = Listing(tuple(self._pages(path, expect, query or {}, strict=strict)))
        return Listing(listing.pages, tuple(_items(listing.pages))) if listing.is_success else listing

    def of(
        self, entity_type: EntityType, ids: Mapping[str, str], **options: Any
    ) -> Iterator[tuple[Operation, Listing]]:
        """Each list of an entity type with these path parameters, and the operation that reads it."""
        for lister in entity_type.listers:
            yield lister, self.read(fill(lister, ids), **options)

    def known(self, listing: Listing) -> list[Any]:
        """The values of a list without undeclared members, which may differ each time.

        Raises:
            PromiseBroken: a page is not JSON; the finding is in the journal.
        """
        return [value for page in listing.pages for value in records_of(checked_of(page).known())]

    def _pages(
        self, path: str, expect: Expectation, query: Mapping[str, str], *, strict: bool
    ) -> Iterator[httpx.Response]:
        match = self._api.checker.contract.find("GET", path)
        page, size = (match.operation.paged_by(what) for what in ("page", "size")) if match else ("", "")
        if not match or not page or not size:
            options = {"params": dict(query)} if query else {}
            yield self._api.get(path, expect=expect, strict=strict, **options)
            return
        most, came, total = str(max(self._examples(match.operation, size))), 0, 0
        for number in range(1, MOST_PAGES):
            params = {**query, page: str(number), size: most}
            # Once the first page was returned, the others must be, too.
            response = self._api.get(path, params=params, expect=expect if number == 1 else SUCCESS, strict=strict)
            yield response
            if not response.is_success:
                return
            value = require_json(response)
            total = total_of(value) if number == 1 else total
            more = len(records_of(value))
            came += more
            if came >= total or (not more and number > 1):
                return

    def _examples(self, operation: Operation, parameter: str) -> tuple[Any, ...]:
        """The examples in the contract for a parameter."""
        own = next(known for known in operation.parameters if known.name == parameter)
        return tuple(self._api.checker.contract.schemas.shape(own.schema).keywords.get("examples", ()))


def _items(pages: tuple[httpx.Response, ...]) -> Iterator[Item]:
    for page in pages:
        if page.is_success:
            place, listed = list_in(require_json(page))
            yield from (Item(value, page, (*place, index)) for index, value in enumerate(listed))


def list_in(value: Any) -> tuple[Path, list[Any]]:
    """The list in a response's value, and its place: the value itself, or the first member that is a list."""
    if isinstance(value, list):
        return (), value
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, list):
                return (name,), item
    return (), []


def records_of(value: Any) -> list[Any]:
    """The list in a response's value, as by `list_in`."""
    return list_in(value)[1]


def total_of(value: Any) -> int:
    """The total number of records that a paged list states; 0 if it does not state one."""
    pagination = value.get("pagination") if isinstance(value, dict) else None
    total = pagination.get("totalRecords") if isinstance(pagination, dict) else None
    return total if isinstance(total, int) else 0
