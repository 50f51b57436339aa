"""Clean exports in a study: which surveys, whose rows, the same bytes again, and gone with whoever withdraws."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from evidence import isolated
from evidence.survey.scales import Scale
from storage.local import LocalStore
from study import Event, Fact, StudyError, Subject
from study.query import fold_queries
from tasks.copies import list_of
from tasks.erasure import finish_pending
from tasks.erasure_plan import files_left_to_people
from tasks.exported import exported_surveys, exports_of_people
from tasks.impact_said import impact_said
from tasks.queries import set_aside_queries
from tasks.request import StudyRequest
from tasks.survey_export import Exports, Wanted, exports, exports_said
from tasks.withdrawing import Withdrawal, impact_of
from tasks.workspace import opened
from tests.tasks.survey_study import PROTOCOL, WILD, Study, conduct, consent, in_this_process

pytestmark = pytest.mark.real

FOLDER = "restricted/exports/staff"
CODED = PROTOCOL.replace("linkage: anonymous", "linkage: coded, key: id, interview_date: day")
PEOPLE = (
    "variable,label,type,values,missing,range\nid,Key,text,,,\nday,Day,date,,,\nq1,One,single,1=No;2=Yes,-9=Refused,\n"
)
ROWS = "id,day,q1\nP001,2026-03-01,1\nP002,2026-03-01,-9\nP003,2026-03-02,2\n"


@pytest.fixture(scope="module", autouse=True)
def _in_this_process() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        in_this_process(patch)
        yield


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A survey that passed."""
    made = Study(tmp_path_factory.mktemp("checked") / "study")
    made.run()
    return made


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """One with a wild code, to be reviewed."""
    made = Study(tmp_path_factory.mktemp("wild") / "study")
    made.write("surveys/staff.csv", WILD)
    made.run()
    return made


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three people who agreed and answered."""
    made = Study(tmp_path_factory.mktemp("agreed") / "study")
    made.write("study.yaml", CODED)
    made.write("surveys/staff.dictionary.csv", PEOPLE)
    made.write("surveys/staff.csv", ROWS)
    (made.root / "restricted").mkdir(mode=0o700)
    made.write("restricted/participants.csv", "participant_id,site_id\nP001,S1\nP002,S1\nP003,S1\n")
    with opened(StudyRequest(study=str(made.root)), "open-study", create=True) as place:
        place.trail.append([*conduct(), *(consent(place.trail_code(f"P00{n}")) for n in (1, 2, 3))])
    made.run()
    assert made.verdicts()[-1] in ("passed", "review")
    return made


def copy_of(made: Study, folder: Path) -> Study:
    copy = Study.__new__(Study)
    copy.root = Path(shutil.copytree(made.root, folder / "study"))
    return copy


@pytest.fixture
def study(checked: Study, tmp_path: Path) -> Study:
    return copy_of(checked, tmp_path)


@pytest.fixture
def to_review(wild: Study, tmp_path: Path) -> Study:
    return copy_of(wild, tmp_path)


@pytest.fixture
def coded(agreed: Study, tmp_path: Path) -> Study:
    return copy_of(agreed, tmp_path)


@pytest.fixture
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks, which take a second, find nothing: for what does not hang on them."""
    monkeypatch.setattr("tasks.survey_export._results", lambda place, whole: iter(()))


def export(study: Study, *surveys: str, scores: bool = False) -> Exports:
    with opened(StudyRequest(study=str(study.root)), "export-surveys") as place:
        found = exports.fn(place, Wanted(surveys, scores))
        place.trail.append(found.facts)
        return found


def exported(study: Study) -> list[Event]:
    return sorted((e for e in study.events() if e.kind == "survey.exported"), key=lambda e: e.recorded_at)


def files(study: Study) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((study.root / FOLDER).glob("*"))}


def sav(study: Study) -> tuple[pd.DataFrame, object]:
    frame, meta = pyreadstat.read_sav(str(study.root / FOLDER / "staff.sav"), user_missing=True)
    return frame, meta


def withdrawn(study: Study, person: str, disposition: str, source: str = "register") -> None:
    with opened(StudyRequest(study=str(study.root)), "track-consent") as place:
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": (), "disposition": disposition, "source": source}
        code = place.known_trail_codes()[person]
        place.trail.append([Fact("consent.withdrawn", "2026-06-01", (Subject("participant", code),), data=data)])


