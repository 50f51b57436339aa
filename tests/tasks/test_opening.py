from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from study import Event, Fact, Subject
from study.identifiers import digest
from tasks.approvals import approval_queries, reconsent_said
from tasks.opening import amendment_facts, opening_facts, opening_queries
from tasks.workspace import StudyRequest, opened

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES / "fsp" / "study", tmp_path / "fsp")
    return tmp_path / "fsp"


def run(study: Path, facts, as_of=None) -> list[Event]:
    """What one opening or amendment recorded for the first time."""
    with opened(StudyRequest(study=str(study), as_of=as_of), "open-study", create=True) as place:
        before = {e.id for e in place.events()}
        return [e for e in place.trail.append(facts.fn(place)) if e.id not in before]


def queries(study: Path) -> list[tuple[str, str]]:
    with opened(StudyRequest(study=str(study)), "open-study", create=True) as place:
        return [(q.check, q.where) for q in opening_queries.fn(place)]


def changed(study: Path, old: str, new: str) -> None:
    text = (study / "study.yaml").read_text()
    assert old in text
    (study / "study.yaml").write_text(text.replace(old, new))


def test_opening_registers_protocol_frame_forms_guides_and_team(study):
    events = run(study, opening_facts)
    kinds = {e.kind for e in events}
    assert kinds == {
        "study.opened",
        "frame.registered",
        "personnel.authorised",
        "consent.form_approved",
        "guide.changed",
    }
    forms = {e.data["version"]: e for e in events if e.kind == "consent.form_approved"}
    text = (study / "consent_forms" / "FSP-INT-v1.txt").read_bytes()
    assert forms["1"].data["text"] == digest(text)
    assert (forms["1"].data["closes"], forms["2"].data["reconsent"]) == ("2016-02-14", "before_next_contact")
    (frame,) = [e for e in events if e.kind == "frame.registered"]
    assert frame.data["rows"] == 93


def test_opening_again_registers_nothing(study):
    run(study, opening_facts)
    assert run(study, opening_facts) == []
    run(study, amendment_facts)
    assert run(study, amendment_facts) == []
    assert run(study, opening_facts) == []


def test_nothing_is_registered_before_its_day(study):
    events = run(study, opening_facts, as_of="2015-09-01")
    assert {e.data["version"] for e in events if e.kind == "consent.form_approved"} == {"1"}
    later = [e.kind for e in run(study, amendment_facts, as_of="2016-06-30")]
    assert "approval.renewed" in later


def test_an_amendment_takes_effect_on_its_day(study):
    run(study, opening_facts, as_of="2016-01-01")
    assert run(study, amendment_facts, as_of="2016-01-10") == []
    submitted = run(study, amendment_facts, as_of="2016-02-14")
    assert {e.kind for e in submitted} == {"amendment.submitted", "consent.form_approved", "personnel.authorised"}
    effective = run(study, amendment_facts, as_of="2016-02-15")
    assert [(e.kind, e.occurred) for e in effective] == [("amendment.approved", "2016-02-15")]
    assert [c.id for c in effective[0].causes] == [e.id for e in submitted if e.kind == "amendment.submitted"]


@pytest.mark.slow
def test_a_changed_protocol_says_what_changed(study):
    run(study, opening_facts)
    run(study, amendment_facts)
    changed(study, "maximum_attempts: 3", "maximum_attempts: 4")
    (event,) = run(study, amendment_facts)
    assert event.kind == "protocol.amended"
    record = json.loads((study / "records" / "protocol.amended" / f"{event.id}.json").read_text())
    assert record["changed"] == ["participants.contact.maximum_attempts"]
    assert run(study, amendment_facts) == []
    changed(study, "maximum_attempts: 4", "maximum_attempts: 3")
    run(study, amendment_facts)
    changed(study, "maximum_attempts: 3", "maximum_attempts: 4")
    (again,) = run(study, amendment_facts)
    assert again.data["ordinal"] == 2


def test_a_window_set_later_is_a_revision_of_the_same_form(study):
    run(study, opening_facts)
    changed(study, "closes: 2016-02-14", "closes: 2016-02-13")
    (form,) = [e for e in run(study, amendment_facts) if e.kind == "consent.form_approved"]
    assert (form.data["closes"], form.data["revision"]) == ("2016-02-13", 2)
    with opened(StudyRequest(study=str(study)), "status") as place:
        from recruitment import fold_consent

        (version,) = fold_consent(place.events()).forms["FSP-INT", "1"]
        assert str(version.closes) == "2016-02-13"


@pytest.mark.slow
def test_a_delegation_ended_later(study):
    run(study, opening_facts)
    changed(study, "{task: code, from: 2016-01-15}", "{task: code, from: 2016-01-15, to: 2016-05-01}")
    ended = [e for e in run(study, amendment_facts) if e.kind == "personnel.ended"]
    assert [(e.occurred, e.data["task"]) for e in ended] == [("2016-05-01", "code")] * 2
    assert run(study, amendment_facts) == []


