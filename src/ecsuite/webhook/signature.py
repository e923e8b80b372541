"""Signatures of webhook deliveries: HMAC-SHA256 over the body's bytes as they came, the secret in UTF-8 as key.

A receiver checks the raw bytes, before anything reads them as JSON: the same value spelt otherwise is signed otherwise.
"""

from __future__ import annotations

import base64
import hmac


def hmac_sha256(secret: str, body: bytes) -> bytes:
    """HMAC-SHA256 over the raw body, the secret in UTF-8 as key (RFC 2104)."""
    return hmac.digest(secret.encode(), body, "sha256")


def sign(secret: str, body: bytes) -> str:
    """The signature of a body as a header has it: Base64 (RFC 4648 section 4) of its HMAC-SHA256."""
    return base64.b64encode(hmac_sha256(secret, body)).decode("ascii")


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Whether the signature is the body's, in time that does not tell how much of it is right.

    Args:
        secret: the webhook's.
        body: the bytes as they were received.
        signature: the value of the header, to the letter.
    """
    return hmac.compare_digest(sign(secret, body).encode(), signature.encode("utf-8", "surrogatepass"))
