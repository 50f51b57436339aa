"""Surveys judged in a study: what is recorded, what is left alone, and what a change of file, rules or people does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence import isolated
from study import Fact, Query, Subject
from study.query import fold_queries
from tasks.queries import set_aside_queries
from tasks.request import StudyRequest
from tasks.survey_reports import write_survey_reports
from tasks.survey_verdicts import current_verdict, is_usable
from tasks.workspace import opened
from tests.tasks.survey_study import (
    DICTIONARY,
    FUTURE,
    PROTOCOL,
    SOUND,
    WILD,
    Study,
    conduct,
    consent,
    in_this_process,
)

pytestmark = pytest.mark.real

TWICE = "  - {name: again, file: surveys/staff.csv, dictionary: surveys/staff.dictionary.csv, linkage: anonymous}\n"


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    in_this_process(monkeypatch)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study")


def checks(queries: tuple[Query, ...]) -> list[str]:
    return [q.check for q in queries]


def test_a_sound_survey_passes_and_a_second_run_records_nothing(study: Study):
    judged, outcome = study.run()
    assert (judged.verdict, judged.queries) == ("passed", ())
    assert outcome.said[0] == "Surveys: 1 checked, 0 unchanged since they were checked; 1 passed."
    assert outcome.made == ("out/data_docs/staff.html", "out/data_docs/index.html")
    first = study.events()
    assert [e.kind for e in first] == ["survey.received", "survey.validated"]
    judged, outcome = study.run()
    assert judged.is_unchanged
    assert outcome.said[0] == "Surveys: 0 checked, 1 unchanged since they were checked; 1 passed."
    assert study.events() == first


def test_the_trail_holds_a_keyed_digest_of_the_file_and_no_name_of_it(study: Study):
    study.run()
    received, validated = study.events()
    assert received.data == {"format": "csv"}
    (file,) = received.generated
    assert file.sha256 is None
    assert file.hmac is not None
    assert validated.generated == (file,)
    assert validated.used[0].sha256 is not None
    assert validated.causes[0].id == received.id


def test_queries_open_stay_and_go_with_the_file(study: Study):
    study.write("surveys/staff.csv", WILD)
    _, first = study.run()
    assert checks(first.queries) == ["SV020"]
    _, second = study.run()
    assert second.said[1] == "Queries on surveys: 0 new, 1 still open, 0 resolved, 0 set aside."
    assert second.queries == first.queries
    study.write("surveys/staff.csv", SOUND)
    _, third = study.run()
    assert third.said[1] == "Queries on surveys: 0 new, 0 still open, 1 resolved, 0 set aside."
    assert study.verdicts() == ["review", "passed"]


def test_a_file_that_changes_back_is_judged_anew_and_then_left_alone(study: Study):
    for text in (WILD, SOUND, WILD):
        study.write("surveys/staff.csv", text)
        study.run()
    assert study.verdicts() == ["review", "passed", "review"]
    assert study.open_checks() == {"SV020"}
    judged, _ = study.run()
    assert judged.is_unchanged
    assert judged.verdict == "review"


@pytest.mark.parametrize("killed_after", ["received", "settled"])
def test_a_run_killed_before_the_verdict_is_taken_up_again(study: Study, killed_after: str):
    study.write("surveys/staff.csv", WILD)
    study.run(killed_after=killed_after)
    judged, _ = study.run()
    assert not judged.is_unchanged
    assert study.open_checks() == {"SV020"}
    assert [e.kind for e in study.events()].count("query.opened") == 1
    assert study.verdicts() == ["review"]


def test_a_changed_threshold_or_dictionary_judges_again(study: Study):
    study.write("surveys/staff.csv", "q1,age\n1,30\n,40\n2,50\n")
    study.run()
    assert study.open_checks() == {"SV026"}
    study.write("study.yaml", PROTOCOL + "checks: {SV026: {maximum: 0.5}}\n")
    study.run()
    assert study.open_checks() == set()
    study.write("surveys/staff.dictionary.csv", DICTIONARY.replace("18..99", "18..45"))
    study.run()
    assert study.open_checks() == {"SV021"}


def test_a_date_in_the_future_is_looked_at_again_on_another_day(study: Study):
    study.write("surveys/staff.dictionary.csv", DICTIONARY + "day,Day,date,,,\n")
    study.write("surveys/staff.csv", FUTURE)
    study.run()
    assert study.open_checks() == {"SV023"}
    assert study.run()[0].is_unchanged
    study.run(as_of="2027-01-01")
    assert study.open_checks() == set()


def test_a_distribution_list_with_days_to_come_is_looked_at_again_and_unknown_words_are_no_yes(study: Study):
    named = "linkage: anonymous, distribution: lists/invited.csv"
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous", named))
    (study.root / "lists").mkdir()
    study.write("lists/invited.csv", "invitation_id,completed\n1,2026-03-01\n2,2026-07-05\n")
    assert study.run()[0].responses.completed == 1
    assert study.run()[0].is_unchanged
    assert study.run(as_of="2026-07-05")[0].responses.completed == 2
    assert study.run(as_of="2026-07-06")[0].is_unchanged
    study.write("lists/invited.csv", "invitation_id,completed\n1,2026-03-01\n2,ja\n")
    judged, _ = study.run()
    assert judged.responses is None
    assert "words under completed" in next(q.message for q in judged.queries if q.check == "SV054")
    assert not any("ja" in q.message.split() for q in judged.queries)


@pytest.mark.parametrize(
    ("path", "text", "expected", "verdict"),
    [
        ("surveys/staff.csv", None, {"SV001"}, "unreadable"),
        ("surveys/staff.csv", "", {"SV001"}, "unreadable"),
        ("surveys/staff.csv", "<html><body>Sign in</body></html>", {"SV001"}, "unreadable"),
        ("surveys/staff.csv", "q1,q1\n1,2\n", {"SV001"}, "unreadable"),
        ("surveys/staff.csv", "q1,age\n", {"EX001"}, "blocked"),
        ("surveys/staff.dictionary.csv", None, {"SV004"}, "blocked"),
        ("surveys/staff.dictionary.csv", DICTIONARY + "q1,,text,,,\n", {"SV004"}, "blocked"),
        ("surveys/staff.dictionary.csv", DICTIONARY + "q9,Nine,text,,,\n", {"SV010"}, "blocked"),
    ],
)
def test_what_cannot_be_read_is_one_query_naming_the_remedy(
    study: Study, path: str, text: str | None, expected: set[str], verdict: str
):
    study.run()
    (study.root / path).unlink() if text is None else study.write(path, text)
    judged, outcome = study.run()
    assert set(checks(judged.queries)) == expected
    assert len(judged.queries) == 1
    assert judged.verdict == verdict
    assert judged.queries[0].where.startswith(("surveys/staff.csv", "surveys/staff.dictionary.csv"))
    assert outcome.blocking == 1
    again, _ = study.run()
    assert checks(again.queries) == checks(judged.queries)


def test_the_code_of_a_judgement_says_nothing_without_the_files_key(tmp_path: Path):
    codes = []
    for name in ("one", "two"):
        study = Study(tmp_path / name)
        study.run()
        codes += [e.data["rules"] for e in study.events() if e.kind == "survey.validated"]
    assert len(set(codes)) == 2


def test_a_query_is_set_aside_by_its_code_and_a_decision_that_cannot_be_says_why(study: Study) -> None:
    study.write("surveys/staff.csv", WILD)
    study.run()
    (mark,) = [f for f, r in fold_queries(study.events()).items() if r.check == "SV020"]
    (study.root / "registers").mkdir()
    decided = "decision,subject,value,person,occurred,reason\n"
    decided += f"set_aside,{mark[:12]},,YOU,2026-06-01,Right as it is\nset_aside,{mark[:12]},,ME,2026-06-01,\n"
    study.write("registers/decisions.csv", decided + "set_aside,nothing,,ME,2026-06-01,Why not\n")
    with opened(StudyRequest(study=str(study.root)), "run-study") as place:
        refused = set_aside_queries.fn(place)
    assert [said.split(":")[0] for said in refused] == [
        f"registers/decisions.csv, row {row}, waiting for a correction" for row in (2, 3, 4)
    ]
    study.write("registers/decisions.csv", decided.replace("YOU", "ME"))
    with opened(StudyRequest(study=str(study.root)), "run-study") as place:
        assert len(set_aside_queries.fn(place)) == 1
        assert set_aside_queries.fn(place) == ()
    record = fold_queries(study.events())[mark]
    assert (record.state, record.set_aside_by) == ("set_aside", "ME")


def test_what_is_recorded_and_judged_is_what_was_read(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.surveys.warm_up", lambda: study.write("surveys/staff.csv", WILD))
    judged, _ = study.run()  # the file changes after it was hashed and before it is read
    assert checks(judged.queries) == ["SV020"]
    [received] = [e for e in study.events() if e.kind == "survey.received"]
    with opened(StudyRequest(study=str(study.root)), "report-progress") as place:
        assert received.generated == (place.reference_to("surveys/staff.csv"),)
        assert current_verdict(place, place.protocol.surveys[0]) == "review"
    assert study.run()[0].is_unchanged


def test_what_could_not_be_looked_at_is_neither_found_nor_resolved(study: Study) -> None:
    study.write("surveys/staff.csv", WILD)
    study.run()
    study.write("surveys/staff.csv", "<html></html>")
    judged, outcome = study.run()
    assert checks(judged.queries) == ["SV001"]
    assert outcome.said[1].endswith("1 new, 0 still open, 0 resolved, 0 set aside.")
    assert study.open_checks() == {"SV001", "SV020"}
    study.write("surveys/staff.csv", WILD)
    study.run()
    assert study.open_checks() == {"SV020"}
    assert [e.kind for e in study.events()].count("query.opened") == 2
    study.write("study.yaml", PROTOCOL.partition("surveys:")[0])
    study.run()
    assert study.open_checks() == set()  # a survey that is no longer declared has no query


def test_a_survey_whose_reader_dies_is_one_query_and_the_others_go_on(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.write("study.yaml", PROTOCOL + TWICE)

    def call_each(function: Callable[..., Any], calls: Iterable[Any], **_: object) -> Iterator[Any]:
        kill = iter([isolated.ReaderDied("crashed", "SIGSEGV")])
        return (next(kill, None) or function(*args) for args in calls)

    monkeypatch.setattr(isolated, "call_each", call_each)
    study.run()
    died, other = study.judged
    assert (checks(died.queries), died.verdict) == (["SV001"], "unreadable")
    assert "crashed" in died.queries[0].message
    assert set(checks(other.queries)) <= {"SV009"}


def test_a_table_without_names_shows_none_of_its_first_row(study: Study) -> None:
    study.write("surveys/staff.csv", "Zebulon Quist,+49 1520\n1,30\n2,41\n")
    judged, _ = study.run()
    assert [(q.check, q.severity) for q in judged.queries] == [("SV001", "block")]
    with opened(StudyRequest(study=str(study.root)), "validate-surveys") as place:
        write_survey_reports.fn(place, study.judged)
    shown = "".join(path.read_text() for path in (study.root / "out").rglob("*.html"))
    assert "is the header row missing?" in shown
    assert "Quist" not in shown + judged.queries[0].message
    assert "49 1520" not in shown + judged.queries[0].message
    study.write("surveys/staff.csv", "Q1,AGE\n1,30\n2,41\n")
    study.run()
    assert study.open_checks() >= {"SV010", "SV011"}


def test_two_surveys_that_share_a_file_have_their_own_queries(study: Study) -> None:
    study.write("study.yaml", PROTOCOL + TWICE)
    study.write("surveys/staff.csv", WILD)
    study.run()
    one, other = study.judged
    assert (checks(one.queries), checks(other.queries)) == (["SV020"], ["SV009", "SV020"])
    assert not {q.fingerprint for q in one.queries} & {q.fingerprint for q in other.queries}
    study.run()
    assert [survey.is_unchanged for survey in study.judged] == [True, True]


def test_answers_are_used_only_as_they_were_judged(study: Study) -> None:
    def stands() -> tuple[str | None, bool]:
        with opened(StudyRequest(study=str(study.root)), "report-progress", create=True) as place:
            [spec] = place.protocol.surveys
            return current_verdict(place, spec), is_usable(place, spec)

    assert stands() == (None, False)
    study.run()
    assert stands() == ("passed", True)
    study.write("surveys/staff.csv", "q1,age\n")
    assert stands() == (None, False)
    study.run()
    assert stands() == ("blocked", False)
    (study.root / "surveys/staff.csv").unlink()
    assert stands() == ("unreadable", False)


def test_a_withdrawal_that_lies_ahead_judges_again_on_its_day(study: Study) -> None:
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous", "linkage: coded, key: pid, interview_date: day"))
    study.write("surveys/staff.dictionary.csv", DICTIONARY + "pid,Person,text,,,\nday,Day,date,,,\n")
    study.write("surveys/staff.csv", "pid,day,q1,age\nP001,2026-03-01,1,30\nP002,2026-03-02,2,40\n")
    (study.root / "restricted").mkdir()
    study.write("restricted/participants.csv", "participant_id,site_id\nP001,S01\nP002,S01\n")
    with opened(StudyRequest(study=str(study.root)), "open-study", create=True) as place:
        codes = [place.trail_code(code) for code in ("P001", "P002")]
        data = {"row": "0" * 64, "ordinal": 1, "version": 1, "scopes": ("survey",), "disposition": "delete"}
        ahead = Fact("consent.withdrawn", "2026-07-02", (Subject("participant", codes[1]),), data=data)
        place.trail.append([*conduct(), *map(consent, codes), ahead])
    assert study.run()[0].queries == ()
    assert study.run(as_of="2026-07-01")[0].is_unchanged
    judged, _ = study.run(as_of="2026-07-02")
    assert [(q.check, q.rows) for q in judged.queries] == [("SV043", ("P002",))]


def test_pages_that_are_gone_are_made_again_and_nothing_new_is_recorded(study: Study) -> None:
    study.run()
    before = study.events()
    shutil.rmtree(study.root / "out")
    assert not study.run()[0].is_unchanged
    assert study.events() == before


def test_another_reader_or_software_judges_again(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    study.run()
    with monkeypatch.context() as patch:
        patch.setattr("tasks.survey_rules.READER_VERSION", -1)
        assert not study.run()[0].is_unchanged
    with monkeypatch.context() as patch:
        patch.setattr("tasks.survey_rules.software_version", lambda: "99.0")
        assert not study.run()[0].is_unchanged
    assert study.verdicts() == ["passed"] * 3
