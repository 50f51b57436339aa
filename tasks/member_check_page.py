"""out/member_checks.html for the team, and the account of member checking that other pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE

from expectations.catalogue import CATALOGUE
from pages.member_checks import Change, MemberChecksPage, Open, Released, member_checks_page
from pages.trail_words import ASSURANCE
from recruitment import fold_consent, fold_recruitment
from recruitment.log import HELD
from study import Event
from study.event import local_day, time_zone_of
from study.objects import NotStored
from study.query import fold_queries
from tasks.gates import Gatekeeper
from tasks.member_check_answers import BOOK as ANSWERS
from tasks.queries import read_query
from tasks.query_places import QueryPlaces
from tasks.send_list import BOOK, NO_ADDRESS
from tasks.send_list import LIST as TO_SEND
from tasks.verification import decisions
from tasks.withdrawn_quotes import LIST as WITHDRAWN
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks
from trustworthiness.member_check_account import Account, account

PAGE = "member_checks.html"
LISTS = (
    ("what to send", BOOK),
    ("replies", "packets/replies.csv"),
    ("what participants wrote", ANSWERS),
    ("quotes taken back", WITHDRAWN),
)
TO_DO: Mapping[str, str] = {
    "to send": "Packets to be sent",
    "sent": "Packets sent, their time to answer not over",
    "to be reminded": "Packets sent and not answered in time, a reminder due",
    "no reply in time; that is not agreement": "Packets not answered in time, and no reminder left (not agreement)",
    NO_ADDRESS: "Packets that cannot go because nobody noted a way or an address",
}
"""What a state on the list to send means for the team; other states are reminders."""
RANK = {"block": 0, "review": 1, "inform": 2}


@task(name="write the page on member checking", cache_policy=NO_CACHE)
def write_member_checks_page(place: Workspace, said: Iterable[str]) -> tuple[str, ...]:
    """Write out/member_checks.html; `said` are sentences on what is to do. Nothing where none is planned."""
    plan = place.protocol.member_checking
    if plan is None:
        return ()
    events = place.events()
    page = MemberChecksPage(
        study=place.protocol.id,
        title=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=f"{place.today:%-d %B %Y}",
        account=account_of(place, events),
        plain={theme.id: theme.plain for theme in plan.themes},
        changes=tuple(_changes(events)),
        releases=tuple(_releases(place, events)),
        queries=tuple(_queries(place, events)),
        to_do=(*said, *_to_send(place)),
        lists=tuple((what, f"restricted/{key}") for what, key in LISTS if any(place.restricted.list(key))),
    )
    body = member_checks_page(page)
    if _stored(place) != body:
        place.out.put(PAGE, body)
    return (str(place.out.root / PAGE),)


def account_of(place: Workspace, events: list[Event]) -> Account:
    """Everybody interviewed, step by step; who is eligible is looked at as of today."""
    interviews = fold_recruitment(events).interviews.values()
    interviewed = {who for i in interviews for who, state in i.participants.items() if state in HELD}
    released = {e.subject_id("transcript") for e in events if e.kind == "transcript.released"}
    heard = {who for i in interviews if i.id in released for who in i.participants}
    gates = Gatekeeper(place, fold_consent(events))
    waiting = dict.fromkeys(interviewed - heard, "transcript")
    waiting |= {who: "consent" for who in interviewed if gates.ask("assemble_packet", who)}
    return account(fold_member_checks(events), interviewed, waiting)


def _changes(events: list[Event]) -> Iterator[Change]:
    zone = time_zone_of(events)
    named: Mapping[str, str] = {
        e.id: f"codebook {e.data['version']}"
        if e.kind == "codebook.changed"
        else f"claim {e.subject_id('claim')} version {e.data['version']}"
        for e in events
        if e.kind in ("codebook.changed", "claim.asserted")
    }
    found = {e.id: e for e in events if e.kind == "member_check.resolved"}
    for event in sorted(found.values(), key=lambda e: (local_day(e.occurred, zone), e.data["theme"], e.id)):
        led_to = next((named[cause.id] for cause in event.causes if cause.id in named), "")
        yield Change(event.data["theme"], event.data["change"], local_day(event.occurred, zone).isoformat(), led_to)


def _releases(place: Workspace, events: list[Event]) -> Iterator[Released]:
    taken = [t for t in decisions(place.protocol, events) if t.kind == "member_check.released"]
    for (by, assurance), count in sorted(Counter((t.by, t.assurance) for t in taken).items()):
        yield Released(by, count, ASSURANCE[assurance])


def _queries(place: Workspace, events: list[Event]) -> Iterator[Open]:
    places = QueryPlaces(place)
    records = [r for r in fold_queries(events).values() if r.state == "open" and r.check.startswith("MC")]
    found = [query for record in records if (query := read_query(place, record.fingerprint))]
    for query in sorted(found, key=lambda q: (RANK[q.severity], q.check, q.where)):
        title = CATALOGUE[query.check].title if query.check in CATALOGUE else query.check
        yield Open(query.severity, title, places.shown(query), query.message)


def _to_send(place: Workspace) -> Iterator[str]:
    """How many packets on the list to send are in which state; who answered is not on it."""
    try:
        rows = place.restricted.get(TO_SEND).decode().splitlines()[1:]
    except NotStored:
        return
    for state, count in sorted(Counter(row.rsplit(",", 1)[1] for row in rows).items()):
        what = TO_DO.get(state, f"Packets {state}, their time to answer not over")
        yield f"{what}: {count}."


def _stored(place: Workspace) -> bytes | None:
    try:
        return place.out.get(PAGE)
    except NotStored:
        return None
