"""A joint display: fits as people recorded them, themes by site, rows in the order of the score."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analysis.joint_display import Fits, JointDisplay, Score, ThemeAtSite, joint_display, read_fits, themes_by_site
from study import StudyError

HEAD = "site_id,fit,person,occurred,note\n"


def read(rows: str) -> Fits:
    return read_fits((HEAD + rows).encode(), sites={"S1", "S2"}, people={"INV1", "INV2"}, today=date(2016, 6, 30))


def score(mean: float, *, may_stand: bool = True) -> Score:
    return Score(mean, mean - 0.5, mean + 0.5, 8, 0.8, may_stand)


def test_a_persons_latest_judgement_of_a_site_stands() -> None:
    found = read(
        "S1,confirmed,INV1,2016-05-02,why\nS1,discordant,INV1,2016-05-09,why not\n"
        "S1,expanded,INV1,2016-05-01,first\nS1,discordant,INV2,2016-05-02,\n"
    )
    assert found.problems == ()
    assert [(f.person, f.fit, f.note) for f in found.at("S1")] == [
        ("INV1", "discordant", "why not"),
        ("INV2", "discordant", ""),
    ]
    assert found.at("S2") == ()


@pytest.mark.parametrize(
    ("row", "column", "subject"),
    [
        ("S9,confirmed,INV1,2016-05-02,", "site_id", "analysis:joint_display"),
        ("S1,supports,INV1,2016-05-02,", "fit", "case:S1"),
        ("S1,confirmed,BOB,2016-05-02,", "person", "case:S1"),
        ("S1,confirmed,INV1,May 2016,", "occurred", "case:S1"),
        ("S1,confirmed,INV1,2016-07-01,", "occurred", "case:S1"),  # the day is to come
    ],
)
def test_a_row_that_cannot_be_used_is_named(row: str, column: str, subject: str) -> None:
    found = read(row + "\nS2,confirmed,INV1,2016-05-02,\n")
    assert [(p.check, p.row, p.column, p.subject) for p in found.problems] == [("AN063", 2, column, subject)]
    assert [fit.site for fit in found.standing] == ["S2"]


def test_two_judgements_of_one_person_on_one_day_are_one_too_many() -> None:
    found = read("S1,confirmed,INV1,2016-05-02,\nS1,discordant,INV1,2016-05-02,\n")
    assert [(p.row, p.column) for p in found.problems] == [(3, "occurred")]
    assert found.at("S1")[0].fit == "confirmed"


def test_a_file_without_the_column_is_refused_by_name() -> None:
    with pytest.raises(StudyError, match="the column fit is missing"):
        read_fits(b"site_id,person,occurred,note\n", sites=(), people=(), today=date(2016, 6, 30))


def test_themes_are_counted_by_site_and_what_two_sites_said_together_counts_at_none() -> None:
    segments = pd.DataFrame(
        [("I1", "hope"), ("I1", "hope"), ("I2", "risk"), ("I3", "hope"), ("I4", "hope")],
        columns=["transcript", "code"],
    )
    places = {"I1": {"a": "S1"}, "I2": {"a": "S1", "b": "S1"}, "I3": {"c": "S2"}, "I4": {"a": "S1", "c": "S2"}}
    found = themes_by_site(segments, places, {"T1": ["hope", "risk"], "T2": ["pay"]})
    assert {site: [(t.theme, t.segments, t.transcripts, t.people) for t in ts] for site, ts in found.items()} == {
        "S1": [("T1", 3, 2, 2), ("T2", 0, 0, 0)],
        "S2": [("T1", 1, 1, 1), ("T2", 0, 0, 0)],
    }


def test_sites_stand_by_their_score_and_a_site_only_surveyed_has_no_row() -> None:
    fits = read("S1,confirmed,INV1,2016-05-02,\nS1,expanded,INV2,2016-05-02,\n")
    shown = joint_display(
        scores={"S1": score(2.0), "S2": score(4.0), "S7": score(3.0)},
        ratings={"S1": (4.0, 2.0), "S2": (2.0, 2.0), "S3": (3.0, 3.5)},
        diverging={"S1"},
        themes={},
        fits=fits,
    )
    assert [(row.site, row.score and row.score.mean, row.diverges) for row in shown.rows] == [
        ("S2", 4.0, False),
        ("S1", 2.0, True),
        ("S3", None, False),
    ]
    assert shown.surveyed_only == 1
    assert shown.rows[1].fit is None  # two people, two judgements
    assert shown.counts() == {"confirmed": 0, "expanded": 0, "discordant": 0, "differ": 1, "open": 2}


def test_a_site_that_only_somebody_judged_has_a_row_without_ratings() -> None:
    (row,) = joint_display(
        scores={}, ratings={}, diverging=(), themes={}, fits=read("S2,discordant,INV1,2016-05-02,\n")
    ).rows
    assert (row.site, row.fit, row.ratings, row.diverges, row.score) == ("S2", "discordant", None, None, None)


def test_a_site_where_nothing_was_coded_is_told_from_one_of_which_nobody_knows() -> None:
    fits = read("S1,confirmed,INV1,2016-05-02,\nS2,confirmed,INV1,2016-05-02,\n")
    ratings = dict.fromkeys(("S1", "S2", "S3"), (3.0, 3.0))

    def display(themes: dict[str, tuple[ThemeAtSite, ...]]) -> JointDisplay:
        bare = {"S1": (False, True)}
        return joint_display(scores={}, ratings=ratings, diverging=(), themes=themes, fits=fits, bare=bare)

    shown = display({"S1": (ThemeAtSite("T1", 2, 1, 1),), "S3": (ThemeAtSite("T1", 0, 0, 0),)})
    assert [(row.site, row.is_coded, row.bare) for row in shown.rows] == [
        ("S1", True, (False, True)),
        ("S2", False, (False, False)),
        ("S3", False, (False, False)),
    ]
    assert [row.site for row in shown.uncoded] == ["S2"]
    assert {row.is_coded for row in display({}).rows} == {None}
    assert {row.is_coded for row in display({"S1": ()}).rows} == {None}
