"""Reasons people give for a fit, as the team's page may show them: one that names somebody stays in its file."""

from __future__ import annotations

import json
from collections.abc import Iterable

from analysis.joint_display import Fit
from tasks.never import never_list
from tasks.read import read_restricted_table
from tasks.workspace import NAMED, Workspace


def notes_to_show(place: Workspace, fits: Iterable[Fit]) -> dict[tuple[str, str], str]:
    """Site and person → the note, for notes that hold no participant's name, code, number or address."""
    tables = [read_restricted_table(place, name) for name in NAMED]
    identities = [row for table in tables if table is not None for row in table.to_dict("records")]
    forbidden = never_list(place.protocol, identities)
    return {
        (fit.site, fit.person): fit.note
        for fit in fits
        if fit.note and forbidden(json.dumps({"data": {"note": fit.note}})) is None
    }
