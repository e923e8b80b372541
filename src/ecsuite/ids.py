"""Ids and other values that a client chooses: plausible, distinct, and reproducible from a seed."""

from __future__ import annotations

import random
import secrets
import string
import uuid
from collections.abc import Callable

from ecsuite.messages.redact import placeholder

# The values of the letters of a vehicle identification number, and the weights of its positions (ISO 3779, and 49 CFR
# 565 for the check digit, which is optional in European numbers).
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def new_run() -> str:
    """A new random prefix for the ids of a run."""
    return secrets.token_hex(4)


class Ids:
    """A source of values for one run.

    Args:
        seed: for all values; defaults to a random one.
        run: eight hexadecimal digits at the start of all ids, so that people see which run has created an entity;
            empty for none, as in recordings.
        redacted: whether secrets are the placeholders that a cassette has instead.
        on_secret: called with each new secret.
    """

    def __init__(
        self,
        seed: str | None = None,
        *,
        run: str = "",
        redacted: bool = False,
        on_secret: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.seed = seed or secrets.token_hex(8)
        self._random = random.Random(self.seed)  # noqa: S311  ids of test data, no secrets
        self.run = run
        self._redacted = redacted
        self._on_secret = on_secret

    def new(self) -> str:
        """An id: a version 4 UUID."""
        drawn = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return self.run + drawn[len(self.run) :]

    def digits(self, count: int) -> str:
        """A number with that many digits, as a string; it may start with zeros."""
        return "".join(self._random.choices("0123456789", k=count))

    def meter_point_id(self) -> str:
        """A Norwegian meter point id: a GSRN of 18 digits with its check digit."""
        digits = "7070575" + self.digits(10)
        weighted = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
        return f"{digits}{-weighted % 10}"

    def vin(self) -> str:
        """A vehicle identification number of 17 characters with a valid check digit."""
        draft = f"YT9EC1TY0{self._random.choice('ABCDEFGHJKLMNPRSTVWXY')}N{self.digits(6)}"
        values = (_VIN_VALUES.get(char) or int(char) for char in draft)
        check = sum(value * weight for value, weight in zip(values, _VIN_WEIGHTS, strict=True)) % 11
        return f"{draft[:8]}{'X' if check == 10 else check}{draft[9:]}"  # noqa: PLR2004

    def secret(self, member: str, more: str = "") -> str:
        """A secret for the member of that name: 40 letters, digits and signs, followed by `more`."""
        drawn = "".join(self._random.choices(f"{string.ascii_letters}{string.digits}+/=", k=40)) + more
        if self._redacted:
            return placeholder(member)
        self._on_secret(drawn)
        return drawn


class Traces:
    """The trace contexts of one run's calls (W3C Trace Context), by which the API's owner finds each call in the logs.

    Args:
        seed: of the run; independent of its ids, which do not depend on the number of calls.
    """

    def __init__(self, seed: str | None = None) -> None:
        self._random = random.Random(f"{seed or secrets.token_hex(8)} traces")  # noqa: S311  no secrets

    def new(self) -> str:
        """The value of a `traceparent` header: a new trace, sampled."""
        # All zeros would be invalid.
        trace, parent = self._random.randrange(1, 1 << 128), self._random.randrange(1, 1 << 64)
        return f"00-{trace:032x}-{parent:016x}-01"
