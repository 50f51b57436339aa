"""What the trail knows of each transcript, in whatever order its events come."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count

from evidence.histories import History, histories
from study import Actor, Event, Reference, Run, Subject

ACTOR = Actor("service", "fieldtrail", "software")
_numbers = count(1)


def event(kind: str, id: str, run: str = "one", version: str = "a", ref: str = "r1", **data: object) -> Event:
    subject = (Subject("interview", id),) if kind.startswith("recording") else (Subject("transcript", id),)
    number = next(_numbers)
    made = () if kind.startswith(("query", "recording")) else (Reference(ref, 1, hmac=version * 64),)
    return Event(
        f"e{number:04d}",
        kind,
        "2016-03-01",
        f"2016-03-01T00:00:{number % 60:02d}.{number:03d}Z",
        ACTOR,
        Run(run, "validate-transcripts", "none", 1, "0"),
        subject,
        generated=made,
        data=data,
    )


def story() -> list[Event]:
    return [
        event("recording.sent", "I0001"),
        event("transcript.received", "I0001"),
        event("transcript.validated", "I0001", verdict="blocked"),
        event("query.opened", "I0001"),
        event("transcript.received", "I0001", "two", "b"),
        event("transcript.validated", "I0001", "two", "b", verdict="passed"),
        event("transcript.released", "I0001", "two", "b"),
        event("transcript.validated", "I0002", verdict="review"),
        event("survey.validated", "I0003"),
    ]


def test_each_transcript_has_its_events_in_order_whatever_order_they_come_in():
    events = story()
    shuffled = random.Random(7).sample(events, len(events))
    found = histories(shuffled)
    assert list(found) == ["I0001", "I0002"]
    assert [e.id for e in found["I0001"].events] == [e.id for e in events[:7]]
    assert found == histories(events)


def test_how_it_was_judged_before_and_by_which_run():
    one = histories(story())["I0001"]
    assert (one.verdict, one.verdict_before("two"), one.verdict_before("one")) == ("passed", "blocked", "passed")
    assert len(one.references) == 2
    assert one.run_of(one.of("transcript.released")[0].id) == "two"
    assert one.run_of("another") == ""


def test_a_query_about_a_copy_is_its_originals():
    about = replace(event("query.opened", "I0001"), subject=(Subject("copy", "I0001"),))
    assert histories([about])["I0001"].of("query.opened") == (about,)


def test_of_two_files_under_one_id_the_worse_verdict_counts():
    two = [
        event("transcript.validated", "I0001", ref=ref, verdict=v) for ref, v in (("r1", "review"), ("r2", "passed"))
    ]
    assert histories(two)["I0001"].verdict == "review"


def test_nothing_is_known_of_a_transcript_without_events():
    assert (History("I0001").verdict, History("I0001").of("query.opened")) == (None, ())
