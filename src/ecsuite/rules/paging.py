"""Reads paged lists page by page, and verifies their pagination.

The figures of each page must agree with each other and with its records; the pages together have every record once.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from ecsuite.client import Api
from ecsuite.compare import read_time
from ecsuite.contract import Operation
from ecsuite.findings.breach import Breach, Place, body, listed
from ecsuite.findings.datum import NOTHING
from ecsuite.http import httpx
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.promises import LIST_ORDER, LISTED_ONCE, PAGES, Promise
from ecsuite.rules.entity import Entity
from ecsuite.rules.listing import records_of, total_of
from ecsuite.rules.reading import require_json, wrong_places
from ecsuite.rules.verify import Verify

PAGE: Final = Place("list", "page")
LARGEST: Final = 1000
# A list of any length is also read in about so many pages, of which the last one is not full.
FEW_PAGES: Final = 5
# Page sizes for short lists, and the most pages to read with them.
SMALL: Final = (1, 2)
MOST_PAGES: Final = 12
# Others may create entities while a list is read; then it is read again, at most so many times.
WALKS: Final = 3


class Pages:
    """One paged list of a partner.

    Args:
        api: the partner's client.
        operation: the operation that reads the list.
        query: other query parameters.
    """

    def __init__(self, api: Api, operation: Operation, query: Mapping[str, str] | None = None) -> None:
        self._api = api
        self.operation = operation
        self._query = query or {}

    def page(self, number: int, size: int = LARGEST, expect: Expectation = SUCCESS) -> httpx.Response:
        """One page; numbers start at 1."""
        names = (self.operation.paged_by("page"), self.operation.paged_by("size"))
        query = {**self._query, **dict(zip(names, (str(number), str(size)), strict=True))}
        return self._api.get(self.operation.path, params=query, expect=expect)

    def total(self) -> int:
        """The total number of records that the list states."""
        return total_of(require_json(self.page(1)))

    def walk(self, size: int) -> list[httpx.Response]:
        """All pages of a size, in order; none if the list kept changing while it was read."""
        for _ in range(WALKS):
            pages = [self.page(1, size)]
            while len(pages) * size < total_of(require_json(pages[-1])) and len(pages) <= MOST_PAGES:
                pages.append(self.page(len(pages) + 1, size))
            bodies = [require_json(answer) for answer in [*pages, self.page(1, size)]]
            first, again = (sorted(map(_identity, records_of(body))) for body in (bodies[0], bodies[-1]))
            if len(set(map(total_of, bodies))) == 1 and first == again:
                return pages
        return []


class VerifyPages:
    """Records whether the pages of a list are correct.

    Args:
        verify: records the verdicts.
    """

    def __init__(self, verify: Verify) -> None:
        self._verify = verify

    def hold_every_record_once(
        self, pages: Pages, entities: Iterable[Entity] = (), promise: Promise = LISTED_ONCE
    ) -> None:
        """Read a list with several page sizes; each of the entities must be on exactly one page, once.

        Args:
            pages: the pages of the list.
            entities: the entities that must be in it.
            promise: the promise that is broken if an entity is missing even on a single page with the whole list.
        """
        total = pages.total()
        sizes = {LARGEST, total // FEW_PAGES + 1, *(size for size in SMALL if total <= size * MOST_PAGES)}
        walked = {size: pages.walk(size) for size in sorted(size for size in sizes if size <= LARGEST)}
        if len({_all_records(walk) for walk in walked.values() if walk}) > 1:
            # Others may have created one record and deleted another, which does not change the total. A fault recurs.
            walked = {size: pages.walk(size) for size in walked}
        entities = [each for each in entities if self._is_in(walked[LARGEST], each, promise)]
        for size, walk in walked.items():
            if not walk:
                self._verify.not_checked(PAGES, "the list kept changing while it was read")
                continue
            for number, response in enumerate(walk, 1):
                self._figures_agree(response, number, size)
            for entity in entities:
                self._holds(walk, size, entity)
        smallest = min(walked)
        self._hold_the_same(walked[smallest], walked[LARGEST], smallest)

    def is_empty(self, response: httpx.Response, number: int) -> bool:
        """Record whether the page after the last has no records; not checked if it is refused, as it may be."""
        if not response.is_success:
            self._verify.not_checked(PAGES, f"a page after the last is refused with {response.status_code}")
            return True
        count = len(records_of(require_json(response)))
        return self._verify.count(PAGES, response, 0, count, PAGE, note=f"on page {number}, after the last")

    def are_in_order(self, pages: list[httpx.Response], order: str) -> bool:
        """Record whether the records of pages are sorted by the times in a member; descending with a `-` in front."""
        name, descending = order.lstrip("-"), order.startswith("-")
        items = [item for response in pages for item in records_of(require_json(response))]
        times = [_instant(item.get(name)) for item in items]
        pairs = [(one, two) for one, two in itertools.pairwise(times) if one and two]
        wrong = [(one, two) for one, two in pairs if (one < two if descending else one > two)]
        if not pairs:
            self._verify.not_checked(LIST_ORDER, "the list has fewer than two records with a time")
            return True
        expected = "the latest first" if descending else "the earliest first"
        actual = [time.isoformat() for time in wrong[0]] if wrong else NOTHING
        breach = Breach.of("order", listed(name), "descending" if descending else "ascending", actual, note=expected)
        return self._verify.that(LIST_ORDER, pages[0], breach, holds=not wrong)

    def _figures_agree(self, response: httpx.Response, number: int, size: int) -> None:
        """Verify that the figures of a page agree with each other and with its records."""
        value = require_json(response)
        said = value.get("pagination") if isinstance(value, dict) else None
        said, count, total = said if isinstance(said, dict) else {}, len(records_of(value)), total_of(value)
        note, wrong = f"for page {number} of {total} records by {size}", wrong_places(response)
        for name, figure in _figures(said, number, size, total).items():
            if name in said and not any(("pagination", name)[: len(place)] == place for place in wrong):
                breach = Breach.of("changed", body(("pagination", name)), figure, said[name], note=note)
                if not self._verify.that(PAGES, response, breach, holds=said[name] == figure):
                    # The other figures depend on this one.
                    break
        expected = min(size, max(0, total - (number - 1) * size))
        self._verify.count(PAGES, response, expected, count, PAGE, note=note)

    def _is_in(self, walk: list[httpx.Response], entity: Entity, promise: Promise) -> bool:
        """Whether an entity is in a list, once; a breach is recorded only if a single page has the whole list."""
        found = _times(walk, entity)
        if len(walk) != 1 or found == 1 or total_of(require_json(walk[0])) > LARGEST:
            return True
        return self._verify.once(promise, walk[0], entity.id, found, listed(entity.type.member))

    def _holds(self, walk: list[httpx.Response], size: int, entity: Entity) -> None:
        """Verify that an entity is on exactly one of the pages, once."""
        found = _times(walk, entity)
        # If not all pages were read, the entity may be on another one.
        ended = len(walk) * size < total_of(require_json(walk[0]))
        if not (ended and found == 0):
            self._verify.once(PAGES, walk[0], entity.id, found, listed(entity.type.member))

    def _hold_the_same(self, small: list[httpx.Response], large: list[httpx.Response], size: int) -> None:
        """Verify that small pages together hold the same records as large ones, each as often."""
        totals = {total_of(require_json(walk[0])) for walk in (small, large) if walk}
        # A list that grew after the page sizes were chosen may be longer than a walk.
        if not small or not large or len(totals) > 1 or len(small) * size < max(totals):
            self._verify.not_checked(PAGES, "the list changed between two readings")
            return
        expected, found = (
            Counter(_identity(record) for answer in walk for record in records_of(require_json(answer)))
            for walk in (large, small)
        )
        missing, more = expected - found, found - expected
        note = f"on {len(small)} pages by {size}, beside pages by {LARGEST}"
        breach = Breach.of("extra", listed(), actual=_first(more), note=note)
        if missing:
            breach = Breach.of("lost", listed(), _first(missing), note=note)
        self._verify.that(PAGES, small[0], breach, holds=not missing and not more)


def _times(walk: Iterable[httpx.Response], entity: Entity) -> int:
    """How often an entity is on pages."""
    records = [record for response in walk for record in records_of(require_json(response))]
    return sum(isinstance(record, dict) and record.get(entity.type.member) == entity.id for record in records)


def _all_records(walk: Iterable[httpx.Response]) -> tuple[str, ...]:
    """The records on pages, sorted."""
    return tuple(sorted(_identity(record) for answer in walk for record in records_of(require_json(answer))))


def _figures(said: Mapping[str, Any], number: int, size: int, total: int) -> dict[str, Any]:
    """The figures that a page must have, by the total."""
    own_size = said.get("pageSize", size)
    pages = -(-total // own_size) if isinstance(own_size, int) and own_size > 0 else 0
    return {
        "currentPage": number,
        "pageSize": size,
        # The number of pages of an empty list is unspecified.
        "totalPages": pages or said.get("totalPages"),
        "nextPage": number + 1 if number < pages else None,
        "previousPage": number - 1 if number > 1 else None,
    }


def _first(records: Counter[str]) -> Any:
    """The ids of the first of some records; `NOTHING` if there are none."""
    return next((json.loads(identity) for identity in records), NOTHING)


def _instant(text: Any) -> datetime | None:
    """A timestamp for comparison; None if the text is none, which is a finding of the checks."""
    try:
        return read_time(str(text))
    except ValueError:
        return None


def _identity(record: Any) -> str:
    """What identifies a record: its ids."""
    if not isinstance(record, dict):
        return json.dumps(record)
    return json.dumps({name: own for name, own in sorted(record.items()) if name.lower().endswith("id")})
