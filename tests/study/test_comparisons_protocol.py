"""Comparisons the protocol asks for and cannot have: each said in one sentence, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from study import StudyError, load_protocol

STARTING = (Path(__file__).parent.parent.parent / "cli/starting_study/study.yaml").read_text()
SURVEY = """surveys:
  - name: staff
    file: surveys/staff.csv
    dictionary: surveys/staff.dictionary.csv
    linkage: anonymous
    site: site_id
    scales: [{name: trust, items: [a, b], site_score: {minimum_respondents: 5}}, {name: climate, items: [c, d]}]
"""
GROUPS = "analysis: {groups: {by: group, groups: [peers, workers]}}\n"
DISPLAY = "analysis: {joint_display: {survey: staff, scale: trust, themes: [T1]}}\n"
THEMES = "member_checking: {language: en, themes: [{id: T1, plain: Hope., codes: [hope]}]}\n"


def protocol(*, groups: str = "[{id: peers, label: P}, {id: workers, label: W}]", more: str = "") -> bytes:
    text = STARTING.replace("participants:\n", f"participants:\n  groups: {groups}\n", 1)
    kept = [part for part in text.split("\n\n") if part.partition(":")[0] not in ("analysis", "member_checking")]
    return ("\n\n".join(kept) + "\n" + more).encode()


def faults(text: bytes) -> str:
    with pytest.raises(StudyError) as error:
        load_protocol(text)
    return str(error.value)


def test_what_can_be_compared_is_no_fault() -> None:
    load_protocol(protocol(more=SURVEY + THEMES + DISPLAY))
    load_protocol(protocol(more=GROUPS))
    load_protocol(protocol(more="analysis: {groups: {by: site_id}}\n"))  # sites are known to the registers alone


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (GROUPS.replace("workers", "cooks"), "analysis.groups.groups: no group cooks. Known are peers, workers"),
        (GROUPS.replace("[peers, workers]", "[peers]"), "a comparison needs two"),
        (SURVEY + THEMES + DISPLAY.replace("staff", "clients"), "joint_display.survey: no survey clients"),
        (SURVEY + THEMES + DISPLAY.replace("trust", "hope"), "the survey staff declares no scale hope"),
        (SURVEY + THEMES + DISPLAY.replace("trust", "climate"), "climate does not say when a site's mean may stand"),
        (SURVEY.replace("    site: site_id\n", "") + THEMES + DISPLAY, "staff names no column with the site"),
        (SURVEY + THEMES + DISPLAY.replace("T1", "T9"), "no theme T9 in member_checking. Known are T1"),
    ],
)
def test_what_cannot_be_compared_is_named(more: str, said: str) -> None:
    assert said in faults(protocol(more=more))


def test_a_study_of_one_group_has_nothing_to_compare() -> None:
    one = protocol(groups="[{id: peers, label: P}]", more="analysis: {groups: {by: group}}\n")
    assert "a comparison needs two" in faults(one)
