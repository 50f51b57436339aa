"""The transcripts' reports as a run leaves them: pages in out/, and counts on Prefect's own pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.request import StudyRequest
from tasks.workspace import opened
from tests.tasks.test_transcript_reports import NAMED, PROTOCOL, SAID, TIMED

pytestmark = pytest.mark.real


def test_a_run_writes_its_pages_and_shows_counts_on_prefects(tmp_path: Path, prefect_harness: None) -> None:
    from prefect.artifacts import Artifact

    from flows.validate_transcripts import ValidateTranscripts, validate_transcripts

    root = tmp_path / "study"
    (root / "transcripts").mkdir(parents=True)
    (root / "study.yaml").write_text(PROTOCOL)
    for name, text in (("I0001.txt", SAID), ("I0002.vtt", TIMED), (NAMED, SAID)):
        (root / "transcripts" / name).write_text(text)
    with opened(StudyRequest(study=str(root)), "open-study", create=True):
        pass
    outcome = validate_transcripts(ValidateTranscripts(study=str(root)))
    assert outcome.made == ("out/transcripts/index.html", "out/data_docs/transcripts.html")
    assert all((root / path).is_file() for path in outcome.made)
    page = (root / "out/transcripts/I0002.html").read_text()
    assert "Who speaks when" in page, "the outline comes from the kept reading"
    assert "No long gap without an explanation" in page
    table = Artifact.get("transcripts-tiny")
    assert table is not None
    assert table.description == "The transcripts of study tiny after this run, in counts; the pages name them."
    rows = json.loads(str(table.data))
    assert {"What": "new files", "How many": "3", "Page": ""} in rows
    assert rows[-1] == {"What": "Data Docs", "How many": "", "Page": "out/data_docs/transcripts.html"}
    progress = Artifact.get("reading-transcripts-tiny")
    assert progress is not None
    assert float(str(progress.data)) == 100
    assert progress.description == "Reading transcripts of study tiny: 3 of 3"
    assert "Brimblewax" not in str(table.data)
