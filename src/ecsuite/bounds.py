"""Limits on the size and the time of what is received, in one place (docs/unsteady.md).

A slow response may be the network's fault, so nothing can be concluded from it. A response that is larger than any of
this API is the server's fault, and could exhaust the memory of a client.
"""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

# For a connection, and between two bytes of a response.
CONNECT_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 30.0
# For any response, when checking whether a service that has not responded for long is there at all.
PRESENCE_SECONDS: Final = 15.0
# For a whole response, from the last byte of the request to the last one of the response.
RESPONSE_SECONDS: Final = 60.0
# For the clean-up of an interrupted run: without any response, and in all.
CLEAN_UP_SILENT_SECONDS: Final = 30.0
CLEAN_UP_SECONDS: Final = 300.0
# How long calls in progress are waited for after an interruption.
UNDER_WAY_SECONDS: Final = 5.0
# For the heads of a response: informational ones (1xx) and its own.
HEAD_BYTES: Final = 256 * 1024
# For the body of a response, as transferred, and again after decoding. The longest legal list of the API, a thousand
# records, takes less than a hundredth of it.
BODY_BYTES: Final = 64 * MIB
# For the head of a request to the receiver or the stand-in.
REQUEST_HEAD_BYTES: Final = 64 * 1024
# For the body of a delivery to our receiver.
DELIVERY_BYTES: Final = 16 * MIB
# For the body of a request to the stand-in.
REQUEST_BYTES: Final = MIB
# For sending the body of a request to the receiver or the stand-in.
REQUEST_SECONDS: Final = 60.0
# For the response to a delivery of the stand-in: seconds in all, and bytes that are read.
ANSWER_SECONDS: Final = 10.0
ANSWER_BYTES: Final = 64 * 1024


def size(count: int) -> str:
    """A number of bytes in words: `64 MiB`, `256 KiB`."""
    return f"{count // MIB} MiB" if count >= MIB else f"{count // 1024} KiB"
