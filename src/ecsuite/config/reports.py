"""The names of reports that a setting may have: those that a contract knows as by invitation."""

from __future__ import annotations

from ecsuite import editions
from ecsuite.conditions import ALL, REPORTS, Conditions
from ecsuite.config.keys import nearest
from ecsuite.errors import UnknownReport


def require_reports(conditions: Conditions) -> None:
    """See that the reports of the settings are known, in whatever edition: a setting may be for several.

    Raises:
        UnknownReport: one is not; with the nearest name.
    """
    if not conditions.reports:
        return
    known = frozenset[str]().union(*(editions.contract(each).invitations for each in editions.editions()))
    by_letters = {name.lower(): name for name in (*known, ALL)}
    for name in sorted(conditions.reports - {*known, ALL}) if known else ():
        near = nearest(name.lower(), by_letters)
        raise UnknownReport(REPORTS, name, sorted(known), by_letters.get(near))
