from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment.checks import CONSENT_CHECKS, REGISTER_CHECKS
from recruitment.consent_checks import consent_queries, form_queries, interview_queries, reconsent_queries
from recruitment.facts import Codes, affiliation_facts, consent_facts, interview_facts, recruitment_facts
from recruitment.ledger import fold_consent
from recruitment.measure import Known, feature_queries, measure, missing_columns
from recruitment.messages import MESSAGES
from recruitment.registers import (
    AFFILIATIONS,
    CONSENT,
    INTERVIEWS,
    RECRUITMENT,
    ordinals,
    parse_days,
    recorded_rows,
)
from recruitment.sequence import (
    changed_queries,
    problem_queries,
    sequence_queries,
    site_contact_queries,
    stopped_queries,
)
from recruitment.tally import contacts_due, ways
from study import Event, Fact, load_protocol

TODAY = "2016-06-30"
PEOPLE = {f"P{n:03d}": f"t{n:03d}" for n in range(1, 30)}


@pytest.fixture(scope="module")
def known() -> Known:
    protocol = load_protocol(Path(__file__).parents[2] / "examples" / "fsp" / "study")
    sites = frozenset({"S001", "S002"})
    return Known(protocol, frozenset(PEOPLE), sites, frozenset({"S001"}), date.fromisoformat(TODAY))


@pytest.fixture
def codes() -> Codes:
    return Codes(PEOPLE, lambda trail_code: trail_code.encode() * 8)


def frame(register, *rows: dict[str, str]) -> pd.DataFrame:
    columns = [*register.columns, *register.ignored]
    cells = [[row.get(c, "") for c in columns] for row in rows]
    return pd.DataFrame(cells, columns=columns, index=pd.Index(range(2, len(rows) + 2), name="row"), dtype=str)


def person(step, day, code="P001", **more):
    return {"participant_id": code, "site_id": "S001", "role": "peer_provider", "step": step, "occurred": day, **more}


def site(step, day, id="S001"):
    return {"site_id": id, "step": step, "occurred": day}


def given_row(day="2016-02-20", **more):
    return {
        "participant_id": "P001",
        "form_id": "FSP-INT",
        "form_version": "2",
        "language": "en",
        "action": "given",
        "occurred": day,
        "mode": "signed",
        "scopes": "take_part;record",
        "obtained_by": "EVA1",
        "copy_given": "yes",
        **more,
    }


def interview_row(day="2016-03-01", outcome="full", **more):
    return {
        "interview_id": "I0001",
        "participant_ids": "P001",
        "site_id": "S001",
        "occurred": day,
        "mode": "in_person",
        "outcome": outcome,
        "recording": "R0001" if outcome == "full" else "",
        **more,
    }


def found(register, known, *rows):
    queries = feature_queries(register, measure(register, frame(register, *rows), known), known, study="s", ref="r")
    return {(q.check, q.where) for q in queries}


def entered(facts: list[Fact]) -> list[Event]:
    """The facts as the trail keeps them."""
    from study import Actor, Run
    from study.identifiers import event_id
    from study.kinds import checked_data

    actor, run = Actor("service", "x", "software"), Run("r", "f", "none", 1, "0")
    return [
        Event(
            event_id("fieldtrail/s/00000000", f.kind, f.natural_key),
            f.kind,
            f.occurred,
            "2020-01-01T00:00:00.000Z",
            actor,
            run,
            f.subject,
            data=checked_data(f.kind, f.data),
        )
        for f in facts
    ]


def test_every_check_has_a_message_of_its_own():
    ids = [row[0] for row in (*REGISTER_CHECKS, *CONSENT_CHECKS)]
    assert sorted(ids) == sorted(set(ids)) == sorted(MESSAGES)
    assert len(set(MESSAGES.values())) == len(MESSAGES)


