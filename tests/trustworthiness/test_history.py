"""The history of a study: changes by day, queries by month, the newest of what is assessed."""

from __future__ import annotations

from dataclasses import replace

from study import Subject
from study.event import in_fold_order
from trustworthiness.criteria import halpern_inventory
from trustworthiness.history import QueryMonth, SetAside, study_history


def history(*events):
    return study_history(in_fold_order(events))


def test_queries_are_told_month_by_month_and_who_set_them_aside(event):
    def query(kind, day, n, **more):
        return event(kind, day, fingerprint=f"{n:064x}", occurrence=1, **more)

    opened = [query("query.opened", "2016-01-30", n, check="TR001", severity="review") for n in range(3)]
    aside = replace(query("query.set_aside", "2016-02-01", 1), subject=(Subject("person", "INV1"),))
    found = history(*opened, query("query.resolved", "2016-02-02", 0, how="corrected"), aside)
    assert found.query_months == (QueryMonth("2016-01", 3, 0, 0), QueryMonth("2016-02", 0, 1, 1))
    assert found.set_aside == (SetAside("TR001", "review", "INV1", 1),)


def test_a_debriefing_and_a_negative_case_stand_in_their_newest_version(event):
    first = event(
        "debriefing.held", "2016-05-01", debriefing="D1", debriefer="X", analyst="Y", changed=False, version=1
    )
    second = event(
        "debriefing.held", "2016-05-01", debriefing="D1", debriefer="X", analyst="Y", changed=True, version=2
    )
    case = {"case": "N1", "hypothesis": "H1", "hypothesis_version": "1", "version": 1}
    raised = event("negative_case.raised", "2016-05-02", **case)
    resolved = event("negative_case.resolved", "2016-05-03", case="N1", disposition="boundary_set", version=1)
    found = history(second, first, raised, resolved)
    assert [(d.id, d.changed) for d in found.debriefings] == [("D1", True)]
    assert [(n.id, n.disposition) for n in found.negative_cases] == [("N1", "boundary_set")]
    assert history(raised).negative_cases[0].disposition == ""


def test_changes_are_in_the_order_of_days_with_the_teams_own_codes(event):
    approved = event("amendment.approved", "2016-02-08", amendment="AM1")
    guide = event("guide.changed", "2016-01-01", guide="peer", version="2", text="a" * 64)
    assert [(c.day, c.id) for c in history(approved, guide).changes] == [
        ("2016-01-01", "peer 2"),
        ("2016-02-08", "AM1"),
    ]


def test_the_newest_codebook_that_was_frozen_is_said_to_be(event):
    one = {"version": "1", "codebook": "a" * 64, "codes": 14}
    two = {"version": "2", "codebook": "b" * 64, "codes": 12}
    found = history(
        event("codebook.changed", "2016-01-01", **one),
        event("codebook.changed", "2016-02-01", **two),
        event("codebook.frozen", "2016-03-01", **two),
    )
    assert [(b.version, b.codes, b.is_frozen) for b in found.codebooks] == [("1", 14, False), ("2", 12, True)]


def test_an_empty_class_of_halpern_names_what_is_missing(event):
    classes = {c.id: c for c in halpern_inventory([event("memo.written", "2016-06-02", memo="M1")])}
    assert classes["instrument_development"].deposited == ()
    assert "guide.changed" in classes["instrument_development"].missing
    assert "memo.written" not in classes["process_notes"].missing
