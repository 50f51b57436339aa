"""Kinds about material: recordings, field notes, transcripts, surveys, queries and reviews."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Kind, Nothing, Rank, Severity, Sha256, Shape, ShortDigest, Verdict


class Received(Shape):
    """A file arrived; its digest is in `generated`."""

    format: Code


class RecordingRow(Shape):
    """What happened to a recording: the row's ordinal among equal rows of the register, and its version."""

    ordinal: Count
    version: Count


class Validated(Shape):
    """A file was checked: `rules` is the digest of checks, thresholds and software that judged it."""

    verdict: Verdict
    rules: ShortDigest
    blocking: Count
    review: Count
    inform: Count
    unchecked: Count


class Checked(Shape):
    """A second person listened: share of the audio in thousandths and minutes, errors per 1,000 words; how many words
    were heard and errors found in them."""

    listened: Count
    errors: Count
    minutes: Count = 0
    words: Count = 0
    found: Count = 0


class Corrected(Shape):
    version: Count


class Deidentified(Shape):
    version: Count
    changes: Count


class Released(Shape):
    version: Count


class Exported(Shape):
    rows: Count
    excluded: Count


class QueryOpened(Shape):
    """A query appeared; `occurrence` counts how often this fingerprint was opened."""

    fingerprint: Sha256
    occurrence: Count
    check: Code
    severity: Severity


class QueryResolved(Shape):
    fingerprint: Sha256
    occurrence: Count
    how: Literal["no_longer_found", "masked", "decided", "corrected"]


class QuerySetAside(Shape):
    fingerprint: Sha256
    occurrence: Count


class Reviewed(Shape):
    """A person decided on one unique string: its hmac and the decision; who changes their mind decides again."""

    string: Sha256
    decision: Literal["name", "not_a_name"]


_RECORDING = ("recording", "interview", "data.ordinal", "data.version")

MATERIAL_KINDS = (
    Kind("recording.sent", RecordingRow, _RECORDING, Rank.ACT, "raw_data"),
    Kind("recording.returned", RecordingRow, _RECORDING, Rank.ACT, "raw_data"),
    Kind("recording.destroyed", RecordingRow, _RECORDING, Rank.AFTERMATH, "process_notes"),
    Kind("fieldnote.received", Received, ("generated",), Rank.ACT, "raw_data"),
    Kind("fieldnote.deidentified", Deidentified, ("generated",), Rank.ASSESSMENT, "raw_data"),
    Kind("fieldnote.validated", Validated, ("fieldnote", "generated", "data.rules"), Rank.ASSESSMENT, "process_notes"),
    Kind("transcript.received", Received, ("transcript", "generated"), Rank.ACT, "raw_data"),
    Kind(
        "transcript.validated", Validated, ("transcript", "generated", "data.rules"), Rank.ASSESSMENT, "process_notes"
    ),
    Kind("transcript.checked", Checked, ("transcript", "generated"), Rank.ASSESSMENT, "process_notes"),
    Kind("transcript.corrected", Corrected, ("transcript", "generated"), Rank.ASSESSMENT, "raw_data"),
    Kind("transcript.deidentified", Deidentified, ("transcript", "generated"), Rank.ASSESSMENT, "raw_data"),
    Kind("transcript.released", Released, ("transcript", "generated"), Rank.DECISION, "raw_data"),
    Kind("survey.received", Received, ("survey", "generated"), Rank.ACT, "raw_data"),
    Kind("survey.validated", Validated, ("survey", "generated", "data.rules"), Rank.ASSESSMENT, "process_notes"),
    Kind("survey.exported", Exported, ("survey", "generated"), Rank.RESULT, "data_reduction"),
    Kind("query.opened", QueryOpened, ("data.fingerprint", "data.occurrence"), Rank.ASSESSMENT, "process_notes"),
    Kind("query.resolved", QueryResolved, ("data.fingerprint", "data.occurrence"), Rank.DECISION, "process_notes"),
    Kind("query.set_aside", QuerySetAside, ("data.fingerprint", "data.occurrence"), Rank.DECISION, "process_notes"),
    Kind("review.decided", Reviewed, ("person", "data.string", "occurred"), Rank.DECISION, "process_notes"),
    Kind("copy.cleared", Nothing, ("participant", "copy"), Rank.AFTERMATH, "process_notes"),
)
