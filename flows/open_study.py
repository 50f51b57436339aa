"""The study's opening: its protocol, frame, forms, guides and delegations enter the trail."""

from __future__ import annotations

from prefect import flow

from tasks.ended import ended
from tasks.opening import is_of_opening, opening_facts, opening_queries, said_of
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.workspace import StudyRequest, opened

WORDS = {
    "study.opened": ("study was opened", "studies were opened"),
    "consent.form_approved": ("consent form version was registered", "consent form versions were registered"),
    "guide.changed": ("interview guide was registered", "interview guides were registered"),
    "personnel.authorised": ("delegated task was registered", "delegated tasks were registered"),
}


class OpenStudy(StudyRequest):
    """Which study to open."""


@flow(name="open-study")
def open_study(request: OpenStudy) -> Outcome:
    """Open a study: make the trail's key, and register the protocol, the frame, the forms, the guides and the team.

    Print the contents of trail.vkey in the ethics protocol: with it an auditor can check the trail. Opening a study
    again registers only what is new in study.yaml.
    """
    with opened(request, flow="open-study", create=True) as place:
        if over := ended(place, "open-study"):
            return over
        facts = opening_facts(place)
        record(place, facts)
        settled = settle_queries(place, opening_queries(place), is_of_opening)
        said = said_of((fact.kind for fact in facts), WORDS) or ("The study is open; nothing new to register.",)
        return Outcome("open-study", said=said, queries=(*settled.new, *settled.persisting), made=("trail.vkey",))
