"""A dictionary proposed from a file: its labels, codes and missing codes, types, and what people should look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from evidence.survey import Survey
from evidence.survey.dictionary import DataDictionary, Variable, read_dictionary
from evidence.survey.dictionary_hints import hints
from evidence.survey.dictionary_proposal import propose
from evidence.survey.dictionary_written import written
from evidence.survey.features import answers_as_declared, row_features, variable_features

AGREE = {1.0: "Disagree", 2.0: "Neither", 3.0: "Agree"}
REFUSED = {-9.0: "Refused"}
ROWS = 12


def survey(format: str = "sav", **columns: tuple[list[object], Variable]) -> Survey:
    frame = pd.DataFrame({name: values for name, (values, _) in columns.items()})
    own = DataDictionary(tuple(replace(variable, name=name) for name, (_, variable) in columns.items()))
    return Survey(frame, own, [], "0" * 64, format)  # type: ignore[arg-type]


def labelled() -> Survey:
    items = {
        f"wb{i}": ([1.0, 2.0, 3.0, -9.0] * 3, Variable("", f"Item {i}", "single", AGREE, REFUSED)) for i in (1, 2, 3)
    }
    return survey(
        resp_id=([float(i) for i in range(ROWS)], Variable("", "Respondent", "decimal")),
        site_id=(["A", "B", "C"] * 4, Variable("", "Program", "text")),
        answered=([pd.Timestamp(2026, 3, 1 + i) for i in range(ROWS)], Variable("", "Day", "date")),
        age=([20.0 + i for i in range(11)] + [99.0], Variable("", "Age; in = years", "single", {99.0: "99 or more"})),
        weight=([50.5] * 11 + [-9.0], Variable("", "Weight", "decimal", {}, REFUSED)),
        **items,
        work=([1.0, 2.0, 4.0] * 4, Variable("", "Work", "single", {1.0: "Yes", 2.0: "No"}, {-1.0: ""})),
        sex=(["m", "f"] * 6, Variable("", "Sex", "text", {"m": "Male", "f": "Female", "1": "Other"})),
        first_name=(["Synthetic"] * ROWS, Variable("", "First name", "text")),
        contact=(["x@example.org"] * ROWS, Variable("", "How to reach you", "text")),
        hours=([40.0, -99.0, 10.0] * 4, Variable("", "Hours", "integer")),
    )


def test_a_labelled_file_gives_its_labels_codes_and_missing_codes():
    dictionary = propose(labelled())
    kinds = {v.name: v.type for v in dictionary.variables}
    assert kinds == {
        "resp_id": "integer", "site_id": "text", "answered": "date", "age": "integer", "weight": "decimal",
        "wb1": "single", "wb2": "single", "wb3": "single", "work": "single", "sex": "single", "first_name": "text",
        "contact": "text", "hours": "integer",
    }  # fmt: skip
    assert (dictionary["wb1"].values, dictionary["wb1"].missing) == (AGREE, REFUSED)
    assert dictionary["weight"].missing == REFUSED
    ends = survey(rated=([1.0, 2.0, 3.0, 4.0, 5.0], Variable("", "", "single", {1.0: "Never", 5.0: "Always"})))
    assert (propose(ends)["rated"].type, len(propose(ends)["rated"].values)) == ("integer", 2)
    made_up = [v for v in dictionary.variables if v.scale or v.range or v.is_required or v.calculation or v.show_if]
    assert made_up == []


def test_what_is_proposed_is_written_and_read_back_and_fits_its_file():
    file = labelled()
    dictionary = read_dictionary(written(propose(file)), "surveys/staff.dictionary.csv")
    assert dictionary.faults == ()
    assert dictionary.variables == propose(file).variables
    measured = variable_features(file, dictionary, answers_as_declared(file, dictionary), [])
    assert measured["is_in_file"].all()
    assert measured["is_in_dictionary"].all()
    for feature in ("has_declared_type", "has_declared_label"):
        assert measured[feature].dropna().astype(bool).all()
    for feature in ("value_label_difference_count", "missing_code_difference_count"):
        assert not measured[feature].fillna(0).any()
    assert measured.set_index("variable")["undefined_code_count"]["age"] is None


def test_types_of_a_plain_table_are_guessed_from_its_answers():
    texts = {
        "count": ["1", "20", None], "share": ["0.5", "1", "-2"], "code": ["007", "010", "1"],
        "phone": ["12025550147999999", "1", "2"], "day": ["2026-03-01", "2026-03-02T10:00:00Z", None],
        "nearly": ["2026-03-01", "2026-13-01", None], "blank": [None, None, None],
        "grp___1": ["1", "0", "1"], "said": ["1", "two", None],
    }  # fmt: skip
    file = survey("csv", **{n: (v, Variable("", set="grp" if "___" in n else "")) for n, v in texts.items()})
    assert {v.name: v.type for v in propose(file).variables} == {
        "count": "integer", "share": "decimal", "code": "text", "phone": "text", "day": "date", "nearly": "text",
        "blank": "text", "grp___1": "single", "said": "text",
    }  # fmt: skip
    assert propose(file)["grp___1"].values == {1.0: "Checked", 0.0: "Unchecked"}
    assert any("guessed" in sentence for sentence in hints(file, propose(file)).sentences)


def test_hints_name_variables_and_hold_no_answer():
    file = labelled()
    found = hints(file, propose(file))
    assert (found.key, found.site, found.day) == ("resp_id", "site_id", "answered")
    said = "\n".join(found.sentences)
    assert "wb1 to wb3 (3 variables in a row) have the same answer options" in said
    assert "work has 1 code without a label" in said
    assert "work has 1 missing code without a label" in said
    assert "first_name may identify a person" in said
    assert "contact holds what looks like contact details" in said
    assert "hours has numbers like -9" in said
    assert "age has labels for some of its numbers only" in said
    assert "example.org" not in said
    assert "Synthetic" not in said


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["02/01/2026", "28/02/2026", None], "day first"),
        (["2.1.26", " 28.2.26 10:30"], "day first"),
        (["02/01/2026", "02/28/2026"], "month first"),
        (["02/01/2026", "03-04-2026"], "day first or month first"),
        (["02/01/2026", "soon"], None),
        (["28/02/2026", "02/28/2026"], None),
        (["40/02/2026", "00/01/2026"], None),
        ([None, None], None),
    ],
)
def test_days_written_with_the_year_last_are_said_to_be_text(cells: list[object], order: str | None):
    file = survey("csv", when=(cells, Variable("")))
    assert propose(file)["when"].type == "text"
    said = [s for s in hints(file, propose(file)).sentences if s.startswith("when ")]
    assert [s.partition(":")[0] for s in said] == ([f"when looks like days written {order}"] if order else [])
    assert not any("2026" in s.replace("2026-03-05", "") for s in said)


def test_two_batteries_with_the_same_options_are_told_apart_by_their_names():
    item = Variable("", "", "single", AGREE)
    file = survey(**{f"{stem}{i}": ([1.0], item) for stem in ("ro", "tc") for i in (1, 2, 3)})
    said = hints(file, propose(file)).sentences
    assert [s.split(" (")[0] for s in said] == ["ro1 to ro3", "tc1 to tc3"]


REDCAP = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations,branching_logic,field_annotation\n"
    "record_id,staff,text,Record,,,\n"
    'ill,staff,yesno,Ill,,,\n'
    'what,staff,checkbox,What,"1, Cold | 2, Flu",[ill] = \'1\',\n'
    "old,staff,text,Old,,,@CALCTEXT(if([ill]=1; 'x'; 'y'))\n"
).replace("=1; 'x'; 'y'", "=1, 'x', 'y'").replace("@CALC", '"@CALC').replace("'y'))", "'y'))\"")  # fmt: skip


def test_an_unticked_option_of_a_hidden_checkbox_is_no_answer():
    dictionary = read_dictionary(REDCAP.encode(), "dd.csv")
    assert dictionary.faults == ()
    columns = {
        "record_id": ["1", "2", "3"], "ill": ["1", "0", "0"], "what___1": ["1", "0", "1"],
        "what___2": ["0", "0", "0"], "old": ["x", "y", "y"],
    }  # fmt: skip
    file = survey("csv", **{name: (values, Variable("")) for name, values in columns.items()})
    answers = answers_as_declared(file, dictionary)
    rows = row_features(answers, dictionary, key="record_id", start=None, end=None, today=date(2026, 3, 1))
    shown = [rows[f"what___{n}:is_answered_unshown"].whole().tolist() for n in (1, 2)]
    assert shown == [[False, False, True], [False, False, False]]


def test_columns_that_the_platform_adds_need_no_row_but_those_that_identify():
    own = {
        "record_id": Variable(""),
        "redcap_event_name": Variable(""),
        "redcap_survey_identifier": Variable("", identifies="direct"),
    }
    file = survey("csv", **{name: (["1"], variable) for name, variable in own.items()})
    file = replace(file, platform_columns=("redcap_event_name", "redcap_survey_identifier"))
    dictionary = DataDictionary((Variable("record_id"),))
    measured = variable_features(file, dictionary, answers_as_declared(file, dictionary), [])
    assert list(measured["is_in_dictionary"]) == [True, None, False]
    assert [s for s in hints(file, propose(file)).sentences if "redcap_event_name" in s] == []


@pytest.mark.real
def test_a_proposal_raises_no_query_on_its_own_file_in_any_format(tmp_path):
    import pyreadstat

    from evidence.survey import Asked, read_surveys

    frame = pd.DataFrame({"resp_id": [1.0, 2.0, 3.0], "q1": [1.0, 2.0, -9.0], "note": ["a", "b", ""]})
    labels = {"q1": {1.0: "Yes; of course", 2.0: "No", -9.0: "Refused"}}
    names = {"resp_id": "Respondent", "q1": "Do you = agree?", "note": "Größe"}
    more = {"column_labels": names, "variable_value_labels": labels}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", missing_ranges={"q1": [-9.0]}, **more)
    pyreadstat.write_dta(frame, tmp_path / "a.dta", **more)
    pyreadstat.write_por(frame, tmp_path / "a.por", column_labels=["Respondent", "Do you agree?", "Note"])
    frame.to_csv(tmp_path / "a.csv", index=False)
    read = list(read_surveys([Asked(tmp_path / f"a.{ending}") for ending in ("sav", "dta", "por", "csv")]))
    for file in read:
        assert isinstance(file, Survey), file
        dictionary = read_dictionary(written(propose(file)), "a.dictionary.csv")
        assert dictionary.faults == ()
        measured = variable_features(file, dictionary, answers_as_declared(file, dictionary), [])
        assert [name.lower() for name in measured["variable"]] == ["resp_id", "q1", "note"]
        for feature in ("is_in_file", "is_in_dictionary", "has_declared_type", "has_declared_label"):
            assert measured[feature].dropna().astype(bool).all(), (file.format, feature)
        for feature in ("value_label_difference_count", "missing_code_difference_count"):
            assert not measured[feature].fillna(0).any(), (file.format, feature)
