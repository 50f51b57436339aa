"""Acts entered by entry form instead of in a register: checked as the row would be, written once, read ever after.

Prefect keeps the answers to a form with its run; they are taken out of there before anything else, so that what was
said of a person is in the study folder only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from recruitment.entries import belonging, same_row
from recruitment.measure import FEATURES, Known, failed_feature, measure
from recruitment.registers import REGISTERS
from study import StudyError
from study.objects import NotStored
from tasks.forms import named_forms, void_form, write_form
from tasks.outcome import Outcome
from tasks.registers import Registers
from tasks.workspace import Workspace

WARNS_ONLY = frozenset({"RG017"})
"""A site outside the sample is a query afterwards, no reason to lose what happened there."""


PLACED = ("enrolled", "lost")
"""Steps whose site and role are those the person holds that day, where the entry form names none."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a person enters: the register it belongs to and the row's cells by column."""

    register: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an entry form: its register, its number (None where nothing was entered) and a sentence."""

    register: str
    number: int | None
    said: str


@task(name="forget the answers", cache_policy=NO_CACHE)
def forget_answers(study: str) -> None:
    """Take the answers of the form out of Prefect's own record of this run; the study it names stays."""
    id = flow_run.id
    if id:
        with get_client(sync_client=True) as client:
            client.update_flow_run(id, parameters={"request": {"study": study}})


@task(name="enter a form", cache_policy=NO_CACHE)
def enter(place: Workspace, registers: Registers, form: Form) -> Entered:
    """Write the entry form unless the same is entered or in the register already.

    StudyError, with nothing written, unless a person acts and every cell holds what its column may hold.
    """
    _refuse_nobody(place)
    cells = {column: value.strip() for column, value in form.cells.items() if value.strip()}
    cells = _with_place(registers, form.register, cells)
    _refuse_unusable(place, registers.known, form.register, cells)
    rows = registers.frames[form.register]
    if rows is not None and any(same_row(cells, row) for row in _rows(form.register, rows)):
        return Entered(form.register, None, "This was entered before; nothing was entered again.")
    number = write_form(place, form.register, cells)
    return Entered(form.register, number, f"Entry form {number} of {form.register} was entered.")


def told(flow: str, entered: Entered, *after: Outcome) -> Outcome:
    """What an entry and the tracking after it say, the queries about this very entry form first."""
    queries = tuple(query for outcome in after for query in outcome.queries)
    mine = [q for q in queries if entered.number in named_forms(q.where, entered.register)]
    about = dict.fromkeys(f"{q.where}: {q.message}" for q in mine)
    wrong = (f"If it was entered wrongly: run void-form, of={entered.register}, number={entered.number}.",)
    said = (entered.said, *about, *(wrong if mine else ()), *(s for outcome in after for s in outcome.said))
    return Outcome(flow, said, queries, tuple(path for outcome in after for path in outcome.made))


@task(name="void a form", cache_policy=NO_CACHE)
def void(place: Workspace, register: str, number: int, reason: str) -> str:
    """Let an entry form that was wrong no longer count; returns a sentence. StudyError where there is none."""
    _refuse_nobody(place)
    try:
        done = void_form(place, register, number, reason)
    except NotStored:
        raise StudyError(
            f"there is no entry form {number} of {register}",
            where=f"restricted/records/forms/{register}",
            remedy="Look there for the number of the entry form that was wrong.",
        ) from None
    return f"Entry form {number} of {register} is void{'.' if done else ' already.'}"


def _refuse_nobody(place: Workspace) -> None:
    if place.actor.type != "person":
        raise StudyError(
            "an entry form needs the person who enters it", where="the entry form", remedy="Say who acts (--as)."
        )


def _with_place(registers: Registers, name: str, cells: dict[str, str]) -> dict[str, str]:
    """The cells with the site and role that the person holds that day, where the step needs them and names none."""
    if name != "recruitment" or cells.get("step") not in PLACED or {"site_id", "role"} & set(cells):
        return cells
    places = belonging(registers.frames["participants"], cells["participant_id"], cells["occurred"])
    if len(places) == 1:
        return cells | {"site_id": places[0][0], "role": places[0][1]}
    if places:
        raise StudyError(
            "the person belongs to several sites or roles that day",
            where="the entry form, site and role",
            remedy="Say which one this is about.",
        )
    raise StudyError(
        "restricted/participants.csv does not say where this person belonged by that day",
        where="the entry form, participant",
        remedy="Enter that first (record affiliation), or correct the participant code or the day.",
    )


def _refuse_unusable(place: Workspace, known: Known, name: str, cells: Mapping[str, str]) -> None:
    """Measure the form as the register's only row; StudyError with the message of the first check it does not meet."""
    _refuse_unknown(known, name, cells)
    register = REGISTERS[name]
    columns = dict.fromkeys((*register.columns, *register.ignored, *cells), "")
    frame = pd.DataFrame([{**columns, **cells}], index=pd.Index([1], name="row"), dtype=str)
    rows = measure(register, frame, known)
    for feature in FEATURES[name]:
        if rows[feature.name].eq(False).any() and feature.check not in WARNS_ONLY:
            query = failed_feature(register, feature, [1], known, study=place.protocol.id, ref="form")
            what, _, remedy = query.message.partition(". ")
            what = what.removesuffix(".").replace("A row ", "the entry form ", 1)
            raise StudyError(what, where=f"the entry form, {feature.column}", remedy=remedy)


def _refuse_unknown(known: Known, name: str, cells: Mapping[str, str]) -> None:
    """What a register's row is asked only once it is recorded, and a typing person at once."""
    if name == "participants" and not re.fullmatch(known.protocol.participants.code_pattern, cells["participant_id"]):
        raise StudyError(
            "this does not look like a participant code of the study",
            where="the entry form, participant_id",
            remedy="Give the code, never a name.",
        )
    form, version = cells.get("form_id", ""), cells.get("form_version", "")
    versions = [f.version for f in known.protocol.consent_forms if f.form == form]
    if name == "consent" and versions and version not in versions:
        raise StudyError(
            "study.yaml does not know this version of the consent form",
            where="the entry form, form_version",
            remedy=f"Use one of: {', '.join(dict.fromkeys(versions))}.",
        )


def _rows(name: str, frame: pd.DataFrame) -> list[dict[str, str]]:
    """The cells of a measured register's rows; an interview of several people is put together again."""
    register = REGISTERS[name]
    columns = [c for c in (*register.columns, *register.ignored) if c in frame.columns]
    if name == "interviews":
        joined = frame.groupby("row", sort=False)["participant_ids"].agg(";".join)
        frame = frame.drop_duplicates("row").assign(participant_ids=lambda f: f["row"].map(joined))
    return [{str(k): str(v) for k, v in row.items() if v} for row in frame[columns].to_dict("records")]
