"""Survey files of every format read with nothing lost; damaged and foreign files refused in one sentence."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from evidence import isolated
from evidence.survey import Survey, read_survey, sniff
from study.errors import StudyError

ANSWERS = pd.DataFrame(
    {
        "id": ["P001", "P002", "P003", ""],
        "q1": [1.0, -9.0, None, 2.0],
        "hours": [1.5, 2.0, 40.0, -8.0],
        "day": [datetime.date(2026, 1, 5), None, datetime.date(2026, 2, 1), datetime.date(2026, 2, 2)],
    }
)


def write_sav(path: Path) -> None:
    pyreadstat.write_sav(
        ANSWERS,
        str(path),
        column_labels={"q1": "How often"},
        variable_value_labels={"q1": {1.0: "Never", 2.0: "Often", -9.0: "Refused"}},
        missing_ranges={"q1": [-9], "hours": [{"lo": -9, "hi": -1}]},
        variable_format={"q1": "F2.0"},
        compress=path.suffix == ".zsav",
    )


WRITERS: dict[str, Callable[[Path], None]] = {
    "sav": write_sav,
    "zsav": lambda path: pyreadstat.write_sav(ANSWERS, str(path), compress=True),
    "por": lambda path: pyreadstat.write_por(ANSWERS.rename(columns=str.upper), str(path)),
    "dta": lambda path: pyreadstat.write_dta(ANSWERS, str(path)),
    "xpt": lambda path: pyreadstat.write_xport(ANSWERS, str(path)),
    "csv": lambda path: ANSWERS.to_csv(path, index=False),
    "xlsx": lambda path: ANSWERS.to_excel(path, index=False),
}


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files known not to crash the reader are read without the second a child process takes."""

    def call(function: Callable[..., Any], *args: Any, seconds: float, megabytes: int) -> Any:
        try:
            return function(*args)
        except StudyError as error:
            return isolated.ReaderDied("refused", str(error))

    monkeypatch.setattr(isolated, "call", call)


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    path = tmp_path_factory.mktemp("survey") / "staff.sav"
    write_sav(path)
    return read_survey(path)


@pytest.mark.slow
def test_declared_missing_codes_stay_apart_from_system_missing(staff: Survey):
    assert staff.frame["q1"].tolist()[:2] == [1.0, -9.0]
    assert staff.frame["q1"].isna().tolist() == [False, False, True, False]
    assert dict(staff.dictionary["q1"].missing) == {-9.0: "Refused"}
    assert dict(staff.dictionary["hours"].missing) == {-8.0: ""}


def test_labels_types_and_blank_text_are_kept(staff: Survey):
    assert [(v.name, v.type) for v in staff.dictionary.variables] == [
        ("id", "text"),
        ("q1", "single"),
        ("hours", "decimal"),
        ("day", "date"),
    ]
    assert staff.dictionary["q1"].label == "How often"
    assert dict(staff.dictionary["q1"].values) == {1.0: "Never", 2.0: "Often"}
    assert staff.frame["id"].isna().tolist() == [False, False, False, True]
    assert staff.frame["day"].dt.strftime("%Y-%m-%d").tolist()[0] == "2026-01-05"
    assert (staff.format, len(staff.sha256), staff.problems) == ("sav", 64, [])


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_the_content_decides_the_format(tmp_path: Path, format: str):
    path = tmp_path / "survey.bin"
    (tmp_path / f"survey.{format}").touch()
    WRITERS[format](tmp_path / f"survey.{format}")
    data = (tmp_path / f"survey.{format}").read_bytes()
    path.write_bytes(data)
    assert sniff(data) == format


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("format", sorted(WRITERS))
def test_every_format_gives_the_same_answers(tmp_path: Path, format: str):
    path = tmp_path / f"survey.{format}"
    WRITERS[format](path)
    frame = read_survey(path).frame.rename(columns=str.lower)
    assert frame["id"].tolist()[:3] == ["P001", "P002", "P003"]
    assert pd.to_numeric(frame["q1"]).tolist()[:2] == [1.0, -9.0]
    assert pd.to_numeric(frame["hours"]).tolist() == [1.5, 2.0, 40.0, -8.0]
    assert str(frame["day"][2])[:10] == "2026-02-01"


@pytest.mark.usefixtures("in_this_process")
def test_codes_with_leading_zeros_survive_csv(tmp_path: Path):
    (tmp_path / "a.csv").write_text("id;q1\n001;1\n\n002;\n", encoding="utf-8-sig")
    survey = read_survey(tmp_path / "a.csv")
    assert survey.frame["id"].tolist() == ["001", "002"]
    assert survey.frame["q1"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("empty.sav", b"", "is empty"),
        ("page.csv", b"<!DOCTYPE html><html><body>Log in</body></html>", "is a web page"),
        ("noise.sav", bytes(range(256)) * 4, "no survey format we know"),
        ("twice.csv", b"id,q1,q1\nP001,1,2\n", "repeated (columns B, C)"),
        ("latin.csv", "id,q1\nP001,né\n".encode("latin-1"), "not UTF-8 (row 2)"),
        ("shifted.csv", b"id,q1\nP001,1,2\n", "1 row has more cells"),
    ],
)
@pytest.mark.usefixtures("in_this_process")
def test_a_file_that_cannot_be_read_is_one_sentence_naming_it(tmp_path: Path, name: str, data: bytes, what: str):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(StudyError) as refused:
        read_survey(tmp_path / name)
    assert what in str(refused.value)
    assert str(refused.value).startswith(name)
    assert refused.value.remedy


def test_a_missing_file_is_one_sentence(tmp_path: Path):
    with pytest.raises(StudyError, match=r"staff.sav: the survey file cannot be read"):
        read_survey(tmp_path / "staff.sav")
