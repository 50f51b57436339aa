"""Reviewing strings: sittings that can be taken back, tables taken over, the page, what an erasure takes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.reading import NO_CONVENTIONS, Looker
from pages.review_page import made_from
from study import StudyError
from tasks import review
from tasks.erasing import Plan, Table, erase, written_down
from tasks.person_strings import strings_of_person
from tasks.readings import Readings, forget_readings
from tasks.review import Contexts, Sitting, counts_said, first_contexts, strings_to_review, take_over
from tasks.review_record import PAGE, page_written, reviewed_said, write_review_page
from tasks.string_decisions import FILE, WHERE, decide, decided, read_rows, review_facts
from tasks.trail_place import PERSONAL_KEY
from tasks.workspace import StudyRequest, Workspace, opened
from tests.tasks.review_study import ENTRIES, FILES, checked, study_to_review
from trail.note import generate_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(review, "call_each", _in_this_process)
    with study_to_review(tmp_path) as place:
        yield place


def _in_this_process(function, calls, *, seconds, megabytes):
    return (function(*args) for args in calls)


def shown(place: Workspace) -> list[str]:
    return [string.shown for string in strings_to_review(place)]


def test_the_open_strings_come_once_those_in_most_files_first(place):
    assert shown(place) == ["Ridge", "Orlo", "Quillon", "Tessa"]
    assert counts_said(place, strings_to_review(place)) == [
        "4 strings are open.",
        "  Single words of registered names: 4",
        "Decided: 0 names, 0 not a name.",
    ]


def test_before_anything_was_checked_it_says_so(place):
    Readings(place.restricted).keep_only([])
    assert counts_said(place, strings_to_review(place)) == [
        "No transcript has been checked yet: run validate-transcripts first."
    ]


def test_every_decision_is_on_disk_before_the_next_string_comes(place):
    sitting = Sitting(place, strings_to_review(place), "PI")
    sitting.decide("name", NOW)
    assert decided(place).names == {"ridge"}
    sitting.skip()
    sitting.decide("not_a_name", NOW)
    assert [r.person for r in read_rows(place).decisions] == ["PI", "PI"]
    assert (sitting.current.shown, sitting.decisions) == ("Tessa", 2)
    assert shown(place) == ["Orlo", "Tessa"]


def test_going_back_takes_back_one_by_one_and_over_what_was_skipped(place):
    sitting = Sitting(place, strings_to_review(place), "PI")
    sitting.decide("name", NOW)
    sitting.skip()
    sitting.decide("name", NOW)
    assert sitting.back()
    assert (sitting.current.shown, decided(place).names) == ("Quillon", {"ridge"})
    assert sitting.back()
    assert (sitting.current.shown, decided(place).names) == ("Orlo", {"ridge"})
    assert sitting.back()
    assert (sitting.current.shown, decided(place).names, sitting.decisions) == ("Ridge", set(), 0)
    assert not sitting.back()


def test_what_somebody_else_decides_meanwhile_is_not_asked_about(place):
    sitting = Sitting(place, strings_to_review(place), "PI")
    decide(place, [("Orlo", "name"), ("Quillon", "not_a_name")], person="RA", now=NOW)
    sitting.decide("name", NOW)
    assert (sitting.current.shown, sitting.decisions, sitting.left) == ("Tessa", 1, 1)
    assert sitting.back()
    assert (sitting.current.shown, sitting.decisions, sitting.left) == ("Ridge", 0, 4)
    sitting.skip()
    sitting.skip()
    assert (sitting.current, sitting.left) == (None, 2)
    assert decided(place).names == {"orlo"}


def test_contexts_are_read_from_the_files_as_they_are_now(place):
    (place.root / "transcripts/I0002.txt").write_text(FILES["transcripts/I0002.txt"].replace("And Ridge", "And you"))
    strings = strings_to_review(place)
    with Contexts(place) as contexts:
        around = first_contexts(contexts, strings, 3)
        assert contexts.of("transcripts/gone.txt", [("ridge", strings[0].hits[0])]) == [None]
    assert [(hit.path, c.before, c.after) for hit, c in around["ridge"]] == [
        ("transcripts/I0001.txt", "No, Tessa did, and ", " <b>too</b>."),
        ("transcripts/I0002.txt", "", " was there with Orlo."),
    ]


def test_contexts_of_many_strings_are_read_from_few_files(place):
    files = {f"transcripts/I01{n:02}.txt": "Interviewer: Ridge?\n\nParticipant: No.\n" for n in range(9)}
    files |= {"transcripts/I0200.txt": "Interviewer: Ridge, and Orlo?\n\nParticipant: Ridge.\n"}
    checked(place, files)
    read: list[str] = []

    class Counted(Contexts):
        def of(self, path, asked):
            read.append(path)
            return super().of(path, asked)

    strings = [s for s in strings_to_review(place) if s.shown in ("Ridge", "Orlo")]
    with Counted(place) as contexts:
        around = first_contexts(contexts, strings, 2)
    assert sorted(read) == ["transcripts/I0002.txt", "transcripts/I0200.txt"]
    assert {key: len(found) for key, found in around.items()} == {"ridge": 2, "orlo": 2}


def table(place: Workspace, *rows: tuple[str, str], header: tuple[str, str] = ("string", "decision")) -> Path:
    path = place.root / "string_decisions.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_a_table_is_taken_over_row_by_row_and_its_faults_are_named_by_row_only(place):
    path = table(
        place, ("RIDGE", "Not a name"), ("Nobody", "name"), ("Orlo", "maybe"), ("Tessa", ""),
        ("Quillon", "name"), ("quillon", "not_a_name"), ("Ridge's", "not_a_name"),
    )  # fmt: skip
    taken = take_over(place, path, person="PI", now=NOW)
    assert (taken.new, taken.before) == (1, 0)
    assert taken.faults == (
        "string_decisions.csv, row 3: no file holds this string as a possible name. Take the row out.",
        "string_decisions.csv, row 4: the decision must be name or not_a_name. Correct it.",
        "string_decisions.csv, rows 6, 7: they decide differently on one string. Keep one of them.",
    )
    assert decided(place).not_names == {"ridge"}
    assert read_rows(place).decisions[0].string == "Ridge"
    assert take_over(place, path, person="PI", now=NOW) == replace(taken, new=0, before=1)
    assert len(read_rows(place).decisions) == 1


def test_a_table_may_change_a_decision_that_stands(place):
    take_over(place, table(place, ("Ridge", "name")), person="PI", now=NOW)
    assert take_over(place, table(place, ("ridge", "not_a_name")), person="PI", now=NOW).new == 1
    assert decided(place).not_names == {"ridge"}


def test_a_file_that_is_no_such_table_is_refused(place):
    with pytest.raises(StudyError, match="the column decision is missing"):
        take_over(place, table(place, header=("string", "choice")), person="PI", now=NOW)
    with pytest.raises(StudyError, match="there is no file"):
        take_over(place, place.root / "nowhere.csv", person="PI", now=NOW)


def page(place: Workspace) -> str:
    return place.restricted.get(PAGE).decode()


def test_the_page_lists_what_is_open_with_its_contexts_and_what_was_decided(place):
    decide(place, [("Orlo", "name")], person="PI", now=NOW)
    assert page_written(place) == 3
    assert page(place).count('data-stands=""') == 3
    assert 'data-string="Orlo" data-stands="name"' in page(place)
    assert "and <mark>Ridge</mark> &lt;b&gt;too&lt;/b&gt;." in page(place)
    assert "decided by PI on 1 March 2026" in page(place)
    assert (place.restricted.root / PAGE).stat().st_mode & 0o077 == 0
    assert not list(place.out.list())


def test_the_page_is_made_again_only_when_something_on_it_changes(place):
    page_written(place)
    first = made_from(place.restricted.get(PAGE))
    place.restricted.put(PAGE, place.restricted.get(PAGE) + b"<!-- kept -->")
    page_written(place)
    assert page(place).endswith("<!-- kept -->")
    checked(place, {"transcripts/I0002.txt": "Interviewer: And Quillon?\n\nParticipant: No.\n"})
    assert write_review_page.fn(place, is_changed=False) is None
    assert page(place).endswith("<!-- kept -->")
    write_review_page.fn(place)
    assert made_from(place.restricted.get(PAGE)) != first
    assert not page(place).endswith("<!-- kept -->")


def test_without_anything_to_show_there_is_no_page(place):
    Readings(place.restricted).keep_only([])
    assert page_written(place) == 0
    assert not (place.restricted.root / PAGE).exists()


def test_what_was_recorded_is_said_in_counts_with_who_and_how_surely(place):
    decide(place, [("Orlo", "name")], person="PI", now=NOW)
    decide(place, [("Ridge", "name")], person="RA", now=NOW)
    facts = review_facts(place)
    place.trail.append(facts)
    assert reviewed_said(place, facts, 2) == (
        "Decisions on strings recorded: 2, 1 by PI (declared only).",
        "They take effect when the transcripts are checked again: run validate-transcripts.",
        "2 strings are still open.",
    )
    assert reviewed_said(place, [], None) == ("Decisions on strings recorded: 0.",)


def test_a_signed_review_is_said_to_be_signed(place, tmp_path, monkeypatch):
    key = tmp_path / "pi.key"
    key.write_text(generate_key("PI")[0])
    key.chmod(0o600)
    decide(place, [("Orlo", "name")], person="PI", now=NOW)
    monkeypatch.setenv(PERSONAL_KEY, str(key))
    with opened(StudyRequest(study=str(place.root), acting="PI"), "review-strings") as again:
        facts = review_facts(again)
        (event,) = again.trail.append(facts)
        assert event.actor.assurance == "signed"
        assert reviewed_said(again, facts, None)[0] == "Decisions on strings recorded: 1, 1 by PI (signed)."


def test_a_decided_name_is_found_in_every_file_and_what_is_none_nowhere(place):
    decide(place, [("Ridge", "not_a_name"), ("Tessa", "not_a_name"), ("Orlo", "name")], person="PI", now=NOW)
    looker = Looker(NO_CONVENTIONS, ENTRIES[:1], decided=decided(place))
    text = "Interviewer: Ridge?\n\nParticipant: Orlo and Tessa.\n"
    found = looker.look(text.encode(), "I0009.txt").flagged
    assert [(one.shown, one.kind) for one in found] == [("Orlo", "alias")]


def test_the_strings_of_a_person_are_their_names_however_written_and_what_only_they_said(place):
    strings = ("TESSA", "Examplewould", "Examplewood, Tessa", "bitsy's", "Orlo", "Ridge", "Quillon", "Maple")
    decide(place, [(string, "name") for string in strings], person="PI", now=NOW)
    checked(place, FILES)
    assert strings_of_person(place, "P001", ["transcripts/I0001.txt"]) == (*strings[:4], "Quillon")
    assert strings_of_person(place, "P002", ()) == ("Orlo",)
    assert strings_of_person(place, "P009", ()) == ()


@pytest.mark.real
def test_after_another_erasure_the_strings_of_a_person_are_looked_for_in_the_files(place):
    decide(place, [(string, "name") for string in ("Orlo", "Ridge", "Quillon", "Maple")], person="PI", now=NOW)
    forget_readings(place.restricted)
    assert strings_of_person(place, "P001", ["transcripts/I0001.txt"]) == ("Quillon",)


def test_an_erasure_takes_the_persons_strings_and_the_page_and_leaves_the_rest(place):
    decide(place, [("Tessa", "name"), ('The "Ridge"', "not_a_name"), ("tess", "not_a_name")], person="PI", now=NOW)
    kept = (place.restricted.root / FILE).read_text().splitlines()
    place.trail.append(review_facts(place))
    page_written(place)
    (cause, *_) = place.events(["review.decided"])
    table = Table(WHERE, "string", strings_of_person(place, "P001", ()))
    erase(place, written_down(place, cause.id, lambda: Plan(cause.id, (), (table,))))
    assert (place.restricted.root / FILE).read_text().splitlines() == [kept[0], kept[2]]
    assert not (place.restricted.root / PAGE).exists()
    assert review_facts(place) == []


def test_a_damaged_file_of_decisions_does_not_hold_up_an_erasure(place):
    place.restricted.put(FILE, b"string,decision\nTessa,what\n\xff,name\n")
    assert strings_of_person(place, "P001", ()) == ("Tessa",)
