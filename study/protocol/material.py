"""Material and instruments: interview guides, transcripts, surveys."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from study.protocol.base import Code, Identifier, Part, Text


class GuideQuestion(Part):
    """A question of the guide; `keywords` say how its topic shows in a transcript."""

    id: Code
    text: Text
    keywords: list[Text] = []
    required: bool = False


class Guide(Part):
    """One version of an interview guide."""

    id: Code
    version: Code
    file: Text
    start: date = Field(alias="from")
    questions: list[GuideQuestion] = []


class SpeakerLabels(Part):
    """The closed set of speaker labels in transcripts."""

    interviewer: list[Text] = Field(min_length=1)
    participant: list[Text] = Field(min_length=1)


class AudioCheck(Part):
    """How much of each recording a second person hears before its transcript is released: a share, or minutes."""

    share: float | None = Field(None, gt=0, le=1, description="share of the recording's minutes, such as 0.1")
    minutes: int | None = Field(None, ge=1, description="minutes of each recording, instead of a share")
    errors: int | None = Field(
        None,
        ge=0,
        description="most errors per 1,000 words heard; above it the transcript is corrected and heard again",
    )

    @model_validator(mode="after")
    def _one_measure(self) -> AudioCheck:
        if (self.share is None) == (self.minutes is None):
            raise ValueError("say either `share` or `minutes` of the audio that is heard")
        return self


class Transcripts(Part):
    """Conventions for transcripts: file names, header, labels, language, verbatim level."""

    folder: Text = "transcripts"
    file_name: Text = Field(
        "{interview_id}", description="file name without its ending; {interview_id} stands for the id"
    )
    interview_id_pattern: str = Field(r"I\d{4}", description="regular expression of an interview id")
    header: list[Identifier] = Field([], description="fields a header block must hold, such as interview, date")
    speakers: SpeakerLabels
    language: Code = "en"
    verbatim: Literal["full", "intelligent"] = "full"
    pseudonyms_in: list[Literal["text", "labels", "header", "notes", "properties", "file_name"]] = Field(
        ["text", "labels", "header"], description="where in a transcript pseudonyms may stand"
    )
    residue: list[Literal["gazetteer", "spacy"]] = Field(
        ["gazetteer"],
        description="detectors of names nobody registered: our lists, or also the spaCy model of the extra `names`",
    )
    invented_names: list[Text] = Field(
        [], description="names the team made up for people who are talked about; they hint at nobody"
    )
    legacy_encoding: Text | None = Field(None, description="code page of files that are not UTF-8, for example cp1252")
    audio_check: AudioCheck | None = Field(None, description="leave out where nobody checks against the audio")


class SiteScore(Part):
    """When a scale's mean may stand for a site: enough respondents, and enough likeness among them."""

    minimum_respondents: int = Field(5, ge=2, description="fewest respondents at a site whose mean is given")
    minimum_icc2: float | None = Field(None, ge=0, le=1, description="least reliability of the sites' means, ICC(2)")
    minimum_rwg: float | None = Field(None, ge=0, le=1, description="least agreement within a site, r_wg")


class Scale(Part):
    """A scale in a survey: its items, which of them are reversed, and how a respondent is scored on it."""

    name: Identifier
    items: list[Text] = Field(min_length=2)
    reversed: list[Text] = []
    minimum_alpha: float = Field(0.6, ge=0, le=1)
    score: Literal["mean", "sum"] = "mean"
    answered_share: float = Field(0.5, gt=0, le=1, description="share of the items somebody answers to be scored")
    site_score: SiteScore | None = Field(None, description="leave out where no mean of a site is used")


class Fieldwork(Part):
    """The first and the last day on which a wave was answered, both included."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Fieldwork:
        if self.end < self.start:
            raise ValueError("the last day of fieldwork is before the first")
        return self


class Survey(Part):
    """One survey file: its data dictionary, key, wave, and how it links to people."""

    name: Identifier
    file: Text
    dictionary: Text
    rows: int | None = Field(None, ge=1, description="rows the sender declared")
    linkage: Literal["coded", "anonymous"] = "coded"
    key: Text | None = Field(None, description="column with the participant code, when coded")
    site: Text | None = Field(None, description="column with the site id")
    interview_date: Text | None = Field(None, description="column with the day the survey was answered")
    start: Text | None = Field(None, description="column with the start time or day")
    end: Text | None = Field(None, description="column with the end time or day")
    scales: list[Scale] = []
    catalog: Text | None = Field(None, description="SAS catalog (.sas7bcat) with the value labels of a .sas7bdat")
    encoding: Text | None = Field(None, description="code page of a file that is not UTF-8, for example cp1252")
    instrument: Identifier | None = Field(None, description="the same for every wave of one questionnaire")
    wave: int | None = Field(None, ge=1, description="which wave of the instrument this file is, from 1")
    wave_column: Text | None = Field(None, description="column in which the file says its own wave")
    fieldwork: Fieldwork | None = Field(None, description="days on which this wave was answered")
    distribution: Text | None = Field(None, description="list of those invited, for the response rate")
    checks: Text | None = Field(None, description="file with checks the team wrote for this survey")

    @model_validator(mode="after")
    def _wave_of_something(self) -> Survey:
        if self.wave is not None and self.instrument is None:
            raise ValueError("a wave needs its `instrument`, the same for every wave")
        return self
