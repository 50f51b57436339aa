"""The sample proposed: sites or people, with reasons, backups and what is proven."""

from __future__ import annotations

from prefect import flow

from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.sample_artifacts import show_samples
from tasks.sampling import propose_samples, write_samples
from tasks.workspace import StudyRequest, opened


class ProposeSample(StudyRequest):
    """Which study's sample to propose. What to choose, how and why stands in study.yaml, under sampling."""


@flow(name="propose-sample")
def propose_sample(request: ProposeSample) -> Outcome:
    """Propose whom to study, from the sampling frame and the sampling design in study.yaml.

    Every stage gets a sample with a reason for each one chosen and each one passed over, backups, and a comparison
    with random samples. Nothing takes effect before the investigator approves it. A stage whose frame and design
    have not changed keeps its proposal; where they have, sites that left are not proposed again and sites that are
    recruited stay.
    """
    with opened(request, flow="propose-sample") as place:
        if over := ended(place, "propose-sample"):
            return over
        found = propose_samples(place)
        record(place, found.facts)
        settle_queries(place, found.queries, lambda known: known.check == "SA003")
        made = write_samples(place)
        show_samples(place)
        return Outcome("propose-sample", said=found.said, queries=found.queries, made=made)
