"""Secrets are found in whatever spelling, and nothing else is."""

import base64
import binascii
import html
import json
import quopri
import random
import textwrap
import time
import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecsuite.messages.redact import MASK, Redactor

SECRET = 'p+l%us/"a\\b<å> 12'
BYTES = SECRET.encode()


def masked(text: str, *secrets: str) -> str:
    return Redactor(secrets or [SECRET]).text(text)


def b64(value: bytes | str) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def escaped(text: str, form: str = "\\u{:04x}") -> str:
    return "".join(form.format(ord(char)) for char in text)


NAMES = {"+": "&plus;", "%": "&percnt;", "/": "&sol;", '"': "&QUOT;", "\\": "&bsol;", "<": "&lt;", "å": "&aring;"}
SPELLINGS = {
    "as it is": SECRET,
    "in capitals": SECRET.upper(),
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON in its own letters": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON with slashes escaped": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "JSON of .NET": json.dumps(SECRET)[1:-1].replace("+", "\\u002B").replace("<", "\\u003C"),
    "JSON with all escaped": escaped(SECRET),
    "JSON with all escaped in capitals": escaped(SECRET, "\\u{:04X}"),
    "JSON in JSON": json.dumps(json.dumps(SECRET))[3:-3],
    "JSON in JSON in JSON": json.dumps(json.dumps(json.dumps(SECRET)))[7:-7],
    "percent": quote(SECRET, safe=""),
    "percent in small letters": quote(SECRET, safe="").replace("%2B", "%2b").replace("%C3%A5", "%c3%a5"),
    "percent of everything": "".join(f"%{byte:02X}" for byte in BYTES),
    "percent twice": quote(quote(SECRET, safe=""), safe=""),
    "percent thrice": quote(quote(quote(SECRET, safe=""), safe=""), safe=""),
    "percent of ISO 8859-1": quote(SECRET, safe="", encoding="latin-1"),
    "a form": quote_plus(SECRET),
    "a form in JSON with all escaped": escaped(quote_plus(SECRET)[:3]) + quote_plus(SECRET)[3:],
    "JSON in percent": quote(json.dumps(SECRET)[1:-1], safe=""),
    "HTML": html.escape(SECRET),
    "HTML by numbers": escaped(SECRET, "&#{};"),
    "HTML by hexadecimal numbers": escaped(SECRET, "&#x{:X};"),
    "HTML twice": html.escape(html.escape(SECRET)),
    "HTML in JSON of .NET": html.escape(SECRET).replace("\\", "\\\\").replace("&", "\\u0026"),
    "Python": repr(SECRET)[1:-1],
    "Python in ASCII": ascii(SECRET)[1:-1],
    "Python's bytes": repr(BYTES)[2:-1],
    "UTF-8 read as ISO 8859-1": BYTES.decode("latin-1"),
    "that in JSON": json.dumps(BYTES.decode("latin-1"))[1:-1],
    "ISO 8859-1 read as UTF-8": SECRET.encode("latin-1").decode(errors="replace"),
    "without what is not ASCII": SECRET.encode("ascii", "ignore").decode(),
    "with a question mark": SECRET.encode("ascii", "replace").decode(),
    "hexadecimal": BYTES.hex(),
    "hexadecimal in capitals": BYTES.hex().upper(),
    "hexadecimal with blanks": BYTES.hex(" "),
    "hexadecimal with colons": BYTES.hex(":"),
    "hexadecimal of percent": quote(SECRET, safe="").encode().hex(),
    "hexadecimal with commas": BYTES.hex(","),
    "hexadecimal with a sign each": ", ".join(f"0x{byte:02x}" for byte in BYTES),
    "hexadecimal behind backslashes": "".join(f"\\x{byte:02x}" for byte in BYTES),
    "octal behind backslashes": "".join(f"\\{byte:03o}" for byte in BYTES),
    "quoted-printable": "".join(f"={byte:02X}" for byte in BYTES),
    "JavaScript": escaped(SECRET, "\\u{{{:x}}}"),
    "percent of UTF-16": escaped(SECRET, "%u{:04x}"),
    "UTF-16 read as ISO 8859-1": SECRET.encode("utf-16-le").decode("latin-1"),
    "UTF-16 in hexadecimal": SECRET.encode("utf-16-le").hex(),
    "letters with nothing between them": "\u200b".join(SECRET),
    "turned round": SECRET[::-1],
    "quoted-printable of what needs it": quopri.encodestring(BYTES).decode(),
    "quoted-printable in a line of JSON": quopri.encodestring(BYTES).decode()[:9] + "=\\r\\n" + SECRET[9:],
    "HTML 5 by names": "".join(NAMES.get(char, char) for char in SECRET),
    "HTML by long numbers": escaped(SECRET, "&#{:07d};"),
    "HTML of JSON": html.escape(json.dumps(SECRET))[6:-6],
    "signed bytes": ", ".join(str(byte - 256 if byte > 127 else byte) for byte in BYTES),
    "a list of letters": ", ".join(json.dumps(char, ensure_ascii=False) for char in SECRET),
    "letters with commas": ", ".join(SECRET.replace(" ", "+")),
    "letters with blanks": " ".join(SECRET.replace(" ", "+")),
    "in two lines": f"{SECRET[:9]}\n    {SECRET[9:]}",
    "in two lines of JSON": f"{SECRET[:9]}\\n{SECRET[9:]}",
    "in two styles": f"{SECRET[:9]}\x1b[0m\x1b[31m{SECRET[9:]}",
    "with its accents apart": unicodedata.normalize("NFD", SECRET),
    "cut before its end": f"{SECRET[:9]}...",
    "cut before its beginning": f"...{SECRET[-9:]}",
    "cut by another sign": f"{SECRET[:9]}…",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_secret_is_masked_in_every_spelling(name):
    """Whatever escapes it, and whatever stands around it."""
    text = masked(f"before ({SPELLINGS[name]}) behind")

    assert text.replace("...", "").replace("…", "") == f"before ({MASK}) behind"


ENCODED = {
    "base64": b64(BYTES),
    "base64 one on": b64(b"x" + BYTES),
    "base64 two on": b64(b"xy" + BYTES),
    "base64 with something behind": b64(BYTES + b"behind"),
    "base64 for URLs": base64.urlsafe_b64encode(b"id:" + BYTES).decode(),
    "base64 without padding": b64(b"x" + BYTES).rstrip("="),
    "base64 behind a letter": "x" + b64(b"ab" + BYTES),
    "base64 in percent": quote(b64("??>>" + SECRET + "??>>"), safe=""),
    "base64 in JSON": b64("??>>" + SECRET + "??>>").replace("/", "\\/").replace("+", "\\u002B"),
    "base64 in lines": base64.encodebytes(b"z" * 50 + BYTES).decode(),
    "base64 of JSON": b64(json.dumps({"client_secret": SECRET})),
    "base64 of a form": b64(quote_plus(SECRET)),
    "base64 twice": b64(b64(b"x" + BYTES)),
    "base64 thrice": b64(b64(b64(b"x" + BYTES))),
    "base64 of hexadecimal": b64(BYTES.hex()),
    "a list of bytes": json.dumps(list(BYTES)),
    "base64 in small letters": b64(BYTES + b"behind").lower(),
    "base64 in capitals, two on": b64(b"xy" + BYTES).upper(),
    "base64 in the other case": b64(b"x" + BYTES).swapcase(),
    "base64 of UTF-16": b64(SECRET.encode("utf-16-le")),
    "base32": base64.b32encode(b"x" + BYTES).decode(),
    "base32 of the other alphabet": base64.b32hexencode(b"x" + BYTES).decode(),
    "base64 in short lines": "\n".join(textwrap.wrap(b64(b"x" * 24 + BYTES), 64)),
    "a word of a mail's header": f"=?utf-8?b?{b64(BYTES)}?=",
    "base32 in small letters": base64.b32encode(b"xyz" + BYTES).decode().lower(),
    "hexadecimal of base64": b64(BYTES).encode().hex(),
}


@pytest.mark.parametrize("name", ENCODED)
def test_encoded_secret_is_masked(name):
    """Wherever it begins in what is encoded, and however often that is encoded again; no byte of it is left."""
    text = masked(f"before ({ENCODED[name]}) behind")

    assert MASK in text
    assert text.startswith("before (")
    assert text.endswith(") behind")
    assert len(text) < len(ENCODED[name])


def test_secret_that_is_no_text_is_masked():
    """Half of a pair of characters, as an environment may hold one, is a part of a secret as any other."""
    secret = "quiet-\udcfc-as-a-mouse"
    bare = base64.b64encode(secret.encode(errors="surrogatepass")).decode()

    assert masked(f"before ({secret}) behind ({bare.swapcase()})", secret).count(MASK) == 2


SLASHED = "so???many>>>signs!"
BROKEN_UP = {
    "JSON": b64(SLASHED).replace("/", "\\/").replace("+", "\\u002b"),
    "percent": quote(b64(SLASHED), safe=""),
    "lines": "\n".join(textwrap.wrap(b64(SLASHED), 11)),
    "lines in JSON": "\\r\\n".join(textwrap.wrap(b64(SLASHED), 10)),
}


@pytest.mark.parametrize("name", BROKEN_UP)
def test_base64_that_is_broken_up_is_masked_whole(name):
    """Escapes of its signs, and the ends of its lines, stand in the midst of the secret, and none of it is left."""
    assert masked(f"before ({BROKEN_UP[name]}) behind", SLASHED) == f"before ({MASK}) behind"


LONG = "kq3!Vz8#pW0$tY5%hJ2^nB7&mC4*xD1(" + "å"
GROUPS = {
    "base85": base64.b85encode,
    "Ascii85": base64.a85encode,
    "Ascii85 in JSON": lambda content: json.dumps(base64.a85encode(content).decode())[1:-1].encode(),
    "base85 in HTML": lambda content: html.escape(base64.b85encode(content).decode()).encode(),
    "uuencode": binascii.b2a_uu,
    "uuencode without blanks": lambda content: binascii.b2a_uu(content, backtick=True),
}


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("before", range(6))
def test_secret_encoded_by_groups_of_bytes_is_masked(name, before):
    """Wherever it begins; of the groups that it shares with others some letters may be left."""
    encoded = GROUPS[name](b"x" * before + LONG.encode() + b"yyyyy").decode().strip()

    text = masked(f"before ({encoded}) behind", LONG)

    assert MASK in text
    assert not [at for at in range(14, len(encoded) - 28) if encoded[at : at + 14] in text]


LEFT = {
    "its beginning": "p+l%us/",
    "another word": "plus and minus",
    "other base64": b64("nothing of that kind at all"),
    "other hexadecimal": b"nothing of that kind".hex(),
    "a pause": "well... go on",
    "lines": "one\ntwo\\nthree=\nfour, five, a, b, c, d, e, f, g, h, i",
    "letters": "a b c d e f g h i j k l",
    "nothing": "",
    "an id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "escapes": '\\u0041 %41 &#65; \\" \\\\ %25 &amp;',
}


@pytest.mark.parametrize("name", LEFT)
def test_other_text_is_left(name):
    """What is no secret stays as it was."""
    assert masked(LEFT[name]) == LEFT[name]


SHORT = {
    "a word": ("abc12", "an abc12, and", f"an {MASK}, and"),
    "a word within one": ("abc12", "xabc12 abc123 ABC12", "xabc12 abc123 ABC12"),
    "a word in an address": ("abc12", "/a%20abc12?x=abc12&y", f"/a%20{MASK}?x={MASK}&y"),
    "a word in base64": ("abc12", f"Basic {b64('me:abc12')}", f"Basic bWU6{MASK}="),
    "a letter": ("a", "a 'a' \"a\" x=a&b aa", f"a '{MASK}' \"{MASK}\" x={MASK}&b aa"),
    "a letter alone": ("a", "a", MASK),
    "seven letters with a sign": ("ab+cd/e", "x=ab%2Bcd%2Fe", f"x={MASK}"),
}


@pytest.mark.parametrize("name", SHORT)
def test_short_secret_is_masked_where_it_stands_alone(name):
    """Fewer than eight characters may be a part of any word: evidence would go with it."""
    secret, text, expected = SHORT[name]

    assert masked(text, secret) == expected


def percent(char: str, draw: random.Random) -> str:
    digits = "{:02x}" if draw.random() < 0.5 else "{:02X}"
    return "".join(f"%{'25' * draw.randrange(3)}{digits.format(byte)}" for byte in char.encode())


def backslash(char: str, draw: random.Random) -> str:
    units = char.encode("utf-16-be").hex()
    digits = units if draw.random() < 0.5 else units.upper()
    return "".join("\\" * draw.choice([1, 2, 4]) + f"u{digits[at : at + 4]}" for at in range(0, len(digits), 4))


MANNERS = [
    lambda char, _: char,
    lambda char, _: char if len(char.swapcase()) != 1 else char.swapcase(),
    percent,
    backslash,
    lambda char, _: f"&#{ord(char)};",
    lambda char, _: f"&amp;#x{ord(char):x};",
    lambda char, draw: quote(backslash(char, draw), safe=""),
]
WHOLES = [
    str,
    b64,
    lambda text: base64.urlsafe_b64encode(f"x:{text}".encode()).decode().rstrip("="),
    lambda text: quote(b64("xy" + text), safe=""),
    lambda text: b64(b64(text)),
    lambda text: text.encode().hex(),
    lambda text: json.dumps(text)[1:-1],
    lambda text: quote(text, safe=""),
]
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60)
AROUND = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=40)


