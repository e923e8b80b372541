"""Faults with pages, January 2026."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ecsuite.findings.breach import Place, body, listed
from ecsuite.findings.pattern import EACH, Equal, OfType, found, inside
from ecsuite.promises import LIST_ORDER, PAGES, RESPONSE_BODY
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, Reply
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab, not_refused
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
        .finding(found(PAGES, o, 200, listed(EACH)))
        for o in PAGED_LISTS
    ),
    *(
        fault(f"{kebab(o)}-pages-overlap", GUIDE, f"a page of {o} begins with the last record of the one before")
        .plant(p.does(o, _overlapping))
        .finding(found(PAGES, o, 200, listed(EACH)))
        for o in PAGED_LISTS
    ),
    *(
        fault(f"{kebab(o)}-last-page-is-lost", GUIDE, f"a last page of {o} that is not full has nothing")
        .plant(p.does(o, _lost_at_the_end))
        .finding(found(PAGES, o, 200, listed("page"), "count"))
        for o in PAGED_LISTS
    ),
    *(
        fault(f"{kebab(o)}-total-is-of-page", GUIDE, f"totalRecords of {o} counts the page")
        .plant(pages(_total_of_page, o))
        .finding(found(PAGES, o, 200, body(("pagination", "totalPages")), "changed"))
        for o in PAGED_LISTS
    ),
    fault("pages-from-0", GUIDE, "pages of users count from 0")
    .plant(p.does("listUsers", partial(_page_of, lambda number: max(1, number - 1))))
    .finding(found(PAGES, "listUsers", 200, listed("userId"))),
    fault("pages-from-2", GUIDE, "the first page of users is the second")
    .plant(p.does("listUsers", partial(_page_of, lambda number: number + 1)))
    .finding(found(PAGES, "listUsers", 200, listed("page"), "count")),
    fault("page-size-is-ignored", GUIDE, "the size of a page of users is not looked at")
    .plant(_asks(lambda _: {"pageSize": "100"}, "listUsers"))
    .finding(found(PAGES, "listUsers", 200, body(("pagination", "pageSize")), "changed")),
    fault("page-size-is-capped", GUIDE, "a page of users has no more than 50")
    .plant(_asks(lambda query: {"pageSize": str(min(50, int(query.get("pageSize", "50"))))}, "listUsers"))
    .finding(found(PAGES, "listUsers", 200, body(("pagination", "pageSize")), "changed", actual=Equal(50))),
    fault("page-has-one-more", GUIDE, "a page of events has one more")
    .plant(p.does("listEvents", _one_more))
    .finding(found(PAGES, "listEvents", 200, listed("page"), "count")),
    fault("page-after-last-is-last", GUIDE, "a page after the last one shows the last one")
    .plant(p.does("listUsers", _last_again))
    .finding(found(PAGES, "listUsers", 200, listed("page"), "count")),
    fault("total-is-one-more", GUIDE, "totalRecords of users is one more")
    .plant(_figure("totalRecords", lambda own: own["totalRecords"] + 1, "listUsers"))
    .finding(found(PAGES, "listUsers", 200, body(("pagination", "totalPages")), "changed")),
    fault("total-is-zero", GUIDE, "totalRecords of events is 0")
    .plant(_figure("totalRecords", lambda _: 0, "listEvents"))
    .finding(found(PAGES, "listEvents", 200, body(("pagination", "nextPage")), "changed")),
    fault("current-page-is-1", GUIDE, "currentPage of users is 1 on every page")
    .plant(_figure("currentPage", lambda _: 1, "listUsers"))
    .finding(found(PAGES, "listUsers", 200, body(("pagination", "currentPage")), "changed", actual=Equal(1))),
    fault("current-page-from-0", GUIDE, "currentPage of events counts from 0")
    .plant(_figure("currentPage", lambda own: own["currentPage"] - 1, "listEvents"))
    .finding(found(PAGES, "listEvents", 200, body(("pagination", "currentPage")), "changed", actual=Equal(0))),
    fault("page-size-is-1000", GUIDE, "pageSize of logs is shown as 1000")
    .plant(_figure("pageSize", lambda _: 1000, "listNotificationLogs"))
    .finding(
        found(PAGES, "listNotificationLogs", 200, body(("pagination", "pageSize")), "changed", actual=Equal(1000))
    ),
    fault("total-pages-rounded-down", GUIDE, "totalPages of users is rounded down")
    .plant(_figure("totalPages", lambda own: own["totalRecords"] // own["pageSize"], "listUsers"))
    .finding(found(PAGES, "listUsers", 200, body(("pagination", "totalPages")), "changed")),
    fault("next-page-after-last", GUIDE, "the last page of users has a nextPage")
    .plant(_figure("nextPage", lambda own: own["currentPage"] + 1, "listUsers"))
    .finding(found(PAGES, "listUsers", 200, body(("pagination", "nextPage")), "changed")),
    fault("next-page-is-this-one", GUIDE, "nextPage of eligible users is the page itself")
    .plant(_figure("nextPage", lambda own: own["nextPage"] and own["currentPage"], "listEligibleUsers"))
    .finding(found(PAGES, "listEligibleUsers", 200, body(("pagination", "nextPage")), "changed", actual=Equal(1))),
    fault("previous-page-of-first", GUIDE, "the first page of events has a previousPage of 0")
    .plant(_figure("previousPage", lambda own: own["currentPage"] - 1, "listEvents"))
    .finding(found(PAGES, "listEvents", 200, body(("pagination", "previousPage")), "changed", actual=Equal(0))),
    fault("total-is-text", GUIDE, "totalRecords of users is text")
    .plant(_figure("totalRecords", lambda own: str(own["totalRecords"]), "listUsers"))
    .finding(
        found(RESPONSE_BODY, "listUsers", 200, body(("pagination", "totalRecords")), "type", actual=OfType("string"))
    ),
    fault("no-pagination", GUIDE, "the list of eligible users has no pagination")
    .plant(p.shows("listEligibleUsers", "/pagination", p.DROP))
    .finding(found(RESPONSE_BODY, "listEligibleUsers", 200, inside("/pagination"), "required")),
    fault("no-current-page", GUIDE, "pagination of events has no currentPage")
    .plant(p.shows("listEvents", "/pagination/currentPage", p.DROP))
    .finding(found(RESPONSE_BODY, "listEvents", 200, inside("/pagination/currentPage"), "required")),
    *(
        fault(f"{kebab(o)}-takes-any-page", GUIDE, f"{o} takes a page that is no number")
        .plant(p.forgives_parameters(o, "page", "1"))
        .finding(not_refused(o, Place("query", "page"), "type"))
        for o in PAGED_LISTS
    ),
    fault("list-users-takes-any-page-size", GUIDE, "listUsers takes a pageSize that is no number")
    .plant(p.forgives_parameters("listUsers", "pageSize", "10"))
    .finding(not_refused("listUsers", Place("query", "pageSize"), "type")),
    fault("events-oldest-first", GUIDE, "events come oldest first")
    .plant(p.wraps(p.of_store("all"), _backwards))
    .finding(found(LIST_ORDER, "listEvents", 200, listed("createdAt"), "order")),
    fault("events-in-order-of-ids", GUIDE, "events on a page are sorted by id")
    .plant(p.lists("listEvents", lambda items: sorted(items, key=lambda own: str(own["id"]))))
    .finding(found(LIST_ORDER, "listEvents", 200, listed("createdAt"), "order")),
)
