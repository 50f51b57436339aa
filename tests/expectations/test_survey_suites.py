"""A made-up survey, sound and with one defect of each kind: what is found is exactly what was planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evidence.survey import Survey as SurveyFile
from evidence.survey.dictionary import DataDictionary, Variable, read_dictionary
from evidence.survey.features import answers_as_declared
from expectations.survey.suites import SurveyToJudge, judge
from study import Protocol, Query
from study.protocol.material import Scale, Survey
from tasks.survey_links import LINKS

pytestmark = pytest.mark.real

TODAY = date(2026, 6, 30)
AGREE = "1=No;2=Rather not;3=Rather;4=Yes"
DICTIONARY = f"""variable,label,type,values,missing,range,scale,reverse,show_if
id,Code,text,,,,,,
site,Site,text,,,,,,
day,Day,date,,,,,,
start,Start,date,,,,,,
end,End,date,,,,,,
age,Age,integer,,-9=Refused,18..99,,,
weight,Weight,decimal,,,0..,,,
had,Had training,single,0=No;1=Yes,-9=Refused,,,,
days,Days of it,integer,,,1..30,,,had == 1
topics,Topics,multiple,1=A;2=B;3=C,,,,,
grade,Grade,single,A=Good;B=Bad,,,,,
note,Note,text,,,,,,
visits,Visits,integer,,,,,,
calls,Calls,integer,,,,,,
form,Form,single,1=Paper;2=Web,,,,,
s1,One,single,{AGREE},-9=Refused,,support,,
s2,Two,single,{AGREE},-9=Refused,,support,,
s3,Three,single,{AGREE},-9=Refused,,support,yes,
s4,Four,single,{AGREE},-9=Refused,,support,,
s5,Five,single,{AGREE},-9=Refused,,support,,
"""
SPEC = Survey(
    name="staff",
    file="surveys/staff.sav",
    dictionary="surveys/staff.dictionary.csv",
    rows=40,
    key="id",
    site="site",
    interview_date="day",
    start="start",
    end="end",
    scales=[Scale(name="support", items=["s1", "s2", "s3", "s4", "s5"], minimum_alpha=0.7)],
)


def sound_answers() -> pd.DataFrame:
    random = np.random.default_rng(7)
    rows = 40
    had = np.arange(rows) % 2.0
    trait = random.normal(size=rows)
    item = {
        f"s{i}": np.clip(np.round(2.5 + (-1 if i == 3 else 1) * trait + 0.4 * random.normal(size=rows)), 1, 4)
        for i in range(1, 6)
    }
    day = pd.Series(pd.date_range("2026-03-01", periods=rows, freq="D"))
    return pd.DataFrame(
        {
            "id": [f"P{i:03d}" for i in range(1, rows + 1)],
            "site": ["S01", "S02"] * (rows // 2),
            "day": day,
            "start": day + pd.Timedelta(hours=9),
            "end": day + pd.Timedelta(hours=10),
            "age": random.integers(20, 70, rows).astype(float),
            "weight": random.uniform(40, 90, rows).round(1),
            "had": had,
            "days": np.where(had == 1, random.integers(1, 9, rows), np.nan),
            "topics": ["1;2", "3"] * (rows // 2),
            "grade": ["A", "B"] * (rows // 2),
            "note": ["Nothing to add.", "It was on 2026-01-05.", None, "Thanks."] * (rows // 4),
            "visits": random.integers(0, 50, rows).astype(float),
            "calls": random.integers(0, 50, rows).astype(float),
            "form": [1.0, 2.0] * (rows // 2),
            **item,
        }
    )


def as_file(frame: pd.DataFrame, dictionary: DataDictionary, **changed: Variable | None) -> SurveyFile:
    """A file whose own labels are the dictionary's, but for the variables given."""
    own = {v.name: v for v in dictionary.variables if v.name in frame} | changed
    own |= {name: Variable(name) for name in frame if name not in own}
    return SurveyFile(frame, DataDictionary(tuple(v for v in own.values() if v)), [], "0" * 64, "sav")


def sound_links(frame: pd.DataFrame) -> pd.DataFrame:
    sound = {link: link != "is_withdrawn" for link in LINKS}
    return pd.DataFrame({f"respondent:{link}": value for link, value in sound.items()}, index=frame.index, dtype=object)


def found(file: SurveyFile, dictionary: DataDictionary, links: pd.DataFrame, study: Protocol) -> list[Query]:
    whole = SurveyToJudge(SPEC, file, dictionary, answers_as_declared(file, dictionary), links)
    return [q for v in judge(whole, whole.rows(TODAY), study=study, ref="a1") for q in v.queries]


def checks_and_columns(queries: list[Query]) -> set[tuple[str, str]]:
    return {(q.check, q.where.removeprefix("surveys/staff.sav").removeprefix(", column ")) for q in queries}


@pytest.fixture(scope="module")
def dictionary() -> DataDictionary:
    read = read_dictionary(DICTIONARY.encode(), "surveys/staff.dictionary.csv")
    assert read.faults == ()
    return read


