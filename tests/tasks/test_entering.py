"""Acts entered by form: checked as rows are, written once, counted beside the register's rows, taken back by a void."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from cli.record import KINDS
from cli.run import load_flow
from flows.record_affiliation import RecordAffiliation
from flows.record_consent import RecordConsent
from flows.record_contact import RecordContact
from flows.record_enrolment import RecordEnrolment
from recruitment import fold_recruitment
from recruitment.checks import located
from recruitment.entries import EnteredRow, belonging, with_entered
from recruitment.measure import Known, measure
from recruitment.registers import AFFILIATIONS, FIRST_FORM_ORDINAL, FIRST_FORM_ROW, INTERVIEWS, RECRUITMENT
from study import StudyError, load_protocol
from tasks.entering import Entered, Form, enter, told, void
from tasks.erasure_plan import Person, _restricted_about, _tables
from tasks.forms import entered_rows, forms_about, named_forms
from tasks.opening import amendment_facts, opening_facts
from tasks.outcome import Outcome
from tasks.record import record
from tasks.recruitment import tracked_consent, tracked_recruitment
from tasks.registers import in_their_files, read_registers
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened

pytestmark = pytest.mark.real
EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = (Path(__file__).parents[2] / "docs" / "recruitment.md").read_text(encoding="utf-8")
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


@pytest.fixture(scope="module")
def tracked_once(tmp_path_factory) -> Path:
    root = shutil.copytree(EXAMPLES / "fsp" / "study", tmp_path_factory.mktemp("entering") / "fsp")
    with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
        record.fn(place, opening_facts.fn(place))
        record.fn(place, amendment_facts.fn(place))
        track(place)
    return root


@pytest.fixture
def study(tracked_once, tmp_path) -> Path:
    return shutil.copytree(tracked_once, tmp_path / "fsp")


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
    assert enter.fn(place, read_registers.fn(place), APPOINTMENT) == Entered(
        "interviews", 1, "Entry form 1 of interviews was entered."
    )
    assert sorted(track(place)) == ["interview.scheduled", "interview.scheduled"]
    assert track(place) == []
    again = enter.fn(place, read_registers.fn(place), APPOINTMENT)
    assert again == Entered("interviews", None, "This was entered before; nothing was entered again.")
    missed = Form("interviews", {**APPOINTMENT.cells, "outcome": "no_show"})
    assert enter.fn(place, read_registers.fn(place), missed).number == 2
    assert track(place) == ["interview.missed", "interview.missed"]
    events = [e for e in place.events() if e.subject_id("interview") == "I0900"]
    assert {e.actor.id for e in events} == {"COO1"}
    assert [e.number for e in entered_rows(place, "interviews")] == [1, 2]


def test_a_row_of_the_register_is_not_entered_again(place):
    row = {"interview_id": "I0001", "participant_ids": "P001", "site_id": "S052", "occurred": "2016-01-12"}
    held = {"mode": "in_person", "outcome": "full", "guide_version": "director-1", "recording": "R0001"}
    assert enter.fn(place, read_registers.fn(place), Form("interviews", {**row, **held})).number is None
    assert entered_rows(place, "interviews") == []


@pytest.mark.parametrize(
    ("register", "change", "says"),
    [
        (
            "interviews",
            {"participant_ids": "P003;P999"},
            "the entry form, participant_ids: the entry form names",
        ),
        (
            "interviews",
            {"site_id": "S999"},
            "the entry form, site_id: the entry form names a site that is not in the sampling frame",
        ),
        (
            "interviews",
            {"occurred": "20.6.2016"},
            "the entry form, occurred: the entry form writes the day",
        ),
        (
            "interviews",
            {"outcome": "full", "occurred": "2017-01-01"},
            "the entry form, occurred: the entry form lies ahead of today",
        ),
        (
            "interviews",
            {"mode": "letter"},
            "the entry form, mode: the entry form holds a word",
        ),
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
    assert void.fn(place, "interviews", 1, "Another person.") == "Entry form 1 of interviews is void."
    assert void.fn(place, "interviews", 1, "Another person.") == "Entry form 1 of interviews is void already."
    assert track(place) == ["correction.made", "correction.made"]
    assert track(place) == []
    standing = [e for e in place.events(["interview.scheduled"]) if e.subject_id("interview") == "I0900"]
    assert {e.occurred for e in standing} == {"2016-06-21"}
    corrections = place.events(["correction.made"])
    assert all(e.subject_id("person") == "COO1" for e in corrections)
    with pytest.raises(StudyError, match="there is no entry form 7 of interviews"):
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
    assert where == ["registers/interviews.csv, entry form 1, column site_id"]
    assert located("a.csv", "b", [2, 5, FIRST_FORM_ROW + 4]) == "a.csv, rows 2, 5, entry form 4, column b"


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


def answers(model, **said):
    """The row that the answers to a form make, as its flow hands it on."""
    return model.model_validate({"study": "somewhere", "acting": "COO1", **said}).entered()


def entered(place, form):
    return enter.fn(place, read_registers.fn(place), form)


def test_the_entry_forms_of_the_page_are_entered_as_written_and_one_is_taken_back(place):
    """Each through the flow's own model: what a form asks must be what its register knows."""
    commands = [shlex.split(line) for line in re.findall(r"^\$ fieldtrail (.*)$", PAGE, re.MULTILINE)]
    forms = [(words[2], words[3 : words.index("--as")]) for words in commands if words[0] == "record"]
    of_analysis = {"debriefing", "negative-case", "counter-narrative", "hypothesis", "memo", "claim"}
    of_visits = {"audit-query", "audit-answer", "attestation"}
    of_no_register = {"audio-check", "reply"} | of_analysis | of_visits
    assert {kind for kind, _ in forms} == set(KINDS) - of_no_register
    numbers = []
    for kind, said in forms:
        _, model = load_flow(f"record-{kind}")
        numbers.append(entered(place, answers(model, **dict(word.split("=", 1) for word in said))).number)
    assert numbers == [1, 2, 1, 1, 3, 1, 2, 3, 1]
    assert sorted(k for k in track(place) if k != "recruitment.tallied") == [
        "consent.given",
        "interview.held",
        "interview.missed",
        "interview.scheduled",
        "participant.affiliated",
        "recording.sent",
        "recruitment.enrolled",
        "site.invited",
    ]
    queries = tracked_recruitment.fn(place, read_registers.fn(place)).queries
    assert [q.check for q in queries if "entry form" in q.where] == []
    row = next(e.cells for e in entered_rows(place, "recruitment") if e.cells["step"] == "enrolled")
    assert (row["site_id"], row["role"]) == ("S011", "peer_provider")
    (back,) = [words for words in commands if words[:1] == ["run"]]
    said = dict(word.split("=", 1) for word in back if "=" in word)
    asked = load_flow("void-form")[1].model_validate({"study": "somewhere", "acting": "COO1", **said})
    void.fn(place, asked.of, asked.number, asked.reason)
    assert track(place) == ["correction.made"]


