"""How many of those invited answered, by lists as our own, REDCap's and Qualtrics' programs write them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey.responses import (
    Responses,
    contact_columns,
    invitations,
    key_columns,
    response_features,
    responses,
)
from study import StudyError

TODAY = date(2026, 6, 30)


def listed(columns: dict[str, list[object]], key: str | None = "id", today: date = TODAY):
    return invitations(pd.DataFrame(columns, dtype=object), key=key, today=today)


def counts(found: Responses) -> tuple[int, int, int]:
    return found.invited, found.started, found.completed


OURS: dict[str, list[object]] = {
    "id": ["P001", "P002", "P003", "P004", "P005"],
    "site_id": ["S01", "S01", "S02", "S02", None],
    "invited": ["2026-05-01"] * 4 + ["2026-07-15"],
    "started": ["2026-05-02", "2026-05-03", None, None, None],
    "completed": ["2026-05-02", None, None, "2026-05-09", None],
}


def test_our_own_list_says_who_was_invited_started_and_completed():
    found = responses(listed(OURS), answered=())
    assert counts(found) == (4, 3, 2)
    assert found.rate == 0.5
    assert found.rate_with_partial == 0.75
    assert found.completed_from == "list"
    assert {site: counts(one) for site, one in found.by_site.items()} == {"S01": (2, 2, 1), "S02": (2, 1, 1)}


def test_an_invitation_of_a_later_day_has_not_been_sent():
    assert counts(responses(listed(OURS, today=date(2026, 7, 15)), answered=())) == (5, 3, 2)
    assert counts(responses(listed(OURS, today=date(2026, 4, 30)), answered=())) == (0, 0, 0)
    assert responses(listed(OURS, today=date(2026, 4, 30)), answered=()).rate is None


def test_a_list_with_a_day_to_come_is_counted_otherwise_later():
    assert listed(OURS).is_ahead
    assert not listed(OURS, today=date(2026, 7, 15)).is_ahead


@pytest.mark.parametrize("word", ["ja", "nein", "02/03/2026", "2026-02-31", "bounced", 7.0])
def test_words_nobody_knows_are_said_and_are_no_yes(word: object):
    found = listed({"id": ["P001", "P002"], "completed": [word, "yes"]})
    assert (found.unknown, list(found.rows["completed"])) == (("completed",), [False, True])


@pytest.mark.parametrize("word", ["not yet", "never", "NA", "n/a", "pending", "No", 0.0, None, "2026-03-01", 1.0, "X"])
def test_words_that_say_yes_or_no_are_known(word: object):
    assert listed({"id": ["P001", "P002"], "completed": [word, "yes"]}).unknown == ()


def test_redcaps_list_from_its_page_and_from_its_api_says_the_same():
    page = {
        "Email": ["a@example.org", "b@example.org", "c@example.org", "d@example.org"],
        "Participant Identifier": ["P001", "P002", "P003", None],
        "Invitation Sent?": ["Yes", "Yes", "Yes", "No"],
        "Responded?": ["Yes", "Partial", "No", "No"],
    }
    api = {
        "email": page["Email"],
        "email_occurrence": ["1"] * 4,
        "identifier": page["Participant Identifier"],
        "record": ["1", "2", "", ""],
        "invitation_sent_status": ["1", "1", "1", "0"],
        "invitation_send_time": [""] * 4,
        "response_status": ["2", "1", "0", "0"],
        "survey_access_code": list("wxyz"),
    }
    for one in (listed(page), listed(api)):
        assert counts(responses(one, answered=())) == (3, 2, 1)
        assert one.has_contacts
        assert set(one.rows["key"]) == {"p001", "p002", "p003"}


def test_an_api_list_in_which_nobody_completed_does_not_take_partial_for_it():
    one = listed({"identifier": ["P001", "P002"], "invitation_sent_status": ["1", "1"], "response_status": ["1", "0"]})
    assert counts(responses(one, answered=())) == (2, 1, 0)


def test_qualtrics_history_counts_messages_to_one_person_once():
    history = listed(
        {
            "contactLookupId": ["CGC_1", "CGC_1", "CGC_2", "CGC_3"],
            "status": ["EmailSent", "SurveyFinished", "SurveyStarted", "Pending"],
        },
        key=None,
    )
    assert counts(responses(history, answered=2)) == (2, 2, 1)
    page = listed(
        {
            "External Data Reference": ["P001", "P002", "P003"],
            "Email": ["a@example.org", "b@example.org", "c@example.org"],
            "Status": ["Survey Finished", "Survey Partially Finished", "Hard Bounce"],
        }
    )
    assert counts(responses(page, answered=())) == (3, 2, 1)
    times = listed({"contactId": ["x", "y"], "sentAt": ["2026-05-01T08:00:00Z"] * 2, "responseStartedAt": [None] * 2,
                    "responseCompletedAt": ["2026-05-02T08:00:00Z", None]})  # fmt: skip
    assert counts(responses(times, answered=0)) == (2, 1, 1)


def test_without_word_of_completion_the_rows_of_the_file_say_who_answered():
    one = listed({"id": [" p001", "P002", "P003"], "site_id": ["S01", "S01", "S02"]})
    assert not one.says_completed
    found = responses(one, answered={"p001", "p009"})
    assert (counts(found), found.completed_from) == ((3, 1, 1), "file")
    assert {site: counts(at) for site, at in found.by_site.items()} == {"S01": (2, 1, 1), "S02": (1, 0, 0)}
    anonymous = responses(listed({"invitation_id": ["1", "2", "3"]}, key=None), answered=2)
    assert (counts(anonymous), anonymous.by_site) == ((3, 2, 2), {})


def test_the_registry_says_the_site_where_the_list_does_not():
    found = responses(listed({"id": ["P001", "P002"], "completed": ["yes", "no"]}), answered=(), sites={"p001": "S01"})
    assert {site: counts(at) for site, at in found.by_site.items()} == {"S01": (1, 1, 1)}


def test_a_list_that_names_nobody_is_refused_with_the_remedy():
    with pytest.raises(StudyError, match="does not say who was invited"):
        listed({"week": ["1", "2"], "sent": ["3", "4"]})


@pytest.mark.slow
@given(st.permutations(range(5)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_rows_does_not_matter(order: list[int]):
    shuffled = {name: [cells[i] for i in order] for name, cells in OURS.items()}
    found, usual = (responses(listed(one), answered=()) for one in (shuffled, OURS))
    assert counts(found) == counts(usual)
    assert found.by_site == usual.by_site


@given(st.lists(st.integers(1, 12), min_size=1, max_size=7), st.integers(2, 6))
@settings(max_examples=60, deadline=None)
def test_no_site_below_k_is_shown_or_follows_by_subtraction(sizes: list[int], k: int):
    by_site = {f"S{i:02d}": Responses(size, 0, 0) for i, size in enumerate(sizes)}
    shown = Responses(sum(sizes), 0, 0, by_site=by_site).sites_of(k)
    hidden = [one for site, one in by_site.items() if site not in shown]
    assert all(one.invited >= k for one in shown.values())
    assert not hidden or len(sizes) == 1 or len(hidden) > 1
    assert not hidden or not shown or sum(one.invited for one in hidden) >= k


def features(one, keys: list[str | None] | None, rows: int = 3, before: float | None = None) -> dict[str, object]:
    there = pd.Series(keys, dtype=object) if keys is not None else None
    found = responses(one, answered=set(keys or ()) if keys is not None else rows)
    return response_features(one, there, rows, found, before)


def test_rows_of_strangers_and_completions_without_a_row_are_counted_and_named():
    measured = features(listed(OURS), ["p001", "p099", None], before=0.8)
    assert measured["response_rate"] == 0.5
    assert measured["response_rate_change"] == pytest.approx(-0.3)
    assert (measured["uninvited_count"], measured["uninvited_count:rows"]) == (1, (1,))
    assert measured["completed_without_row_count"] == 1
    assert measured["completed_without_row_count:rows"] == ["p004"]
    sound = features(listed(OURS), ["p001", "p004"])
    assert (sound["uninvited_count"], sound["completed_without_row_count"]) == (0, 0)


def test_an_anonymous_survey_is_compared_by_counts():
    numbered = {"invitation_id" if name == "id" else name: cells for name, cells in OURS.items()}
    measured = features(listed(numbered, key=None), None, rows=7)
    assert (measured["uninvited_count"], measured["completed_without_row_count"]) == (3, 0)
    assert features(listed(numbered, key=None), None, rows=1)["completed_without_row_count"] == 1
    assert set(response_features(None, None, 3, None, None).values()) == {None}


def test_contacts_are_known_by_their_columns_and_by_their_shape():
    assert listed({"id": ["P001"], "note": ["write to ann@example.org"]}).has_contacts is False
    assert listed({"id": ["P001"], "link": ["ann@example.org"]}).has_contacts
    assert listed({"id": ["P001"], "Phone": ["555"]}).has_contacts
    assert contact_columns(["Email", "id", "RecipientLastName"]) == ("Email", "RecipientLastName")
    assert key_columns(["Email", "code", "Participant Identifier"], "code") == ("code", "Participant Identifier")
