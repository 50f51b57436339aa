"""Acts of the team held to the delegation of that day and to the trainings the protocol requires."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from recruitment.delegations import delegation_queries
from study import load_protocol
from study.protocol.people import Delegation, TeamMember, Training

TEAM = {
    "EVA1": [("interview", date(2016, 1, 1), date(2016, 3, 31)), ("recruit", date(2016, 1, 1), None)],
    "EVA2": [("interview", date(2016, 1, 1), None), ("obtain_consent", date(2016, 1, 1), None)],
}


@pytest.fixture(scope="module")
def protocol():
    training = Training(course="human-subjects", on=date(2016, 2, 1), until=date(2016, 12, 31))
    team = [
        TeamMember(
            code=code,
            name=code,
            role="evaluator",
            tasks=[Delegation.model_validate({"task": t, "from": a, "to": b}) for t, a, b in tasks],
            trainings=[training],
        )
        for code, tasks in TEAM.items()
    ]
    required = {"interview": ["human-subjects"], "obtain_consent": ["consenting"]}
    example = load_protocol(Path(__file__).parents[2] / "examples" / "fsp" / "study")
    return example.model_copy(update={"team": team, "required_training": required})


def interviews(*rows: tuple[str, str, str]) -> pd.DataFrame:
    cells = [(by, day, outcome, i + 2, False) for i, (by, day, outcome) in enumerate(rows)]
    return pd.DataFrame(cells, columns=["interviewer", "day", "outcome", "row", "is_repeated"])


def found(name, rows, protocol):
    return {q.check: q.rows for q in delegation_queries(name, rows, protocol, ref="a0")}


def test_an_interviewer_is_delegated_on_both_ends_of_the_delegation_and_not_after(protocol):
    rows = interviews(("EVA1", "2016-03-31", "full"), ("EVA1", "2016-04-01", "part"), ("EVA2", "2016-04-01", "full"))
    assert found("interviews", rows, protocol) == {"RG022": ("3",)}


def test_training_counts_from_its_day_to_its_last_day(protocol):
    rows = interviews(
        ("EVA2", "2016-01-31", "full"),
        ("EVA2", "2016-02-01", "full"),
        ("EVA2", "2016-12-31", "full"),
        ("EVA2", "2017-01-01", "full"),
    )
    assert found("interviews", rows, protocol) == {"RG023": ("2", "5")}


def test_every_interviewer_of_a_row_is_asked_and_strangers_are_named_as_such(protocol):
    rows = interviews(("EVA2; EVA1", "2016-04-01", "full"), ("EVA2;XXX9", "2016-04-01", "full"))
    assert found("interviews", rows, protocol) == {"RG021": ("3",), "RG022": ("2",)}


def test_an_interview_not_held_or_nobody_named_asks_nothing(protocol):
    rows = interviews(("XXX9", "2016-04-01", "no_show"), ("XXX9", "2016-04-01", ""), ("", "2016-04-01", "full"))
    assert found("interviews", rows, protocol) == {}
    assert found("interviews", rows.drop(columns="interviewer"), protocol) == {}


def test_who_obtained_a_consent_was_trained_and_delegation_is_left_to_the_ledger(protocol):
    cells = [("EVA1", "2016-03-01", "given", 2, False), ("NOBODY", "2016-03-01", "given", 3, False)]
    rows = pd.DataFrame(cells, columns=["obtained_by", "day", "action", "row", "is_repeated"])
    assert found("consent", rows, protocol) == {"RG023": ("2",)}


def test_who_enrolled_somebody_was_delegated_and_acts_of_sites_ask_nothing(protocol):
    cells = [
        ("P001", "EVA1", "2016-03-01", "enrolled", 2, False),
        ("P002", "EVA2", "2016-03-01", "enrolled", 3, False),
        ("", "EVA2", "2016-03-01", "invited", 4, False),
        ("P003", "EVA2", "2016-03-01", "identified", 5, False),
    ]
    rows = pd.DataFrame(cells, columns=["participant_id", "by", "day", "step", "row", "is_repeated"])
    (query,) = delegation_queries("recruitment", rows, protocol, ref="a0")
    assert (query.check, query.rows, query.where) == ("RG022", ("3",), "registers/recruitment.csv, row 3, column by")
    assert "recruit was not delegated" in query.message


def test_the_message_names_the_course_that_is_lacking(protocol):
    (query,) = delegation_queries("interviews", interviews(("EVA2", "2017-05-01", "full")), protocol, ref="a0")
    assert "interview that day: human-subjects." in query.message
    assert query.severity == "review"