def test_what_a_form_asks_besides_is_what_the_register_knows(place):
    consent = {"participant": "P003", "form": "FSP-INT", "version": "2", "day": "2016-06-01", "scopes": "take_part"}
    fields = RecordConsent.model_fields
    for number, assent in enumerate(get_args(fields["assent"].annotation), 1):
        said = {"assent": assent, "understanding": "yes", "copy_given": "no", "witness": "A. B."}
        form = answers(RecordConsent, action="renewed", obtained_by="EVA1", **consent, **said)
        assert entered(place, form).number == number


def test_an_enrolment_asks_where_the_person_belongs_only_when_nothing_says_it(place):
    nowhere = answers(RecordEnrolment, participant="P901", day="2016-06-22")
    with pytest.raises(StudyError, match="does not say where this person belonged"):
        entered(place, nowhere)
    before = answers(RecordEnrolment, participant="P003", day="1999-01-01")
    with pytest.raises(StudyError, match="does not say where this person belonged"):
        entered(place, before)
    promoted = {"site": "S052", "role": "program_director", "since": "2016-06-01"}
    entered(place, answers(RecordAffiliation, participant="P003", **promoted))
    with pytest.raises(StudyError, match="several sites or roles that day"):
        entered(place, answers(RecordEnrolment, participant="P003", day="2016-06-22"))
    said = {"site": "S052", "role": "program_director"}
    assert entered(place, answers(RecordEnrolment, participant="P003", day="2016-06-22", **said)).number == 1


