"""The trail sealed with its own key, and verified by the stand-alone verifier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from pages.trail_words import plain_limits
from study.errors import TrailUnsound
from tasks.countersigners import ask_all
from tasks.keys import private_key
from tasks.outcome import Outcome
from tasks.verification import verified
from tasks.workspace import Workspace
from trail import Sealed, Verdict, seal
from trail.asking import Vouched


@task(name="seal the trail", cache_policy=NO_CACHE)
def seal_new(place: Workspace) -> Sealed | None:
    """Seal what was recorded since the last closing; None when nothing was and none is due."""
    return seal(
        place.trail_store,
        origin=place.origin,
        key=private_key(place.files, place.restricted, place.protocol.storage.key),
        now=lambda: datetime.now(UTC),
        record=place.trail.append,
    )


@task(name="ask the countersigners", cache_policy=NO_CACHE)
def ask_countersigners(place: Workspace) -> tuple[Vouched, ...]:
    """Have each countersigner that study.yaml names vouch for the newest closing; who is away is asked next time."""
    named = [(party.key, party.at) for party in place.protocol.storage.countersigners]
    return tuple(ask_all(place.trail_store, place.origin, named, base=place.root, memory=place.restricted))


@task(name="verify the trail", cache_policy=NO_CACHE)
def verify_whole(place: Workspace) -> Verdict:
    """Run the verifier on the whole trail."""
    return verified(place)


def sealed_outcome(sealed: Sealed | None, vouched: Iterable[Vouched] = ()) -> Outcome:
    """What sealing says; TrailUnsound when a countersigner saw what this trail does not hold, or refused it."""
    answers = list(vouched)
    alarms = [one.said for one in answers if one.alarm]
    if alarms:
        raise TrailUnsound(
            f"a countersigner does not vouch for this trail: {alarms[0].removesuffix('.')}",
            remedy="Change nothing; verify the trail, compare it with its backup, and tell the investigator.",
        )
    return Outcome("seal-trail", (*_closed(sealed), *(one.said for one in answers)))


def _closed(sealed: Sealed | None) -> tuple[str, ...]:
    if sealed is None:
        return ("Nothing new to close in the trail.",)
    said = [
        f"{plural(sealed.events, 'record')} closed and signed."
        if sealed.events
        else "Nothing new; the daily closing is signed."
    ]
    if sealed.heartbeat:
        said.append(f"The daily closing looked at every stored entry: {sealed.looked_at}.")
    if sealed.rejected:
        said.append(f"Foreign or broken entries noted and left out: {sealed.rejected}.")
    if sealed.silent:
        said.append(f"Runs that had stopped without a word and were closed: {sealed.silent}.")
    return tuple(said)


def verdict_outcome(verdict: Verdict) -> Outcome:
    """What verification says, with what its verdict does not say; TrailUnsound with the first fault when it fails."""
    if not verdict.ok:
        more = f" (and {len(verdict.faults) - 1} more)" if len(verdict.faults) > 1 else ""
        raise TrailUnsound(
            f"the trail does not verify: {verdict.faults[0]}{more}",
            remedy="Change nothing; compare the trail with its backup, and tell the investigator.",
        )
    start = f"The trail verifies: {plural(verdict.events, 'record')} under {plural(verdict.seals, 'closing')}."
    return Outcome("verify-trail", (start, *(f"Note: {note}" for note in plain_limits(verdict.notes))))
