"""Signatures of webhook deliveries: HMAC-SHA256 over the received bytes of the body, keyed with the secret in UTF-8.

A receiver must verify the raw bytes before parsing them: the same JSON value in another format has another signature.
"""

from __future__ import annotations

import base64
import hmac


def hmac_sha256(secret: str, body: bytes) -> bytes:
    """HMAC-SHA256 of the raw body, keyed with the secret in UTF-8 (RFC 2104)."""
    return hmac.digest(secret.encode(), body, "sha256")


def sign(secret: str, body: bytes) -> str:
    """The signature of a body as a header value: Base64 (RFC 4648 section 4) of its HMAC-SHA256."""
    return base64.b64encode(hmac_sha256(secret, body)).decode("ascii")


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Whether a signature is valid for a body; compares in constant time.

    Args:
        secret: the webhook's secret.
        body: the bytes as they were received.
        signature: the exact value of the header.
    """
    return hmac.compare_digest(sign(secret, body).encode(), signature.encode("utf-8", "surrogatepass"))
