"""Where member checking stands, folded from events: a step for every participant and counts with denominators.

Silence is never agreement: whoever did not answer is counted as not answered, and nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from study import Event
from study.event import in_fold_order, local_day, time_zone_of

Step = Literal["excluded", "released", "sent", "reminded", "returned", "resolved", "closed"]
STEPS: tuple[Step, ...] = ("excluded", "released", "sent", "reminded", "returned", "resolved", "closed")
STOPS = ("withdrawn", "no_recontact")
"""Reasons that end a check even after its release; the others hold until there is one. A later release lifts all."""
DOUBTS = ("partly", "does_not")
CODE = 12
"""How many characters of a reply's keyed digest are its code."""


@dataclass(frozen=True, slots=True)
class Check:
    """One participant's member check. Days are the study's local days.

    The counts are those of one reply: the first, or the one that a person chose. `reply` is its code, `reply_version`
    the version of the packet it answers, `verdicts` what it says of each theme (theme id → verdict; empty where the
    trail holds counts only), `changes` theme id → made or not_made. `aside` are the replies that do not count: code →
    the themes doubted in it. `came` is the day of the earliest reply.
    """

    participant: str
    packet: str | None = None
    version: int = 0
    excluded: str | None = None
    released: date | None = None
    sent: date | None = None
    reminders: int = 0
    came: date | None = None
    returned: date | None = None
    fits: int = 0
    partly: int = 0
    does_not: int = 0
    not_answered: int = 0
    withdrawn_quotes: int = 0
    reply: str = ""
    reply_version: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quotes_back: frozenset[str] = frozenset()
    closed: date | None = None

    @property
    def step(self) -> Step:
        """How far it came."""
        if self.stopped:
            return "excluded"
        if self.closed:
            return "closed"
        if self.returned:
            return "resolved" if self.changes and not self.open_disconfirmations else "returned"
        if self.reminders:
            return "reminded"
        return "sent" if self.sent else "released"

    @property
    def stopped(self) -> bool:
        """True when the participant is out: not eligible, or no longer."""
        return self.excluded is not None

    @property
    def answered(self) -> int:
        """Themes answered one way or another."""
        return self.fits + self.partly + self.does_not

    @property
    def open_disconfirmations(self) -> int:
        """Themes answered "partly" or "does not fit" for which no change, or reason for none, is recorded.

        A doubt in a reply that was set aside is a doubt: choosing another reply does not answer it.
        """
        doubted = set(_doubted(self.verdicts)).union(*self.aside.values())
        if self.verdicts or self.aside:
            return len(doubted - set(self.changes))
        return max(0, self.partly + self.does_not - len(self.changes))