@pytest.fixture(scope="module")
def damaged(dictionary: DataDictionary) -> tuple[SurveyFile, pd.DataFrame]:
    """A file with a defect of every kind, and the links of its rows."""
    frame = sound_answers()
    links = sound_links(frame)

    def put(column: str, row: int, value: Any) -> None:
        frame.loc[row, column] = value

    put("s1", 0, 7.0)
    put("grade", 1, "C")
    put("topics", 2, "1;9")
    put("age", 3, 140.0)
    put("visits", 4, 2.5)
    put("day", 5, pd.Timestamp("2027-01-01"))
    put("end", 6, frame.loc[6, "start"] - pd.Timedelta(hours=2))
    put("days", 8, 3.0)
    put("note", 10, "Write to someone@example.org or call 555 123 4567")
    put("id", 12, None)
    put("id", 15, " p014")
    links.iloc[15, LINKS.index("is_spelled_as_registered")] = False
    for column in frame.columns[5:]:
        put(column, 20, frame.loc[18, column])
    frame.loc[22, frame.columns[5:]] = None
    frame["form"] = 1.0
    frame["calls"] = frame["calls"].where(frame.index <= 20)
    frame["s4"] = 5 - frame["s4"]
    links.iloc[30, LINKS.index("is_registered")] = False
    links.iloc[31, LINKS.index("has_consent")] = False
    links.iloc[32, LINKS.index("is_withdrawn")] = True
    links.iloc[33, LINKS.index("is_at_registered_site")] = False
    frame = frame.drop(columns="weight").assign(extra=1.0).drop(index=39)
    changed = {
        "age": Variable("age", "How old are you?", "integer", missing={-9.0: "Refused"}),
        "visits": Variable("visits", "Visits", "text"),
        "had": Variable("had", "Had training", "single", {0.0: "Yes", 1.0: "No"}, {-9.0: "Refused"}),
        "s2": Variable("s2", "Two", "single", dictionary["s2"].values),
        "weight": None,
    }
    frame["visits"] = frame["visits"].map(lambda number: None if pd.isna(number) else f"{number:g}").astype(object)
    frame.loc[7, "visits"] = "many"
    return as_file(frame, dictionary, **changed), links.drop(index=39)


PLANTED = {
    ("SV003", ""),
    ("SV010", "weight"),
    ("SV011", "extra"),
    ("SV012", "visits"),
    ("SV013", "age"),
    ("SV014", "had"),
    ("SV014", "s2"),
    ("SV016", "s2"),
    ("SV020", "s1"),
    ("SV020", "grade"),
    ("SV020", "topics"),
    ("SV021", "age"),
    ("SV022", "visits"),
    ("SV023", "day"),
    ("SV024", "end"),
    ("SV025", "form"),
    ("SV026", "calls"),
    ("SV027", "days"),
    ("SV028", "visits"),
    ("SV030", "id"),
    ("SV031", ""),
    ("SV033", ""),
    ("SV040", "id"),
    ("SV041", "id"),
    ("SV042", "id"),
    ("SV043", "id"),
    ("SV044", "site"),
    ("SV045", "id"),
    ("SV050", "note"),
    ("SV060", "support"),
    ("SV061", "s4"),
}


def test_a_sound_survey_raises_nothing(dictionary: DataDictionary, study: Protocol):
    frame = sound_answers()
    assert found(as_file(frame, dictionary), dictionary, sound_links(frame), study) == []


def test_exactly_what_was_planted_is_found(dictionary, damaged, study: Protocol):
    queries = found(*damaged[:1], dictionary, damaged[1], study)
    assert checks_and_columns(queries) == PLANTED
    assert len({q.fingerprint for q in queries}) == len(queries) == len(PLANTED)
    by_check = {(q.check, q.where.rpartition(" ")[2]): q for q in queries}
    assert by_check["SV020", "s1"].rows == ("P001",)
    assert by_check["SV040", "id"].rows == ("row 13",)
    assert by_check["SV030", "id"].rows == ("P014", "p014")
    assert [q.rows for q in queries if q.check == "SV031"] == [("P019", "P021")]
    shown = " ".join(q.message + q.where for q in queries)
    assert not [code for code in damaged[0].frame["id"].dropna() if code.strip() in shown]
    assert "example.org" not in shown


LENIENT = """
checks:
  SV015: {maximum: 9}
  SV023: {maximum: 9999}
  SV024: {minimum: -9}
  SV025: {minimum: 0}
  SV026: {maximum: 1}
  SV032: {maximum: 1}
  SV033: {minimum: 0}
  SV061: {maximum: 2}
"""


def test_every_threshold_of_study_yaml_changes_the_verdict(
    dictionary, damaged, protocol_with: Callable[[str], Protocol]
):
    lenient = checks_and_columns(found(*damaged[:1], dictionary, damaged[1], protocol_with(LENIENT)))
    gone = {"SV023", "SV024", "SV025", "SV026", "SV033", "SV061"}
    assert lenient == {(check, column) for check, column in PLANTED if check not in gone}


def test_straight_lines_and_unused_codes_are_counted(dictionary, protocol_with: Callable[[str], Protocol]):
    frame = sound_answers()
    frame.loc[:7, ["s1", "s2", "s3", "s4", "s5"]] = 2.0
    frame["s5"] = frame["s5"].clip(2, 3)
    file, links = as_file(frame, dictionary), sound_links(frame)
    study = protocol_with("checks: {SV015: {maximum: 1}, SV032: {maximum: 0.1}, SV061: {maximum: 2}}")
    queries = {q.check: q for q in found(file, dictionary, links, study)}
    assert queries["SV015"].where.endswith("column s5")
    assert queries["SV032"].message.startswith("25% gave one and the same answer")
    assert queries["SV032"].rows == (*(f"P{i:03d}" for i in range(1, 10)), "P026")


def test_without_a_registry_the_links_could_not_be_checked(dictionary, study: Protocol):
    frame = sound_answers()
    queries = found(as_file(frame, dictionary), dictionary, pd.DataFrame(index=frame.index), study)
    assert {q.check for q in queries} == {"SV041", "SV042", "SV043", "SV044", "SV045"}
    assert all("Could not be checked" in q.message for q in queries)
