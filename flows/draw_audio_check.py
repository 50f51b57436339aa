"""Minutes of audio drawn for the second person who checks a transcript."""

from __future__ import annotations

from prefect import flow

from tasks.audio_check import draw_minutes
from tasks.outcome import Outcome
from tasks.workspace import StudyRequest, opened


class DrawAudioCheck(StudyRequest):
    """For which study's transcripts to draw the minutes that a second person hears."""


@flow(name="draw-audio-check")
def draw_audio_check(request: DrawAudioCheck) -> Outcome:
    """Draw which minutes of each recording a second person hears, where study.yaml declares a check against the audio.

    The minutes are random and nobody can choose them: drawing again gives the same ones. They are listed in
    restricted/audio_checks, for captions with the turns spoken in them. What was heard is entered with
    record-audio-check.
    """
    with opened(request, flow="draw-audio-check") as place:
        return draw_minutes(place)
