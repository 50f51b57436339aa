"""Nothing new before approval: what an amendment brings, used or set before it was approved and took effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import pandas as pd

from recruitment.checks import raised
from recruitment.registers import CONSENT, INTERVIEWS, RECRUITMENT, Register
from study import Event, Protocol, Query
from study.event import local_day
from study.protocol.people import Amendment

PREPARING = ("invited", "permitted", "approved")
"""Steps of a site that prepare for the amendment and are no use of it."""


class Change(NamedTuple):
    """A change of study.yaml as registered: the local day, and the paths whose value differs."""

    day: date
    paths: tuple[str, ...]


def state_of(amendment: Amendment) -> str:
    """Since when an amendment may be used, as messages say it."""
    return f"took effect on {amendment.starts.isoformat()}" if amendment.starts else "was approved"


def is_in_use(amendment: Amendment, day: date) -> bool:
    """Whether what the amendment brings may be used that day."""
    return amendment.starts is not None and amendment.starts <= day


def brings_form(protocol: Protocol, form: str, version: str) -> Amendment | None:
    """The amendment that brings a form version, or None."""
    return next((a for a in protocol.ethics.amendments if _has(a.brings.forms, "form", form, version)), None)


def brings_guide(protocol: Protocol, guide: str, version: str) -> Amendment | None:
    """The amendment that brings a guide version, or None."""
    return next((a for a in protocol.ethics.amendments if _has(a.brings.guides, "id", guide, version)), None)


def _has(brought: Iterable[object], name: str, id: str, version: str) -> bool:
    return any((getattr(b, name), getattr(b, "version")) == (id, version) for b in brought)  # noqa: B009


def early_use_queries(
    frames: Mapping[str, pd.DataFrame | None], protocol: Protocol, refs: Mapping[str, str]
) -> list[Query]:
    """New form versions, guides and sites that the measured registers show in use before their amendment was."""
    found = []
    for amendment in protocol.ethics.amendments:
        for register, column, rule, used in _uses(frames, amendment):
            early = used[[not is_in_use(amendment, date.fromisoformat(day)) for day in used["day"]]]
            if not early.empty:
                found.append(
                    raised(
                        "CN021",
                        study=protocol.id,
                        subject=register.subject,
                        ref=refs[register.name],
                        file=register.file,
                        column=column,
                        rule=f"{column}.{amendment.id}.{rule}",
                        rows={int(n) for n in early["row"]},
                        amendment=amendment.id,
                        state=state_of(amendment),
                    )
                )
    return found


def _uses(
    frames: Mapping[str, pd.DataFrame | None], amendment: Amendment
) -> Iterator[tuple[Register, str, str, pd.DataFrame]]:
    """Register, column, what is new, and the usable rows that use it."""
    consent, interviews, recruitment = (_usable(frames.get(r.name)) for r in (CONSENT, INTERVIEWS, RECRUITMENT))
    if consent is not None:
        given = consent[consent["action"].isin(["given", "renewed"])]
        for form in amendment.brings.forms:
            mine = (given["form_id"] == form.form) & (given["form_version"] == form.version)
            yield CONSENT, "form_version", f"{form.form}.{form.version}", given[mine]
    if interviews is not None:
        held = interviews[interviews["outcome"].isin(["full", "part", "notes_only"])]
        for guide in amendment.brings.guides if "guide_version" in held else ():
            yield (
                INTERVIEWS,
                "guide_version",
                f"{guide.id}.{guide.version}",
                held[held["guide_version"] == guide.version],
            )
        for site in amendment.brings.sites:
            yield INTERVIEWS, "site_id", site, held[held["site_id"] == site]
    if recruitment is not None:
        preparing = (recruitment["participant_id"] == "") & recruitment["step"].isin(PREPARING)
        for site in amendment.brings.sites:
            yield RECRUITMENT, "site_id", site, recruitment[(recruitment["site_id"] == site) & ~preparing]


def _usable(rows: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if rows is None or rows.empty else rows[rows["is_usable"] & (rows["day"] != "")]


def early_setting_queries(
    events: Iterable[Event], changes: Iterable[Change], protocol: Protocol, *, ref: str
) -> list[Query]:
    """Rules that study.yaml changed, and surveys that arrived, before the amendment that brings them was in use."""
    arrived = [e for e in events if e.kind == "survey.received"]
    changes = list(changes)
    found = []
    for amendment in protocol.ethics.amendments:
        early = [c for c in changes if amendment.submitted <= c.day and not is_in_use(amendment, c.day)]
        names = [
            f"rule.{rule}"
            for rule in amendment.brings.rules
            if any(_within(path, rule) for change in early for path in change.paths)
        ]
        names += [
            f"survey.{survey}"
            for survey in amendment.brings.surveys
            if any(
                e.subject_id("survey") == survey and not is_in_use(amendment, local_day(e.occurred, protocol.zone))
                for e in arrived
            )
        ]
        found += [
            raised(
                "CN022",
                study=protocol.id,
                subject=f"amendment:{amendment.id}",
                ref=ref,
                file="study.yaml",
                column=name.partition(".")[2],
                rule=f"{amendment.id}.{name}",
                amendment=amendment.id,
                state=state_of(amendment),
            )
            for name in names
        ]
    return found


def _within(path: str, rule: str) -> bool:
    """Whether a changed path of study.yaml is the rule, a part of it, or a list that holds it."""
    return path == rule or path.startswith(f"{rule}.") or rule.startswith(f"{path}.")


def retired_queries(events: Iterable[Event], protocol: Protocol, *, ref: str) -> list[Query]:
    """Form versions that somebody signed and study.yaml does not have any more."""
    there = {(f.form, f.version, f.language) for f in protocol.consent_forms}
    registered = {
        (e.data["form"], e.data["version"], e.data["language"]) for e in events if e.kind == "consent.form_approved"
    }
    signed = {
        (e.data["form"], e.data["form_version"], e.data["language"])
        for e in events
        if e.kind in ("consent.given", "consent.renewed")
    }
    return [
        raised(
            "CN020",
            study=protocol.id,
            subject=f"consent_form:{form}",
            ref=ref,
            file="study.yaml",
            column="consent_forms",
            rule=f"retired.{form}.{version}.{language}",
            version=version,
        )
        for form, version, language in sorted((signed & registered) - there)
    ]
