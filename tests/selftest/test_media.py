"""Media types, headers, and bodies read as JSON and as forms: what is taken, and why the rest is not."""

import json

import pytest

from ecsuite.messages.exchange import Headers
from ecsuite.messages.media import Json, MediaType, UndecodableError, json_or_none, read_form, read_json, read_json_once

TYPES = {
    None: ("", "", False),
    "": ("", "", False),
    "application/json": ("application/json", "", True),
    " Application/JSON ;Charset=UTF-8": ("application/json", "utf-8", True),
    'application/problem+json; a=b; charset = "utf-8" ': ("application/problem+json", "utf-8", True),
    "application/json; xcharset=latin-1": ("application/json", "", True),
    "application/json; charset": ("application/json", "", True),
    'application/json; charset="utf\\-8"': ("application/json", "utf-8", True),
    'application/json; a="b; charset=latin-1"': ("application/json", "", True),
    'application/json; a="\\"; charset=latin-1"; charset=utf-8': ("application/json", "utf-8", True),
    "application/json;": ("application/json", "", True),
    'application/json; charset="': ("application/json", "", True),
    "text/json+x": ("text/json+x", "", False),
    "text/html; charset=latin-1": ("text/html", "latin-1", False),
    "json": ("json", "", False),
}


@pytest.mark.parametrize("header", TYPES)
def test_media_type_is_read(header):
    """Its name in small letters, its charset without quotes, and whether it is JSON."""
    read = MediaType.of(header)

    assert (read.essence, read.charset, read.is_json) == TYPES[header]


def test_header_is_found_in_any_case():
    """Repeats are joined by a comma, in order; what is not there is None."""
    headers = Headers.of([("X-A", "1"), ("x-b", "2"), ("x-a", "3")])

    assert (headers.get("x-A"), headers.all("X-a"), headers.get("X-B"), headers.get("X")) == (
        "1, 3",
        ["1", "3"],
        "2",
        None,
    )
    assert list(headers) == [("X-A", "1"), ("x-b", "2"), ("x-a", "3")]


READ = {
    b'{"a": [1, -2, 1.5, "x", true, null]}': Json({"a": [1, -2, 1.5, "x", True, None]}),
    b"2022.0": Json(2022.0, has_whole_floats=True),
    b"[1.5, 1e3]": Json([1.5, 1000.0], has_whole_floats=True),
    b"[1.5, 1.25e1]": Json([1.5, 12.5]),
    b"-0.0": Json(-0.0, has_whole_floats=True),
    b'"2022.0"': Json("2022.0"),
    b'"\\u00e5"': Json("å"),
    b'"\\ud83d\\ude00"': Json("😀"),
    b'{"a\\ud800": ["\\udfff b"]}': Json({"a\ufffd": ["\ufffd b"]}),
    '"å"'.encode(): Json("å"),
    b" 1\n": Json(1),
    b"[" * 100 + b"]" * 100: Json(json.loads("[" * 100 + "]" * 100)),
    b'{"a": 1, "a": 1}': Json({"a": 1}, repeated=((("a",), 2),)),
    b'{"a": 1, "\\u0061": 2, "A": 3, "a": null}': Json({"a": None, "A": 3}, repeated=((("a",), 3),)),
    b'{"a": [{"b": {"c": 1, "c": 2}}]}': Json({"a": [{"b": {"c": 2}}]}, repeated=((("a", 0, "b", "c"), 2),)),
    b'{"a": {"b": 1}, "c": {"b": 1}}': Json({"a": {"b": 1}, "c": {"b": 1}}),
    b'"\\\\ud800"': Json("\\ud800"),
}


@pytest.mark.parametrize("body", READ)
def test_json_is_read(body):
    """A value as it is written; a lone surrogate is U+FFFD; whole numbers with a point are told."""
    assert read_json(body) == READ[body]


