"""Registers in the team's own files, as a study reads them: the same acts, the same places, nothing lost or doubled."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from expectations.check import Suite
from recruitment.registers import FIRST_FORM_ROW, REGISTERS
from study import Event, Protocol, Query, load_protocol
from tasks.checking import study_checked
from tasks.erasure_plan import _fed
from tasks.feeds import in_its_file, sources_of
from tasks.opening import opening_facts
from tasks.queries import settle_queries
from tasks.record import record
from tasks.recruitment import is_of_consent, is_of_recruitment, tracked_consent, tracked_recruitment, uncovered
from tasks.registers import read_registers
from tasks.workspace import StudyRequest, opened

EXAMPLES = Path(__file__).parents[2] / "examples"
RECRUITMENT = "registers/recruitment.csv"
CONSENT = "registers/consent.csv"
SCOPES = ("take_part", "record", "transcribe", "quote", "recontact", "audit", "archive")
FEEDS = """
registers:
  recruitment:
    file: registers/tracking.xlsx
    sheet: Contacts
    dates: "%m/%d/%Y"
    columns: {participant_id: Study ID, site_id: Clinic, role: Job, step: What, occurred: When, reason_code: Why}
    values: {step: {Wrote: approached, Left: withdrawn, Leave alone: do_not_contact}, role: {Peer: peer_provider}}
  consent:
    file: registers/redcap.csv
    format: redcap
    encoding: cp1252
    instrument: consent
    columns:
      {participant_id: record_id, form_version: version, language: lang, action: action, occurred: date, mode: mode,
       scopes: uses, obtained_by: staff, copy_given: copy, disposition: disposition}
    values:
      scopes: {1: take_part, 2: record, 3: transcribe, 4: quote, 5: recontact, 6: audit, 7: archive}
      copy_given: {0: "no", 1: "yes"}
    constant: {form_id: FSP-INT}
  logging: {file: registers/logging.csv}
"""


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first example opened, without its planted defects."""
    root = tmp_path_factory.mktemp("once") / "fsp"
    shutil.copytree(EXAMPLES / "fsp" / "study", root)
    with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
    return root


