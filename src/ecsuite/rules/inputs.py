"""Tables of wrong and unusual inputs for any operation, each with a name; pure."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ecsuite.client import is_findable
from ecsuite.contract import Operation, parameters
from ecsuite.json_paths import Path, at_path, leaves
from ecsuite.messages.exchange import Expectation
from ecsuite.promises import BEARER_TOKEN, OPERATION, REQUEST_BODY, REQUEST_PARAMETERS, Promise
from ecsuite.rules.call import Call
from ecsuite.samples import Wrong

BREAKS_BODY: Final = frozenset({REQUEST_BODY})
BREAKS_CONTRACT: Final = frozenset({REQUEST_BODY, REQUEST_PARAMETERS, OPERATION})
BAD_REQUEST: Final = frozenset({400})
UNAUTHORIZED: Final = frozenset({401})
PLAIN: Final = "application/json"
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_THERE: Final = frozenset({404, 405})
OTHER_METHOD: Final = frozenset({OPERATION})
BAD_NUMBERS: Final = ("abc", "1.5", "0x10", "--1")
PAGES_OUT_OF_BOUNDS: Final = ("0", "-1", "1001", "999999999", "2147483648", "99999999999999999999")

# Well-formed JSON Web Tokens that nobody has issued: one with a foreign signature, one that claims to need none.
_CLAIMS = {"iss": "https://nobody.example", "sub": "nobody", "client_id": "nobody", "exp": 4102444800}
_FOREIGN_TOKENS: Final[dict[str, tuple[dict[str, str], bytes]]] = {
    "signed-token-another-issuer": ({"alg": "HS256", "typ": "JWT"}, b"\x01" * 32),
    "unsigned-token": ({"alg": "none", "typ": "JWT"}, b""),
}
# Header, claims and signature.
_PARTS_OF_JWT: Final = 3
# The length from which nobody else has an id that differs from a known one in one letter only.
_LONG: Final = 20
# An id that is the same for everybody.
_NULL: Final = "null"
_NO_JSON: Final = {
    "no-json": b"not json",
    "form": b"userId=42&name=x",
    "xml": b"<user><id>42</id></user>",
    "nothing-at-all": b"",
    "blanks": b"   ",
    "open-brace": b"{",
    "nan": b"NaN",
}
# Fresh digits replace each *, so that tests that run in parallel share no id.
_UNUSUAL_IDS: Final = {
    "letters": "kunde-øst-Å*",
    "blanks": "a b  *",
    "blanks-around": " a * ",
    "encoded-slash": "a/*",
    "encoded-backslash": "a\\*",
    "reserved-characters": "a?b#c&d=e+f;g,h:i@*",
    "percent-sign": "100%25*",
    "quotes": 'it\'s "*"',
    "emoji": "\U0001f697*",
    "dots": "*..b...",
    "hidden-path": "../../etc/*",
    "nul": "a\x00*",
    "sql": "' OR '*'='*",
    "very-long-id": f"{'long' * 500}*",
    "number": "*",
    _NULL: _NULL,
}
UNUSUAL_IN_PATH: Final = (
    "letters",
    "encoded-slash",
    "reserved-characters",
    "hidden-path",
    "nul",
    "emoji",
    "very-long-id",
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that must be refused; another response is a finding, and does not stop the test.

    Attributes:
        case: its name: `secret-cut-off`.
        content: how it differs from the call that would succeed, as options of `Calls.send`.
        statuses: the allowed statuses of the refusal.
        violates: the promises that the request breaks.
    """

    case: str
    content: Mapping[str, Any]
    statuses: frozenset[int] = BAD_REQUEST
    violates: frozenset[Promise] = BREAKS_BODY

    @property
    def options(self) -> dict[str, Any]:
        """The options of `Calls.send`."""
        expect = Expectation(self.case, self.statuses, self.violates)
        return {**self.content, "expect": expect, "strict": False}


def unspecified(case: str) -> Expectation:
    """The expectation for an input that no published source covers: any response but a server error."""
    return Expectation(case, violates=BREAKS_CONTRACT, unspecified=True)


# Credentials


