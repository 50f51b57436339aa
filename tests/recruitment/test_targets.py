from __future__ import annotations

from datetime import date

from recruitment import (
    Affiliation,
    consent_coverage,
    fold_consent,
    fold_recruitment,
    target_progress,
    withdrawal_impact,
)
from recruitment.targets import unplaced
from recruitment.withdrawal import COPIES, Material, dispositions_offered
from study.protocol.people import Target


def interviewed(study, *whom, id="I0001", day="2016-03-05"):
    return [
        event
        for who in whom
        for event in (
            study.consent("2016-03-01", who=who),
            study.row("recruitment.enrolled", "2016-03-01", who=who),
            study.interview("interview.held", day, id=id, who=who),
        )
    ]


def belongs(code, role, site="S01", start="2015-01-01", end=None, group=""):
    return Affiliation(code, site, role, group, date.fromisoformat(start), end and date.fromisoformat(end))


def test_an_interview_counts_for_the_site_and_role_held_that_day(study):
    recruitment = fold_recruitment(interviewed(study, "t1"))
    places = [
        belongs("t1", "peer", end="2016-02-28"),
        belongs("t1", "director", site="S02", start="2016-03-01"),
    ]
    targets = [
        Target(count=2),
        Target(count=1, role="peer"),
        Target(count=1, role="director"),
        Target(count=1, site="S02", role="director"),
        Target(count=1, site="S01", role="director"),
    ]
    assert [p.held for p in target_progress(targets, recruitment, places)] == [1, 0, 1, 1, 0]
    assert target_progress(targets, recruitment, places)[0].missing == 1


def test_somebody_promoted_between_two_interviews_counts_once_for_each_role(study):
    events = [
        *interviewed(study, "t1", id="I0001", day="2016-03-05"),
        study.interview("interview.held", "2016-06-05", id="I0002"),
    ]
    places = [
        belongs("t1", "peer", end="2016-04-30", group="before"),
        belongs("t1", "supervisor", site="S02", start="2016-05-01", group="after"),
    ]
    targets = [
        Target(count=2, role="peer"),
        Target(count=2, role="supervisor"),
        Target(count=2, site="S01"),
        Target(count=1, site="S02", role="supervisor", group="after"),
        Target(count=1, site="S01", group="after"),
    ]
    found = target_progress(targets, fold_recruitment(events), places)
    assert [p.held for p in found] == [1, 1, 1, 1, 0]
    assert [d.isoformat() for d in found[3].days] == ["2016-06-05"]


def test_the_last_day_at_a_site_counts_there_and_the_day_after_nowhere(study):
    places = [belongs("t1", "peer", end="2016-03-05"), belongs("t1", "peer", site="S02", start="2016-03-07")]
    for day, expected in [("2016-03-05", [1, 0]), ("2016-03-06", [0, 0]), ("2016-03-07", [0, 1])]:
        recruitment = fold_recruitment(interviewed(study, "t1", day=day))
        targets = [Target(count=1, site="S01"), Target(count=1, site="S02")]
        assert [p.held for p in target_progress(targets, recruitment, places)] == expected
        assert unplaced(recruitment, places) == (() if any(expected) else ("I0001",))


def test_who_missed_a_joint_interview_counts_for_nothing(study):
    events = [
        *interviewed(study, "t1"),
        *interviewed(study, "t2")[:2],
        study.interview("interview.missed", "2016-03-05", who="t2"),
    ]
    places = [belongs("t1", "peer"), belongs("t2", "director")]
    targets = [Target(count=1, role="peer"), Target(count=1, role="director")]
    assert [p.held for p in target_progress(targets, fold_recruitment(events), places)] == [1, 0]


def test_a_joint_interview_counts_once(study):
    recruitment = fold_recruitment(interviewed(study, "t1", "t2"))
    places = [belongs("t1", "peer"), belongs("t2", "peer")]
    assert [p.held for p in target_progress([Target(count=3, role="peer")], recruitment, places)] == [1]


def test_coverage_counts_everybody_once(study):
    events = [
        study.form(closes="2016-06-30"),
        study.form("v2", "2016-07-01", reconsent="before_next_contact"),
        study.consent("2016-03-01", who="t1", declined=("quote",)),
        study.consent("2016-03-01", who="t2"),
        study.withdrawn("2016-04-01", who="t2"),
        study.consent("2016-07-02", "v2", who="t3"),
        study.consent("2016-07-02", "v1", who="t4"),
    ]
    covered = consent_coverage(fold_consent(events), date(2016, 7, 3))
    assert (covered.in_force, covered.withdrawn, covered.reconsent_due, covered.not_valid) == (1, 1, 1, 1)
    assert covered.scopes["quote"] == {"declined": 1, "form_not_open": 1, "in_force": 1, "withdrawn": 1}


def test_the_impact_of_a_withdrawal(study):
    events = [
        study.form(),
        *interviewed(study, "t1"),
        *interviewed(study, "t1", "t2", id="I0002", day="2016-03-06")[2:],
        study.interview("interview.scheduled", "2016-09-01", id="I0003"),
        study.interview("interview.scheduled", "2016-09-02", id="I0001", ordinal=2),
        study.interview("interview.missed", "2016-09-03", who="t2", id="I0002", ordinal=2),
        *(
            study.event("transcript.received", "2016-04-01T00:00:00.000Z", data={"format": "vtt"}, transcript=id)
            for id in ("I0001", "I0002")
        ),
        study.event("member_check.released", "2016-05-01", data={"packet": "MC-1", "version": 1}, participant="t1"),
        study.event("member_check.sent", "2016-05-02", data={"packet": "MC-1", "ordinal": 1}, participant="t1"),
        study.event("member_check.released", "2016-05-01", data={"packet": "MC-2", "version": 1}, participant="t1"),
    ]
    impact = withdrawal_impact(
        "t1",
        date(2016, 6, 1),
        (),
        "delete",
        events=events,
        recruitment=fold_recruitment(events),
        ledger=fold_consent(events),
        material=Material({"I0001": 7, "I0002": 2, "I0009": 5}, {"surveys/a.csv": 1}),
    )
    assert (impact.state_before, impact.state_after) == ("interviewed", "withdrawn")
    assert (impact.sole_transcripts, impact.joint_transcripts) == (("I0001",), ("I0002",))
    assert impact.interviews_to_cancel == ("I0001", "I0003")
    assert (impact.packets_to_stop, impact.packets_to_ask_back) == (("MC-2",), ("MC-1",))
    assert (impact.codings, impact.survey_rows) == (9, {"surveys/a.csv": 1})
    assert len(impact.scopes_ending) == 8
    assert impact.copies_elsewhere == COPIES


def test_withdrawing_a_quote_leaves_the_person_in_the_study(study):
    events = [study.form(), *interviewed(study, "t1")]
    impact = withdrawal_impact(
        "t1",
        date(2016, 6, 1),
        ("quote",),
        "keep",
        events=events,
        recruitment=fold_recruitment(events),
        ledger=fold_consent(events),
        material=Material(),
    )
    assert (impact.state_after, impact.scopes_ending) == ("interviewed", ("quote",))


def test_without_a_known_form_every_disposition_is_offered(study):
    from pathlib import Path

    from study import load_protocol

    protocol = load_protocol(Path(__file__).parents[2] / "examples" / "fsp" / "study")
    assert dispositions_offered(fold_consent([]), "t1", protocol) == ("keep", "deidentify", "delete")
