"""Who of the team did what: in the team, delegated that day, and trained for it.

Only what the registers say is checked: `obtained_by` of a consent, `by` of a person's step in the recruitment register,
`interviewer` of an interview (the last two may be left out, and may name several people, separated by semicolons). That
a consent was obtained by somebody delegated is the consent ledger's own question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import pandas as pd

from recruitment.checks import raised
from recruitment.log import HELD
from recruitment.registers import CONSENT, INTERVIEWS, RECRUITMENT, Register
from recruitment.transitions import BEFORE_CONSENT
from study import Protocol, Query
from study.protocol.people import Task

CONTACTS = (*BEFORE_CONSENT[1:5], "enrolled")


class Act(NamedTuple):
    """Something a person of the team did, by a row of a register."""

    person: str
    day: date
    row: int


class Rule(NamedTuple):
    """Which task a register's column stands for, whether its delegation is asked here, and the rows it is about."""

    register: Register
    column: str
    task: Task
    asks_delegation: bool
    where: str
    values: tuple[str, ...]


RULES: Mapping[str, Rule] = {
    "recruitment": Rule(RECRUITMENT, "by", "recruit", True, "step", CONTACTS),
    "consent": Rule(CONSENT, "obtained_by", "obtain_consent", False, "action", ("given", "renewed")),
    "interviews": Rule(INTERVIEWS, "interviewer", "interview", True, "outcome", HELD),
}


def delegation_queries(name: str, rows: pd.DataFrame, protocol: Protocol, *, ref: str) -> list[Query]:
    """One query for each check that some row of a measured register does not meet; none without the column.

    RG021: the person is in the team. RG022: the task was delegated to them that day. RG023: every course that
    study.yaml requires for the task counted that day.
    """
    rule = RULES[name]
    if rule.column not in rows.columns:
        return []
    failing: dict[str, set[int]] = {}
    courses: set[str] = set()
    for act in _acts(rule, rows):
        for check, lacking in _faults(rule, act, protocol):
            failing.setdefault(check, set()).add(act.row)
            courses |= lacking
    return [
        raised(
            check,
            study=protocol.id,
            subject=rule.register.subject,
            ref=ref,
            file=rule.register.file,
            column=rule.column,
            rule=f"{check}.{rule.column}",
            rows=numbers,
            known=", ".join(person.code for person in protocol.team),
            task=rule.task.replace("_", " "),
            courses=", ".join(sorted(courses)),
        )
        for check, numbers in sorted(failing.items())
    ]


def _acts(rule: Rule, rows: pd.DataFrame) -> Iterator[Act]:
    """Each person named on a row whose day can be read; a row that repeats another is left out."""
    theirs = rows[rows[rule.where].isin(rule.values) & (rows["day"] != "") & ~rows["is_repeated"]]
    if rule.register is RECRUITMENT:
        theirs = theirs[theirs["participant_id"] != ""]
    for cell, day, row in zip(theirs[rule.column], theirs["day"], theirs["row"], strict=True):
        for person in filter(None, (code.strip() for code in cell.split(";"))):
            yield Act(person, date.fromisoformat(day), int(row))


def _faults(rule: Rule, act: Act, protocol: Protocol) -> Iterator[tuple[str, set[str]]]:
    """The checks an act does not meet, with the courses that were lacking."""
    person = protocol.person(act.person)
    if person is None:
        if rule.asks_delegation:  # who obtained a consent is held to the team's codes by the consent register's check
            yield "RG021", set()
        return
    if rule.asks_delegation and not person.may(rule.task, act.day):
        yield "RG022", set()
    required = protocol.required_training.get(rule.task, [])
    lacking = {course for course in required if not person.is_trained(course, act.day)}
    if lacking:
        yield "RG023", lacking