class TestDays:
    @pytest.mark.parametrize(
        ("written", "day", "fault"),
        [
            ("2016-03-05", "2016-03-05", ""),
            ("2016-03-05T23:30-08:00", "2016-03-05", ""),
            ("2016-03-06T07:30Z", "2016-03-05", ""),
            ("2016-03-05 14:30", "", "no_zone"),
            ("05/03/2016", "", "other_format"),
            ("5.3.2016", "", "other_format"),
            ("42434", "", "other_format"),
            ("20160305", "", "other_format"),
            ("March 5, 2016", "", "other_format"),
            ("2016-02-31", "", "not_a_day"),
            ("", "", "not_a_day"),
            ("soon", "", "not_a_day"),
        ],
    )
    def test_one_way_of_writing_a_day(self, written, day, fault):
        parsed = parse_days(pd.Series([written]), ZoneInfo("America/Los_Angeles"))
        assert (parsed["day"][0], parsed["fault"][0]) == (day, fault)

    @pytest.mark.slow
    @given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
    def test_every_day_is_read_as_itself(self, day):
        assert parse_days(pd.Series([day.isoformat()]), ZoneInfo("UTC"))["day"][0] == day.isoformat()


class TestMeasures:
    def test_a_clean_register_raises_nothing(self, known):
        assert found(RECRUITMENT, known, site("invited", "2016-01-01"), person("identified", "2016-01-02")) == set()
        assert found(CONSENT, known, given_row()) == set()
        assert found(INTERVIEWS, known, interview_row()) == set()

    @pytest.mark.parametrize(
        ("row", "check", "column"),
        [
            (person("identified", "2016-01-02", code="X1"), "RG001", "participant_id"),
            (person("enrolled", "2016-01-02", code="P999"), "RG001", "participant_id"),
            (person("identified", "2016-01-02", site_id="S777"), "RG002", "site_id"),
            (person("identified", "2016-01-02", site_id="S002"), "RG017", "site_id"),
            (person("identified", "tomorrow"), "RG003", "occurred"),
            (person("identified", "1/2/2016"), "RG004", "occurred"),
            (person("identified", "2016-01-02 10:00"), "RG008", "occurred"),
            (person("identified", "2016-07-01"), "RG016", "occurred"),
            (person("met", "2016-01-02"), "RG006", "step"),
            (person("identified", "2016-01-02", role="peer"), "RG007", "role"),
            (person("ineligible", "2016-01-02", reason_code="99"), "RG014", "reason_code"),
        ],
    )
    def test_recruitment(self, known, row, check, column):
        assert found(RECRUITMENT, known, row) == {(check, f"registers/recruitment.csv, row 2, column {column}")}

    @pytest.mark.parametrize(
        ("change", "check"),
        [
            ({"participant_id": "P999"}, "RG001"),
            ({"action": "signed"}, "RG006"),
            ({"form_id": "X"}, "RG013"),
            ({"mode": "oral"}, "RG014"),
            ({"scopes": "take_part;photo"}, "RG014"),
            ({"obtained_by": "NOBODY"}, "RG014"),
            ({"copy_given": "maybe"}, "RG014"),
        ],
    )
    def test_consent(self, known, change, check):
        assert {c for c, _ in found(CONSENT, known, given_row(**change))} == {check}

    def test_interviews_with_several_participants_are_measured_for_each(self, known):
        rows = measure(INTERVIEWS, frame(INTERVIEWS, interview_row(participant_ids="P001; P999")), known)
        assert list(rows["participant_is_known"]) == [True, False]
        assert list(rows["row"]) == [2, 2]

    def test_a_scheduled_interview_may_lie_ahead(self, known):
        assert found(INTERVIEWS, known, interview_row("2016-08-01", outcome="")) == set()
        assert {c for c, _ in found(INTERVIEWS, known, interview_row("2016-08-01"))} == {"RG016"}

    def test_one_query_for_a_check_and_column_names_its_rows(self, known):
        rows = [person("identified", "?", code=f"P{n:03d}") for n in range(1, 12)]
        ((check, where),) = found(RECRUITMENT, known, *rows)
        assert check == "RG003"
        assert where == "registers/recruitment.csv, rows 2, 3, 4, 5, 6, 7, 8, 9 and 3 more, column occurred"

    def test_a_repeated_row_is_queried_and_not_usable(self, known):
        rows = frame(RECRUITMENT, person("identified", "2016-01-02"), person("identified", "2016-01-02"))
        measured = measure(RECRUITMENT, rows, known)
        assert list(measured["is_usable"]) == [True, False]
        assert list(measured["ordinal"]) == [1, 1]
        assert found(RECRUITMENT, known, *rows.to_dict("records")) == {("RG005", "registers/recruitment.csv, row 3")}

    def test_missing_columns_are_named(self):
        assert missing_columns(CONSENT, frame(CONSENT).drop(columns=["mode", "copy_given"])) == ["mode", "copy_given"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from("ab"), max_size=12))
