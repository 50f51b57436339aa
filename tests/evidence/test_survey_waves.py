"""Waves of one questionnaire: whose rows belong together, what must stay the same, and whose file it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey.answers import answers_as_declared
from evidence.survey.contents import Survey
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.waves import (
    WaveRows,
    asked_in,
    comparable,
    days_outside,
    differing_constants,
    hashed,
    hashed_key,
    is_of_wave,
    joined,
    lost_keys,
    question_differences,
    shared_share,
    stated_waves,
    wave_rows,
)

SECRET = "0123456789abcdef"
ITEMS = tuple(f"q{i}" for i in range(12))
DICTIONARY = DataDictionary(
    (
        Variable("id"),
        Variable("wave", type="integer"),
        Variable("sex", type="single", values={1.0: "F", 2.0: "M"}, is_constant=True),
        Variable("born", type="date", is_constant=True),
        *(Variable(item, type="integer") for item in ITEMS),
    )
)


def rows(frame: pd.DataFrame, wave: int | None = None) -> WaveRows:
    file = Survey(frame, DataDictionary(tuple(Variable(str(n)) for n in frame)), [], "0" * 64, "csv")
    answers = answers_as_declared(file, DICTIONARY)
    return wave_rows(
        answers, key="id", wave=wave, wave_column="wave", constants=["sex", "born"], compared=ITEMS, secret=SECRET
    )


def made(people: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"P{i:03d}" for i in range(people)],
            "sex": [1.0, 2.0] * (people // 2),
            "born": pd.Timestamp("1980-01-01") + pd.to_timedelta(np.arange(people), unit="D"),
            **{item: random.integers(1, 8, people).astype(float) for item in ITEMS},
        }
    )


def test_the_same_people_in_other_spelling_say_the_same():
    first, second = made(6, 1), made(6, 2)
    second["id"] = [" p000", "P001 ", "p002", "P003", "P004", None]
    found = differing_constants(rows(second, 2), rows(first, 1))
    assert found["sex"].tolist() == [False] * 5 + [None]
    assert found["born"].tolist() == [False] * 5 + [None]


def test_another_birth_date_or_sex_under_the_same_key_differs_and_only_there():
    first, second = made(6, 1), made(6, 2)
    second.loc[2, "born"] = pd.Timestamp("1990-05-05")
    second.loc[3, "sex"] = np.nan
    second.loc[4, "sex"] = 2.0
    second.loc[5, "id"] = "P099"
    found = differing_constants(rows(second, 2), rows(first, 1))
    assert found["born"].tolist() == [False, False, True, False, False, None]
    assert found["sex"].tolist() == [False, False, False, None, True, None]


def test_a_row_is_held_against_the_wave_before_and_not_against_the_first():
    first, second, third = made(2, 1), made(2, 2), made(2, 3)
    second.loc[0, "sex"] = third.loc[0, "sex"] = 2.0
    assert differing_constants(rows(second, 2), rows(first, 1))["sex"].tolist() == [True, False]
    both = joined([rows(first, 1), rows(second, 2)])
    assert differing_constants(rows(third, 3), both)["sex"].tolist() == [False, False]


def test_waves_in_one_file_are_held_against_each_other():
    long = pd.concat([made(4, 1).assign(wave=1.0), made(4, 2).assign(wave=2.0)], ignore_index=True)
    long.loc[5, "sex"] = 1.0
    long = long.drop(index=7)
    found = rows(long)
    assert found.numbers == (1, 2)
    assert differing_constants(found, joined([]))["sex"].tolist() == [None] * 4 + [False, True, False]
    assert lost_keys(found, joined([])).tolist() == [hashed_key("P003", SECRET)]


def test_who_is_lost_answered_the_wave_before_and_not_this_one():
    first, second, third = made(6, 1), made(6, 2).drop(index=[1, 4]), made(6, 3).drop(index=[0, 1])
    both = joined([rows(first, 1), rows(second, 2)])
    lost = {hashed_key(f"P{i:03d}", SECRET) for i in (1, 4)}
    assert set(lost_keys(rows(second, 2), rows(first, 1)).tolist()) == lost
    assert lost_keys(rows(third, 3), both).tolist() == [hashed_key("P000", SECRET)]
    assert lost_keys(rows(first, 1), joined([])) is None


def test_a_key_that_took_somebodys_place_is_nobodys():
    gone = made(2, 1)
    gone.loc[0, "id"] = "deidentified-0a1b2c3d"
    assert rows(gone, 1).keys.tolist() == [0, hashed_key("P001", SECRET)]


@pytest.mark.parametrize(("copied", "share"), [(0, 0.0), (3, 0.3), (10, 1.0)])
def test_rows_of_another_file_are_counted_whatever_their_keys(copied: int, share: float):
    one, other = made(10, 1), made(10, 2)
    other.loc[: copied - 1, list(ITEMS)] = one.loc[: copied - 1, list(ITEMS)]
    other["id"] = [f"X{i}" for i in range(10)]
    assert shared_share(rows(other, 2), rows(one, 1)) == pytest.approx(share)


def test_a_row_counts_as_often_as_it_is_there_and_short_rows_do_not():
    one, other = made(10, 1), made(10, 2)
    other[list(ITEMS)] = one.loc[[0] * 10, list(ITEMS)].to_numpy()
    assert shared_share(rows(other, 2), rows(one, 1)) == pytest.approx(0.1)
    other[list(ITEMS[:3])] = np.nan
    assert shared_share(rows(other, 2), rows(one, 1)) is None


@pytest.mark.slow
@given(st.permutations(range(8)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_does_not_matter(eight: tuple[WaveRows, WaveRows], order: list[int]):
    first, second = eight
    constants = {name: values[order] for name, values in first.constants.items()}
    shuffled = WaveRows(first.number[order], first.keys[order], first.vectors[order], constants)
    assert lost_keys(second, shuffled).tolist() == [hashed_key("P005", SECRET)]
    assert differing_constants(second, shuffled)["sex"].tolist() == [False, True, *[False] * 5]


@pytest.fixture(scope="module")
def eight() -> tuple[WaveRows, WaveRows]:
    """Two waves: one person lost, and one of another sex."""
    first, second = made(8, 1), made(8, 2).drop(index=5)
    second.loc[1, "sex"] = 1.0
    return rows(first, 1), rows(second, 2)


def test_what_is_kept_is_the_same_afterwards_and_nothing_where_it_rests_on_other_files():
    whole = rows(made(6, 1), 1)
    packed = whole.packed("as it was")
    kept = WaveRows.unpacked(packed, "as it was")
    assert kept is not None
    assert kept.of(1).keys.tolist() == whole.keys.tolist()
    assert {n: v.tolist() for n, v in kept.constants.items()} == {n: v.tolist() for n, v in whole.constants.items()}
    assert WaveRows.unpacked(packed, "otherwise") is None
    assert WaveRows.unpacked(packed[:200], "as it was") is None
    assert WaveRows.unpacked(b"", "as it was") is None


def test_digests_are_keyed_and_hold_neither_key_nor_answer():
    whole = rows(made(6, 1), 1)
    assert b"P003" not in whole.packed("x")
    assert hashed_key("P003", SECRET) != hashed_key("P003", "f" * 16)
    assert hashed(pd.Series([1, None]), SECRET).tolist()[1] == 0
    assert hashed(pd.Series([1.0]), SECRET)[0] == hashed(pd.Series([1]), SECRET)[0]


def test_a_wave_is_read_from_what_people_write():
    cells = pd.Series(["1", "2.0", "Wave 2", "T2", "w_3", "baseline", None, "2 of 3"], dtype=object)
    assert stated_waves(cells).fillna(-1).tolist() == [1, 2, 2, 2, 3, 0, -1, 0]
    assert is_of_wave(cells, 2).tolist() == [False, True, True, True, False, False, None, False]
    assert is_of_wave(pd.Series([2.0, 1.0, np.nan]), 2).tolist() == [True, False, None]


def test_days_are_counted_beyond_either_end_of_fieldwork():
    days = pd.to_datetime(pd.Series(["2026-03-01", "2026-02-26 23:00", "2026-04-02", None]), format="mixed")
    found = days_outside(days, pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-31"))
    assert found.fillna(-1).tolist() == [0, 3, 2, -1]


def test_questions_are_compared_by_wording_type_and_codes():
    def dictionary(label: str, **codes: str) -> DataDictionary:
        values = {float(code[1:]): text for code, text in codes.items()}
        return DataDictionary((Variable("q1", label, "single", values), Variable("new")))

    before = DataDictionary((Variable("q1", "How are you?", "single", {1.0: "Well", 2.0: "Ill"}),))
    assert question_differences(dictionary("How  are you? ", c1="well", c2="Ill"), before) == {"q1": 0}
    assert question_differences(dictionary("How were you?", c1="Well", c2="Ill"), before) == {"q1": 1}
    assert question_differences(dictionary("How are you?", c1="Ill", c2="Well", c3="So"), before) == {"q1": 3}
    retyped = DataDictionary((Variable("q1", "How are you?", "text"),))
    assert question_differences(retyped, before) == {"q1": 3}


def test_only_coded_and_numeric_variables_that_every_wave_has_are_compared():
    other = DataDictionary((Variable("q1", type="integer"), Variable("q2"), Variable("wave", type="integer")))
    assert comparable([DICTIONARY, other]) == ("q1", "wave")
    assert comparable([]) == ()


def test_a_question_of_another_wave_is_not_missed_where_it_is_not_asked():
    dictionary = DataDictionary((Variable("id"), Variable("new", waves=(2, 3)), Variable("old", waves=(1,))))
    assert asked_in(dictionary, 1, ["id", "old"]).names == ("id", "old")
    assert asked_in(dictionary, 2, ["id"]).names == ("id", "new")
    assert asked_in(dictionary, 1, ["id", "new"]).names == ("id", "new", "old")
    assert asked_in(dictionary, None, ["id"]).names == ("id", "new", "old")
