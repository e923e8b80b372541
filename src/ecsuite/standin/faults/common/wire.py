"""Faults in the transfer of responses: codings, chunks, header fields, repeated members; the same in every edition."""

from __future__ import annotations

import gzip
from typing import Final

from ecsuite.contract import Level
from ecsuite.findings.breach import Place, body
from ecsuite.findings.pattern import Equal, found, inside
from ecsuite.promises import NO_BODY, RESPONSE_BODY
from ecsuite.standin.faults import Fault, Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults, kebab

# All bodies that cannot be decoded cause the same kind of breach; only its note says why.
_TRANSFER: Final = Equal("transfer")


def wire_faults(read: str, listed: str, deleted: str, member: str, level: Level) -> tuple[Fault, ...]:
    """Faults in the transfer of responses.

    Args:
        read: an operation that reads an entity.
        listed: an operation that lists entities.
        deleted: an operation that deletes an entity, and responds with 204.
        member: a string member of the entity.
        level: the level of these operations.
    """
    return faults(
        "wire",
        fault(f"{kebab(deleted)}-has-chunks", level, f"the 204 of {deleted} is chunked, and has a last chunk")
        .plant(p.sends(p.header("Transfer-Encoding", "chunked"), deleted))
        .finding(found(NO_BODY, deleted, 204, Place("header", "Transfer-Encoding"), "present")),
        fault(f"{kebab(read)}-gzip-is-cut-off", level, f"{read} is gzip without its last eight bytes")
        .plant(p.sends(p.chain(p.content(lambda text: gzip.compress(text)[:-8]), _coded("gzip")), read))
        .finding(found(RESPONSE_BODY, read, 200, body(), "unreadable", actual=_TRANSFER)),
        fault(f"{kebab(listed)}-is-twice-coded", level, f"{listed} is said to be gzip twice, and is so once")
        .plant(p.sends(p.chain(p.content(gzip.compress), _coded("gzip, gzip")), listed))
        .finding(found(RESPONSE_BODY, listed, 200, body(), "unreadable", actual=_TRANSFER)),
        fault(f"{kebab(listed)}-is-in-another-coding", level, f"{listed} is in a coding that nobody has asked for")
        .plant(p.sends(_coded("br"), listed))
        .finding(found(RESPONSE_BODY, listed, 200, body(), "unreadable", actual=_TRANSFER)),
        fault("token-is-not-gzip", GUIDE, "the token's response is said to be gzip, and is not")
        .plant(p.sends(_coded("gzip"), "getToken"))
        .finding(found(RESPONSE_BODY, "getToken", 200, body(), "unreadable", actual=_TRANSFER)),
        fault(f"{kebab(read)}-has-a-member-twice", level, f"{read} shows {member} twice, with two values")
        .plant(p.sends(p.content(lambda text: twice(text, member)), read))
        .finding(found(RESPONSE_BODY, read, 200, inside(f"/{member}"), "duplicate", actual=Equal(2))),
    )


def twice(text: bytes, member: str) -> bytes:
    """A JSON text in which a member of an object is repeated; the first value does not count."""
    name = f'"{member}":'.encode()
    return text.replace(name, name + b'"earlier",' + name, 1)


def _coded(coding: str) -> p.ToAnswer:
    return p.header("Content-Encoding", coding)


def _members(text: bytes) -> bytes:
    return gzip.compress(text[:10]) + gzip.compress(text[10:]) if text else text


WIRE_VARIANTS: Final = (
    Variant(
        "gzip-in-two-members",
        "responses are gzip of two members",
        p.sends(p.chain(p.content(_members), _coded("gzip")), status=(200, 201, 400)),
    ),
    Variant(
        "gzip-by-its-old-name",
        "responses are gzip, by its old name and in capitals, beside identity",
        p.sends(p.chain(p.content(lambda text: gzip.compress(text) if text else text), _coded("identity, X-GZip"))),
    ),
    Variant(
        "headers-beyond-ascii",
        "responses have headers with letters beyond ASCII",
        p.sends(
            p.chain(p.header("Location", "/users/Tromsø"), p.header("X-Place", "Bodø")),
            status=(200, 201, 204, 400, 404),
        ),
    ),
)
