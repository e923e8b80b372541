"""JSON as tolerant servers read it: with trailing commas, comments, other quotes or none, and something behind it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ecsuite.messages.media import UndecodableError, read_json

# What a text of JSON is made of, as far as tolerant readers differ: strings stay whole. What is opened and never closed
# is taken to the end, so that nothing is looked at twice.
_TOKEN: Final = re.compile(
    r"""
    (?P<string>"(?:[^"\\]|\\.)*+"?)
    | (?P<quoted>'(?:[^'\\]|\\.)*+'?)
    | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<bare>(?<!\w)[A-Za-z_]\w*+(?=\s*:))
    | (?P<none>NaN|-?Infinity)
    | (?P<comma>,(?=\s*[}\]]))
    | (?P<hex>-?0[xX][0-9a-fA-F]+)
    | (?P<number>[-+]?[0-9]++(?:\.[0-9]*+)?(?:[eE][-+]?[0-9]+)?)
    """,
    re.VERBOSE | re.DOTALL,
)
_DECODER: Final = json.JSONDecoder(strict=False)


def read_tolerant(body: bytes) -> Any:
    """The value that a body was evidently meant to be.

    Raises:
        UndecodableError: nobody can tell.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UndecodableError("not-utf-8", f"it is not UTF-8 (byte {error.start})") from None
    try:
        mended = _TOKEN.sub(_mended, text).strip()
        value, end = _DECODER.raw_decode(mended)
    except (ValueError, RecursionError):
        raise UndecodableError("not-json", "it is no JSON, however it is read") from None
    # Behind a bare word or number anything may have been meant.
    if mended[end:].strip() and not isinstance(value, dict | list):
        raise UndecodableError("not-json", "it is no JSON, however it is read")
    return read_json(json.dumps(value).encode()).value


def _mended(match: re.Match[str]) -> str:
    """One token as JSON wants it."""
    text = match[0]
    if match.lastgroup == "quoted":
        return json.dumps(text[1:-1].replace("\\'", "'"), ensure_ascii=False)
    if match.lastgroup == "bare":
        return json.dumps(text)
    if match.lastgroup == "none":
        return "null"
    if match.lastgroup in {"comment", "comma"}:
        return " "
    if match.lastgroup == "hex":
        return str(int(text, 16))
    if match.lastgroup == "number":
        return re.sub(r"\.(?=$|[eE])", "", re.sub(r"^([-]?)[+]?0+(?=[0-9])", r"\1", text)).removeprefix("+")
    return text
