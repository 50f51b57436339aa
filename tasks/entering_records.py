"""What the team writes down of its analysis, entered by form: checked as the row would be, and written once.

The form lies under restricted/records/forms/, because what a team writes of an analysis may quote a participant.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis.checks import ANALYSIS_CHECKS, REMEDIES, Problem
from recruitment.entries import same_row
from study import StudyError
from tasks.codings import Material
from tasks.entering import Entered, Form
from tasks.forms import FORMS, write_form
from tasks.outcome import Outcome
from tasks.record_readers import READERS, known_to
from tasks.record_tables import TABLES, gathered, table_file
from tasks.workspace import Workspace
from trustworthiness.entries import FILE

HERE = "the entry form"
_CHECKS = {check.id: check for check in ANALYSIS_CHECKS}


@task(name="enter a record", cache_policy=NO_CACHE)
def enter_record(place: Workspace, material: Material, form: Form) -> Entered:
    """Write the entry form unless the same is entered or in the spreadsheet already.

    StudyError, with nothing written, unless a person acts and the row would be recorded.
    """
    return entered_record(place, material, form)


def entered_record(place: Workspace, material: Material, form: Form) -> Entered:
    """The same without Prefect."""
    if place.actor.type != "person":
        raise StudyError("an entry form needs the person who enters it", where=HERE, remedy="Say who acts (--as).")
    table = TABLES[form.register]
    cells = {column: value.strip() for column, value in form.cells.items() if value.strip()}
    _refuse_participants(place, cells)
    rows = gathered(place, table.name)
    listed = [{str(k): str(v) for k, v in row.items() if k in table.columns} for row in rows.to_dict("records")]
    if any(same_row(cells, row) for row in listed):
        return Entered(table.name, None, "This was entered before; nothing was entered again.")
    keys = table.columns[: table.keys]
    if any(all(cells.get(key, "") == row.get(key, "") for key in keys) for row in listed):
        raise StudyError(
            "another row has this id and says something else",
            where=f"{HERE}, {keys[0]}",
            remedy=f"Give another id, change {table_file(place, table.name)}, or void the entry form that is there.",
        )
    _refuse_unusable(place, material, table.name, cells)
    number = write_form(place, table.name, cells)
    return Entered(table.name, number, f"Entry form {number} of {table.name} was entered.")


def told_record(flow: str, entered: Entered, after: Outcome) -> Outcome:
    """What an entry and the reading after it say, the queries about this very entry form first."""
    mine = [
        q for q in after.queries if q.where.startswith(f"restricted/{FORMS}{entered.register}, row {entered.number},")
    ]
    wrong = (f"If it was entered wrongly: run void-form, of={entered.register}, number={entered.number}.",)
    about = tuple(f"{q.where}: {q.message}" for q in mine)
    return Outcome(flow, (entered.said, *about, *(wrong if mine else ()), *after.said), after.queries, after.made)


def _refuse_participants(place: Workspace, cells: Mapping[str, str]) -> None:
    """Forms of the team's own text are not looked through when somebody withdraws: they name no participant."""
    people = place.known_trail_codes()
    named = next(
        (c for c, v in cells.items() if {word.strip() for word in v.replace(";", " ").split()} & set(people)), ""
    )
    if named:
        raise StudyError(
            "an entry form of the analysis names no participant",
            where=f"{HERE}, {named}",
            remedy="Name the interview or the site.",
        )


def _refuse_unusable(place: Workspace, material: Material, name: str, cells: Mapping[str, str]) -> None:
    """StudyError with what is wrong, where the row would be refused."""
    frame = pd.DataFrame([{**cells, FILE: HERE}], index=[1], dtype=str)
    found = READERS[name](known_to(place, material, place.events()), frame)
    refused = next((p for p in found.problems if p.file == HERE and _blocks(p)), None)
    if refused:
        title = _CHECKS[refused.check].title
        raise StudyError(
            f"{title[:1].lower()}{title[1:]}",
            where=f"{HERE}, {refused.column}",
            remedy=REMEDIES[refused.check],
        )


def _blocks(problem: Problem) -> bool:
    return _CHECKS[problem.check].severity == "block"
