"""What participants wrote, for the team to read: every answer in one list, and which replies somebody has read.

The list holds participants' words, so it lies under restricted/ only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from pages.workbook import workbook
from study import Fact, Subject
from study.event import is_day
from study.objects import NotStored
from tasks.member_check_replies import STANDING, Heard, Replies
from tasks.packet_register import PacketRegister, Row
from tasks.packets import FOLDER
from tasks.workspace import Workspace
from trustworthiness import MemberChecks
from trustworthiness.checks import REPLY_REMEDIES
from trustworthiness.member_checks import DOUBTS, Check
from trustworthiness.reply import Judged

LIST = f"{FOLDER}answers.csv"
BOOK = f"{FOLDER}answers.xlsx"
COLUMNS = ("packet_id", "reply", "file", "standing", "what", "theme", "verdict", "words", "state")
BEFORE_REPLY = "It is dated before the reply came, so nothing was recorded. Correct the day."
CHANGES = {"made": "changed", "not_made": "not changed, with the reason"}


@dataclass(slots=True)
class ReadByTeam:
    """Which replies with words of their own somebody read: the facts, reply code → day, and packet → codes of all of
    them."""

    facts: list[Fact] = field(default_factory=list)
    days: dict[str, date] = field(default_factory=dict)
    replies: dict[str, list[str]] = field(default_factory=dict)

    def all_read(self, packet: str, day: date) -> bool:
        """Whether every reply to this packet that has words of its own was read by that day."""
        return all(code in self.days and self.days[code] <= day for code in self.replies.get(packet, ()))


def read_by_team(place: Workspace, reading: PacketRegister, heard: Iterable[Heard], rows: list[Row]) -> ReadByTeam:
    """member_check.read for each reply with words that no verdict holds, from the register's rows; MC022 without one.

    A row is about every reply to its packet that had come by its day, or about the one that its column reply names.
    """
    found = ReadByTeam()
    for one in (one for one in heard if one.has_own_words):
        found.replies.setdefault(one.packet, []).append(one.code)
        mine = [row for row in rows if (row.trail_code, row.packet) == (one.who, one.packet) and _names(row, one)]
        fit = sorted((row.occurred, row.row) for row in mine if one.day is None or row.occurred >= one.day)
        day, number = fit[0] if fit else (place.today, 0)
        about = (Subject("participant", one.who),)
        fact = Fact("member_check.read", day.isoformat(), about, data={"packet": one.packet, "reply": one.code})
        before = reading.recorded(fact)
        if before and is_day(before.occurred):
            found.days[one.code] = date.fromisoformat(reading.dated.get(before.id, before.occurred))
        if fit:
            found.facts += reading.unless_changed(fact, number)
            found.days.setdefault(one.code, day)
            continue
        for row in mine:
            reading.query("MC015", row.row, "occurred", "before_reply", BEFORE_REPLY)
        if before is None:
            said = f"There are words beside the verdicts. {REPLY_REMEDIES['MC022']}"
            reading.query("MC022", 0, "", "unread", said, file=one.file)
    return found


def list_answers(place: Workspace, replies: Replies, state: MemberChecks, read: ReadByTeam) -> tuple[str, ...]:
    """Write restricted/packets/answers.csv and .xlsx where they changed; the paths written.

    What is sealed or refused is not in it: nobody reads that.
    """
    people = place.known_trail_codes()
    rows = []
    for one in replies.judged:
        check = state.checks.get(people.get(one.participant_code, ""))
        rows += list(_rows(one, replies.codes[one.file], check or Check(""), read))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    body = out.getvalue().encode()
    try:
        before: bytes | None = place.restricted.get(LIST)
    except NotStored:
        before = None
    if before == body or (not rows and before is None):
        return ()
    place.restricted.put(LIST, body)
    place.restricted.put(BOOK, workbook("Answers", [COLUMNS, *rows]))
    return (f"restricted/{LIST}", f"restricted/{BOOK}")


def _rows(one: Judged, code: str, check: Check, read: ReadByTeam) -> Iterator[tuple[str, ...]]:
    """The answers of a reply theme by theme, then what else it says; nothing of one that was not read."""
    if one.reply is None:
        return
    about = (one.packet_id, code, one.file, STANDING[one.standing])
    comments: dict[str, list[str]] = {}
    for answer in one.reply.answers:
        comments.setdefault(answer.theme_id, []).append(answer.comment)
    is_read = f"read on {read.days[code].isoformat()}" if code in read.days else "to be read"
    for theme in dict.fromkeys((*one.verdicts, *comments)):
        verdict = one.verdicts.get(theme, "not_answered")
        words = "\n".join(text for text in comments.get(theme, ()) if text.strip())
        state = CHANGES.get(check.changes.get(theme, ""), "open") if verdict in DOUBTS else ""
        state = is_read if words and verdict == "not_answered" else state
        yield (*about, "theme", theme, verdict, words, state)
    if one.reply.missing.strip():
        yield (*about, "missing", "", "", one.reply.missing, is_read)
    for remark in one.reply.remarks:
        yield (*about, "remark", "", "", remark, is_read)


def _names(row: Row, one: Heard) -> bool:
    return not row.reply or row.reply in (one.file, one.file.rsplit("/", 1)[-1], one.code)
