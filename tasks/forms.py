"""Entry forms, in restricted/records/forms/<register>/: written once; one more file where one is void."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from recruitment.entries import EnteredRow, with_entered
from recruitment.registers import REGISTERS, Register
from study.objects import AlreadyStored, NotStored

if TYPE_CHECKING:
    from tasks.workspace import Workspace

FORMS = "records/forms/"
VOID = ".void.json"
SEVERAL = "participant_ids"
"""The column of several people: a list in the form, so that an erasure takes one out and leaves the others."""


def with_forms(place: Workspace, register: Register, frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """A register's rows and those entered by form."""
    return with_entered(frame, register, entered_rows(place, register.name))


def register_at(path: str) -> Register | None:
    """The register that is kept at this path of the study folder."""
    return next((r for r in REGISTERS.values() if r.file == path), None)


def entered_rows(place: Workspace, register: str) -> list[EnteredRow]:
    """The forms of a register that stand, in the order of their numbers."""
    keys = _keys(place, register)
    void = {key for key in keys if key.endswith(VOID)}
    standing = (key for key in keys if key not in void and key.removesuffix(".json") + VOID not in void)
    return sorted(
        (EnteredRow(_number(key), _cells(json.loads(place.restricted.get(key))["row"])) for key in standing),
        key=lambda e: e.number,
    )


def voided_rows(place: Workspace, register: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    """The cells of the forms that were voided, each with who did, when and why, in the order of their numbers."""
    found = []
    for key in sorted(key for key in _keys(place, register) if key.endswith(VOID)):
        form = json.loads(place.restricted.get(key.removesuffix(VOID) + ".json"))
        found.append((_cells(form["row"]), dict(json.loads(place.restricted.get(key)))))
    return found


def form_files(place: Workspace, register: str) -> dict[str, bytes]:
    """The files of a register's forms, by their path in the study folder."""
    return {f"restricted/{key}": place.restricted.get(key) for key in _keys(place, register)}


def forms_about(place: Workspace, participant: str) -> dict[str, bool]:
    """Where the forms that name a participant code lie under restricted/, each with whether it names nobody else.

    With a form of one person goes what was said when it was voided.
    """
    found = {}
    for register in REGISTERS:
        keys = _keys(place, register)
        for key in keys:
            row = json.loads(place.restricted.get(key)).get("row", {})
            named = [row["participant_id"]] if "participant_id" in row else list(row.get(SEVERAL, ()))
            if participant in named:
                found[key] = is_alone = named == [participant]
                if is_alone and (void := key.removesuffix(".json") + VOID) in keys:
                    found[void] = True
    return found


def write_form(place: Workspace, register: str, cells: Mapping[str, str]) -> int:
    """Store a form under the next free number, whoever else enters one at the same time; returns the number."""
    row: dict[str, Any] = {c: _listed(v) if c == SEVERAL else v for c, v in cells.items()}
    number = max((_number(key) for key in _keys(place, register)), default=0)
    while True:
        number += 1
        try:
            place.restricted.put_new(form_key(register, number), _body(place, register=register, row=row))
        except AlreadyStored:
            continue
        return number


def void_form(place: Workspace, register: str, number: int, reason: str) -> bool:
    """Say that a form was wrong and why; False when it is void already. NotStored when there is no such form."""
    key = form_key(register, number)
    place.restricted.get(key)
    try:
        place.restricted.put_new(key.removesuffix(".json") + VOID, _body(place, reason=reason))
    except AlreadyStored:
        return False
    return True


def void_of(place: Workspace, register: str, number: int) -> dict[str, str] | None:
    """Who voided a form, on which day and why; None while it stands."""
    try:
        return dict(json.loads(place.restricted.get(form_key(register, number).removesuffix(".json") + VOID)))
    except NotStored:
        return None


def named_forms(where: str, register: str) -> set[int]:
    """The numbers of a register's entry forms that the place of a query names."""
    parts = (part for part in where.split("; ") if part.startswith(REGISTERS[register].file))
    found = (re.search(r", entry forms? ([\d, ]+)", part) for part in parts)
    return {int(number) for match in found if match for number in re.findall(r"\d+", match.group(1))}


def form_key(register: str, number: int) -> str:
    """Where a form lies under restricted/."""
    return f"{FORMS}{register}/{number:06d}.json"


def _body(place: Workspace, **said: Any) -> bytes:
    by = {"entered_by": place.actor.id, "entered_on": place.today.isoformat()}
    return json.dumps({**said, **by}, ensure_ascii=False, indent=1).encode()


def _keys(place: Workspace, register: str) -> list[str]:
    return [stored.key for stored in place.restricted.list(f"{FORMS}{register}/")]


def _number(key: str) -> int:
    return int(key.rpartition("/")[2].partition(".")[0])


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {column: ";".join(value) if isinstance(value, list) else value for column, value in row.items()}


def _listed(cell: str) -> list[str]:
    return [code.strip() for code in cell.split(";") if code.strip()]
