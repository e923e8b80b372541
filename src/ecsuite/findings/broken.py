"""The errors for callers who cannot go on because of a finding."""

from __future__ import annotations

from typing import ClassVar

from ecsuite.errors import EcsuiteError
from ecsuite.findings.finding import Finding


class PromiseBroken(EcsuiteError):
    """The API broke a promise that the caller cannot go on without.

    Attributes:
        finding: the breach; it is in the journal already.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, text: str, finding: Finding) -> None:
        self.finding = finding
        super().__init__(text)


class AllBroken(PromiseBroken):
    """The server answers every call with a server error; the finding is the first of them."""

    def __init__(self, url: str, seen: str, finding: Finding) -> None:
        super().__init__(f"{url} has nothing but server errors ({seen}); nothing else was tried", finding)
