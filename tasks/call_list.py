"""The coordinator's lists of people: by participant code, and with names and phones to call. Only under restricted/.

Both are written anew each time, and go with an erasure; neither is for a site.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.due_section import DuePage, DueSection, due_page
from pages.layout import plural
from study import StudyError
from study.identifiers import digest
from study.objects import NotStored
from tasks.due import HOW, Due, DueRow, due_today
from tasks.erasing import LISTS
from tasks.read import read_restricted_table
from tasks.recruitment import Tracked
from tasks.registers import Registers
from tasks.workspace import Workspace, software_version

CALLS, BY_CODE, MADE_FROM = LISTS
PAGE = "due.html"
CONTACT = ("name", "phone", "email")


@task(name="write the call list", cache_policy=NO_CACHE)
def write_lists(place: Workspace, tracked: Tracked) -> tuple[str, ...]:
    """Write both lists and out/due.html; a sentence on what is due and where it says with whom.

    Nothing is worked out again while the day, the trail, study.yaml and the people's tables stay as they were.
    """
    inputs = _inputs(place, tracked.registers)
    if (before := _made_before(place, inputs)) is not None:
        return (before,)
    due = due_today(place, tracked.registers, tracked.ways or None)
    lists = lists_written(place, due)
    protocol = place.protocol
    section = replace(due.section, lists=lists)
    page = DuePage(protocol.title, protocol.id, protocol.synthetic, f"{place.today:%-d %B %Y}", section)
    place.out.put(PAGE, due_page(page))
    named = " and ".join(f"{path} ({what})" for path, what in lists)
    said = f"{plural(len(due.rows), 'thing is', 'things are')} due with people today: {named}."
    place.restricted.put(MADE_FROM, json.dumps({"inputs": inputs, "said": said}).encode())
    return (said,)


def _inputs(place: Workspace, registers: Registers) -> str:
    """A digest of everything the lists are worked out from, this software's version included."""
    whole = hashlib.sha256(f"{software_version()} {place.today} {place.trail.event_count}".encode())
    files = {f"{name} {path}": data for name, found in registers.data.items() for path, data in found.items()}
    for path in ("study.yaml", "identities.csv"):
        store = place.files if path == "study.yaml" else place.restricted
        with suppress(NotStored):
            files[path] = store.get(path)
    for path, data in sorted(files.items()):
        whole.update(f"\n{path} {digest(data)}".encode())
    return whole.hexdigest()


def _made_before(place: Workspace, inputs: str) -> str | None:
    """What was said when the lists were made from the same, where they and the page are still there."""
    try:
        made = json.loads(place.restricted.get(MADE_FROM))
        place.restricted.get(BY_CODE)
        place.out.get(PAGE)
    except (NotStored, ValueError):
        return None
    return str(made["said"]) if made.get("inputs") == inputs else None


def due_section(place: Workspace, registers: Registers) -> DueSection:
    """What is due for the team's page, which names the lists written at the same time."""
    due = due_today(place, registers)
    return replace(due.section, lists=lists_written(place, due))


def lists_written(place: Workspace, due: Due) -> tuple[tuple[str, str], ...]:
    """Write both lists; their paths with what they hold. Without a readable identities.csv there is no call list."""
    _write(place, BY_CODE, ("participant_id", "site_id", "due", "attempts", "what", "how"), map(_by_code, due.rows))
    people = _identities(place)
    if people is None:
        place.restricted.erase_all_versions(CALLS)
        return ((f"restricted/{BY_CODE}", "by participant code; there is no call list without identities.csv"),)
    calls = (_call(row, people.get(row.participant, {})) for row in due.rows if row.is_by_talking)
    _write(place, CALLS, ("due", "participant_id", *CONTACT, "site_id", "attempts", "what"), calls)
    return ((f"restricted/{CALLS}", "names and phones"), (f"restricted/{BY_CODE}", "by participant code"))


def _by_code(row: DueRow) -> Sequence[object]:
    who, how, _ = HOW[row.act]
    return row.participant, row.site, row.due.isoformat(), row.attempts, who, how


def _call(row: DueRow, person: dict[str, str]) -> Sequence[object]:
    contact = [person.get(column, "") for column in CONTACT]
    return row.due.isoformat(), row.participant, *contact, row.site, row.attempts, HOW[row.act][0]


def _identities(place: Workspace) -> dict[str, dict[str, str]] | None:
    """What identities.csv says of each participant code; None where there is none that can be read."""
    try:
        table = read_restricted_table(place, "identities.csv")
    except StudyError:
        return None
    if table is None or "participant_id" not in table.columns:
        return None
    rows = [{str(name): str(cell) for name, cell in row.items()} for row in table.to_dict("records")]
    return {row["participant_id"]: row for row in rows}


def _write(place: Workspace, key: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a list where it is not as it stands; older versions do not stay: people leave the study."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    body = out.getvalue().encode()
    try:
        if place.restricted.get(key) == body:
            return
    except NotStored:
        pass  # written for the first time
    place.restricted.put(key, body)
    place.restricted.erase_old_versions(key)