@pytest.fixture
def study(opened_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it; its measured features are looked at as they are, for what is asked here is where rows come from."""
    monkeypatch.setattr("tasks.registers.validate", failing)
    shutil.copytree(opened_once, tmp_path / "fsp")
    return tmp_path / "fsp"


def failing(rows: pd.DataFrame, suite: Suite, *, study: Protocol, place: str) -> list[Query]:
    about = {"study": study.id, "subject": suite.subject, "place": place, "where": suite.file, "message": "No."}
    bad = [check for check in suite.checks if rows[check.feature].eq(False).any()]
    return [Query.raised(check.id, check.severity, rows=["some"], **about) for check in bad]


def track(study: Path) -> tuple[list[Query], tuple[str, ...]]:
    """Both registers' flows without Prefect: the queries that stand, and what waits for somebody."""
    found: list[Query] = []
    with opened(StudyRequest(study=str(study)), "track-recruitment") as place:
        registers = read_registers.fn(place)
        tracked = tracked_recruitment.fn(place, registers)
        record.fn(place, [*tracked.withdrawals, *tracked.facts])
        settled = settle_queries.fn(place, tracked.queries, is_of_recruitment(place, tracked))
        found += [*settled.new, *settled.persisting]
        waiting = tracked.waiting
        tracked = tracked_consent.fn(place, registers)
        record.fn(place, [*tracked.withdrawals, *tracked.facts])
        queries = [*tracked.queries, *uncovered.fn(place, tracked)]
        settled = settle_queries.fn(place, queries, is_of_consent(place, tracked))
        found += [*settled.new, *settled.persisting]
    return found, (*waiting, *tracked.waiting)


def places(study: Path) -> list[tuple[str, str]]:
    return [(q.check, q.where) for q in track(study)[0]]


def events(study: Path) -> list[Event]:
    with opened(StudyRequest(study=str(study)), "status") as place:
        return [e for e in place.events() if not e.kind.startswith(("query.", "run."))]


def of_person(study: Path, participant: str) -> Counter[str]:
    with opened(StudyRequest(study=str(study)), "status") as place:
        code = place.known_trail_codes().get(participant)
        return Counter(e.kind for e in place.events() if code and e.subject_id("participant") == code)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def american(day: str) -> str:
    return "/".join((day[5:7], day[8:10], day[:4]))


def as_workbook(study: Path, change: Callable[[openpyxl.Workbook], None] = lambda book: None) -> None:
    """registers/recruitment.csv as the workbook that FEEDS describes."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Contacts")
    sheet.append(["Study ID", "Clinic", "Job", "What", "When", "Why", "Days since"])
    words = {"approached": "Wrote", "withdrawn": "Left", "peer_provider": "Peer"}
    for n, r in enumerate(rows_of(study / RECRUITMENT), start=2):
        cells = [r[c] for c in ("participant_id", "site_id", "role", "step", "occurred", "reason_code")]
        cells = [words.get(c, c) for c in cells]
        cells[4] = american(cells[4])
        sheet.append([c or None for c in cells] + [f"=TODAY()-E{n}"])
    change(book)
    book.save(study / "registers/tracking.xlsx")


HEADER = [
    "record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group", "version", "lang",
    "action", "date", "mode", *(f"uses___{n}" for n in range(1, 8)), "staff", "copy", "disposition", "note",
]  # fmt: skip


def as_redcap(study: Path, change: Callable[[list[list[str]]], None] = lambda rows: None) -> None:
    """registers/consent.csv as the REDCap export that FEEDS describes, in the other export encoding."""
    rows: list[list[str]] = [list(HEADER)]
    for n, r in enumerate(rows_of(study / CONSENT), start=1):
        ticks = ["1" if s in r["scopes"].split(";") else "0" for s in SCOPES]
        copy = {"yes": "1", "no": "0", "": ""}[r["copy_given"]]
        act = [r[c] for c in ("form_version", "language", "action", "occurred", "mode")]
        rows.append([r["participant_id"], "", "", "north", *[""] * 5, *["0"] * 7, "", "", "", ""])
        by = [r["obtained_by"], copy, r["disposition"], "né"]
        rows.append([r["participant_id"], "consent", str(n), "north", *act, *ticks, *by])
    change(rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    (study / "registers/redcap.csv").write_bytes(text.getvalue().encode("cp1252"))


def mapped(study: Path) -> None:
    with (study / "study.yaml").open("a") as protocol:
        protocol.write(FEEDS)
    as_workbook(study)
    as_redcap(study)


@pytest.mark.slow
def test_the_same_register_in_other_files_is_the_same_register(study: Path) -> None:
    assert track(study) == ([], ())
    before = events(study)
    mapped(study)
    assert track(study) == ([], ())
    new = [e for e in events(study) if e.id not in {b.id for b in before}]
    assert [e.kind for e in new] == ["recruitment.tallied"]
    shown = {k: v for k, v in new[0].data.items() if k != "source"}
    assert shown in [{k: v for k, v in e.data.items() if k != "source"} for e in before]
    checked = study_checked(study)
    assert [f for f in checked.faults if "registers" in f.where] == []
    consents = len(rows_of(study / CONSENT))
    assert checked.said[1].startswith(f"registers/redcap.csv (consent): {consents} rows understood as ")
    assert checked.said[1].endswith(f"; {consents} of the file give no row of this register.")


@pytest.mark.slow
def test_faults_are_named_where_the_team_sees_them_and_checking_records_nothing(study: Path) -> None:
    mapped(study)

    def spoilt(rows: list[list[str]]) -> None:
        rows[2][7] = "02/20/2016"
        rows[4][12] = "maybe"
        rows[6][4] = "9"

    as_redcap(study, spoilt)
    as_workbook(study, lambda book: book["Contacts"].cell(4, 4, "Rang"))
    before = len(events(study))
    faults = {f.where: f"{f.what}. {f.remedy}" for f in study_checked(study).faults if f.where.startswith("registers")}
    assert sorted(faults) == [
        "registers/redcap.csv (consent), row 3, column date",
        "registers/redcap.csv (consent), row 5, column uses",
        "registers/redcap.csv (consent), row 7, column version",
        "registers/tracking.xlsx, sheet Contacts (recruitment), row 4, column What",
    ]
    assert "another format than YYYY-MM-DD" in faults["registers/redcap.csv (consent), row 3, column date"]
    assert len(events(study)) == before
    found = {where for _, where in places(study)}
    assert set(faults) - {"registers/redcap.csv (consent), row 7, column version"} <= found


def test_a_form_is_no_row_of_the_first_file(study: Path) -> None:
    mapped(study)
    sources = sources_of(load_protocol(study), REGISTERS["consent"])
    rows, where = ["3", str(FIRST_FORM_ROW + 2)], "registers/consent.csv, column mode"
    about = {"study": "fsp", "subject": "register:consent", "place": "r", "where": where, "message": "No."}
    shown = in_its_file(Query.raised("RG014", "block", rows=rows, **about), REGISTERS["consent"], sources)
    assert shown.where == (
        "registers/redcap.csv (consent), row 3, column mode; registers/consent.csv, entry form 2, column mode"
    )
    assert shown.rows == tuple(rows)


def test_an_erasure_looks_for_a_person_as_the_file_writes_them(study: Path) -> None:
    mapped(study)
    protocol = study / "study.yaml"
    words = "values: {participant_id: {17: P002, P002: P003}, step: {"
    protocol.write_text(protocol.read_text().replace("values: {step: {", words, 1))
    with opened(StudyRequest(study=str(study)), "withdraw-participant") as place:
        wanted = {table.path: table.values for table in _fed(place, ("P002",))}
        assert wanted == {"registers/tracking.xlsx": ("17",), "registers/redcap.csv": ("P002",)}
        assert {table.values for table in _fed(place, ("P001",))} == {("P001",)}


def merged(book: openpyxl.Workbook) -> None:
    book["Contacts"].merge_cells("A1:B1")


def leaves(book: openpyxl.Workbook) -> None:
    book["Contacts"].append(["P002", "S052", "Peer", "Leave alone", "05/02/2016"])


@pytest.mark.slow
def test_of_a_workbook_at_fault_nothing_is_recorded_but_the_wish_to_be_left_alone(study: Path) -> None:
    mapped(study)
    as_workbook(study, lambda book: (leaves(book), merged(book)))
    where = "registers/tracking.xlsx, sheet Contacts, row 1, column A"
    assert [w for check, w in places(study) if check == "RG018"] == [where]
    kinds = {e.kind for e in events(study)}
    assert "recruitment.enrolled" not in kinds
    assert of_person(study, "P002")["recruitment.withdrawn"] == 1
    as_workbook(study, leaves)
    assert "RG009" not in {check for check, _ in places(study)}
    assert of_person(study, "P002")["recruitment.withdrawn"] == 1


def withdraws(rows: list[list[str]]) -> None:
    act = ["2", "en", "withdrawn", "2016-06-01", "verbal", *"0000000", "COO1", "", "keep", ""]
    rows.append(["P002", "consent", "9", "north", *act])


def without_staff(rows: list[list[str]]) -> None:
    withdraws(rows)
    for row in rows:
        del row[16]


def of_another_project(rows: list[list[str]]) -> None:
    withdraws(rows)
    rows[0][0] = "animal_id"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "check", "where", "withdrawn"),
    [
        (without_staff, "RG015", "registers/redcap.csv (consent), column staff", 1),
        (of_another_project, "RG018", "registers/redcap.csv, row 1, column animal_id", 0),
    ],
)
def test_of_an_export_at_fault_only_our_own_people_withdraw(
    study: Path, spoil: Callable[[list[list[str]]], None], check: str, where: str, withdrawn: int
) -> None:
    mapped(study)
    as_redcap(study, spoil)
    assert [w for c, w in places(study) if c in ("RG015", "RG018")] == [where]
    assert of_person(study, "P002")["consent.withdrawn"] == withdrawn
    assert not [e for e in events(study) if e.kind == "consent.given"]
    if not withdrawn:
        return
    as_redcap(study, withdraws)
    assert not {"RG009", "RG010", "RG015", "RG018"} & {c for c, _ in places(study)}
    assert of_person(study, "P002")["consent.withdrawn"] == 1


@pytest.mark.slow
def test_a_changed_row_waits_for_a_reason_and_redcaps_log_is_one(study: Path) -> None:
    mapped(study)
    track(study)

    def moved(rows: list[list[str]]) -> None:
        rows[2][7] = "2016-01-08"

    as_redcap(study, moved)
    changed = ("RG009", "registers/redcap.csv (consent), row 3")
    assert places(study) == [changed]
    log = study / "registers/logging.csv"
    header = '"Time / Date",Username,Action,"List of Data Changes OR Fields Exported"\n'
    other = "2016-06-02 10:00,coord,Updated Record P001,\"date = '2016-01-07', note = 'x, y'\"\n"
    log.write_text(header + other)
    assert places(study) == [changed]
    done = "Updated Record P001,\"[instance = 1], date = '2016-01-08'\""
    this = f"2016-06-03 10:00,coord,{done}\n"
    log.write_text(header + other + this)
    assert places(study) == []
    (correction,) = [e for e in events(study) if e.kind == "correction.made"]
    assert (correction.occurred, correction.data["action"]) == ("2016-06-03", "replace")
    given = [e for e in events(study) if e.kind == "consent.given" and e.id == correction.data["replacement"]]
    assert [(e.occurred, e.data["version"]) for e in given] == [("2016-01-08", 2)]
    assert "coord" in next((study / "restricted/records/correction.made").iterdir()).read_text()
    assert places(study) == []


@pytest.mark.slow
def test_a_decided_correction_is_carried_out_once_and_its_reason_stays_here(study: Path) -> None:
    track(study)
    register, decisions = study / CONSENT, study / "registers/decisions.csv"
    whole, decided = register.read_text(), decisions.read_text()
    gone = next(line for line in whole.splitlines(keepends=True) if line.startswith("P010,"))
    register.write_text(whole.replace("given,2016-01-09", "given,2016-01-08", 1).replace(gone, ""))
    codes = {q.check: q.fingerprint[:12] for q in track(study)[0]}
    assert sorted(codes) == ["RG009", "RG010"]
    rows = f"correction,{codes['RG009']},,COO1,2016-06-01,Mistyped.\ncorrection,{codes['RG010']},,COO1,2016-06-01,"
    decisions.write_text(f"{decided.rstrip()}\n{rows}\n")
    found, waiting = track(study)
    assert ("RG010" in {q.check for q in found}, "RG009" in {q.check for q in found}) == (True, False)
    assert [w.partition(", waiting for a correction: ")[2] for w in waiting] == ["a correction needs its reason."]
    decisions.write_text(f"{decided.rstrip()}\n{rows}Somebody else's consent.\n")
    assert not {"RG009", "RG010"} & {c for c, _ in places(study)}
    assert of_person(study, "P010")["consent.given"] == 0
    count = len(events(study))
    track(study)
    assert len(events(study)) == count
    register.write_text(whole)
    assert {c for c, _ in places(study)} == {"RG009"}
    assert of_person(study, "P010")["consent.given"] == 1
    trail = b"".join(p.read_bytes() for p in (study / "trail").rglob("*.jsonl"))
    assert b"Mistyped" not in trail
    assert b"Somebody else" not in trail
