"""What a decision on a string does: at the next check of the transcripts it is found everywhere, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from study.query import fold_queries
from tasks.queries import settle_queries
from tasks.review import strings_to_review
from tasks.string_decisions import Choice, decide, review_facts
from tasks.transcripts import judge_transcripts
from tasks.workspace import Workspace
from tests.tasks.review_study import study_to_review

pytestmark = pytest.mark.real

NAMES = ("TR060", "TR061", "TR063", "TR064")


def check(place: Workspace) -> dict[str, set[str]]:
    """Check the transcripts as the flow does; the open queries on names, by interview."""
    place.trail.append(review_facts(place))
    judged = judge_transcripts.fn(place)
    place.trail.append(list(judged.received))
    settle_queries.fn(place, judged.queries, judged.looked_at)
    place.trail.append(judged.verdicts)
    found: dict[str, set[str]] = {}
    for record in fold_queries(place.events()).values():
        if record.state == "open" and record.check in NAMES:
            found.setdefault(record.subject.removeprefix("transcript:"), set()).add(record.check)
    return found


def say(place: Workspace, **choices: Choice) -> None:
    decide(place, list(choices.items()), person="PI", now=place.now)


def test_a_decision_is_honoured_by_the_next_check_and_its_query_says_so(tmp_path: Path) -> None:
    with study_to_review(tmp_path) as place:
        first = check(place)
        assert "TR060" in first["I0001"] & first["I0002"]
        for string in strings_to_review(place):
            say(place, **{string.shown: "not_a_name"})
        assert check(place) == {}
        resolved = [event.data["how"] for event in place.events(["query.resolved"])]
        assert resolved
        assert set(resolved) == {"decided"}
        say(place, Ridge="name")
        assert check(place) == {"I0001": {"TR060"}, "I0002": {"TR060"}}
        before = len(place.events())
        assert check(place) == {"I0001": {"TR060"}, "I0002": {"TR060"}}
        assert len(place.events()) == before
