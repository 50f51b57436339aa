"""Bad survey files among good ones: each raises one query, which says what to do; the others are judged as ever.

One study is judged once, as the flow does it without Prefect's server, all files by one reader; the tests read what
came of it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

from study import Query
from tasks.request import StudyRequest
from tasks.survey_judgement import JudgedSurvey
from tasks.surveys import judge_surveys
from tasks.workspace import opened
from tests.tasks.survey_study import PROTOCOL, conduct, consent

pytestmark = pytest.mark.real

ROWS = 40
CODES = {float(code): label for code, label in enumerate(("Never", "Seldom", "Often", "Always"), start=1)}
LABELS = {
    "pid": "Participant",
    "day": "Day",
    "q1": "Calm",
    "q2": "Tired",
    "age": "Age",
    "word": "In your words",
}
DICTIONARY = "\n".join(
    (
        "variable,label,type,values,range",
        "pid,Participant,text,,",
        "day,Day,date,,",
        "q1,Calm,single,1=Never;2=Seldom;3=Often;4=Always,",
        "q2,Tired,single,1=Never;2=Seldom;3=Often;4=Always,",
        "age,Age,integer,,18..99",
        "word,In your words,text,,",
        "",
    )
)


def answers(seed: int, letter: str = "R") -> pd.DataFrame:
    """Forty plainly invented respondents, other ones for each seed; participants of the study under the letter P."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "pid": [f"{letter}{n:03d}" for n in range(1, ROWS + 1)],
            "day": [f"2026-03-{n % 28 + 1:02d}" for n in range(ROWS)],
            "q1": rng.permutation(np.arange(ROWS) % 4 + 1.0),
            "q2": rng.permutation(np.arange(ROWS) % 4 + 1.0),
            "age": rng.permutation(np.arange(ROWS) % 40 + 20.0),
            "word": [f"answer {seed} number {n}" for n in range(ROWS)],
        }
    )


def as_csv(frame: pd.DataFrame, _: Path) -> bytes:
    return frame.to_csv(index=False, float_format="%g").encode()


def as_xlsx(frame: pd.DataFrame, _: Path) -> bytes:
    held = io.BytesIO()
    frame.to_excel(held, index=False)
    return held.getvalue()


def by_pyreadstat(write: Callable[..., None], **options: object) -> Callable[[pd.DataFrame, Path], bytes]:
    def written(frame: pd.DataFrame, scratch: Path) -> bytes:
        write(frame, scratch, column_labels=LABELS, **options)
        return scratch.read_bytes()

    return written


_CODED = {"variable_value_labels": {"q1": CODES, "q2": CODES}, "variable_format": {"age": "F8.0"}}
WRITERS: dict[str, Callable[[pd.DataFrame, Path], bytes]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "sav": by_pyreadstat(pyreadstat.write_sav, **_CODED),
    "zsav": by_pyreadstat(pyreadstat.write_sav, compress=True, **_CODED),
    "por": by_pyreadstat(pyreadstat.write_por, variable_format={"age": "F8.0"}),
    "dta": by_pyreadstat(pyreadstat.write_dta, variable_value_labels=_CODED["variable_value_labels"]),
    "xpt": by_pyreadstat(pyreadstat.write_xport),
}
TENTHS = range(1, 10)
CODED = {"linkage": "coded", "key": "pid", "interview_date": "day"}
ANOTHER = {"instrument": "pulse", "wave": 2, "wave_column": "wave"}