def test_ordinals_count_rows_with_one_key(keys):
    rows = pd.DataFrame({"key": keys, "other": range(len(keys))})
    counted = ordinals(rows, ["key"]) if keys else pd.Series(dtype=int)
    for key in set(keys):
        assert list(counted[rows["key"] == key]) == list(range(1, keys.count(key) + 1))


class TestFacts:
    def read(self, known, codes, *rows, events=(), consented=frozenset({"P001"})):
        measured = measure(RECRUITMENT, frame(RECRUITMENT, *rows), known)
        return recruitment_facts(measured, list(events), codes, consented, today=TODAY)

    def test_before_consent_nobody_gets_a_fact(self, known, codes):
        rows = [person(s, "2016-01-02") for s in ("identified", "approached", "screened", "invited", "declined")]
        reading = self.read(known, codes, *rows, person("enrolled", "2016-01-03"), consented=frozenset())
        assert reading.facts == []

    def test_enrolment_holds_no_code_site_or_role(self, known, codes):
        (fact,) = self.read(known, codes, person("enrolled", "2016-01-03")).facts
        assert fact.kind == "recruitment.enrolled"
        assert set(fact.data) == {"ordinal", "row", "version"}
        assert [s.id for s in fact.subject] == ["t001"]
        assert not any(word in repr(fact) for word in ("P001", "S001", "peer"))

    def test_a_second_reading_gives_nothing_new_in_any_order(self, known, codes):
        rows = [site("invited", "2016-01-01"), person("enrolled", "2016-01-03"), person("lost", "2016-02-03")]
        first = self.read(known, codes, *rows)
        again = self.read(known, codes, *reversed(rows), events=entered(first.facts))
        assert len(first.facts) == 3
        assert (again.facts, again.changed) == ([], [])

    def test_a_changed_fixed_column_is_a_query_and_no_fact(self, known, codes):
        first = self.read(known, codes, person("enrolled", "2016-01-03"))
        later = self.read(known, codes, person("enrolled", "2016-01-04"), events=entered(first.facts))
        assert later.facts == []
        (query,) = changed_queries(later, frozenset(), study="s", ref="r")
        assert (query.check, query.subject, query.where) == (
            "RG009",
            "participant:t001",
            "registers/recruitment.csv, row 2",
        )

    def test_a_vanished_row_is_a_query_unless_its_person_was_erased(self, known, codes):
        events = entered(self.read(known, codes, person("enrolled", "2016-01-03")).facts)
        later = self.read(known, codes, site("invited", "2016-01-01"), events=events)
        assert [q.check for q in changed_queries(later, frozenset(), study="s", ref="r")] == ["RG010"]
        assert changed_queries(later, frozenset({"t001"}), study="s", ref="r") == []

    def test_a_row_with_a_fault_is_not_vanished(self, known, codes):
        events = entered(self.read(known, codes, person("enrolled", "2016-01-03")).facts)
        later = self.read(known, codes, person("enrolled", "2016-01-03", role="?"), events=events)
        assert changed_queries(later, frozenset(), study="s", ref="r") == []

    def test_an_ignored_column_changes_nothing(self, known, codes):
        events = entered(self.read(known, codes, person("enrolled", "2016-01-03")).facts)
        later = self.read(known, codes, person("enrolled", "2016-01-03", contact_channel="phone"), events=events)
        assert (later.facts, later.changed) == ([], [])

    def test_a_withdrawal_counts_even_where_its_day_cannot_be_read(self, known, codes):
        reading = self.read(known, codes, person("withdrawn", "yesterday", role="?"))
        (fact,) = reading.withdrawals
        assert (fact.kind, fact.occurred, fact.data["day_stated"]) == ("recruitment.withdrawn", TODAY, False)
        mended = self.read(known, codes, person("withdrawn", "2016-06-01"), events=entered(reading.withdrawals))
        (fact,) = mended.withdrawals
        assert (fact.occurred, fact.data["version"]) == ("2016-06-01", 2)

    def test_affiliations_carry_the_day_alone(self, known, codes):
        row = {"participant_id": "P001", "site_id": "S001", "role": "peer_provider", "from": "2014-01-01"}
        reading = affiliation_facts(
            measure(AFFILIATIONS, frame(AFFILIATIONS, row), known), [], codes, frozenset({"P001"})
        )
        assert [f.occurred for f in reading.facts] == ["2014-01-01"]
        assert set(reading.facts[0].data) == {"ordinal", "row", "version"}


