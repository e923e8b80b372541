"""Checks the names of reports in the settings: the contracts list the reports by invitation."""

from __future__ import annotations

from ecsuite import editions
from ecsuite.conditions import ALL, REPORTS, Conditions
from ecsuite.config.keys import nearest
from ecsuite.errors import UnknownReport


def require_reports(conditions: Conditions) -> None:
    """Require that the reports in the settings exist in some edition, because settings may be for several.

    Raises:
        UnknownReport: a report does not exist; the message suggests the nearest name.
    """
    if not conditions.reports:
        return
    known = frozenset[str]().union(*(editions.contract(each).invitations for each in editions.editions()))
    by_letters = {name.lower(): name for name in (*known, ALL)}
    for name in sorted(conditions.reports - {*known, ALL}) if known else ():
        near = nearest(name.lower(), by_letters)
        raise UnknownReport(REPORTS, name, sorted(known), by_letters.get(near))
