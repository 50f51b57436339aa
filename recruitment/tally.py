"""Counts of people before consent: how many reached each step, who left after which step and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from recruitment.registers import ENDING_WORDS
from study import Event, Fact

STEPS = ("identified", "approached", "screened", "invited")
REACHES = {"identified": 0, "approached": 1, "screened": 2, "ineligible": 2, "invited": 3}
LEAVES = ("ineligible", "no_response", "declined")


class Step(NamedTuple):
    """One row of a person: its step, reason code and row in the file."""

    name: str
    reason: str
    row: int


@dataclass(frozen=True, slots=True)
class Way:
    """How far one person came before consent: the last of STEPS reached, and how they left it or `pending`."""

    reached: str
    how: str
    criterion: str = ""


def ways(rows: pd.DataFrame, consented: frozenset[str]) -> dict[str, Way]:
    """How far each participant code of the measured recruitment register came; who consented left by `consented`.

    A person with a later step reached the earlier ones. Declining stands whatever follows; else the last row decides.
    Who asked not to be contacted has declined, whatever else is wrong with that row.
    """
    stopped = frozenset(rows.loc[rows["step"] == "do_not_contact", "participant_id"])
    found = {code: _way(steps, code in consented, code in stopped) for code, steps in steps_of(rows)}
    for code in sorted(consented - set(found)):
        found[code] = Way(STEPS[-1], "consented")
    return found


def steps_of(rows: pd.DataFrame) -> Iterator[tuple[str, list[Step]]]:
    """Each participant code with its usable rows by day, then by their order in the file."""
    theirs = rows[(rows["participant_id"] != "") & rows["is_usable"]].sort_values(["participant_id", "day", "row"])
    columns = [theirs[c].tolist() for c in ("participant_id", "step", "reason_code", "row")]
    for code, group in groupby(zip(*columns, strict=True), key=itemgetter(0)):
        yield code, [Step(name, reason, row) for _, name, reason, row in group]


def _way(steps: list[Step], has_consented: bool, has_stopped: bool) -> Way:
    if has_consented:
        return Way(STEPS[-1], "consented")
    names = [step.name for step in steps]
    furthest = max((REACHES.get(step, 0) for step in names), default=0)
    if set(names) & {"enrolled", "lost"}:
        furthest = len(STEPS) - 1
    if has_stopped or "declined" in names or "withdrawn" in names:
        return Way(STEPS[furthest], "declined")
    last, reason = steps[-1].name, steps[-1].reason
    if last == "ineligible":
        return Way("screened", "ineligible", reason)
    return Way(STEPS[furthest], last if last in LEAVES else "pending")


def tally_facts(found: Mapping[str, Way], source: str, events: list[Event], *, now: str) -> list[Fact]:
    """One `recruitment.tallied` unless the latest one was taken from the same register (`source`, its HMAC)."""
    earlier = sorted(
        (e for e in events if e.kind == "recruitment.tallied"), key=lambda e: (e.occurred, e.recorded_at, e.id)
    )
    if earlier and earlier[-1].data["source"] == source:
        return []
    times = sum(e.data["source"] == source for e in earlier)
    return [Fact("recruitment.tallied", now, data={"source": source, "ordinal": times + 1, **counts(found)})]


def counts(found: Mapping[str, Way]) -> dict[str, Any]:
    """The counts a tally holds; without names, so that each step is the one before less its exits."""
    reached = Counter(STEPS.index(way.reached) for way in found.values())
    exits = Counter((w.reached, w.how) for w in found.values() if w.how != "consented")
    left = Counter(w.how for w in found.values())
    criteria = Counter(w.criterion or "unnamed" for w in found.values() if w.how == "ineligible")
    return {
        **{step: sum(n for i, n in reached.items() if i >= STEPS.index(step)) for step in STEPS},
        "ineligible": tuple(sorted(criteria.items())),
        "no_response": left["no_response"],
        "declined": left["declined"],
        "exits": tuple((after, how, n) for (after, how), n in sorted(exits.items())),
    }


def contacts_due(
    rows: pd.DataFrame, found: Mapping[str, Way], *, interval_days: int, maximum_attempts: int, today: str
) -> pd.DataFrame:
    """Who is due another contact before consent: `participant_id`, `attempts`, `due` (YYYY-MM-DD), `is_last_reached`.

    For people approached or invited who have not answered; sorted by due day. `is_last_reached` says that the
    allowed number of attempts is used up: enter no_response instead of contacting again. Who declined, withdrew or
    asked not to be contacted is never due, not even by a row with which something else is wrong.
    """
    ended = frozenset(rows.loc[rows["step"].isin(["declined", *ENDING_WORDS]), "participant_id"])
    waiting = [c for c, w in found.items() if w.how == "pending" and w.reached in ("approached", "invited")]
    waiting = [code for code in waiting if code not in ended]
    contacts = rows[
        rows["participant_id"].isin(waiting) & rows["step"].isin(["approached", "invited"]) & rows["is_usable"]
    ]
    grouped = contacts.groupby("participant_id", sort=True)["day"].agg(["count", "max"]).reset_index()
    due = pd.to_datetime(grouped["max"]) + pd.Timedelta(days=interval_days)
    table = pd.DataFrame(
        {
            "participant_id": grouped["participant_id"],
            "attempts": grouped["count"],
            "due": due.dt.strftime("%Y-%m-%d"),
            "is_last_reached": grouped["count"] >= maximum_attempts,
        }
    )
    return table[table["due"] <= today].sort_values(["due", "participant_id"]).reset_index(drop=True)
