"""Where nothing is published, any response will do but a server error; and what was taken can be read again."""

import json

import pytest

from ecsuite.contract import parameters
from ecsuite.messages.exchange import Expectation
from ecsuite.rules import json_of
from ecsuite.world import replacing

pytestmark = pytest.mark.spec
VIOLATES = frozenset(
    {"request body matches contract", "request parameters match contract", "operation is in the contract"}
)
UNUSUAL_IDS = {
    "letters": "kunde-øst-Å42",
    "blanks": "a b  c",
    "blanks around it": " a b ",
    "an encoded slash": "a/b",
    "an encoded backslash": "a\\b",
    "reserved characters": "a?b#c&d=e+f;g,h:i@j",
    "a percent sign": "100%25",
    "quotes": 'it\'s "quoted"',
    "an emoji": "\U0001f697",
    "dots": "a..b...",
    "a hidden path": "../../etc/passwd",
    "a NUL": "a\x00b",
    "SQL": "' OR '1'='1",
    "a very long id": "long" * 500,
    "a number": "42",
    "null": "null",
}
UNUSUAL_IN_PATH = (
    "letters",
    "an encoded slash",
    "reserved characters",
    "a hidden path",
    "a NUL",
    "an emoji",
    "a very long id",
)
# Characters of a large body.
LARGE = 500_000
# What a path may lose on its way, whoever serves it.
FRAGILE = ("/", "\\", "\x00")


def anything(what):
    return Expectation(f"whatever {what} gets", violates=VIOLATES, unspecified=True)


def nested(depth):
    return "[" * depth + "]" * depth


def unusual_texts(value, first_text, large):
    """A legal body in ways that nothing published speaks of, as bytes with a media type."""
    text = json.dumps(value, ensure_ascii=False)
    plain = "application/json"
    more = text[:-1]
    return {
        "another media type": (text.encode(), "text/plain"),
        "no media type": (text.encode(), None),
        "a form by its media type": (text.encode(), "application/x-www-form-urlencoded"),
        "a multipart form by its media type": (text.encode(), "multipart/form-data; boundary=x"),
        "a media type that is none": (text.encode(), "json"),
        "a charset that there is not": (text.encode(), "application/json; charset=klingon"),
        "XML by its media type": (text.encode(), "application/xml"),
        "a charset that is not its own": ('{"name":"Å"}'.encode("utf-16"), "application/json; charset=utf-16"),
        "bytes that are no UTF-8": (text.encode("latin-1", "replace").replace(b'":', b'\xe5":', 1), plain),
        "a byte order mark": (b"\xef\xbb\xbf" + text.encode(), plain),
        "unknown members": (f'{more},"unknown":{{"deep":[1,null,"x"]}}}}'.encode(), plain),
        "a member twice": (f"{more},{more[1:]}}}".encode(), plain),
        "deep nesting in an unknown member": (f'{more},"unknown":{nested(2000)}}}'.encode(), plain),
        "deep nesting": (nested(20000).encode(), plain),
        "a very large number": (f'{more},"unknown":{"9" * 400}}}'.encode(), plain),
        "a number beyond every range": (f'{more},"unknown":1e999}}'.encode(), plain),
        "a large body": (f'{more},"unknown":"{"x" * large}"}}'.encode(), plain),
        "a lone surrogate": (text.replace(first_text, "\\ud83d").encode(), plain),
        "a NUL in a text": (text.replace(first_text, "a\\u0000b").encode(), plain),
        "an empty text": (text.replace(f'"{first_text}"', '""').encode(), plain),
    }