class TestConsentFacts:
    def read(self, known, codes, *rows, events=()):
        measured = measure(CONSENT, frame(CONSENT, *rows), known)
        return consent_facts(measured, list(events), codes, known.protocol, today=TODAY)

    def test_the_forms_other_scopes_are_declined(self, known, codes):
        (fact,) = self.read(known, codes, given_row()).facts
        assert fact.data["given"] == ("take_part", "record")
        assert set(fact.data["declined"]) == {"transcribe", "quote", "recontact", "audit", "archive"}

    def test_a_consent_rests_on_the_form_that_was_signed(self, known, codes, study):
        forms = [study.form(version, form="FSP-INT", revision=n) for version, n in (("1", 1), ("2", 1), ("2", 2))]
        (fact,) = self.read(known, codes, given_row(), events=forms).facts
        assert fact.causes == (forms[2].id,)
        assert self.read(known, codes, given_row()).facts[0].causes == ()

    def test_handing_out_the_copy_later_is_progress(self, known, codes):
        first = self.read(known, codes, given_row(copy_given="no"))
        later = self.read(known, codes, given_row(copy_given="yes"), events=entered(first.facts))
        assert [(f.data["version"], f.data["copy_given"]) for f in later.facts] == [(2, True)]
        again = self.read(known, codes, given_row(copy_given="yes"), events=entered([*first.facts, *later.facts]))
        assert again.facts == []

    def test_withdrawing_take_part_ends_taking_part(self, known, codes):
        row = given_row("2016-05-01", action="withdrawn", form_version="", scopes="", disposition="")
        reading = self.read(known, codes, given_row(), row)
        assert [f.kind for f in reading.withdrawals] == ["consent.withdrawn", "recruitment.withdrawn"]
        again = self.read(known, codes, given_row(), row, events=entered([*reading.facts, *reading.withdrawals]))
        assert (again.facts, again.withdrawals) == ([], [])

    def test_withdrawing_one_scope_leaves_the_rest(self, known, codes):
        row = given_row("2016-05-01", action="withdrawn", scopes="quote", disposition="deidentify")
        (fact,) = self.read(known, codes, row).withdrawals
        assert (fact.data["scopes"], fact.data["disposition"]) == (("quote",), "deidentify")

    def test_unknown_words_in_a_withdrawal_are_read_the_careful_way(self, known, codes):
        row = given_row("2016-05-01", action="withdrawn", scopes="everything!", disposition="shred", mode="?")
        ending = self.read(known, codes, row).withdrawals[0]
        assert (ending.data["scopes"], ending.data["disposition"]) == ((), "keep")

    def test_the_whole_register_gives_the_ledger_it_says(self, known, codes):
        rows = [given_row(), given_row("2016-03-01", action="renewed", scopes="take_part;record;quote")]
        ledger = fold_consent(entered(self.read(known, codes, *rows).facts))
        assert [sorted(c.given) for c in ledger.given["t001"]] == [
            ["record", "take_part"],
            ["quote", "record", "take_part"],
        ]


