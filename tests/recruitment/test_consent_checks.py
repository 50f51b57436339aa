"""Each fault of a consent, a signed form or an early amendment: a query of its own, with its own message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from recruitment import fold_consent
from recruitment.amendments import Change, early_setting_queries, early_use_queries, retired_queries
from recruitment.checks import CONSENT_CHECKS
from recruitment.consent_checks import consent_queries, form_queries, interview_queries
from recruitment.facts import Codes, consent_facts
from recruitment.measure import Known, feature_queries, measure
from recruitment.messages import MESSAGES
from recruitment.registers import CONSENT, INTERVIEWS, RECRUITMENT, recorded_rows
from recruitment.signed_forms import file_name, proof_of, signed_form_queries, signed_forms
from study import load_protocol
from study.identifiers import digest
from study.protocol.people import Amendment

PEOPLE = {"P001": "t1", "P002": "t2"}
CODES = Codes(PEOPLE, lambda code: code.encode() * 16)
REFS = {"consent": "a0", "interviews": "a1", "recruitment": "a2"}
SCAN = digest(b"signed by hand")


@pytest.fixture(scope="module")
def protocol():
    return load_protocol(Path(__file__).parents[2] / "examples" / "fsp" / "study")


def with_form(protocol, **changes):
    """The protocol with its second form version changed."""
    first, second = protocol.consent_forms
    return protocol.model_copy(update={"consent_forms": [first, second.model_copy(update=changes)]})


def measured(register, protocol, *rows):
    columns = [*register.columns, *register.ignored]
    cells = [[row.get(c, "") for c in columns] for row in rows]
    index = pd.Index(range(2, len(rows) + 2), name="row")
    known = Known(protocol, frozenset(PEOPLE), frozenset(), frozenset(), date(2016, 6, 30))
    return measure(register, pd.DataFrame(cells, columns=columns, index=index, dtype=str), known)


def row(**more):
    return {
        "participant_id": "P001",
        "form_id": "FSP-INT",
        "form_version": "2",
        "language": "en",
        "action": "given",
        "occurred": "2016-02-20",
        "mode": "signed",
        "scopes": "take_part;record",
        "obtained_by": "EVA1",
        "copy_given": "yes",
        **more,
    }


def held(day="2016-03-01", **more):
    return {
        "interview_id": "I0001",
        "participant_ids": "P001",
        "occurred": day,
        "outcome": "full",
        "recording": "R0001",
        **more,
    }


def found(protocol, *rows):
    return consent_queries(measured(CONSENT, protocol, *rows), protocol, PEOPLE, ref="a0")


FAULTS = [
    ("CN001", {}, {"form_version": "1"}, "occurred"),
    ("CN002", {}, {"form_version": "9"}, "form_version"),
    ("CN003", {}, {"occurred": "2016-02-01"}, "occurred"),
    ("CN006", {}, {"obtained_by": "DEB1"}, "obtained_by"),
    ("CN007", {}, {"mode": "short_form"}, "witness"),
    ("CN014", {}, {"language": "es"}, "language"),
    ("CN015", {}, {"mode": "waiver_of_documentation"}, "mode"),
    ("CN015", {"references": {"waiver": "B-7"}}, {"mode": "alteration"}, "mode"),
    ("CN016", {"needs": ["representative"]}, {}, "representative"),
    ("CN017", {"needs": ["assent"]}, {"assent": "declined"}, "assent"),
    ("CN018", {"needs": ["understanding"]}, {"understanding": "no"}, "understanding"),
    ("CN019", {"needs": ["copy"]}, {"copy_given": "no"}, "copy_given"),
]


@pytest.mark.parametrize(("check", "form", "cells", "column"), FAULTS)
def test_each_fault_of_a_consent_is_a_query_of_its_own(protocol, check, form, cells, column):
    (query,) = found(with_form(protocol, **form), row(**cells))
    assert (query.check, query.where) == (check, f"registers/consent.csv, row 2, column {column}")
    assert query.subject == "participant:t1"


@pytest.mark.parametrize(
    ("form", "cells"),
    [
        ({}, {}),
        ({"references": {"waiver": "B-7"}}, {"mode": "waiver"}),
        ({}, {"mode": "short_form", "witness": "a colleague"}),
        ({"needs": ["representative"]}, {"representative": "yes"}),
        ({"needs": ["assent"]}, {"assent": "not_capable"}),
        ({"needs": ["understanding", "copy"]}, {"understanding": "yes"}),
    ],
)
def test_what_is_there_raises_nothing(protocol, form, cells):
    assert found(with_form(protocol, **form), row(**cells)) == []


def test_every_consent_check_says_something_else():
    words = [MESSAGES[id] for id, *_ in CONSENT_CHECKS]
    assert len(set(words)) == len(words)


def test_windows_that_overlap(protocol):
    assert form_queries(protocol, ref="a0") == []
    first, second = protocol.consent_forms
    open_ended = protocol.model_copy(update={"consent_forms": [first.model_copy(update={"closes": None}), second]})
    assert [q.check for q in form_queries(open_ended, ref="a0")] == ["CN010"]


def test_words_the_optional_columns_do_not_know(protocol):
    rows = measured(CONSENT, protocol, row(assent="maybe", understanding="perhaps", signed_form_sha256="abc"))
    known = Known(protocol, frozenset(PEOPLE), frozenset(), frozenset(), date(2016, 6, 30))
    queries = feature_queries(CONSENT, rows, known, study="s", ref="a0", only=["RG014"])
    assert sorted(q.where.rpartition(" ")[2] for q in queries) == ["assent", "signed_form_sha256", "understanding"]


class TestInterviews:
    def ledger(self, study, *consents):
        return fold_consent([study.opened(), study.form(), *consents])

    def checks(self, protocol, ledger, *rows):
        queries = interview_queries(measured(INTERVIEWS, protocol, *rows), ledger, PEOPLE, study="s", ref="a1")
        return sorted((q.check, q.rows) for q in queries)

    def test_an_interview_before_consent(self, study, protocol):
        assert self.checks(protocol, self.ledger(study, study.consent("2016-03-02")), held()) == [("CN004", ("2",))]

    def test_every_recorded_speaker_of_a_joint_interview_needs_consent(self, study, protocol):
        joint = held(participant_ids="P001; P002")
        both = study.consent("2016-02-20"), study.consent("2016-02-20", who="t2")
        assert self.checks(protocol, self.ledger(study, *both), joint) == []
        assert self.checks(protocol, self.ledger(study, both[0]), joint) == [("CN005", ("2",))]
        silent = study.consent("2016-02-20", who="t2", declined=("record",))
        assert self.checks(protocol, self.ledger(study, both[0], silent), joint) == [("CN012", ("2",))]

    def test_each_of_two_sittings_is_asked_on_its_own_day(self, study, protocol):
        ledger = self.ledger(study, study.consent("2016-02-20"), study.withdrawn("2016-03-05"))
        rows = held("2016-03-01", outcome="part"), held("2016-03-08")
        assert self.checks(protocol, ledger, *rows) == [("CN005", ("3",))]

    def test_declined_recording_makes_notes_only(self, study, protocol):
        ledger = self.ledger(study, study.consent("2016-02-20", declined=("record",)))
        assert self.checks(protocol, ledger, held(outcome="notes_only", recording="")) == []
        assert self.checks(protocol, ledger, held()) == [("CN012", ("2",))]

    def test_the_same_day_informs_only(self, study, protocol):
        ledger = self.ledger(study, study.consent("2016-03-01"))
        assert self.checks(protocol, ledger, held()) == [("CN011", ("2",))]

    def test_while_the_approval_has_lapsed(self, study, protocol):
        ledger = fold_consent([study.opened(end="2016-02-28"), study.form(), study.consent("2016-02-20")])
        assert self.checks(protocol, ledger, held()) == [("CN009", ("2",))]


class TestSignedForms:
    def recorded(self, protocol, rows, scans, events=()):
        on_file, _, _ = signed_forms(rows, scans)
        return consent_facts(rows, list(events), CODES, protocol, today="2016-06-30", signed_forms=on_file)

    def queries(self, protocol, rows, scans, recorded):
        ref = {"ref": "a0"}
        return [q.check for q in signed_form_queries(rows, scans, recorded, PEOPLE, CODES.key, protocol, **ref)]

    def test_a_scan_or_an_entered_digest_is_the_same_proof_under_the_persons_key(self, protocol):
        scans = {"P001/FSP-INT-2.pdf": SCAN}
        (by_scan,) = self.recorded(protocol, measured(CONSENT, protocol, row()), scans).facts
        entered = measured(CONSENT, protocol, row(signed_form_sha256=SCAN.upper()))
        (by_digest,) = self.recorded(protocol, entered, {}).facts
        assert by_scan.data["proof"] == by_digest.data["proof"] == proof_of(CODES.key("t1"), SCAN)
        assert by_scan.data["proof"] not in (SCAN, proof_of(CODES.key("t2"), SCAN))
        (without,) = self.recorded(protocol, measured(CONSENT, protocol, row()), {}).facts
        assert "proof" not in without.data

    def test_a_scan_that_comes_later_is_a_new_version_and_then_stays(self, protocol, study):
        rows, scans = measured(CONSENT, protocol, row()), {"P001/FSP-INT-2.pdf": SCAN}
        events = entered(self.recorded(protocol, rows, {}).facts)
        (later,) = self.recorded(protocol, rows, scans, events).facts
        assert later.data["version"] == 2
        events += entered([later])
        assert self.recorded(protocol, rows, scans, events).facts == []
        assert self.recorded(protocol, rows, {"P001/FSP-INT-2.pdf": digest(b"another")}, events).facts == []
        assert self.recorded(protocol, rows, {}, events).facts == []

    def test_changed_gone_missing_and_stray_forms(self, protocol):
        scans = {"P001/FSP-INT-2.pdf": SCAN}
        rows = measured(CONSENT, protocol, row())
        kept = recorded_rows(entered(self.recorded(protocol, rows, scans).facts))
        assert self.queries(protocol, rows, scans, kept) == []
        assert self.queries(protocol, rows, {"P001/FSP-INT-2.pdf": digest(b"another")}, kept) == ["CN023"]
        assert self.queries(protocol, rows, {}, kept) == ["CN023"]
        assert self.queries(protocol, measured(CONSENT, protocol, row(signed_form_sha256="0" * 64)), scans, {}) == [
            "CN023"
        ]
        needed = with_form(protocol, needs=["signed_form"])
        assert self.queries(needed, rows, {}, {}) == ["CN024"]
        assert self.queries(needed, measured(CONSENT, protocol, row(mode="verbal")), {}, {}) == []
        assert self.queries(protocol, rows, {**scans, "P001/holiday.jpg": SCAN}, kept) == ["CN025"]

    def test_names_tell_renewals_and_repetitions_apart(self):
        assert file_name("F", "2", "given", 1) == "F-2"
        assert file_name("F", "2", "renewed", 1) == "F-2-renewed"
        assert file_name("F", "2", "given", 3) == "F-2-3"


def entered(facts):
    """The events a trail would make of facts."""
    from study import Actor, Event, Run
    from study.identifiers import event_id
    from study.kinds import checked_data

    made = []
    for fact in facts:
        id = event_id("o", fact.kind, fact.natural_key)
        where = Actor("service", "f", "software"), Run("r", "t", "none", 1, "0")
        made.append(
            Event(
                id,
                fact.kind,
                fact.occurred,
                "2020-01-01T00:00:00.000Z",
                *where,
                fact.subject,
                data=checked_data(fact.kind, fact.data),
            )
        )
    return made


class TestAmendments:
    """An amendment that brings a form version, a guide, a site, a survey and a rule; effective on 1 March."""

    def amended(self, protocol, **dates):
        brings = {
            "forms": [{"form": "FSP-INT", "version": "2"}],
            "guides": [{"id": "peer", "version": "peer-1"}],
            "sites": ["S001"],
            "surveys": ["fidelity"],
            "rules": ["participants.contact"],
        }
        said = {"id": "AM2", "submitted": date(2016, 1, 5), "summary": "More.", "brings": brings, **dates}
        ethics = protocol.ethics.model_copy(update={"amendments": [Amendment.model_validate(said)]})
        return protocol.model_copy(update={"ethics": ethics})

    def used(self, protocol, day):
        frames = {
            "consent": measured(CONSENT, protocol, row(occurred=day)),
            "interviews": measured(INTERVIEWS, protocol, held(day, guide_version="peer-1", site_id="S001")),
            "recruitment": measured(
                RECRUITMENT,
                protocol,
                {"site_id": "S001", "step": "invited", "occurred": "2016-01-10"},
                {"site_id": "S001", "step": "activated", "occurred": day},
            ),
        }
        queries = early_use_queries(frames, protocol, REFS)
        assert {q.check for q in queries} <= {"CN021"}
        return [q.where.partition("registers/")[2] for q in queries], queries

    def test_nothing_new_is_used_before_it_takes_effect(self, protocol):
        approved = {"approved": date(2016, 2, 20), "effective": date(2016, 3, 1)}
        where, queries = self.used(self.amended(protocol, **approved), "2016-02-29")
        assert where == [
            "consent.csv, row 2, column form_version",
            "interviews.csv, row 2, column guide_version",
            "interviews.csv, row 2, column site_id",
            "recruitment.csv, row 3, column site_id",
        ]
        assert "AM2 took effect on 2016-03-01" in queries[0].message
        assert self.used(self.amended(protocol, **approved), "2016-03-01")[0] == []

    def test_not_approved_it_may_not_be_used_at_all(self, protocol):
        where, queries = self.used(self.amended(protocol), "2016-06-01")
        assert len(where) == 4
        assert "before its amendment AM2 was approved" in queries[0].message

    def test_rules_and_surveys(self, protocol, study):
        pending = self.amended(protocol, approved=date(2016, 3, 1))
        changes = [Change(date(2016, 2, 1), ("participants.contact.maximum_attempts",))]
        arrived = study.event("survey.received", "2016-02-29", data={"format": "csv"}, survey="fidelity")
        queries = early_setting_queries([arrived], changes, pending, ref="a0")
        assert [q.where for q in queries] == ["study.yaml, column participants.contact", "study.yaml, column fidelity"]
        later = [Change(date(2016, 3, 1), ("participants.contact.maximum_attempts",))]
        elsewhere = [Change(date(2016, 2, 1), ("title",)), Change(date(2015, 12, 1), ("participants.contact",))]
        assert early_setting_queries([], [*later, *elsewhere], pending, ref="a0") == []

    def test_a_version_somebody_signed_stays(self, protocol, study):
        approved = study.form("1", form="FSP-INT"), study.form("0", form="FSP-INT")
        signed = study.consent("2016-03-03", "0", form="FSP-INT")
        (query,) = retired_queries([*approved, signed], protocol, ref="a0")
        assert (query.check, query.subject) == ("CN020", "consent_form:FSP-INT")
        assert "version 0" in query.message
        assert retired_queries([*approved], protocol, ref="a0") == []
        never_approved = study.consent("2016-03-03", "9", form="FSP-INT")
        assert retired_queries([*approved, never_approved], protocol, ref="a0") == []
