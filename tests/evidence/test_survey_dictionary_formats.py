"""Data dictionaries in every format they come in: ours as CSV and workbook, and back; REDCap's."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.survey.dictionary import DataDictionary, Variable, is_dictionary, read_dictionary
from evidence.survey.dictionary_written import written
from evidence.survey.grammar import parse_calculation, parse_condition
from evidence.survey.grammar_nodes import Compared

NAME = "surveys/staff.dictionary.csv"
OURS = (
    "variable,label,type,values,missing,range,required,calculation,constant,identifies,set,waves,note\n"
    "a,A,integer,,-9=,0..10,yes,,,,,1;2,asked by phone\n"
    "b,B,single,1=Yes;0=No,,,,,yes,indirect,,,\n"
    "total,Sum,decimal,,,,,sum(a; b),,,,,\n"
).replace("sum(a; b)", '"sum(a, b)"')


def test_the_newer_columns_are_read():
    dictionary = read_dictionary(OURS.encode(), NAME)
    assert dictionary.faults == ()
    a, b, total = dictionary.variables
    assert (a.is_required, a.waves, a.note, a.missing) == (True, (1, 2), "asked by phone", {-9.0: ""})
    assert (b.is_constant, b.identifies) == (True, "indirect")
    assert total.calculation == parse_calculation("sum(a, b)")


def test_a_workbook_and_a_semicolon_separated_file_are_the_same_dictionary():
    rows = [line.split(",") for line in ["variable,type,range,required", "q1,integer,0..10,TRUE", "q2,text,,"]]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([True if cell == "TRUE" else cell or None for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    wanted = (Variable("q1", type="integer", range=(0.0, 10.0), is_required=True), Variable("q2"))
    for data in (stream.getvalue(), "\n".join(";".join(row) for row in rows).encode("utf-16")):
        dictionary = read_dictionary(data, NAME)
        assert (dictionary.faults, dictionary.variables) == ((), wanted)
        assert is_dictionary(data, NAME)


def test_a_damaged_workbook_is_a_fault_and_no_exception():
    (fault,) = read_dictionary(b"PK\x03\x04 damaged", "staff.xlsx").faults
    assert "not a readable .xlsx workbook" in fault.what


@pytest.mark.parametrize(
    ("row", "column", "what", "remedy"),
    [
        ("q1,intger,,,,", "type", "the word intger is no type", "Did you mean integer?"),
        ("q1,integer,often,,,", "required", "neither yes nor no", "Write yes"),
        ("q1,integer,,directly,,", "identifies", "neither direct nor indirect", "Did you mean direct?"),
        ("q1,integer,,,first,", "waves", "not numbers of waves", "1;2"),
        ("q1,integer,,,0,", "waves", "not numbers of waves", "1;2"),
        ("q1,integer,,,,sum(", "calculation", "not a calculation: expected", "(at character 5)"),
        ("q1,integer,,,,q2 > 1", "calculation", "not a condition; if(condition, 1, 0)", "Write for example"),
        ("q1,integer,,,,agee + 1", "calculation", "asks about agee", "Did you mean age?"),
        ("q1,date,,,,age + 1", "calculation", "a date cannot be calculated", "Remove it"),
    ],
)
def test_each_fault_of_the_newer_columns_has_its_place_and_remedy(row: str, column: str, what: str, remedy: str):
    text = f"variable,type,required,identifies,waves,calculation\n{row}\nage,integer,,,,\n"
    (fault,) = read_dictionary(text.encode(), NAME).faults
    assert fault.where == f"{NAME}, row 2, column {column}"
    assert what in fault.what
    assert remedy in str(fault)


def test_labels_with_semicolons_signs_and_other_scripts_survive():
    labels = {1.0: "a; b = c", 2.0: r"back\slash\; and \=", "1": "text code", "x=y;": "größer", -9.5: "拒绝", "'q'": ""}
    variable = Variable("größe", label='Wie "groß",\nin cm?', type="single", values=labels, missing={".a": "refusé"})
    assert read_dictionary(written(DataDictionary((variable,))), NAME).variables == (variable,)


def test_a_condition_may_ask_about_one_code_of_several():
    text = "variable,type,values,show_if\nrace,multiple,1=A;-2=B,\nwhy,text,,race___1 == 1 or race____2 == 1\n"
    assert read_dictionary(text.encode(), NAME).faults == ()
    (fault,) = read_dictionary(text.replace("race___1 ==", "race___3 ==").encode(), NAME).faults
    assert "asks about race___3" in fault.what


TEXTS = st.text("ab;=\\', \"é", max_size=6).map(str.strip)
CODES = st.one_of(
    st.integers(-99, 999).map(float),
    st.sampled_from([0.5, 1e20]),
    st.text("a1';=\\.", min_size=1, max_size=4),
)
NAMES = ["q1", "q2", "größe", "with space"]


@st.composite
def variables(draw, name: str):
    kind = draw(st.sampled_from(["integer", "decimal", "text", "date", "single", "multiple"]))
    codes = st.dictionaries(CODES, TEXTS, min_size=int(kind in ("single", "multiple")), max_size=3)
    low = draw(st.one_of(st.none(), st.integers(-9, 9).map(float)))
    high = draw(st.one_of(st.none(), st.integers(10, 99).map(float)))
    is_number = kind in ("integer", "decimal")
    conditions = ["q1 == 1 or q2 in ('a;', 'b')", "[q1] = '1' and [q2] <> ''", "not q2 is blank"]
    return Variable(
        name,
        label=draw(TEXTS),
        type=kind,
        values=draw(codes),
        missing=draw(st.dictionaries(CODES, TEXTS, max_size=2)),
        range=(low, high) if is_number and (low, high) != (None, None) else None,
        scale=draw(TEXTS),
        is_reversed=draw(st.booleans()),
        show_if=draw(st.one_of(st.none(), st.sampled_from(conditions).map(parse_condition))),
        is_required=draw(st.booleans()),
        calculation=parse_calculation("round(q1 / 2 + q2, 1)") if is_number and draw(st.booleans()) else None,
        is_constant=draw(st.booleans()),
        identifies=draw(st.sampled_from(["", "direct", "indirect"])),
        set=draw(TEXTS),
        waves=tuple(sorted(draw(st.sets(st.integers(1, 9), max_size=3)))),
        note=draw(TEXTS),
    )


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(*(variables(name) for name in NAMES)))
def test_what_is_written_is_read_back_as_the_same(several):
    dictionary = read_dictionary(written(DataDictionary(several)), NAME)
    assert dictionary.faults == ()
    assert dictionary.variables == several


REDCAP = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?,"
    "Custom Alignment,Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation\n"
    "record_id,staff,,text,Record ID,,,,,,,,,,,,,\n"
    "email,staff,,text,E-mail,,,email,,,y,,,,,,,\n"
    "age,staff,,text,<b>Age</b> &amp; more,,in years,integer,18,99,,,y,,,,,@HIDDEN-SURVEY\n"
    "born,staff,,text,Born,,,date_dmy,,,,,,,,,,\n"
    'race,staff,,checkbox,Race,"1, One, or so | -2, Two",,,,,,[age] > 20,,,,,,\n'
    "mood,staff,,radio,Mood,\"1, Low | 2, High | 3, Både; og\",,,,,,[race(-2)] = '1',,,,m1,,\n"
    "smokes,staff,,yesno,Smokes,,,,,,,,,,,,,\n"
    'total,staff,,calc,Total,"sum([age], [mood])",,,,,,,,,,,,\n'
    "pain,staff,,slider,Pain,None | Some | Much,,,,,,,,,,,,\n"
    "intro,staff,,descriptive,Hello,,,,,,,,,,,,,\n"
    "said,staff,,text,Said,,,,,,,,,,,,,\"@CALCTEXT(if([age] > 50, 'old', 'young'))\"\n"
)


def test_redcaps_dictionary_is_read_as_the_variables_of_its_raw_export():
    dictionary = read_dictionary(REDCAP.encode("utf-8-sig"), "staff_DataDictionary.csv")
    assert dictionary.faults == ()
    assert dictionary.names == (
        "record_id", "email", "age", "born", "race___1", "race____2", "mood", "smokes", "total", "pain", "said",
    )  # fmt: skip
    assert (dictionary["email"].identifies, dictionary["email"].type) == ("direct", "text")
    age = dictionary["age"]
    assert (age.label, age.type, age.range, age.is_required) == ("Age & more", "integer", (18.0, 99.0), True)
    assert age.note == "in years; @HIDDEN-SURVEY"
    assert dictionary["born"].type == "date"
    race = dictionary["race___1"]
    assert (race.label, race.set, race.values) == ("Race: One, or so", "race", {1.0: "Checked", 0.0: "Unchecked"})
    assert race.show_if == dictionary["race____2"].show_if == Compared("age", ">", (20.0,))
    mood = dictionary["mood"]
    assert mood.values == {1.0: "Low", 2.0: "High", 3.0: "Både; og"}
    assert mood.show_if == Compared("race____2", "=", (1.0,))
    assert dictionary["smokes"].values == {1.0: "Yes", 0.0: "No"}
    assert dictionary["total"].calculation == parse_calculation("sum([age], [mood])")
    assert (dictionary["pain"].type, dictionary["pain"].range) == ("integer", (0.0, 100.0))
    assert dictionary["said"].calculation == parse_calculation("if([age] > 50, 'old', 'young')")


def test_the_api_names_of_redcaps_columns_are_read_alike():
    names = (
        "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,field_note,"
        "text_validation_type_or_show_slider_number,text_validation_min,text_validation_max,identifier,"
        "branching_logic,required_field,custom_alignment,question_number,matrix_group_name,matrix_ranking,"
        "field_annotation"
    )
    body = REDCAP.partition("\n")[2]
    assert (
        read_dictionary(f"{names}\n{body}".encode(), "dd.csv").variables
        == read_dictionary(REDCAP.encode(), "dd.csv").variables
    )


def test_redcaps_dictionary_converted_is_ours_without_a_fault():
    first = read_dictionary(REDCAP.encode(), "dd.csv")
    again = read_dictionary(written(first), NAME)
    assert again.faults == ()
    assert again.variables == first.variables
    assert is_dictionary(REDCAP.encode(), "dd.csv")
    assert not is_dictionary(b"resp_id,site_id\n1,2\n", "staff.csv")


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("[age] > 20", "[user-name] = 'x'", "row 6, column Branching Logic (Show field only if...)", "smart variable"),
        ("[race(-2)]", "[race]", "row 7, column Branching Logic (Show field only if...)", "asks about race"),
        ("1, Low |", "Low |", "row 7, column Choices, Calculations, OR Slider Labels", "'Low' is not code, label"),
        (",yesno,", ",yesnoo,", "row 8, column Field Type", "yesnoo is no field type"),
        ("sum([age]", "total([age]", "row 9, column Choices, Calculations, OR Slider Labels", "total is no function"),
        ("integer,18,", "integer,x,", "row 4, column Text Validation Min", "not a number"),
        ("smokes,staff", "mood,staff", "row 8, column Variable / Field Name", "the variable mood is already in row 7"),
    ],
)
def test_faults_of_redcaps_dictionary_name_its_rows_and_columns(old: str, new: str, where: str, what: str):
    dictionary = read_dictionary(REDCAP.replace(old, new).encode(), "dd.csv")
    (fault,) = dictionary.faults
    assert fault.where == f"dd.csv, {where}"
    assert what in fault.what
    assert len(dictionary.variables) >= 10


def test_a_condition_at_fault_is_left_out_of_what_is_written():
    unknown = REDCAP.replace("[race(-2)]", "[race]").replace("[age] > 20", "[user-name] = 'x'")
    dictionary = read_dictionary(unknown.encode(), "dd.csv")
    assert len(dictionary.faults) == 2
    assert read_dictionary(written(dictionary), NAME).faults == ()


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([OURS, REDCAP]), st.integers(0, 2000), st.binary(max_size=8), st.integers(0, 40))
def test_no_content_makes_reading_fail(text: str, at: int, put: bytes, cut: int):
    data = text.encode()
    damaged = data[:at] + put + data[at + cut :]
    dictionary = read_dictionary(damaged, NAME)
    assert read_dictionary(written(dictionary), NAME).variables == dictionary.variables or not dictionary.variables
    is_dictionary(damaged, NAME)
