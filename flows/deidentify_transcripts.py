"""De-identified copies of transcripts and field notes, each beside its list of changes."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.deidentification import Wanted, copies_said, make_copies
from tasks.form_request import Words
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.workspace import StudyRequest, opened


class DeidentifyTranscripts(StudyRequest):
    """Of which transcripts to make a de-identified copy."""

    interviews: Words = Field(
        [], title="Interviews", description="Interview ids; leave empty for every transcript with something open."
    )
    field_notes: bool = Field(False, title="Field notes", description="Make copies of all field notes too.")
    candidates: bool = Field(
        False,
        title="Mask undecided strings",
        description="Also mask what may be a name and nobody has decided on yet.",
    )


@flow(name="deidentify-transcripts")
def deidentify_transcripts(request: DeidentifyTranscripts) -> Outcome:
    """Make de-identified copies: names, sites and numbers replaced, turns and their numbers as they are.

    The original stays untouched. Copy and list of changes go to restricted/deidentified, and into the trail by their
    digests. A copy in which anything is still found is refused. What is checked is no proof that nobody can be
    recognised: a person reads each copy before it is released.
    """
    with opened(request, flow="deidentify-transcripts") as place:
        copies = make_copies(place, Wanted(tuple(request.interviews), request.field_notes, request.candidates))
        record(place, copies.facts)
        settled = settle_queries(place, copies.queries, copies.looked_at)
        return copies_said(copies, (*settled.new, *settled.persisting))
