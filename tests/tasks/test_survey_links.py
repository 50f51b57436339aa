"""What a survey's rows have to do with people, from the registry and the consent ledger."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from recruitment import fold_consent
from recruitment.ledger import ConsentLedger
from study import Actor, Event, Run, Subject
from study.protocol.material import Survey
from tasks.survey_links import LINKS, People, links

SPEC = Survey(
    name="staff",
    file="s.csv",
    dictionary="s.dictionary.csv",
    key="id",
    site="site",
    interview_date="day",
    linkage="coded",
)
PRINTED = {"row": "0" * 64, "ordinal": 1, "version": 1}
CONSENT = {
    **PRINTED,
    "form": "main",
    "form_version": "1",
    "language": "en",
    "mode": "signed",
    "given": ["take_part", "survey"],
    "declined": [],
    "obtained_by": "ME",
    "has_witness": False,
    "has_representative": False,
    "copy_given": True,
}
FORM = {
    "form": "main",
    "version": "1",
    "language": "en",
    "opens": "2026-01-01",
    "reconsent": "none",
    "scopes": ["take_part", "survey"],
    "approval_from": "2026-01-01",
    "text": "0" * 64,
}


def event(kind: str, occurred: str, data: dict[str, object], person: str = "") -> Event:
    return Event(
        id=f"{kind}-{person}-{occurred}",
        kind=kind,
        occurred=occurred,
        recorded_at="2026-07-01T00:00:00.000Z",
        actor=Actor("service", "fieldtrail", "service"),
        run=Run("run", "track-consent", "none", 1, "0"),
        subject=(Subject("participant", person),) if person else (),
        data=data,
    )


@pytest.fixture(scope="module")
def ledger() -> ConsentLedger:
    withdrawn = {**PRINTED, "scopes": ["take_part", "survey"]}
    return fold_consent(
        [
            event("consent.form_approved", "2026-01-01", FORM),
            event("consent.given", "2026-02-01", CONSENT, "tone"),
            event("consent.given", "2026-02-01", CONSENT, "ttwo"),
            event("consent.withdrawn", "2026-04-01", {**withdrawn, "disposition": "delete"}, "ttwo"),
            event("consent.given", "2026-02-01", CONSENT, "tthree"),
            event("consent.withdrawn", "2026-04-01", {**withdrawn, "disposition": "keep"}, "tthree"),
        ]
    )


def known(ledger: ConsentLedger, *, registry: bool = True, today: date = date(2026, 6, 1)) -> People:
    sites = {"P001": "S01", "P002": "S01", "P003": "S02", "P004": "S02"}
    codes = {"P001": "tone", "P002": "ttwo", "P003": "tthree"}
    return People(sites if registry else None, codes, ledger, today, "")


def row(people: People, key: str | None, day: str | None = "2026-03-01", site: str | None = None) -> dict[str, object]:
    values = pd.DataFrame({"id": [key], "day": [pd.Timestamp(day) if day else pd.NaT], "site": [site]})
    (found,) = links(people, SPEC, values).to_dict("records")
    return {name.removeprefix("respondent:"): value for name, value in found.items()}


def test_a_registered_person_with_consent_at_their_site_is_linked(ledger: ConsentLedger):
    found = row(known(ledger), "P001", site="S01")
    assert found == {
        "is_registered": True,
        "is_spelled_as_registered": True,
        "has_consent": True,
        "is_withdrawn": False,
        "is_at_registered_site": True,
    }


@pytest.mark.parametrize(
    ("key", "day", "site", "link", "value"),
    [
        ("P999", "2026-03-01", None, "is_registered", False),
        (" p001", "2026-03-01", None, "is_spelled_as_registered", False),
        (" p001", "2026-03-01", None, "has_consent", True),
        ("P001", "2026-01-31", None, "has_consent", False),
        ("P001", None, None, "has_consent", False),
        ("P004", "2026-03-01", None, "has_consent", False),
        ("P001", "2026-03-01", "S02", "is_at_registered_site", False),
        ("P001", "2026-03-01", None, "is_at_registered_site", None),
        ("P002", "2026-03-01", None, "has_consent", True),
        ("P002", "2026-03-01", None, "is_withdrawn", True),
        ("P003", "2026-03-01", None, "is_withdrawn", False),
        ("P999", "2026-03-01", None, "has_consent", None),
        (None, "2026-03-01", None, "is_registered", None),
    ],
)
def test_each_link_is_answered_on_its_own(ledger: ConsentLedger, key, day, site, link: str, value: object):
    assert row(known(ledger), key, day, site)[link] is value


def test_a_withdrawal_counts_from_its_day(ledger: ConsentLedger):
    before = known(ledger, today=date(2026, 3, 31))
    assert row(before, "P002")["is_withdrawn"] is False


def test_an_anonymous_survey_has_no_links_and_a_missing_registry_no_columns(ledger: ConsentLedger):
    values = pd.DataFrame({"id": ["P001"]})
    anonymous = links(known(ledger), SPEC.model_copy(update={"linkage": "anonymous"}), values)
    assert list(anonymous.columns) == [f"respondent:{link}" for link in LINKS]
    assert anonymous.isna().all(axis=None)
    assert links(known(ledger, registry=False), SPEC, values).empty
