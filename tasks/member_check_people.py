"""Who may no longer be asked anything, or read: the day on which people withdrew or asked to be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from recruitment import fold_consent, fold_recruitment
from study import Event


def left_on(events: Sequence[Event]) -> dict[str, date]:
    """Trail code → the day on which somebody withdrew from taking part or asked to be left alone."""
    days: dict[str, date] = {}
    for trail, withdrawals in fold_consent(events).withdrawn.items():
        for withdrawal in withdrawals:
            if "take_part" in withdrawal.scopes:
                days[trail] = min(days.get(trail, date.max), withdrawal.at.day)
    for trail, reached in fold_recruitment(events).reached.items():
        if "withdrawn" in reached:
            days[trail] = min(days.get(trail, date.max), reached["withdrawn"])
    return days
