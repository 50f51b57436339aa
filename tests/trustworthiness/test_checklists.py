"""The checklists: every item there, each statement resting on events, and nothing filled in that is not recorded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from study import Subject, load_protocol
from study.kinds import KINDS
from trustworthiness.checklists import CHECKLISTS, COREQ, GRAMMS, SRQR, Records, Stated, by_kind, filled
from trustworthiness.checklists.declared import declarations
from trustworthiness.checklists.statements import ITEMS, KIND, read_statements
from trustworthiness.counting import current
from trustworthiness.criteria import Recorded, criteria_matrix

ANY = defaultdict(lambda: 1)
NOW = "2016-09-01T00:00:00.000Z"
EXAMPLES = Path(__file__).parents[2] / "examples"


def answers(checklist, *events, **more):
    found = filled(checklist, Records(by_kind(events), **more))
    return {answer.number: answer for answer in found.answers}


def said(answer):
    return [(one.words, one.count) for one in answer.said]


@pytest.fixture
def tallied(event):
    counts = {"identified": 59, "approached": 55, "screened": 49, "invited": 49, "no_response": 14, "declined": 8}
    return event("recruitment.tallied", "2016-01-01", source="a" * 64, ineligible=[["1", 4], ["2", 2]], **counts)


@pytest.fixture
def held(event):
    def make(person: str, **more):
        data = {"outcome": "full", "recorded": True, "mode": "phone", "ordinal": 1, "version": 1, "row": "0" * 64}
        return event("interview.held", "2016-02-01", person, **{**data, **more})

    return make


def test_the_guidelines_have_32_21_and_6_items_in_order():
    assert {c.name: [item.number for item in c.items] for c in CHECKLISTS} == {
        "COREQ": list(range(1, 33)),
        "SRQR": list(range(1, 22)),
        "GRAMMS": list(range(1, 7)),
    }


def test_they_look_only_for_kinds_there_are():
    assert {kind for c in CHECKLISTS for item in c.items for kind in item.kinds} <= set(KINDS)


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda c: c.name)
def test_without_records_no_item_says_anything(checklist):
    assert [a.number for a in filled(checklist, Records({})).answers if a.said or a.stated] == []


def test_people_are_counted_not_interviews(held):
    found = answers(COREQ, held("tA"), held("tB"), held("tB", ordinal=2, outcome="notes_only", recorded=False))
    assert said(found[12]) == [("{n} people interviewed.", 2)]
    assert said(found[1]) == [("{n} interviews held.", 3)]
    assert said(found[19]) == [("{n} interviews recorded.", 2), ("Notes only of {n} interviews.", 1)]
    assert all(one.of_people for number in (1, 12, 19) for one in found[number].said)


def test_who_did_not_take_part_comes_from_the_newest_counts(event, tallied):
    withdrawn = event("recruitment.withdrawn", "2016-03-01", "tA", ordinal=1, version=1)
    found = answers(COREQ, tallied, withdrawn)[13]
    assert said(found) == [
        ("{n} declined, gave no answer or were not eligible; the flow of participants has the reasons.", 28),
        ("Who left after consent is in the flow of participants.", None),
    ]
    assert found.kinds == ("recruitment.tallied", "recruitment.withdrawn")


def test_transcripts_sent_back_and_findings_checked_are_two_things(event):
    sent = event("member_check.sent", "2016-05-01", "tA", packet="k1", ordinal=1)
    back = event("member_check.returned", "2016-05-09", "tA", packet="k1", version=1, fits=1)
    without = answers(COREQ, sent, back)
    assert said(without[23]) == []  # a packet was sent; that a transcript was in it is not shown
    assert said(without[28])[0] == ("Findings sent to {n} people.", 1)
    returned = answers(COREQ, sent, protocol={"transcripts_returned": ("Their transcript",)})
    assert said(returned[23]) == [("Their transcript sent back to {n} people.", 1)]


def test_saturation_says_what_the_index_said_and_that_people_decided(event):
    data = {"codebook": "1", "inputs": "0" * 12, "interviews": 10, "base": 4, "run": 2, "threshold": 50}
    first = event("saturation.assessed", "2016-03-01", sequence="study", status="too_few", **data)
    last = event("saturation.assessed", "2016-04-01", sequence="study", status="reached", label="6+2",
                 **{**data, "inputs": "1" * 12})  # fmt: skip
    words = [one.words for one in answers(COREQ, first, last)[22].said]
    assert words == ["Sequence study: reached at 6+2 (base 4, run 2, threshold 5 %)."]


def claim(event, id, version, kind="claim.asserted", **data):
    made = event(kind, "2016-06-01", claim=id, version=version, codings=1, themes=1, **data)
    return replace(made, id=f"{kind}-{id}-{version}", subject=(Subject("claim", id),))


def test_versions_of_a_claim_count_once_and_a_retracted_claim_not_at_all(event):
    events = [
        claim(event, "C1", 1),
        claim(event, "C1", 2),
        claim(event, "C2", 1),
        claim(event, "C2", 1, "claim.retracted"),
        claim(event, "C3", 1),
        claim(event, "C3", 1, "claim.retracted"),
        claim(event, "C3", 2),
    ]
    found = answers(COREQ, *events)
    retracted = ("{n} claims were retracted.", 1)
    assert said(found[30]) == [("{n} of 2 claims name the coded passages they rest on.", 2), retracted]
    assert said(answers(SRQR, *events)[16]) == [("{n} claims asserted.", 2), retracted]
    alone = answers(SRQR, *events[2:4])
    assert said(alone[17]) == [retracted]
    row = next(r for r in criteria_matrix(events[:4]) if r.technique == "Audit trail")
    assert row.recorded == (Recorded("claim.asserted", 1), Recorded("claim.retracted", 1))


def test_cases_are_counted_not_what_was_decided_of_them(event):
    raised = event("negative_case.raised", "2016-05-01", case="N1", hypothesis="H", hypothesis_version="1", version=1)
    decided = [
        event("negative_case.resolved", "2016-05-02", case="N1", disposition=disposition, version=version)
        for version, disposition in enumerate(("boundary_set", "unexplained"), 1)
    ]
    assert said(answers(COREQ, raised, *decided)[32]) == [
        ("{n} negative cases raised.", 1),
        ("{n} of 1 negative case decided on.", 1),
    ]


def test_debriefings_and_interviews_count_once_whatever_their_versions(event, held):
    debriefings = [
        event("debriefing.held", "2016-05-01", debriefing="D1", debriefer="X", analyst="Y", changed=True, version=v)
        for v in (1, 2)
    ]
    assert said(answers(SRQR, *debriefings)[15]) == [("{n} peer debriefings.", 1)]
    twice = [held("tA"), replace(held("tA", version=2), id="second")]
    assert said(answers(COREQ, *twice)[1]) == [("{n} interviews held.", 1)]


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda c: c.name)
def test_not_recorded_is_said_only_where_no_such_record_is(checklist, event):
    """One record of each kind an item looks for: the item says something of it, or what there is."""
    for item in checklist.items:
        for kind in item.kinds:
            try:
                answer = answers(checklist, replace(event(kind, "2016-05-01"), data=ANY))[item.number]
            except (KeyError, TypeError, ValueError, AttributeError):
                continue  # a sentence is made of it, from data that this record has not
            assert answer.said or answer.beside, (item.number, kind)
            assert kind in answer.kinds


def test_of_a_corrected_row_only_the_newest_version_counts(held):
    first, second = held("tA"), replace(held("tA", version=2, recorded=False), id="second")
    assert current([first, second, held("tB")]) == [second, held("tB")]
    assert said(answers(COREQ, *current([first, second]))[19]) == []


def test_sources_are_triangulated_only_where_they_were_brought_together(event, held):
    def triangulation(*events):
        return next(r for r in criteria_matrix(events) if r.technique == "Triangulation")

    interviews, note = held("tA"), event("fieldnote.received", "2016-05-01", fieldnote="F1")
    alone = triangulation(interviews, note)
    assert alone.recorded == ()
    assert alone.beside == (Recorded("interview.held", 1), Recorded("fieldnote.received", 1))
    compared = triangulation(interviews, note, event("joint_display.made", "2016-05-02", inputs="0" * 64))
    assert [r.kind for r in compared.recorded] == ["interview.held", "fieldnote.received", "joint_display.made"]


def test_comparing_groups_is_not_mixing_methods(event):
    compared = event("groups.compared", "2016-05-01", codes=20, groups=2, participants=24, inputs="0" * 64)
    assert [a.number for a in answers(GRAMMS, compared).values() if a.said or a.beside] == []
    assert said(answers(SRQR, compared)[14]) == [("20 codes compared between 2 groups.", None)]


def test_what_the_protocol_declares_is_said_as_such_and_cites_the_opening(event):
    opened = event("study.opened", "2015-01-01", time_zone="UTC", protocol="a" * 64, approval_from="2015-01-01")
    answer = answers(SRQR, opened, protocol={"ethics": ("Board B, R-1.",)})[9]
    assert [one.words for one in answer.said] == ["Protocol: Board B, R-1."]
    assert answer.kinds == ("study.opened",)


def test_a_statement_of_the_team_stands_beside_the_records_not_among_them():
    answer = answers(COREQ, stated={"COREQ-4": Stated("e" * 36, "Two women.")})[4]
    assert answer.said == ()
    assert answer.stated == Stated("e" * 36, "Two women.")
    assert "COREQ-33" not in ITEMS


def read(rows, events=(), names=lambda words: False):
    table = pd.DataFrame(rows, columns=["item", "statement"], index=range(2, 2 + len(rows)))
    return read_statements(table, events, now=NOW, names=names)


def test_statements_become_facts_without_their_words():
    [statement], unusable = read([("coreq-4", "Two  women."), ("SRQR-21", " ")])
    assert (statement.item, statement.words, unusable) == ("COREQ-4", "Two women.", ())
    assert set(statement.fact.data) == {"item", "version", "content"}
    assert "women" not in str(statement.fact)


def test_a_changed_statement_is_a_new_version_and_an_unchanged_one_is_not(event):
    [first], _ = read([("COREQ-4", "Two women.")])
    recorded = event(KIND, NOW, **first.fact.data)
    [same], _ = read([("COREQ-4", "Two women.")], [recorded])
    [other], _ = read([("COREQ-4", "Two women, one man.")], [recorded])
    assert same.fact.natural_key == first.fact.natural_key
    assert other.fact.data["version"] == 2


def test_an_unknown_item_and_a_second_statement_are_not_used():
    found, unusable = read([("COREQ-33", "x"), ("GRAMMS-1", "y"), ("gramms-1", "z")])
    assert [s.words for s in found] == ["y"]
    assert [(u.check, u.row, u.column, u.item) for u in unusable] == [
        ("DS001", 2, "item", ""), ("DS001", 4, "item", "GRAMMS-1"),
    ]  # fmt: skip


def test_a_statement_that_names_somebody_is_not_used():
    found, unusable = read([("COREQ-6", "P017 was a friend.")], names=lambda words: "P017" in words)
    assert found == ()
    assert [(u.check, u.column) for u in unusable] == [("DS002", "statement")]


def test_the_protocol_is_told_by_roles_and_never_by_names():
    protocol = load_protocol(EXAMPLES / "fsp/study")
    found = declarations(protocol)
    assert found["interviewers"] == ("interviews by 3 evaluators.",)
    assert found["strands"] == ("qualitative and quantitative strands.",)
    assert found["transcripts_returned"] == ("Their transcript",)
    told = " ".join(sentence for sentences in found.values() for sentence in sentences)
    assert not [person.name for person in protocol.team if person.name.split(" (")[0] in told]