class Files:
    """The study's surveys as they are put together."""

    def __init__(self, root: Path) -> None:
        self.root, self.surveys = root, []
        (root / "surveys").mkdir()

    def add(self, name: str, ending: str, data: bytes, dictionary: str = DICTIONARY, **spec: object) -> None:
        file, described = f"surveys/{name}.{ending}", f"surveys/{name}.dictionary.csv"
        (self.root / file).write_bytes(data)
        (self.root / described).write_text(dictionary)
        declared = {"linkage": "anonymous", "rows": ROWS, **spec}
        self.surveys.append({"name": name, "file": file, "dictionary": described, **declared})


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, JudgedSurvey]]:
    """Every survey as it was judged, by name."""
    root, scratch = tmp_path_factory.mktemp("bad") / "study", tmp_path_factory.mktemp("written") / "survey"
    root.mkdir()
    files = Files(root)
    written = {ending: write(answers(n), scratch) for n, (ending, write) in enumerate(WRITERS.items(), start=20)}
    for ending in ("csv", "sav", "xlsx"):
        files.add(f"good_{ending}", ending, WRITERS[ending](answers(ord(ending[0])), scratch))
    files.add("good_coded", "csv", as_csv(answers(3, "P"), scratch), **CODED)
    for ending, data in written.items():
        for tenth in TENTHS:
            files.add(f"cut_{ending}_{tenth}", ending, data[: len(data) * tenth // 10])
    text = as_csv(answers(4), scratch)
    files.add("wrong_ending", "csv", WRITERS["sav"](answers(5), scratch))
    files.add("renamed_text", "sav", as_csv(answers(6), scratch))
    files.add("web_page", "csv", b"<!DOCTYPE html>\n<html><body>Please sign in</body></html>")
    files.add("repeated", "csv", text.replace(b"pid,day", b"q1,day", 1))
    files.add("absent", "csv", as_csv(answers(7), scratch), f"{DICTIONARY}mood,Mood,integer,,\n")
    spelled = answers(8, "P").assign(
        pid=lambda frame: [f" {k.lower()}" if n < 3 else k for n, k in enumerate(frame["pid"])]
    )
    files.add("spelled", "csv", as_csv(spelled, scratch), **CODED)
    files.add("headless", "csv", text.partition(b"\n")[2], rows=None)
    files.add("headless_coded", "xlsx", as_xlsx(answers(10).T.set_index(0).T, scratch), rows=None, **CODED)
    files.add("empty", "csv", b"")
    files.add("header", "csv", text.partition(b"\n")[0] + b"\n")
    first, described = as_csv(answers(9).assign(wave="1"), scratch), f"{DICTIONARY}wave,Wave,integer,,1..9\n"
    files.add("first_wave", "csv", first, described, **{**ANOTHER, "wave": 1})
    files.add("second_wave", "csv", first, described, **ANOTHER)
    protocol = {**yaml.safe_load(PROTOCOL), "surveys": files.surveys}
    (root / "study.yaml").write_text(yaml.safe_dump(protocol))
    (root / "restricted").mkdir()
    listed = "".join(f"P{n:03d},S01\n" for n in range(1, ROWS + 1))
    (root / "restricted/participants.csv").write_text(f"participant_id,site_id\n{listed}")
    with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
        place.trail.append(conduct())
        place.trail.append([consent(place.trail_code(f"P{n:03d}")) for n in range(1, ROWS + 1)])
    with opened(StudyRequest(study=str(root)), "validate-surveys") as place:
        yield {one.name: one for one in judge_surveys.fn(place)}


def said(queries: tuple[Query, ...]) -> list[tuple[str, str]]:
    return [(query.check, query.message) for query in queries]


@pytest.mark.parametrize("name", ["good_csv", "good_sav", "good_xlsx", "good_coded", "first_wave"])
def test_the_other_surveys_are_unaffected(judged: dict[str, JudgedSurvey], name: str) -> None:
    assert said(judged[name].queries) == []
    assert judged[name].verdict == "passed"


@pytest.mark.parametrize(
    ("name", "check", "verdict", "remedy"),
    [
        ("wrong_ending", "SV002", "review", "rename it or export it again"),
        ("renamed_text", "SV002", "review", "rename it or export it again"),
        ("web_page", "SV001", "unreadable", "web page"),
        ("repeated", "SV001", "unreadable", "one name is repeated (columns A, C)"),
        ("absent", "SV010", "blocked", "export it again with it"),
        ("spelled", "SV045", "review", "correct it"),
        ("headless", "SV001", "unreadable", "is the header row missing?"),
        ("headless_coded", "SV001", "unreadable", "the row with the names is missing"),
        ("empty", "SV001", "unreadable", "Export it again"),
        ("header", "EX001", "blocked", "Look whether the file is complete"),
        ("second_wave", "SV007", "blocked", "wave"),
    ],
)
def test_each_is_one_query_that_names_the_remedy(
    judged: dict[str, JudgedSurvey], name: str, check: str, verdict: str, remedy: str
) -> None:
    [(found, message)] = said(judged[name].queries)
    assert (found, judged[name].verdict) == (check, verdict)
    assert remedy in message
    assert judged[name].queries[0].where.startswith(f"surveys/{name}.")


@pytest.mark.parametrize("ending", WRITERS)
def test_a_file_cut_at_every_tenth_is_one_query(judged: dict[str, JudgedSurvey], ending: str) -> None:
    found = {tenth: said(judged[f"cut_{ending}_{tenth}"].queries) for tenth in TENTHS}
    assert {tenth: [check for check, _ in some] for tenth, some in found.items() if len(some) != 1} == {}
    assert {check for some in found.values() for check, _ in some} <= {"SV001", "SV003"}
    assert all(" again" in message for [(_, message)] in found.values())


def test_no_query_holds_an_answer(judged: dict[str, JudgedSurvey]) -> None:
    everything = json.dumps([said(one.queries) for one in judged.values()])
    assert "answer 2" not in everything
    assert "P001" not in everything