class TestInterviewFacts:
    def read(self, known, codes, *rows, events=()):
        return interview_facts(measure(INTERVIEWS, frame(INTERVIEWS, *rows), known), list(events), codes)

    def test_scheduling_then_holding_are_versions_of_one_row(self, known, codes):
        first = self.read(known, codes, interview_row("2016-08-01", outcome=""))
        moved = self.read(known, codes, interview_row("2016-08-03", outcome=""), events=entered(first.facts))
        events = entered([*first.facts, *moved.facts])
        held = self.read(known, codes, interview_row("2016-03-01"), events=events)
        facts = [*first.facts, *moved.facts, *held.facts]
        assert [(f.kind, f.data["version"]) for f in facts] == [
            ("interview.scheduled", 1),
            ("interview.scheduled", 2),
            ("interview.held", 3),
        ]
        assert self.read(known, codes, interview_row("2016-03-01"), events=entered(facts)).facts == []

    def test_moving_an_interview_held_is_a_query(self, known, codes):
        events = entered(self.read(known, codes, interview_row()).facts)
        later = self.read(known, codes, interview_row("2016-03-02"), events=events)
        assert (later.facts, len(later.changed)) == ([], 1)

    def test_a_no_show_and_its_new_date_are_two_rows(self, known, codes):
        facts = self.read(known, codes, interview_row(outcome="no_show"), interview_row("2016-03-08")).facts
        assert [(f.kind, f.data["ordinal"]) for f in facts] == [("interview.missed", 1), ("interview.held", 2)]

    def test_the_guide_an_interview_followed_is_not_told(self, known, codes):
        first = self.read(known, codes, interview_row(guide_version="director-1"))
        assert "director" not in str(first.facts)
        events = entered(first.facts)
        later = self.read(known, codes, interview_row(guide_version="peer-1"), events=events)
        assert (later.facts, later.changed) == ([], [])

    def test_recorded_rows_keep_the_newest_version(self, known, codes):
        first = self.read(known, codes, interview_row())
        later = self.read(known, codes, interview_row(outcome="part"), events=entered(first.facts))
        (event,) = recorded_rows(entered([*first.facts, *later.facts])).values()
        assert event.data["outcome"] == "part"


class TestOrderAndPlace:
    def test_steps_out_of_order_name_the_allowed_ones(self, known):
        rows = measure(
            RECRUITMENT, frame(RECRUITMENT, person("identified", "2016-01-02"), person("invited", "2016-01-03")), known
        )
        (query,) = sequence_queries(rows, frozenset(), study="s", ref="r")
        assert query.check == "RG011"
        assert "approached, screened, ineligible, declined" in query.message

    def test_enrolment_without_consent(self, known):
        rows = measure(RECRUITMENT, frame(RECRUITMENT, person("enrolled", "2016-01-03")), known)
        assert [q.check for q in sequence_queries(rows, frozenset(), study="s", ref="r")] == ["RG011"]
        assert sequence_queries(rows, frozenset({"P001"}), study="s", ref="r") == []

    @pytest.mark.parametrize(
        ("day", "queried"),
        [("2016-01-09", True), ("2016-01-10", False), ("2016-02-01", False), ("2016-02-02", True)],
    )
    def test_contacts_happen_between_activation_and_closing(self, known, day, queried):
        rows = measure(
            RECRUITMENT,
            frame(
                RECRUITMENT, site("activated", "2016-01-10"), site("closed", "2016-02-01"), person("approached", day)
            ),
            known,
        )
        found = site_contact_queries(rows, RECRUITMENT, rows, study="s", ref="r")
        assert [q.check for q in found] == (["RG012"] if queried else [])

    def test_recorded_steps_out_of_order_are_queried_at_their_row(self, known, codes):
        rows = frame(RECRUITMENT, site("invited", "2016-01-01"), site("activated", "2016-01-02"))
        reading = recruitment_facts(measure(RECRUITMENT, rows, known), [], codes, frozenset(), today=TODAY)
        from recruitment import fold_recruitment

        events = entered(reading.facts)
        (query,) = problem_queries(fold_recruitment(events), events, [reading], study="s", refs={"recruitment": "r"})
        assert (query.subject, query.where) == ("site:S001", "registers/recruitment.csv, row 3")


