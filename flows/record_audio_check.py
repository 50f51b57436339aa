"""What a second person heard of a recording: entered by entry form."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from tasks.audio_check import Heard, heard_fact
from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record import record
from tasks.workspace import opened


class RecordAudioCheck(FormRequest):
    """Which transcript, who listened, how much, and how many errors there were."""

    interview: str = Field(title="Interview id", description="The id that the transcript bears, such as I0007.")
    checker: str = Field("", title="Who listened", description="Code in the team list; empty when it was you.")
    day: date = Field(title="Day", description="The day on which it was heard.")
    minutes: float = Field(title="Minutes heard", description="As drawn in restricted/audio_checks.", gt=0)
    words: int = Field(title="Words heard", description="How many words of the transcript those minutes hold.", ge=1)
    errors: int = Field(title="Errors found", description="Words that are wrong, missing or too many.", ge=0)
    whole: float | None = Field(
        None, title="Whole recording", description="Its length in minutes, where the register does not say it.", gt=0
    )

    def heard(self) -> Heard:
        """What these answers say."""
        by = self.checker or self.acting
        return Heard(self.interview, by, self.day, self.minutes, self.words, self.errors, self.whole)


@flow(name="record-audio-check")
def record_audio_check(request: RecordAudioCheck) -> Outcome:
    """Enter that a second person checked a transcript against its audio.

    Whoever held or transcribed the interview cannot be that person. With more errors than study.yaml allows, the
    transcript is corrected and checked again before it is released.
    """
    forget_answers(request.study)
    with opened(request, flow="record-audio-check") as place:
        fact = heard_fact(place, request.heard())
        new = record(place, [fact])
        said = f"{fact.data['listened'] / 10:g} % of the audio heard, {fact.data['errors']} errors per 1,000 words."
        return Outcome("record-audio-check", (said if new else "This was entered before.",))