def test_what_fails_is_missing_in_both_files_and_the_original_is_untouched(to_review: Study) -> None:
    study = to_review
    found = export(study, "staff")
    assert found.said == ("staff: 3 rows and 2 variables exported; 1 answer set missing.",)
    assert (study.root / "surveys/staff.csv").read_text() == WILD
    frame, meta = sav(study)
    parquet = pd.read_parquet(io.BytesIO(files(study)["staff.parquet"]))
    for made in (frame, parquet):
        assert made["q1"].isna().tolist() == [False, False, True]
        assert made["q1"].tolist()[:2] == [1, 2]
        assert made["age"].tolist() == [30, 40, 50]
    assert meta.variable_value_labels == {"q1": {1.0: "No", 2.0: "Yes"}}  # type: ignore[attr-defined]
    assert files(study)["changes.csv"].decode().splitlines()[1].startswith("3,,q1,7,missing,SV020,")
    readme = files(study)["README.md"].decode()
    assert "1 answer set missing (SV020: the code is not in the data dictionary)" in readme
    assert "| q1 | One | number | nominal | 1=No; 2=Yes | 2 | 0 | 1 |" in readme


def test_the_trail_knows_the_files_by_keyed_digests_and_a_second_run_adds_nothing(
    study: Study, no_checks: None
) -> None:
    export(study)
    before = files(study)
    (event,) = exported(study)
    assert event.data == {"rows": 2, "excluded": 0}
    assert [r.sha256 for r in event.generated] == [None] * 4
    assert all(r.hmac for r in event.generated)
    received = next(e for e in study.events() if e.kind == "survey.received")
    assert event.used[0] == received.generated[0]
    events = study.events()
    export(study)
    assert study.events() == events
    assert files(study) == before


