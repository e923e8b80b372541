"""What lenient servers accept, and how frameworks refuse: neither affects a client that keeps the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from ecsuite.severity import is_unusual
from ecsuite.standin.faults import Variant
from ecsuite.standin.faults import planting as p
from ecsuite.standin.parts import Answer, Asked

# The body of ASP.NET's refusal to bind a request.
PROBLEM: Final = {
    "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
    "title": "One or more validation errors occurred.",
    "status": 400,
    "errors": {"$": ["The JSON value could not be converted."], "request": ["The request field is required."]},
    "traceId": "00-2f1c8b1d0e6f4b7a9c3d5e7f90a1b2c3-4d5e6f708192a3b4-00",
}
BAD_REQUEST: Final = (400,)
_TRAILING_COMMA: Final = re.compile(r",(?=\s*[}\]])")


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def number_of_text(value: Any, schema: Mapping[str, Any]) -> Any:
    """`"59.9"` as 59.9, as System.Text.Json reads it for the web."""
    if not isinstance(value, str) or not {"number", "integer"} & set(_types(schema)):
        return p.DROP
    return json.loads(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else p.DROP


def text_of_plain(value: Any, schema: Mapping[str, Any]) -> Any:
    """7 as `"7"`, true as `"True"`, as Json.NET reads them."""
    is_text = "string" in _types(schema) and "enum" not in schema and "format" not in schema
    return str(value) if is_text and isinstance(value, int | float) else p.DROP


def boolean_of_number(value: Any, schema: Mapping[str, Any]) -> Any:
    """1 as true, as Json.NET reads it; and its text."""
    if "boolean" not in _types(schema):
        return p.DROP
    if isinstance(value, int | float):
        return bool(value)
    return {"true": True, "false": False}.get(str(value).lower(), p.DROP)


def option_of_any_case(value: Any, schema: Mapping[str, Any]) -> Any:
    """An option of an enum in another case, or by its number, as .NET reads it."""
    options = [option for option in schema.get("enum", ()) if isinstance(option, str)]
    if isinstance(value, int) and not isinstance(value, bool):
        return options[value] if 0 <= value < len(options) else p.DROP
    return next((each for each in options if isinstance(value, str) and each.lower() == value.lower()), p.DROP)


def loosely(text: bytes) -> bytes:
    """A body without trailing commas and trailing text, as Json.NET reads it."""
    mended = _TRAILING_COMMA.sub("", text.decode("utf-8", "replace")).replace("'", '"')
    try:
        value, _ = json.JSONDecoder().raw_decode(mended)
    except (ValueError, RecursionError):
        return text
    return json.dumps(value).encode() if isinstance(value, dict) else text


def _says_no_type(asked: Asked) -> bool:
    request = asked.decoded.exchange.request
    is_of_api = asked.operation.request is not None and asked.operation.security is not None
    return is_of_api and request.headers.get("Content-Type") is None


def _is_unusual(asked: Asked) -> bool:
    return is_unusual(asked.decoded.exchange.request)


def _trace(_: Answer) -> Answer:
    text = b"Microsoft.AspNetCore.Http.BadHttpRequestException: Failed to read parameter from the request body.\n"
    return Answer(400, {"Content-Type": "text/plain; charset=utf-8"}, text)


def lenient_variants(secured: tuple[str, ...]) -> tuple[Variant, ...]:
    """What every server may do with requests that break the contract.

    Args:
        secured: the operations that need a token.
    """
    return (
        Variant("refusals-are-empty", "a 400 has no body", p.sends(p.refusal(400), *secured, status=BAD_REQUEST)),
        Variant(
            "refusals-are-problems",
            "a 400 is a problem document with a trace id, whatever is listed",
            p.sends(p.refusal(400, PROBLEM, "application/problem+json"), *secured, status=BAD_REQUEST),
        ),
        Variant("refusals-are-text", "a 400 is a stack trace as text", p.sends(_trace, *secured, status=BAD_REQUEST)),
        Variant(
            "refusals-are-short-objects",
            "a 400 is an object of title and errors",
            p.sends(
                p.refusal(400, {"title": PROBLEM["title"], "errors": {"userId": ["?"]}}), *secured, status=BAD_REQUEST
            ),
        ),
        Variant(
            "no-challenge",
            "a 401 has no challenge",
            p.sends(p.header("WWW-Authenticate", None), *secured, status=(401,)),
        ),
        Variant("numbers-in-text-are-taken", "a number may come as text", p.binds(number_of_text, *secured)),
        Variant(
            "text-in-numbers-is-taken", "a text may come as a number, or as true", p.binds(text_of_plain, *secured)
        ),
        Variant(
            "numbers-for-booleans-are-taken", "true may come as 1, or as text", p.binds(boolean_of_number, *secured)
        ),
        Variant(
            "enums-in-any-spelling",
            "an enum's option may come in another case, or by its number",
            p.binds(option_of_any_case, *secured),
        ),
        Variant(
            "json-may-be-loose",
            "commas at ends, and text behind the JSON, are passed over",
            p.reads_text(loosely, *secured),
        ),
        Variant(
            "no-type-is-415", "a call whose body says no type is answered with 415", p.refuses_when(_says_no_type, 415)
        ),
        Variant(
            "unusual-bytes-are-500",
            "bytes that are no UTF-8, and rare spellings of a media type, are answered with 500",
            p.crashes(_is_unusual, *secured),
        ),
    )
