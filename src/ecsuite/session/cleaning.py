"""Deletes what earlier runs have left, as their ledgers say, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Api, Limits, Patience, Wait
from ecsuite.client.housekeeping import CLEAN_UP
from ecsuite.client.listed import listed
from ecsuite.client.making import names_one
from ecsuite.config import Configuration
from ecsuite.config.configuration import LIVE
from ecsuite.config.limits import limits_of
from ecsuite.contract import Contract
from ecsuite.errors import CouldNotTell, NothingThere, UnknownEdition
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.finding import Result
from ecsuite.journal import Journal
from ecsuite.ledger.entry import Head, Partner
from ecsuite.ledger.find import Found, ledgers, locked
from ecsuite.left import Left
from ecsuite.messages.redact import Redactor
from ecsuite.session.connections import Connections, Terms
from ecsuite.session.session import Session
from ecsuite.session.settings import Settings
from ecsuite.target import Credentials, Target

NOTHING: Final = "nothing is left of earlier runs"
# Statuses of a DELETE that are reported at once; other failures are reported at the end.
_OUTCOMES: Final = {200: "deleted", 202: "deleted", 204: "deleted", 404: "was gone"}
Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How to delete what earlier runs have left.

    Attributes:
        tell: called with each line to print.
        waiting: called with each long wait for an unsteady service.
        configuration: makes the configuration of the server; only called if something is left.
        dry_run: whether to print what would be deleted, without sending anything.
        allow_production: whether requests to a production host are allowed.
        folder: of the ledgers; defaults to this user's.
    """

    tell: Tell
    waiting: Callable[[Wait], object]
    configuration: Callable[[], Configuration]
    dry_run: bool = False
    allow_production: bool = False
    folder: Path | None = None

    def run(self) -> tuple[Left, ...]:
        """Delete everything; return what is left nevertheless.

        Raises:
            UsageError: the settings for a live run are missing or unusable.
        """
        paths = ledgers(self.folder)
        if not paths:
            self.tell(NOTHING)
        return tuple(left for path in paths for left in self._clean(path))

    def _clean(self, path: Path) -> Iterator[Left]:
        if path.exists() and not all(os.access(each, os.R_OK | os.W_OK) for each in (path, path.parent)):
            self.tell(f"{path}: no leave to read and to change it, so it is left alone")
            return
        with locked(path) as is_over:
            if not path.exists():
                # The run has ended just now, and left nothing.
                return
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
        """Delete what one process of a run has left."""
        name, configuration = f"the run of {head.started} at {head.base_url}", self.configuration()
        # The limits on requests in all and on time apply to runs only.
        limits = Limits(rate=limits_of(configuration).rate)
        try:
            settings = Settings.of(LIVE, head.edition, allow_production=self.allow_production, limits=limits)
        except UnknownEdition as error:
            self.tell(f"{name}: {error}")
            return
        with closing(Session(settings, configuration.env, tell=self.waiting)) as session:
            target = session.target(head.edition)
            if target.base_url != head.base_url:
                self.tell(f"{name}: EC_BASE_URL is {target.base_url}, so it is left alone; --target NAME names another")
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
                    yield from self._of_partner(session, found, partner, place)

    def _of_partner(self, session: Session, found: Found, partner: Partner, target: Target) -> Iterator[Left]:
        edition = session.settings.editions[0]
        contract, terms = editions.contract(edition), Terms(session.budget(edition), keeps_ledger=False)
        if self.dry_run:
            self._tell_plan(contract, target, partner)
            return
        with closing(Connections(target, Patience(tell=self.waiting), terms=terms)) as connections:
            left = self._delete(connections, found, partner, contract)
        # What only a person can decide is reported once, and then removed from the ledger.
        still = {each.address for each in left if each.reason != "shared"}
        for path in list(partner.made):
            if path not in still:
                found.note(partner.digest, {"gone": path})
        for sought in list(partner.sought):
            if sought.lister not in still:
                found.note(partner.digest, {"found": asdict(sought)})
        yield from (replace(each, address=f"{target.base_url}{each.address}") for each in left)

    def _tell_plan(self, contract: Contract, target: Target, partner: Partner) -> None:
        for path in reversed(partner.made):
            condition = "" if names_one(contract, path) else ", where all that goes with it is the run's own"
            self.tell(f"  would delete {target.base_url}{path}{condition}")
        for each in partner.sought:
            self.tell(f"  would look in {target.base_url}{each.lister} for what the run made there, and delete it")

    def _delete(self, connections: Connections, found: Found, partner: Partner, contract: Contract) -> tuple[Left, ...]:
        target, redactor, journal = connections.target, Redactor(), Journal()
        checker = Checker(contract, target.base_url, target.token_url, redactor.text)
        journal.listeners.append(self._tell_deletion)
        api = connections.client(target, checker, journal, redactor, in_order=False)
        of_all = [path for path in partner.made if not names_one(contract, path)]
        kept = [left for path in of_all if (left := _why_not_all(api, found, partner, path))]
        stay = {each.address for each in kept}
        if not stay:
            api.cleanup.ownership.may_delete_all()
        api.cleanup.adopt([path for path in partner.made if path not in stay], list(partner.sought))
        api.clean_up()
        return (*api.left, *kept)

    def _tell_deletion(self, result: Result) -> None:
        request, status = result.exchange.request, result.exchange.response.status
        if request.method == "DELETE" and status in _OUTCOMES:
            self.tell(f"  {_OUTCOMES[status]}: {request.url}")


def _why_not_all(api: Api, found: Found, partner: Partner, path: str) -> Left | None:
    """Why a DELETE of all entities of a type might delete others'; None if it would not.

    The ledger has the listed ids from a time when all were the run's own. If the list has no others now, nothing else
    will be deleted.
    """
    shown, contract = partner.shown.get(path), api.checker.contract
    lister = contract.find("GET", shown.lister) if shown else None
    if shown is None or lister is None or found.head is None:
        return Left(path, "shared", "the run ended before it could note what is its own")
    read = partial(api.get, expect=CLEAN_UP, strict=False)
    try:
        there = listed(contract, lister.operation, read)
    except (CouldNotTell, NothingThere, PromiseBroken):
        there = None
    if there is None:
        return Left(path, "unreached", f"what {shown.lister} lists cannot be read")
    others = [own for at, own in there.items() if found.head.digest(own) not in shown.ids and at not in partner.made]
    return Left(path, "shared", f"{len(others)} in {shown.lister} came after the run") if others else None


def _credentials(target: Target, head: Head, partner: Partner) -> Credentials | None:
    """The credentials of a partner in the ledger; None if they are not configured."""
    known = (target.credentials, *((target.other,) if target.other else ()))
    return next((each for each in known if head.digest(each.identity) == partner.digest), None)
