"""study.yaml: every fault in one pass, each with its line, its key and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from study import ProtocolError, StudyError, load_protocol
from study.protocol.schema import json_schema

ROOT = Path(__file__).parent.parent.parent
STARTING = (ROOT / "cli/starting_study/study.yaml").read_text()


def faults(text: str) -> list[str]:
    with pytest.raises(ProtocolError) as refused:
        load_protocol(text.encode())
    return [str(f) for f in refused.value.faults]


def line_of(text: str, part: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_starting_protocol_loads() -> None:
    protocol = load_protocol(STARTING.encode())
    assert (protocol.id, protocol.disclosure.k, protocol.participants.roles[1].label) == (
        "my-study",
        5,
        "Program director",
    )


def test_an_unknown_key_names_its_line_and_the_nearest_known_name() -> None:
    text = STARTING.replace("    size: 4", "    sise: 4").replace("      size: 4", "      sise: 4")
    found = faults(text)
    line = line_of(text, "sise: 4")
    assert f"study.yaml line {line}, sampling.stages.0.sise: unknown key. Did you mean size?" in found
    assert any("sampling.stages.0.size: this key is missing. Add it." in f for f in found)


def test_every_fault_is_reported_in_one_pass() -> None:
    text = STARTING.replace("time_zone: America/Los_Angeles", "time_zone: Mars").replace("count: 8", "count: none")
    text = text.replace("strategy: maximum_variation", "strategy: magic")
    found = faults(text)
    assert len(found) == 3
    assert any("'Mars' is not a time zone" in f for f in found)
    assert any("participants.targets.0.count" in f for f in found)
    assert any("sampling.stages.0.strategy" in f for f in found)


def test_parts_that_contradict_each_other_are_named() -> None:
    text = STARTING.replace("role: peer_provider, count", "role: astronaut, count").replace(
        "opens: 2026-01-05", "opens: 2025-12-01"
    )
    found = faults(text)
    assert any(f"line {line_of(text, 'astronaut')}, participants.targets.0.role: no role astronaut" in f for f in found)
    assert any("the form opens or is approved before the ethics approval" in f for f in found)


def test_a_wave_is_declared_once() -> None:
    survey = "{name: NAME, file: f.csv, dictionary: d.csv, linkage: anonymous, instrument: staff, wave: WAVE}"
    two = [survey.replace("NAME", name).replace("WAVE", "1") for name in ("one", "other")]
    found = faults(f"{STARTING}\nsurveys: [{', '.join(two)}]\n")
    assert any("surveys.1.wave: wave 1 of staff is there already" in fault for fault in found)
    load_protocol(f"{STARTING}\nsurveys: [{two[0]}, {two[1].replace('wave: 1', 'wave: 2')}]\n".encode())


KEY = "COO1+1a2b3c4d+" + "A" * 44


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("retention: {years: 10}", "retention: {years: 10, mode: compliance}", "retention.mode: compliance needs a"),
        ("retention: {years: 10}", "retention: {years: 10, assessment: D1}", "number and its day go together"),
        ("retention: {years: 10}", "retention: {years: 10, mode: forever}", "retention.mode"),
        (
            "retention:",
            f"storage: {{countersigners: [{{key: {KEY}x, at: drop}}]}}\nretention:",
            "this is no public key",
        ),
        ("  - code: PI\n", f"  - code: PI\n    key: {KEY}\n", "is named COO1"),
    ],
)
def test_locking_and_keys_agree_with_the_rest(old: str, new: str, said: str) -> None:
    assert old in STARTING
    assert any(said in fault for fault in faults(STARTING.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [", "study.yaml line 1, column 6: not readable as YAML"),
        ("just words", "the file holds no keys"),
        ("", "the file holds no keys"),
        ("id: a\nid: b\n", "not readable as YAML"),
        ("\tid: a", "not readable as YAML"),
    ],
)
def test_what_is_not_a_protocol_is_one_sentence(text: str, said: str) -> None:
    assert said in faults(text)[0]


def test_bytes_that_are_not_text_are_one_sentence() -> None:
    with pytest.raises(ProtocolError, match="the file is not UTF-8 text"):
        load_protocol(b"id: \xff\xfe")


def test_a_missing_file_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="fieldtrail new DIR"):
        load_protocol(tmp_path)


def test_a_date_is_a_date_and_yes_is_text() -> None:
    assert any(
        "ethics.approvals.0.from" in f for f in faults(STARTING.replace("- from: 2026-01-01", "- from: January"))
    )


def test_a_norwegian_study_may_write_no() -> None:
    assert load_protocol(STARTING.replace("language: en", "language: no").encode()).transcripts.language == "no"  # type: ignore[union-attr]


def test_the_published_schema_is_the_one_of_this_version() -> None:
    assert (ROOT / "docs/study.schema.json").read_text() == json_schema()
