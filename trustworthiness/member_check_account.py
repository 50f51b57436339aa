"""The account of member checking: how many people reached each step and of how many, and what they said of each theme.

Reporting each step with its denominator follows COREQ (Tong et al. 2007, doi 10.1093/intqhc/mzm042, items 23 and 28).
Whoever did not answer is counted as not having answered, and nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from trustworthiness.member_checks import DOUBTS, Check, MemberChecks

VERDICTS = ("fits", "partly", "does_not", "not_answered")
EXCLUDED: Mapping[str, str] = {
    "no_transcript": "Interview without a transcript",
    "no_recontact": "No consent to be contacted again",
    "withdrawn": "Withdrew",
    "blocked": "Packet held back by a query",
}
WAITING: Mapping[str, str] = {
    "consent": "Consent to be contacted again not in force today",
    "transcript": "Transcript not released yet",
}
"""Why somebody cannot be sent a packet yet, though nothing excludes them."""


@dataclass(frozen=True, slots=True)
class Left:
    """Why some people of a step are not in the next: words and how many."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Reached:
    """A step: how many people reached it, of how many who reached the one before, and why the others are not in the
    next."""

    id: str
    label: str
    count: int
    of: int
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A count beside the steps, of the people who reached one of them."""

    label: str
    count: int
    of: int
    whole: str


@dataclass(frozen=True, slots=True)
class OfTheme:
    """What replies say of one theme, in people; `asked` are the replies to a packet that held it.

    `made` and `not_made` are doubts answered with a change or a reason for none, `open` the others.
    """

    theme: str
    fits: int
    partly: int
    does_not: int
    not_answered: int
    made: int
    not_made: int
    open: int

    @property
    def asked(self) -> int:
        return self.fits + self.partly + self.does_not + self.not_answered

    @property
    def counts(self) -> dict[str, int]:
        """The four verdicts by name."""
        return {name: getattr(self, name) for name in VERDICTS}


@dataclass(frozen=True, slots=True)
class Account:
    """The steps in order, each a part of the one before; counts beside them; themes; quotes taken back, by how many."""

    steps: tuple[Reached, ...]
    beside: tuple[Share, ...]
    themes: tuple[OfTheme, ...]
    quotes_back: int
    people_taking_back: int
    open_doubts: int

    @property
    def considered(self) -> int:
        return self.steps[0].count


CHAIN: tuple[tuple[str, str, Callable[[Check], bool]], ...] = (
    ("released", "Packet released", lambda c: c.released is not None),
    ("sent", "Packet sent", lambda c: c.sent is not None),
    ("returned", "Replied", lambda c: c.returned is not None),
    ("answered", "Answered at least one theme", lambda c: c.answered > 0),
    ("resolved", "Every doubt resolved", lambda c: not c.open_disconfirmations),
    ("closed", "Closed", lambda c: c.closed is not None),
)
"""The steps after eligible: id, label, and what somebody in the one before meets to be in it."""


def account(state: MemberChecks, considered: Iterable[str] = (), waiting: Mapping[str, str] | None = None) -> Account:
    """The account of a study's member checks.

    `considered` are the trail codes of everybody interviewed; without it those whom the trail says something of.
    `waiting` is trail code → why somebody without a released packet cannot be sent one yet (a key of WAITING). Eligible
    is who may be contacted again and has a released transcript, or was released a packet; without `waiting` the step is
    called what it then is, not excluded.
    """
    held_up = waiting or {}
    everybody = set(considered) | set(state.checks)
    checks = [state.checks.get(code, Check(code)) for code in sorted(everybody)]
    returned = [c for c in checks if c.sent and c.returned]
    people = checks
    chain = [("considered", "Interviewed", people)]
    people = [c for c in people if c.released or (c.excluded is None and c.participant not in held_up)]
    chain.append(("eligible", "Not excluded" if waiting is None else "Eligible", people))
    for id, label, is_reached in CHAIN:
        people = [c for c in people if is_reached(c)]
        chain.append((id, label, people))
    steps = []
    for position, (id, label, reached) in enumerate(chain):
        on = {c.participant for c in chain[position + 1][2]} if position + 1 < len(chain) else None
        gone = Counter(_why(c, id, held_up) for c in reached if on is not None and c.participant not in on)
        left = tuple(Left(why, n) for why, n in sorted(gone.items(), key=lambda item: (-item[1], item[0])))
        steps.append(Reached(id, label, len(reached), len(chain[max(0, position - 1)][2]), left))
    by_id = {step.id: step.count for step in steps}
    people_sent = next(reached for id, _, reached in chain if id == "sent")
    beside = (
        Share("reminded at least once", sum(c.reminders > 0 for c in people_sent), by_id["sent"], "packets sent"),
        Share("no reply, which is not agreement", by_id["sent"] - by_id["returned"], by_id["sent"], "packets sent"),
        Share(
            "closed without an answer, which is not agreement",
            sum(c.closed is not None and not c.answered for c in people_sent),
            by_id["sent"],
            "packets sent",
        ),
        Share("replies that answer no theme", by_id["returned"] - by_id["answered"], by_id["returned"], "replies"),
        Share("replies that doubt a theme", sum(_doubts(c) for c in returned), by_id["returned"], "replies"),
        Share(
            "people of whose replies one was set aside",
            sum(bool(c.aside) for c in returned),
            by_id["returned"],
            "people who replied",
        ),
        Share(
            "people with an open doubt in a reply set aside",
            sum(_open_aside(c) for c in returned),
            by_id["returned"],
            "people who replied",
        ),
    )
    back = [c for c in checks if c.quotes_back]
    quotes = sum(len(c.quotes_back) for c in back)
    return Account(
        tuple(steps), beside, _themes(returned), quotes, len(back), sum(c.open_disconfirmations for c in returned)
    )


def _why(check: Check, step: str, waiting: Mapping[str, str]) -> str:
    """Why somebody who reached a step did not reach the next."""
    if step == "considered":
        return EXCLUDED[check.excluded] if check.excluded else WAITING[waiting[check.participant]]
    if check.stopped:
        return {"withdrawn": "Withdrew", "no_recontact": "No contact any more"}.get(check.excluded or "", "Held back")
    return {
        "eligible": "No packet released yet",
        "released": "Not sent yet",
        "sent": "No reply (not agreement)",
        "returned": "No theme answered (not agreement)",
        "answered": "A doubt is open",
        "resolved": "Not closed yet",
    }[step]


def _open_aside(check: Check) -> bool:
    """Whether a reply that was set aside doubts a theme that is still without an answer."""
    return any(theme not in check.changes for themes in check.aside.values() for theme in themes)


def _doubts(check: Check) -> bool:
    return check.partly + check.does_not > 0


def _themes(returned: list[Check]) -> tuple[OfTheme, ...]:
    """Verdicts by theme, from the replies of which the trail holds the answers one by one."""
    themes = sorted({theme for check in returned for theme in check.verdicts})
    found = []
    for theme in themes:
        said = Counter(c.verdicts[theme] for c in returned if theme in c.verdicts)
        doubted = [c.changes.get(theme, "open") for c in returned if c.verdicts.get(theme) in DOUBTS]
        after = Counter(doubted)
        found.append(
            OfTheme(
                theme,
                fits=said["fits"],
                partly=said["partly"],
                does_not=said["does_not"],
                not_answered=said["not_answered"],
                made=after["made"],
                not_made=after["not_made"],
                open=after["open"],
            )
        )
    return tuple(found)
