"""Files of registers as rows of ours: encodings, workbooks, REDCap's columns, and what each refuses."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment.feeds import Fed, mapping_faults, read_feed
from recruitment.feeds.logging import change_of, read_logging
from recruitment.registers import CONSENT, RECRUITMENT, Register
from study.protocol.registers import Feed, Logging

TABLE = {
    "file": "registers/r.csv",
    "columns": {"participant_id": "ID", "step": "What", "occurred": "When", "site_id": "Site"},
}
REDCAP = {
    "file": "registers/e.csv",
    "format": "redcap",
    "columns": {"participant_id": "record_id", "site_id": "redcap_data_access_group", "role": "role"},
    "values": {"role": {1: "peer"}},
    "rows": [
        {"columns": {"occurred": "seen"}, "constant": {"step": "identified"}},
        {"columns": {"occurred": "screened"}, "constant": {"step": "screened"}, "when": {"fits": 1}},
        {
            "columns": {"occurred": "screened", "reason_code": "why"},
            "constant": {"step": "ineligible"},
            "when": {"fits": [0, "no"]},
        },
        {"columns": {"occurred": "stop"}, "constant": {"step": "do_not_contact"}},
    ],
}


def feed(base: dict[str, Any], **more: Any) -> Feed:
    return Feed.model_validate({**base, **more})


def read(text: str | bytes, spec: Feed, register: Register = RECRUITMENT, *, is_recorded: bool = False) -> Fed:
    data = text if isinstance(text, bytes) else text.encode()
    return read_feed(data, spec, register, is_recorded=is_recorded)


def rows(fed: Fed, *fields: str) -> list[tuple[Any, ...]]:
    assert fed.frame is not None
    return [(n, *r) for n, r in zip(fed.frame.index, fed.frame[list(fields)].itertuples(index=False), strict=True)]


def fault(fed: Fed) -> str:
    (only,) = fed.faults
    return str(only.error) if only.error else f"missing {only.missing}"


class TestTables:
    def test_words_days_and_constants_become_ours_and_the_rest_stays(self) -> None:
        spec = feed(TABLE, dates="%d.%m.%Y", values={"step": {"rang": "approached"}}, constant={"role": "peer"})
        fed = read("ID,What,When,Site,Note\nP1,rang,05.03.2016,S1,x\n,,,,\nP2,met,2016-03-05,,\n", spec)
        assert rows(fed, "participant_id", "step", "occurred", "site_id", "role", "reason_code") == [
            (2, "P1", "approached", "2016-03-05", "S1", "peer", ""),
            (4, "P2", "met", "not as declared: 2016-03-05", "", "peer", ""),
        ]

    def test_only_rows_that_are_wanted_are_read(self) -> None:
        fed = read("ID,What,When,Site\nP1,a,1,S1\nP2,b,2,S1\n", feed(TABLE, when={"What": ["b", "c"]}))
        assert rows(fed, "participant_id") == [(3, "P2")]
        assert fed.passed_over == 1

    @pytest.mark.parametrize("separator", ["semicolon", "tab"])
    def test_other_separators_are_declared(self, separator: str) -> None:
        text = "ID,What,When,Site\nP1,a,1,S1\n".replace(",", {"semicolon": ";", "tab": "\t"}[separator])
        assert rows(read(text, feed(TABLE, separator=separator)), "site_id") == [(2, "S1")]
        assert f"separator: {separator}" in fault(read(text, feed(TABLE)))

    def test_clock_times_take_the_declared_zone(self) -> None:
        spec = feed(TABLE, dates="%Y-%m-%d %H:%M", zone="America/Los_Angeles")
        fed = read("ID,What,When,Site\nP1,a,2016-03-05 23:30,S1\n", spec)
        assert rows(fed, "occurred") == [(2, "2016-03-05T23:30:00-08:00")]

    @pytest.mark.slow
    @settings(max_examples=40, deadline=None)
    @given(st.dates(), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y"]))
    def test_every_day_so_written_is_read_as_itself(self, day, dates) -> None:
        written = day.strftime(dates.replace("%Y", f"{day.year:04d}"))
        fed = read(f"ID,What,When,Site\nP1,a,{written},S1\n", feed(TABLE, dates=dates))
        assert rows(fed, "occurred") == [(2, day.isoformat())]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
    def test_declared_encodings_are_read(self, encoding: str) -> None:
        text = "ID,What,When,Site\nP1,a,1,né\n".encode(encoding)
        assert rows(read(text, feed(TABLE, encoding=encoding)), "site_id") == [(2, "né")]

    @pytest.mark.parametrize(
        ("written", "declared", "said"),
        [
            ("cp1252", "utf-8", "row 3, column What: the text is not UTF-8"),
            ("utf-8", "cp1252", "row 3, column What: the text is not cp1252. Write `encoding: utf-8` in study.yaml"),
            ("utf-8-sig", "latin-1", "Write `encoding: utf-8-sig` in study.yaml"),
            ("utf-16", "utf-8", "the text is not UTF-8. Write `encoding: utf-16` in study.yaml"),
        ],
    )
    def test_another_encoding_is_named_with_its_cell(self, written: str, declared: str, said: str) -> None:
        data = "ID,What,When,Site\nP1,a,1,S1\nP2,né,2,S1\nP3,do_not_contact,3,S1\n".encode(written)
        fed = read(data, feed(TABLE, encoding=declared))
        assert said in fault(fed)
        if written != "utf-16":
            assert rows(fed, "participant_id", "step") == [(4, "P3", "do_not_contact")]


class TestFaultyFiles:
    def test_withdrawals_are_taken_though_a_column_is_missing(self) -> None:
        fed = read("ID,What,When\nP1,approached,2016-01-02\nP2,withdrawn,2016-01-03\n", feed(TABLE))
        assert fault(fed) == "missing Site"
        assert rows(fed, "participant_id", "step", "site_id") == [(3, "P2", "withdrawn", "")]

    def test_a_person_has_one_row_where_a_row_is_a_person(self) -> None:
        spec = feed({**TABLE, "columns": {"participant_id": "ID"}, "rows": REDCAP["rows"]})
        text = "ID,seen,screened,fits,why,stop\nP1,2016-01-02,,,,\nP2,,,,,2016-02-01\nP1,2016-01-03,,,,\n"
        fed = read(text, spec)
        assert "registers/r.csv, rows 2, 4, column ID: a participant has two rows" in fault(fed)
        assert rows(fed, "participant_id", "step") == [(3, "P2", "do_not_contact")]

    def test_no_rows_at_all_are_a_fault_once_rows_are_recorded(self) -> None:
        header = "ID,What,When,Site\n"
        assert read(header, feed(TABLE)).faults == ()
        assert "row 2, column ID: the file has a header and no row" in fault(
            read(header, feed(TABLE), is_recorded=True)
        )

    def test_a_name_that_two_columns_have_is_not_guessed(self) -> None:
        fed = read("ID,What,When,Site,Site\nP2,withdrawn,2016-01-03,a,b\n", feed(TABLE))
        assert "row 1, column Site: several columns have this name" in fault(fed)
        assert fed.frame is None


def book(change: Any = None, when: Any = datetime(2016, 3, 5)) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "List"
    sheet.append(["ID", "What", "When", "Site", "Age of row"])
    sheet.append(["P1", "approached", when, 7, "=TODAY()-C2"])
    sheet.append(["P2", "withdrawn", datetime(2016, 4, 5), "S1", None])
    if change:
        change(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


class TestWorkbooks:
    spec = feed(TABLE, file="registers/r.xlsx", dates="%m/%d/%Y")

    @pytest.mark.parametrize(
        ("when", "day"),
        [
            (datetime(2016, 3, 5), "2016-03-05"),
            ("03/05/2016", "2016-03-05"),
            ("2016-03-05", "not as declared: 2016-03-05"),
            (42434, "not as declared: 42434"),
            (datetime(2016, 3, 5, 14, 30), "not as declared: 2016-03-05 14:30:00"),
        ],
    )
    def test_days_are_days_or_written_as_declared(self, when: Any, day: str) -> None:
        assert rows(read(book(when=when), self.spec), "occurred", "site_id")[0] == (2, day, "7")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (
                lambda b: b["List"].merge_cells("B1:C1"),
                "row 1, column B: the header cells B1:C1 are merged",
            ),
            (lambda b: b["List"].cell(3, 4, "=A3"), "sheet List, row 3, column Site: the cell holds a formula"),
            (lambda b: b.create_sheet("Old"), "nothing says which is the register. Write `sheet:` in study.yaml"),
            (
                lambda b: (b.create_sheet("Old"), setattr(b["List"], "sheet_state", "hidden")),
                "the workbook has 2 sheets, some of them hidden",
            ),
            (lambda b: b["List"].cell(3, 9, "x"), "sheet List, row 3, column I: the cell holds a value"),
        ],
    )
    def test_what_is_not_plain_stops_all_but_the_withdrawals(self, change: Any, said: str) -> None:
        fed = read(book(change), self.spec)
        assert said in fault(fed)
        assert rows(fed, "participant_id", "step") == [(3, "P2", "withdrawn")]

    def test_a_hidden_sheet_is_not_read_even_when_named(self) -> None:
        hidden = book(lambda b: (b.create_sheet("Old"), setattr(b["List"], "sheet_state", "hidden")))
        assert "sheet List: the sheet is hidden" in fault(read(hidden, feed(TABLE, file="r.xlsx", sheet="List")))
        assert "has no sheet Lost. Its sheets are List" in fault(read(book(), feed(TABLE, file="r.xlsx", sheet="Lost")))


EXPORT = """record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,role,\
seen,screened,fits,why,stop,signed,uses___1,uses___2,uses____9
P1,base_arm_1,,,north,1,2016-01-02,2016-01-05,1,,,,0,0,0
P1,base_arm_1,consent,1,north,,,,,,,2016-01-10,1,0,1
P1,base_arm_1,consent,2,north,,,,,,,2016-02-10,1,1,0
P2,base_arm_1,,,south,9,2016-01-03,2016-01-05,no,3,2016-01-06,,0,0,0
"""
SIGNED = {
    "file": "registers/e.csv",
    "format": "redcap",
    "instrument": "consent",
    "columns": {"participant_id": "record_id", "occurred": "signed", "scopes": "uses", "witness": "role"},
    "values": {"scopes": {1: "take_part", 2: "record", -9: "quote"}},
    "constant": {"form_id": "F", "form_version": 1, "action": "given"},
    "carried": ["participant_id", "witness"],
}


class TestRedcap:
    def test_one_wide_row_gives_the_steps_whose_days_it_holds(self) -> None:
        fed = read(EXPORT, feed(REDCAP))
        assert rows(fed, "participant_id", "site_id", "role", "step", "occurred", "reason_code") == [
            (2, "P1", "north", "peer", "identified", "2016-01-02", ""),
            (2, "P1", "north", "peer", "screened", "2016-01-05", ""),
            (5, "P2", "south", "9", "identified", "2016-01-03", ""),
            (5, "P2", "south", "9", "ineligible", "2016-01-05", "3"),
            (5, "P2", "south", "9", "do_not_contact", "2016-01-06", ""),
        ]
        assert fed.passed_over == 2

    def test_a_repeating_instrument_with_a_checkbox_gives_one_row_an_instance(self) -> None:
        fed = read(EXPORT, feed(SIGNED), CONSENT)
        assert rows(fed, "participant_id", "form_version", "scopes", "witness") == [
            (3, "P1", "1", "take_part;quote", "1"),
            (4, "P1", "1", "take_part;record", "1"),
        ]

    def test_labelled_exports_say_the_same(self) -> None:
        labelled = (
            "Record ID,Event Name,Repeat Instrument,Repeat Instance,Data Access Group,Role,Signed,"
            '"Uses (choice=Take part)","Uses (choice=Be recorded, on tape)",Complete?,Complete?\n'
            "P1,Base,,,North,Peer,,Unchecked,Unchecked,Complete,\n"
            "P1,Base,Consent,1,North,,2016-01-10,Checked,Unchecked,,Complete\n"
        )
        spec = feed(
            SIGNED,
            instrument="Consent",
            event="Base",
            columns={"participant_id": "Record ID", "occurred": "Signed", "scopes": "Uses", "witness": "Role"},
            values={"scopes": {"Take part": "take_part", "Be recorded, on tape": "record"}},
        )
        fed = read(labelled, spec, CONSENT)
        assert rows(fed, "participant_id", "scopes", "witness") == [(3, "P1", "take_part", "Peer")]

    def test_a_tick_that_is_none_is_left_for_the_checks(self) -> None:
        fed = read(EXPORT.replace("2016-01-10,1,0,1", "2016-01-10,1,maybe,0"), feed(SIGNED), CONSENT)
        assert rows(fed, "scopes")[0] == (3, "take_part;maybe")

    def test_of_another_project_nobody_is_taken(self) -> None:
        fed = read(EXPORT.replace("record_id", "animal_id", 1), feed(REDCAP))
        assert "row 1, column animal_id: this is the export of another project" in fault(fed)
        assert fed.frame is None

    def test_mapped_fields_that_are_missing_are_all_named(self) -> None:
        fed = read("record_id,stop\nP2,2016-01-06\n", feed(REDCAP))
        missing = ["redcap_data_access_group", "role", "fits", "seen", "screened", "why"]
        assert sorted(f.missing for f in fed.faults) == sorted(missing)
        assert rows(fed, "participant_id", "step") == [(2, "P2", "do_not_contact")]

    def test_the_same_instance_twice_and_no_rows_are_faults(self) -> None:
        twice = EXPORT + EXPORT.splitlines()[2] + "\n"
        assert "rows 3, 6, column record_id: two rows of the export" in fault(read(twice, feed(SIGNED), CONSENT))
        assert "no row" in fault(read(EXPORT.splitlines()[0] + "\n", feed(REDCAP)))


def test_a_mapping_names_fields_of_the_register_and_every_essential_one() -> None:
    spec = feed(TABLE, columns={"participant_id": "ID", "steps": "What"}, constant={"occurred": "x"})
    faults = [str(f) for f in mapping_faults(spec, RECRUITMENT.columns, ("participant_id", "step", "occurred"), "k")]
    assert faults[0].startswith("study.yaml, k.columns.steps: the register has no such field. Fields: participant_id, ")
    assert faults[1] == ("study.yaml, k.columns: the field step comes from no column. Map step, or give it a constant.")
    assert len(faults) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"dates": "%m/%d/%Y %H:%M"},
        {"dates": "MM/DD/YYYY"},
        {"sheet": "A"},
        {"instrument": "consent"},
        {"file": "registers/r.ods"},
        {"zone": "Mars"},
    ],
)
def test_a_feed_that_contradicts_itself_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"[a-z`]"):
        feed(TABLE, **wrong)


LOG = """Time / Date,Username,Action,List of Data Changes OR Fields Exported
2016-03-01 10:00,ana,Created Record P1,"record_id = 'P1', signed = '2016-01-09'"
2016-03-02 10:00,ben,Updated Record P1 (Base (Arm 1)),"[instance = 1], signed = '2016-01-10', uses(2) = unchecked"
2016-03-03 10:00,ben,Manage/Design,Edit form
2016-03-04 10:00,ben,Update record P2,"signed = '2016-01-10'"
"""


@pytest.mark.parametrize(
    ("row", "who"),
    [
        ({"participant_id": "P1", "occurred": "2016-01-10", "scopes": "x"}, "ben"),
        ({"participant_id": "P1", "occurred": "2016-01-11", "scopes": "take_part"}, "ben"),
        ({"participant_id": "P1", "occurred": "2016-01-11", "scopes": "take_part;record"}, None),
        ({"participant_id": "P1", "occurred": "2016-01-09", "scopes": "record"}, None),
        ({"participant_id": "P3", "occurred": "2016-01-10", "scopes": ""}, None),
    ],
)
def test_the_log_holds_a_change_or_does_not(row: dict[str, str], who: str | None) -> None:
    entries = read_logging(LOG.encode(), Logging(file="registers/logging.csv"))
    assert [e.what for e in entries] == ["creat", "updat", "updat"]
    found = change_of(entries, feed(SIGNED), CONSENT, [{**dict.fromkeys(CONSENT.columns, ""), **row}])
    assert (found.who if found else None) == who
