"""The surveys' benchmark in small: everybody finds what is planted, and every row of the table is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from benchmarks import surveys, surveys_measured, surveys_reading, surveys_starting
from benchmarks.surveys_contenders import (
    CONTENDERS,
    LOOKED_AT,
    NAMES,
    ours,
    pandas_by_hand,
    pandera_pandas,
    pandera_polars,
    plain_gx,
)
from benchmarks.surveys_made import Made, dictionary, made_survey
from benchmarks.surveys_measured import Figure
from benchmarks.surveys_reading import READERS, ReadingFigure
from benchmarks.surveys_starting import Ran
from evidence.survey.dictionary import read_dictionary


@pytest.fixture(scope="module")
def made() -> Made:
    return made_survey(1_000, errors=2)


def test_sixty_columns_and_thirty_checks_the_same_every_time(made: Made) -> None:
    assert made.frame.shape == (1_000, 60)
    assert set(made.planted) == set(NAMES)
    assert len(NAMES) == 30
    assert set(LOOKED_AT) <= set(made.frame.columns) == set(read_dictionary(dictionary(), "all.csv").names)
    assert not read_dictionary(dictionary(), "all.csv").faults
    pd.testing.assert_frame_equal(made_survey(1_000, errors=2).frame, made.frame)
    assert not made_survey(1_000, errors=2, seed=1).frame.equals(made.frame)


def test_masks_written_by_hand_find_exactly_what_is_planted(made: Made) -> None:
    assert pandas_by_hand(made.frame) == made.planted
    assert all(len(rows) == (4 if name == "SV030 pid" else 2) for name, rows in made.planted.items())


@pytest.mark.slow
def test_pandera_finds_the_same_on_pandas_and_on_polars(made: Made) -> None:
    assert pandera_pandas(made.frame) == made.planted
    assert pandera_polars(pl.from_pandas(made.frame)) == made.planted


@pytest.mark.real
def test_ours_and_plain_great_expectations_find_the_same(made: Made) -> None:
    assert ours(made.frame) == made.planted
    assert plain_gx(made.frame) == made.planted


def test_a_contender_that_misses_a_row_ends_the_benchmark(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(frame: pd.DataFrame) -> dict[str, frozenset[int]]:
        return {**pandas_by_hand(frame), "SV020 q03": frozenset()}

    monkeypatch.setitem(CONTENDERS, "pandas by hand", careless)
    with pytest.raises(SystemExit, match="SV020 q03"):
        surveys_measured.measured("pandas by hand", made)


def test_what_a_contender_takes_is_measured(made: Made) -> None:
    figure = surveys_measured.measured("pandas by hand", made)
    assert figure.checks == 30
    assert 0 < figure.cpu_s < 60
    block, _, _, mebibytes = surveys_measured.taken_by(lambda: bytearray(b"x") * (40 << 20))
    assert len(block) == 40 << 20
    assert mebibytes > 30


def test_every_reader_but_ours_reads_the_written_file_whole_and_by_column(tmp_path: Path) -> None:
    surveys_reading.write_sav(tmp_path / "survey.sav", 40, 20)
    for name in set(READERS) - {"ours"}:
        assert READERS[name](tmp_path / "survey.sav", []).shape == (40, 20)
        assert READERS[name](tmp_path / "survey.sav", ["v001", "v002"]).shape == (40, 2)


@pytest.mark.real
def test_ours_reads_it_in_its_child(tmp_path: Path) -> None:
    surveys_reading.write_sav(tmp_path / "survey.sav", 40, 20)
    assert READERS["ours"](tmp_path / "survey.sav", ["v001", "v002"]).shape == (40, 2)


def test_the_table_has_every_contender_and_its_ratio(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = {"ours": 3.0, "plain Great Expectations": 6.0}
    monkeypatch.setattr(
        surveys_measured, "in_a_process_of_its_own", lambda name, frame: Figure(times.get(name, 1.5), 9.0, 10.0, 30)
    )
    monkeypatch.setattr(
        surveys_reading, "in_a_process_of_its_own", lambda name, path, columns: ReadingFigure(2.0, 2.0, 10.0, 100, 20)
    )
    monkeypatch.setattr(surveys_starting, "help_page", lambda: Ran(0.2, 0.2))
    monkeypatch.setattr(surveys_starting, "make_study", lambda folder, names: None)
    monkeypatch.setattr(surveys_starting, "nightly", lambda folder: Ran(10.0, 8.0))
    assert surveys.main(["--small"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in (rows[0], rows[-1])] == ["machine", "machine"]
    starts = Counter(row.split()[0] for row in rows[1:-1])
    assert starts == Counter({"1,000": len(CONTENDERS), "100": 2 * len(READERS), "start-up": 1, "nightly": 4})
    assert any("ours, 30 checks" in row and row.endswith("0.50 of plain GX's time") for row in rows)
    assert any("one run to 2 of their own" in row and "0.50 of the time" in row for row in rows)