class TestDoNotContact:
    def measured(self, known, *rows):
        return measure(RECRUITMENT, frame(RECRUITMENT, *rows), known)

    @pytest.mark.parametrize("day", ["2016-01-10", "soon", "10.1.2016"])
    def test_who_asked_to_be_left_alone_is_not_due_whatever_is_wrong_with_the_row(self, known, day):
        rows = self.measured(
            known,
            person("approached", "2016-01-02"),
            person("approached", "2016-01-02", code="P002"),
            person("do_not_contact", day, site_id="S777"),
        )
        found = ways(rows, frozenset())
        assert {code: way.how for code, way in found.items()} == {"P001": "declined", "P002": "pending"}
        due = contacts_due(rows, found, interval_days=7, maximum_attempts=3, today=TODAY)
        assert list(due["participant_id"]) == ["P002"]

    def test_a_withdrawal_that_cannot_be_read_ends_follow_ups_too(self, known):
        rows = self.measured(known, person("approached", "2016-01-02"), person("withdrawn", "?"))
        found = ways(rows, frozenset())
        assert contacts_due(rows, found, interval_days=7, maximum_attempts=3, today=TODAY).empty

    @pytest.mark.parametrize(
        ("asked", "contact", "queried"),
        [
            ("2016-01-10", "2016-01-11", True),
            ("2016-01-10", "2016-01-10", False),
            ("2016-01-10", "2016-01-09", False),
            ("?", "2016-01-09", True),
        ],
    )
    def test_a_contact_afterwards_blocks(self, known, asked, contact, queried):
        rows = self.measured(known, person("do_not_contact", asked), person("invited", contact))
        found = [(q.check, q.where) for q in stopped_queries(rows, study="s", ref="r")]
        assert found == ([("RG024", "registers/recruitment.csv, row 3, column step")] if queried else [])

    def test_after_consent_it_ends_taking_part_beside_a_withdrawal(self, known, codes):
        rows = [person("do_not_contact", "2016-02-01"), person("withdrawn", "2016-03-01")]
        reading = recruitment_facts(self.measured(known, *rows), [], codes, frozenset({"P001"}), today=TODAY)
        assert [(f.kind, f.occurred, f.data["ordinal"]) for f in reading.withdrawals] == [
            ("recruitment.withdrawn", "2016-02-01", 1),
            ("recruitment.withdrawn", "2016-03-01", 2),
        ]

    def test_a_withdrawal_read_without_some_columns_is_the_same_row_later(self, known, codes):
        def read(row, events=()):
            return recruitment_facts(self.measured(known, row), list(events), codes, frozenset({"P001"}), today=TODAY)

        poor = read(person("withdrawn", "2016-02-01", site_id="", role=""))
        whole = read(person("withdrawn", "2016-02-01", reason_code="3"), entered(poor.withdrawals))
        assert (whole.withdrawals, whole.changed) == ([], [])
        other = read(person("withdrawn", "2016-02-02"), entered(poor.withdrawals))
        assert len(other.changed) == 1