@settings(database=None, deadline=None, derandomize=True, max_examples=200)
@given(SECRETS, AROUND, AROUND, st.randoms(use_true_random=False), st.sampled_from(WHOLES))
def test_any_secret_is_found_in_any_spelling(secret, before, behind, draw, whole):
    """Each of its characters may be spelt in its own manner, and all of it be encoded; what stands around is kept."""
    manner = draw.choice([None, *MANNERS])
    spelt = whole("".join((manner or draw.choice(MANNERS))(char, draw) for char in secret))
    text = masked(f"{before} ({spelt}) {behind}", secret)

    assert spelt not in text
    assert MASK in text
    if secret not in before + behind:
        assert text.startswith(f"{before} (")
        assert text.endswith(f") {behind}")


PATHOLOGICAL = {
    "backslashes": "\\" * 16_000,
    "percent signs": "%25" * 5_500,
    "a percent sign again and again": "%" + "25" * 8_000,
    "ampersands": "&amp;" * 3_200,
    "percent backslashes": "%5c" * 5_500,
    "one letter": "p" * 16_000,
    "beginnings": "p+l%us/" * 2_300,
    "base64": "QUJD" * 4_000,
    "hexadecimal": "ab" * 8_000,
    "dots": "... " * 4_000,
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_long_text_takes_no_longer_than_its_length(name):
    """Of four times the text the search takes about four times as long, and not sixteen times."""
    redactor = Redactor([SECRET, "p" * 31 + "x", "\\" * 8 + "a", "%25%25%25%25"])
    text = PATHOLOGICAL[name]

    assert seconds(redactor, text) < 9 * seconds(redactor, text[: len(text) // 4])


def seconds(redactor: Redactor, text: str) -> float:
    def once() -> float:
        started = time.process_time()
        redactor.text(text)
        return time.process_time() - started

    return min(once() for _ in range(3))