def bad_credentials(token: str, client_id: str, client_secret: str, unknown_token: str) -> list[Refused]:
    """Requests without a valid token: with a token of no partner, or with none at all."""
    middle = len(token) // 2
    changed = "A" if token[middle] != "A" else "B"
    basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    found: dict[str, str | None] = {
        "no-token": None,
        "empty-authorization-header": "",
        "no-token-after-scheme": "Bearer",
        "token-nobody": f"Bearer {unknown_token}",
        "token-cut-off": f"Bearer {token[:middle]}",
        "token-one-character-changed": f"Bearer {token[:middle]}{changed}{token[middle + 1 :]}",
        "token-something-behind": f"Bearer {token}x",
        "token-another-case": f"Bearer {token.swapcase()}",
        "token-backwards": f"Bearer {token[::-1]}",
        "token-without-scheme": token,
        "token-another-scheme": f"Token {token}",
        "client-id-and-secret-scheme-basic": f"Basic {basic}",
        **{name: f"Bearer {own}" for name, own in _forged(token).items()},
    }
    return [_without_good_token(what, header) for what, header in found.items() if header != f"Bearer {token}"]


def _without_good_token(what: str, header: str | None) -> Refused:
    headers = {} if header is None else {"Authorization": header}
    violates = frozenset({BEARER_TOKEN})
    return Refused(what, {"authorize": False, "headers": headers}, UNAUTHORIZED, violates)


def _forged(token: str) -> dict[str, str]:
    """JSON Web Tokens (RFC 7519) that nobody has issued; with the claims of the valid token if that is one."""
    parts = token.split(".")
    claims = parts[1] if len(parts) == _PARTS_OF_JWT else _in_base64(json.dumps(_CLAIMS).encode())
    return {
        name: f"{_in_base64(json.dumps(header).encode())}.{claims}.{_in_base64(signature)}"
        for name, (header, signature) in _FOREIGN_TOKENS.items()
    }


def _in_base64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def wrong_credentials(form: Mapping[str, str], unknown_client: str) -> dict[str, dict[str, str]]:
    """Forms for the token endpoint in which the client id, the secret, or both are wrong."""
    own_id, secret = form["client_id"], form["client_secret"]
    changes = {
        "wrong-secret": {"client_secret": "a-wrong-secret"},
        "secret-cut-off": {"client_secret": secret[:-1]},
        "secret-something-behind": {"client_secret": f"{secret}x"},
        "secret-another-case": {"client_secret": secret.swapcase()},
        "empty-secret": {"client_secret": ""},
        "client_id-another-case": {"client_id": own_id.swapcase()},
        "unknown-client": {"client_id": unknown_client},
        "id-as-secret": {"client_secret": own_id},
        "wildcard": {"client_id": "*", "client_secret": "*"},
        "sql": {"client_secret": "' OR '1'='1"},
    }
    forms = {what: {**form, **change} for what, change in changes.items()}
    return {what: wrong for what, wrong in forms.items() if wrong != form}


# Methods and queries


def other_methods(known: Collection[str]) -> list[list[Refused]]:
    """The requests to try for each method that a path does not support."""
    nothing: tuple[Any, ...] = (None,)
    return [
        [
            Refused(method, {"params": None, "json": content, "method": method}, NOT_THERE, OTHER_METHOD)
            for content in (nothing if method in {"GET", "DELETE"} else ({}, None))
        ]
        for method in METHODS
        if method not in known
    ]


def wrong_queries(operation: Operation) -> list[Refused]:
    """Query parameters that are not the required number or boolean, and required ones that are missing."""
    violates = frozenset({REQUEST_PARAMETERS})
    found: list[tuple[str, dict[str, str]]] = []
    for known in operation.parameters:
        if known.place == "query":
            texts = BAD_NUMBERS if known.type in {"integer", "boolean"} else ()
            found += [(f"{known.name}={text}", {known.name: text}) for text in texts]
            found += [(f"missing-{known.name}", {})] if known.required else []
    return [Refused(what, {"params": query}, BAD_REQUEST, violates) for what, query in found]


# Bodies


def wrong_body(wrong: Wrong) -> Refused:
    """A body that breaks the contract in one place."""
    # httpx sends no body for None.
    null = {"json": None, "content": b"null", "headers": {"Content-Type": PLAIN}}
    return Refused(f"{wrong.case} at {wrong.place}", null if wrong.value is None else {"json": wrong.value})


