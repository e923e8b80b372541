"""Signatures of webhook deliveries."""

from __future__ import annotations

import hmac


def hmac_sha256(secret: str, body: bytes) -> bytes:
    """HMAC-SHA256 over the raw body, the secret in UTF-8 as key (RFC 2104)."""
    return hmac.digest(secret.encode(), body, "sha256")