def leaves(value, at=()):
    """Each plain value of a body, with its place."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*at, name))
    elif isinstance(value, list):
        yield at, value
        for index, item in enumerate(value):
            yield from leaves(item, (*at, index))
    else:
        yield at, value


def unusual_values(value):
    """Bodies that are legal by the letter, with one member of a size that nobody sends."""
    for at, leaf in leaves(value):
        unusual = {list: [[]], str: [""], int: [10**30, -1], float: [1e300, -0.0]}.get(type(leaf), [])
        for new in unusual:
            changed = json.loads(json.dumps(value))
            holder = changed
            for token in at[:-1]:
                holder = holder[token]
            holder[at[-1]] = new
            yield f"{json.dumps(new)} at /{'/'.join(map(str, at))}", changed


@pytest.mark.operations(select=lambda _, operation: operation.security and operation.request)
def test_unusual_body_breaks_nothing(operation, world):
    """Unusual media types, bytes, sizes and nestings: refused or taken, but never a server error."""
    call = world.call(operation, full=True)
    text = next(leaf for _, leaf in leaves(call.body.value) if isinstance(leaf, str))

    unusual = [
        {
            "json": None,
            "content": content,
            "headers": {"Content-Type": entity_type} if entity_type else {},
            "expect": anything(what),
        }
        for what, (content, entity_type) in unusual_texts(call.body.value, text, LARGE).items()
    ]
    unusual += [{"json": value, "expect": anything(what)} for what, value in unusual_values(call.body.value)]
    unusual += [{"json": it.value, "expect": anything(f"{it.what} at {it.place}")} for it in world.unspecified(call)]
    unusual.append({"chunked": True, "expect": anything("a body in chunks")})
    world.send_each(call, unusual)

    world.send(call, expect=anything("the next call"))


@pytest.mark.entity_types(select=lambda entity_type: entity_type.sends_id)
def test_unusual_id_that_is_taken_can_be_read(entity_type, world):
    """An id of unusual characters is refused, or the entity can be found under it."""
    for what, unusual in UNUSUAL_IDS.items():
        body = world.body(entity_type.creator).value | {entity_type.member: unusual}
        parent = world.default(entity_type.parent) if entity_type.parent else None
        made = world.api.post(world.path(entity_type.creator, parent), json=body, expect=anything(f"{what} as an id"))
        if not made.is_success:
            continue
        own = unusual if entity_type.is_named_by_client else json_of(made).get(entity_type.member)
        listed = world.listed(world.path(entity_type.lister, parent))
        world.rules.require(
            "created is listed once",
            made,
            holds=len(world.items(listed, entity_type, own)) == 1,
            at=f"{entity_type.lister} afterwards",
            expected=f"an item with the {entity_type.member} that was taken ({what})",
            actual=f"{len(world.items(listed, entity_type, own))} such items",
        )
        if not any(part in own for part in FRAGILE):
            path = world.path(entity_type.reader, parent, own)
            world.rules.require_status(
                "what was sent comes back",
                world.api.get(path, expect=anything(f"{what} as an id")),
                {200},
                f"for {what} as an id, which was taken",
            )


@pytest.mark.operations(select=lambda _, operation: operation.security and parameters(operation))
def test_unusual_id_in_path_breaks_nothing(operation, world):
    """Ids that nobody has, of unusual characters: any response but a server error."""
    call = world.anything(operation)
    known = world.call(operation) or call

    for what in UNUSUAL_IN_PATH:
        unusual = {parameters(operation)[-1]: UNUSUAL_IDS[what]}
        world.send(replacing(known, **unusual), expect=anything(f"{what} in the path"))


@pytest.mark.operations(select=lambda _, operation: operation.security)
def test_unusual_headers_break_nothing(operation, world):
    """What a client accepts or asks for beside the contract: any response but a server error."""
    headers = {"Accept-Language": "nb-NO", "Prefer": "return=minimal", "If-Match": '"x"'}
    call = world.anything(operation)

    for accept in ("application/xml", "text/html", "application/json;q=0"):
        headers["Accept"] = accept
        world.send(call, headers=dict(headers), expect=anything("a client that wants something else"))
    if not operation.request:
        world.send(call, json={"more": "than was asked for"}, expect=anything("a body where none is wanted"))