def test_an_export_that_is_again_as_an_earlier_one_is_recorded_as_the_latest(
    study: Study, no_checks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale = (Scale("work", ("q1", "age"), frozenset(), 0.7),)
    monkeypatch.setattr("expectations.survey.suites.SurveyToJudge.scales", property(lambda self: scale))
    for scores in (False, True, False):
        export(study, scores=scores)
    first, _, last = exported(study)
    assert last.generated[:3] == first.generated[:3]
    assert last.generated[3] != first.generated[3]
    assert "edition 3" in files(study)["README.md"].decode()
    export(study)
    assert len(exported(study)) == 3


@pytest.mark.parametrize(
    ("text", "is_checked", "why"),
    [
        (WILD, False, "was not checked as its files lie now"),
        ("q1,age\n", True, "is blocked"),
        ("<html></html>", True, "cannot be read"),
    ],
)
def test_a_survey_that_did_not_pass_is_refused_in_one_sentence(
    study: Study, text: str, is_checked: bool, why: str
) -> None:
    study.write("surveys/staff.csv", text)
    if is_checked:
        study.run()
    with pytest.raises(StudyError, match=why):
        export(study, "staff")
    found = export(study)
    assert [why in said for said in found.said] == [True]
    assert found.facts == ()
    assert not (study.root / FOLDER).exists()


def test_a_survey_on_which_the_software_fails_is_said_by_the_kind_of_fault(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bytes:
        raise OverflowError("the answer of Jane Doe")

    monkeypatch.setattr("tasks.survey_export.as_sav", fails)
    found = export(study)
    assert (found.facts, found.made, len(found.said)) == ((), (), 1)
    assert found.said[0].startswith("Not exported: surveys/staff.csv: the survey staff could not be exported")
    assert "(OverflowError)" in found.said[0]
    with pytest.raises(StudyError, match="OverflowError") as raised:
        export(study, "staff")
    assert "Jane" not in found.said[0] + str(raised.value)


def test_a_survey_nobody_knows_is_named_with_those_there_are(study: Study) -> None:
    with pytest.raises(StudyError, match=r"there is no survey stuff\. Known are: staff"):
        export(study, "stuff")


def test_an_answer_is_kept_where_a_person_set_its_query_aside(to_review: Study) -> None:
    study = to_review
    (mark,) = [f for f, r in fold_queries(study.events()).items() if r.check == "SV020"]
    with opened(StudyRequest(study=str(study.root)), "run-study") as place:
        subject = (Subject("survey", "staff"), Subject("person", "ME"))
        data = {"fingerprint": mark, "occurrence": 1}
        place.trail.append([Fact("query.set_aside", place.instant, subject, data=data)])
    assert "1 kept because a query was set aside" in export(study).said[0]
    frame, _ = sav(study)
    assert frame["q1"].tolist() == [1.0, 2.0, 7.0]
    assert "kept: set aside by ME" in files(study)["changes.csv"].decode()


def set_aside(study: Study, check: str) -> tuple[str, ...]:
    (mark,) = [f for f, r in fold_queries(study.events()).items() if r.check == check]
    (study.root / "registers").mkdir(exist_ok=True)
    decided = f"decision,subject,value,person,occurred,reason\nset_aside,{mark[:12]},,ME,2026-06-01,They sent more\n"
    study.write("registers/decisions.csv", decided)
    with opened(StudyRequest(study=str(study.root)), "run-study") as place:
        return set_aside_queries.fn(place)


def test_what_blocks_is_asked_once_more_when_set_aside_and_stops_nothing_then_but_what_is_still_open(
    study: Study,
) -> None:
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous", "linkage: anonymous, rows: 4"))
    study.write("surveys/staff.csv", WILD)
    study.run()
    assert study.open_checks() == {"SV003"}
    assert set_aside(study, "SV003") == ()
    assert "is blocked" in export(study).said[0]  # of the rows that are there nothing was asked yet
    study.run()
    assert (study.verdicts()[-1], study.open_checks()) == ("blocked", {"SV020"})
    assert export(study).said == ("staff: 3 rows and 2 variables exported; 1 answer set missing.",)
    study.run()
    assert study.judged[0].is_unchanged
    study.write("surveys/staff.csv", "q1\n1\n2\n1\n")
    study.run()
    assert "SV010" in study.open_checks()
    assert "is blocked" in export(study).said[0]


def test_rows_that_share_a_key_stay_where_somebody_accepted_them_and_the_readme_says_so(coded: Study) -> None:
    coded.write("surveys/staff.csv", ROWS + "P003,2026-03-02,1\n")
    coded.run()
    assert "is blocked" in export(coded).said[0]
    assert set_aside(coded, "SV030") == ()
    coded.run()
    assert export(coded).said[0].startswith("staff: 4 rows")
    readme = files(coded)["README.md"].decode()
    assert "- 2 rows whose key is also in another row stay (SV030: set aside by ME)" in readme


@pytest.mark.parametrize(
    ("check", "why"), [("SV041", "whose answers these are"), ("SV007", "whose answers"), ("SV004", "be checked")]
)
def test_nobody_sets_aside_whose_answers_these_are_or_what_was_not_checked(study: Study, check: str, why: str) -> None:
    data = {"fingerprint": "a" * 64, "occurrence": 1, "check": check, "severity": "block"}
    with opened(StudyRequest(study=str(study.root)), "validate-surveys") as place:
        place.trail.append([Fact("query.opened", place.instant, (Subject("survey", "staff"),), data=data)])
    (said,) = set_aside(study, check)
    assert why in said


def test_an_export_rests_on_the_dictionary_that_was_judged(study: Study) -> None:
    path = study.root / "surveys/staff.dictionary.csv"
    path.write_text(path.read_text().replace("18..99", ""))
    assert "was not checked as its files lie now" in export(study).said[0]
    study.run()
    assert export(study).facts


@pytest.mark.parametrize("named", ["id", "day"])
def test_nothing_is_exported_where_no_column_says_whose_answers_these_are(
    coded: Study, no_checks: None, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    kept = [line for line in PEOPLE.splitlines() if not line.startswith(f"{named},")]
    coded.write("surveys/staff.dictionary.csv", "\n".join(kept))
    monkeypatch.setattr("tasks.survey_export.is_usable", lambda *_: True)
    assert f"nobody can say whose answers these are, or of which day: {named} is not described" in export(coded).said[0]


def test_who_withdrew_is_absent_and_named_nowhere(coded: Study, no_checks: None) -> None:
    assert export(coded).said[0].startswith("staff: 3 rows")
    withdrawn(coded, "P002", "delete")
    assert export(coded).said[0].endswith("1 row left out.")
    assert sav(coded)[0]["id"].tolist() == ["P001", "P003"]
    assert not [name for name, data in files(coded).items() if b"P002" in data]
    assert exported(coded)[-1].data == {"rows": 2, "excluded": 1}
    withdrawn(coded, "P001", "keep")  # given while consent was in force: stays
    assert export(coded).said[0].startswith("staff: 2 rows")


def test_no_export_while_no_approval_is_in_force(coded: Study) -> None:
    with opened(StudyRequest(study=str(coded.root)), "record-amendment") as place:
        dates = {"approval_from": "2026-01-01", "approval_to": "2026-05-31"}
        place.trail.append([Fact("approval.renewed", "2026-01-05", data=dates)])
        opening = next(e for e in place.events() if e.kind == "study.opened")
        place.trail.append([Fact("correction.made", "2026-01-05", data={"target": opening.id, "action": "drop"})])
    assert "waiting for an ethics approval" in export(coded).said[0]
    assert exports_said(export(coded)).waiting
    assert not (coded.root / FOLDER).exists()


@pytest.mark.parametrize("disposition", ["delete", "deidentify"])
def test_an_erasure_takes_every_export_with_its_key_and_says_so(
    coded: Study, no_checks: None, disposition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated, "call", lambda function, *args, seconds, megabytes: function(*args))
    export(coded)
    (event,) = exported(coded)
    asked = Withdrawal("P002", pd.Timestamp("2026-06-02").date(), (), disposition)
    with opened(StudyRequest(study=str(coded.root)), "withdraw-participant") as place:
        monkeypatch.setattr("tasks.impact._refuse_not_offered", lambda *_: None)
        said = impact_said(impact_of.fn(place, asked), place.protocol, applied=False)
    assert "Clean exports to delete, of staff: check the surveys and make them again with export_surveys." in said
    withdrawn(coded, "P002", disposition, "request")
    with opened(StudyRequest(study=str(coded.root)), "withdraw-participant") as place:
        assert finish_pending(place) == 1
        (erased,) = place.events(["erasure.executed"])
        (withdrawal,) = [e for e in place.events(["consent.withdrawn"]) if e.data["source"] == "request"]
        assert {r.ref for r in event.generated} <= set(erased.data["refs"])
        assert "clean export,staff," in place.restricted.get(list_of(withdrawal.id)).decode()
    assert not list((coded.root / "restricted/exports").rglob("*.*"))
    coded.run()
    again = export(coded)
    assert again.said[0].startswith(f"staff: {2 if disposition == 'delete' else 3} rows")
    assert not [name for name, data in files(coded).items() if b"P002" in data]
    assert not {r.ref for r in event.generated} & {r.ref for r in exported(coded)[-1].generated}


def test_an_erasure_leaves_the_export_of_an_anonymous_survey(study: Study, no_checks: None) -> None:
    export(study)
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        place.trail.append([*conduct(), consent(place.trail_code("P001"))])
    withdrawn(study, "P001", "delete", "request")
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        assert finish_pending(place) == 1
    assert set(files(study)) == {"staff.sav", "staff.parquet", "changes.csv", "README.md"}


def test_an_anonymous_survey_full_of_codes_is_not_exported_and_stays_with_people_when_one_withdraws(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated, "call", lambda function, *args, seconds, megabytes: function(*args))
    export(study)
    (study.root / "restricted/participants.csv").write_text("participant_id,site_id\nP001,S1\nP002,S1\nP003,S1\n")
    study.write("surveys/staff.dictionary.csv", "variable,label,type\ncode,Code,text\n")
    study.write("surveys/staff.csv", "code\n p001\nP002\n")
    with opened(StudyRequest(study=str(study.root)), "open-study") as place:
        place.trail.append([*conduct(), *(consent(place.trail_code(f"P00{n}")) for n in (1, 2, 3))])
    study.run()
    assert study.verdicts()[-1] == "blocked"
    assert "is blocked" in export(study).said[0]
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        assert files_left_to_people(place, "P001") == ("surveys/staff.csv",)
        assert files_left_to_people(place, "P003") == ()
        assert exports_of_people(place)
        assert exported_surveys(place, place.events()) == ("staff",)


def test_an_erasure_takes_the_words_of_queries_that_name_rows_and_leaves_the_others(coded: Study) -> None:
    coded.write("surveys/staff.csv", ROWS.replace("-9", "7").replace("P001,2026-03-01,1", "P001,2026-03-01,-9"))
    coded.run()
    assert {"SV020", "SV080"} <= coded.open_checks()
    withdrawn(coded, "P002", "delete", "request")
    with opened(StudyRequest(study=str(coded.root)), "withdraw-participant") as place:
        assert finish_pending(place) == 1
    kept = [path.read_text() for path in (coded.root / "restricted/queries").glob("*.json")]
    assert kept
    assert not [text for text in kept if "P002" in text]


def test_a_file_that_changes_while_it_is_exported_is_not_recorded(
    study: Study, no_checks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = LocalStore.put

    def put_and_change(self: LocalStore, key: str, data: bytes) -> object:
        study.write("surveys/staff.csv", WILD)
        return put(self, key, data)

    monkeypatch.setattr(LocalStore, "put", put_and_change)
    with pytest.raises(StudyError, match="was changed while it was exported"):
        export(study, "staff")
    assert exported(study) == []
