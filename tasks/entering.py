"""Acts entered by form instead of in a register: checked as the register's row would be, written once, read ever after.

Prefect keeps the answers to a form with its run; they are taken out of there before anything else, so that what was
said of a person is in the study folder only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from recruitment.entries import same_row
from recruitment.measure import FEATURES, Known, failed_feature, measure
from recruitment.registers import REGISTERS
from study import StudyError
from study.objects import NotStored
from tasks.forms import void_form, write_form
from tasks.registers import Registers
from tasks.workspace import Workspace

WARNS_ONLY = frozenset({"RG017"})
"""A site outside the sample is a query afterwards, no reason to lose what happened there."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a person enters: the register it belongs to and the row's cells by column."""

    register: str
    cells: Mapping[str, str]


@task(name="forget the answers", cache_policy=NO_CACHE)
def forget_answers(study: str) -> None:
    """Take the answers of the form out of Prefect's own record of this run; the study it names stays."""
    id = flow_run.id
    if id:
        with get_client(sync_client=True) as client:
            client.update_flow_run(id, parameters={"request": {"study": study}})


@task(name="enter a form", cache_policy=NO_CACHE)
def enter(place: Workspace, registers: Registers, form: Form) -> str:
    """Write the form unless the same is entered or in the register already; returns a sentence.

    StudyError, with nothing written, unless a person acts and every cell holds what its column may hold.
    """
    _refuse_nobody(place)
    cells = {column: value.strip() for column, value in form.cells.items() if value.strip()}
    _refuse_unusable(place, registers.known, form.register, cells)
    rows = registers.frames[form.register]
    if rows is not None and any(same_row(cells, row) for row in _rows(form.register, rows)):
        return "This was entered before; nothing was entered again."
    number = write_form(place, form.register, cells)
    return f"Form {number} of {form.register} was entered."


@task(name="void a form", cache_policy=NO_CACHE)
def void(place: Workspace, register: str, number: int, reason: str) -> str:
    """Let a form that was wrong no longer count; returns a sentence. StudyError for a form that is not there."""
    _refuse_nobody(place)
    try:
        done = void_form(place, register, number, reason)
    except NotStored:
        raise StudyError(
            f"there is no form {number} of {register}",
            where=f"restricted/records/forms/{register}",
            remedy="Look there for the number of the form that was wrong.",
        ) from None
    return f"Form {number} of {register} is void." if done else f"Form {number} of {register} was void already."


def _refuse_nobody(place: Workspace) -> None:
    if place.actor.type != "person":
        raise StudyError("a form needs the person who enters it", where="the form", remedy="Say who acts (--as).")


def _refuse_unusable(place: Workspace, known: Known, name: str, cells: Mapping[str, str]) -> None:
    """Measure the form as the register's only row; StudyError with the message of the first check it does not meet."""
    register = REGISTERS[name]
    columns = dict.fromkeys((*register.columns, *register.ignored, *cells), "")
    frame = pd.DataFrame([{**columns, **cells}], index=pd.Index([1], name="row"), dtype=str)
    rows = measure(register, frame, known)
    for feature in FEATURES[name]:
        if rows[feature.name].eq(False).any() and feature.check not in WARNS_ONLY:
            query = failed_feature(register, feature, [1], known, study=place.protocol.id, ref="form")
            what, _, remedy = query.message.partition(". ")
            what = what.removesuffix(".").replace("A row ", "the form ", 1)
            raise StudyError(what, where=f"the form, {feature.column}", remedy=remedy)


def _rows(name: str, frame: pd.DataFrame) -> list[dict[str, str]]:
    """The cells of a measured register's rows; an interview of several people is put together again."""
    register = REGISTERS[name]
    columns = [c for c in (*register.columns, *register.ignored) if c in frame.columns]
    if name == "interviews":
        joined = frame.groupby("row", sort=False)["participant_ids"].agg(";".join)
        frame = frame.drop_duplicates("row").assign(participant_ids=lambda f: f["row"].map(joined))
    return [{str(k): str(v) for k, v in row.items() if v} for row in frame[columns].to_dict("records")]
