"""A made-up survey with required questions, totals, sets and times, sound and with one defect of each further kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from evidence.survey import Survey as SurveyFile
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.features import answers_as_declared
from evidence.survey.skip_logic import parse_calculation, parse_condition
from expectations.run import run
from expectations.survey.suites import SurveyToJudge, judge, row_suite
from study import Protocol, Query
from study.protocol.material import Survey
from tasks.survey_links import LINKS

pytestmark = pytest.mark.real

ROWS = 40
SPEC = Survey(
    name="panel",
    file="surveys/panel.sav",
    dictionary="surveys/panel.dictionary.csv",
    linkage="anonymous",
    key="id",
    start="start",
    end="end",
)
TICKED = {0.0: "Not chosen", 1.0: "Chosen"}
SOUND = (
    Variable("id", "Code", "integer"),
    Variable("start", "Start", "date"),
    Variable("end", "End", "date"),
    Variable("age", "Age", "integer"),
    Variable("hours", "Hours a week", "decimal", missing={-9.0: "Refused"}),
    Variable("paid", "Hours paid", "decimal"),
    Variable("total", "Hours in all", "decimal", calculation=parse_calculation("hours + paid")),
    Variable("mood", "Mood", "integer"),
    Variable("choice", "Choice", "single", {1.0: "Yes", 2.0: "No"}, {-9.0: "Refused"}),
    Variable("why", "Why", "single", {1.0: "A", 2.0: "B"}, show_if=parse_condition("choice == 1"), is_required=True),
    Variable("r1", "Reason: pay", "single", TICKED, set="reasons"),
    Variable("r2", "Reason: place", "single", TICKED, set="reasons"),
    Variable("r3", "Reason: people", "single", TICKED, set="reasons"),
    Variable("word", "In a word", "text"),
)


def sound_frame() -> pd.DataFrame:
    random = np.random.default_rng(3)
    start = pd.Series(pd.date_range("2026-03-01 09:00", periods=ROWS, freq="D"))
    hours, paid = random.integers(20, 30, ROWS) / 2, random.integers(10, 20, ROWS) / 2
    choice = np.arange(ROWS) % 2 + 1.0
    return pd.DataFrame(
        {
            "id": np.arange(101.0, 101 + ROWS),
            "start": start,
            "end": start + pd.to_timedelta(random.integers(40, 80, ROWS), "min"),
            "age": random.integers(30, 50, ROWS).astype(float),
            "hours": hours,
            "paid": paid,
            "total": hours + paid,
            "mood": random.integers(1, 4, ROWS).astype(float),
            "choice": choice,
            "why": np.where(choice == 1, random.integers(1, 3, ROWS), np.nan),
            "r1": random.integers(0, 2, ROWS).astype(float),
            "r2": random.integers(0, 2, ROWS).astype(float),
            "r3": random.integers(0, 2, ROWS).astype(float),
            "word": pd.Series(["good", "tiring", "naïve", None] * (ROWS // 4), dtype="str"),
        }
    )


def as_file(frame: pd.DataFrame, variables: tuple[Variable, ...], **changed: Variable) -> SurveyFile:
    """A file that says of itself what the dictionary says, but for `changed`; it labels `mood` too."""
    own = {v.name: v for v in variables}
    own["mood"] = replace(own["mood"], values={1.0: "Low", 2.0: "So so", 3.0: "High"})
    return SurveyFile(frame, DataDictionary(tuple((own | changed).values())), [], "0" * 64, "sav")


def to_judge(file: SurveyFile, variables: tuple[Variable, ...]) -> SurveyToJudge:
    dictionary = DataDictionary(variables)
    links = pd.DataFrame({f"respondent:{link}": None for link in LINKS}, index=file.frame.index, dtype=object)
    return SurveyToJudge(SPEC, file, dictionary, answers_as_declared(file, dictionary), links)


def found(file: SurveyFile, variables: tuple[Variable, ...], study: Protocol) -> list[Query]:
    whole = to_judge(file, variables)
    return [q for v in judge(whole, whole.rows(date(2026, 6, 30)), study=study, ref="a1") for q in v.queries]


def places(queries: list[Query]) -> set[tuple[str, str]]:
    return {(q.check, q.where.removeprefix("surveys/panel.sav").removeprefix(", column ")) for q in queries}


@pytest.fixture(scope="module")
def damaged() -> tuple[SurveyFile, tuple[Variable, ...]]:
    frame = sound_frame()
    frame.loc[0, "age"] = 160.0
    frame.loc[1, "total"] += 1
    frame.loc[2, "why"] = np.nan
    frame.loc[4, "r2"] = np.nan
    frame.loc[5, "end"] = frame.loc[5, "start"] + pd.Timedelta(minutes=4)
    frame.loc[7, "word"] = "trÃ¨s bien"
    frame.loc[8, "mood"] = 7.0
    frame.loc[10:28, "hours"] = -9.0
    frame.loc[[30, 31, 32], list(frame.columns[3:])] = None
    frame["q.4"] = frame["r1"]
    changed = {
        "age": Variable("age", f"Age {'in years ' * 30}".strip(), "integer"),
        "paid": Variable("paid", "Hours\u200b paid", "decimal"),
        "choice": replace(SOUND[8], values={1.0: "Yes", 2.0: "no", 3.0: "No "}),
        "why": replace(SOUND[9], values={1.0: "A", 2.0: "B" * 130}),
        "mood": Variable("mood", "", "integer"),
    }
    own = {v.name: v for v in SOUND} | changed | {"q.4": Variable("q.4", "Four", "single", TICKED)}
    file = as_file(
        frame,
        tuple(own.values()),
        hours=replace(SOUND[4], missing={-9.0: "Refused", -8.0: ""}),
        r3=replace(SOUND[12], set="others"),
    )
    return file, tuple(own.values())


PLANTED = {
    ("SV006", ""): ("108",),
    ("SV016", "hours"): (),
    ("SV017", "mood"): (),
    ("SV018", "hours"): (),
    ("SV019", "mood"): (),
    ("SV029", "age"): ("101",),
    ("SV033", ""): ("131", "132", "133"),
    ("SV034", "end"): ("106",),
    ("SV035", ""): (),
    ("SV070", "age"): (),
    ("SV071", "paid"): (),
    ("SV072", "q.4"): (),
    ("SV073", "r3"): (),
    ("SV074", "why"): (),
    ("SV075", "choice"): (),
    ("SV080", "hours"): (),
    ("SV081", "why"): ("103",),
    ("SV082", "total"): ("102",),
    ("SV083", "reasons"): ("105",),
}


def test_a_sound_survey_raises_nothing(study: Protocol) -> None:
    assert found(as_file(sound_frame(), SOUND), SOUND, study) == []


def test_each_defect_is_found_where_it_was_planted_and_nowhere_else(damaged, study: Protocol) -> None:
    queries = found(*damaged, study)
    assert places(queries) == set(PLANTED)
    rows = {next(iter(places([q]))): q.rows for q in queries}
    assert rows == PLANTED
    assert len({q.fingerprint for q in queries}) == len(PLANTED)


FLIPPED = """
checks:
  SV029: {maximum: 999}
  SV034: {minimum: 0.01}
  SV035: {maximum: 0.1}
  SV070: {maximum: 999}
  SV074: {maximum: 999}
  SV080: {maximum: 0.6}
  SV082: {maximum: 1}
