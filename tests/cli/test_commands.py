"""The command line: what it makes, what it refuses, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.run import blocking_said
from study import Query
from study.query import Severity
from tasks.outcome import Outcome
from trail.note import generate_key


def fieldtrail(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def test_a_new_study_is_in_order_once_it_is_made(tmp_path: Path) -> None:
    made = fieldtrail("new", tmp_path / "mine")
    assert made.exit_code == 0
    assert "fieldtrail check" in made.output
    checked = fieldtrail("check", tmp_path / "mine")
    assert (checked.exit_code, checked.output) == (0, "The protocol is in order and every file it names is there.\n")


def test_nothing_is_made_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = fieldtrail("new", tmp_path)
    assert refused.exit_code == 3
    assert "something is there already" in refused.output
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_an_unknown_example_names_those_there_are(tmp_path: Path) -> None:
    refused = fieldtrail("new", tmp_path / "x", "--example", "nope")
    assert refused.exit_code == 2
    assert "cps, fsp, peer-support" in refused.output


def test_check_reports_every_fault_in_one_pass(tmp_path: Path) -> None:
    study = tmp_path / "mine"
    fieldtrail("new", study)
    (study / "consent_forms/interview_v1.txt").unlink()
    (study / "sampling/frame.csv").write_text("id,region\n")
    (study / "registers/consent.csv").write_text("participant_id\n")
    (study / "registers/interviews.csv").write_text(
        "interview_id,participant_ids,site_id,occurred,mode,outcome,guide_version,recording\nI-P001,P001,S01,,,,,\n"
    )
    text = (study / "study.yaml").read_text()
    text = text.replace("retention:", "checks:\n  TR013: {minimun: 0.1}\n  TR999: {x: 1}\nretention:")
    (study / "study.yaml").write_text(text + "as_of: 2026-01-01\nstorage: {restricted: s3://bucket/restricted}\n")
    checked = fieldtrail("check", study)
    assert checked.exit_code == 3
    for said in (
        "there is no file consent_forms/interview_v1.txt",
        "sampling/frame.csv, row 1: the column site_id is missing",
        "registers/consent.csv, row 1: the column form_id is missing",
        "registers/interviews.csv, row 2, column interview_id: the id holds a participant code",
        "study.yaml, checks.TR999: there is no such check",
        "study.yaml, checks.TR013.minimun: no such threshold",
        "study.yaml, as_of: a real study has no fixed clock",
        "study.yaml, storage (s3://bucket/restricted): this version keeps restricted and out on local disk",
    ):
        assert said in checked.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("run", "/nowhere"), 3, "/nowhere: there is no such study folder"),
        (("run", "s3://bucket/study"), 3, "s3://bucket/study: this version opens studies in a local folder only"),
        (("run", ".", "dream"), 2, "There is no flow 'dream'; the flows are "),
        (("run", ".", "-p", "apply"), 2, "Write -p apply=VALUE."),
        (("run", ".", "track-consent", "-p", "colour=blue"), 2, "this flow's parameters are "),
        (("check", "/nowhere"), 3, "/nowhere: there is no such study folder"),
        (("status", "/nowhere"), 3, "/nowhere: there is no such study folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(words: tuple[str, ...], code: int, said: str) -> None:
    refused = fieldtrail(*words)
    assert refused.exit_code == code, refused.output
    assert said in refused.output
    assert "Traceback" not in refused.output


def test_a_missing_or_malformed_protocol_is_one_sentence(tmp_path: Path) -> None:
    missing = fieldtrail("run", tmp_path)
    assert (missing.exit_code, "there is no study.yaml here" in missing.output) == (3, True)
    (tmp_path / "study.yaml").write_text("id: [")
    malformed = fieldtrail("run", tmp_path)
    assert (malformed.exit_code, "not readable as YAML" in malformed.output) == (3, True)


def test_the_version_is_printed() -> None:
    assert fieldtrail("--version").output.startswith("fieldtrail 0.")


@pytest.mark.slow
def test_a_directory_that_is_no_trail_fails_and_a_word_that_is_no_key_is_usage(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, vkey = generate_key("fieldtrail/mine/00000000")
    assert fieldtrail("trail", "verify", tmp_path, "--key", vkey).exit_code == 4
    assert "NO_TRAIL" in capfd.readouterr().out
    assert fieldtrail("trail", "verify", tmp_path, "--key", "x").exit_code == 2


def test_a_single_flow_that_ends_with_1_says_why_and_what_to_do() -> None:
    def query(number: int, severity: Severity) -> Query:
        return Query.raised("RG004", severity, study="s", subject="register:consent", place=f"p{number}",
                            where=f"registers/consent.csv, row {number}", message="Mend it.")  # fmt: skip

    queries = (query(1, "review"), *(query(n, "block") for n in range(2, 9)))
    shown = blocking_said(Outcome("track-consent", ("registers/consent.csv, row 2: Mend it.",), queries))
    assert shown == [
        *(f"RG004 blocks. registers/consent.csv, row {n}: Mend it." for n in range(3, 8)),
        "And 1 more; `fieldtrail run STUDY` shows all of them on out/index.html.",
    ]
    assert blocking_said(Outcome("run-study", (), queries)) == []
    assert blocking_said(Outcome("track-consent", (), queries[:1])) == []
