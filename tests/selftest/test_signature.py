"""Signatures of deliveries: made as the contract says, and right only for these bytes with this secret."""

import base64
import hashlib
import hmac
import json

import pytest

from ecsuite.webhook.signature import hmac_sha256, is_signed, sign

# Those of RFC 4231 whose keys are text.
VECTORS = [
    (
        "Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        "\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
]


@pytest.mark.parametrize(("secret", "body", "digest"), VECTORS)
def test_signature_is_hmac_sha256(secret, body, digest):
    """Test cases 1 and 2 of RFC 4231."""
    assert hmac_sha256(secret, body).hex() == digest


def test_signature_is_base64():
    """Test case 2 of RFC 4231, as a header has it."""
    assert sign("Jefe", b"what do ya want for nothing?") == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


def test_long_secret_is_the_key_in_utf_8():
    """A secret that is longer than a block of SHA-256 signs as its own digest does."""
    secret = "hemmelig blåbærsyltetøy " * 4

    key = hashlib.sha256(secret.encode()).digest()
    assert hmac_sha256(secret, b"{}") == hmac.digest(key, b"{}", "sha256")


BODY = '{"navn":"Blåbær","pris":1.0}'.encode()
SECRET = "hemmelig-å"
RIGHT = sign(SECRET, BODY)


@pytest.mark.parametrize(
    ("secret", "body"),
    [(SECRET, BODY), (SECRET, b""), (SECRET, b"\xff\x00"), (" hemmelig ", BODY), ("", BODY)],
)
def test_right_signature_is_accepted(secret, body):
    """The secret in UTF-8, blanks and all; the body to the byte, whatever it is."""
    assert is_signed(secret, body, sign(secret, body))


UNSIGNED = {
    "another secret": ("hemmelig", BODY, RIGHT),
    "no secret": ("", BODY, RIGHT),
    "the secret in another case": (SECRET.upper(), BODY, RIGHT),
    "the secret with a blank behind": (f"{SECRET} ", BODY, RIGHT),
    "the secret composed otherwise": ("hemmelig-a\u030a", BODY, RIGHT),
    "a body with a blank behind": (SECRET, BODY + b" ", RIGHT),
    "a body without its last byte": (SECRET, BODY[:-1], RIGHT),
    "no body": (SECRET, b"", RIGHT),
    "a changed digit": (SECRET, BODY.replace(b"1.0", b"1.1"), RIGHT),
    "the same value spelt otherwise": (SECRET, json.dumps(json.loads(BODY)).encode(), RIGHT),
    "another encoding of the body": (SECRET, BODY.decode().encode("latin-1"), RIGHT),
    "no signature": (SECRET, BODY, ""),
    "blanks around the signature": (SECRET, BODY, f" {RIGHT}"),
    "one letter less": (SECRET, BODY, RIGHT[:-1]),
    "one letter more": (SECRET, BODY, f"{RIGHT}="),
    "letters in another case": (SECRET, BODY, RIGHT.swapcase()),
    "small letters": (SECRET, BODY, RIGHT.lower()),
    "hexadecimal digits": (SECRET, BODY, base64.b64decode(RIGHT).hex()),
    "a prefix": (SECRET, BODY, f"sha256={RIGHT}"),
    "letters that are not ASCII": (SECRET, BODY, "å" * 44),
    "half of a surrogate pair": (SECRET, BODY, "\ud83d"),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_wrong_signature_is_refused(name):
    """Anything but the Base64 signature of these bytes with this secret is none."""
    assert not is_signed(*UNSIGNED[name])


def test_alphabet_for_urls_is_refused():
    """Base64 is that of RFC 4648 section 4, with `+` and `/`; that of section 5 is another spelling."""
    body = next(b"%d" % number for number in range(100) if set("+/") <= set(sign(SECRET, b"%d" % number)))
    spelt_for_urls = base64.urlsafe_b64encode(hmac_sha256(SECRET, body)).decode()

    assert is_signed(SECRET, body, sign(SECRET, body))
    assert not is_signed(SECRET, body, spelt_for_urls)