def _doubted(verdicts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(theme for theme, verdict in verdicts.items() if verdict in DOUBTS))


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the account: how many, of how many, of what those are the whole, and from how many people."""

    what: str
    count: int
    of: int
    whole: str
    people: int


@dataclass(frozen=True, slots=True)
class Problem:
    """An event that does not follow from what came before; the state is left as it was."""

    event_id: str
    participant: str
    what: str


@dataclass(frozen=True, slots=True)
class MemberChecks:
    """Every participant's check by trail code, and what did not fit."""

    checks: dict[str, Check]
    problems: tuple[Problem, ...] = ()

    @property
    def by_step(self) -> dict[str, int]:
        """How many participants stand at each step; every step is named."""
        reached = Counter(check.step for check in self.checks.values())
        return {step: reached[step] for step in STEPS}

    @property
    def account(self) -> tuple[Count, ...]:
        """Counts with their denominators: people at every step, then themes by verdict."""
        checks = list(self.checks.values())
        released = [c for c in checks if c.released]
        sent = [c for c in released if c.sent]
        returned = [c for c in sent if c.returned]
        return (
            _people("excluded, with a reason", [c for c in checks if c.excluded and not c.released], checks),
            _people("packets released", released, checks),
            _people("packets sent", sent, released, "packets released"),
            _people("reminded", [c for c in sent if c.reminders], sent, "packets sent"),
            _people("replies returned", returned, sent, "packets sent"),
            _people("no reply (not agreement)", [c for c in sent if not c.returned], sent, "packets sent"),
            _people(
                "replies that answer at least one theme",
                [c for c in returned if c.answered],
                returned,
                "replies returned",
            ),
            *_themes(returned),
            _people("closed", [c for c in sent if c.closed], sent, "packets sent"),
        )

    @property
    def open_disconfirmations(self) -> int:
        """Doubts nobody has resolved yet; study and member check cannot be closed while there are any."""
        return sum(c.open_disconfirmations for c in self.checks.values())

    def due(self, today: date, *, answer_within_days: int, reminders: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Trail codes of those to remind today, and of those whose last day to answer has passed unanswered."""
        remind: list[str] = []
        lapsed: list[str] = []
        for code, check in sorted(self.checks.items()):
            if check.stopped or check.sent is None or check.returned or check.closed:
                continue
            if today > check.sent + timedelta(days=answer_within_days * (1 + check.reminders)):
                (remind if check.reminders < reminders else lapsed).append(code)
        return tuple(remind), tuple(lapsed)


def _people(what: str, who: list[Check], of: list[Check], whole: str = "participants considered") -> Count:
    return Count(what, len(who), len(of), whole, len(who))


def _themes(returned: list[Check]) -> list[Count]:
    """Themes in the replies by verdict, and how many doubts are resolved."""
    asked = sum(c.answered + c.not_answered for c in returned)
    by_verdict: list[tuple[str, list[int]]] = [
        ("themes: this fits", [c.fits for c in returned]),
        ("themes: partly", [c.partly for c in returned]),
        ("themes: does not fit", [c.does_not for c in returned]),
        ("themes: not answered", [c.not_answered for c in returned]),
    ]
    doubts = [c.partly + c.does_not for c in returned]
    settled = [c.partly + c.does_not - c.open_disconfirmations for c in returned]
    return [
        *(Count(what, sum(n), asked, "themes in the replies", sum(map(bool, n))) for what, n in by_verdict),
        Count(
            "doubts resolved, with a change or a reason for none",
            sum(settled),
            sum(doubts),
            "themes answered partly or does not fit",
            sum(map(bool, settled)),
        ),
    ]


def fold_member_checks(events: Iterable[Event]) -> MemberChecks:
    """The state of member checking; any permutation or split of the events gives the same.

    Within one day the steps apply in the order in which they follow each other, because a register is written by day.
    A second reply counts only where a person chose it; the latest choice stands. An act that member_check.dated names
    is looked at on the day given there.
    """
    ordered = in_fold_order(events)
    zone = time_zone_of(ordered)
    checks: dict[str, Check] = {}
    problems: list[Problem] = []
    about = _said_of_replies(ordered)
    dated = dates_corrected(ordered)
    relevant = [
        (date.fromisoformat(dated[e.id]) if e.id in dated else local_day(e.occurred, zone), e)
        for e in ordered
        if e.kind.removeprefix("member_check.") in STEPS
    ]
    for day, event in sorted(relevant, key=lambda one: (one[0], _order(one[1]))):
        participant = event.subject_id("participant") or ""
        before = checks.get(participant, Check(participant))
        after, fault = _apply(before, event, day, about)
        if fault:
            problems.append(Problem(event.id, participant, fault))
        else:
            checks[participant] = after
    for participant, back in about.quotes_back.items():
        if participant in checks:
            checks[participant] = replace(checks[participant], quotes_back=frozenset(back))
    return MemberChecks(checks, tuple(problems))


def dates_corrected(events: Iterable[Event]) -> dict[str, str]:
    """Event id → the day that member_check.dated gives it; the one recorded last stands."""
    found = sorted((e for e in events if e.kind == "member_check.dated"), key=lambda e: (e.recorded_at, e.id))
    return {e.data["target"]: e.occurred for e in found}


def reply_code(event: Event) -> str:
    """The code of the reply that a member_check.returned records: the first 12 hex of its keyed digest."""
    return (event.generated[0].hmac or "")[:CODE] if event.generated else ""


@dataclass(frozen=True, slots=True)
class _OfReplies:
    """What is said of replies by themselves: the chosen one of each packet, verdicts by theme, quotes taken back."""

    chosen: dict[tuple[str, str], str]
    verdicts: dict[tuple[str, str, str], dict[str, str]]
    quotes_back: dict[str, set[str]]


def _said_of_replies(ordered: Iterable[Event]) -> _OfReplies:
    about = _OfReplies({}, {}, {})
    for event in ordered:
        participant = event.subject_id("participant") or ""
        if event.kind == "member_check.chosen":
            about.chosen[participant, event.data["packet"]] = event.data["reply"]
        elif event.kind == "member_check.answered":
            key = (participant, event.data["packet"], event.data["reply"])
            about.verdicts.setdefault(key, {})[event.data["theme"]] = event.data["verdict"]
        elif event.kind == "quote.withdrawn":
            about.quotes_back.setdefault(participant, set()).add(event.data["quote"])
    return about


def _order(event: Event) -> int:
    """Rank within a day: the steps as they follow each other; what stops a check comes last, as withdrawals do."""
    step = event.kind.removeprefix("member_check.")
    return len(STEPS) if event.data.get("reason") in STOPS else STEPS.index(step)


def _apply(check: Check, event: Event, day: date, about: _OfReplies) -> tuple[Check, str]:
    """The check after an event, or the same check and why the event does not follow."""
    data = event.data
    step = event.kind.removeprefix("member_check.")
    if step == "excluded":
        holds = check.released is None or data["reason"] in STOPS
        return (replace(check, excluded=data["reason"]) if holds else check), ""
    if step == "released":
        return replace(
            check, packet=data["packet"], version=data["version"], released=check.released or day, excluded=None
        ), ""
    if check.released is None or check.packet != data["packet"]:
        return check, "the packet was not released before"
    if step != "sent" and check.sent is None:
        return check, "the packet was not sent before"
    if step == "sent":
        return replace(check, sent=check.sent or day), ""
    if step == "reminded":
        return replace(check, reminders=check.reminders + 1), ""
    if step == "returned":
        return _returned(check, event, day, about)
    if step == "resolved":
        if not check.returned:
            return check, "there was no reply before"
        return replace(check, changes={**check.changes, data["theme"]: data["change"]}), ""
    if check.open_disconfirmations:
        return check, "it was closed while a theme the participant doubted is unresolved"
    return replace(check, closed=check.closed or day), ""


def _returned(check: Check, event: Event, day: date, about: _OfReplies) -> tuple[Check, str]:
    code, chosen = reply_code(event), about.chosen.get((check.participant, event.data["packet"]), "")
    verdicts = about.verdicts.get((check.participant, event.data["packet"], code), {})
    if check.returned and code and chosen not in ("", code):  # kept beside the one that counts
        return replace(check, aside={**check.aside, code: _doubted(verdicts)}), ""
    if check.returned and (code != chosen or not code):
        return check, "a reply was recorded before"
    aside = {**check.aside, check.reply: _doubted(check.verdicts)} if check.returned else check.aside
    counts = {name: event.data[name] for name in ("fits", "partly", "does_not", "not_answered", "withdrawn_quotes")}
    after = replace(check, came=check.came or day, returned=day, reply=code, verdicts=verdicts, aside=aside, **counts)
    return replace(after, reply_version=event.data["version"]), ""
