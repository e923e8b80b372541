"""How much is read of what others send, and for how long: the bounds of docs/unsteady.md, in one place.

What is slow may be the network's doing, and nothing can be told of it; what is larger than any answer of this API can
be is the sender's own doing, and a client that reads it runs out of memory.
"""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

# For a connection, and between two bytes of a response.
CONNECT_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 30.0
# For any response, where it is asked whether a service that has not answered for long is there at all.
PRESENCE_SECONDS: Final = 15.0
# Of a response, from the last byte of the request to its own last one, however steadily it comes.
RESPONSE_SECONDS: Final = 60.0
# Of the clean-up of a run that was interrupted: without an answer, and in all.
CLEAN_UP_SILENT_SECONDS: Final = 30.0
CLEAN_UP_SECONDS: Final = 300.0
# That calls are waited for which were under way when the run was interrupted.
UNDER_WAY_SECONDS: Final = 5.0
# Of the heads of a response: the informational ones (1xx) before it, and its own.
HEAD_BYTES: Final = 256 * 1024
# Of the body of a response, as it travels, and again when its content coding is undone. The longest legal list of the
# API, a thousand records, takes less than a hundredth of it.
BODY_BYTES: Final = 64 * MIB
# Of the head of a request that the receiver and the stand-in take.
REQUEST_HEAD_BYTES: Final = 64 * 1024
# Of the body of a delivery that a receiver of ours takes.
DELIVERY_BYTES: Final = 16 * MIB
# Of the body of a request that the stand-in takes.
REQUEST_BYTES: Final = MIB
# Seconds that a sender has to bring the body of a request, to the receiver and to the stand-in.
REQUEST_SECONDS: Final = 60.0
# Of the answer to a delivery of the stand-in's: seconds in all, and bytes that are read of it.
ANSWER_SECONDS: Final = 10.0
ANSWER_BYTES: Final = 64 * 1024


def size(count: int) -> str:
    """A number of bytes in words: `64 MiB`, `256 KiB`."""
    return f"{count // MIB} MiB" if count >= MIB else f"{count // 1024} KiB"