_BROKEN: Final[Mapping[str, Callable[[str], str]]] = {
    "json-cut-off": lambda text: text[: len(text) // 2],
    "json-without-last-brace": lambda text: text[:-1],
    "json-something-behind": lambda text: f"{text} x",
    "json-trailing-comma": lambda text: f"{text[:-1]},{text[-1]}",
    "json-single-quotes": lambda text: text.replace('"', "'"),
    "json-number-none": lambda text: f'{text[:-1]}, "more": 0x1F}}',
    "json-array": lambda text: f"[{text}]",
    "json-as-text": json.dumps,
}


def broken_bodies(draw: Callable[[], Any]) -> list[Refused]:
    """Bodies that are not JSON, or not the required object, made by breaking a valid one.

    Args:
        draw: returns a fresh legal body, because an accepted one could make the next a duplicate.
    """
    contents = dict(_NO_JSON)
    for what, broken in _BROKEN.items():
        text = json.dumps(draw(), ensure_ascii=False)
        if broken(text) != text:
            contents[what] = broken(text).encode()
    plain = {"json": None, "headers": {"Content-Type": PLAIN}}
    return [Refused(what, {**plain, "content": content}) for what, content in contents.items()]


def unusual_bodies(
    value: Any, large: int, ids: Collection[str] = (), is_legal: Callable[[Any], bool] = lambda _: True
) -> list[dict[str, Any]]:
    """A legal body, sent in ways that no published source covers: options of `Api.request`.

    Args:
        value: the legal body.
        large: the number of characters of a large body.
        ids: the names of members that are ids; they stay, because an entity with an unusual id may be undeletable.
        is_legal: whether a body is legal; illegal ones must be refused, which other tests verify.
    """
    contents = {**_other_media_types(value), **_unusual_json(value, large), **_unusual_texts(value, ids, is_legal)}
    unusual = [
        {
            "json": None,
            "content": content,
            "headers": {"Content-Type": media_type} if media_type else {},
            "expect": unspecified(what),
        }
        for what, (content, media_type) in contents.items()
    ]
    unusual += [
        {"json": changed, "expect": unspecified(what)} for what, changed in _unusual_sizes(value) if is_legal(changed)
    ]
    return [*unusual, {"chunked": True, "expect": unspecified("body-in-chunks")}]


def _other_media_types(value: Any) -> dict[str, tuple[bytes, str | None]]:
    text = json.dumps(value, ensure_ascii=False).encode()
    return {
        "another-media-type": (text, "text/plain"),
        "no-media-type": (text, None),
        "form-by-media-type": (text, "application/x-www-form-urlencoded"),
        "multipart-form-by-media-type": (text, "multipart/form-data; boundary=x"),
        "media-type-none": (text, "json"),
        "unknown-charset": (text, "application/json; charset=klingon"),
        "charset-in-quotes": (text, 'application/json; charset="utf-8"'),
        "xml-by-media-type": (text, "application/xml"),
        "charset-not-own": ('{"name":"Å"}'.encode("utf-16"), "application/json; charset=utf-16"),
    }


def _unusual_json(value: Any, large: int) -> dict[str, tuple[bytes, str | None]]:
    text = json.dumps(value, ensure_ascii=False)
    more = text[:-1]
    contents = {
        "bytes-no-utf-8": text.encode("latin-1", "replace").replace(b'":', b'\xe5":', 1),
        "byte-order-mark": b"\xef\xbb\xbf" + text.encode(),
        "unknown-members": f'{more},"unknown":{{"deep":[1,null,"x"]}}}}'.encode(),
        "member-twice": f"{more},{more[1:]}}}".encode(),
        "deep-nesting-unknown-member": f'{more},"unknown":{_nested(2000)}}}'.encode(),
        "deep-nesting": _nested(20000).encode(),
        "very-large-number": f'{more},"unknown":{"9" * 400}}}'.encode(),
        "number-beyond-every-range": f'{more},"unknown":1e999}}'.encode(),
        "large-body": f'{more},"unknown":"{"x" * large}"}}'.encode(),
    }
    return {what: (content, PLAIN) for what, content in contents.items()}


def _unusual_texts(
    value: Any, ids: Collection[str], is_legal: Callable[[Any], bool]
) -> dict[str, tuple[bytes, str | None]]:
    """Bodies with an unusual first free text; if a body has none except ids, an unknown member contains it."""
    texts = (
        leaf
        for at, leaf in leaves(value)
        if isinstance(leaf, str) and not set(at[-1:]) & set(ids) and is_legal(_with(value, at, "any text"))
    )
    first, text = next(texts, None), json.dumps(value, ensure_ascii=False)
    if first is None:
        first = "an unusual text"
        text = f'{text[:-1]},"unknown":"{first}"}}'
    contents = {
        "lone-surrogate": text.replace(first, "\\ud83d").encode(),
        "nul-text": text.replace(first, "a\\u0000b").encode(),
        "empty-text": text.replace(f'"{first}"', '""').encode(),
    }
    return {what: (content, PLAIN) for what, content in contents.items()}


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def _unusual_sizes(value: Any) -> Iterator[tuple[str, Any]]:
    """Bodies that are formally legal, with one value of a size that no client sends."""
    unusual: dict[type, list[Any]] = {list: [[]], str: [""], int: [10**30, -1], float: [1e300, -0.0]}
    for at, leaf in leaves(value):
        for new in unusual.get(type(leaf), []):
            yield f"{json.dumps(new)} at /{'/'.join(map(str, at))}", _with(value, at, new)


def _with(value: Any, at: Path, new: Any) -> Any:
    changed = copy.deepcopy(value)
    at_path(changed, at[:-1])[at[-1]] = new
    return changed


# Ids


def similar_ids(own: str) -> dict[str, str]:
    """Ids that resemble a given one and that nobody has, by the names of the cases; none if the id is short."""
    if len(own) < _LONG:
        return {}
    return {"beginning-of-an-id": own[:-1], "end-of-an-id": own[1:], "id-and-a-letter": f"{own}0"}


def unknown_id(operation: Operation, parameter: str) -> Refused:
    """The refusal that an unknown id in the path must get."""
    return Refused(f"unknown-{parameter}", {}, operation.unknown(parameter), frozenset())


def unknown_path_ids(operation: Operation) -> Refused:
    """The refusal if every id in the path is unknown: which of them is checked first is unspecified."""
    statuses = [operation.unknown(name) for name in parameters(operation)]
    last = unknown_id(operation, parameters(operation)[-1])
    return replace(last, statuses=last.statuses.union(*statuses))


def unknown_ids(call: Call, parameter: str) -> list[tuple[Call, Refused]]:
    """Calls with an unknown id that resembles an existing one, each with the refusal that it must get.

    Args:
        call: a call that would succeed.
        parameter: the path parameter to change.
    """
    # A server whose ids have a fixed form may reject these as malformed.
    statuses = call.operation.unknown(parameter) | {400, 404}
    return [
        (call.replacing(**{parameter: alike}), Refused(what, {}, statuses, frozenset()))
        for what, alike in similar_ids(call.ids[parameter]).items()
    ]


def unusual_ids(fresh: str) -> dict[str, str]:
    """Ids with unusual characters, each with fresh digits, except `null`."""
    return {case: own.replace("*", fresh) for case, own in _UNUSUAL_IDS.items()}


def deletable_ids(fresh: str, *, is_below_parent: bool, is_first: bool) -> dict[str, str]:
    """The unusual ids of entities that can be deleted: ids that do not work in every path only below a parent.

    Many servers refuse a NUL in a path, so no id has one.

    Args:
        fresh: digits that nobody else has drawn.
        is_below_parent: whether the entity is deleted with its parent.
        is_first: whether its type is the first of those with the same path parameters, whose tests may run in parallel.
    """
    ids = {case: own for case, own in unusual_ids(fresh).items() if is_below_parent or is_findable(own)}
    return {case: own for case, own in ids.items() if "\x00" not in own and (is_first or case != _NULL)}


def every_change(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each member of a body with a value: all booleans false, the others, all booleans true, and the others again."""
    switches = [name for name, value in body.items() if isinstance(value, bool)]
    for on in (False, True) if switches else (True,):
        yield from ((name, on) for name in switches)
        yield from ((name, value) for name, value in body.items() if name not in switches)
