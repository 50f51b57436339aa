"""What a survey's rows have to do with people: registered, consenting on the day, withdrawn, at which site."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from recruitment import Refusal, fold_consent, refusals
from recruitment.ledger import KINDS, ConsentLedger
from study.protocol.material import Survey
from tasks.read import read_restricted_table
from tasks.workspace import Workspace

SCOPE = "survey"
LINKS = ("is_registered", "is_spelled_as_registered", "has_consent", "is_withdrawn", "is_at_registered_site")


@dataclass(frozen=True, slots=True)
class People:
    """The registry and the consent ledger as of this run; `sites` is by participant code, None without a registry."""

    sites: Mapping[str, str] | None
    trail_codes: Mapping[str, str]
    ledger: ConsentLedger
    today: date
    digest: str


def people(place: Workspace) -> People:
    """Everything about people that the checks of a coded survey rest on, with a digest of it."""
    registry = read_restricted_table(place, "participants.csv")
    has_columns = registry is not None and {"participant_id", "site_id"} <= set(registry.columns)
    sites = dict(zip(registry["participant_id"], registry["site_id"], strict=True)) if has_columns else None
    events = place.events()
    rests_on = json.dumps([sites, sorted(e.id for e in events if e.kind in KINDS)], sort_keys=True)
    return People(
        sites,
        place.known_trail_codes(),
        fold_consent(events),
        place.today,
        hashlib.sha256(rests_on.encode()).hexdigest(),
    )


def links(known: People, spec: Survey, values: pd.DataFrame) -> pd.DataFrame:
    """The columns `respondent:<link>` of LINKS, one row a respondent, null where a link does not apply.

    Without a registry the columns are absent, so that their checks say they could not be made. A row without a day
    has no consent on that day.
    """
    if spec.linkage == "anonymous" or spec.key not in values.columns:
        return pd.DataFrame({f"respondent:{link}": None for link in LINKS}, index=values.index, dtype=object)
    if known.sites is None:
        return pd.DataFrame(index=values.index)
    spelled = {_plain(code): code for code in known.sites}
    rows = [
        _row(known, spelled, key, day, site)
        for key, day, site in zip(
            values[spec.key],
            _days(known, spec, values),
            values[spec.site] if spec.site in values.columns else [None] * len(values),
            strict=True,
        )
    ]
    return pd.DataFrame(rows, index=values.index, columns=LINKS, dtype=object).add_prefix("respondent:")


def _row(known: People, spelled: Mapping[str, str], key: object, day: object, site: object) -> tuple[bool | None, ...]:
    """One row's links, in the order of LINKS."""
    if pd.isna(key):
        return (None,) * len(LINKS)  # a row without a key is a query of its own
    code = spelled.get(_plain(str(key)))
    if code is None:
        return (False, None, None, None, None)
    trail_code = known.trail_codes.get(code, "")
    at_site = None if pd.isna(site) or not known.sites else str(site) == known.sites[code]
    return (True, code == key, _has_consent(known, trail_code, day), _is_withdrawn(known, trail_code), at_site)


def _has_consent(known: People, trail_code: str, day: Any) -> bool:
    if not trail_code or pd.isna(day):
        return False
    return not _refused(known, trail_code, day)


def refused_answers(known: People, spec: Survey, values: pd.DataFrame) -> list[Refusal]:
    """Whose row the gate refuses, row by row; empty for an anonymous survey and without a registry."""
    if spec.linkage == "anonymous" or spec.key not in values.columns or known.sites is None:
        return []
    spelled = {_plain(code): known.trail_codes.get(code, "") for code in known.sites}
    people = (
        (spelled.get(_plain(str(key)), ""), day)
        for key, day in zip(values[spec.key], _days(known, spec, values), strict=True)
    )
    return [
        r for trail_code, day in people if trail_code and not pd.isna(day) for r in _refused(known, trail_code, day)
    ]


def _refused(known: People, trail_code: str, day: Any) -> list[Refusal]:
    at = day.date() if isinstance(day, pd.Timestamp) else day
    return refusals(known.ledger, "answer_survey", trail_code, {"survey_day": at, "today": known.today})


def _days(known: People, spec: Survey, values: pd.DataFrame) -> Iterable[Any]:
    """The day of each row: from the column that holds it, else today."""
    column = next((c for c in (spec.interview_date, spec.start, spec.end) if c in values.columns), None)
    return values[column] if column else [known.today] * len(values)


def _is_withdrawn(known: People, trail_code: str) -> bool:
    """Whether the person withdrew from the survey by today and did not leave the answers as they are."""
    return any(
        SCOPE in w.scopes and w.at.day <= known.today and w.disposition in ("delete", "deidentify")
        for w in known.ledger.withdrawn.get(trail_code, ())
    )


def _plain(code: str) -> str:
    return code.strip().casefold()
