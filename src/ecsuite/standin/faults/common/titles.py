"""The titles of promises, by short names."""

from __future__ import annotations

from typing import Final

# The promises.
PATH: Final = "response ids match the path"


KNOWN: Final = "operation is in the contract"


SERVER_ERROR: Final = "no request causes a server error"


LISTED_STATUS: Final = "status is listed in contract"


STATUS: Final = "status is as expected"


BAD: Final = "bad request is refused"


MEDIA: Final = "media type is listed in contract"


BODY: Final = "response body matches contract"


NO_BODY: Final = "no body where none is allowed"


HEADERS: Final = "response headers match contract"


SENT: Final = "what was sent comes back"


ANSWERED: Final = "response arrives"


# These two are broken by a delivery that is not as it should be.
DELIVERY_PARAMETERS: Final = "request parameters match contract"


DELIVERY_BODY: Final = "request body matches contract"
