"""Decisions on strings: kept one by one, read back on the safe side, in the trail without the string."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors import Decided, key_of
from study import Fact, StudyError
from study.event import instant
from study.query import Query, fold_queries, settle
from tasks.decisions import judged_decisions
from tasks.queries import settle_queries
from tasks.request import StudyRequest
from tasks.string_decisions import (
    FILE,
    WHERE,
    Choice,
    decide,
    decided,
    how_resolved,
    may_decide,
    read_rows,
    refuse_decider,
    review_facts,
    take_back,
)
from tasks.workspace import Workspace, opened

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROTOCOL = (Path(__file__).parents[2] / "cli" / "starting_study" / "study.yaml").read_text()
TEAM = "- {code: COO1, name: Made Up, role: coordinator, tasks: [%s]}"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.yaml").write_text(PROTOCOL)
    with opened(StudyRequest(study=str(tmp_path)), "open-study", create=True):
        return tmp_path


@pytest.fixture
def place(study: Path):
    with opened(StudyRequest(study=str(study)), "review-strings") as place:
        yield place


def say(place: Workspace, string: str, choice: Choice = "name", person: str = "PI"):
    return decide(place, [(string, choice)], person=person, now=NOW)[0]


def file_of(place: Workspace) -> Path:
    return place.restricted.root / FILE


def with_cells(place: Workspace, row: int, **cells: str) -> None:
    import pandas as pd

    table = pd.read_csv(file_of(place), dtype=str)
    for column, cell in cells.items():
        table.loc[row, column] = cell
    table.to_csv(file_of(place), index=False)


def test_nothing_is_decided_where_nobody_decided(place):
    assert decided(place) == Decided()


def test_the_last_decision_on_a_string_stands_however_it_is_written(place):
    say(place, "Maple  Ridge")
    say(place, "Dr. Quillon", "not_a_name")
    assert decided(place) == Decided(frozenset({"maple ridge"}), frozenset({key_of("Dr. Quillon")}))
    say(place, "maple ridge's", "not_a_name")
    assert decided(place) == Decided(frozenset(), frozenset({"maple ridge", key_of("Dr. Quillon")}))
    assert [d.string for d in read_rows(place).decisions] == ["Maple Ridge", "Dr. Quillon", "maple ridge's"]


def test_only_the_team_may_read_the_file(place):
    say(place, "Quillon")
    assert file_of(place).stat().st_mode & 0o077 == 0


def test_every_decision_has_a_time_of_its_own_even_within_one_instant(place):
    decide(place, [("Ann", "name"), ("Bel", "name")], person="PI", now=NOW)
    say(place, "Ann", "not_a_name")
    times = [d.occurred for d in read_rows(place).decisions]
    assert times == ["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00.001Z", "2026-03-01T12:00:00.002Z"]


def test_a_decision_taken_back_leaves_the_others_byte_for_byte(place):
    say(place, 'Ann "Nan" Quillon, of Ridge')
    before = file_of(place).read_bytes()
    taken = say(place, "Bel")
    last = say(place, "Col")
    take_back(place, taken)
    assert [d.string for d in read_rows(place).decisions] == ['Ann "Nan" Quillon, of Ridge', "Col"]
    take_back(place, last)
    take_back(place, last)
    assert file_of(place).read_bytes() == before


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "ANN's", "Bel-la", "José,", '"quoted"']), st.sampled_from(["name", "not_a_name"])
    ),
    max_size=6,
)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(CHANGES)
def test_the_file_gives_back_what_was_decided(tmp_path_factory, choices):
    place = Workspace.__new__(Workspace)
    from storage.local import LocalStore
    from study import load_protocol

    root = tmp_path_factory.mktemp("study")
    (root / "study.yaml").write_text(PROTOCOL)
    place.protocol, place.restricted = load_protocol(root), LocalStore(root / "restricted", private=True)
    for choice in choices:
        decide(place, [choice], person="PI", now=NOW)
    last = {key_of(string): choice for string, choice in choices}
    assert decided(place).names == {s for s, c in last.items() if c == "name"}
    assert decided(place).not_names == {s for s, c in last.items() if c == "not_a_name"}
    if choices:
        assert len({(d.folded, d.key) for d in read_rows(place).decisions}) == len(last)


@pytest.mark.parametrize(
    "cells", [{"decision": "nmae"}, {"occurred": "2026-03-01"}, {"key": "ab"}, {"key": "no hex"}, {"person": ""}]
)
def test_a_row_that_cannot_be_used_counts_as_a_name_and_costs_no_other(place, cells):
    say(place, "Ann", "not_a_name")
    say(place, "Bel", "not_a_name")
    with_cells(place, 0, **cells)
    assert decided(place) == Decided(frozenset({"ann"}), frozenset({"bel"}))
    assert read_rows(place).faulty == (2,)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"string,decision,person,occurred\nAnn,name,PI,x\n", "the column key is missing"),
        (b"\xff\xfe", "the text is not UTF-8"),
        (b'string,decision,person,occurred,key\n"Ann,name\n', "not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_check_without_naming_anybody(place, body, said):
    place.restricted.put(FILE, body)
    with pytest.raises(StudyError, match=said) as refused:
        decided(place)
    assert WHERE in str(refused.value)
    assert "Ann" not in str(refused.value)
    with pytest.raises(StudyError):
        say(place, "Bel")
    assert file_of(place).read_bytes() == body


def protocol_with(study: Path, tasks: str):
    from study import load_protocol

    text = PROTOCOL.replace("  - code: PI\n", f"  {TEAM % tasks}\n  - code: PI\n", 1)
    (study / "study.yaml").write_text(text)
    return load_protocol(study)


def test_anyone_of_the_team_decides_until_somebody_holds_the_task(study):
    day = NOW.date()
    nobody = protocol_with(study, "")
    assert may_decide(nobody, "COO1", day)
    assert may_decide(nobody, "PI", day)
    assert not may_decide(nobody, "ELSE", day)
    held = protocol_with(study, "{task: review_strings, from: 2026-02-01, to: 2026-03-31}")
    assert may_decide(held, "COO1", day)
    assert not may_decide(held, "COO1", day.replace(month=4))
    with pytest.raises(StudyError, match=r"PI may not decide on strings on that day\. Who may: COO1\."):
        refuse_decider(held, "PI", day)


def test_who_may_not_decide_decides_nothing(study):
    protocol_with(study, "{task: review_strings, from: 2026-02-01}")
    with opened(StudyRequest(study=str(study)), "review-strings") as place:
        say(place, "Ann", "not_a_name", person="PI")
        say(place, "Bel", "not_a_name", person="COO1")
        assert decided(place) == Decided(frozenset(), frozenset({"bel"}))
        assert [fact.subject[0].id for fact in review_facts(place)] == ["COO1"]


def test_the_trail_holds_each_decision_once_and_never_the_string(place):
    say(place, "Quillon")
    place.trail.append(review_facts(place))
    assert review_facts(place) == []
    say(place, "quillon", "not_a_name")
    say(place, "Bel")
    facts = review_facts(place)
    assert [fact.data["decision"] for fact in facts] == ["not_a_name", "name"]
    place.trail.append(facts)
    first, second, other = place.events(["review.decided"])
    assert first.data["string"] == second.data["string"] != other.data["string"]
    assert "uillon" not in str((first, second, other)).casefold()


def test_the_same_string_in_two_studies_has_nothing_in_common_in_their_trails(place, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "study.yaml").write_text(PROTOCOL)
    with opened(StudyRequest(study=str(other)), "open-study", create=True) as second:
        assert say(place, "Ann").fact.data["string"] != say(second, "Ann").fact.data["string"]


def test_a_decision_altered_in_the_file_is_not_passed_over(place):
    say(place, "Ann")
    place.trail.append(review_facts(place))
    with_cells(place, 0, decision="not_a_name")
    with pytest.raises(StudyError, match="with other content"):
        place.trail.append(review_facts(place))


def opening(place: Workspace, check: str, subject: str = "transcript:I0001") -> None:
    query = Query.raised(check, "review", study="s", subject=subject, place="p", where="w", message="m")
    place.trail.append(settle(fold_queries(place.events()), [query], lambda _: False, now=instant(NOW)).facts)


CASES = [("TR063", "decided"), ("TR060", "decided"), ("TR062", "no_longer_found"), ("TR031", "no_longer_found")]


@pytest.mark.parametrize(("check", "settled"), CASES)
def test_a_query_on_strings_is_settled_by_a_later_decision_on_the_same_file(place, check, settled):
    say(place, "Early")
    place.trail.append(review_facts(place))
    opening(place, check)
    (record,) = fold_queries(place.events()).values()
    assert how_resolved(place.events())(record) == "no_longer_found"
    say(place, "Ann", "not_a_name")
    place.trail.append(review_facts(place))
    assert how_resolved(place.events())(record) == settled
    settle_queries.fn(place, [], lambda _: True)
    assert [event.data["how"] for event in place.events(["query.resolved"])] == [settled]


def test_where_another_version_of_the_file_came_it_was_not_the_decision(place):
    opening(place, "TR063")
    (record,) = fold_queries(place.events()).values()
    say(place, "Ann", "not_a_name")
    reference = place.reference("transcripts/I0001.txt", b"other", personal=True)
    from study import Subject

    arrived = Fact(
        "transcript.received", instant(NOW), (Subject("transcript", "I0001"),), (), (reference,), (), {"format": "txt"}
    )
    place.trail.append([*review_facts(place), arrived])
    assert how_resolved(place.events())(record) == "no_longer_found"


def _decide_ten(root: str, name: str) -> None:
    from storage.local import LocalStore

    place = Workspace.__new__(Workspace)
    place.restricted = LocalStore(Path(root), private=True)
    for number in range(10):
        decide(place, [(f"{name} {number}", "name")], person="PI", now=NOW)


@pytest.mark.real
def test_two_people_reviewing_at_once_lose_nothing(place):
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_decide_ten, args=(str(place.restricted.root), n)) for n in ("Ann", "Bel")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    rows = read_rows(place)
    assert (len(rows.decisions), rows.faulty) == (20, ())
    assert len({d.occurred for d in rows.decisions}) == 20


def test_rows_that_cannot_be_used_are_one_query_that_names_rows_and_no_string(place):
    say(place, "Ann")
    say(place, "Bel")
    assert judged_decisions(place).queries == ()
    with_cells(place, 1, decision="Bel?")
    (query,) = judged_decisions(place).queries
    assert (query.check, query.severity, query.where, query.rows) == ("DC004", "block", f"{WHERE}, row 3", ("3",))
    assert "Bel" not in query.message
    place.restricted.put(FILE, b"\xff")
    (unread,) = judged_decisions(place).queries
    assert (unread.fingerprint, unread.rows) == (query.fingerprint, ())
    assert unread.message == "The text is not UTF-8. Save it again as CSV UTF-8."
