"""Deletes what earlier runs have left, by their ledgers: what stands there, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Patience, Wait
from ecsuite.contract import Contract, parameters
from ecsuite.errors import UnknownEdition
from ecsuite.findings.finding import Result
from ecsuite.journal import Journal
from ecsuite.ledger.entry import Head, Partner, Sought
from ecsuite.ledger.find import Found, ledgers, locked
from ecsuite.left import Left
from ecsuite.messages.redact import Redactor
from ecsuite.session.connections import Connections, Terms
from ecsuite.session.session import Session
from ecsuite.session.settings import Settings
from ecsuite.target import Credentials, Target

NOTHING: Final = "nothing is left of earlier runs"
# What is told of a DELETE; of others that is told at the end.
_SAID: Final = {200: "deleted", 202: "deleted", 204: "deleted", 404: "was gone"}
Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How what earlier runs left is deleted.

    Attributes:
        tell: called with each line that is worth telling.
        waiting: called with each long wait for a service that is unsteady.
        dry_run: whether it is only told what would be deleted; then nothing is sent.
        allow_production: whether a production host may be written to.
        folder: where the ledgers are; that of this user where it is left out.
    """

    tell: Tell
    waiting: Callable[[Wait], object]
    dry_run: bool = False
    allow_production: bool = False
    folder: Path | None = None

    def run(self) -> tuple[Left, ...]:
        """Delete it; what is left all the same.

        Raises:
            UsageError: the environment does not describe a server.
        """
        paths = ledgers(self.folder)
        if not paths:
            self.tell(NOTHING)
        return tuple(left for path in paths for left in self._clean(path))

    def _clean(self, path: Path) -> Iterator[Left]:
        with locked(path) as is_over:
            if not is_over:
                self.tell(f"{path}: its run is still going, so it is left alone")
                return
            found = Found(path)
            if found.remove_if_done():
                return
            if found.head is None:
                self.tell(f"{path}: no ledger of this version of ecsuite, so it is left alone")
                return
            yield from self._of_run(found, found.head)
            found.remove_if_done()

    def _of_run(self, found: Found, head: Head) -> Iterator[Left]:
        """Delete what one process of a run left."""
        name = f"the run of {head.started} at {head.base_url}"
        try:
            settings = Settings.of("live", head.edition, allow_production=self.allow_production)
        except UnknownEdition as error:
            self.tell(f"{name}: {error}")
            return
        with closing(Session(settings, tell=self.waiting)) as session:
            target = session.target(head.edition)
            if target.base_url != head.base_url:
                self.tell(f"{name}: EC_BASE_URL is {target.base_url}, so it is left alone")
                return
            whose = [(partner, _credentials(target, head, partner)) for partner in found.partners if partner.has_left]
            if any(credentials for _, credentials in whose) and not self.dry_run:
                session.require_server()
            for partner, credentials in whose:
                if credentials is None:
                    self.tell(f"{name}: another partner's, whose EC_CLIENT_ID we have not; it is left alone")
                else:
                    self.tell(f"{name}:")
                    place = replace(target, credentials=credentials, other=None)
                    yield from self._of_partner(found, partner, editions.contract(head.edition), place)

    def _of_partner(self, found: Found, partner: Partner, contract: Contract, target: Target) -> Iterator[Left]:
        paths = [path for path in partner.made if _names_one(contract, path)]
        for path in [path for path in partner.made if path not in paths]:
            self.tell(f"  {target.base_url}{path} would delete all of a kind, so that is yours to do")
            if not self.dry_run:
                found.note(partner.digest, {"gone": path})
        if self.dry_run:
            self._tell_plan(target, paths, list(partner.sought))
            return
        left = self._delete(contract, target, paths, list(partner.sought))
        still = {each.address for each in left}
        for path in paths:
            if path not in still:
                found.note(partner.digest, {"gone": path})
        for sought in list(partner.sought):
            if sought.lister not in still:
                found.note(partner.digest, {"found": asdict(sought)})
        yield from (replace(each, address=f"{target.base_url}{each.address}") for each in left)

    def _tell_plan(self, target: Target, paths: Sequence[str], sought: Sequence[Sought]) -> None:
        for path in reversed(paths):
            self.tell(f"  would delete {target.base_url}{path}")
        for each in sought:
            self.tell(f"  would look in {target.base_url}{each.lister} for what the run made there, and delete it")

    def _delete(self, contract: Contract, target: Target, paths: list[str], sought: list[Sought]) -> tuple[Left, ...]:
        redactor, journal = Redactor(), Journal()
        checker = Checker(contract, target.base_url, target.token_url, redactor.text)
        journal.listeners.append(self._tell_deletion)
        with closing(Connections(target, Patience(tell=self.waiting), terms=Terms(keeps_ledger=False))) as connections:
            api = connections.client(target, checker, journal, redactor, in_order=False)
            api.cleanup.adopt(paths, sought)
            api.clean_up()
            return api.left

    def _tell_deletion(self, result: Result) -> None:
        request, status = result.exchange.request, result.exchange.response.status
        if request.method == "DELETE" and status in _SAID:
            self.tell(f"  {_SAID[status]}: {request.url}")


def _credentials(target: Target, head: Head, partner: Partner) -> Credentials | None:
    """The credentials that a partner's calls were made with; None where we have others."""
    known = (target.credentials, *((target.other,) if target.other else ()))
    return next((each for each in known if head.digest(each.identity) == partner.digest), None)


def _names_one(contract: Contract, path: str) -> bool:
    """Whether a path is that of one thing which can be deleted, rather than of all of a kind."""
    match = contract.find("DELETE", path)
    return match is not None and bool(parameters(match.operation))