@pytest.mark.slow
def test_a_longer_approval_begins_where_the_recorded_one_ended(study):
    run(study, opening_facts)
    run(study, amendment_facts, as_of="2016-05-02")
    changed(study, "{from: 2016-05-01, to: 2017-04-30}", "{from: 2016-05-01, to: 2018-04-30}")
    renewed = [e for e in run(study, amendment_facts, as_of="2017-06-01") if e.kind == "approval.renewed"]
    assert [(e.data["approval_from"], e.data["approval_to"]) for e in renewed] == [("2017-05-01", "2018-04-30")]
    assert run(study, amendment_facts, as_of="2017-06-01") == []


def test_missing_and_changed_texts_are_queried(study):
    assert queries(study) == []
    run(study, opening_facts)
    (study / "consent_forms" / "FSP-INT-v1.txt").write_text("other words")
    (study / "instruments" / "peer.txt").unlink()
    assert queries(study) == [("RG020", "consent_forms/FSP-INT-v1.txt"), ("RG019", "instruments/peer.txt")]
    assert run(study, opening_facts) == []


def test_the_impact_assessment_is_registered_once_on_its_day(study):
    run(study, opening_facts)
    changed(study, "retention: {years: 10,", "retention: {years: 10, assessment: DPIA-1, assessed: 2016-03-01,")
    assert "storage.dpia" not in {e.kind for e in run(study, amendment_facts, as_of=date(2016, 2, 1))}
    events = run(study, amendment_facts)
    (assessed,) = [e for e in events if e.kind == "storage.dpia"]
    assert (assessed.occurred, assessed.data["assessment"]) == ("2016-03-01", "DPIA-1")
    assert run(study, amendment_facts) == []


BRINGS = """
      brings:
        forms: [{form: FSP-INT, version: "2"}]
        guides: [{id: peer, version: peer-1}]
        rules: [participants.contact]
"""


@pytest.mark.slow
def test_what_an_amendment_brings_is_registered_once_it_takes_effect(study):
    said = 'summary: "Second version of the consent form: transcripts may be archived."'
    changed(study, said, said + BRINGS)
    before = run(study, opening_facts, as_of="2016-02-14")
    assert {e.data["version"] for e in before if e.kind == "consent.form_approved"} == {"1"}
    assert "peer-1" not in {e.data["version"] for e in before if e.kind == "guide.changed"}
    run(study, amendment_facts, as_of="2016-02-14")
    changed(study, "maximum_attempts: 3", "maximum_attempts: 4")
    assert "protocol.amended" in {e.kind for e in run(study, amendment_facts, as_of="2016-02-14")}
    effective = {e.kind: e for e in run(study, amendment_facts, as_of="2016-02-15")}
    form = effective["consent.form_approved"]
    assert (form.data["version"], form.occurred) == ("2", "2016-02-15")
    assert effective["guide.changed"].data["version"] == "peer-1"
    approved = effective["amendment.approved"]
    record = json.loads((study / "records" / "amendment.approved" / f"{approved.id}.json").read_text())
    assert record["reconsent"] == [{"form": "FSP-INT", "version": "2", "order": "before_next_contact"}]
    with opened(StudyRequest(study=str(study)), "status") as place:
        assert [(q.check, q.where) for q in approval_queries.fn(place)] == [
            ("CN022", "study.yaml, column participants.contact")
        ]


@pytest.mark.slow
def test_exceptions_and_the_lawful_basis_are_registered_once_on_their_day(study):
    changed(
        study,
        "    - {from: 2015-05-01, to: 2016-04-30}\n",
        "    - {from: 2015-05-01, to: 2016-04-30,\n       exceptions: [{reference: B-31, from: 2016-05-01, "
        "to: 2016-05-14, permits: [analysis]}]}\n",
    )
    changed(
        study,
        "  amendments:\n",
        "  data_protection: [{basis: public_task, reference: DPO-7, from: 2015-06-01}]\n  amendments:\n",
    )
    assert {"approval.excepted"}.isdisjoint(e.kind for e in run(study, opening_facts, as_of="2016-04-30"))
    events = run(study, amendment_facts)
    (excepted,) = [e for e in events if e.kind == "approval.excepted"]
    assert (excepted.occurred, excepted.data["reference"], list(excepted.data["permits"])) == (
        "2016-05-01",
        "B-31",
        ["analysis"],
    )
    assert run(study, amendment_facts) == []
    with opened(StudyRequest(study=str(study)), "status") as place:
        (basis,) = place.events(["data_protection.declared"])
        assert (basis.data["basis"], basis.occurred) == ("public_task", "2015-06-01")


def test_who_must_consent_again_is_said_by_version_and_day(study):
    run(study, opening_facts)
    row = {"ordinal": 1, "version": 1, "row": "0" * 64}
    how = {"mode": "signed", "has_witness": False, "has_representative": False, "copy_given": True}
    form = {"form": "FSP-INT", "form_version": "1", "language": "en", "given": ("take_part",), "declined": ()}
    with opened(StudyRequest(study=str(study)), "track-consent") as place:
        person = (Subject("participant", place.trail_code("P001")),)
        place.trail.append(
            [Fact("consent.given", "2016-01-10", person, data={**row, **how, **form, "obtained_by": "EVA1"})]
        )
        assert reconsent_said(place) == (
            "1 person must consent again to version 2 of FSP-INT, before their next contact.",
        )