"""


def test_each_threshold_changes_the_verdict(damaged, protocol_with: Callable[[str], Protocol]) -> None:
    flipped = ("SV029", "SV034", "SV035", "SV070", "SV074", "SV080", "SV082")
    lenient = places(found(*damaged, protocol_with(FLIPPED)))
    assert lenient == {place for place in PLANTED if place[0] not in flipped}


def test_the_whole_suite_says_of_distinct_contents_what_it_says_of_all_rows(damaged, study: Protocol) -> None:
    whole = to_judge(*damaged)
    rows = whole.rows(date(2026, 6, 30))
    checks = row_suite(whole.dictionary, rows.columns, SPEC).checks
    assert run(rows, checks, "suite", study) == run(rows.frame(), checks, "suite", study)


def test_what_study_yaml_names_must_be_described_and_its_days_be_days(study: Protocol) -> None:
    described = tuple(replace(v, type="text") if v.name == "start" else v for v in SOUND if v.name != "id")
    file = as_file(sound_frame(), SOUND)
    spec = SPEC.model_copy(update={"wave_column": "round", "end": None})
    whole = replace(to_judge(file, described), spec=spec)
    queries = [q for v in judge(whole, whole.rows(date(2026, 6, 30)), study=study, ref="a1") for q in v.queries]
    said = {(*place, q.severity) for q in queries for place in places([q]) if place[1] in ("id", "start", "round")}
    of_files_own = ("SV012", "start", "block")
    assert said == {("SV076", "id", "block"), ("SV077", "start", "block"), ("SV010", "round", "block"), of_files_own}