UNREADABLE = {
    b"": ("not-json", "it is not JSON: Expecting value at character 0"),
    # Each Python has words of its own for that.
    b'{"a": 1,}': ("not-json", "it is not JSON: "),
    b"[1] x": ("not-json", "it is not JSON: Extra data at character 4"),
    b"[NaN]": ("not-json", "it is not JSON: NaN is not a JSON number"),
    b"-Infinity": ("not-json", "it is not JSON: -Infinity is not a JSON number"),
    b"[-1e400]": ("too-large", "it holds -1e400, a number beyond every range"),
    b"1" * 30 + b"e999": ("too-large", f"it holds {'1' * 20}, a number beyond every range"),
    b"1" * 5000: (
        "not-json",
        "it is not JSON: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits",
    ),
    b"\xef\xbb\xbf{}": ("byte-order-mark", "it starts with a byte order mark"),
    b'"\xe5"': ("not-utf-8", "it is not UTF-8 (byte 1)"),
    b"[" * 100_000: ("too-deep", "it is nested deeper than 100 levels"),
    b"[" * 101 + b"]" * 101: ("too-deep", "it is nested deeper than 100 levels"),
    b'{"a":' * 500 + b"1" + b"}" * 500: ("too-deep", "it is nested deeper than 100 levels"),
    b"[" * 101 + b'"}{"' + b"]" * 101: ("too-deep", "it is nested deeper than 100 levels"),
}


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
def test_other_bytes_are_no_json(body):
    """Why they are not is told for programs and for people; the value is None for whom that will do."""
    with pytest.raises(UndecodableError) as caught:
        read_json(body)

    reason, text = UNREADABLE[body]
    assert caught.value.reason == reason
    assert str(caught.value).startswith(text)
    assert json_or_none(body) is None


def test_lists_in_each_other_are_read_as_one():
    """A server may show a member as it was sent, too deep to be read; who takes requests refuses it."""
    body = b'{"a": ' + b"[" * 2000 + b"]" * 2000 + b', "b": 1}'

    assert read_json(body) == Json({"a": [], "b": 1})
    with pytest.raises(UndecodableError, match="deeper than 100 levels"):
        read_json(body, is_strict=True)


def test_value_or_none():
    """A body is its value, null included."""
    assert [json_or_none(body) for body in (b'{"a":1}', b"null", b"0")] == [{"a": 1}, None, 0]


@pytest.mark.parametrize("body", [b'"\\ud800"', b'{"\\udc00": 1}', b'["\\ude00\\ud83d"]'])
def test_strict_reader_refuses_lone_surrogates(body):
    """Where it is strict, an escape that is no character is refused; a pair of them is one."""
    with pytest.raises(UndecodableError, match="it holds a lone surrogate") as caught:
        read_json(body, is_strict=True)

    assert caught.value.reason == "lone-surrogate"
    assert read_json(b'"\\ud83d\\ude00"', is_strict=True).value == "😀"


LONG = json.dumps([{"userId": str(number)} for number in range(200)]).encode()


def test_long_body_that_comes_again_is_not_read_again():
    """The same bytes are the same value, and what followed from it is still known; other bytes are another one."""
    read = read_json_once(LONG)

    assert read == read_json(LONG)
    assert read_json_once(bytes(bytearray(LONG))) is read
    assert read_json_once(LONG.replace(b"199", b"200")).value[-1] == {"userId": "200"}


def test_long_body_that_is_no_json_is_none_each_time():
    """Why it cannot be read is said of each of them."""
    for _ in range(2):
        with pytest.raises(UndecodableError):
            read_json_once(LONG[:-1])


def test_what_follows_from_a_value_is_computed_once():
    """For each key once; for another key anew."""
    read, asked = read_json(b"[1, 2]"), []

    def total():
        asked.append("total")
        return sum(read.value)

    assert [read.derived("total", total), read.derived("total", total), read.derived("length", lambda: 2)] == [3, 3, 2]
    assert asked == ["total"]


FORMS = {
    b"": [],
    b"a=1&b=": [("a", "1"), ("b", "")],
    b"a=1&a=2": [("a", "1"), ("a", "2")],
    b"a+b=c%20d%2B": [("a b", "c d+")],
    b"%C3%A5=%F0%9F%98%80": [("å", "😀")],
    "å=ø".encode(): [("å", "ø")],
}


@pytest.mark.parametrize("body", FORMS)
def test_form_is_read(body):
    """Names and values in order, decoded; a value may be empty."""
    assert read_form(body) == FORMS[body]


@pytest.mark.parametrize("body", [b"a", b"a=1&b", b"=&", b"a=%FF", b"\xff=1", b'{"a":1}'])
def test_other_bytes_are_no_form(body):
    """A part without an equals sign, or what is not UTF-8; what it holds is not repeated."""
    with pytest.raises(UndecodableError) as caught:
        read_form(body)

    assert caught.value.reason == "not-a-form"
    assert str(caught.value) == "it is not a form: expected name=value, joined by &, in UTF-8"
