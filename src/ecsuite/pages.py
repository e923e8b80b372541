"""A list that comes in pages: walked page by page, and what its figures have to say of it.

    Pages(world, operation).check(entities)

Figures must agree with each other and with what comes; the pages together hold every record once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ecsuite.contract import Operation
from ecsuite.http import httpx
from ecsuite.rules import PAGED, json_of
from ecsuite.world import Entity, World, records_of, total_of

LARGEST: Final = 1000
# However long a list is, it is walked in about so many pages, of which the last one is not full.
FEW_PAGES: Final = 5
# Small pages are for short lists.
SMALL: Final = (1, 2)
MOST_PAGES: Final = 12
# While a list is walked others may make entities; then it is walked again, so many times.
WALKS: Final = 3


class Pages:
    """One paged list of a partner.

    Args:
        world: whose list.
        operation: what lists.
        query: what else is asked for.
    """

    def __init__(self, world: World, operation: Operation, query: Mapping[str, str] | None = None) -> None:
        self._world = world
        self._operation = operation
        self._query = query or {}

    def page(self, number: int, size: int, **options: Any) -> httpx.Response:
        """One page, which is counted from 1."""
        names = (self._operation.paged_by("page"), self._operation.paged_by("size"))
        query = {**self._query, **dict(zip(names, (str(number), str(size)), strict=True))}
        return self._world.api.get(self._operation.path, params=query, **options)

    def check(self, entities: Iterable[Entity] = ()) -> None:
        """Walk the list by pages of several sizes; each of the entities must be on one of the pages, once."""
        total = total_of(json_of(self.page(1, LARGEST)))
        sizes = {LARGEST, total // FEW_PAGES + 1, *(size for size in SMALL if total <= size * MOST_PAGES)}
        walked = {size: self.walk(size) for size in sorted(size for size in sizes if size <= LARGEST)}
        for size, pages in walked.items():
            for number, answer in enumerate(pages, 1):
                self._must_agree(answer, number, size)
            if pages:
                self._must_hold(pages, size, entities)
        smallest = min(walked)
        self._must_hold_the_same(walked[smallest], walked[LARGEST], smallest)

    def walk(self, size: int) -> list[httpx.Response]:
        """Every page; none where the list did not stay the same for as long as that takes."""
        for _ in range(WALKS):
            pages = [self.page(1, size)]
            while len(pages) * size < total_of(json_of(pages[-1])) and len(pages) <= MOST_PAGES:
                pages.append(self.page(len(pages) + 1, size))
            bodies = [json_of(answer) for answer in [*pages, self.page(1, size)]]
            first, again = (sorted(map(_identity, records_of(body))) for body in (bodies[0], bodies[-1]))
            if len(set(map(total_of, bodies))) == 1 and first == again:
                return pages
        self._world.rules.not_checked(PAGED, "the list changed while it was walked, again and again")
        return []

    def _must_agree(self, answer: httpx.Response, number: int, size: int) -> None:
        """See that the figures of a page agree with each other and with what is on it."""
        body = json_of(answer)
        said = body.get("pagination") if isinstance(body, dict) else None
        said, count = said if isinstance(said, dict) else {}, len(records_of(body))
        total, own_size = total_of(body), said.get("pageSize", size)
        pages = -(-total // own_size) if isinstance(own_size, int) and own_size > 0 else 0
        wanted = {
            "currentPage": number,
            "pageSize": size,
            # Of an empty list nobody has said how many pages it has.
            "totalPages": pages or said.get("totalPages"),
            "nextPage": number + 1 if number < pages else None,
            "previousPage": number - 1 if number > 1 else None,
        }
        for name, value in wanted.items():
            if name in said:
                self._require(
                    answer,
                    holds=said[name] == value,
                    at=f"body /pagination/{name}",
                    expected=f"{'null' if value is None else value}, for page {number} of {total} records by {size}",
                    actual="null" if said[name] is None else str(said[name]),
                )
        expected = min(size, max(0, total - (number - 1) * size))
        self._require(
            answer,
            holds=count == expected,
            at="the page",
            expected=f"{expected} of {total} records, on page {number} by {size}",
            actual=f"{count} records",
        )

    def _must_hold(self, pages: list[httpx.Response], size: int, entities: Iterable[Entity]) -> None:
        """See that each entity is on one of the pages, once."""
        for entity in entities:
            found = sum(len(self._world.items(answer, entity.entity_type, entity.id)) for answer in pages)
            # A walk that ended early has not seen all.
            ended = len(pages) * size < total_of(json_of(pages[0]))
            self._require(
                pages[0],
                holds=found == 1 or (ended and found == 0),
                at=f"an item with the {entity.entity_type.member} {entity.id}, on {len(pages)} pages by {size}",
                expected="once",
                actual=f"{found} times",
            )

    def _must_hold_the_same(self, pages: list[httpx.Response], large: list[httpx.Response], size: int) -> None:
        """See that small pages together hold what large ones hold, each record as often."""
        if not pages or not large or len({total_of(json_of(answer)) for answer in (pages[0], large[0])}) > 1:
            self._world.rules.not_checked(PAGED, "the list changed between one walk and another")
            return
        expected, found = (
            Counter(_identity(record) for answer in walk for record in records_of(json_of(answer)))
            for walk in (large, pages)
        )
        missing, more = expected - found, found - expected
        self._require(
            pages[0],
            holds=not missing and not more,
            at=f"the {len(pages)} pages by {size}",
            expected="the records of large pages, each as often",
            actual=f"{missing.total()} are missing, {more.total()} too many",
        )

    def _require(self, answer: httpx.Response, *, holds: bool, at: str, expected: str, actual: str) -> None:
        self._world.rules.require(PAGED, answer, holds=holds, at=at, expected=expected, actual=actual)


def _identity(record: Any) -> str:
    """What stays the same of a record: its ids."""
    if not isinstance(record, dict):
        return json.dumps(record)
    return json.dumps({name: own for name, own in sorted(record.items()) if name.lower().endswith("id")})