def test_what_somebody_held_last_counts_after_they_left(known):
    columns = "participant_id,site_id,role,from,to"
    rows = ["P001,S011,peer_provider,2016-01-01,2016-02-29", "P001,S052,program_director,2016-03-01,2016-04-30"]
    places = measure(AFFILIATIONS, table(*rows, columns=columns), known)
    held = {day: belonging(places, "P001", day) for day in ("2015-12-31", "2016-02-29", "2016-03-01", "2016-05-01")}
    old, new = ("S011", "peer_provider"), ("S052", "program_director")
    assert list(held.values()) == [[], [old], [new], [new]]
    assert belonging(None, "P001", "2016-02-29") == []


def test_a_name_for_a_code_and_a_version_nobody_approved_are_refused_while_typing(place):
    named = answers(RecordAffiliation, participant="Tessa", site="S011", role="peer_provider", since="2016-06-01")
    with pytest.raises(StudyError, match="does not look like a participant code") as refused:
        entered(place, named)
    assert "Tessa" not in str(refused.value)
    consent = {"participant": "P003", "form": "FSP-INT", "day": "2016-06-01", "scopes": "take_part"}
    with pytest.raises(StudyError, match=r"does not know this version of the consent form. Use one of: 1, 2\."):
        entered(place, answers(RecordConsent, version="9", **consent))


def test_do_not_contact_by_form_ends_the_contacts_of_a_person_before_consent_and_after(place):
    asked = {"site": "S011", "role": "peer_provider", "step": "do_not_contact", "day": "2016-06-20"}
    for participant in ("P901", "P003"):
        entered(place, answers(RecordContact, participant=participant, **asked))
    assert "recruitment.withdrawn" in track(place)
    gone = fold_recruitment(place.events())
    assert gone.states[place.known_trail_codes()["P003"]] == "withdrawn"
    ways = tracked_recruitment.fn(place, read_registers.fn(place)).ways
    assert ways["P901"].how == "declined"


def test_what_is_wrong_with_an_entry_is_said_with_it_and_of_others_only_counted(place):
    late = answers(RecordConsent, participant="P003", form="FSP-INT", version="1", day="2016-06-01", scopes="take_part",
                   action="renewed", obtained_by="EVA1")  # fmt: skip
    mine = entered(place, late)
    queries = tuple(in_their_files(place, tracked_consent.fn(place, read_registers.fn(place)).queries))
    outcome = told("record-consent", mine, Outcome("track-consent", ("Counts.",), queries))
    assert outcome.said[0] == "Entry form 1 of consent was entered."
    assert outcome.said[1].startswith("registers/consent.csv, entry form 1, ")
    assert outcome.said[-2:] == ("If it was entered wrongly: run void-form, of=consent, number=1.", "Counts.")
    other = told("record-consent", Entered("consent", 2, "Said."), Outcome("track-consent", ("Counts.",), queries))
    assert other.said == ("Said.", "Counts.")
    place_of = "registers/consent.csv, row 3, entry forms 1, 12, column x; registers/other.csv, entry form 2"
    assert named_forms(place_of, "consent") == {1, 12}
    assert named_forms("registers/consent.csv, row 3", "consent") == set()


def test_entry_forms_stand_beside_a_register_kept_elsewhere(study):
    ours = study / "registers/recruitment.csv"
    (study / "registers/contacts.csv").write_text(ours.read_text().replace("site_id", "Clinic", 1))
    ours.unlink()
    columns = {c: c for c in (*RECRUITMENT.columns, "contact_channel")} | {"site_id": "Clinic"}
    feed = {"recruitment": {"file": "registers/contacts.csv", "columns": columns}}
    with (study / "study.yaml").open("a") as protocol:
        protocol.write(f"\nregisters: {json.dumps(feed)}\n")
    with opened(StudyRequest(study=str(study), acting="COO1"), "record-contact") as place:
        assert track(place) == ["recruitment.tallied"]  # the same rows, from another file
        before = tracked_recruitment.fn(place, read_registers.fn(place)).queries
        early = answers(RecordContact, participant="P901", site="S001", role="peer_provider", step="approached",
                        day="2016-06-20")  # fmt: skip
        assert entered(place, early).number == 1
        assert track(place) == ["recruitment.tallied"]
        after = in_their_files(place, tracked_recruitment.fn(place, read_registers.fn(place)).queries)
        new = [q for q in after if q.fingerprint not in {old.fingerprint for old in before}]
        assert {1} == set().union(*(named_forms(q.where, "recruitment") for q in new))
