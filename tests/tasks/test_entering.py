"""Acts entered by form: checked as rows are, written once, counted beside the register's rows, taken back by a void."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from recruitment.checks import located
from recruitment.entries import EnteredRow, with_entered
from recruitment.measure import Known, measure
from recruitment.registers import FIRST_FORM_ORDINAL, FIRST_FORM_ROW, INTERVIEWS, RECRUITMENT
from study import StudyError, load_protocol
from tasks.entering import Form, enter, void
from tasks.erasure_plan import Person, _restricted_about, _tables
from tasks.forms import entered_rows, forms_about
from tasks.opening import amendment_facts, opening_facts
from tasks.record import record
from tasks.recruitment import tracked_consent, tracked_recruitment
from tasks.registers import in_their_files, read_registers
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened

pytestmark = pytest.mark.real
APPOINTMENT = Form(
    "interviews", {"interview_id": "I0900", "participant_ids": "P003;P004", "site_id": "S011", "occurred": "2016-06-20"}
)


def table(*rows: str, columns: str) -> pd.DataFrame:
    cells = [row.split(",") for row in rows]
    return pd.DataFrame(
        cells, columns=columns.split(","), index=pd.Index(range(2, len(rows) + 2), name="row"), dtype=str
    )


@pytest.fixture
def known(example) -> Known:
    everybody = frozenset({"P001", "P002", "P003"})
    sites = frozenset({"S011", "S052"})
    return Known(load_protocol(example("fsp", clean=True)), everybody, sites, frozenset(), date(2016, 6, 30))


def test_a_form_never_moves_the_ordinals_of_the_register_and_keeps_its_own(known):
    columns = "interview_id,participant_ids,site_id,occurred,mode,outcome,guide_version,recording"
    register = table(
        "I0001,P001,S052,2016-01-12,phone,full,,", "I0001,P001,S052,2016-01-13,phone,part,,", columns=columns
    )
    forms = [
        EnteredRow(n, {"interview_id": "I0001", "participant_ids": "P001", "occurred": day, "outcome": "full"})
        for n, day in ((3, "2016-01-15"), (1, "2016-01-14"))
    ]
    alone = measure(INTERVIEWS, register, known)
    both = measure(INTERVIEWS, with_entered(register, INTERVIEWS, forms), known)
    theirs = both[both["row"] < FIRST_FORM_ROW]
    assert theirs[["row", "ordinal", "day"]].to_dict("list") == alone[["row", "ordinal", "day"]].to_dict("list")
    entered = both[both["row"] > FIRST_FORM_ROW]
    assert list(entered["ordinal"]) == [FIRST_FORM_ORDINAL + 1, FIRST_FORM_ORDINAL + 3]
    assert list(entered["row"]) == [FIRST_FORM_ROW + 1, FIRST_FORM_ROW + 3]


def test_a_register_row_that_says_what_a_form_says_repeats_it(known):
    columns = "participant_id,site_id,role,step,occurred,reason_code"
    register = table(",S052,,activated,2016-01-12,", columns=columns)
    form = EnteredRow(1, {"site_id": "S052", "step": "activated", "occurred": "2016-01-12"})
    rows = measure(RECRUITMENT, with_entered(register, RECRUITMENT, [form]), known)
    assert rows.set_index("row")["is_usable"].to_dict() == {FIRST_FORM_ROW + 1: True, 2: False}
    assert with_entered(None, RECRUITMENT, []) is None
    assert list(with_entered(None, RECRUITMENT, [form]).columns)[:2] == ["participant_id", "step"]


@pytest.fixture
def study(example) -> Path:
    root = example("fsp", clean=True)
    with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
        record.fn(place, opening_facts.fn(place))
        record.fn(place, amendment_facts.fn(place))
        track(place)
    return root


@pytest.fixture
def place(study) -> Iterator[Workspace]:
    with opened(StudyRequest(study=str(study), acting="COO1"), "record-interview") as place:
        yield place


def track(place: Workspace) -> list[str]:
    """Record what registers and forms say; the kinds that were new."""
    found = []
    for tracked_of in (tracked_consent, tracked_recruitment):
        tracked = tracked_of.fn(place, read_registers.fn(place))
        found += [fact.kind for fact in (*tracked.withdrawals, *tracked.facts)]
        record.fn(place, [*tracked.withdrawals, *tracked.facts])
    return found


def test_what_is_entered_is_recorded_once_by_the_person_and_again_as_what_follows_it(place):
    assert enter.fn(place, read_registers.fn(place), APPOINTMENT) == "Form 1 of interviews was entered."
    assert sorted(track(place)) == ["interview.scheduled", "interview.scheduled"]
    assert track(place) == []
    again = enter.fn(place, read_registers.fn(place), APPOINTMENT)
    assert again == "This was entered before; nothing was entered again."
    missed = Form("interviews", {**APPOINTMENT.cells, "outcome": "no_show"})
    assert enter.fn(place, read_registers.fn(place), missed) == "Form 2 of interviews was entered."
    assert track(place) == ["interview.missed", "interview.missed"]
    events = [e for e in place.events() if e.subject_id("interview") == "I0900"]
    assert {e.actor.id for e in events} == {"COO1"}
    assert [e.number for e in entered_rows(place, "interviews")] == [1, 2]


def test_a_row_of_the_register_is_not_entered_again(place):
    row = {"interview_id": "I0001", "participant_ids": "P001", "site_id": "S052", "occurred": "2016-01-12"}
    held = {"mode": "in_person", "outcome": "full", "guide_version": "director-1", "recording": "R0001"}
    assert enter.fn(place, read_registers.fn(place), Form("interviews", {**row, **held})).startswith("This was entered")
    assert entered_rows(place, "interviews") == []


@pytest.mark.parametrize(
    ("register", "change", "says"),
    [
        ("interviews", {"participant_ids": "P003;P999"}, "the form, participant_ids: the form names a participant"),
        (
            "interviews",
            {"site_id": "S999"},
            "the form, site_id: the form names a site that is not in the sampling frame",
        ),
        ("interviews", {"occurred": "20.6.2016"}, "the form, occurred: the form writes the day in another format"),
        (
            "interviews",
            {"outcome": "full", "occurred": "2017-01-01"},
            "the form, occurred: the form lies ahead of today",
        ),
        ("interviews", {"mode": "letter"}, "the form, mode: the form holds a word this column does not know"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_in_one_sentence_and_nothing_is_written(place, register, change, says):
    with pytest.raises(StudyError) as refused:
        enter.fn(place, read_registers.fn(place), Form(register, {**APPOINTMENT.cells, **change}))
    assert str(refused.value).startswith(says)
    assert entered_rows(place, register) == []


def test_nobody_enters_nothing(study):
    with opened(StudyRequest(study=str(study)), "record-interview") as place:
        with pytest.raises(StudyError, match="needs the person who enters it"):
            enter.fn(place, read_registers.fn(place), APPOINTMENT)
        with pytest.raises(StudyError, match="needs the person who enters it"):
            void.fn(place, "interviews", 1, "wrong")


def test_a_void_form_is_corrected_in_the_trail_at_once_and_the_others_stand(place):
    enter.fn(place, read_registers.fn(place), APPOINTMENT)
    second = Form("interviews", {**APPOINTMENT.cells, "occurred": "2016-06-21"})
    enter.fn(place, read_registers.fn(place), second)
    track(place)
    assert void.fn(place, "interviews", 1, "Another person.") == "Form 1 of interviews is void."
    assert void.fn(place, "interviews", 1, "Another person.") == "Form 1 of interviews was void already."
    assert track(place) == ["correction.made", "correction.made"]
    assert track(place) == []
    standing = [e for e in place.events(["interview.scheduled"]) if e.subject_id("interview") == "I0900"]
    assert {e.occurred for e in standing} == {"2016-06-21"}
    corrections = place.events(["correction.made"])
    assert all(e.subject_id("person") == "COO1" for e in corrections)
    with pytest.raises(StudyError, match="there is no form 7 of interviews"):
        void.fn(place, "interviews", 7, "wrong")


def test_a_site_by_form_and_its_queries_name_the_form(place):
    act = {"site_id": "S001", "step": "invited", "occurred": "2016-06-20"}
    enter.fn(place, read_registers.fn(place), Form("recruitment", act))
    tracked = tracked_recruitment.fn(place, read_registers.fn(place))
    assert [f.kind for f in tracked.facts if f.kind.startswith("site.")] == ["site.invited"]
    cells = {**APPOINTMENT.cells, "site_id": "S001", "outcome": "full", "mode": "phone"}
    enter.fn(place, read_registers.fn(place), Form("interviews", cells))
    tracked = tracked_recruitment.fn(place, read_registers.fn(place))
    where = [q.where for q in in_their_files(place, tracked.queries) if q.check == "RG012"]
    assert where == ["registers/interviews.csv, form 1, column site_id"]
    assert located("a.csv", "b", [2, 5, FIRST_FORM_ROW + 4]) == "a.csv, rows 2, 5, form 4, column b"


def test_an_erasure_takes_a_persons_forms_and_leaves_the_others_in_a_shared_one(place):
    enter.fn(place, read_registers.fn(place), APPOINTMENT)
    alone = Form("recruitment", {"participant_id": "P003", "step": "lost", "occurred": "2016-06-20", "role": "peer"})
    roles = {r.id for r in place.protocol.participants.roles}
    cells = {**alone.cells, "role": min(roles), "site_id": "S011"}
    enter.fn(place, read_registers.fn(place), Form("recruitment", cells))
    shared, own = "records/forms/interviews/000001.json", "records/forms/recruitment/000001.json"
    void.fn(place, "recruitment", 1, "Their sister.")
    assert forms_about(place, "P003") == {own: True, own.replace(".json", ".void.json"): True, shared: False}
    person = Person("P003", place.known_trail_codes()["P003"], "delete", (), ())
    assert own in list(_restricted_about(place, person, (), set()))
    table = next(t for t in _tables(place, person, ()) if t.path == f"restricted/{shared}")
    left = json.loads(table.without_them(place.restricted.get(shared)).data)
    assert left["row"]["participant_ids"] == ["P004"]