class TestConsentChecks:
    @pytest.mark.parametrize(
        ("row", "checks"),
        [
            (given_row(), []),
            (given_row("2016-02-20", form_version="1"), ["CN001"]),
            (given_row(form_version="7"), ["CN002"]),
            (given_row("2015-05-02", form_version="1", obtained_by="COO1"), ["CN003", "CN006"]),
            (given_row(obtained_by="INV1"), ["CN006"]),
            (given_row(mode="short_form"), ["CN007"]),
            (given_row(mode="short_form", witness="COO1"), []),
        ],
    )
    def test_each_fault_has_its_own_query(self, known, codes, row, checks):
        rows = measure(CONSENT, frame(CONSENT, row), known)
        queries = consent_queries(rows, known.protocol, codes.trail, ref="r")
        assert [q.check for q in queries] == checks
        assert all(q.subject == "participant:t001" for q in queries)

    def test_overlapping_windows(self, known):
        forms = known.protocol.consent_forms
        open_ended = [forms[0].model_copy(update={"closes": None}), *forms[1:]]
        assert form_queries(known.protocol, ref="r") == []
        overlapping = form_queries(known.protocol.model_copy(update={"consent_forms": open_ended}), ref="r")
        assert [(q.check, q.subject) for q in overlapping] == [("CN010", "consent_form:FSP-INT")]

    @pytest.mark.parametrize(
        ("day", "declined", "checks"),
        [
            ("2016-03-05", (), []),
            ("2016-03-01", (), ["CN004"]),
            ("2016-03-03", (), ["CN011"]),
            ("2016-03-05", ("record",), ["CN012"]),
            ("2016-03-05", ("take_part",), ["CN005"]),
            ("2016-06-02", (), ["CN009"]),
        ],
    )
    def test_interviews_are_asked_for_consent_on_their_day(self, known, codes, study, day, declined, checks):
        events = [
            study.opened(end="2016-06-01"),
            study.form(),
            study.consent("2016-03-03", who="t001", declined=declined),
        ]
        rows = measure(INTERVIEWS, frame(INTERVIEWS, interview_row(day)), known)
        queries = interview_queries(rows, fold_consent(events), codes.trail, study="s", ref="r")
        assert [q.check for q in queries] == checks

    def test_nobody_without_any_consent_is_covered(self, known, codes):
        rows = measure(INTERVIEWS, frame(INTERVIEWS, interview_row()), known)
        (query,) = interview_queries(rows, fold_consent([]), codes.trail, study="s", ref="r")
        assert (query.check, query.subject, query.where) == (
            "CN005",
            "interview:I0001",
            "registers/interviews.csv, row 2, column occurred",
        )

    def test_who_must_consent_again(self, study):
        events = [
            study.form(closes="2016-06-30"),
            study.form("v2", "2016-07-01", reconsent="everyone_by", by="2016-08-01"),
            study.consent("2016-03-03"),
        ]
        ledger = fold_consent(events)
        assert reconsent_queries(ledger, date(2016, 6, 30), study="s", ref="r") == []
        (query,) = reconsent_queries(ledger, date(2016, 7, 2), study="s", ref="r")
        assert "by 2016-08-01" in query.message


@pytest.mark.parametrize("register", [RECRUITMENT, CONSENT, INTERVIEWS, AFFILIATIONS])
def test_a_register_without_rows_is_no_fault(known, register):
    rows = measure(register, frame(register), known)
    assert rows.empty
    assert feature_queries(register, rows, known, study="s", ref="r") == []


STEPS = st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)[:3]), st.sampled_from(["enrolled", "lost"])), max_size=6)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(STEPS, st.integers(0, 6))
def test_a_register_read_in_two_parts_records_what_it_records_at_once(known, rows, cut):
    codes = Codes(PEOPLE, lambda trail_code: trail_code.encode() * 8)
    whole = [person(step, f"2016-01-{i + 1:02d}", code=code) for i, (code, step) in enumerate(rows)]

    def facts(part, events):
        measured = measure(RECRUITMENT, frame(RECRUITMENT, *part), known)
        return recruitment_facts(measured, events, codes, frozenset(PEOPLE), today=TODAY).facts

    first = facts(whole[:cut], [])
    both = [*first, *facts(whole, entered(first))]
    at_once = facts(whole, [])
    assert sorted(map(repr, both)) == sorted(map(repr, at_once))
