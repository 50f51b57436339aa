"""What is measured on files, variables, answers and respondents, with its unit, and null where it does not apply."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors.patterns import Patterns
from evidence.survey import Survey
from evidence.survey.coded import Coded, RowTable
from evidence.survey.dictionary import Code, DataDictionary, Type, Variable
from evidence.survey.features import Answers, answers_as_declared, row_features, variable_features
from evidence.survey.file_features import file_features
from evidence.survey.labels import label_twin_count, longest, name_change_count, odd_character_count
from evidence.survey.linkage import Spellings
from evidence.survey.skip_logic import parse_condition

TODAY = date(2026, 6, 30)


def answers_to(frame: pd.DataFrame, *variables: Variable) -> tuple[Answers, DataDictionary]:
    dictionary = DataDictionary(variables)
    own = DataDictionary(tuple(Variable(str(name)) for name in frame))
    return answers_as_declared(Survey(frame, own, [], "", "csv"), dictionary), dictionary


def measured(frame: pd.DataFrame, *variables: Variable, **about: object) -> RowTable:
    answers, dictionary = answers_to(frame, *variables)
    where = {"key": None, "start": None, "end": None, "today": TODAY} | about
    return RowTable(answers.index, row_features(answers, dictionary, **where))  # type: ignore[arg-type]


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=30))
def test_a_column_is_the_same_by_its_contents(cells: list[str | None]) -> None:
    column = pd.Series(cells, dtype="str")
    coded = Coded.of(column)
    assert coded.whole().equals(column)
    assert coded.contents.is_unique
    assert coded.counts().sum() == len(column)


def test_text_is_read_as_declared_once_for_each_content_and_missing_codes_stay_apart() -> None:
    frame = pd.DataFrame({"q": ["1", " 2", "-9", "many", None, "1.0"], "t": [" a ", "7", None, "a", "a", "b"]})
    answers, _ = answers_to(frame, Variable("q", "", "integer", missing={-9.0: "Refused"}), Variable("t"))
    assert answers.values["q"].tolist()[:2] == [1.0, 2.0]
    assert answers.values["q"].isna().tolist() == [False, False, True, True, True, False]
    assert answers.is_missing["q"].tolist() == [False, False, True, False, False, False]
    assert answers.is_unreadable["q"].tolist() == [False, False, False, True, False, False]
    assert answers.is_blank["q"].tolist() == [False, False, False, False, True, False]
    assert answers.values["t"].tolist()[0] == "a"


def test_numbers_read_as_text_are_written_as_somebody_would() -> None:
    frame = pd.DataFrame({"key": [7.0, 12345678.0, 1.5, np.nan]})
    answers, _ = answers_to(frame, Variable("key"))
    assert answers.values["key"].tolist()[:3] == ["7", "12345678", "1.5"]


@pytest.mark.parametrize(
    ("keys", "repeats"),
    [
        (["P1", " p1", "P2", None], [1, 1, 0, None]),
        ([7.0, 7.0, 8.0, np.nan], [1, 1, 0, None]),
        (["ÄB", "äb ", "x", "y"], [1, 1, 0, 0]),
    ],
)
def test_keys_are_the_same_however_they_are_spelled(keys: list[object], repeats: list[int | None]) -> None:
    found = measured(pd.DataFrame({"id": keys}), Variable("id"), key="id")["respondent:key_repeat_count"]
    assert found.astype(object).where(found.notna(), None).tolist() == repeats


@pytest.mark.parametrize(
    ("registered", "keys", "repeats"),
    [
        (["007", "008"], ["007", "7", " 07.0", "008", None], [2, 2, 2, 0, None]),
        (["007", "008"], [7.0, 8.0, None], [0, 0, None]),
        (["p1", "P1"], ["p1", "P1", "P1"], [0, 1, 1]),
        (["7", "007"], ["7", "007", "07"], [0, 0, 0]),
        (["P001"], ["x1", "X1 ", "p001"], [1, 1, 0]),
    ],
)
def test_where_there_is_a_registry_keys_are_the_same_that_mean_the_same_person(
    registered: list[str], keys: list[object], repeats: list[int | None]
) -> None:
    frame = pd.DataFrame({"id": keys})
    found = measured(frame, Variable("id"), key="id", spellings=Spellings(registered))["respondent:key_repeat_count"]
    assert found.astype(object).where(found.notna(), None).tolist() == repeats


def test_a_key_may_stand_once_in_every_wave() -> None:
    frame = pd.DataFrame({"id": ["a", "a", "b", "b"], "wave": [1, 2, 1, 1]})
    found = measured(frame, Variable("id"), key="id", parts=[frame["wave"]])["respondent:key_repeat_count"]
    assert found.tolist() == [0, 0, 1, 1]


def test_a_number_far_from_the_middle_half_is_measured_in_spreads_of_it() -> None:
    numbers = [*np.arange(1.0, 24.0), 100.0]
    low, high = np.quantile(numbers, (0.25, 0.75))
    frame = pd.DataFrame({"n": numbers})
    found = measured(frame, Variable("n", "", "integer"))["n:fence_distance"]
    assert found.iloc[-1] == pytest.approx((100 - high) / (high - low))
    assert found.iloc[0] == pytest.approx((low - 1) / (high - low))
    assert found.iloc[10] == 0
    beyond = measured(frame, Variable("n", "", "integer", range=(0, 50)))["n:fence_distance"]
    assert beyond.isna().tolist() == [False] * 23 + [True]  # out of range is said already


@pytest.mark.parametrize(
    ("variable", "numbers"),
    [
        (Variable("n", "", "integer"), [1.0] * 19 + [9.0] * 21 + [900.0] * 0),
        (Variable("n", "", "integer"), [5.0] * 30 + [900.0]),
        (Variable("n", "", "integer"), [1.0, 2.0, 900.0]),
    ],
)
def test_without_a_spread_or_enough_numbers_no_distance_is_measured(variable: Variable, numbers: list[float]) -> None:
    found = measured(pd.DataFrame({"n": numbers}), variable)["n:fence_distance"]
    assert found.isna().all() or found.max() == 0


def test_codes_and_items_of_scales_have_no_outliers() -> None:
    frame = pd.DataFrame({"n": np.arange(30.0), "s": np.arange(30.0)})
    table = measured(frame, Variable("n", "", "single", {1.0: "A"}), Variable("s", "", "integer", scale="support"))
    assert "n:fence_distance" not in table
    assert table["s:fence_distance"].isna().all()


def test_what_was_not_shown_is_neither_answered_nor_blank() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 2.0, None], "b": [5.0, None, None, None], "c": ["x", "x", None, None]})
    asked = parse_condition("a == 1")
    table = measured(frame, Variable("a", "", "integer"), Variable("b", "", "integer", show_if=asked), Variable("c"))
    assert table["respondent:answered_share"].tolist() == [1.0, 1.0, 0.5, 0.0]


def test_days_are_read_from_text_and_from_days_and_numbers_are_none() -> None:
    days = [date(2026, 1, 5), pd.Timestamp("2026-01-06 09:30"), "2026-01-07", 46000.0, None]
    answers, _ = answers_to(pd.DataFrame({"d": pd.Series(days, dtype=object)}), Variable("d", "", "date"))
    read = answers.values["d"]
    assert read.dropna().dt.strftime("%d %H:%M").tolist() == ["05 00:00", "06 09:30", "07 00:00"]
    assert answers.is_unreadable["d"].tolist() == [False, False, False, True, False]


def test_only_a_whole_day_of_the_years_1_to_9999_is_a_day() -> None:
    days = ["2026-3-5", "20260305", "2026-03-05T01:00:00.123456789+02:00", "0001-01-01", "9999-12-31"]
    none = [
        "2026",
        "2026-03",
        "-9",
        "-2026-03-01",
        "0000-01-01",
        "9999-12-31T23:00-05:00",
        "now",
        "today",
        "2026-02-30",
    ]
    answers, _ = answers_to(pd.DataFrame({"d": pd.Series([*days, *none], dtype="str")}), Variable("d", "", "date"))
    read = answers.values["d"].iloc[: len(days)]
    assert read.dt.strftime("%Y-%m-%d").tolist() == ["2026-03-05"] * 3 + days[3:]
    assert answers.is_unreadable["d"].tolist() == [False] * len(days) + [True] * len(none)


def test_a_moment_with_its_offset_is_on_the_day_its_writer_lived_through() -> None:
    written = ["2026-03-01T00:30:00+02:00", "2026-02-28 23:30:00.25-0500", "2026-03-01T00:30Z", "2026-03-01T00:30+05"]
    no_days = ["2026-03-01T00:30+99:99", "2026-03-01-05:00"]
    answers, _ = answers_to(
        pd.DataFrame({"d": pd.Series([*written, *no_days], dtype="str")}), Variable("d", "", "date")
    )
    local = ["2026-03-01T00:30:00", "2026-02-28T23:30:00.25", "2026-03-01T00:30:00", "2026-03-01T00:30:00"]
    assert answers.values["d"].tolist() == [*map(pd.Timestamp, local), pd.NaT, pd.NaT]


def test_moments_of_a_zone_are_days_without_one() -> None:
    there = pd.Series(pd.to_datetime(["2026-03-05T01:00+02:00", "0001-01-01T01:00+02:00"]))
    answers, _ = answers_to(
        pd.DataFrame({"d": there, "n": there}), Variable("d", "", "date"), Variable("n", "", "integer")
    )
    assert answers.values["d"].tolist() == [pd.Timestamp("2026-03-05T01:00"), pd.Timestamp("0001-01-01T01:00")]
    assert answers.is_unreadable["n"].all()


@pytest.mark.parametrize("cells", [["1", "inf", "-Infinity", "1e400"], [1, 10**400, np.inf, -(10**309)]])
@pytest.mark.parametrize("type", ["integer", "single", "decimal"])
def test_what_no_number_can_hold_is_unreadable(cells: list[object], type: Type) -> None:
    column = pd.Series(cells, dtype=object)
    codes: dict[Code, str] = {1.0: "One"} if type == "single" else {}
    variable = Variable("n", "", type, codes, missing={-9.0: "Refused"})
    answers, _ = answers_to(pd.DataFrame({"n": column}), variable)
    assert answers.values["n"].dropna().tolist() == [1.0]
    assert answers.is_unreadable["n"].tolist() == [False, True, True, True]


def test_tagged_missing_values_are_missing_codes_and_not_unreadable() -> None:
    frame = pd.DataFrame({"n": pd.Series([1.0, ".a", ".b", None], dtype=object)})
    own = DataDictionary((Variable("n", "", "integer", missing={".a": "Refused", ".b": ""}),))
    declared = DataDictionary((Variable("n", "", "integer"),))
    answers = answers_as_declared(Survey(frame, own, [], "", "dta"), declared)
    assert answers.is_missing["n"].tolist() == [False, True, True, False]
    assert not answers.is_unreadable["n"].any()
    assert answers.is_blank["n"].tolist() == [False, False, False, True]


def test_conditions_count_neither_way_where_they_are_unknown() -> None:
    asked = parse_condition("a == 1")
    frame = pd.DataFrame({"a": [1.0, 2.0, None, 1.0, 2.0, None], "b": [None, None, None, 3.0, 3.0, 3.0]})
    table = measured(frame, Variable("a", "", "integer"), Variable("b", "", "integer", show_if=asked, is_required=True))
    assert table["b:is_blank_required"].tolist() == [True, None, None, False, None, None]
    assert table["b:is_answered_unshown"].tolist() == [False, False, False, False, True, None]


def test_a_set_is_answered_whole_or_not_at_all() -> None:
    frame = pd.DataFrame({"r1": [1.0, None, None], "r2": [0.0, None, 1.0], "r3": [0.0, None, None]})
    options = (Variable(f"r{i}", "", "single", {0.0: "No", 1.0: "Yes"}, set="reasons") for i in (1, 2, 3))
    assert measured(frame, *options)["reasons:blank_count"].tolist() == [0, 0, 2]


def test_speed_is_a_share_of_the_median_and_needs_times_of_day() -> None:
    start = pd.Series(pd.date_range("2026-03-01 09:00", periods=11, freq="D"))
    minutes = pd.Series([30.0] * 10 + [6.0])
    frame = pd.DataFrame({"s": start, "e": start + pd.to_timedelta(minutes, "min")})
    dates = (Variable("s", "", "date"), Variable("e", "", "date"))
    found = measured(frame, *dates, start="s", end="e")["respondent:duration_share"]
    assert found.tolist() == pytest.approx([1.0] * 10 + [0.2])
    days = pd.DataFrame({"s": start.dt.normalize(), "e": start.dt.normalize() + pd.Timedelta(days=2)})
    assert measured(days, *dates, start="s", end="e")["respondent:duration_share"].isna().all()


def test_equal_rows_are_counted_answer_by_answer() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.integers(1, 5, (50, 12)).astype(float)).add_prefix("q")
    frame.loc[3] = frame.loc[40]
    frame.loc[5, "q2"] = None
    frame.loc[6] = frame.loc[5]
    variables = [Variable(str(name), "", "integer") for name in frame]
    found = measured(frame, *variables)["respondent:identical_count"]
    assert found[found > 0].index.tolist() == [3, 5, 6, 40]
    few = measured(frame[["q0", "q1"]], *variables[:2])["respondent:identical_count"]
    assert few.isna().all()


def test_garbled_text_and_rows_without_answers_are_counted() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "c"], "t": ["Ã©t\u00e9", "été", None], "q": ["1", "2", None]})
    answers, dictionary = answers_to(frame, Variable("id"), Variable("t"), Variable("q", "", "integer"))
    found = file_features(Survey(frame, dictionary, [], "", "csv"), dictionary, answers, {"id"})
    assert found["garbled_row_count"] == 1
    assert found["garbled_row_count:rows"] == (0,)
    assert found["unit_nonresponse_share"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("How old are you?", 0),
        ("Où êtes-vous\u00a0? «\u00a0Ici\u00a0»", 0),
        ("Größe, naïve, Ærø, São João, Āboli", 0),
        ("two\u00a0words", 1),
        ("cafÃ© donâ€™t", 2),
        ("lost \ufffd letter", 1),
        ("hidden\u200bspace\ufeff", 2),
        ("bell\x07", 1),
        ("private \ue001", 1),
        ("line\nbreak\tand tab", 0),
        ("می\u200cخواهم", 0),
    ],
)
def test_characters_nobody_typed_are_counted(text: str, count: int) -> None:
    assert odd_character_count([text]) == count


@pytest.mark.parametrize(
    ("name", "others", "count"),
    [
        ("age", ("Sex",), 0),
        ("q1_b", (), 0),
        ("q.1", (), 1),
        ("Age", ("age",), 1),
        ("with", (), 1),
        ("_x", (), 1),
        ("1st", (), 2),
        ("a" * 33, (), 1),
        ("a" * 65, (), 2),
        ("two words", (), 2),
        ("größe", (), 0),
    ],
)
def test_rules_of_other_programs_that_a_name_breaks_are_counted(name: str, others: tuple[str, ...], count: int) -> None:
    assert name_change_count(name, (name, *others)) == count


def test_codes_written_as_text_are_known_by_their_number() -> None:
    frame = pd.DataFrame({"form_complete": ["2", "0", "1", None], "group": ["2", "7", "x", "9"]})
    labels: dict[Code, str] = {0.0: "Incomplete", 1.0: "Unverified", 2.0: "Complete"}
    own = DataDictionary((Variable("form_complete", "", "single", labels), Variable("group", "", "text", labels)))
    survey, declared = Survey(frame, own, [], "", "csv"), DataDictionary((Variable("group", missing={9.0: "None"}),))
    table = variable_features(survey, declared, answers_as_declared(survey, declared), ()).set_index("variable")
    assert table["undefined_code_count"].to_dict() == {"form_complete": 0, "group": 2}


def test_labels_are_measured_in_bytes_and_compared_without_case() -> None:
    assert longest(["abc", "é"]) == 3
    assert longest([]) == 0
    assert label_twin_count(Variable("q", values={1.0: "Yes", 2.0: "yes ", 3.0: "No"})) == 2


@pytest.mark.parametrize(
    "text",
    [
        "ring 555 123 4567",
        "mail me at ann.example@example.org",
        "see www.example.org/page",
        "five five five oh one four two",
        "she lives at twenty two Old Mill Road",
        "born in the spring of nineteen eighty, on May third nineteen eighty",
    ],
)
def test_no_text_is_passed_over_in_which_a_shape_would_be_found(text: str) -> None:
    assert Patterns().is_possible(text) or not Patterns().find(text)
    assert Patterns().is_possible(text)


def test_plain_words_are_passed_over() -> None:
    assert not Patterns().is_possible("we need more time for each visit")
