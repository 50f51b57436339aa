"""Rows entered by entry form: acts that a person enters directly, read together with the register's own rows.

An entry form is one row of a register, kept beside it and never edited; one that was wrong is voided. Its number counts
the entry forms of its register from 1, and is its ordinal too: it never moves the ordinals of the register's own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from recruitment.registers import FIRST_FORM_ORDINAL, FIRST_FORM_ROW, Register, RowKey


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """One form: its number among the forms of its register, and its cells by column."""

    number: int
    cells: Mapping[str, str]


def with_entered(frame: pd.DataFrame | None, register: Register, entered: Iterable[EnteredRow]) -> pd.DataFrame | None:
    """The register's rows with the entered ones before them; the file alone where nothing was entered.

    A row of the file that says the same as a form repeats it. The index numbers the rows.
    """
    forms = sorted(entered, key=lambda e: e.number)
    if not forms:
        return frame
    columns = list(register.columns) if frame is None else list(frame.columns)
    columns += [c for c in dict.fromkeys(c for e in forms for c in e.cells) if c not in columns]
    theirs = pd.DataFrame(
        [[e.cells.get(c, "") for c in columns] for e in forms],
        columns=columns,
        index=pd.Index([FIRST_FORM_ROW + e.number for e in forms], name="row"),
        dtype=str,
    )
    if frame is None:
        return theirs
    return pd.concat([theirs, frame.reindex(columns=columns, fill_value="")])


def same_row(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two rows say the same; a column that only one of them has counts as empty in the other."""
    return all(one.get(c, "") == other.get(c, "") for c in {*one, *other})


def form_of(key: RowKey) -> int | None:
    """The number of the form behind a row's key; None for a row of the register itself."""
    ordinal = int(key[-1])
    return ordinal - FIRST_FORM_ORDINAL if ordinal > FIRST_FORM_ORDINAL else None


def belonging(places: pd.DataFrame | None, participant: str, day: str) -> list[tuple[str, str]]:
    """Site and role that a participant code held on a day, from the measured restricted/participants.csv.

    Several where they held several; what they held last where they had left by then; none before they came.
    """
    if places is None:
        return []
    theirs = places[(places["participant_id"] == participant) & places["is_usable"] & (places["day"] <= day)]
    held = theirs[(theirs["to"] == "") | (theirs["to"] >= day)]
    last = theirs[theirs["to"] == theirs["to"].max()] if held.empty else held
    return sorted(set(zip(last["site_id"], last["role"], strict=True)))
