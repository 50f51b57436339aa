"""What a survey's rows have to do with people, from the registry and the consent ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from recruitment import fold_consent
from recruitment.ledger import ConsentLedger
from study import Actor, Event, Run, Subject
from study.protocol.material import Survey
from tasks.survey_links import LINKS, People, Stay, links, refused_answers, row_days, undated_answers
from tests.tasks.survey_study import PROTOCOL, Study, in_this_process

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


def test_a_key_or_a_day_nobody_described_leaves_out_what_rests_on_it(ledger: ConsentLedger):
    def told(values: dict[str, object], **spec: str | None) -> set[str]:
        found = links(known(ledger), SPEC.model_copy(update=spec), pd.DataFrame(values))
        return {name.removeprefix("respondent:") for name in found if found[name].notna().any()}

    person, day, site = {"id": ["P001"]}, {"day": [pd.Timestamp("2026-03-01")]}, {"site": ["S01"]}
    of_keys = {"is_registered", "is_spelled_as_registered", "is_withdrawn"}
    assert told(person | day | site) == set(LINKS)
    assert told(day | site) == set()
    assert told(person | site) == of_keys
    assert told(person | site | {"start": day["day"]}, start="start") == of_keys
    assert told(person | day) == of_keys | {"has_consent"}
    assert told(person | site, interview_date=None) == set(LINKS)


@pytest.mark.parametrize("written", ["02/01/2026", "2026-03-01", "today", "now"])
def test_a_day_declared_a_text_is_never_guessed(ledger: ConsentLedger, written: str):
    values = pd.DataFrame({"id": ["P001"], "day": [written]})
    assert "respondent:has_consent" not in links(known(ledger), SPEC, values)
    assert row_days(SPEC, values) is None
    assert refused_answers(known(ledger), SPEC, values) == []


def test_everybody_without_consent_on_their_day_is_listed_with_the_reason(ledger: ConsentLedger):
    keys, days = ["P001", "P004", "P002", "P002", "P999", None], ["2026-03-01", "2026-03-01", None, None, None, None]
    values = pd.DataFrame({"id": keys, "day": pd.to_datetime(days)})
    refused = refused_answers(known(ledger), SPEC, values)
    assert [(r.participant, r.day.isoformat(), r.decision.why) for r in refused] == [
        ("P004", "2026-03-01", "no_consent")
    ]
    undated = [("P002", "answer_survey", "survey", "", "A row holds no readable day in day.", "")]
    assert undated_answers(known(ledger), SPEC, values) == undated
    assert undated_answers(known(ledger), SPEC, values.drop(columns="day")) == []
    assert undated_answers(known(ledger, registry=False), SPEC, values) == []
    assert links(known(ledger), SPEC, values)["respondent:has_consent"].tolist() == [True, *[False] * 3, None, None]


def moved(ledger: ConsentLedger) -> People:
    """P001 was at S01 until the end of February and is at S02 since; P002 has no days."""
    stays = {
        "P001": (Stay("S01", date(2026, 1, 1), date(2026, 2, 28)), Stay("S02", date(2026, 3, 1), None)),
        "P002": (Stay("S01", None, None),),
    }
    sites, codes = {"P001": "S02", "P002": "S01"}, {"P001": "tone", "P002": "ttwo"}
    return People(sites, codes, ledger, date(2026, 6, 1), "", stays)


@pytest.mark.parametrize(
    ("key", "day", "site", "is_there"),
    [
        ("P001", "2026-02-28", "S01", True),
        ("P001", "2026-02-28", "S02", False),
        ("P001", "2026-03-01", "S02", True),
        ("P001", "2026-03-01", "S01", False),
        ("P001", "2025-12-31", "S01", False),
        ("P001", None, "S01", True),
        ("P001", None, "S03", False),
        ("P002", "2020-01-01", "s01 ", True),
        ("P009", "2026-03-01", "S01", None),
    ],
)
def test_the_site_is_the_one_held_on_the_day(ledger: ConsentLedger, key, day, site, is_there):
    assert row(moved(ledger), key, day, site)["is_at_registered_site"] is is_there


@pytest.mark.parametrize(("key", "is_written_so"), [(7.0, True), ("7.0", False), ("007", False), (" 7", False)])
def test_a_number_read_as_a_fraction_is_the_same_key(ledger: ConsentLedger, key: object, is_written_so: bool):
    people = People({"7": "S01"}, {"7": "tone"}, ledger, date(2026, 6, 1), "")
    found = row(people, key)  # type: ignore[arg-type]
    assert (found["is_registered"], found["has_consent"]) == (True, True)
    assert found["is_spelled_as_registered"] is is_written_so


def test_lost_zeros_lead_to_the_registered_key_and_are_said(ledger: ConsentLedger):
    people = People({"007": "S01"}, {"007": "tone"}, ledger, date(2026, 6, 1), "")
    found = row(people, 7.0)  # type: ignore[arg-type]
    assert (found["is_registered"], found["is_spelled_as_registered"]) == (True, False)


def test_a_key_that_took_somebodys_place_is_nobodys_any_more(ledger: ConsentLedger):
    assert set(row(known(ledger), "deidentified-0a1b2c3d", site="S01").values()) == {None}


def test_many_rows_of_few_people_are_asked_once_a_person_and_day(ledger: ConsentLedger, monkeypatch):
    asked: list[tuple[str, date]] = []
    original = People.refused

    def counted(self: People, code: str, day: date):
        asked.append((code, day))
        return original(self, code, day)

    monkeypatch.setattr(People, "refused", counted)
    days = pd.to_datetime(["2026-01-31", "2026-03-01"] * 500)
    values = pd.DataFrame({"id": ["P001", " p001"] * 500, "day": days, "site": "S01"})
    found = links(known(ledger), SPEC, values)
    assert found["respondent:has_consent"].tolist() == [False, True] * 500
    assert sorted(asked) == [("tone", date(2026, 1, 31)), ("tone", date(2026, 3, 1))]
    assert [(r.participant, r.day) for r in refused_answers(known(ledger), SPEC, values)] == [
        ("tone", date(2026, 1, 31))
    ]


@pytest.mark.real
def test_the_judgement_asks_the_registry_for_keys_and_lists_whose_day_is_unreadable(tmp_path: Path, monkeypatch):
    in_this_process(monkeypatch)
    study = Study(tmp_path / "tiny")
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous", "linkage: coded, key: id, interview_date: day"))
    study.write("surveys/staff.dictionary.csv", "variable,label,type\nid,Code,text\nday,Day,date\n")
    study.write("surveys/staff.csv", "id,day\n007,2026-03-01\n7,\nq1,2026-03-02\nQ1,2026-03-03\n")
    (study.root / "restricted").mkdir()
    study.write("restricted/participants.csv", "participant_id,site_id\n007,S1\nq1,S1\nQ1,S1\n")
    judged, _ = study.run()
    assert {q.check: q.rows for q in judged.queries if q.severity == "block"} == {
        "SV030": ("007", "7"),
        "SV042": ("007", "7", "q1", "Q1"),
    }
    listed = (study.root / "restricted/consent/refused-survey-staff.csv").read_text().splitlines()[1:]
    assert [line.split(",")[:4] for line in listed] == [
        ["007", "answer_survey", "survey", ""],
        ["007", "answer_survey", "survey", "2026-03-01"],
        ["Q1", "answer_survey", "survey", "2026-03-03"],
        ["q1", "answer_survey", "survey", "2026-03-02"],
    ]
