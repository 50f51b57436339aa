"""Frequency tables: counts by hand, every kind of missing apart, and never a word of free text."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.features import answers_as_declared
from evidence.survey.frequencies import Frequencies, Frequency, frequencies
from evidence.survey.histogram import MOST_BINS, histogram
from evidence.survey.label_differences import label_differences
from evidence.survey.reading import Survey
from evidence.survey.response_sets import chosen_codes, shown_code
from evidence.survey.skip_logic import parse_condition

NAN = float("nan")
YES_NO = {0.0: "No", 1.0: "Yes"}
REFUSED = {-9.0: "Refused", -8.0: "Don't know"}


def tables(columns: dict[str, list[object]], *variables: Variable, private: tuple[str, ...] = ()) -> Frequencies:
    """The tables of a file that says nothing of its variables but their names."""
    frame = pd.DataFrame(columns)
    file = Survey(frame, DataDictionary(tuple(Variable(name) for name in frame)), [], "", "csv")
    dictionary = DataDictionary(variables)
    return frequencies(file, dictionary, answers_as_declared(file, dictionary), private=private)


def one(answers: list[object], variable: Variable, **rest: list[object]) -> Frequency:
    return tables({variable.name: answers, **rest}, variable)[variable.name]


def test_codes_are_counted_in_the_dictionarys_order_with_shares_of_the_valid_answers():
    found = one([1.0, 1.0, 0.0, -9.0, NAN, 7.0], Variable("q", "Yes?", "single", YES_NO, REFUSED))
    assert [(c.code, c.label, c.count, c.share, c.is_declared) for c in found.codes] == [
        ("0", "No", 1, 0.25, True),
        ("1", "Yes", 2, 0.5, True),
        ("7", "", 1, 0.25, False),
    ]
    assert (found.rows, found.valid, found.undeclared) == (6, 4, 0)


def test_every_kind_of_missing_is_counted_apart():
    found = tables(
        {"q": ["1", "-9", "-8", "-8", None, "x", None, None], "s": ["1"] * 6 + ["0"] * 2},
        Variable("q", "", "single", YES_NO, REFUSED, show_if=parse_condition("s == 1")),
        Variable("s", "", "single", YES_NO),
    )["q"]
    counted = [(m.kind, m.code, m.label, m.count) for m in found.missing]
    assert counted == [
        ("declared", "-9", "Refused", 1),
        ("declared", "-8", "Don't know", 2),
        ("blank", "", "", 1),
        ("not_shown", "", "", 2),
        ("unreadable", "", "", 1),
    ]
    assert found.valid + sum(m.count for m in found.missing) == found.rows


def test_a_question_with_a_condition_is_counted_by_shown_and_answered():
    found = tables(
        {"q": [1.0, NAN, 1.0, NAN, 1.0, NAN], "s": [1.0, 1.0, 0.0, 0.0, NAN, NAN]},
        Variable("q", "", "integer", show_if=parse_condition("s == 1")),
        Variable("s", "", "single", YES_NO),
    )["q"].skip
    assert found is not None
    assert (found.shown_answered, found.shown_blank) == (1, 1)
    assert (found.hidden_answered, found.hidden_blank) == (1, 1)
    assert (found.unknown_answered, found.unknown_blank) == (1, 1)


def test_numbers_are_told_by_quartiles_and_bins_with_round_ends():
    numbers = [float(n) for n in range(1, 101)]
    assert one(numbers, Variable("n", "", "integer")).numbers is None, "no two alike: they number the respondents"
    found = one(numbers, Variable("n", "", "decimal")).numbers
    assert found is not None
    assert (found.n, found.mean, found.median) == (100, 50.5, 50.5)
    assert found.sd == pytest.approx(np.arange(1, 101).std(ddof=1))
    assert (found.lower_quartile, found.upper_quartile) == (25.75, 75.25)
    drawn = found.histogram
    assert (drawn.start, drawn.width, drawn.counts) == (0, 20, (19, 20, 20, 20, 20, 1))


def test_one_number_far_out_does_not_squeeze_the_others():
    drawn = histogram(pd.Series([*range(20, 60)] * 5 + [99_999]))
    assert drawn is not None
    assert (drawn.below, drawn.above) == (0, 1)
    assert drawn.end <= 70
    assert histogram(pd.Series([NAN, None], dtype=float)) is None


ODD = (1e9, 1e9 + 1e-6, 5e-324, 1e12, 1e12 + 900, 9.3e18, 8.9e19, 1e100)
FLOATS = st.floats(-1e9, 1e9, allow_nan=False) | st.sampled_from(ODD)


@settings(max_examples=60, deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=60), st.booleans())
def test_a_histogram_counts_everything_once_in_few_bins(numbers: list[float], is_whole: bool):
    drawn = histogram(pd.Series(numbers), is_whole=is_whole)
    assert drawn is not None
    assert sum(drawn.counts) + drawn.below + drawn.above == len(numbers)
    assert 1 <= len(drawn.counts) <= MOST_BINS + 1
    if not (drawn.below or drawn.above):
        slack = 1e-9 * max(map(abs, numbers)) + 1e-12
        assert drawn.start - slack <= min(numbers)
        assert max(numbers) <= drawn.end + slack


@pytest.mark.parametrize("numbers", [[8.9e19 + i for i in range(30)], [1e12, 1e12 + 900]])
def test_whole_numbers_of_many_digits_are_drawn_in_few_bins(numbers: list[float]):
    drawn = histogram(pd.Series(numbers), is_whole=True)
    assert drawn is not None
    assert (sum(drawn.counts), len(drawn.counts)) == (len(numbers), 1)
    assert drawn.start <= min(numbers) <= max(numbers) <= drawn.end


def test_days_are_counted_by_month_with_empty_months_and_by_year_over_a_long_time():
    days = Variable("d", "", "date")
    assert one(["2015-09-03", "2015-11-02", "2015-11-30"], days).periods == (
        ("2015-09", 1),
        ("2015-10", 0),
        ("2015-11", 2),
    )
    assert one(["2015-09-03", "2016-02-03"], days).periods == (
        ("2015-09", 1),
        ("2015-10 to 2016-01", 0),
        ("2016-02", 1),
    )
    assert one(["1960-01-01", "1990-05-05", "1990-06-05"], days).periods == (("1960", 1), ("1990", 2))


def test_of_texts_keys_and_what_identifies_people_only_counts_and_lengths_are_kept():
    found = tables(
        {"said": ["Brimblewax", None, "a b"], "key": [4711.0, 4712.0, 4713.0]},
        Variable("said", "", "text"),
        Variable("key", "", "integer"),
        private=("key",),
    )
    texts = found["said"].texts
    assert texts is not None
    assert (texts.n, texts.longest) == (2, 10)
    assert "Brimblewax" not in repr(found)
    assert found["key"].numbers is None
    assert "4711" not in repr(found)


def test_an_undeclared_code_that_may_say_who_typed_it_is_only_counted():
    numbers = one([1.0, 7.0, 2125550123.0], Variable("q", "", "single", {1.0: "One"}))
    assert [c.code for c in numbers.codes] == ["1", "7"]
    assert numbers.undeclared == 1
    texts = one(["a", "my name is Brimblewax"], Variable("q", "", "single", {"a": "A"}))
    assert "Brimblewax" not in repr(texts)
    assert texts.undeclared == 1


def test_several_answers_have_shares_of_cases_and_of_responses():
    found = tables({"m": ["1;2", "2", None, "1; 2;2"]}, Variable("m", "", "multiple", {1.0: "A", 2.0: "B", 3.0: "C"}))
    (of_it,) = found.sets
    assert (of_it.rows, of_it.cases, of_it.responses) == (4, 3, 5)
    assert [(o.name, o.count, o.case_share, o.response_share) for o in of_it.options] == [
        ("1", 2, 2 / 3, 2 / 5),
        ("2", 3, 1.0, 3 / 5),
        ("3", 0, 0.0, 0.0),
    ]
    assert [c.count for c in found["m"].codes] == [2, 3, 0]


def test_a_set_of_variables_is_counted_over_its_options():
    members = [SimpleNamespace(name=n, label=n.upper(), values=YES_NO, type="single", set="helped") for n in ("a", "b")]
    from evidence.survey.response_sets import set_frequencies

    values = pd.DataFrame({"a": [1.0, 1.0, 0.0, NAN], "b": [1.0, 0.0, 0.0, NAN]})
    (found,) = set_frequencies(members, SimpleNamespace(values=values))  # type: ignore[arg-type]
    assert (found.name, found.cases, found.responses) == ("helped", 2, 3)
    assert [(o.name, o.label, o.count, o.case_share) for o in found.options] == [("a", "A", 2, 1.0), ("b", "B", 1, 0.5)]


def test_how_long_it_took_is_in_minutes_or_in_days():
    frame = pd.DataFrame(
        {
            "a": ["2026-01-01T10:00", "2026-01-01T11:00", None],
            "b": ["2026-01-01T10:20", "2026-01-01T11:30", "2026-01-02"],
        }
    )
    file = Survey(frame, DataDictionary(tuple(Variable(name) for name in frame)), [], "", "csv")
    dictionary = DataDictionary((Variable("a", "", "date"), Variable("b", "", "date")))
    found = frequencies(file, dictionary, answers_as_declared(file, dictionary), start="a", end="b").durations
    assert found is not None
    assert (found.unit, found.median, sum(found.histogram.counts)) == ("min", 25.0, 2)
    days = Survey(pd.DataFrame({"a": ["2026-01-01"], "b": ["2026-01-01"]}), file.dictionary, [], "", "csv")
    assert frequencies(days, dictionary, answers_as_declared(days, dictionary), start="a", end="b").durations is None
    assert frequencies(file, dictionary, answers_as_declared(file, dictionary)).durations is None


def test_nothing_answered_is_told_as_such():
    found = one([None, None], Variable("q", "", "single", {"a": "A"}))
    assert (found.valid, found.codes, found.missing[0].kind) == (0, (), "blank")
    assert tables({"m": [None]}, Variable("m", "", "multiple", {1.0: "A"})).sets[0].options[0].case_share is None


def test_labels_of_file_and_dictionary_stand_side_by_side():
    ours = DataDictionary((Variable("q", "Is it so?", "single", YES_NO, REFUSED), Variable("r", "Same", "integer")))
    theirs = (Variable("q", "Was it  so?", "single", {0.0: "No", 2.0: "Yes"}, {-9.0: "Refused"}), Variable("r", "Same"))
    file = Survey(pd.DataFrame(), DataDictionary(theirs), [], "", "sav")
    found = label_differences(file, ours)
    assert list(found) == ["q"]
    assert [(d.about, d.in_file, d.in_dictionary) for d in found["q"]] == [
        ("variable", "Was it so?", "Is it so?"),
        ("-8", "", "Don't know"),
        ("1", "", "Yes"),
        ("2", "Yes", ""),
    ]
    plain = Survey(pd.DataFrame(), DataDictionary(theirs), [], "", "csv")
    assert label_differences(plain, ours) == {}


def test_a_code_is_written_as_people_write_it():
    assert [shown_code(c) for c in (7.0, 2.5, ".a", "3.0", -9)] == ["7", "2.5", ".a", "3", "-9"]
    assert chosen_codes(pd.Series(["1;1", None, "2"])).to_dict() == {"1": 1, "2": 1}
