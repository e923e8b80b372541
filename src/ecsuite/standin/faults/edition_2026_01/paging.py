"""Faults with pages, January 2026."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.promises import BAD_REQUEST, LIST_ORDER, PAGES, RESPONSE_BODY
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import Expected
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab
from ecsuite.standin.faults.edition_2026_01.operations import PAGED_LISTS
from ecsuite.standin.parts import Parts


def pages(change: Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]], *operations: str) -> Plant:
    """Shows a page otherwise; `change` is given it, and the query that asked for it."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        return replace(reply, body=change(reply.body, call.query))

    return p.together(*(p.does(operation, act) for operation in operations))


def _figure(name: str, change: Callable[[dict[str, Any]], Any], *operations: str) -> Plant:
    """Shows a figure of a page otherwise; `change` is given its pagination."""

    def other(body: dict[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
        figures = body["pagination"]
        return {**body, "pagination": {**figures, name: change(figures)}}

    return pages(other, *operations)


def _asks(change: Callable[[dict[str, str]], dict[str, str]], *operations: str) -> Plant:
    """Reads the query otherwise."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, query={**call.query, **change(dict(call.query))}))

    return p.together(*(p.does(operation, act) for operation in operations))


def _number(query: Mapping[str, str]) -> int:
    return int(query.get("page", "1"))


def _page_of(other: Callable[[int], int], original: Handler, call: Call) -> Reply:
    """The records of another page than was asked for, with the figures of that."""
    records = original(replace(call, query={**call.query, "page": str(other(_number(call.query)))}))
    return replace(records, body={**records.body, "pagination": original(call).body["pagination"]})


def _overlapping(original: Handler, call: Call) -> Reply:
    """From the second page on, the last record of the page before comes first."""
    reply = original(call)
    number = _number(call.query)
    if number < 2:
        return reply
    before = p.items_of(original(replace(call, query={**call.query, "page": str(number - 1)})).body)
    items = p.items_of(reply.body)
    return replace(reply, body=p.with_items(reply.body, [*before[-1:], *items][: len(items)]))


def _lost_at_the_end(original: Handler, call: Call) -> Reply:
    """The records of a last page that is not full are lost."""
    reply = original(call)
    items = p.items_of(reply.body)
    lost = _number(call.query) > 1 and len(items) < int(call.query.get("pageSize", "1"))
    return replace(reply, body=p.with_items(reply.body, [] if lost else items))


def _last_again(original: Handler, call: Call) -> Reply:
    """A page after the last one has the records of the last one."""
    reply = original(call)
    last = reply.body["pagination"]["totalPages"]
    if p.items_of(reply.body) or not last:
        return reply
    again = original(replace(call, query={**call.query, "page": str(last)}))
    return replace(reply, body=p.with_items(reply.body, p.items_of(again.body)))


def _one_more(original: Handler, call: Call) -> Reply:
    """A page has one record more than was asked for."""
    reply = original(call)
    more = original(replace(call, query={**call.query, "page": str(_number(call.query) + 1)}))
    return replace(reply, body=p.with_items(reply.body, [*p.items_of(reply.body), *p.items_of(more.body)[:1]]))


def _total_of_page(body: dict[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    return {**body, "pagination": {**body["pagination"], "totalRecords": len(p.items_of(body))}}


def _backwards(_: Parts, original: Callable[..., list[Any]], *key: Any) -> list[Any]:
    """The events of a partner, the latest first: what lists them turns them around."""
    found = original(*key)
    return found[::-1] if "event" in key else found


FAULTS: Final = faults(
    "paging",
    *(
        fault(f"{kebab(o)}-page-is-ignored", GUIDE, f"{o} shows the first page, whichever is asked for")
        .plant(p.does(o, partial(_page_of, lambda _: 1)))
        .finding(Expected(PAGES, f"{o} -> 200"))
        for o in PAGED_LISTS
    ),
    *(
        fault(f"{kebab(o)}-pages-overlap", GUIDE, f"a page of {o} begins with the last record of the one before")
        .plant(p.does(o, _overlapping))
        .finding(Expected(PAGES, f"{o} -> 200"))
        for o in PAGED_LISTS
    ),
    *(
        fault(f"{kebab(o)}-last-page-is-lost", GUIDE, f"a last page of {o} that is not full has nothing")
        .plant(p.does(o, _lost_at_the_end))
        .finding(Expected(PAGES, f"{o} -> 200", "", "records"))
        for o in PAGED_LISTS
    ),
    *(
        fault(f"{kebab(o)}-total-is-of-page", GUIDE, f"totalRecords of {o} counts the page")
        .plant(pages(_total_of_page, o))
        .finding(Expected(PAGES, f"{o} -> 200"))
        for o in PAGED_LISTS
    ),
    fault("pages-from-0", GUIDE, "pages of users count from 0")
    .plant(p.does("listUsers", partial(_page_of, lambda number: max(1, number - 1))))
    .finding(Expected(PAGES, "listUsers -> 200")),
    fault("pages-from-2", GUIDE, "the first page of users is the second")
    .plant(p.does("listUsers", partial(_page_of, lambda number: number + 1)))
    .finding(Expected(PAGES, "listUsers -> 200")),
    fault("page-size-is-ignored", GUIDE, "the size of a page of users is not looked at")
    .plant(_asks(lambda _: {"pageSize": "100"}, "listUsers"))
    .finding(Expected(PAGES, "listUsers -> 200", "pageSize")),
    fault("page-size-is-capped", GUIDE, "a page of users has no more than 50")
    .plant(_asks(lambda query: {"pageSize": str(min(50, int(query.get("pageSize", "50"))))}, "listUsers"))
    .finding(Expected(PAGES, "listUsers -> 200", "pageSize", "1000", "50")),
    fault("page-has-one-more", GUIDE, "a page of events has one more")
    .plant(p.does("listEvents", _one_more))
    .finding(Expected(PAGES, "listEvents -> 200", "the page")),
    fault("page-after-last-is-last", GUIDE, "a page after the last one shows the last one")
    .plant(p.does("listUsers", _last_again))
    .finding(Expected(PAGES, "listUsers -> 200", "page", "no records")),
    fault("total-is-one-more", GUIDE, "totalRecords of users is one more")
    .plant(_figure("totalRecords", lambda own: own["totalRecords"] + 1, "listUsers"))
    .finding(Expected(PAGES, "listUsers -> 200")),
    fault("total-is-zero", GUIDE, "totalRecords of events is 0")
    .plant(_figure("totalRecords", lambda _: 0, "listEvents"))
    .finding(Expected(PAGES, "listEvents -> 200")),
    fault("current-page-is-1", GUIDE, "currentPage of users is 1 on every page")
    .plant(_figure("currentPage", lambda _: 1, "listUsers"))
    .finding(Expected(PAGES, "listUsers -> 200", "currentPage", "2", "1")),
    fault("current-page-from-0", GUIDE, "currentPage of events counts from 0")
    .plant(_figure("currentPage", lambda own: own["currentPage"] - 1, "listEvents"))
    .finding(Expected(PAGES, "listEvents -> 200", "currentPage", "1", "0")),
    fault("page-size-is-1000", GUIDE, "pageSize of logs is shown as 1000")
    .plant(_figure("pageSize", lambda _: 1000, "listNotificationLogs"))
    .finding(Expected(PAGES, "listNotificationLogs -> 200", "pageSize", "1", "1000")),
    fault("total-pages-rounded-down", GUIDE, "totalPages of users is rounded down")
    .plant(_figure("totalPages", lambda own: own["totalRecords"] // own["pageSize"], "listUsers"))
    .finding(Expected(PAGES, "listUsers -> 200", "totalPages")),
    fault("next-page-after-last", GUIDE, "the last page of users has a nextPage")
    .plant(_figure("nextPage", lambda own: own["currentPage"] + 1, "listUsers"))
    .finding(Expected(PAGES, "listUsers -> 200", "nextPage", "null")),
    fault("next-page-is-this-one", GUIDE, "nextPage of eligible users is the page itself")
    .plant(_figure("nextPage", lambda own: own["nextPage"] and own["currentPage"], "listEligibleUsers"))
    .finding(Expected(PAGES, "listEligibleUsers -> 200", "nextPage", "2", "1")),
    fault("previous-page-of-first", GUIDE, "the first page of events has a previousPage of 0")
    .plant(_figure("previousPage", lambda own: own["currentPage"] - 1, "listEvents"))
    .finding(Expected(PAGES, "listEvents -> 200", "previousPage", "null", "0")),
    fault("total-is-text", GUIDE, "totalRecords of users is text")
    .plant(_figure("totalRecords", lambda own: str(own["totalRecords"]), "listUsers"))
    .finding(Expected(RESPONSE_BODY, "listUsers -> 200", "totalRecords", "an integer", "a string")),
    fault("no-pagination", GUIDE, "the list of eligible users has no pagination")
    .plant(p.shows("listEligibleUsers", "/pagination", p.DROP))
    .finding(Expected(RESPONSE_BODY, "listEligibleUsers -> 200", "/pagination", "required", "missing")),
    fault("no-current-page", GUIDE, "pagination of events has no currentPage")
    .plant(p.shows("listEvents", "/pagination/currentPage", p.DROP))
    .finding(Expected(RESPONSE_BODY, "listEvents -> 200", "/pagination/currentPage", "required", "missing")),
    *(
        fault(f"{kebab(o)}-takes-any-page", GUIDE, f"{o} takes a page that is no number")
        .plant(p.forgives_parameters(o, "page", "1"))
        .finding(Expected(BAD_REQUEST, f"{o} -> 200", "status", "query page is"))
        for o in PAGED_LISTS
    ),
    fault("list-users-takes-any-page-size", GUIDE, "listUsers takes a pageSize that is no number")
    .plant(p.forgives_parameters("listUsers", "pageSize", "10"))
    .finding(Expected(BAD_REQUEST, "listUsers -> 200", "status", "query pageSize is")),
    fault("events-oldest-first", GUIDE, "events come oldest first")
    .plant(p.wraps(p.of_store("all"), _backwards))
    .finding(Expected(LIST_ORDER, "listEvents -> 200", "the list", "latest first")),
    fault("events-in-order-of-ids", GUIDE, "events on a page are sorted by id")
    .plant(p.lists("listEvents", lambda items: sorted(items, key=lambda own: str(own["id"]))))
    .finding(Expected(LIST_ORDER, "listEvents -> 200", "the list", "latest first")),
)
