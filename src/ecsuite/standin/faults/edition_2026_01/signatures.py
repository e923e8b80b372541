"""Faults with the signatures of deliveries, January 2026."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ecsuite.findings.breach import Place
from ecsuite.findings.pattern import found
from ecsuite.promises import REQUEST_PARAMETERS, SIGNATURE
from ecsuite.standin.app import Plant
from ecsuite.standin.edition_2026_01 import webhooks
from ecsuite.standin.faults import planting as p
from ecsuite.standin.faults.common.rows import GUIDE, fault, faults
from ecsuite.standin.faults.edition_2026_01.signing import base64_of, keeps_first, secret_of, signed_by
from ecsuite.standin.parts import Parts
from ecsuite.standin.store import Delivery
from ecsuite.webhook.signature import sign


def _signs(make: Callable[[str, Delivery], str | None]) -> Plant:
    """Signs deliveries otherwise; `make` is given the secret and the delivery, and None stands for no header."""

    def other(parts: Parts, delivery: Delivery) -> list[Delivery]:
        signature = make(secret_of(parts, delivery), delivery)
        rest = {name: own for name, own in delivery.headers.items() if name != webhooks.SIGNATURE_HEADER}
        more = {} if signature is None else {webhooks.SIGNATURE_HEADER: signature}
        return [replace(delivery, headers={**rest, **more})]

    return p.delivers_with(other)


def _mac(digest: Callable[..., Any], key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, digest).digest()


FAULTS: Final = faults(
    "signatures",
    fault("no-signature", GUIDE, "a delivery has no signature")
    .plant(_signs(lambda *_: None))
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "X-Payload-Signature"), "required")),
    fault("signature-in-another-header", GUIDE, "the signature stands in Spark-Signature")
    .plant(
        p.delivers(
            lambda own: [
                replace(
                    own,
                    headers={
                        ("Spark-Signature" if name == webhooks.SIGNATURE_HEADER else name): text
                        for name, text in own.headers.items()
                    },
                )
            ]
        )
    )
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "X-Payload-Signature"), "required")),
    fault("signature-is-hex", GUIDE, "the signature is written in hexadecimal digits")
    .plant(_signs(lambda secret, own: _mac(hashlib.sha256, secret.encode(), own.body).hex()))
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "X-Payload-Signature"), "pattern")),
    fault("signature-is-url-safe", GUIDE, "the signature is written in Base64 for URLs")
    .plant(
        _signs(
            lambda secret, own: (
                base64.urlsafe_b64encode(_mac(hashlib.sha256, secret.encode(), own.body)).decode().rstrip("=")
            )
        )
    )
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "X-Payload-Signature"), "pattern")),
    fault("signature-by-sha-1", GUIDE, "the signature is made with SHA-1")
    .plant(_signs(lambda secret, own: base64_of(_mac(hashlib.sha1, secret.encode(), own.body))))
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "X-Payload-Signature"), "pattern")),
    fault("signature-by-sha-512", GUIDE, "the signature is made with SHA-512")
    .plant(_signs(lambda secret, own: base64_of(_mac(hashlib.sha512, secret.encode(), own.body))))
    .finding(found(REQUEST_PARAMETERS, "", (), Place("request-header", "X-Payload-Signature"), "pattern")),
    fault("signature-without-key", GUIDE, "the signature is a hash of the body")
    .plant(_signs(lambda _, own: base64_of(hashlib.sha256(own.body).digest())))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-body-as-key", GUIDE, "key and body of the signature are swapped")
    .plant(_signs(lambda secret, own: base64_of(_mac(hashlib.sha256, own.body, secret.encode()))))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-of-sorted-json", GUIDE, "the signature is over the JSON with its members sorted")
    .plant(_signs(lambda secret, own: sign(secret, json.dumps(json.loads(own.body), sort_keys=True).encode())))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-of-the-payload", GUIDE, "the signature is over the payload")
    .plant(_signs(lambda secret, own: sign(secret, p.text_of(json.loads(own.body)["payload"]).encode())))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-a-line-break", GUIDE, "the body is signed with a line break behind it")
    .plant(_signs(lambda secret, own: sign(secret, own.body + b"\n")))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-secret-in-small-letters", GUIDE, "the secret is put into small letters")
    .plant(_signs(lambda secret, own: sign(secret.lower(), own.body)))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-trimmed-secret", GUIDE, "the secret loses the blanks at its ends")
    .plant(_signs(lambda secret, own: sign(secret.strip(), own.body)))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-half-a-secret", GUIDE, "the secret is cut off after 16 characters")
    .plant(_signs(lambda secret, own: sign(secret[:16], own.body)))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-the-url", GUIDE, "the signature is over the address and the body")
    .plant(_signs(lambda secret, own: sign(secret, own.url.encode() + own.body)))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-of-one-for-all", GUIDE, "every delivery has the same signature")
    .plant(_signs(lambda secret, _: sign(secret, b"")))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
    fault("signature-with-original-secret", GUIDE, "a webhook's first secret signs for good")
    .plant(keeps_first("webhookSecret", signed_by))
    .finding(found(SIGNATURE, "", (), Place("request-header", "X-Payload-Signature"), "unsigned")),
)
