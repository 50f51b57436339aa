"""What is due on a day of the first example: lists of people under restricted/, counts and ways to act on the page."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recruitment import GATES, fold_recruitment
from recruitment.consent import SCOPES
from recruitment.facts import consent_facts
from recruitment.tally import tally_facts, ways
from study import Fact, Subject
from tasks.call_list import due_section, lists_written, write_lists
from tasks.due import due_today
from tasks.erasing import LISTS, Plan, erase, written_down
from tasks.opening import amendment_facts, opening_facts
from tasks.recruitment import Tracked, recruitment_readings, tracked_consent, tracked_recruitment
from tasks.registers import Registers, read_registers
from tasks.reporting import progress_on, write_report
from tasks.site_diagrams import site_diagrams
from tasks.workspace import StudyRequest, Workspace, opened

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2016, 2, 20)
Opened = tuple[Workspace, Registers]


def recorded(study: Path, day: date = DAY, *, edit: tuple[str, str, str] | None = None) -> None:
    """Record what the registers of a fresh copy say as of a day; `edit` changes text of one file first."""
    shutil.copytree(EXAMPLES / "fsp" / "study", study)
    if edit:
        path, old, new = edit
        text = (study / path).read_text()
        assert old in text
        (study / path).write_text(text.replace(old, new))
    with opened(StudyRequest(study=str(study), as_of=day), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
        place.trail.append(amendment_facts.fn(place))
        registers = read_registers.fn(place)
        rows = registers.frames["consent"]
        readings = recruitment_readings(place, registers)
        readings += [consent_facts(rows, place.events(), registers.codes, place.protocol, today=day.isoformat())]
        place.trail.append([f for r in readings for f in (*r.withdrawals, *r.facts)])
        found = ways(registers.frames["recruitment"], registers.consented)
        place.trail.append(tally_facts(found, "a" * 64, place.events(), now=place.instant))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("due") / "fsp"
    recorded(target)
    return target


@pytest.fixture
def place(study: Path) -> Iterator[Opened]:
    with opened(StudyRequest(study=str(study), as_of=DAY), "status") as place:
        yield place, read_registers.fn(place)


def tracked(place: Workspace, registers: Registers) -> Tracked:
    return Tracked(registers, [], [], [], [], ways(registers.frames["recruitment"], registers.consented))


def rows(study: Path, name: str) -> list[dict[str, str]]:
    with (study / "restricted" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_who_is_due_a_contact_is_called_by_name_and_listed_by_code(study: Path, place: Opened):
    due = due_today(*place)
    lists_written(place[0], due)
    register = (study / "registers/recruitment.csv").read_text().splitlines()
    (call,) = [row for row in rows(study, "call_list.csv") if row["participant_id"] == "P031"]
    assert (call["name"], call["phone"], call["due"], call["attempts"]) == (
        "Tessa Nobodyson",
        "(555) 555-0130",
        "2016-02-02",
        "2",
    )
    assert sum(re.match(r"P031,S087,\w+,(approached|invited),2016-0[12]", line) is not None for line in register) == 2
    assert [r["participant_id"] for r in rows(study, "due_list.csv")] == [row.participant for row in due.rows]
    assert all("registers/recruitment.csv" in row["how"] for row in rows(study, "due_list.csv"))


def test_every_line_says_how_to_act_and_holds_no_code_and_no_name(place: Opened):
    section = due_section(*place)
    assert {line.group for line in section.lines} == {"People", "Consent", "Sites"}
    codes = place[0].protocol.participants.code_pattern
    for line in section.lines:
        assert re.search(r"registers/\w+\.csv|restricted/\S+|fieldtrail run|Ask ", f"{line.how} {line.where}")
        assert not re.search(rf"\b{codes}\b|Nobodyson", f"{line.what} {line.day} {line.how}")
    assert section.lists == (
        ("restricted/call_list.csv", "names and phones"),
        ("restricted/due_list.csv", "by participant code"),
    )


def test_the_lists_are_those_an_erasure_takes_along(study: Path, place: Opened):
    write_lists.fn(place[0], tracked(*place))
    assert {path.name for path in (study / "restricted").glob("*_list.*")} == set(LISTS)


def test_the_lists_are_the_same_whichever_register_was_read(study: Path, place: Opened):
    listed = study / "restricted/due_list.csv"
    write_lists.fn(place[0], tracked(*place))
    after_recruitment = listed.read_bytes()
    listed.unlink()
    write_lists.fn(place[0], replace(tracked(*place), ways={}))
    assert listed.read_bytes() == after_recruitment
    assert b"contact" in after_recruitment


def test_the_lists_are_made_again_only_when_something_they_rest_on_changed(study: Path, place: Opened):
    workspace, registers = place
    said = write_lists.fn(workspace, tracked(*place))
    listed, page = study / "restricted/due_list.csv", study / "out/due.html"
    listed.write_text("untouched")
    assert write_lists.fn(workspace, tracked(*place)) == said
    assert listed.read_text() == "untouched"
    page.unlink()
    assert write_lists.fn(workspace, tracked(*place)) == said
    assert listed.read_text() != "untouched"
    assert b"What is due on 20 February 2016" in page.read_bytes()
    listed.write_text("untouched")
    registers.data = {**registers.data, "recruitment": {"registers/recruitment.csv": b"another"}}
    write_lists.fn(workspace, tracked(*place))
    assert listed.read_text() != "untouched"


def test_without_identities_there_is_no_call_list_and_none_is_left(study: Path, place: Opened):
    lists_written(place[0], due_today(*place))
    kept = (study / "restricted/identities.csv").read_bytes()
    (study / "restricted/identities.csv").unlink()
    try:
        ((path, what),) = due_section(*place).lists
    finally:
        (study / "restricted/identities.csv").write_bytes(kept)
    assert (path, "no call list" in what) == ("restricted/due_list.csv", True)
    assert not (study / "restricted/call_list.csv").exists()


@pytest.mark.slow
def test_nobody_is_called_while_no_approval_is_in_force(tmp_path: Path):
    recorded(
        tmp_path / "fsp", edit=("study.yaml", "from: 2015-05-01, to: 2016-04-30", "from: 2015-05-01, to: 2016-02-18")
    )
    with opened(StudyRequest(study=str(tmp_path / "fsp"), as_of=DAY), "status") as place:
        due = due_today(place, read_registers.fn(place))
        assert [row for row in due.rows if row.is_by_talking] == []
        assert "11 contacts are held back" in due.section.notes[0]
        (line,) = [line for line in due.section.lines if "approval" in line.what]
        assert (line.tone, line.where) == ("bad", "fieldtrail run STUDY record-amendment")


@pytest.mark.slow
def test_who_consented_is_contacted_only_while_consent_to_take_part_is_in_force(study: Path, tmp_path: Path):
    """The gate `contact`: each scope taken away; only the one it needs holds the contact back."""
    copy = shutil.copytree(study, tmp_path / "fsp")
    day = date(2016, 3, 1)

    def due(*withdrawn: str) -> tuple[set[str], tuple[str, ...], set[str]]:
        with opened(StudyRequest(study=str(copy), as_of=day), "status") as place:
            about = (Subject("participant", place.trail_code("P037")),)
            data = {"ordinal": 90 + len(withdrawn), "version": 1, "row": "0" * 64, "disposition": "keep"}
            if withdrawn:
                place.trail.append([Fact("consent.withdrawn", "2016-02-25", about, data={**data, "scopes": withdrawn})])
            found = due_today(place, read_registers.fn(place))
            lists_written(place, found)
            called = {row["participant_id"] for row in rows(copy, "call_list.csv")}
            return {row.participant for row in found.rows if row.is_by_talking}, found.section.notes, called

    (needed,) = GATES["contact"].scopes
    everybody, notes, called = due()
    assert "P037" in everybody & called
    others = tuple(scope for scope in SCOPES if scope != needed)
    assert due(*others) == (everybody, notes, called)
    enrolled, said, still_called = due(needed)
    assert (enrolled, still_called) == (everybody - {"P037"}, called - {"P037"})
    assert len(said) == 1
    assert said != notes


@pytest.mark.slow
def test_nobody_is_called_at_a_site_that_closed(tmp_path: Path):
    edit = ("registers/recruitment.csv", ",S087,,visited,2016-02-24,,", ",S087,,closed,2016-02-15,,")
    recorded(tmp_path / "fsp", edit=edit)
    with opened(StudyRequest(study=str(tmp_path / "fsp"), as_of=DAY), "status") as place:
        due = due_today(place, read_registers.fn(place))
        assert {row.site for row in due.rows if row.is_by_talking} == {"S012", "S067"}


@pytest.mark.slow
def test_an_erasure_takes_the_lists_along(tmp_path: Path):
    recorded(tmp_path / "fsp")
    with opened(StudyRequest(study=str(tmp_path / "fsp"), as_of=DAY), "withdraw-participant") as place:
        write_lists.fn(place, tracked(place, read_registers.fn(place)))
        decision = place.events()[0].id
        erase(place, written_down(place, decision, lambda: Plan(decision)))
    assert list((tmp_path / "fsp/restricted").glob("*_list.*")) == []


def test_site_diagrams_need_both_files(place: Opened):
    workspace, registers = place
    recruitment = fold_recruitment(workspace.events())
    found = site_diagrams(workspace, registers, recruitment)
    assert len(found.diagrams) == 8
    without = Registers(**{**_fields(registers), "frames": {**registers.frames, "participants": None}})
    missing = site_diagrams(workspace, without, recruitment)
    assert (missing.diagrams, "Not available without restricted/participants.csv" in missing.note) == ((), True)


def test_a_report_for_each_audience_as_of_any_day(study: Path, place: Opened):
    workspace, registers = place
    before = progress_on.fn(workspace, registers, date(2016, 1, 31), as_known_then=False)
    now = progress_on.fn(workspace, registers, DAY, as_known_then=False)
    assert 0 < before.document["interviews"]["full"] < now.document["interviews"]["full"]
    assert progress_on.fn(workspace, registers, DAY, as_known_then=True).document["recruitment"] == {}
    assert now.document["targets"][0]["projection"]["status"] == "projected"
    listed = rows(study, "participants.csv")
    for target in now.document["targets"]:
        held = {r["participant_id"] for r in listed if target["role"] in (None, r["role"]) and r["from"] <= str(DAY)}
        assert target["people"] == len(held) > target["held"]
    made = [
        path
        for audience in ("team", "auditor", "public", "site")
        for path in write_report.fn(
            workspace, progress_on.fn(workspace, registers, DAY, as_known_then=False, audience=audience)
        )
    ]
    names = ("progress", "progress-auditor", "progress-public", "progress-site")
    assert made == [f"out/{name}.{form}" for name in names for form in ("json", "html")]
    for path in made:
        assert not re.search(rf"\b{workspace.protocol.participants.code_pattern}\b", (study / path).read_text())


@pytest.mark.real
def test_tracking_asks_who_of_the_team_acted(place: Opened):
    workspace, registers = place
    interviews = registers.frames["interviews"]
    assert interviews is not None
    registers.frames["interviews"] = interviews.assign(interviewer="DEB1")
    queries = tracked_recruitment.fn(workspace, registers).queries
    assert [q.check for q in queries if q.where.endswith("column interviewer")] == ["RG022"]
    workspace.protocol = workspace.protocol.model_copy(update={"required_training": {"obtain_consent": ["consenting"]}})
    trained = [q for q in tracked_consent.fn(workspace, registers).queries if q.check == "RG023"]
    assert [q.where.split(", ")[0] for q in trained] == ["registers/consent.csv"]


def _fields(registers: Registers) -> dict[str, object]:
    return {name: getattr(registers, name) for name in Registers.__dataclass_fields__}
